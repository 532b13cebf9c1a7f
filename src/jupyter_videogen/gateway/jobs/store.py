"""The job store: one SQLite file that keeps every order until it is deleted."""

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from jupyter_videogen.gateway.requests.order import FILES, Order

UNFINISHED = ("queued", "in_progress")
UNFINISHED_LIMIT = 32
ATTEMPT_LIMIT = 5

_SCHEMA_VERSION = 4
_SCHEMA = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL DEFAULT 'queued',
    progress INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    completed_at INTEGER,
    error_code TEXT,
    error_message TEXT,
    rendering TEXT,
    idempotency_key TEXT UNIQUE,
    digest TEXT NOT NULL,
    prompt TEXT NOT NULL,
    model TEXT NOT NULL,
    seconds INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    fps INTEGER NOT NULL,
    seed INTEGER NOT NULL
)
"""
_SINCE_2 = (
    "count INTEGER NOT NULL DEFAULT 1",
    "source TEXT",
    "inline INTEGER NOT NULL DEFAULT 0",
    "born REAL NOT NULL DEFAULT 0",
)
_SINCE_3 = (
    "image TEXT",
    "last_frame TEXT",
    "video TEXT",
    "audio TEXT",
    "sound INTEGER NOT NULL DEFAULT 0",
    "negative TEXT NOT NULL DEFAULT ''",
    "enhance INTEGER NOT NULL DEFAULT 0",
)
_SINCE_4 = ("whole INTEGER NOT NULL DEFAULT 0",)
_FLAGS = ("inline", "whole", "sound", "enhance")
_ORDER_COLUMNS = tuple(field.name for field in fields(Order))


@dataclass(frozen=True, slots=True)
class Job:
    """One order and its state."""

    number: int
    id: str
    status: str
    progress: int
    created_at: int
    born: float
    completed_at: int | None
    error: dict[str, str] | None
    rendering: dict[str, Any] | None
    order: Order

    @property
    def unfinished(self) -> bool:
        """Whether the job is unfinished."""
        return self.status in UNFINISHED


class NewerStoreError(Exception):
    """The file was written by a later version of this package."""


class KeyReusedError(Exception):
    """An idempotency key was reused with another order."""


class TooManyJobsError(Exception):
    """The limit of unfinished jobs is reached."""


class JobStore:
    """The table of jobs; every method is one short transaction, safe from any thread."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.row_factory = sqlite3.Row
        try:
            self._database.execute("PRAGMA journal_mode = WAL")
            # An answered create is a promise: it has to outlive a power cut.
            self._database.execute("PRAGMA synchronous = FULL")
            self._prepare(path)
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def requeue(self) -> None:
        """Queue again, in their order, the jobs that the last process left unfinished."""
        message = f"The gateway ended {ATTEMPT_LIMIT} times while rendering this clip."
        with self._transaction() as database:
            database.execute(
                "UPDATE jobs SET status = 'failed', error_code = 'engine_error', error_message = ? "
                "WHERE status = 'in_progress' AND attempts >= ?",
                (message, ATTEMPT_LIMIT),
            )
            database.execute("UPDATE jobs SET status = 'queued', progress = 0 WHERE status = 'in_progress'")

    def add(self, order: Order, digest: str, key: str | None = None, *, made: bool = False) -> Job:
        """Record an order; the same key with the same digest returns the existing job.

        A job that is `made` is never rendered: it counts as completed from the beginning.
        """
        born = time.time()
        with self._transaction() as database:
            known = database.execute("SELECT * FROM jobs WHERE idempotency_key = ?", (key,)).fetchone()
            if known is not None:
                if known["digest"] != digest:
                    raise KeyReusedError
                return _job(known)
            (count,) = database.execute("SELECT count(*) FROM jobs WHERE status IN (?, ?)", UNFINISHED).fetchone()
            if count >= UNFINISHED_LIMIT:
                raise TooManyJobsError
            values = {
                "id": f"video_{secrets.token_hex(12)}",
                "status": "completed" if made else "queued",
                "progress": 100 if made else 0,
                "created_at": int(born),
                "born": born,
                "completed_at": int(born) if made else None,
                "digest": digest,
                "idempotency_key": key,
                **{name: getattr(order, name) for name in _ORDER_COLUMNS},
            }
            columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
            insert = f"INSERT INTO jobs ({columns}) VALUES ({marks}) RETURNING *"
            return _job(database.execute(insert, values).fetchone())

    def get(self, job_id: str) -> Job | None:
        """Return a job by its id."""
        with self._transaction() as database:
            row = database.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return None if row is None else _job(row)

    def count(self) -> int:
        """Return how many jobs there are."""
        with self._transaction() as database:
            (count,) = database.execute("SELECT count(*) FROM jobs").fetchone()
        return int(count)

    def page(
        self, limit: int, *, after: Job | None = None, skip: int = 0, descending: bool = True, models: str = ""
    ) -> tuple[list[Job], bool]:
        """Return up to `limit` jobs by age, and whether more follow; only of models whose name begins with `models`."""
        direction, sign = ("DESC", "<") if descending else ("ASC", ">")
        cursor = None if after is None else after.number
        select = (
            f"SELECT * FROM jobs WHERE (:after IS NULL OR number {sign} :after) "
            f"AND substr(model, 1, length(:models)) = :models ORDER BY number {direction} LIMIT :limit OFFSET :skip"
        )
        with self._transaction() as database:
            rows = database.execute(
                select, {"after": cursor, "limit": limit + 1, "models": models, "skip": skip}
            ).fetchall()
        return [_job(row) for row in rows[:limit]], len(rows) > limit

    def has_unfinished(self) -> bool:
        """Return whether anything is queued or rendering."""
        with self._transaction() as database:
            row = database.execute("SELECT 1 FROM jobs WHERE status IN (?, ?) LIMIT 1", UNFINISHED).fetchone()
        return row is not None

    def files(self) -> set[str]:
        """Return the names of all files that came with orders."""
        with self._transaction() as database:
            rows = database.execute(f"SELECT {', '.join(FILES)} FROM jobs").fetchall()
        return {name for row in rows for name in row if name is not None}

    def take(self) -> Job | None:
        """Return the oldest queued job, now in progress."""
        with self._transaction() as database:
            row = database.execute(
                "UPDATE jobs SET status = 'in_progress', attempts = attempts + 1 "
                "WHERE number = (SELECT min(number) FROM jobs WHERE status = 'queued') RETURNING *"
            ).fetchone()
        return None if row is None else _job(row)

    def release(self, job_id: str) -> None:
        """Requeue a job after a regular stop, so that the stop does not count as a failed attempt."""
        with self._transaction() as database:
            database.execute(
                "UPDATE jobs SET status = 'queued', attempts = attempts - 1 WHERE id = ? AND status = 'in_progress'",
                (job_id,),
            )

    def complete(self, job_id: str, rendering: dict[str, Any]) -> None:
        """Record that the clip exists."""
        with self._transaction() as database:
            database.execute(
                "UPDATE jobs SET status = 'completed', progress = 100, completed_at = ?, rendering = ? "
                "WHERE id = ? AND status = 'in_progress'",
                (int(time.time()), json.dumps(rendering), job_id),
            )

    def fail(self, job_id: str, code: str, message: str, progress: int) -> None:
        """Record the failure of a job."""
        with self._transaction() as database:
            database.execute(
                "UPDATE jobs SET status = 'failed', error_code = ?, error_message = ?, progress = ? "
                "WHERE id = ? AND status = 'in_progress'",
                (code, message, progress, job_id),
            )

    def cancel(self, job_id: str, *statuses: str) -> bool:
        """Cancel a job if it has one of the statuses; return whether it did."""
        message = "The job was cancelled before it started."
        marks = ", ".join("?" * len(statuses))
        update = (
            "UPDATE jobs SET status = 'cancelled', error_code = 'cancelled', error_message = ?, completed_at = ? "
            f"WHERE id = ? AND status IN ({marks})"
        )
        with self._transaction() as database:
            return database.execute(update, (message, int(time.time()), job_id, *statuses)).rowcount == 1

    def delete(self, job_id: str) -> bool:
        """Forget a finished job; False when it is unfinished or unknown."""
        with self._transaction() as database:
            deleted = database.execute("DELETE FROM jobs WHERE id = ? AND status NOT IN (?, ?)", (job_id, *UNFINISHED))
            return deleted.rowcount == 1

    def _prepare(self, path: Path) -> None:
        with self._transaction() as database:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version > _SCHEMA_VERSION:
                raise NewerStoreError(f"{path} was written by a newer version of jupyter-videogen; update this one.")
            if version == 0:
                database.execute(_SCHEMA)
            for since, columns in ((2, _SINCE_2), (3, _SINCE_3), (4, _SINCE_4)):
                for column in columns if version < since else ():
                    database.execute(f"ALTER TABLE jobs ADD COLUMN {column}")
            database.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            with self._database:
                yield self._database


def _job(row: sqlite3.Row) -> Job:
    error = {"code": row["error_code"], "message": row["error_message"]} if row["error_code"] else None
    return Job(
        number=row["number"],
        id=row["id"],
        status=row["status"],
        progress=row["progress"],
        created_at=row["created_at"],
        born=row["born"] or row["created_at"],
        completed_at=row["completed_at"],
        error=error,
        rendering=json.loads(row["rendering"]) if row["rendering"] else None,
        order=Order(**{name: row[name] for name in _ORDER_COLUMNS} | {name: bool(row[name]) for name in _FLAGS}),
    )
