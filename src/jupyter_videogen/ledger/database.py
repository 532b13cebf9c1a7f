"""The SQLite file behind the ledger: its tables, how it is opened, and whether it is still the file at its path.

Nothing but SQLite ever opens this file. POSIX drops all locks of a process on a file when the process closes any descriptor
of it (https://sqlite.org/howtocorrupt.html, 2.2): another program could then delete the write-ahead log under us.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
import weakref
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from jupyter_videogen.core import platform
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.filesystem import network_mounts, private_folder
from jupyter_videogen.ledger.kept_copy import KeptCopy
from jupyter_videogen.ledger.rebuild import rebuild
from jupyter_videogen.ledger.rows import LABEL, LABELLED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logging.getLogger("jupyter_videogen")
DAMAGED = {"SQLITE_NOTADB", "SQLITE_CORRUPT"}
PATIENCE = 30.0
"""Seconds that a writer waits for another program to let go of the file."""
TURN = 0.25
"""Seconds of it in which other threads of this process wait, too."""
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
VERSIONS = """
ALTER TABLE jobs ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
"""
SHELF = """
CREATE INDEX jobs_by_shelf ON jobs (removed, created_at, state, model, starred, notebook, project, cost, charged);
"""
"""All that the library filters, counts and sums by: a page of it is found without reading any record."""
GRIDS = """
CREATE TABLE grids (
    id INTEGER PRIMARY KEY, project TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, created_at REAL NOT NULL,
    lease_owner TEXT, lease_until REAL NOT NULL DEFAULT 0, plan BLOB NOT NULL, UNIQUE (project, name)
);
CREATE TABLE cells (
    grid INTEGER NOT NULL, key TEXT NOT NULL, position INTEGER NOT NULL, row_number INTEGER NOT NULL,
    column_number INTEGER NOT NULL, origin TEXT NOT NULL, state TEXT NOT NULL, job TEXT, tries INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0, cost REAL, failure BLOB, cell BLOB NOT NULL,
    PRIMARY KEY (grid, key)
);
CREATE INDEX cells_by_position ON cells (grid, position);
CREATE INDEX cells_by_row ON cells (grid, row_number);
CREATE INDEX cells_by_job ON cells (job);
CREATE INDEX cells_by_origin ON cells (origin, state);
ALTER TABLE jobs ADD COLUMN rating INTEGER;
"""
VOTES = """
CREATE TABLE votes (
    id INTEGER PRIMARY KEY, project TEXT NOT NULL, name TEXT NOT NULL, by TEXT NOT NULL, rater TEXT NOT NULL,
    kind TEXT NOT NULL, left_clip TEXT, right_clip TEXT, is_repeat INTEGER NOT NULL DEFAULT 0, seconds REAL,
    voted_at REAL NOT NULL, undoes INTEGER
);
CREATE INDEX votes_by_ballot ON votes (project, name, by, id);
"""
CHECKS = """
CREATE TABLE checks (
    sha256 TEXT NOT NULL, expected TEXT NOT NULL, version INTEGER NOT NULL, short TEXT NOT NULL, report BLOB NOT NULL,
    PRIMARY KEY (sha256, expected)
);
"""
"""What checks of clips found: nothing that could not be found again."""
HELD = """
ALTER TABLE grids ADD COLUMN held TEXT NOT NULL DEFAULT '[]';
"""
"""The providers at which a grid's cells are held back, as a JSON list of addresses."""
AGENTS = """
ALTER TABLE jobs ADD COLUMN agent TEXT NOT NULL DEFAULT '';
"""
"""The program that asked for a job in a person's place: what agents spend is counted by it."""
WATCHERS = """
ALTER TABLE jobs ADD COLUMN lease_kind TEXT NOT NULL DEFAULT 'kernel';
ALTER TABLE jobs ADD COLUMN wanted_by TEXT;
ALTER TABLE jobs ADD COLUMN let_go INTEGER NOT NULL DEFAULT 0;
"""
"""What kind of process has a lease, who has asked for it, and whether somebody has stopped the watching."""
STORIES = """
CREATE TABLE stories (grid INTEGER PRIMARY KEY, content BLOB NOT NULL);
"""
"""The edit list of a story; its takes are cells of the grid."""
MIGRATIONS: tuple[str | Callable[..., None], ...] = (
    FIRST,
    MONEY,
    LIBRARY,
    DURATIONS,
    VERSIONS,
    SHELF,
    GRIDS,
    VOTES,
    CHECKS,
    HELD,
    AGENTS,
    WATCHERS,
    rebuild,
    STORIES,
)
"""What made each version of the file out of the one before, as SQL or a function; `glance.VERSION` goes along."""
VERSION = len(MIGRATIONS)


class Database:
    """A connection to the file at a path, safe to use from any thread; errors of the disk leave as `VideogenError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        with explain_disk_errors(path):
            self._kept = KeptCopy(path) if platform.is_browser() else None
            self._file = self._kept.working if self._kept else path
            self._hold(_open(self._file), _identity(self._file))

    def close(self) -> None:
        """Close the file after whatever is under way; a connection that is dropped closes itself."""
        with self._lock:  # sqlite3 dies of a connection that is closed in the middle of another thread's statement
            self._closing()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return not self._closing.alive

    @property
    def replaced(self) -> bool:
        """Whether another file, or none, stands at the path by now; the next write follows the path."""
        return _identity(self._file) != self._opened

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Hold the connection for a query."""
        with self._lock, explain_disk_errors(self.path):
            yield self._connection

    @contextmanager
    def writing(self, *, durable: bool = True, patience: float | None = None) -> Iterator[sqlite3.Connection]:
        """Hold one write transaction: fsynced at its end where it must be `durable`, undone on any error.

        Waits `patience` seconds for other programs (half a minute where it is not said); other threads get their turn.
        """
        with explain_disk_errors(self.path):
            if durable:
                self._take_in_news()
            self._begin(durable=durable, until=time.monotonic() + (PATIENCE if patience is None else patience))
            try:
                with self._connection:
                    yield self._connection
                if durable and self._kept:
                    self._kept.save(self._connection)
            finally:
                self._lock.release()

    def _take_in_news(self) -> None:
        """Take in what other kernels of this browser have written since."""
        if self._kept is None or (others := self._kept.news()) is None:
            return
        with self._lock, closing(others):
            _version(others)
            _carry_over(others, self._connection)
            _take_newer(others, self._connection)

    def vacuum(self) -> None:
        """Give free space back to the disk; other programs may read meanwhile."""
        with self._lock, explain_disk_errors(self.path):
            self._follow_the_path()
            _version(self._connection)
            _patiently(self._connection, "VACUUM")
            _patiently(self._connection, "PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _begin(self, *, durable: bool, until: float) -> None:
        """Take the lock and the write lock of the file."""
        while True:
            self._lock.acquire()
            try:
                self._follow_the_path()
                self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                self._connection.execute("BEGIN IMMEDIATE")
                self._refuse_newer()
            except sqlite3.OperationalError as error:
                self._lock.release()
                if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                    raise
            except BaseException:
                self._lock.release()
                raise
            else:
                return

    def _refuse_newer(self) -> None:
        """Raise `VideogenError` where a newer program has changed the file since it was opened here."""
        try:
            _version(self._connection)
        except VideogenError:
            self._connection.execute("ROLLBACK")
            raise

    def _follow_the_path(self) -> None:
        """Open the file at the path where it is another one now, and take the jobs along.

        A file that was deleted or replaced goes on living under the connection, and nobody would find what is written there.
        Jobs that are over come along, too: a request that was paid for stays known.
        """
        if _identity(self._file) == self._opened:
            return
        opened, now = _open(self._file), _identity(self._file)
        try:
            moved = _carry_over(self._connection, opened)
        except BaseException:
            opened.close()
            raise  # the old one stays until all of it is in the new one
        self._closing()
        self._hold(opened, now)
        words = "The job ledger %s was deleted or replaced while it was in use; %d jobs were written into the new one."
        log.warning(words, self.path, moved)

    def _hold(self, connection: sqlite3.Connection, identity: tuple[int, int] | None) -> None:
        self._connection, self._opened = connection, identity
        self._closing = weakref.finalize(self, self._connection.close)
        self._closing.atexit = False  # a job's answer may still come while the process ends


@contextmanager
def explain_disk_errors(path: Path) -> Iterator[None]:
    """Turn a disk error into a `VideogenError`: a job that can't be recorded is not sent."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise VideogenError(
            f"The job ledger {path} cannot be used ({error}).",
            next="Free some space, or set VIDEOGEN_HOME to a local, writable folder. A job that can't be recorded is not sent.",
            code="ledger",
        ) from error


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another of its name, None where there is none."""
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    return facts.st_dev, facts.st_ino


def _open(path: Path) -> sqlite3.Connection:
    private_folder.make_private_folder(path.parent)
    if kind := network_mounts.remote_kind(path, network_mounts.read_mounts()):
        raise OSError(f"it is on a network file system, {kind}, where two kernels can't share it safely")
    with suppress(FileExistsError):  # only a file that is not there: see the top of this page
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))  # SQLite would make it readable by all
    try:
        return _connection(path)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname not in DAMAGED:
            raise
        _set_aside(path)
        return _open(path)


def _connection(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=TURN, isolation_level=None, check_same_thread=False)
    try:
        if not platform.is_browser():  # there the file has one user
            _share(db)
        db.create_function("casefold", 1, str.casefold, deterministic=True)  # SQLite's lower() knows ASCII only
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA cache_size = -1024")  # KiB: the tallies; the system holds all other pages anyway
        _migrate(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _share(db: sqlite3.Connection) -> None:
    """Turn the write-ahead log on; raises OSError on a file system on which two processes cannot share the file safely."""
    (mode,) = _patiently(db, "PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise OSError(f"its file system can't share it safely: journal mode {mode}")


def _patiently(db: sqlite3.Connection, statement: str) -> sqlite3.Cursor:
    """Run a statement again while another program holds the file."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return db.execute(statement)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                raise


def _set_aside(path: Path) -> None:
    """Keep a damaged file under another name, so that a new one can be begun; nothing is deleted."""
    aside = path.with_name(f"{path.stem}-damaged-{uuid4().hex[:8]}{path.suffix}")
    for tail in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{tail}").replace(f"{aside}{tail}")
    log.warning("The job ledger was damaged. It is kept as %s, and a new one was created.", aside.name)


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    """Bring the file up to date: what is SQL in one transaction, what is a function in its own."""
    while True:
        _begin_patiently(db)
        with db:
            version = _version(db)
            while version < VERSION and isinstance(script := MIGRATIONS[version], str):
                for statement in filter(str.strip, script.split(";")):
                    db.execute(statement)
                version += 1
            db.execute(f"PRAGMA user_version = {version}")
        step = MIGRATIONS[version] if version < VERSION else ""
        if isinstance(step, str):
            return
        step(db, path, _begin_patiently)


def _begin_patiently(db: sqlite3.Connection) -> None:
    _patiently(db, "BEGIN IMMEDIATE")


def _version(db: sqlite3.Connection) -> int:
    """Return the version of the file; raises `VideogenError` for one that is newer than this program."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise VideogenError(
            "The job ledger was written by a newer version of jupyter-videogen.",
            next="Upgrade: pip install -U jupyter-videogen. Where that is done, restart the kernel.",
            code="ledger",
        )
    return int(version)


def _carry_over(before: sqlite3.Connection, now: sqlite3.Connection) -> int:
    """Copy jobs from one file to another that does not have them; returns how many."""
    names = [row[1] for row in now.execute("PRAGMA table_info(jobs)") if row[1] != "number"]
    rows = before.execute(f"SELECT {', '.join(names)} FROM jobs ORDER BY number").fetchall()
    insert = f"INSERT OR IGNORE INTO jobs ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})"
    _patiently(now, "BEGIN IMMEDIATE")
    with now:
        _carry_grids(before, now)
        _carry_votes(before, now)
        numbers = _carry_labels(before, now)
        jobs = (dict(zip(names, row, strict=True)) for row in rows)
        there = (job | {name: numbers[job[name]] for name in LABELLED} for job in jobs)
        return sum(now.execute(insert, _unique(now, job)).rowcount for job in there)


def _take_newer(other: sqlite3.Connection, ours: sqlite3.Connection) -> None:
    """Bring jobs up to date that the other file has in a later version."""
    names = [row[1] for row in ours.execute("PRAGMA table_info(jobs)") if row[1] not in {"number", "id", "take"}]
    update = f"UPDATE jobs SET {', '.join(f'{name} = :{name}' for name in names)} WHERE id = :id AND version < :version"
    rows = other.execute(f"SELECT id, {', '.join(names)} FROM jobs").fetchall()
    _patiently(ours, "BEGIN IMMEDIATE")
    with ours:
        numbers = _carry_labels(other, ours)
        for row in rows:
            job = dict(zip(["id", *names], row, strict=True))
            ours.execute(update, job | {name: numbers[job[name]] for name in LABELLED})


def _carry_labels(before: sqlite3.Connection, now: sqlite3.Connection) -> dict[int, int]:
    """Copy the labels; returns the number that each has now."""
    labels = before.execute("SELECT id, label FROM labels").fetchall()
    now.executemany(LABEL, [(label,) for _, label in labels])
    numbers = dict(now.execute("SELECT label, id FROM labels").fetchall())
    return {0: 0} | {number: numbers[label] for number, label in labels}


def _carry_grids(before: sqlite3.Connection, now: sqlite3.Connection) -> None:
    """Copy the grids, each with its cells and story, that the other file has no grid in the place of."""
    for grid in before.execute("SELECT * FROM grids").fetchall():
        marks = ", ".join("?" for _ in grid)
        if now.execute(f"INSERT OR IGNORE INTO grids VALUES ({marks})", grid).rowcount:
            cells = before.execute("SELECT * FROM cells WHERE grid = ?", (grid[0],)).fetchall()
            for cell in cells:
                now.execute(f"INSERT INTO cells VALUES ({', '.join('?' for _ in cell)})", cell)
            for story in before.execute("SELECT grid, content FROM stories WHERE grid = ?", (grid[0],)).fetchall():
                now.execute("INSERT INTO stories VALUES (?, ?)", story)


def _carry_votes(before: sqlite3.Connection, now: sqlite3.Connection) -> None:
    """Copy the votes where the other file has none: their numbers name each other."""
    if now.execute("SELECT 1 FROM votes LIMIT 1").fetchone() is None:
        rows = before.execute("SELECT * FROM votes").fetchall()
        now.executemany(f"INSERT INTO votes VALUES ({', '.join('?' * 12)})", rows)


def _unique(db: sqlite3.Connection, row: dict[str, object]) -> tuple[object, ...]:
    """Return a job's columns with a take that its request does not have yet."""
    query = "SELECT max(take) FROM jobs WHERE fingerprint = ? AND id != ?"
    (last,) = db.execute(query, (row["fingerprint"], row["id"])).fetchone()
    taken = db.execute("SELECT 1 FROM jobs WHERE fingerprint = ? AND take = ?", (row["fingerprint"], row["take"]))
    return tuple((row | {"take": last + 1} if taken.fetchone() and last is not None else row).values())
