"""`jupyter videogen upload`: what is owed, named jobs, or all; it says what is there and what is not, and pays for nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from jupyter_videogen import cli
from jupyter_videogen.config import files
from jupyter_videogen.runtime import process
from support import faulty_storage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import jupyter_videogen as vg
    from support.faulty_storage import Trouble
    from support.paid_server import Shop


@pytest.fixture
def jobs(lab: vg.Client) -> list[vg.Job]:
    """Two, from before there is a storage."""
    jobs = [lab.submit(prompt, model="m") for prompt in ("a kite", "a boat")]
    for job in jobs:
        job.result(30)
    return jobs


@pytest.fixture
def trouble(tmp_path: Path, home: Path, jobs: list[vg.Job]) -> Iterator[Trouble]:
    with faulty_storage.installed(tmp_path / "store") as trouble:
        (home / files.NAME).write_text('[storage]\nclips = "renaming://clips"\n')
        yield trouble


def test_without_a_storage_it_says_how_to_name_one(jobs: list[vg.Job], capsys: pytest.CaptureFixture[str]) -> None:
    """The exit status is that of what can't be done as it is written."""
    assert cli.main(["upload"]) == 2
    assert "No storage is configured. Nothing was uploaded." in capsys.readouterr().err


def test_all_clips_of_before(
    jobs: list[vg.Job], trouble: Trouble, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those that are there already are not put again."""
    assert cli.main(["upload"]) == 0
    assert capsys.readouterr().out == "No clip is owed to renaming://clips.\n"
    assert cli.main(["upload", jobs[0].id]) == 0
    assert capsys.readouterr().out == "1 clip is in renaming://clips.\n"
    assert cli.main(["upload", "all", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (sorted(done["stored"]), done["left"]) == (sorted(job.id for job in jobs), {})
    assert len(trouble.puts) == len(shop.book) == 2


def test_what_is_not_there_yet_is_told(
    jobs: list[vg.Job], trouble: Trouble, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the reason, and what is owed is tried by the next call."""
    trouble.fail_at = 0
    assert cli.main(["upload", "all"]) == 1
    told = capsys.readouterr().out
    assert told.startswith("Not there yet: ")
    assert all(job.id in told for job in jobs)
    assert told.endswith(": it can't be reached.\n")
    assert sorted(process.runtime().uploads.pending()) == sorted(job.id for job in jobs)
    trouble.fail_at = None
    assert cli.main(["upload"]) == 0
    assert capsys.readouterr().out == "2 clips are in renaming://clips.\n"
