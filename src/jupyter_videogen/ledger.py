"""Every job, written down before a paid call leaves: SQLite in WAL mode, fsynced, readable by its owner only."""

from __future__ import annotations

import logging
import os
import socket
import sqlite3
import threading
import weakref
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import msgspec

from . import budget, mounts, private
from .belief import Mark, Run
from .budget import Cap, Spent
from .errors import InvalidRequest, VideogenError
from .values import ENDED, UNPAID, JobRecord, JobState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

log = logging.getLogger("jupyter_videogen")
DAMAGED = {"SQLITE_NOTADB", "SQLITE_CORRUPT"}
LEASE = 60.0
"""Seconds after which a silent watcher is taken for dead."""
AT_REST: dict[JobState, str] = {"draft": "planned", "submitting": "sent", "queued": "accepted", "succeeded": "stored"}
"""Four states have a name of their own in the file; every other is stored as it is called."""
FIRST = """
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
MONEY = """
ALTER TABLE jobs ADD COLUMN handle TEXT;
ALTER TABLE jobs ADD COLUMN cost REAL;
ALTER TABLE jobs ADD COLUMN charged INTEGER NOT NULL DEFAULT 1;
CREATE INDEX jobs_by_handle ON jobs (origin, handle);
"""
LIBRARY = """
ALTER TABLE jobs ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
"""
DURATIONS = """
CREATE TABLE runs (
    origin TEXT NOT NULL, model TEXT NOT NULL, duration REAL, size TEXT, kind TEXT NOT NULL,
    seconds REAL NOT NULL, well INTEGER NOT NULL, marks TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX runs_by_origin ON runs (origin);
INSERT INTO runs (origin, model, duration, size, kind, seconds, well)
SELECT origin, model, json_extract(record, '$.request.duration'), json_extract(record, '$.request.size'),
    iif(json_extract(record, '$.request.video') IS NOT NULL, 'video',
        iif(coalesce(json_extract(record, '$.request.image'), json_extract(record, '$.request.references[0]')) IS NOT NULL,
            'image', 'text')),
    json_extract(record, '$.finished_at') - json_extract(record, '$.accepted_at'), 1
FROM jobs WHERE state = 'stored' AND handle IS NOT NULL
    AND json_extract(record, '$.finished_at') > json_extract(record, '$.accepted_at') ORDER BY created_at;
"""
MIGRATIONS = (FIRST, MONEY, LIBRARY, DURATIONS)
"""What made each version of the file out of the one before."""
VERSION = len(MIGRATIONS)
PASSING = frozenset({"running", "saving", "unreachable"})
"""States of accepted work that another look at the service tells again."""
INSERT = """
INSERT INTO jobs (id, provider, origin, model, fingerprint, take, idempotency_key, notebook, project, created_at,
    state, record, handle, cost, charged, lease_owner, lease_until)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
UPDATE = "UPDATE jobs SET state = ?, record = ?, handle = ?, cost = ?, charged = ? WHERE id = ?"
SPENT = """
SELECT total(cost), count(*) FROM jobs WHERE charged = 1 AND created_at >= ? AND (? IS NULL OR coalesce(notebook, project) = ?)
"""
GROUPS = {
    "model": "provider || ':' || model",
    "day": "date(created_at, 'unixepoch', 'localtime')",
    "notebook": "coalesce(notebook, project, '')",
}
COSTS = """
SELECT {group}, total(iif(state IN ({ended}), cost, 0)), total(iif(state IN ({ended}), 0, cost)), count(*), sum(cost IS NULL)
FROM jobs WHERE charged = 1 GROUP BY 1 ORDER BY max(created_at) DESC
"""
CLAIM = "UPDATE jobs SET lease_owner = ?, lease_until = ? WHERE id = ? AND (lease_owner = ? OR lease_until < ?)"


PAGE = """
SELECT record, starred FROM jobs
WHERE NOT removed AND created_at < ? AND starred >= ? AND (? IS NULL OR notebook = ?) AND (? IS NULL OR project = ?)
    AND instr(lower(json_extract(record, '$.request.prompt') || ' ' || model), lower(?)) > 0
ORDER BY created_at DESC, rowid DESC LIMIT ?
"""
TOOK = """
SELECT json_extract(record, '$.finished_at') - coalesce(json_extract(record, '$.sent_at'), created_at) FROM jobs
WHERE state = 'stored' AND provider = ? AND model = ? ORDER BY created_at DESC LIMIT 64
"""
USED = """
SELECT model FROM jobs WHERE state = 'stored' AND origin = ? GROUP BY model ORDER BY max(created_at) DESC LIMIT 20
"""
NAMED = """
WHERE json_extract(record, '$.name') = ?1 OR substr(json_extract(record, '$.name'), 1, ?3) = ?2
ORDER BY created_at DESC, rowid DESC LIMIT 1000
"""
RUNS = """
SELECT seconds, well, model, duration, size, kind, marks FROM runs WHERE origin = ? ORDER BY rowid DESC LIMIT ?
"""
LEARN = "INSERT INTO runs (origin, seconds, well, model, duration, size, kind, marks) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
FEWEST = 3
"""Runs of a model from which on "usually" may be said."""


class Shelf(NamedTuple):
    """Which part of the library is looked at; None is everything."""

    notebook: str | None = None
    project: str | None = None
    search: str = ""
    starred: bool = False


class Usual(NamedTuple):
    """How long jobs like one took: the median in seconds, None of fewer than three, and of how many."""

    seconds: float | None
    runs: int
    slow: float | None = None
    """Seconds from when the service took a job after which it is slower than usual; None where nothing is known."""


class Cost(NamedTuple):
    """What the paid jobs of one group came to, in dollars; those of unknown price are only counted."""

    group: str
    spent: float
    in_flight: float
    jobs: int
    unpriced: int


class Ledger:
    """The file of jobs; safe to call from any thread. Errors of the disk leave as `VideogenError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.owner = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"
        self._lock = threading.Lock()
        with _explained(path):
            self._db = _open(path)
        self._closing = weakref.finalize(self, self._db.close)
        self._closing.atexit = False  # a job's answer may still come while the process ends

    def add(self, record: JobRecord, *, new: bool = True, caps: Sequence[Cap] = ()) -> JobRecord:
        """Write a new job down and give it with its take, one more than this request has had.

        Without `new`, the same request is not made twice: where its last take is going on, has ended well or has an
        unknown outcome, that job is given instead. Counting against the `caps` and writing down are one step, so two
        kernels cannot both pass; raises `BudgetExceeded`. The job is ours to watch from the first moment: another
        process that starts just now must not take it for orphaned.
        """
        with self._writing():
            last = self._last_take(record.fingerprint)
            if last is not None and not new and last.state not in UNPAID:
                return last
            for cap in caps:
                budget.check(cap, self._spent(cap), record.cost)
            record = record.after(take=last.take + 1 if last else 1)
            self._db.execute(INSERT, (*_identity(record), *_news(record), self.owner, record.created_at + LEASE))
        return record

    def save(self, record: JobRecord, run: Run | None = None) -> None:
        """Write the newest state of a job, with what is to be learnt of its end.

        On return it survives a power cut. Only that accepted work has begun, or is done there and on its way, survives the
        death of this process and no more: after a power cut the job is looked at again, and says so again.
        """
        with self._writing(durable=record.handle is None or record.state not in PASSING):
            self._db.execute(UPDATE, (*_news(record), record.id))
            if run is not None:
                self._db.execute(LEARN, (record.base_url, *_lesson(run)))

    def runs(self, origin: str, *, limit: int) -> list[Run]:
        """Give how the newest jobs of a service went, the newest first."""
        with self._lock, _explained(self.path):
            rows = self._db.execute(RUNS, (origin, limit)).fetchall()
        return [_run(*row) for row in rows]

    def latest(self, fingerprint: str) -> JobRecord | None:
        """Give the job that a request already is: its last take, unless that came to nothing."""
        with self._lock, _explained(self.path):
            last = self._last_take(fingerprint)
        return last if last is not None and last.state not in UNPAID else None

    def spent(self, cap: Cap) -> Spent:
        """Give what the jobs under a cap come to; those whose outcome is unknown count as spent."""
        with self._lock, _explained(self.path):
            return self._spent(cap)

    def costs(self, by: str = "model") -> list[Cost]:
        """Give what jobs came to by "model", "day" or "notebook", the newest group first; raises `InvalidRequest`."""
        if by not in GROUPS:
            raise InvalidRequest(f"Costs are not kept by {by}.", next=f"Choose one of: {', '.join(GROUPS)}.")
        ended = ", ".join(f"'{_at_rest(state)}'" for state in sorted(ENDED))
        query = COSTS.format(group=GROUPS[by], ended=ended)
        with self._lock, _explained(self.path):
            return [Cost(*row) for row in self._db.execute(query)]

    def page(self, shelf: Shelf, *, before: float, limit: int) -> list[tuple[JobRecord, bool]]:
        """Give jobs of a shelf made before a moment, newest first, each with whether it is starred."""
        here = (shelf.notebook, shelf.notebook, shelf.project, shelf.project)
        with self._lock, _explained(self.path):
            rows = self._db.execute(PAGE, (before, shelf.starred, *here, shelf.search, limit)).fetchall()
        return [(msgspec.json.decode(record, type=JobRecord), bool(starred)) for record, starred in rows]

    def star(self, job_id: str, *, on: bool) -> None:
        """Mark a job as liked, or no more."""
        with self._writing():
            self._db.execute("UPDATE jobs SET starred = ? WHERE id = ?", (on, job_id))

    def remove(self, job_id: str, *, undo: bool = False) -> None:
        """Take a job out of the library, or put it back; the row stays, for it may have been paid for."""
        with self._writing():
            self._db.execute("UPDATE jobs SET removed = ? WHERE id = ?", (not undo, job_id))

    def starred(self, job_id: str) -> bool:
        """Whether a job is marked as liked."""
        with self._lock, _explained(self.path):
            row = self._db.execute("SELECT starred FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return bool(row and row[0])

    def usual(self, provider: str, model: str) -> Usual:
        """Give how long a model's newest jobs took, by your own history."""
        with self._lock, _explained(self.path):
            took = [seconds for (seconds,) in self._db.execute(TOOK, (provider, model)) if seconds is not None]
        return Usual(median(took) if len(took) >= FEWEST else None, len(took))

    def used(self, origin: str) -> list[str]:
        """Give the models that made clips of yours at an address, the last one first."""
        with self._lock, _explained(self.path):
            return [model for (model,) in self._db.execute(USED, (origin,))]

    def holder(self, origin: str, handle: object) -> JobRecord | None:
        """Give the job that a service's reference belongs to, if it is one of ours."""
        held = self._read("WHERE origin = ? AND handle = ? ORDER BY created_at LIMIT 1", origin, _handle(handle))
        return held[0] if held else None

    def find(self, reference: str) -> JobRecord:
        """Give a job by id or unique beginning of one, or "last"; raises `InvalidRequest`."""
        rows = self._matches(reference) or self.named(reference)
        if len(rows) == 1:
            return rows[0]
        what = f"No job begins with {reference}." if not rows else f"{len(rows)} jobs begin with {reference}."
        raise InvalidRequest(what, next="List them with vg.jobs() or %videogen jobs.")

    def named(self, name: str) -> list[JobRecord]:
        """Give the jobs that were last kept under a name: one, or the members `name[0]`, `name[1]`, … of a group."""
        rows = self._read(NAMED, name, f"{name}[", len(name) + 1)
        found: dict[str, JobRecord] = {}
        for record in rows:  # the newest first; the first member of a group is the last that is come to
            found.setdefault(record.name, record)
            if record.name in {name, f"{name}[0]"}:
                break
        return sorted(found.values(), key=lambda record: (len(record.name), record.name))

    def recent(self, states: Collection[JobState] | None = None, *, limit: int = 1000) -> list[JobRecord]:
        """Give jobs, newest first, of these states or of all."""
        if states is None:
            return self._read("ORDER BY created_at DESC, rowid DESC LIMIT ?", limit)
        marks = ", ".join("?" for _ in states)
        where = f"WHERE state IN ({marks}) ORDER BY created_at DESC, rowid DESC LIMIT ?"
        return self._read(where, *map(_at_rest, states), limit)

    def unfinished(self) -> list[JobRecord]:
        """Give every job that something may still happen to, oldest first."""
        ended = [_at_rest(state) for state in ENDED - {"unknown_outcome"}]
        rows = self._read(f"WHERE state NOT IN ({', '.join('?' for _ in ended)}) ORDER BY created_at", *ended)
        return [record for record in rows if not record.ended]

    def claim(self, job_id: str, *, now: float) -> bool:
        """Become, or stay, the one that watches a job; False while somebody else alive does."""
        with self._writing(durable=False):
            owner = self._db.execute("SELECT lease_owner FROM jobs WHERE id = ?", (job_id,)).fetchone()
            expired_before = float("inf") if owner and _dead(owner[0]) else now
            values = (self.owner, now + LEASE, job_id, self.owner, expired_before)
            return self._db.execute(CLAIM, values).rowcount == 1

    def release(self, job_id: str) -> None:
        """Stop being the one that watches."""
        with self._writing(durable=False):
            self._db.execute(
                "UPDATE jobs SET lease_owner = NULL, lease_until = 0 WHERE id = ? AND lease_owner = ?",
                (job_id, self.owner),
            )

    def close(self) -> None:
        """Close the file; a ledger that is dropped closes itself."""
        self._closing()

    def _last_take(self, fingerprint: str) -> JobRecord | None:
        query = "SELECT record FROM jobs WHERE fingerprint = ? ORDER BY take DESC LIMIT 1"
        row = self._db.execute(query, (fingerprint,)).fetchone()
        return row and msgspec.json.decode(row[0], type=JobRecord)

    def _spent(self, cap: Cap) -> Spent:
        return Spent(*self._db.execute(SPENT, (cap.since, cap.place, cap.place)).fetchone())

    def _matches(self, reference: str) -> list[JobRecord]:
        if reference in {"last", "-1"}:
            return self.recent(limit=1)
        return self._read("WHERE substr(id, 1, ?) = ? LIMIT 9", len(reference), reference)

    def _read(self, rest: str, *values: object) -> list[JobRecord]:
        with self._lock, _explained(self.path):
            rows = self._db.execute(f"SELECT record FROM jobs {rest}", values).fetchall()  # noqa: S608 - our own words
        return [msgspec.json.decode(record, type=JobRecord) for (record,) in rows]

    @contextmanager
    def _writing(self, *, durable: bool = True) -> Iterator[None]:
        """Hold one write transaction: taken at once, fsynced at its end where it must be durable, undone on any error."""
        with self._lock, _explained(self.path), self._db:
            self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
            yield


def _open(path: Path) -> sqlite3.Connection:
    private.folder(path.parent)
    if kind := mounts.remote(path, mounts.table()):
        raise OSError(f"it is on a network file system, {kind}, where two kernels can't share it safely")
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # SQLite itself would make it readable by all
    try:
        return _connect(path)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname not in DAMAGED:
            raise
        _set_aside(path)
        return _open(path)


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    try:
        (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
        _check_shared(mode)
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA cache_size = -256")  # KiB: the system holds these pages anyway
        with db:
            db.execute("BEGIN IMMEDIATE")
            _migrate(db)
    except BaseException:
        db.close()
        raise
    return db


def _check_shared(mode: str) -> None:
    """Refuse a file system on which two processes cannot share the file safely; raises OSError."""
    if mode != "wal":
        raise OSError(f"its file system can't share it safely: journal mode {mode}")


def _set_aside(path: Path) -> None:
    """Keep a damaged file under another name, so that a new one can be begun; nothing is deleted."""
    aside = path.with_name(f"{path.stem}-damaged-{uuid4().hex[:8]}{path.suffix}")
    for tail in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{tail}").replace(f"{aside}{tail}")
    log.warning("The job ledger was damaged. It is kept as %s, and a new one was begun.", aside.name)


def _migrate(db: sqlite3.Connection) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise VideogenError(
            "The job ledger was written by a newer jupyter-videogen.",
            next="Upgrade this one: pip install -U jupyter-videogen.",
            code="ledger",
        )
    for migration in MIGRATIONS[version:]:
        for statement in filter(str.strip, migration.split(";")):
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


def _identity(job: JobRecord) -> tuple[object, ...]:
    """Give the columns that are written once."""
    where = (job.provider, job.base_url, job.model, job.fingerprint, job.take, job.idempotency_key)
    return (job.id, *where, job.notebook, job.project, job.created_at)


def _news(job: JobRecord) -> tuple[object, ...]:
    """Give the columns that change: the state, the record itself, and what is asked for by other columns than these."""
    handle = None if job.handle is None else _handle(job.handle)
    return (_at_rest(job.state), msgspec.json.encode(job.redacted()), handle, job.cost, job.charged)


def _run(*row: Any) -> Run:  # noqa: ANN401 - what the columns hold
    """Read one row of `RUNS`."""
    seconds, well, model, duration, size, kind, marks = row
    marks = msgspec.json.decode(marks, type=tuple[Mark, ...])
    return Run(seconds=seconds, well=bool(well), model=model, duration=duration, size=size, kind=kind, marks=marks)


def _lesson(run: Run) -> tuple[object, ...]:
    """Give the columns of a run."""
    return (run.seconds, run.well, run.model, run.duration, run.size, run.kind, msgspec.json.encode(run.marks).decode())


def _handle(handle: object) -> str:
    return msgspec.json.encode(handle, order="deterministic").decode()
