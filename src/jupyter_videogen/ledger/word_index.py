"""The index of one ledger's words: brought up to date when somebody searches, or passed over where this Python has no FTS5."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.ledger import words

if TYPE_CHECKING:
    from jupyter_videogen.ledger.database import Database

log = logging.getLogger("jupyter_videogen")


class Words:
    """The words of one ledger's jobs; safe to call from any thread."""

    def __init__(self, file: Database) -> None:
        self._file = file
        self._usable: bool | None = None

    def condition(self, search: str) -> str:
        """Bring the index up to date, and return the condition on `jobs` that a search comes to."""
        if not words.expression(search):
            return "FALSE"
        if not self._can_index():
            return words.SCAN
        with suppress(VideogenError):  # a busy or full disk: what was indexed before is found
            self.catch_up()
        return words.HITS if self._has_table() else words.SCAN

    def catch_up(self) -> None:
        """Index the jobs that were added since the last time; raises `VideogenError` where the file cannot be written."""
        while self._behind():
            with self._file.writing(durable=False, patience=words.MOMENT) as db:
                words.index_some(db)

    def _behind(self) -> bool:
        with self._file.reading() as db:
            ((newest,), (indexed,)) = (
                db.execute("SELECT max(number) FROM jobs").fetchone(),
                db.execute(words.INDEXED).fetchone(),
            )
        return bool((newest or 0) > indexed)

    def _has_table(self) -> bool:
        with self._file.reading() as db:
            return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'words'").fetchone() is not None

    def _can_index(self) -> bool:
        if self._usable is None:
            with self._file.reading() as db:
                self._usable = words.has_index(db)
                db.create_function("has_words", 2, words.has_words, deterministic=True)
            if not self._usable:
                log.warning(
                    "This Python's SQLite has no FTS5: a search reads every job. Python from python.org has it."
                )
        return self._usable
