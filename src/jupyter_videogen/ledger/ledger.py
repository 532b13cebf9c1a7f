"""Every job, written down before a paid call leaves: SQLite in WAL mode, fsynced, readable by its owner only."""

from __future__ import annotations

import threading
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import msgspec

from jupyter_videogen.core import budget, environment
from jupyter_videogen.core.budget import Cap, Spent
from jupyter_videogen.core.errors import InvalidRequest, VideogenError
from jupyter_videogen.core.job import ENDED, UNPAID, JobRecord, JobState
from jupyter_videogen.core.timing import JobTiming, ProgressSample
from jupyter_videogen.ledger.database import Database, explain_disk_errors
from jupyter_videogen.ledger.liveness import Presence
from jupyter_videogen.ledger.spill import Spill

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence
    from pathlib import Path

LEASE = 60.0
"""Seconds after which a silent watcher is taken for dead."""


AT_REST: dict[JobState, str] = {"draft": "planned", "submitting": "sent", "queued": "accepted", "succeeded": "stored"}
"""Four states have a name of their own in the file; every other is stored as it is called."""


PASSING = frozenset({"running", "saving", "unreachable"})
"""States of accepted work that another look at the service tells again."""


INSERT = """
INSERT INTO jobs (id, provider, origin, model, fingerprint, take, idempotency_key, notebook, project, created_at,
    state, record, handle, cost, charged, lease_owner, lease_until)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


UPDATE = """
UPDATE jobs SET state = ?, record = ?, handle = ?, cost = ?, charged = ?, version = version + 1
WHERE id = ? AND version = ?
"""


SEND = """
UPDATE jobs SET state = ?, record = ?, handle = ?, cost = ?, charged = ?, version = version + 1, lease_until = ?
WHERE id = ? AND version = ? AND lease_owner = ?
"""


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


CLAIM = "UPDATE jobs SET lease_owner = ?, lease_until = ? WHERE id = ? AND lease_owner IS ?"


RENEW = "UPDATE jobs SET lease_until = ? WHERE id = ? AND lease_owner = ?"


MOMENT = 1.0
"""Seconds that a write on the loop's thread waits for other programs: all jobs wait with it."""


UNANSWERED: frozenset[JobState] = frozenset({"draft", "submitting", "unknown_outcome"})
"""States of a job whose service's answer nobody has."""


UNDECIDED = frozenset({"planned", "sent"})
"""States, as in the file, in which the owner may still send: only its proven death lets another process judge them."""


PAGE = """
SELECT record, version, starred FROM jobs
WHERE NOT removed AND created_at < ? AND starred >= ? AND (? IS NULL OR notebook = ?) AND (? IS NULL OR project = ?)
    AND instr(lower(json_extract(record, '$.request.prompt') || ' ' || model), lower(?)) > 0
ORDER BY created_at DESC, rowid DESC LIMIT ?
"""


USED = """
SELECT model FROM jobs WHERE state = 'stored' AND origin = ? GROUP BY model ORDER BY max(created_at) DESC LIMIT 20
"""


NAMED = """
WHERE json_extract(record, '$.name') = ? OR substr(json_extract(record, '$.name'), 1, ?) = ?
ORDER BY created_at DESC, rowid DESC LIMIT 1000
"""


RUNS = """
SELECT seconds, well, model, duration, size, kind, marks FROM runs WHERE origin = ? ORDER BY rowid DESC LIMIT ?
"""


LEARN = "INSERT INTO runs (origin, seconds, well, model, duration, size, kind, marks) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


class HistoryFilter(NamedTuple):
    """Which part of the library is looked at; None is everything."""

    notebook: str | None = None
    project: str | None = None
    search: str = ""
    starred: bool = False


class Cost(NamedTuple):
    """What the paid jobs of one group came to, in dollars; those of unknown price are only counted."""

    group: str
    spent: float
    in_flight: float
    jobs: int
    unpriced: int


class Superseded(Exception):
    """Another process has written the job since it was read here, or has become its owner; `record` is how it stands."""

    def __init__(self, record: JobRecord, *, missing: bool = False) -> None:
        super().__init__(record.id)
        self.record, self.missing = record, missing


class Ledger:
    """The file of jobs; safe to call from any thread. Errors of the disk leave as `VideogenError`.

    Take the one of this process with `Ledger.at(path)`.
    """

    _opened: ClassVar[weakref.WeakValueDictionary[Path, Ledger]] = weakref.WeakValueDictionary()
    _opening: ClassVar = threading.Lock()

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = Database(path)
        self._presence = Presence(path.parent / "running")
        weakref.finalize(self, self._presence.close).atexit = False
        self._spill = Spill(path.parent, environment.folder)
        self._owed: dict[str, tuple[JobRecord, JobTiming | None]] = {}
        """The newest of each job that could not be written down yet."""
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
        """Return up all that are open, unclosed: in a child process they are its parent's."""
        left = list(cls._opened.values())
        cls._opened.clear()
        return left

    @property
    def owner(self) -> str:
        """The name under which this process holds jobs."""
        return str(self._presence.owner)

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._file.closed

    def add(self, record: JobRecord, *, new: bool = True, caps: Sequence[Cap] = ()) -> JobRecord:
        """Write a new job down and give it with its take, one more than this request has had.

        Without `new`, the same request is not made twice: where its last take is going on, has ended well or has an
        unknown outcome, that job is given instead. Counting against the `caps` and writing down are one step, so two
        kernels cannot both pass; raises `BudgetExceeded`. The job is ours to watch from the first moment: another
        process that starts just now must not take it for orphaned.
        """
        with explain_disk_errors(self.path):
            self._presence.show()
        with self._file.writing() as db:
            last = self._last_take(db, record.fingerprint)
            if last is not None and not new and last.state not in UNPAID:
                return last
            for cap in caps:
                budget.check(cap, _spent(db, cap), record.cost)
            record = record.after(take=last.take + 1 if last else 1, version=0)
            db.execute(INSERT, (*_identity(record), *_news(record), self.owner, record.created_at + LEASE))
        return record

    def save(self, record: JobRecord, run: JobTiming | None = None, *, patience: float | None = None) -> JobRecord:
        """Write the newest state of a job, with what is to be learnt of its end; returns the record to go on with.

        On return it survives a power cut. Only that accepted work has begun, or is done there and on its way, survives the
        death of this process and no more: after a power cut the job is looked at again, and says so again. Raises
        `Superseded` when the job was written since this record was read.
        """
        durable = record.handle is None or record.state not in PASSING
        version = max(record.version, self._paid_back.get(record.id, 0))
        with self._file.writing(durable=durable, patience=patience) as db:
            if db.execute(UPDATE, (*_news(record), record.id, version)).rowcount != 1:
                raise _superseded(db, record)
            if run is not None:
                db.execute(LEARN, (record.base_url, *_lesson(run)))
        return record.after(version=version + 1)

    def send(self, record: JobRecord, *, now: float) -> JobRecord:
        """Write down that a paid request leaves now, as its owner, for another lease; returns the record to go on with.

        Raises `Superseded` when another process has become the owner, or has written the job: then nothing may be sent.
        """
        version = max(record.version, self._paid_back.get(record.id, 0))
        with self._file.writing(patience=MOMENT) as db:
            values = (*_news(record), now + LEASE, record.id, version, self.owner)
            if db.execute(SEND, values).rowcount != 1:
                raise _superseded(db, record)
        self._owed.pop(record.id, None)
        return record.after(version=version + 1)

    def keep(self, record: JobRecord, run: JobTiming | None = None) -> tuple[JobRecord, bool]:
        """Write news of paid work down if that can be done now; else it is owed, and tells so by False.

        What a service has answered stays in memory, and `pay_back` writes it later. Raises `Superseded` as `save` does;
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

    def _save_or_add(self, record: JobRecord, run: JobTiming | None) -> JobRecord:
        try:
            return self.save(record, run, patience=MOMENT)
        except Superseded as newer:
            if newer.missing:
                self.absorb(record)
                return record.after(version=0)
            if not _answers(record, newer.record):
                raise
            return self.save(record.after(version=newer.record.version), run, patience=MOMENT)

    @property
    def owing(self) -> list[JobRecord]:
        """The jobs whose newest state is not written down."""
        return [record for record, _ in tuple(self._owed.values())]

    def pay_back(self) -> None:
        """Write down what is owed; raises `VideogenError` while that can't be done."""
        for record, run in tuple(self._owed.values()):
            with suppress(Superseded):
                self._paid_back[record.id] = self._save_or_add(record, run).version
            if self._owed.get(record.id, (None,))[0] is record:
                del self._owed[record.id]

    def empty_spill(self) -> None:
        """Take in what this process or another could only spill; what can't be written yet stays where it is."""
        with suppress(VideogenError, OSError):
            self._spill.empty(self.absorb)

    def absorb(self, record: JobRecord) -> None:
        """Take in a job as it was spilled: where the file does not have it, or has it as it was before that."""
        with self._file.writing() as db:
            known = db.execute("SELECT record, version FROM jobs WHERE id = ?", (record.id,)).fetchone()
            if known is None:
                last = self._last_take(db, record.fingerprint)
                record = record.after(take=last.take + 1 if last else 1)
                db.execute(INSERT, (*_identity(record), *_news(record), None, 0.0))
            elif (now := _record(*known)).version <= record.version or _answers(record, now):
                db.execute(UPDATE, (*_news(record), record.id, now.version))

    def runs(self, origin: str, *, limit: int) -> list[JobTiming]:
        """Return how the newest jobs of a service went, the newest first."""
        with self._file.reading() as db:
            rows = db.execute(RUNS, (origin, limit)).fetchall()
        return [_run(*row) for row in rows]

    def latest(self, fingerprint: str) -> JobRecord | None:
        """Return the job that a request already is: its last take, unless that came to nothing."""
        with self._file.reading() as db:
            last = self._last_take(db, fingerprint)
        return last if last is not None and last.state not in UNPAID else None

    def spent(self, cap: Cap) -> Spent:
        """Return what the jobs under a cap come to; those whose outcome is unknown count as spent."""
        with self._file.reading() as db:
            return _spent(db, cap)

    def costs(self, by: str = "model") -> list[Cost]:
        """Return what jobs came to by "model", "day" or "notebook", the newest group first; raises `InvalidRequest`."""
        if by not in GROUPS:
            raise InvalidRequest(f"Costs are not kept by {by}.", next=f"Choose one of: {', '.join(GROUPS)}.")
        ended = ", ".join(f"'{_at_rest(state)}'" for state in sorted(ENDED))
        query = COSTS.format(group=GROUPS[by], ended=ended)
        with self._file.reading() as db:
            return [Cost(*row) for row in db.execute(query)]

    def page(self, shelf: HistoryFilter, *, before: float, limit: int) -> list[tuple[JobRecord, bool]]:
        """Return jobs of a shelf made before a moment, newest first, each with whether it is starred."""
        here = (shelf.notebook, shelf.notebook, shelf.project, shelf.project)
        with self._file.reading() as db:
            rows = db.execute(PAGE, (before, shelf.starred, *here, shelf.search, limit)).fetchall()
        return [(_record(record, version), bool(starred)) for record, version, starred in rows]

    def star(self, job_id: str, *, on: bool) -> None:
        """Mark a job as liked, or no more."""
        with self._file.writing() as db:
            db.execute("UPDATE jobs SET starred = ? WHERE id = ?", (on, job_id))

    def remove(self, job_id: str, *, undo: bool = False) -> None:
        """Take a job out of the library, or put it back; the row stays, for it may have been paid for."""
        with self._file.writing() as db:
            db.execute("UPDATE jobs SET removed = ? WHERE id = ?", (not undo, job_id))

    def starred(self, job_id: str) -> bool:
        """Return whether a job is marked as liked."""
        with self._file.reading() as db:
            row = db.execute("SELECT starred FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return bool(row and row[0])

    def used(self, origin: str) -> list[str]:
        """Return the models that made clips of yours at an address, the last one first."""
        with self._file.reading() as db:
            return [model for (model,) in db.execute(USED, (origin,))]

    def holder(self, origin: str, handle: object) -> JobRecord | None:
        """Return the job that a service's reference belongs to, if it is one of ours."""
        held = self._read("WHERE origin = ? AND handle = ? ORDER BY created_at LIMIT 1", origin, _handle(handle))
        return held[0] if held else None

    def find(self, reference: str) -> JobRecord:
        """Return a job by id or unique beginning of one, or "last"; raises `InvalidRequest`."""
        rows = self._matches(reference) or self.named(reference)
        if len(rows) == 1:
            return rows[0]
        what = f"No job begins with {reference}." if not rows else f"{len(rows)} jobs begin with {reference}."
        raise InvalidRequest(what, next="List them with vg.jobs() or %videogen jobs.")

    def named(self, name: str) -> list[JobRecord]:
        """Return the jobs that were last kept under a name: one, or the members `name[0]`, `name[1]`, … of a group."""
        rows = self._read(NAMED, name, len(name) + 1, f"{name}[")
        found: dict[str, JobRecord] = {}
        for record in rows:  # the newest first; the first member of a group is the last that is come to
            found.setdefault(record.name, record)
            if record.name in {name, f"{name}[0]"}:
                break
        return sorted(found.values(), key=lambda record: (len(record.name), record.name))

    def recent(self, states: Collection[JobState] | None = None, *, limit: int = 1000) -> list[JobRecord]:
        """Return jobs, newest first, of these states or of all."""
        if states is None:
            return self._read("ORDER BY created_at DESC, rowid DESC LIMIT ?", limit)
        marks = ", ".join("?" for _ in states)
        where = f"WHERE state IN ({marks}) ORDER BY created_at DESC, rowid DESC LIMIT ?"
        return self._read(where, *map(_at_rest, states), limit)

    def unfinished(self) -> list[JobRecord]:
        """Return every job that something may still happen to, oldest first."""
        ended = [_at_rest(state) for state in ENDED - {"unknown_outcome"}]
        rows = self._read(f"WHERE state NOT IN ({', '.join('?' for _ in ended)}) ORDER BY created_at", *ended)
        return [record for record in rows if not record.ended]

    def claim(self, job_id: str, *, now: float) -> bool:
        """Become, or stay, the one that watches a job; False while somebody else does.

        A watcher that is silent for a lease loses the job. One that may still send something paid loses it only when it is
        proven dead: it may be asleep, and would send when it wakes.
        """
        with explain_disk_errors(self.path):
            self._presence.show()
        with self._file.writing(durable=False, patience=MOMENT) as db:
            query = "SELECT lease_owner, lease_until, state FROM jobs WHERE id = ?"
            holder, until, state = db.execute(query, (job_id,)).fetchone() or (None, 0.0, "")
            silent = until < now and state not in UNDECIDED
            if holder not in {None, self.owner} and not silent and not self._presence.gone(holder):
                return False
            return db.execute(CLAIM, (self.owner, now + LEASE, job_id, holder)).rowcount == 1

    def renew(self, job_id: str, *, now: float) -> bool:
        """Stay the one that watches a job; False where another process has become it."""
        with self._file.writing(durable=False, patience=MOMENT) as db:
            return db.execute(RENEW, (now + LEASE, job_id, self.owner)).rowcount == 1

    def release(self, job_id: str) -> None:
        """Stop being the one that watches."""
        with self._file.writing(durable=False, patience=MOMENT) as db:
            db.execute(
                "UPDATE jobs SET lease_owner = NULL, lease_until = 0 WHERE id = ? AND lease_owner = ?",
                (job_id, self.owner),
            )

    def close(self) -> None:
        """Close the file; a ledger that is dropped closes itself."""
        self._file.close()
        self._presence.close()

    def _last_take(self, db: sqlite3.Connection, fingerprint: str) -> JobRecord | None:
        query = "SELECT record, version FROM jobs WHERE fingerprint = ? ORDER BY take DESC LIMIT 1"
        row = db.execute(query, (fingerprint,)).fetchone()
        return row and _record(*row)

    def _matches(self, reference: str) -> list[JobRecord]:
        if reference in {"last", "-1"}:
            return self.recent(limit=1)
        return self._read("WHERE substr(id, 1, ?) = ? LIMIT 9", len(reference), reference)

    def _read(self, rest: str, *values: object) -> list[JobRecord]:
        with self._file.reading() as db:
            rows = db.execute(f"SELECT record, version FROM jobs {rest}", values).fetchall()  # noqa: S608 - our own words
        return [_record(*row) for row in rows]


def _record(content: bytes, version: int) -> JobRecord:
    return msgspec.json.decode(content, type=JobRecord).after(version=version)


def _answers(record: JobRecord, now: JobRecord) -> bool:
    """Return whether a record has the service's answer, and the job as it is written does not: nobody may throw it away."""
    return record.state not in UNANSWERED and now.state in UNANSWERED and now.handle is None


def _superseded(db: sqlite3.Connection, record: JobRecord) -> Superseded:
    """Return the error for a write that came too late, with the job as the file has it."""
    row = db.execute("SELECT record, version FROM jobs WHERE id = ?", (record.id,)).fetchone()
    return Superseded(record, missing=True) if row is None else Superseded(_record(*row))


def _spent(db: sqlite3.Connection, cap: Cap) -> Spent:
    return Spent(*db.execute(SPENT, (cap.since, cap.place, cap.place)).fetchone())


def _at_rest(state: JobState) -> str:
    return AT_REST.get(state, state)


def _identity(job: JobRecord) -> tuple[object, ...]:
    """Return the columns that are written once."""
    where = (job.provider, job.base_url, job.model, job.fingerprint, job.take, job.idempotency_key)
    return (job.id, *where, job.notebook, job.project, job.created_at)


def _news(job: JobRecord) -> tuple[object, ...]:
    """Return the columns that change: the state, the record itself, and what is asked for by other columns than these."""
    handle = None if job.handle is None else _handle(job.handle)
    return (_at_rest(job.state), msgspec.json.encode(job.redacted().after(version=0)), handle, job.cost, job.charged)


def _run(*row: Any) -> JobTiming:  # noqa: ANN401 - what the columns hold
    """Read one row of `RUNS`."""
    seconds, well, model, duration, size, kind, marks = row
    marks = msgspec.json.decode(marks, type=tuple[ProgressSample, ...])
    return JobTiming(
        seconds=seconds, well=bool(well), model=model, duration=duration, size=size, kind=kind, marks=marks
    )


def _lesson(run: JobTiming) -> tuple[object, ...]:
    """Return the columns of a run."""
    return (run.seconds, run.well, run.model, run.duration, run.size, run.kind, msgspec.json.encode(run.marks).decode())


def _handle(handle: object) -> str:
    return msgspec.json.encode(handle, order="deterministic").decode()
