"""Rebuild the table of jobs with columns for every question, packed records and small indexes: version 12 of the file to 13.

The old table stays the one in use until the last transaction. Each step before that one is committed by itself and begins where the
last one ended, so a process that dies on the way loses nothing, and several that open the file share the work. Before the first step
the file is copied aside. A program of an older version that has the file open goes on writing to the old table, and what it changes is
copied again; after the last step its statements name columns that are gone. So it is refused, and sends nothing.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from jupyter_videogen.core import terminal
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.job import JobRecord
from jupyter_videogen.ledger import words
from jupyter_videogen.ledger.rows import LABEL, LABELLED, changing_columns, day_of, encode_fingerprint, label_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

VERSION = 12
"""The version of the file that is rebuilt."""
AT_ONCE = 4_000
"""Jobs of one transaction: others wait for it, half a second at most."""
MANY = 20_000
"""Jobs from which on it is said that they are being rebuilt."""
CACHE = -64 * 1024
"""KiB of pages that are held meanwhile."""
BEGIN = """
CREATE TABLE labels (id INTEGER PRIMARY KEY, label TEXT NOT NULL UNIQUE);
CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE next_jobs (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, state TEXT NOT NULL,
    provider INTEGER NOT NULL, origin INTEGER NOT NULL, model INTEGER NOT NULL, notebook INTEGER NOT NULL, project INTEGER NOT NULL,
    agent INTEGER NOT NULL, fingerprint BLOB NOT NULL, take INTEGER NOT NULL, idempotency_key TEXT NOT NULL, handle TEXT,
    created_at REAL NOT NULL, day INTEGER NOT NULL, seconds REAL, took REAL, progress REAL, name TEXT,
    cost REAL, charged INTEGER NOT NULL DEFAULT 1, reported REAL, clips INTEGER NOT NULL, clip_seconds REAL NOT NULL,
    open INTEGER NOT NULL, starred INTEGER NOT NULL DEFAULT 0, removed INTEGER NOT NULL DEFAULT 0, rating INTEGER,
    version INTEGER NOT NULL DEFAULT 0, lease_owner TEXT, lease_until REAL NOT NULL DEFAULT 0,
    lease_kind TEXT NOT NULL DEFAULT 'kernel', wanted_by TEXT, let_go INTEGER NOT NULL DEFAULT 0, content BLOB NOT NULL
);
CREATE TABLE stale_jobs (number INTEGER PRIMARY KEY);
"""
WATCH = (
    "CREATE TRIGGER stale_changed AFTER UPDATE ON jobs BEGIN INSERT OR IGNORE INTO stale_jobs VALUES (old.rowid); END",
    "CREATE TRIGGER stale_deleted AFTER DELETE ON jobs BEGIN INSERT OR IGNORE INTO stale_jobs VALUES (old.rowid); END",
)
"""What other programs change in the old table is copied again."""
INDEXES = (
    "CREATE UNIQUE INDEX jobs_by_id ON jobs (id)",
    "CREATE UNIQUE INDEX jobs_by_key ON jobs (idempotency_key)",
    "CREATE UNIQUE INDEX jobs_by_request ON jobs (fingerprint, take)",
    "CREATE INDEX jobs_by_handle ON jobs (origin, handle) WHERE handle IS NOT NULL",
    "CREATE INDEX jobs_by_name ON jobs (name, created_at) WHERE name IS NOT NULL",
    "CREATE INDEX jobs_open ON jobs (created_at) WHERE open = 1",
    """CREATE INDEX jobs_by_age ON jobs (created_at, removed, state, model, starred, notebook, project, origin,
        charged, cost, seconds, agent)""",
)
"""The last one is all that the library filters by and that budgets add up: neither reads a row for it."""
WEEK = 7 * 24 * 3600
"""Seconds, counted from the epoch."""
KINDS = (
    "week",
    "notebook",
    "project",
    "provider",
    "model",
    "origin",
    "state",
    "charged",
    "starred",
    "removed",
    "agent",
)
TALLIES: dict[str, tuple[str, ...]] = {"tallies": KINDS, "days": ("day", "state", "charged")}
"""How many jobs of a kind there are, and what they came to: each table with what it is kept by."""
TYPES = {"state": "TEXT", "last_at": "REAL"}
"""Other columns are whole numbers. A key of another type than the column of `jobs` is not found by the index."""
AMOUNTS = ("cost", "reported", "seconds", "clip_seconds")
"""Kept in billionths: whole numbers add up without error."""
MOVING = ("state", "charged", "starred", "removed", "clips", *AMOUNTS)
"""What may change of a job after it was added, and is counted."""


def _keys(names: tuple[str, ...], row: str) -> dict[str, str]:
    """Return what a job is counted under."""
    return {
        name: f"CAST(max({row}.created_at, 0) / {WEEK} AS INTEGER)" if name == "week" else f"{row}.{name}"
        for name in names
    }


def _counted(row: str) -> dict[str, str]:
    """Return what a job adds to each number of its tally."""
    exact = {"jobs": "1", "unpriced": f"({row}.cost IS NULL)", "clips": f"{row}.clips"}
    return exact | {name: f"CAST(round(coalesce({row}.{name}, 0) * 1e9) AS INTEGER)" for name in AMOUNTS}


def _create(table: str, names: tuple[str, ...]) -> str:
    columns = ", ".join(
        f"{name} {TYPES.get(name, 'INTEGER')} NOT NULL" for name in (*names, *_counted("jobs"), "last_at")
    )
    return f"CREATE TABLE {table} ({columns}, PRIMARY KEY ({', '.join(names)})) WITHOUT ROWID"


def _count(table: str, names: tuple[str, ...]) -> str:
    sums = ", ".join(f"sum({value})" for value in _counted("jobs").values())
    keys, places = ", ".join(_keys(names, "jobs").values()), ", ".join(str(place + 1) for place in range(len(names)))
    return f"INSERT INTO {table} SELECT {keys}, {sums}, max(created_at) FROM jobs GROUP BY {places}"


def _add(row: str) -> str:
    """Return the statements that count a job."""
    statements = []
    for table, names in TALLIES.items():
        values = ", ".join((*_keys(names, row).values(), *_counted(row).values(), f"{row}.created_at"))
        sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in _counted(row))
        statements.append(
            f"INSERT INTO {table} VALUES ({values}) ON CONFLICT ({', '.join(names)}) "
            f"DO UPDATE SET {sums}, last_at = max(last_at, excluded.last_at);"
        )
    return " ".join(statements)


def _subtract(row: str) -> str:
    """Return the statements that count a job no more."""
    statements = []
    for table, names in TALLIES.items():
        same = " AND ".join(f"{name} = {value}" for name, value in _keys(names, row).items())
        less = ", ".join(f"{name} = {name} - {value}" for name, value in _counted(row).items())
        statements.append(f"UPDATE {table} SET {less} WHERE {same}; DELETE FROM {table} WHERE {same} AND jobs = 0;")
    return " ".join(statements)


_MOVES = " OR ".join(f"old.{name} IS NOT new.{name}" for name in MOVING)
TRIGGERS = (
    f"CREATE TRIGGER job_added AFTER INSERT ON jobs BEGIN {_add('new')} END",
    f"CREATE TRIGGER job_deleted AFTER DELETE ON jobs BEGIN {_subtract('old')} END",
    f"CREATE TRIGGER job_changed AFTER UPDATE ON jobs WHEN {_MOVES} BEGIN {_subtract('old')} {_add('new')} END",
)
PRUNE = """
DELETE FROM runs WHERE rowid NOT IN (
    SELECT rowid FROM (SELECT rowid, row_number() OVER (PARTITION BY origin ORDER BY rowid DESC) AS age FROM runs) WHERE age <= 1000
)
"""
"""No more runs of a provider are ever read (`ledger.RUNS_KEPT`)."""
KEPT: tuple[str, ...] = (
    *("take", "idempotency_key", "created_at", "state", "handle", "cost", "charged", "starred", "removed", "rating"),
    *("version", "lease_owner", "lease_until", "lease_kind", "wanted_by", "let_go"),
)
"""Columns that are taken as they are."""
OLD = f"rowid, id, provider, origin, model, notebook, project, agent, fingerprint, record, {', '.join(KEPT)}"
UNREADABLE: dict[str, Any] = {
    "open": 0,
    "name": None,
    "reported": None,
    "clips": 0,
    "clip_seconds": 0,
    "took": None,
    "progress": None,
    "seconds": None,
}
"""The columns that only the record tells."""
_NEW = ("number", "id", "fingerprint", "content", "day", *KEPT, *UNREADABLE)
COPY = f"""
INSERT INTO next_jobs ({", ".join((*LABELLED, *_NEW))})
VALUES ({", ".join(label_number(name) for name in LABELLED)}, {", ".join(f":{name}" for name in _NEW)})
"""
NEEDED = 1.6
"""Times the size of the old file: its copy, and the new table beside the old one."""


def rebuild(db: sqlite3.Connection, path: Path, begin: Callable[[sqlite3.Connection], None]) -> None:
    """Rebuild the table of jobs of a file; `begin` starts a write transaction, and waits for other programs.

    Raises `VideogenError` where the disk has no room: the old table is whole then, and the next try goes on from there.
    """
    (cache,) = db.execute("PRAGMA cache_size").fetchone()
    db.execute(f"PRAGMA cache_size = {CACHE}")
    (secure,) = db.execute("PRAGMA secure_delete").fetchone()
    db.execute(
        "PRAGMA secure_delete = OFF"
    )  # Debian's SQLite would write zeros over the old table, all of it into the log
    db.execute("PRAGMA synchronous = NORMAL")  # a step that a power cut takes back is done again
    try:
        with _room_explained(path):
            _Rebuilding(db, path, begin).run()
    finally:
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA secure_delete = {secure}")
        db.execute(f"PRAGMA cache_size = {cache}")


@contextmanager
def _room_explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        free = shutil.disk_usage(path.parent).free
        raise VideogenError(
            f"The job ledger {path} could not be brought up to date ({error}; {free / 1e6:,.0f} MB are free).",
            next=f"It needs about {path.stat().st_size * NEEDED / 1e6:,.0f} MB free for a while. All jobs are still there: free some "
            "space and try again; what is done already is not done again.",
            code="ledger",
        ) from error


class _Rebuilding:
    """One process's part in the work."""

    def __init__(self, db: sqlite3.Connection, path: Path, begin: Callable[[sqlite3.Connection], None]) -> None:
        self._db, self._path, self._begin = db, path, begin

    def run(self) -> None:
        """Do what is left to do; returns when it is done, by whomever."""
        (jobs,) = self._db.execute("SELECT count(*) FROM jobs").fetchone()
        if jobs > MANY:
            terminal.print_err(
                f"videogen: the job ledger is brought up to date: {jobs:,} jobs, about a minute for 200,000."
            )
        copy = self._copy_aside() if jobs and not self._begun() else None
        with self._writing():
            if self._due():
                self._start(copy)
        for left in self._path.parent.glob(f"{self._path.stem}-*.part"):  # of those that died, or came second
            with suppress(OSError):
                left.unlink()
        while self._step():
            pass
        with self._writing():
            if self._due():
                self._finish()
        if jobs:
            self._index_words()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._begin(self._db)
        with self._db:
            yield

    def _due(self) -> bool:
        return bool(self._db.execute("PRAGMA user_version").fetchone()[0] == VERSION)

    def _begun(self) -> bool:
        return (
            self._db.execute("SELECT 1 FROM sqlite_master WHERE name IN ('next_jobs', 'tallies')").fetchone()
            is not None
        )

    def _copy_aside(self) -> Path | None:
        """Copy the file as it is, under a name of its own until it is whole; None where another process has begun meanwhile."""
        copy = self._path.with_name(f"{self._path.stem}-{uuid4().hex[:8]}.part")
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            self._db.execute("VACUUM INTO ?", (str(copy),))
        except BaseException as error:
            copy.unlink(missing_ok=True)
            overtaken = isinstance(error, sqlite3.OperationalError) and self._begun()
            if overtaken:  # the other process has a copy, and removed this one
                return None
            raise
        return copy

    def _start(self, copy: Path | None) -> None:
        """Make the new tables, unless another process has; the copy gets its name."""
        if self._begun():
            return
        for statement in (*filter(str.strip, BEGIN.split(";")), *WATCH):
            self._db.execute(statement)
        if copy is not None:
            copy.rename(_free_name(self._path))

    def _step(self) -> bool:
        """Copy some jobs; returns whether there may be more."""
        with self._writing():
            if not self._due():
                return False
            (last,) = self._db.execute("SELECT coalesce(max(number), 0) FROM next_jobs").fetchone()
            return self._copy("rowid > ? ORDER BY rowid LIMIT ?", last, AT_ONCE) == AT_ONCE

    def _copy(self, where: str, *values: object) -> int:
        rows = self._db.execute(f"SELECT {OLD} FROM jobs WHERE {where}", values).fetchall()
        columns = [_new_row(*row) for row in rows]
        labels = {(row[name],) for row in columns for name in LABELLED if row[name]}
        self._db.executemany(LABEL, labels)
        self._db.executemany(COPY, columns)
        return len(rows)

    def _finish(self) -> None:
        """Copy what has changed meanwhile, and put the new table in the place of the old one."""
        self._db.execute("DELETE FROM next_jobs WHERE number IN (SELECT number FROM stale_jobs)")
        self._copy("rowid IN (SELECT number FROM stale_jobs)")
        (last,) = self._db.execute("SELECT coalesce(max(number), 0) FROM next_jobs").fetchone()
        self._copy("rowid > ?", last)
        ((old,), (new,)) = (
            self._db.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("jobs", "next_jobs")
        )
        if old != new:
            raise sqlite3.OperationalError(f"{old} jobs became {new}")
        statements = ("DROP TABLE jobs", "ALTER TABLE next_jobs RENAME TO jobs", "DROP TABLE stale_jobs", *INDEXES)
        tallies = [make(*table) for table in TALLIES.items() for make in (_create, _count)]
        for statement in (*statements, *tallies, *TRIGGERS, PRUNE, f"PRAGMA user_version = {VERSION + 1}"):
            self._db.execute(statement)

    def _index_words(self) -> None:
        """Index the words of many jobs now: the first search would have to wait for it."""
        if not words.has_index(self._db):
            return
        more = True
        while more:
            with self._writing():
                more = words.index_some(self._db) > 0


def _free_name(path: Path) -> Path:
    """Return the name for the old file: one that is there is never replaced."""
    first = path.with_name(f"{path.stem}-version-{VERSION}{path.suffix}")
    return first if not first.exists() else first.with_name(f"{first.stem}-{uuid4().hex[:8]}{path.suffix}")


def _new_row(number: int, job_id: str, *old: Any) -> dict[str, Any]:
    """Return the columns of a job out of its old row; a record that can't be read stays as it is."""
    labels = dict(zip(LABELLED, (label or "" for label in old[:6]), strict=True))
    fingerprint, content, *kept = old[6:]
    columns = UNREADABLE | dict(zip(KEPT, kept, strict=True)) | labels
    columns |= {
        "number": number,
        "id": job_id,
        "fingerprint": encode_fingerprint(fingerprint),
        "content": bytes(content),
    }
    columns["day"] = day_of(columns["created_at"])
    with suppress(msgspec.MsgspecError):
        record = msgspec.json.decode(content, type=JobRecord)
        request = record.request
        columns |= {name: value for name, value in changing_columns(record).items() if name not in KEPT}
        columns["seconds"] = None if request.duration is None else request.duration * (request.n or 1)
    return columns
