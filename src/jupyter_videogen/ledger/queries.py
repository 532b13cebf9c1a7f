"""Questions to the file of jobs; nothing here writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from jupyter_videogen.core import command_names
from jupyter_videogen.core.budget import Spent
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.job import ENDED, UNPAID
from jupyter_videogen.ledger.rows import decode_job, decode_timing, encode_handle
from jupyter_videogen.ledger.stored_states import state_at_rest

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence

    from jupyter_videogen.core.budget import Cap
    from jupyter_videogen.core.job import JobRecord, JobState
    from jupyter_videogen.core.timing import JobTiming
    from jupyter_videogen.ledger.database import Database
    from jupyter_videogen.ledger.glance import LeaseKind

SPENT = """
SELECT total(cost), count(*),
    total(json_extract(record, '$.request.duration') * coalesce(json_extract(record, '$.request.n'), 1))
FROM jobs WHERE charged = 1 AND created_at >= :since AND (:place IS NULL OR coalesce(notebook, project) = :place)
    AND (NOT :agents OR agent != '')
"""


GROUPS = {
    "model": "provider || ':' || model",
    "day": "date(created_at, 'unixepoch', 'localtime')",
    "notebook": "coalesce(notebook, project, '')",
}


COSTS = """
SELECT {group}, total(iif(state IN ({ended}), cost, 0)),
    total(iif(state IN ({ended}), json_extract(record, '$.reported_cost'), 0)), total(iif(state IN ({ended}), 0, cost)),
    count(*), sum(cost IS NULL), total(json_array_length(record, '$.clips')),
    total((SELECT total(json_extract(value, '$.duration')) FROM json_each(record, '$.clips')))
FROM jobs WHERE charged = 1 GROUP BY 1 ORDER BY max(created_at) DESC
"""


SHELF = """
jobs INDEXED BY jobs_by_shelf WHERE removed = 0 AND starred >= :starred
    AND (:notebook IS NULL OR notebook = :notebook) AND (:project IS NULL OR project = :project)
"""
SEARCH = """
AND instr(casefold(coalesce(json_extract(record, '$.request.prompt'), '') || ' ' || model), :search) > 0
"""


PAGE = """
SELECT record, version, starred FROM jobs WHERE rowid IN (
    SELECT rowid FROM {shelf} AND ({states}) AND (:model = '' OR model = :model)
    ORDER BY created_at DESC, rowid DESC LIMIT :limit OFFSET :offset
) ORDER BY created_at DESC, rowid DESC
"""


KEYSET = """
SELECT record, version, starred, let_go, lease_owner, lease_until, lease_kind FROM jobs WHERE rowid IN (
    SELECT rowid FROM {shelf} AND ({states}) AND (:model = '' OR model = :model) {older}
    ORDER BY created_at DESC, rowid DESC LIMIT :limit
) ORDER BY created_at DESC, rowid DESC
"""
OLDER = """
AND created_at <= (SELECT created_at FROM jobs WHERE id = :before)
AND (created_at, rowid) < (SELECT created_at, rowid FROM jobs WHERE id = :before)
"""
"""The first line alone lets the index begin there; the second is exact."""


KEPT = "SELECT record, version, starred, let_go, lease_owner, lease_until, lease_kind FROM jobs WHERE id = ?"


SHELF_GROUPS = """
SELECT CASE WHEN {ready} THEN 'ready' WHEN {failed} THEN 'failed' ELSE 'making' END, model,
    count(*), total(iif(charged, cost, 0))
FROM {shelf} GROUP BY 1, 2
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


Stage = Literal["ready", "making", "failed"]
"""What the library sorts jobs by: with a clip, ended without one, or neither yet; a lost answer may still become a clip."""
FAILED = ", ".join(f"'{state_at_rest(state)}'" for state in sorted(UNPAID))
STATES: dict[Stage, str] = {
    "ready": "state = 'stored'",
    "making": f"state NOT IN ('stored', {FAILED})",
    "failed": f"state IN ({FAILED})",
}


class HistoryFilter(NamedTuple):
    """Which part of the library is looked at; None and empty are everything."""

    notebook: str | None = None
    project: str | None = None
    search: str = ""
    starred: bool = False
    model: str = ""
    stages: tuple[Stage, ...] = tuple(STATES)

    @property
    def values(self) -> dict[str, object]:
        """The parameters of `shelf`."""
        return self._asdict() | {"search": self.search.casefold()}

    @property
    def shelf(self) -> str:
        """Everything but the states and the model, which are counted; only a search has to read records."""
        return SHELF + SEARCH if self.search else SHELF

    @property
    def states(self) -> str:
        """The condition on the state."""
        return " OR ".join(STATES[stage] for stage in self.stages) or "FALSE"


class HistoryGroup(NamedTuple):
    """Jobs of one state and model in the library, and what the charged ones came to in dollars."""

    stage: Stage
    model: str
    jobs: int
    spent: float


class KeptJob(NamedTuple):
    """A job with what the ledger knows beside its record."""

    record: JobRecord
    starred: bool
    let_go: bool
    """Whether somebody has stopped the watching."""
    lease_owner: str | None
    lease_until: float
    """Seconds since the epoch."""
    lease_kind: LeaseKind


class Cost(NamedTuple):
    """What the paid jobs of one group came to, in dollars; those of unknown price are only counted."""

    group: str
    spent: float
    """What ended jobs cost: as reported by the provider, else as estimated when they were sent."""
    reported: float
    """The part of it that providers reported."""
    in_flight: float
    jobs: int
    unpriced: int
    clips: float
    """How many clips were made."""
    seconds: float
    """Their seconds together."""


class LedgerQueries:
    """The reading half of the ledger; safe to call from any thread."""

    _file: Database

    def runs(self, origin: str, *, limit: int) -> list[JobTiming]:
        """Return how the newest jobs of a provider went, the newest first."""
        with self._file.reading() as db:
            rows = db.execute(RUNS, (origin, limit)).fetchall()
        return [decode_timing(*row) for row in rows]

    def latest(self, fingerprint: str) -> JobRecord | None:
        """Return the existing job of a request: its last take, unless that failed."""
        with self._file.reading() as db:
            last = last_take(db, fingerprint)
        return last if last is not None and last.state not in UNPAID else None

    def known(self, fingerprints: Collection[str]) -> set[str]:
        """Return those requests that are jobs already, unless they failed."""
        unpaid = ", ".join(f"'{state_at_rest(state)}'" for state in sorted(UNPAID))
        with self._file.reading() as db:
            rows = db.execute(f"SELECT DISTINCT fingerprint FROM jobs WHERE state NOT IN ({unpaid})")
            return {name for (name,) in rows if name in fingerprints}

    def sum_spent(self, cap: Cap) -> Spent:
        """Return the total of the jobs under a cap; jobs with an unknown outcome count as spent."""
        with self._file.reading() as db:
            return sum_spent(db, cap)

    def costs(self, by: str = "model") -> list[Cost]:
        """Return what jobs came to by "model", "day" or "notebook", the newest group first; raises `InvalidRequest`."""
        if by not in GROUPS:
            raise InvalidRequest(f"Costs can't be grouped by {by}.", next=f"Choose one of: {', '.join(GROUPS)}.")
        ended = ", ".join(f"'{state_at_rest(state)}'" for state in sorted(ENDED))
        query = COSTS.format(group=GROUPS[by], ended=ended)
        with self._file.reading() as db:
            return [Cost(*row) for row in db.execute(query)]

    def page(self, shelf: HistoryFilter, *, offset: int, limit: int) -> list[tuple[JobRecord, bool]]:
        """Return jobs of the library from the `offset`th on, newest first, each with whether it is starred."""
        query = PAGE.format(shelf=shelf.shelf, states=shelf.states)
        with self._file.reading() as db:
            rows = db.execute(query, shelf.values | {"offset": offset, "limit": limit}).fetchall()
        return [(decode_job(record, version), bool(starred)) for record, version, starred in rows]

    def page_before(self, shelf: HistoryFilter, *, before: str, limit: int) -> list[KeptJob]:
        """Return jobs of the library that are older than the one with the id `before`, newest first; without one, the newest.

        What is added meanwhile moves no page. An id that nobody knows has nothing before it.
        """
        query = KEYSET.format(shelf=shelf.shelf, states=shelf.states, older=OLDER if before else "")
        with self._file.reading() as db:
            rows = db.execute(query, shelf.values | {"before": before, "limit": limit}).fetchall()
        return [_kept_job(*row) for row in rows]

    def kept(self, job_id: str) -> KeptJob | None:
        """Return a job by its whole id."""
        with self._file.reading() as db:
            row = db.execute(KEPT, (job_id,)).fetchone()
        return row and _kept_job(*row)

    def history_groups(self, shelf: HistoryFilter) -> list[HistoryGroup]:
        """Return how many jobs of each state and model there are, whatever model and states are asked for."""
        query = SHELF_GROUPS.format(shelf=shelf.shelf, **STATES)
        with self._file.reading() as db:
            return [HistoryGroup(*row) for row in db.execute(query, shelf.values)]

    def records(self, job_ids: Sequence[str]) -> dict[str, JobRecord]:
        """Return jobs by their whole ids; those that nobody knows are left out."""
        marks = ", ".join("?" for _ in job_ids)
        return {record.id: record for record in self._read(f"WHERE id IN ({marks})", *job_ids)}

    def stamp(self) -> tuple[int, int]:
        """Return two numbers that are others after any write to the file, by this process or another."""
        with self._file.reading() as db:
            (others,) = db.execute("PRAGMA data_version").fetchone()
            return others, db.total_changes

    def is_starred(self, job_id: str) -> bool:
        """Return whether a job is starred."""
        with self._file.reading() as db:
            row = db.execute("SELECT starred FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return bool(row and row[0])

    def used_models(self, origin: str) -> list[str]:
        """Return the models that made clips of yours at an address, the last one first."""
        with self._file.reading() as db:
            return [model for (model,) in db.execute(USED, (origin,))]

    def holder(self, origin: str, handle: object) -> JobRecord | None:
        """Return the job that a provider's reference belongs to, if it is one of ours."""
        held = self._read("WHERE origin = ? AND handle = ? ORDER BY created_at LIMIT 1", origin, encode_handle(handle))
        return held[0] if held else None

    def find(self, reference: str) -> JobRecord:
        """Return a job by id or unique beginning of one, or "last"; raises `InvalidRequest`."""
        rows = self._matches(reference) or self.find_named(reference)
        if len(rows) == 1:
            return rows[0]
        what = f"No job id starts with {reference}." if not rows else f"{len(rows)} job ids start with {reference}."
        raise InvalidRequest(what, next=f"List them with {command_names.spell('jobs')}.")

    def find_named(self, name: str) -> list[JobRecord]:
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
        return self._read(where, *map(state_at_rest, states), limit)

    def unfinished(self) -> list[JobRecord]:
        """Return every unfinished job, oldest first."""
        ended = [state_at_rest(state) for state in ENDED - {"unknown_outcome"}]
        rows = self._read(f"WHERE state NOT IN ({', '.join('?' for _ in ended)}) ORDER BY created_at", *ended)
        return [record for record in rows if not record.ended]

    def _matches(self, reference: str) -> list[JobRecord]:
        if reference in {"last", "-1"}:
            return self.recent(limit=1)
        return self._read("WHERE substr(id, 1, ?) = ? LIMIT 9", len(reference), reference)

    def _read(self, rest: str, *values: object) -> list[JobRecord]:
        with self._file.reading() as db:
            rows = db.execute(f"SELECT record, version FROM jobs {rest}", values).fetchall()
        return [decode_job(*row) for row in rows]


def _kept_job(content: bytes, version: int, starred: int, let_go: int, *lease: Any) -> KeptJob:
    return KeptJob(decode_job(content, version), bool(starred), bool(let_go), *lease)


def last_take(db: sqlite3.Connection, fingerprint: str) -> JobRecord | None:
    """Return the newest job of a request."""
    query = "SELECT record, version FROM jobs WHERE fingerprint = ? ORDER BY take DESC LIMIT 1"
    row = db.execute(query, (fingerprint,)).fetchone()
    return row and decode_job(*row)


def sum_spent(db: sqlite3.Connection, cap: Cap) -> Spent:
    """Return what the jobs under a cap come to."""
    return Spent(*db.execute(SPENT, cap._asdict()).fetchone())
