"""Grids and their cells in the ledger: which cell is sent next is decided here, in one step for all processes of a home.

A cell that waits is a row of `cells` and nothing else: it is no job, and costs nothing. When its turn comes it gets the id
of its future job, in the same transaction that counts the places at its provider; only then is the job itself written down
and sent. So a process that dies between the two leaves a cell whose job is not there, and nothing was sent for it.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.core.errors import Failure, VideogenError
from jupyter_videogen.core.grid import Cell, Counts, GridPlan, GridRecord, GridState
from jupyter_videogen.core.job import ENDED, new_id
from jupyter_videogen.ledger.rows import decode_job
from jupyter_videogen.ledger.stored_states import state_at_rest

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Container, Iterable, Iterator, Sequence

    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.browser_presence import BrowserPresence
    from jupyter_videogen.ledger.database import Database
    from jupyter_videogen.ledger.liveness import Presence

LEASE = 60.0
"""Seconds after which another process may send for a grid whose process is silent; nothing is sent twice by that."""
MOMENT = 1.0
"""Seconds that a write on the loop's thread waits for other programs."""
OVER = ", ".join(f"'{state_at_rest(state)}'" for state in sorted(ENDED))
UNSENT = "'planned', 'sent'"
COLUMNS = "cell, key, position, state, job, tries, not_before, cost, failure"
QUALIFIED = ", ".join(f"cells.{name}" for name in COLUMNS.split(", "))
UPSERT = """
INSERT INTO cells (grid, key, position, row_number, column_number, origin, state, cost, cell)
VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?)
ON CONFLICT (grid, key) DO UPDATE SET position = excluded.position, row_number = excluded.row_number,
    column_number = excluded.column_number, origin = excluded.origin, cost = excluded.cost, cell = excluded.cell
"""
GOING = "jobs.open"
"""A job for which something will happen by itself."""
TAKEN = "cells.grid = ? AND cells.state = 'taken' AND coalesce(jobs.state, '') != 'stored'"
"""Cells that have a job without a clip."""
WITH_JOBS = f"SELECT {QUALIFIED}, content, version, starred, rating FROM cells LEFT JOIN jobs ON jobs.id = cells.job"
BUSY = f"""
SELECT cells.grid, count(*) FROM cells LEFT JOIN jobs ON jobs.id = cells.job
WHERE cells.origin = ? AND cells.state = 'taken' AND (jobs.id IS NULL OR {GOING})
GROUP BY 1
"""
"""Places that grids hold at a provider, by grid."""
ASIDE = f"""
SELECT count(*) FROM jobs WHERE open = 1 AND origin = (SELECT id FROM labels WHERE label = ?) AND state IN ({UNSENT}) AND lease_until > ?
    AND id NOT IN (SELECT job FROM cells WHERE job IS NOT NULL)
"""
"""Jobs of no grid that are about to be sent: they go first."""
ALL_AT = f"""
SELECT (SELECT count(*) FROM jobs WHERE open = 1 AND origin = (SELECT id FROM labels WHERE label = :origin)
        AND state NOT IN ({OVER}, 'planned'))
    + (SELECT count(*) FROM cells LEFT JOIN jobs ON jobs.id = cells.job
        WHERE cells.origin = :origin AND cells.state = 'taken' AND coalesce(jobs.state, 'planned') = 'planned')
"""
"""Jobs that a provider has, and cells that are about to become some."""
EVERYWHERE = "*"
"""What is held back when all providers are."""
RIVALS = f"""
SELECT id FROM grids WHERE state = 'running' AND id != :grid AND lease_until > :now
    AND EXISTS (SELECT 1 FROM cells WHERE grid = grids.id AND origin = :origin AND state = 'waiting' AND not_before <= :now)
    AND NOT EXISTS (SELECT 1 FROM json_each(grids.held) WHERE value IN (:origin, '{EVERYWHERE}'))
"""
"""Other grids that could send to a provider now."""
NEXT = f"""
SELECT {COLUMNS} FROM cells WHERE grid = ? AND origin = ? AND state = 'waiting' AND not_before <= ?
    AND (SELECT grids.state FROM grids WHERE id = grid) = 'running' ORDER BY position LIMIT 1
"""
"""The grid's next cell, unless somebody has paused it a moment ago: what a new call added is not sent before it is agreed to."""
UNPAID = """
(cells.state = 'failed' OR (cells.state = 'taken' AND coalesce(jobs.state IN ('failed', 'expired') AND NOT jobs.charged, 0)))
"""
UNDECIDED = f"""
(cells.state = 'taken' AND coalesce((jobs.state IN ('failed', 'expired') AND jobs.charged)
    OR (jobs.state = 'unknown_outcome' AND NOT {GOING}), 0))
"""
COUNTS = f"""
SELECT count(*),
    coalesce(sum(cells.state = 'waiting'), 0),
    coalesce(sum(cells.state = 'taken' AND (jobs.id IS NULL OR {GOING})), 0),
    coalesce(sum(jobs.state = 'stored'), 0),
    coalesce(sum({UNPAID}), 0),
    coalesce(sum({UNDECIDED}), 0),
    coalesce(sum(cells.state = 'cancelled' OR (cells.state = 'taken' AND jobs.state = 'cancelled')), 0),
    total(iif({GOING}, jobs.progress, 0)),
    total(iif(jobs.charged AND NOT {GOING}, jobs.cost, 0)),
    total(iif(jobs.charged AND {GOING}, jobs.cost, 0)),
    total(cells.cost), coalesce(sum(cells.cost IS NULL), 0),
    total(iif(cells.state = 'waiting', cells.cost, 0)), coalesce(sum(cells.state = 'waiting' AND cells.cost IS NULL), 0),
    total(iif({UNPAID}, cells.cost, 0)), coalesce(sum({UNPAID} AND cells.cost IS NULL), 0),
    total(iif({UNDECIDED}, cells.cost, 0)), coalesce(sum({UNDECIDED} AND cells.cost IS NULL), 0)
FROM cells LEFT JOIN jobs ON jobs.id = cells.job WHERE cells.grid = ?
"""
FIGURES = """
SELECT column_number, rating, jobs.took, jobs.cost
FROM cells JOIN jobs ON jobs.id = cells.job WHERE cells.grid = ? AND cells.state = 'taken' AND jobs.state = 'stored'
"""
REMAINING = f"""
SELECT cells.origin, column_number, count(*) FROM cells LEFT JOIN jobs ON jobs.id = cells.job
WHERE cells.grid = ? AND (cells.state = 'waiting' OR (cells.state = 'taken' AND coalesce(jobs.state NOT IN ({OVER}), 1)))
GROUP BY 1, 2
"""


class CellWithJob(NamedTuple):
    """A cell, and how its job stands in the ledger."""

    cell: Cell
    job: JobRecord | None
    starred: bool = False
    rating: int | None = None
    checks: str | None = None
    """What the checks of its clip found, in a few words; None where it was not checked."""


class Figure(NamedTuple):
    """One finished cell, for the figures of its column."""

    column: int
    rating: int | None
    seconds: float | None
    """From when the provider took it to its clip."""
    cost: float | None
    """Dollars."""


class Place(NamedTuple):
    """Where a cell is."""

    position: int
    row: int


class GridKey(NamedTuple):
    """What a grid is found by."""

    project: str
    name: str


class Stored(NamedTuple):
    """What came of writing a grid down."""

    record: GridRecord
    added: int
    """Cells that it did not have before."""
    dropped: int
    """Cells that it had before, and that are not asked for any more; their clips stay."""


class Grids:
    """Grids of one ledger; safe to call from any thread."""

    def __init__(self, file: Database, presence: Presence | BrowserPresence) -> None:
        self._file, self._presence = file, presence

    # ---- grids ---------------------------------------------------------------------------------------------

    def find(self, project: str, name: str) -> GridRecord | None:
        """Return a project's grid by its name."""
        with self._file.reading() as db:
            return _grid(db, "project = ? AND name = ?", project, name)

    def get(self, grid: int) -> GridRecord:
        """Return a grid as it is now; raises `VideogenError` where it is gone."""
        with self._file.reading() as db:
            found = _grid(db, "id = ?", grid)
        if found is None:
            raise VideogenError("The grid is not in the ledger any more.", next="Run its cell again.")
        return found

    def names(self, project: str) -> list[str]:
        """Return the names of a project's grids, the newest first."""
        with self._file.reading() as db:
            rows = db.execute("SELECT name FROM grids WHERE project = ? ORDER BY created_at DESC, id DESC", (project,))
            return [name for (name,) in rows]

    def keys(self, grid: int) -> set[str]:
        """Return the keys of a grid's cells."""
        with self._file.reading() as db:
            return {key for (key,) in db.execute("SELECT key FROM cells WHERE grid = ?", (grid,))}

    def keys_with_jobs(self, grid: int) -> set[str]:
        """Return the keys of the cells that were sent."""
        with self._file.reading() as db:
            return {key for (key,) in db.execute("SELECT key FROM cells WHERE grid = ? AND state = 'taken'", (grid,))}

    def store(self, key: GridKey, plan: GridPlan, cells: Sequence[Cell], *, now: float, keep: bool = False) -> Stored:
        """Write a grid down as paused, or bring it up to date; cells that it has keep their jobs.

        Cells that are not among `cells` leave the grid, unless `keep`; what waited of them is never sent.
        """
        with self._file.writing() as db:
            db.execute(
                "INSERT INTO grids (project, name, state, created_at, plan) VALUES (?, ?, 'paused', ?, ?) "
                "ON CONFLICT (project, name) DO UPDATE SET plan = excluded.plan",
                (*key, now, msgspec.json.encode(plan)),
            )
            record = _written(db, key)
            before = {key for (key,) in db.execute("SELECT key FROM cells WHERE grid = ?", (record.id,))}
            dropped = set() if keep else before - {cell.key for cell in cells}
            db.executemany("DELETE FROM cells WHERE grid = ? AND key = ?", ((record.id, key) for key in dropped))
            db.executemany(UPSERT, ((record.id, *_values(cell)) for cell in cells))
            return Stored(record, sum(cell.key not in before for cell in cells), len(dropped))

    def adopt(self, key: GridKey, plan: GridPlan, cells: Sequence[Cell], *, now: float) -> GridRecord:
        """Write a grid down whose cells have jobs already; one that is there keeps its cells."""
        with self._file.writing() as db:
            record = insert_grid(db, key, plan, now=now)
            added = [cell for cell in cells if db.execute(UPSERT, (record.id, *_values(cell))).rowcount]
            jobs = ((cell.job, record.id, cell.key) for cell in added)
            db.executemany(
                "UPDATE cells SET state = 'taken', tries = 1, job = ? WHERE grid = ? AND key = ? AND job IS NULL", jobs
            )
            return record

    def set_state(self, grid: int, state: GridState) -> None:
        """Set what a person wants of a grid; `cancelled` also ends the cells that wait."""
        with self._file.writing() as db:
            db.execute("UPDATE grids SET state = ? WHERE id = ?", (state, grid))
            if state == "cancelled":
                db.execute("UPDATE cells SET state = 'cancelled' WHERE grid = ? AND state = 'waiting'", (grid,))
            else:
                db.execute("UPDATE cells SET state = 'waiting' WHERE grid = ? AND state = 'cancelled'", (grid,))

    # ---- who sends -----------------------------------------------------------------------------------------

    def claim(self, grid: int, *, now: float) -> bool:
        """Become, or stay, the process that sends a grid's cells; False while another one is."""
        self._presence.show()
        with self._file.writing(durable=False, patience=MOMENT) as db:
            row = db.execute("SELECT lease_owner, lease_until FROM grids WHERE id = ?", (grid,)).fetchone()
            holder, until = row or (None, 0.0)
            mine = str(self._presence.owner)
            if holder not in {None, mine} and until > now and not self._presence.gone(holder):
                return False
            changed = db.execute(
                "UPDATE grids SET lease_owner = ?, lease_until = ? WHERE id = ? AND lease_owner IS ?",
                (mine, now + LEASE, grid, holder),
            )
            return changed.rowcount == 1

    def release(self, grid: int) -> None:
        """Let another process send for a grid."""
        with suppress(VideogenError), self._file.writing(durable=False, patience=MOMENT) as db:
            db.execute(
                "UPDATE grids SET lease_owner = NULL, lease_until = 0 WHERE id = ? AND lease_owner = ?",
                (grid, str(self._presence.owner)),
            )

    def note_held(self, grid: int, origins: Iterable[str]) -> None:
        """Write down at which providers a grid holds its cells back: there it is no rival of others."""
        with self._file.writing(durable=False, patience=MOMENT) as db:
            db.execute("UPDATE grids SET held = ? WHERE id = ?", (msgspec.json.encode(sorted(origins)).decode(), grid))

    # ---- cells ---------------------------------------------------------------------------------------------

    def take(self, grid: int, origin: str, *, most: int, cap: int | None = None, now: float) -> Cell | None:
        """Give the grid's next cell for a provider a job's id and a place, if one is free.

        `most` places are there for all grids, and `cap` for all jobs. Jobs of no grid go first, and a grid with more places
        than another that could send as well lets that one go first.
        """
        with self._file.writing(patience=MOMENT) as db:
            held = dict(db.execute(BUSY, (origin,)).fetchall())
            if sum(held.values()) >= most or db.execute(ASIDE, (origin, now)).fetchone()[0]:
                return None
            if cap is not None and db.execute(ALL_AT, {"origin": origin}).fetchone()[0] >= cap:
                return None
            rivals = [other for (other,) in db.execute(RIVALS, {"grid": grid, "now": now, "origin": origin})]
            if any(held.get(other, 0) < held.get(grid, 0) for other in rivals):
                return None
            row = db.execute(NEXT, (grid, origin, now)).fetchone()
            if row is None:
                return None
            cell = _cell(row)
            job = new_id()
            db.execute(
                "UPDATE cells SET state = 'taken', job = ?, tries = tries + 1 WHERE grid = ? AND key = ?",
                (job, grid, cell.key),
            )
            return msgspec.structs.replace(cell, state="taken", job=job, tries=cell.tries + 1)

    def count_at(self, origin: str) -> int:
        """Return how many jobs a provider has, of grids and others."""
        with self._file.reading() as db:
            (jobs,) = db.execute(ALL_AT, {"origin": origin}).fetchone()
        return int(jobs)

    def bind(self, grid: int, key: str, job: str) -> None:
        """Note that a cell's clip is made by another job: the same request was made before."""
        with self._file.writing() as db:
            db.execute("UPDATE cells SET job = ? WHERE grid = ? AND key = ?", (job, grid, key))

    def put_back(self, grid: int, key: str, *, not_before: float = 0.0, tries: int | None = None) -> None:
        """Let a cell wait again, for another job; with `tries`, as if it had been sent so often."""
        with self._file.writing() as db:
            db.execute(
                "UPDATE cells SET state = 'waiting', failure = NULL, not_before = ?, tries = coalesce(?, tries) WHERE grid = ? AND key = ?",
                (not_before, tries, grid, key),
            )

    def fail(self, grid: int, key: str, failure: Failure) -> None:
        """End a cell whose request can't be built any more; nothing was sent for it."""
        with self._file.writing() as db:
            values = (msgspec.json.encode(failure), grid, key)
            db.execute("UPDATE cells SET state = 'failed', job = NULL, failure = ? WHERE grid = ? AND key = ?", values)

    def counts(self, grid: int) -> Counts:
        """Count a grid's cells."""
        with self._file.reading() as db:
            row = db.execute(COUNTS, (grid,)).fetchone()
        return Counts(**dict(zip(Counts.__struct_fields__, row, strict=True)))

    def figures(self, grid: int) -> list[Figure]:
        """Return what is known of each finished cell."""
        with self._file.reading() as db:
            return [Figure(*row) for row in db.execute(FIGURES, (grid,))]

    def remaining(self, grid: int) -> dict[tuple[str, int], int]:
        """Return how many cells are still to be made, by provider's address and column."""
        with self._file.reading() as db:
            return {(origin, column): count for origin, column, count in db.execute(REMAINING, (grid,))}

    def waiting(self, grid: int) -> dict[str, float]:
        """Return the providers at which cells wait, each with the moment when the first may be sent."""
        query = "SELECT origin, min(not_before) FROM cells WHERE grid = ? AND state = 'waiting' GROUP BY origin"
        with self._file.reading() as db:
            return dict(db.execute(query, (grid,)).fetchall())

    def cells(self, grid: int, rows: Sequence[int] | None = None) -> list[CellWithJob]:
        """Return cells with their jobs, by row and column: of these rows, or all."""
        if rows is None:
            return list(self._select("cells.grid = ?", grid))
        marks = ", ".join("?" for _ in rows)
        return list(self._select(f"cells.grid = ? AND row_number IN ({marks})", grid, *rows))

    def at(self, grid: int, positions: Sequence[int]) -> list[CellWithJob]:
        """Return cells by their positions."""
        marks = ", ".join("?" for _ in positions)
        return list(self._select(f"cells.grid = ? AND position IN ({marks})", grid, *positions))

    def stuck(self, grid: int, *, undecided: bool) -> list[Place]:
        """Return where the cells are that a person decides on: those of unknown outcome or perhaps charged, else all that failed, too."""
        which = UNDECIDED if undecided else f"({UNDECIDED} OR {UNPAID})"
        query = "SELECT position, row_number FROM cells LEFT JOIN jobs ON jobs.id = cells.job WHERE cells.grid = ?"
        with self._file.reading() as db:
            return [Place(*row) for row in db.execute(f"{query} AND {which} ORDER BY position", (grid,))]

    def taken(self, grid: int) -> list[CellWithJob]:
        """Return the cells that have a job without a clip: it runs, or has ended otherwise."""
        return list(self._select(TAKEN, grid))

    def unsettled(self, grid: int, followed: Container[str]) -> list[CellWithJob]:
        """Return what `taken` does, except for the cells whose job runs and is among those that are `followed` already.

        A grid asks this at every end of a job, and of the many jobs that run it has nothing to learn: they are not read.
        """
        query = (
            "SELECT position, job, coalesce(jobs.open AND jobs.state != 'unknown_outcome', 0) FROM cells "
            f"LEFT JOIN jobs ON jobs.id = cells.job WHERE {TAKEN}"
        )
        with self._file.reading() as db:
            rows = db.execute(query, (grid,)).fetchall()
        news = [position for position, job, runs in rows if not (runs and job in followed)]
        return list(
            self._select(
                f"{TAKEN} AND position IN (SELECT value FROM json_each(?))", grid, msgspec.json.encode(news).decode()
            )
        )

    def of_job(self, job: str) -> list[tuple[int, Cell]]:
        """Return the cells whose clip a job makes, each with its grid."""
        with self._file.reading() as db:
            rows = db.execute(f"SELECT grid, {COLUMNS} FROM cells WHERE job = ?", (job,)).fetchall()
        return [(grid, _cell(row)) for grid, *row in rows]

    def rate(self, job: str, rating: int | None) -> None:
        """Rate a job's clip from 1 to 5, or take the rating back."""
        with self._file.writing() as db:
            db.execute("UPDATE jobs SET rating = ? WHERE id = ?", (rating, job))

    def _select(self, where: str, *values: object) -> Iterator[CellWithJob]:
        query = f"{WITH_JOBS} WHERE {where} ORDER BY row_number, column_number"
        with self._file.reading() as db:
            rows = db.execute(query, values).fetchall()
        for *cell, content, version, starred, rating in rows:
            job = None if content is None else decode_job(content, version)
            yield CellWithJob(_cell(cell), job, bool(starred), rating)


def _grid(db: sqlite3.Connection, where: str, *values: object) -> GridRecord | None:
    query = f"SELECT id, project, name, state, created_at, plan FROM grids WHERE {where}"
    row = db.execute(query, values).fetchone()
    if row is None:
        return None
    *facts, plan = row
    names = ("id", "project", "name", "state", "created_at")
    return GridRecord(**dict(zip(names, facts, strict=True)), plan=_plan(plan))


@lru_cache(maxsize=8)
def _plan(content: bytes | str) -> GridPlan:
    """Read a plan: it has all rows of the grid, and a running grid asks for it at every turn."""
    return msgspec.json.decode(content, type=GridPlan)


def insert_grid(db: sqlite3.Connection, key: GridKey, plan: GridPlan, *, now: float) -> GridRecord:
    """Write a grid without cells down as paused, in a transaction that is open; one that is there stays as it is."""
    db.execute(
        "INSERT OR IGNORE INTO grids (project, name, state, created_at, plan) VALUES (?, ?, 'paused', ?, ?)",
        (*key, now, msgspec.json.encode(plan)),
    )
    return _written(db, key)


def insert_cell(db: sqlite3.Connection, grid: int, cell: Cell) -> None:
    """Write a cell down in a transaction that is open; one of its key keeps its job."""
    db.execute(UPSERT, (grid, *_values(cell)))


def _written(db: sqlite3.Connection, key: GridKey) -> GridRecord:
    """Return a grid that was just written."""
    found = _grid(db, "project = ? AND name = ?", *key)
    if found is None:
        raise VideogenError("The grid could not be read back.", code="ledger")
    return found


def _cell(row: Sequence[Any]) -> Cell:
    content, *changing = row
    facts: dict[str, Any] = dict(zip(COLUMNS.split(", ")[1:], changing, strict=True))
    if facts["failure"] is not None:
        facts["failure"] = msgspec.json.decode(facts["failure"], type=Failure)
    return msgspec.structs.replace(msgspec.json.decode(content, type=Cell), **facts)


def _values(cell: Cell) -> tuple[object, ...]:
    """Return the columns that a call may change."""
    changing = {"job": None, "tries": 0, "state": "waiting", "not_before": 0.0, "failure": None}
    at_rest = msgspec.structs.replace(cell, request=cell.request.redacted(), **changing)
    where = (cell.key, cell.position, cell.row, cell.column, cell.origin, cell.cost)
    return (*where, msgspec.json.encode(at_rest))
