"""The jobs of one call as a grid: many takes or models of a cell are one output, not as many as there are clips."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from jupyter_videogen.api.grids.grid import Grid, open_grid
from jupyter_videogen.core import environment
from jupyter_videogen.core.grid import Cell, GridColumn, GridPlan, GridRow
from jupyter_videogen.ledger.grids import GridKey
from jupyter_videogen.runtime import process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.job import Job

FEWEST = 5
"""Jobs of one call from which on they are one output."""
Place = tuple[str, str, int]
"""A provider, a model, and the number of the take, from 1."""


def grid_of_jobs(jobs: Sequence[Job]) -> Grid | None:
    """Return the jobs of one call as a grid of prompts × models and takes; None where they are few, or are no such table.

    The jobs are as they were: nothing is sent for it, and nothing is sent again by itself.
    """
    places = _places(jobs)
    rows, columns = list(places), list(dict.fromkeys(place for row in places.values() for place in row))
    if len(jobs) < FEWEST or any(list(row) != columns for row in places.values()):
        return None
    plan = GridPlan(
        columns=tuple(_column(place, [row[place] for row in places.values()]) for place in columns),
        rows=tuple(GridRow(label=str(number), prompt=prompt) for number, prompt in enumerate(rows, start=1)),
        retries=0,
    )
    ordered = [
        (row, column, places[prompt][place]) for row, prompt in enumerate(rows) for column, place in enumerate(columns)
    ]
    cells = [_cell(position, *one) for position, one in enumerate(ordered)]
    run = process.runtime()
    key = GridKey(str(environment.project(environment.folder())), f"cell {jobs[0].id}")
    return open_grid(run.ledger.grids.adopt(key, plan, cells, now=run.clock.now())).reopen()


def _places(jobs: Sequence[Job]) -> dict[str, dict[Place, Job]]:
    """Return the jobs by prompt and place; a job that is given twice stands once."""
    found: defaultdict[str, dict[Place, Job]] = defaultdict(dict)
    for job in {job.id: job for job in jobs}.values():
        row = found[job.request.prompt]
        model = (job.record.provider, job.record.model)
        row[*model, sum(place[:2] == model for place in row) + 1] = job
    return dict(found)


def _column(place: Place, jobs: Sequence[Job]) -> GridColumn:
    seeds = {job.request.seed for job in jobs}
    return GridColumn(provider=place[0], model=place[1], take=place[2], seed=seeds.pop() if len(seeds) == 1 else None)


def _cell(position: int, row: int, column: int, job: Job) -> Cell:
    record = job.record
    return Cell(
        position=position,
        row=row,
        column=column,
        key=f"{record.fingerprint} {record.id}",
        origin=record.base_url,
        cost=record.cost,
        request=record.request,
        provider=record.provider,
        key_env=record.key_env,
        take=record.take,
        free=job.provider.free,
        job=record.id,
    )
