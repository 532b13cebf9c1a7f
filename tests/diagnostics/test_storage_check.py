"""What the doctor says of the storage: its driver, what is owed, and, when asked, whether it takes an object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jupyter_videogen.config import files
from jupyter_videogen.diagnostics import doctor
from jupyter_videogen.diagnostics.report import Finding
from support import faulty_storage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.faulty_storage import Trouble


@pytest.fixture
def trouble(tmp_path: Path, home: Path) -> Iterator[Trouble]:
    with faulty_storage.installed(tmp_path / "store") as trouble:
        configure(home, "renaming://clips")
        yield trouble


def configure(home: Path, url: str) -> None:
    home.mkdir(exist_ok=True)
    (home / files.NAME).write_text(f'[storage]\nclips = "{url}"\n')


def found(*, network: bool = True, storage: bool = False, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """What is said of the storage, without the checks that take time."""
    monkeypatch.setattr(doctor, "CHECKS", (doctor.check_storage,))
    return list(doctor.doctor(network=network, storage=storage))


def test_without_a_storage_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless it is asked for."""
    assert found(monkeypatch=monkeypatch) == []
    (finding,) = found(storage=True, monkeypatch=monkeypatch)
    assert finding.words == "No storage is configured: clips are on this disk alone."


def test_what_is_owed_is_told(home: Path, trouble: Trouble, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without asking the storage anything."""
    assert found(network=False, monkeypatch=monkeypatch) == [Finding("Storage", "ok", "renaming://clips")]
    (home / "uploads").mkdir()
    (home / "uploads" / "k3q7x2ma").touch()
    (finding,) = found(network=False, monkeypatch=monkeypatch)
    assert (finding.state, "1 job is not there yet" in finding.words) == ("note", True)
    assert "jupyter videogen upload" in finding.next
    assert trouble.puts == []


def test_an_object_is_put_when_asked(tmp_path: Path, trouble: Trouble, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing of it stays; without a network nothing is tried."""
    *_, tried = found(storage=True, monkeypatch=monkeypatch)
    assert (tried.state, tried.words) == ("ok", "renaming://clips takes objects, gives them back and deletes them.")
    assert list((tmp_path / "store" / "clips").iterdir()) == []
    *_, tried = found(storage=True, network=False, monkeypatch=monkeypatch)
    assert tried.words == "Not tried: the network is off."


def test_a_storage_that_takes_nothing(trouble: Trouble, monkeypatch: pytest.MonkeyPatch) -> None:
    """Why, in words that hold no credential."""
    trouble.unreadable, trouble.error = True, PermissionError("canary-1")
    *_, tried = found(storage=True, monkeypatch=monkeypatch)
    assert tried.state == "problem"
    assert "access was refused" in tried.words
    assert "canary" not in f"{tried}"


@pytest.mark.parametrize("storage", [False, True])
def test_a_missing_driver(home: Path, trouble: Trouble, monkeypatch: pytest.MonkeyPatch, *, storage: bool) -> None:
    """It is told in both cases."""
    configure(home, "nonesuch://clips/a")
    for finding in found(storage=storage, monkeypatch=monkeypatch):
        assert (finding.state, finding.words) == ("problem", "fsspec knows no storage nonesuch://.")
