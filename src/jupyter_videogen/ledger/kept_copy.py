"""The ledger of Python in a browser: SQLite works in memory, and every durable write is copied to the drive of the site.

The drive has no locks and no memory maps, and it stores a file when that is closed (DriveFS in jupyterlite/jupyterlite,
`packages/services/src/contents/drivefs.ts`), so a database that stays open there would never be stored. One copy is one
value of the browser's storage: it is there whole, or the one before is.

Each notebook of a browser has a kernel with a memory of its own. Before a durable write, what other kernels have written
since is taken in, so their jobs are not lost; two kernels that write in the same moment are not kept apart.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import tempfile
from pathlib import Path
from uuid import uuid4

log = logging.getLogger("jupyter_videogen")


class KeptCopy:
    """The copy of a ledger at a path, and the file in memory that is worked on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        place = hashlib.sha256(str(path).encode()).hexdigest()[:16]
        self.working = Path(tempfile.gettempdir()) / f"jupyter-videogen-{place}" / path.name
        self._seen: bytes | None = None
        """The digest of the copy as it was last read or written here."""
        self._load()

    def news(self) -> sqlite3.Connection | None:
        """Return the copy where another kernel has written it since, to be closed after reading; None where none has."""
        content = self._read()
        if content is None or _digest(content) == self._seen:
            return None
        self._seen = _digest(content)
        return _opened(content)

    def save(self, connection: sqlite3.Connection) -> None:
        """Write the copy, stored when this returns; raises `OSError`."""
        content = connection.serialize()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(content)
        self._seen = _digest(content)

    def _load(self) -> None:
        """Begin with the copy, where there is one; one that is damaged is kept under another name."""
        content = self._read()
        if content is None or self.working.exists():
            return
        try:
            _opened(content).close()
        except sqlite3.DatabaseError:
            self._set_aside()
            return
        self._seen = _digest(content)
        self.working.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.working.write_bytes(content)

    def _read(self) -> bytes | None:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None

    def _set_aside(self) -> None:
        aside = self.path.with_name(f"{self.path.stem}-damaged-{uuid4().hex[:8]}{self.path.suffix}")
        self.path.rename(aside)
        log.warning("The job ledger was damaged. It is kept as %s, and a new one was created.", aside.name)


def _opened(content: bytes) -> sqlite3.Connection:
    """Open a database that is held in memory; raises `sqlite3.DatabaseError` for bytes that are none."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(content)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
