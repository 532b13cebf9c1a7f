"""Votes in the ledger: rows are added, never changed, so that a vote once given stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.core.votes import VoteRow

if TYPE_CHECKING:
    from jupyter_videogen.ledger.database import Database

COLUMNS = "id, rater, kind, voted_at, left_clip, right_clip, is_repeat, seconds, undoes"


class BallotKey(NamedTuple):
    """What a ballot is found by."""

    project: str
    name: str
    by: str
    """What is compared, such as "model"."""


class Votes:
    """Votes of one ledger; safe to call from any thread."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def add(self, ballot: BallotKey, row: VoteRow) -> VoteRow:
        """Write a row down for good before anything else happens; returns it with its number. The number given is not read."""
        marks = ", ".join("?" for _ in (*ballot, *row[1:]))
        with self._file.writing() as db:
            query = f"INSERT INTO votes (project, name, by, {COLUMNS.partition(', ')[2]}) VALUES ({marks})"
            number = db.execute(query, (*ballot, *row[1:])).lastrowid
        return row._replace(id=number or 0)

    def rows(self, ballot: BallotKey) -> list[VoteRow]:
        """Return all rows of a ballot, the oldest first."""
        query = f"SELECT {COLUMNS} FROM votes WHERE project = ? AND name = ? AND by = ? ORDER BY id"
        with self._file.reading() as db:
            found = db.execute(query, ballot).fetchall()
        return [VoteRow(*row)._replace(is_repeat=bool(row[6])) for row in found]
