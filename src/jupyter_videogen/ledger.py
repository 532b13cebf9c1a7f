"""Every job, written down before a paid call leaves: SQLite in WAL mode, fsynced, readable by its owner only."""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from .errors import InvalidRequest, VideogenError
from .values import ENDED, JobRecord, JobState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

VERSION = 1
LEASE = 60.0
"""Seconds after which a silent watcher is taken for dead."""
AT_REST: dict[JobState, str] = {"draft": "planned", "submitting": "sent", "queued": "accepted", "succeeded": "stored"}
"""Four states have a name of their own in the file; every other is stored as it is called."""
SCHEMA = """
CREATE TABLE jobs (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, provider TEXT NOT NULL, origin TEXT NOT NULL, model TEXT NOT NULL,
    fingerprint TEXT NOT NULL, take INTEGER NOT NULL, idempotency_key TEXT NOT NULL UNIQUE,
    notebook TEXT, project TEXT, created_at REAL NOT NULL,
    lease_owner TEXT, lease_until REAL NOT NULL DEFAULT 0,
    record BLOB NOT NULL,
    UNIQUE (fingerprint, take)
);
CREATE INDEX jobs_by_age ON jobs (created_at);
CREATE INDEX jobs_by_state ON jobs (state);
"""
INSERT = """
INSERT INTO jobs (id, state, provider, origin, model, fingerprint, take, idempotency_key, notebook, project, created_at, record, lease_owner, lease_until)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
CLAIM = "UPDATE jobs SET lease_owner = ?, lease_until = ? WHERE id = ? AND (lease_owner = ? OR lease_until < ?)"


class Ledger:
    """The file of jobs; safe to call from any thread. Errors of the disk leave as `VideogenError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.owner = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"
        self._lock = threading.Lock()
        with _explained(path):
            self._db = _open(path)

    def add(self, record: JobRecord) -> JobRecord:
        """Write a new job and give it back with its take: one more than this request has had.

        It is ours to watch from the first moment: another process that starts just now must not take it for orphaned.
        """
        with self._writing():
            query = "SELECT coalesce(max(take), 0) FROM jobs WHERE fingerprint = ?"
            (last,) = self._db.execute(query, (record.fingerprint,)).fetchone()
            record = record.after(take=last + 1)
            self._db.execute(INSERT, (*_row(record), self.owner, record.created_at + LEASE))
        return record

    def save(self, record: JobRecord) -> None:
        """Write the newest state of a job; on return it survives a power cut."""
        with self._writing():
            values = (_at_rest(record.state), msgspec.json.encode(record.redacted()), record.id)
            self._db.execute("UPDATE jobs SET state = ?, record = ? WHERE id = ?", values)

    def find(self, reference: str) -> JobRecord:
        """Give a job by id or unique beginning of one, or "last"; raises `InvalidRequest`."""
        rows = self._matches(reference)
        if len(rows) == 1:
            return rows[0]
        what = f"No job begins with {reference}." if not rows else f"{len(rows)} jobs begin with {reference}."
        raise InvalidRequest(what, next="List them with vg.jobs() or %videogen jobs.")

    def recent(self, states: Collection[JobState] | None = None, *, limit: int = 1000) -> list[JobRecord]:
        """Give jobs, newest first, of these states or of all."""
        if states is None:
            return self._read("ORDER BY created_at DESC, rowid DESC LIMIT ?", limit)
        marks = ", ".join("?" for _ in states)
        where = f"WHERE state IN ({marks}) ORDER BY created_at DESC, rowid DESC LIMIT ?"
        return self._read(where, *map(_at_rest, states), limit)

    def unfinished(self) -> list[JobRecord]:
        """Give every job that something may still happen to, oldest first."""
        ended = [_at_rest(state) for state in ENDED]
        return self._read(f"WHERE state NOT IN ({', '.join('?' for _ in ended)}) ORDER BY created_at", *ended)

    def claim(self, job_id: str, *, now: float) -> bool:
        """Become, or stay, the one that watches a job; False while somebody else alive does."""
        with self._writing():
            owner = self._db.execute("SELECT lease_owner FROM jobs WHERE id = ?", (job_id,)).fetchone()
            expired_before = float("inf") if owner and _dead(owner[0]) else now
            values = (self.owner, now + LEASE, job_id, self.owner, expired_before)
            return self._db.execute(CLAIM, values).rowcount == 1

    def release(self, job_id: str) -> None:
        """Stop being the one that watches."""
        with self._writing():
            self._db.execute(
                "UPDATE jobs SET lease_owner = NULL, lease_until = 0 WHERE id = ? AND lease_owner = ?",
                (job_id, self.owner),
            )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _matches(self, reference: str) -> list[JobRecord]:
        if reference == "last":
            return self.recent(limit=1)
        return self._read("WHERE substr(id, 1, ?) = ? LIMIT 9", len(reference), reference)

    def _read(self, rest: str, *values: object) -> list[JobRecord]:
        with self._lock, _explained(self.path):
            rows = self._db.execute(f"SELECT record FROM jobs {rest}", values).fetchall()  # noqa: S608 - our own words
        return [msgspec.json.decode(record, type=JobRecord) for (record,) in rows]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold one write transaction: taken at once, fsynced at its end, undone on any error."""
        with self._lock, _explained(self.path), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # SQLite itself would make it readable by all
    db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    with db:
        db.execute("BEGIN IMMEDIATE")
        _migrate(db)
    return db


def _migrate(db: sqlite3.Connection) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise VideogenError(
            "The job ledger was written by a newer jupyter-videogen.",
            next="Upgrade this one: pip install -U jupyter-videogen.",
            code="ledger",
        )
    if version == 0:
        for statement in filter(str.strip, SCHEMA.split(";")):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn errors of the disk into a sentence: what cannot be recorded is not submitted."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise VideogenError(
            f"The job ledger {path} cannot be used ({error}).",
            next="Free some space or point VIDEOGEN_HOME at a local, writable folder. Jobs that can't be recorded aren't submitted.",
            code="ledger",
        ) from error


def _dead(owner: str | None) -> bool:
    """Tell whether a lease's owner ran on this machine and is gone."""
    host, _, rest = (owner or "").partition("/")
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(rest.partition("/")[0]), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        return False
    return False


def _at_rest(state: JobState) -> str:
    return AT_REST.get(state, state)


def _row(record: JobRecord) -> tuple[object, ...]:
    job = record
    where = (job.provider, job.base_url, job.model, job.fingerprint, job.take, job.idempotency_key)
    return (
        job.id,
        _at_rest(job.state),
        *where,
        job.notebook,
        job.project,
        job.created_at,
        msgspec.json.encode(job.redacted()),
    )
