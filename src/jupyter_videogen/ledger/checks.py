"""What checks of clips found, kept by the clip's hash and what was ordered: a clip is read once."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.core.checks import VERSION, CheckReport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_videogen.core.checks import Expected
    from jupyter_videogen.ledger.database import Database

AT_ONCE = 500
"""Hashes of one query."""


class Checks:
    """Reports of one ledger; safe to call from any thread. Those of another version of the checks are not there."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def find(self, sha256: str, expected: Expected) -> CheckReport | None:
        """Return what was found in a clip."""
        query = "SELECT report FROM checks WHERE sha256 = ? AND expected = ? AND version = ?"
        with self._file.reading() as db:
            row = db.execute(query, (sha256, expected.key, VERSION)).fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=CheckReport)

    def keep(self, sha256: str, expected: Expected, report: CheckReport) -> None:
        """Keep what was found in a clip, in the place of what was found before."""
        values = (sha256, expected.key, report.version, report.short, msgspec.json.encode(report))
        with self._file.writing(durable=False) as db:
            db.execute("INSERT OR REPLACE INTO checks VALUES (?, ?, ?, ?, ?)", values)

    def words(self, clips: Iterable[str]) -> dict[tuple[str, str], str]:
        """Return the short words on clips by hash and order's key; those that were not checked are not there."""
        left, found = iter(set(clips)), {}
        while some := list(islice(left, AT_ONCE)):
            marks = ", ".join("?" for _ in some)
            query = f"SELECT sha256, expected, short FROM checks WHERE version = ? AND sha256 IN ({marks})"
            with self._file.reading() as db:
                found.update({(sha256, key): short for sha256, key, short in db.execute(query, (VERSION, *some))})
        return found
