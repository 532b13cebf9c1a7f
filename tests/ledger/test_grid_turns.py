"""What a running grid reads of its cells at each turn: what has news, and never the many jobs that simply run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.grid import Cell, GridPlan
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.ledger import grids
from jupyter_videogen.ledger.grids import GridKey
from jupyter_videogen.ledger.ledger import Ledger
from support.full_library import fill, make_record

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from jupyter_videogen.core.job import JobRecord, JobState

STATES: tuple[JobState, ...] = ("submitting", "queued", "running", "saving", "unreachable")
"""Those in which a job goes on by itself."""
GONE = "00009999"
"""A job that was never written down."""


def cell(position: int, job: str) -> Cell:
    request = GenerationRequest(prompt=f"the sea, number {position}", model="m")
    where = {"row": position, "column": 0, "key": f"key-{position}", "origin": "https://lab.test"}
    return Cell(position=position, **where, cost=None, request=request, provider="lab", job=job, state="taken")  # type: ignore[arg-type]


def store(home: Path, jobs: list[JobRecord]) -> tuple[Ledger, int]:
    """Write down a grid that has these jobs, and one that is missing."""
    home.mkdir(exist_ok=True)
    ledger = Ledger.at(home / "ledger.sqlite3")
    fill(ledger, jobs)
    names = [*(job.id for job in jobs), GONE]
    cells = [cell(position, name) for position, name in enumerate(names)]
    return ledger, ledger.grids.adopt(GridKey("", "g"), GridPlan(columns=(), rows=()), cells, now=1.0).id


def jobs_of(home: Path) -> list[JobRecord]:
    """One job in each state that matters."""
    failure = Failure(code="unknown_outcome", message="No answer came.", sent="yes", charged="unknown")
    going = [make_record(number, home, state=state) for number, state in enumerate(STATES)]
    lost = [make_record(20, home, state="unknown_outcome"), make_record(21, home, state="unknown_outcome")]
    lost = [msgspec.structs.replace(job, failure=failure, searching=job.id.endswith("1")) for job in lost]
    ended = [make_record(number, home, state=state) for number, state in ((30, "failed"), (31, "expired"))]  # type: ignore[arg-type]
    return [*going, *lost, *ended, make_record(40, home)]


def test_a_turn_reads_what_has_news(home: Path) -> None:
    """Without jobs that are followed it is all that has no clip; with them, what runs is left out, and nothing else is."""
    jobs = jobs_of(home)
    ledger, grid = store(home, jobs)
    assert ledger.grids.unsettled(grid, ()) == ledger.grids.taken(grid)
    everyone = {job.id for job in jobs} | {GONE}
    found = {one.cell.job for one in ledger.grids.unsettled(grid, everyone)}
    assert found == {"00000020", "00000021", "00000030", "00000031", GONE}
    one_new = everyone - {jobs[2].id}
    assert {one.cell.job for one in ledger.grids.unsettled(grid, one_new)} == found | {jobs[2].id}


def test_jobs_that_run_are_not_even_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    decode = grids.decode_job

    def watched(content: bytes, version: int) -> JobRecord:
        job = decode(content, version)
        read.append(job.id)
        return job

    jobs = [make_record(number, home, state="running") for number in range(50)]
    ledger, grid = store(home, jobs)
    monkeypatch.setattr(grids, "decode_job", watched)
    assert [one.cell.job for one in ledger.grids.unsettled(grid, {job.id for job in jobs[1:]})] == [jobs[0].id, GONE]
    assert read == [jobs[0].id]
