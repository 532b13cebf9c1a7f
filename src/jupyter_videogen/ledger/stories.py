"""Stories in the ledger: the edit list beside the grid whose cells are its takes.

An edit is read, changed and written in one transaction, so that two kernels can work on one story. A take and its cell are
written together: no take is known without its cell, and no cell is sent for a take that was withdrawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from jupyter_videogen.core import story as edits
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.grid import Cell, GridPlan, GridRecord
from jupyter_videogen.core.story import StoryRecord
from jupyter_videogen.ledger.grids import insert_cell, insert_grid

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from jupyter_videogen.ledger.database import Database
    from jupyter_videogen.ledger.grids import GridKey


class Addition(NamedTuple):
    """A take that is started: the story with it, the plan with its row, and its cell."""

    story: StoryRecord
    plan: GridPlan
    cell: Cell


class Stories:
    """Stories of one ledger; safe to call from any thread."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def find(self, grid: int) -> StoryRecord | None:
        """Return the story of a grid; None for a grid that is none."""
        with self._file.reading() as db:
            return _content(db, grid)

    def get(self, grid: int) -> StoryRecord:
        """Return a story that is known to be there; raises `VideogenError` where it is gone."""
        found = self.find(grid)
        if found is None:
            raise VideogenError("The story is not in the ledger any more.", next="Run its cell again.", code="ledger")
        return found

    def names(self, project: str) -> list[str]:
        """Return the names of a project's stories, the newest first."""
        query = "SELECT name FROM grids JOIN stories ON grid = id WHERE project = ? ORDER BY created_at DESC, id DESC"
        with self._file.reading() as db:
            return [name for (name,) in db.execute(query, (project,))]

    def create(self, key: GridKey, plan: GridPlan, story: StoryRecord, *, now: float) -> GridRecord:
        """Write a story down as paused, with a grid without cells; one that another kernel has just written stays as it is."""
        with self._file.writing() as db:
            record = insert_grid(db, key, plan, now=now)
            db.execute("INSERT OR IGNORE INTO stories (grid, content) VALUES (?, ?)", (record.id, _encoded(story)))
            return record

    def change(self, grid: int, edit: Callable[[StoryRecord], StoryRecord]) -> StoryRecord:
        """Apply an edit to the story as it is now; what the edit raises leaves it as it was.

        A cell that waits leaves the grid when its take is not chosen any more: it is not paid for.
        """
        with self._file.writing() as db:
            before = _present(db, grid)
            after = _drop_unchosen(db, grid, edit(before))
            if after != before:
                _write(db, grid, after)
            return after

    def set_plan(self, grid: int, change: Callable[[GridPlan], GridPlan]) -> None:
        """Change how its cells are sent."""
        with self._file.writing() as db:
            db.execute("UPDATE grids SET plan = ? WHERE id = ?", (msgspec.json.encode(change(_plan(db, grid))), grid))

    def append(self, grid: int, edit: Callable[[StoryRecord, GridPlan], Addition | None]) -> bool:
        """Start a take: write it and its cell down together; returns whether `edit`, which sees both as they are now, wanted it."""
        with self._file.writing() as db:
            added = edit(_present(db, grid), _plan(db, grid))
            if added is None:
                return False
            db.execute("UPDATE grids SET plan = ? WHERE id = ?", (msgspec.json.encode(added.plan), grid))
            insert_cell(db, grid, added.cell)
            _write(db, grid, added.story)
            return True


def _drop_unchosen(db: sqlite3.Connection, grid: int, story: StoryRecord) -> StoryRecord:
    """Take the cells out of the grid that are not sent and not wanted."""
    chosen = {shot.take.key for shot in story.shots if shot.take is not None}
    unsent = db.execute(
        "SELECT key FROM cells WHERE grid = ? AND state IN ('waiting', 'cancelled')", (grid,)
    ).fetchall()
    unwanted = {key for (key,) in unsent if key not in chosen}
    db.executemany("DELETE FROM cells WHERE grid = ? AND key = ?", ((grid, key) for key in unwanted))
    return edits.forget(story, unwanted) if unwanted else story


def _content(db: sqlite3.Connection, grid: int) -> StoryRecord | None:
    row = db.execute("SELECT content FROM stories WHERE grid = ?", (grid,)).fetchone()
    return None if row is None else msgspec.json.decode(row[0], type=StoryRecord)


def _present(db: sqlite3.Connection, grid: int) -> StoryRecord:
    found = _content(db, grid)
    if found is None:
        raise VideogenError("The story is not in the ledger any more.", next="Run its cell again.", code="ledger")
    return found


def _plan(db: sqlite3.Connection, grid: int) -> GridPlan:
    (content,) = db.execute("SELECT plan FROM grids WHERE id = ?", (grid,)).fetchone()
    return msgspec.json.decode(content, type=GridPlan)


def _write(db: sqlite3.Connection, grid: int, story: StoryRecord) -> None:
    db.execute("UPDATE stories SET content = ? WHERE grid = ?", (_encoded(story), grid))


def _encoded(story: StoryRecord) -> bytes:
    return msgspec.json.encode(story)
