"""What functions of users made of clips, kept by the clip's hash, the function's name and its version.

They are rows of the table `checks`, told apart by what they were made for: a JSON list of name and version, where a check has the
JSON object of an order. Their version as checks is 0, which no check has.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.ledger.checks import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jupyter_videogen.ledger.database import Database

NO_CHECK = 0


class _Row(NamedTuple):
    """One result; a later one has a higher number."""

    number: int
    sha256: str
    key: str
    value: bytes


class Results:
    """Results of one ledger; safe to call from any thread."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def find(self, name: str, version: str, clips: Iterable[str]) -> dict[str, Any]:
        """Return what this version of a function made of clips, by their hashes; those without a result are not there."""
        condition, key = "AND expected = ?", _key(name, version)
        return {row.sha256: json.loads(row.value) for row in self._rows(clips, condition, key)}

    def keep(self, name: str, version: str, sha256: str, value: object) -> None:
        """Keep what a function made of a clip, in the place of what the same version made before."""
        with self._file.writing(durable=False) as db:
            db.execute(
                "INSERT OR REPLACE INTO checks VALUES (?, ?, ?, '', ?)",
                (sha256, _key(name, version), NO_CHECK, json.dumps(value).encode()),
            )

    def newest(self, clips: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return by name what functions made of clips, by their hashes: of each the version whose result was kept last."""
        rows = sorted(self._rows(clips))
        last = dict(json.loads(row.key) for row in rows)
        found: dict[str, dict[str, Any]] = {name: {} for name in last}
        for row in rows:
            name, version = json.loads(row.key)
            if version == last[name]:
                found[name][row.sha256] = json.loads(row.value)
        return found

    def _rows(self, clips: Iterable[str], condition: str = "", *values: str) -> Iterator[_Row]:
        """Return the results of clips, as far as they fulfil a condition."""
        left = iter(set(clips))
        while some := list(islice(left, AT_ONCE)):
            marks = ", ".join("?" for _ in some)
            query = f"SELECT rowid, sha256, expected, report FROM checks WHERE version = ? AND sha256 IN ({marks}) {condition}"
            with self._file.reading() as db:
                rows = db.execute(query, (NO_CHECK, *some, *values)).fetchall()
            yield from map(_Row._make, rows)


def _key(name: str, version: str) -> str:
    return json.dumps([name, version])
