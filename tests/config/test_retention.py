"""`[ledger] keep`: an age in the user's own file; a project's file deletes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jupyter_videogen.config import files
from jupyter_videogen.config.retention import read_age
from jupyter_videogen.core.errors import InvalidRequest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("text", "days"), [("90d", 90), ("12w", 84), ("6m", 180), ("2y", 730), (" 2 y ", 730)])
def test_an_age_is_a_number_of_days_weeks_months_or_years(text: str, days: int) -> None:
    """A month has 30 days, a year 365."""
    assert read_age(text) == days * 86_400


@pytest.mark.parametrize("text", ["", "2", "0y", "-1y", "2 years", "y", "1e3d", "99999y"])
def test_what_is_no_age_is_refused(text: str) -> None:
    """Before anything is deleted."""
    with pytest.raises(InvalidRequest, match="keep is a number of days"):
        read_age(text)


def test_only_the_users_own_file_says_what_is_deleted(tmp_path: Path) -> None:
    """A project's is told that it is not heard."""
    home, project = tmp_path / "home", tmp_path / "project"
    for folder, keep in ((home, "2y"), (project, "1d")):
        folder.mkdir()
        (folder / files.NAME).write_text(f'[ledger]\nkeep = "{keep}"\n')
    layers = files.layers(home, project, {})
    assert files.merge_layers(layers).ledger.keep == "2y"
    assert [setting.name for layer in layers for setting in layer.ignored] == ["ledger.keep"]


def test_a_wrong_age_in_the_file_is_said_when_it_is_read(tmp_path: Path) -> None:
    """Not only when something is deleted."""
    (tmp_path / files.NAME).write_text('[ledger]\nkeep = "soon"\n')
    with pytest.raises(InvalidRequest, match="keep is a number"):
        files.load(tmp_path, tmp_path)
