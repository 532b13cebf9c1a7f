"""Read along in the file of jobs without the rest of the package: which jobs are open, and who watches each.

A Jupyter server does this all day, so this imports the standard library alone, and a look at a file that has not changed
costs one `stat` and one PRAGMA (about 20 microseconds together). Nothing here writes.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import suppress
from itertools import starmap
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import quote

from jupyter_videogen.ledger.liveness import Presence
from jupyter_videogen.ledger.packing import unpack

if TYPE_CHECKING:
    from pathlib import Path

LeaseKind = Literal["kernel", "server", "terminal"]
"""What kind of process has a lease: only a kernel sends jobs."""
VERSION = 14
"""The version of the file that is read. One that is older would be brought up to date by opening it properly, and older kernels
could not use it then: a server leaves that to the kernels."""
COLUMNS = """
id, version, state, NOT open, (SELECT label FROM labels WHERE id = provider), (SELECT label FROM labels WHERE id = model), content,
    charged, starred, let_go, created_at, lease_owner, lease_until, lease_kind, wanted_by
"""
LATEST = f"""
SELECT {COLUMNS} FROM jobs WHERE open = 1 UNION SELECT {COLUMNS} FROM jobs WHERE id IN ({{ids}})
UNION SELECT {COLUMNS} FROM jobs WHERE created_at > ?
"""
PROMPT = 200
"""Characters of a prompt that are shown."""


class Seen(NamedTuple):
    """A job as one look sees it."""

    id: str
    version: int
    state: str
    """As in the file: planned, sent, accepted, running, saving, unreachable, stored, failed, …"""
    over: bool
    """Whether nothing more will happen to it by itself."""
    provider: str
    model: str
    prompt: str
    """Its first 200 characters."""
    progress: float | None
    needs_kernel: bool
    charged: bool
    starred: bool
    let_go: bool
    created_at: float
    """Seconds since the epoch."""
    lease_owner: str | None
    lease_until: float
    lease_kind: LeaseKind
    wanted_by: str | None

    def differs(self, before: Seen | None) -> bool:
        """Whether there is news since an earlier look; that a lease goes on is none."""
        return before is None or self != before._replace(lease_until=self.lease_until)


class Glance:
    """Looks at the ledger of a home, again and again; used by one thread."""

    def __init__(self, home: Path) -> None:
        self._path = home / "ledger.sqlite3"
        self._presence = Presence(home / "running")
        self._db: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._version: int | None = None
        self._known: dict[str, Seen] = {}
        self._newest = time.time()

    @property
    def open(self) -> list[Seen]:
        """The jobs that are unfinished, as of the last look; the oldest first."""
        return [job for job in self._known.values() if not job.over]

    @property
    def unwatched(self) -> list[Seen]:
        """The unfinished jobs that nobody watches, and that another process than their kernel may watch."""
        may_be = (job for job in self.open if not (job.let_go or job.needs_kernel or job.state == "planned"))
        return [job for job in may_be if self.watcher_of(job) is None]

    def look(self) -> list[Seen]:
        """Return the jobs that are new or have changed since the last look, of which the first returns the open ones.

        None can be read while the file is not there, locked, damaged or of another version; then nothing is returned.
        """
        with suppress(OSError, sqlite3.Error):
            db = self._opened()
            (version,) = db.execute("PRAGMA data_version").fetchone()
            if version != self._version:
                news = self._read(db)
                self._version = version
                return news
        return []

    def watcher_of(self, job: Seen) -> LeaseKind | None:
        """Return what kind of process watches a job; None where nobody does, or its process is dead or silent."""
        if job.lease_owner is None or job.lease_until < time.time() or not self.lives(job.lease_owner):
            return None
        return job.lease_kind

    def lives(self, owner: str) -> bool:
        """Whether a process is not proven dead."""
        return not self._presence.gone(owner)

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _opened(self) -> sqlite3.Connection:
        """Return the connection to the file that is at the path now."""
        facts = self._path.stat()
        identity = facts.st_dev, facts.st_ino
        if self._db is None or identity != self._identity:
            self.close()
            address = f"file:{quote(str(self._path))}?mode=ro"
            self._db = sqlite3.connect(address, uri=True, timeout=0, isolation_level=None)
            self._identity, self._version = identity, None
        return self._db

    def _read(self, db: sqlite3.Connection) -> list[Seen]:
        if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            return []
        tracked = [job.id for job in self.open]
        query = LATEST.format(ids=", ".join("?" * len(tracked)))
        rows = db.execute(query, (*tracked, self._newest)).fetchall()
        found = {job.id: job for job in sorted(starmap(_seen, rows), key=_age)}
        self._newest = max([self._newest, *(job.created_at for job in found.values())])
        known, self._known = self._known, found
        return [job for job in found.values() if job.differs(known.get(job.id))]


def _seen(*columns: Any) -> Seen:
    """Return a job as its columns and its record say it is."""
    *first, content, charged, starred, let_go, created_at, owner, until, kind, wanted_by = columns
    record = json.loads(unpack(content))
    said = (record["request"].get("prompt") or "")[:PROMPT], record.get("progress"), record.get("needs_kernel", False)
    return Seen._make((*first, *said, charged, starred, let_go, created_at, owner, until, kind, wanted_by))


def _age(job: Seen) -> float:
    return job.created_at
