"""The index of one ledger's words: brought up to date when somebody searches, or passed over where this Python has no FTS5."""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.ledger import words

if TYPE_CHECKING:
    import sqlite3

    from jupyter_videogen.ledger.database import Database

CACHE = 16 * 1024
"""KiB of the file that are kept in memory from the first search on that finds much: its page and its counts read the same rows, and those
of 12,000 jobs lie between the newest 2,000 of one job in six. Others get along with a sixteenth."""
log = logging.getLogger("jupyter_videogen")


class _Found(NamedTuple):
    """What a search found, and in what state of the file."""

    search: str
    db: sqlite3.Connection
    stamp: tuple[int, int]
    hits: list[int]


class Words:
    """The words of one ledger's jobs; safe to call from any thread."""

    def __init__(self, file: Database) -> None:
        self._file = file
        self._usable: bool | None = None
        self._last: _Found | None = None

    def hits(self, search: str) -> list[int]:
        """Bring the index up to date, and return the numbers of the newest `words.MOST` jobs that a search finds, the newest first.

        The last answer stands until somebody writes to the file: a page and its counts ask for the same hits.
        """
        if not words.expression(search):
            return []
        if self._can_index():
            with suppress(VideogenError):  # a busy or full disk: what was indexed before is found
                self.catch_up()
        with self._file.reading() as db:
            stamp = read_stamp(db)
            last = self._last
            if last is None or (last.search, last.stamp) != (search, stamp) or last.db is not db:
                last = self._last = _Found(search, db, stamp, self._find(db, search))
            return last.hits

    def _find(self, db: sqlite3.Connection, search: str) -> list[int]:
        query, asked = words.HITS, words.expression(search, partial(words.list_known, db))
        if not (self._usable and words.is_asked_singly(search) and _has_table(db)):
            db.create_function("has_words", 2, words.has_words, deterministic=True)
            query, asked = words.SCAN, search
        hits = [number for (number,) in db.execute(query, (asked, words.MOST))]
        if len(hits) == words.MOST:
            db.execute(f"PRAGMA cache_size = -{CACHE}")
        return hits

    def catch_up(self) -> None:
        """Index the jobs that were added since the last time; raises `VideogenError` where the file cannot be written."""
        while self._behind():
            with self._file.writing(durable=False, patience=words.MOMENT) as db:
                words.index_some(db)

    def _behind(self) -> bool:
        with self._file.reading() as db:
            return words.is_behind(db)

    def _can_index(self) -> bool:
        if self._usable is None:
            with self._file.reading() as db:
                self._usable = words.has_index(db)
            if not self._usable:
                log.warning(
                    "This Python's SQLite has no FTS5: a search reads every job. Python from python.org has it."
                )
        return self._usable


def _has_table(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'words'").fetchone() is not None


def read_stamp(db: sqlite3.Connection) -> tuple[int, int]:
    """Return two numbers that are others after any write to the file, by this process or another."""
    (others,) = db.execute("PRAGMA data_version").fetchone()
    return others, db.total_changes
