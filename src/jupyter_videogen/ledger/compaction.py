"""Make the file of jobs as small as what it holds, and take out failed jobs that nobody wants to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.core.job import UNPAID
from jupyter_videogen.ledger import words
from jupyter_videogen.ledger.stored_states import state_at_rest

if TYPE_CHECKING:
    import sqlite3

    from jupyter_videogen.ledger.database import Database

AT_ONCE = 500
"""Jobs that are deleted in one transaction."""
FAILED = ", ".join(f"'{state_at_rest(state)}'" for state in sorted(UNPAID))
OLD = f"""
SELECT number, content FROM jobs WHERE created_at < ? AND state IN ({FAILED}) AND charged = 0 AND clips = 0 AND starred = 0
    AND lease_owner IS NULL AND id NOT IN (SELECT job FROM cells WHERE job IS NOT NULL) AND number < (SELECT max(number) FROM jobs)
ORDER BY number LIMIT ?
"""
"""What failed without a charge and without a clip. The newest row stays: its number is never given to another job."""


class Compacted(NamedTuple):
    """What came of it, in bytes of the file."""

    before: int
    after: int
    deleted: int
    """Failed jobs that were taken out."""


def compact(file: Database, *, since: float | None) -> Compacted:
    """Delete failed jobs that are older than `since` (seconds since the epoch), and give free space back to the disk.

    What was charged or may have been, has a clip, a star or a cell of a grid stays. Raises `VideogenError` where the disk has no
    room for the second copy that SQLite makes; the file is whole then.
    """
    before = _size(file)
    deleted = 0 if since is None else _delete(file, since)
    file.vacuum()
    return Compacted(before, _size(file), deleted)


def _size(file: Database) -> int:
    """Return the bytes of the file, with what is in its log alone so far."""
    with file.reading() as db:
        (pages,), (size,) = (db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages * size)


def _delete(file: Database, since: float) -> int:
    deleted = 0
    while True:
        with file.writing() as db:
            rows = db.execute(OLD, (since, AT_ONCE)).fetchall()
            for number, content in rows:
                _forget_words(db, number, content)
            db.executemany("DELETE FROM jobs WHERE number = ?", [(number,) for number, _ in rows])
        if not rows:
            return deleted
        deleted += len(rows)


def _forget_words(db: sqlite3.Connection, number: int, content: bytes) -> None:
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'words'").fetchone():
        words.forget(db, number, content)
