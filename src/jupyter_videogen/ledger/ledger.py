"""Every job, written down before a paid call leaves: SQLite in WAL mode, fsynced, readable by its owner only."""

from __future__ import annotations

import threading
import time
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from jupyter_videogen.core import budget, environment, platform
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.job import UNPAID, JobRecord
from jupyter_videogen.ledger import compaction
from jupyter_videogen.ledger.browser_presence import BrowserPresence
from jupyter_videogen.ledger.checks import Checks
from jupyter_videogen.ledger.database import Database, explain_disk_errors
from jupyter_videogen.ledger.grids import Grids
from jupyter_videogen.ledger.liveness import Presence
from jupyter_videogen.ledger.queries import LedgerQueries, last_take, sum_spent
from jupyter_videogen.ledger.results import Results
from jupyter_videogen.ledger.rows import (
    SEND,
    UPDATE,
    brings_answer,
    changing_columns,
    decode_job,
    insert_job,
    timing_columns,
)
from jupyter_videogen.ledger.spill import Spill
from jupyter_videogen.ledger.stories import Stories
from jupyter_videogen.ledger.votes import Votes
from jupyter_videogen.ledger.word_index import Words

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path

    from jupyter_videogen.core.budget import Cap
    from jupyter_videogen.core.timing import JobTiming
    from jupyter_videogen.ledger.compaction import Compacted
    from jupyter_videogen.ledger.glance import LeaseKind
    from jupyter_videogen.ledger.queries import KeptJob

LEASE = 60.0
"""Seconds after which a silent watcher loses its lease."""


PASSING = frozenset({"running", "saving", "unreachable"})
"""States that another look can restore after a power cut."""


CLAIM = """
UPDATE jobs SET lease_owner = ?, lease_until = ?, lease_kind = ?, wanted_by = NULL
WHERE id = ? AND lease_owner IS ?
"""


RELEASE = "UPDATE jobs SET lease_owner = NULL, lease_until = 0 WHERE id = ? AND lease_owner = ?"


ASK = """
UPDATE jobs SET wanted_by = ? WHERE id = ? AND lease_owner IS NOT NULL AND lease_kind != 'kernel' AND state != 'saving'
"""


RENEW = "UPDATE jobs SET lease_until = ? WHERE id = ? AND lease_owner = ?"


GLANCE = 0.05
"""Seconds for which a report of progress waits for the ledger."""
MOMENT = 1.0
"""Seconds that a write on the loop's thread waits for other programs: all jobs wait with it."""


UNDECIDED = frozenset({"planned", "sent"})
"""States, as in the file, in which the owner may still send: only its proven death lets another process judge them."""


RUNS_KEPT = 1000
"""Runs of a provider that the file keeps: no more are read (`polling.history.REMEMBERED`)."""
FORGET = """
DELETE FROM runs WHERE origin = :origin
    AND rowid <= (SELECT rowid FROM runs WHERE origin = :origin ORDER BY rowid DESC LIMIT 1 OFFSET :kept)
"""
LEARN = "INSERT INTO runs (origin, seconds, well, model, duration, size, kind, marks) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


class Superseded(Exception):
    """Another process has written the job since it was read here, or has become its owner; `record` is how it stands."""

    def __init__(self, record: JobRecord, *, missing: bool = False) -> None:
        super().__init__(record.id)
        self.record, self.missing = record, missing


class Ledger(LedgerQueries):
    """The file of jobs; safe to call from any thread. Errors of the disk leave as `VideogenError`.

    Take the one of this process with `Ledger.at(path)`.
    """

    _opened: ClassVar[weakref.WeakValueDictionary[Path, Ledger]] = weakref.WeakValueDictionary()
    _opening: ClassVar = threading.Lock()

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = Database(path)
        self._presence: Presence | BrowserPresence = (
            BrowserPresence() if platform.is_browser() else Presence(path.parent / "running")
        )
        weakref.finalize(self, self._presence.close).atexit = False
        self.grids = Grids(self._file, self._presence)
        self.stories = Stories(self._file)
        self.votes = Votes(self._file)
        self.checks = Checks(self._file)
        self.results = Results(self._file)
        self._words = Words(self._file)
        self._spill = Spill(path.parent, environment.folder)
        self._owed: dict[str, tuple[JobRecord, JobTiming | None]] = {}
        """The newest record of each job that is not yet written."""
        self._paid_back: dict[str, int] = {}
        """The versions that were written here since, in the place of whoever holds the record."""
        self.empty_spill()

    @classmethod
    def at(cls, path: Path) -> Ledger:
        """Return this process's ledger of a path, opened where it is not."""
        with cls._opening:
            known = cls._opened.get(path)
            if known is None or known.closed:
                known = cls._opened[path] = cls(path)
            return known

    @classmethod
    def forget(cls) -> list[Ledger]:
        """Forget all open ledgers without closing them: in a child process they belong to the parent."""
        left = list(cls._opened.values())
        cls._opened.clear()
        return left

    @property
    def owner(self) -> str:
        """The name under which this process holds jobs."""
        return str(self._presence.owner)

    @property
    def replaced(self) -> bool:
        """Whether another file, or none, stands at its path by now."""
        return self._file.replaced

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._file.closed

    def add(self, record: JobRecord, *, new: bool = True, caps: Sequence[Cap] = ()) -> JobRecord:
        """Record a new job, and return it with its take, one more than the last of this request.

        Without `new`, the same request is not made twice: where its last take is going on, has ended well or has an
        unknown outcome, that job is given instead. Counting against the `caps` and writing down are one step, so two
        kernels cannot both pass; raises `BudgetExceeded`. The job is ours to watch from the first moment: another
        process that starts just now must not take it for orphaned.

        A draft survives the death of this process, but a power cut only with the next durable write, which `send` is: what a
        power cut takes before that was never sent. A browser keeps nothing but what is durable.
        """
        durable = record.state != "draft" or platform.is_browser()
        with explain_disk_errors(self.path):
            self._presence.show()
        with self._file.writing(durable=durable) as db:
            last = last_take(db, record.fingerprint)
            if last is not None and not new and last.state not in UNPAID:
                return last
            for cap in caps:
                budget.check(cap, sum_spent(db, cap), budget.Asked(record.cost, record.request.seconds))
            record = record.after(take=last.take + 1 if last else 1, version=0)
            insert_job(db, record, self.owner, record.created_at + LEASE)
        return record

    def save(self, record: JobRecord, run: JobTiming | None = None, *, patience: float | None = None) -> JobRecord:
        """Write the newest state of a job, and its timing if it has ended; return the updated record.

        On return it survives a power cut. Only that accepted work has begun, or is done there and on its way, survives the
        death of this process and no more: after a power cut the job is looked at again, and says so again. Raises
        `Superseded` when the job was written since this record was read.
        """
        durable = record.handle is None or record.state not in PASSING
        version = max(record.version, self._paid_back.get(record.id, 0))
        with self._file.writing(durable=durable, patience=patience) as db:
            values = changing_columns(record) | {"id": record.id, "version": version}
            if db.execute(UPDATE, values).rowcount != 1:
                raise _superseded_error(db, record)
            if run is not None:
                db.execute(LEARN, (record.base_url, *timing_columns(run)))
                db.execute(FORGET, {"origin": record.base_url, "kept": RUNS_KEPT})
        return record.after(version=version + 1)

    def send(self, record: JobRecord, *, now: float) -> JobRecord:
        """Record that its owner now sends a paid request, and renew the lease; return the updated record.

        Raises `Superseded` when another process has become the owner, or has written the job: then nothing may be sent.
        """
        version = max(record.version, self._paid_back.get(record.id, 0))
        with self._file.writing(patience=MOMENT) as db:
            mine = {"until": now + LEASE, "id": record.id, "version": version, "owner": self.owner}
            if db.execute(SEND, changing_columns(record) | mine).rowcount != 1:
                raise _superseded_error(db, record)
        self._owed.pop(record.id, None)
        return record.after(version=version + 1)

    def keep(self, record: JobRecord, run: JobTiming | None = None) -> tuple[JobRecord, bool]:
        """Write news of a paid job if possible now; else keep it for `pay_back` and return False.

        What a provider has answered stays in memory, and `pay_back` writes it later. Raises `Superseded` as `save` does;
        not for an answer that whoever wrote the job meanwhile did not know: that is written all the same.
        """
        try:
            kept = self._save_or_add(record, run)
        except VideogenError:
            self._owed[record.id] = record, run
            self._spill.write(record)
            return record, False
        self._owed.pop(record.id, None)
        return kept, True

    def note_progress(self, record: JobRecord) -> JobRecord:
        """Write how far a job is, for those who read along, and return the record as it is now.

        Progress is worth no waiting: where the ledger is busy or cannot be written, or still lacks an answer to the job,
        nothing is written. Raises `Superseded` as `save` does.
        """
        if record.id in self._owed:
            return record
        try:
            return self.save(record, patience=GLANCE)
        except Superseded:
            raise
        except VideogenError:
            return record

    def _save_or_add(self, record: JobRecord, run: JobTiming | None) -> JobRecord:
        try:
            return self.save(record, run, patience=MOMENT)
        except Superseded as newer:
            if newer.missing:
                self.absorb(record)
                return record.after(version=0)
            if not brings_answer(record, newer.record):
                raise
            return self.save(record.after(version=newer.record.version), run, patience=MOMENT)

    @property
    def owing(self) -> list[JobRecord]:
        """The jobs whose newest state is not yet written."""
        return [record for record, _ in tuple(self._owed.values())]

    def pay_back(self) -> None:
        """Write the pending states; raises `VideogenError` while that fails."""
        for record, run in tuple(self._owed.values()):
            with suppress(Superseded):
                self._paid_back[record.id] = self._save_or_add(record, run).version
            if self._owed.get(record.id, (None,))[0] is record:
                del self._owed[record.id]

    def empty_spill(self) -> None:
        """Read the spill files into the ledger; leave records that can't be written yet."""
        with suppress(VideogenError, OSError):
            self._spill.empty(self.absorb)

    def absorb(self, record: JobRecord) -> None:
        """Read a spilled job into the ledger if the ledger lacks it, or has an older state of it."""
        with self._file.writing() as db:
            known = db.execute("SELECT content, version FROM jobs WHERE id = ?", (record.id,)).fetchone()
            if known is None:
                last = last_take(db, record.fingerprint)
                record = record.after(take=last.take + 1 if last else 1)
                insert_job(db, record, None, 0.0)
            elif (now := decode_job(*known)).version <= record.version or brings_answer(record, now):
                db.execute(UPDATE, changing_columns(record) | {"id": record.id, "version": now.version})

    def star(self, job_id: str, *, on: bool) -> None:
        """Star a job, or remove the star."""
        with self._file.writing() as db:
            db.execute("UPDATE jobs SET starred = ? WHERE id = ?", (on, job_id))

    def remove(self, job_id: str, *, undo: bool = False) -> None:
        """Remove a job from the history, or restore it; the row stays, because the job may have been charged."""
        with self._file.writing() as db:
            db.execute("UPDATE jobs SET removed = ? WHERE id = ?", (not undo, job_id))

    def claim(self, job_id: str, *, now: float, kind: LeaseKind = "kernel") -> bool:
        """Take or keep the lease on a job; False while another process has it.

        A watcher that is silent for a lease loses the job. One that may still send something paid loses it only when it is
        proven dead: it may be asleep, and would send when it wakes. Only a kernel takes a job that somebody has let go.
        """
        with explain_disk_errors(self.path):
            self._presence.show()
        with self._file.writing(durable=False, patience=MOMENT) as db:
            query = "SELECT lease_owner, lease_until, state, let_go FROM jobs WHERE id = ?"
            holder, until, state, let_go = db.execute(query, (job_id,)).fetchone() or (None, 0.0, "", 0)
            silent = until < now and state not in UNDECIDED
            if holder not in {None, self.owner} and not silent and not self._presence.gone(holder):
                return False
            if let_go and kind != "kernel":
                return False
            return db.execute(CLAIM, (self.owner, now + LEASE, kind, job_id, holder)).rowcount == 1

    def ask_for(self, job_id: str) -> bool:
        """Ask the server or terminal that watches a job to let this kernel have it; False where no such has it.

        A clip that is being saved is not asked for: it would have to be fetched a second time.
        """
        with self._file.reading() as db:
            query = "SELECT wanted_by, lease_kind FROM jobs WHERE id = ? AND lease_owner IS NOT NULL"
            wanted_by, kind = db.execute(query, (job_id,)).fetchone() or (None, "kernel")
        if kind == "kernel" or wanted_by == self.owner:
            return kind != "kernel"
        with self._file.writing(durable=False, patience=MOMENT) as db:
            return db.execute(ASK, (self.owner, job_id)).rowcount == 1

    def watcher_of(self, job: KeptJob) -> LeaseKind | None:
        """Return what kind of process watches a job; None where nobody does, or its process is dead or silent."""
        if job.lease_owner is None or job.lease_until < time.time() or self._presence.gone(job.lease_owner):
            return None
        return job.lease_kind

    def renew(self, job_id: str, *, now: float) -> bool:
        """Renew the lease on a job; False if another process has it."""
        with self._file.writing(durable=False, patience=MOMENT) as db:
            return db.execute(RENEW, (now + LEASE, job_id, self.owner)).rowcount == 1

    def release(self, job_id: str) -> None:
        """Release the lease on a job."""
        with self._file.writing(durable=False, patience=MOMENT) as db:
            db.execute(RELEASE, (job_id, self.owner))

    def let_go(self, job_id: str) -> None:
        """Release a job that somebody wants watched no more; no server takes it up until somebody asks for that."""
        with self._file.writing(durable=False, patience=MOMENT) as db:
            db.execute(RELEASE, (job_id, self.owner))
            db.execute("UPDATE jobs SET let_go = 1 WHERE id = ?", (job_id,))

    def allow_watching(self, job_id: str) -> None:
        """Undo `let_go`."""
        with self._file.reading() as db:
            if not db.execute("SELECT 1 FROM jobs WHERE id = ? AND let_go = 1", (job_id,)).fetchone():
                return  # nearly always: it costs no write
        with self._file.writing(durable=False, patience=MOMENT) as db:
            db.execute("UPDATE jobs SET let_go = 0 WHERE id = ?", (job_id,))

    def compact(self, *, since: float | None) -> Compacted:
        """Give free space back to the disk, and delete failed jobs older than `since`; see `compaction.compact`."""
        return compaction.compact(self._file, since=since)

    def close(self) -> None:
        """Close the file; a ledger that is dropped closes itself."""
        self._file.close()
        self._presence.close()


def _superseded_error(db: sqlite3.Connection, record: JobRecord) -> Superseded:
    """Return the error for a write that came too late, with the job as the file has it."""
    row = db.execute("SELECT content, version FROM jobs WHERE id = ?", (record.id,)).fetchone()
    return Superseded(record, missing=True) if row is None else Superseded(decode_job(*row))
