"""Questions to the file of jobs; nothing here writes."""

from __future__ import annotations

from itertools import islice
from math import inf
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from jupyter_videogen.core import command_names
from jupyter_videogen.core.budget import Spent
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.job import ENDED, UNPAID
from jupyter_videogen.ledger.rebuild import WEEK
from jupyter_videogen.ledger.rows import decode_job, decode_timing, encode_fingerprint, encode_handle, label_number
from jupyter_videogen.ledger.stored_states import state_at_rest
from jupyter_videogen.ledger.word_index import read_stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from jupyter_videogen.core.budget import Cap
    from jupyter_videogen.core.job import JobRecord, JobState
    from jupyter_videogen.core.timing import JobTiming
    from jupyter_videogen.ledger.database import Database
    from jupyter_videogen.ledger.glance import LeaseKind
    from jupyter_videogen.ledger.word_index import Words

AT_ONCE = 500
"""Fingerprints of one query."""
PLACE = "iif(notebook, notebook, project)"
LABEL_OF = "coalesce((SELECT label FROM labels WHERE id = {column}), '')"


SPENT = """
SELECT total(cost), count(*), total(seconds) FROM jobs INDEXED BY jobs_by_age
WHERE created_at >= :since AND charged = 1 AND (NOT :agents OR agent != 0)
"""
SPENT_IN = f"""
SELECT total(cost) / 1e9, coalesce(sum(jobs), 0), total(seconds) / 1e9 FROM tallies
WHERE charged = 1 AND {PLACE} = {label_number("place")} AND (NOT :agents OR agent != 0)
"""


GROUPS = {
    "model": (
        "tallies",
        "provider, model",
        f"{LABEL_OF.format(column='provider')} || ':' || {LABEL_OF.format(column='model')}",
    ),
    "day": ("days", "day", "substr(day, 1, 4) || '-' || substr(day, 5, 2) || '-' || substr(day, 7)"),
    "notebook": ("tallies", PLACE, LABEL_OF.format(column=PLACE)),
}
"""What costs are asked by: the tallies that know it, their columns, and what it is called."""


COSTS = """
SELECT {group}, total(iif(state IN ({ended}), cost, 0)) / 1e9, total(iif(state IN ({ended}), reported, 0)) / 1e9,
    total(iif(state IN ({ended}), 0, cost)) / 1e9, sum(jobs), sum(unpriced), total(clips), total(clip_seconds) / 1e9
FROM {table} WHERE charged = 1 GROUP BY {keys} ORDER BY max(last_at) DESC
"""
SHELF = f"""
removed = 0 AND starred >= :starred AND (:notebook IS NULL OR notebook = {label_number("notebook")})
    AND (:project IS NULL OR project = {label_number("project")})
"""
"""What tallies and jobs are both filtered by."""
OF_MODEL = f"({{states}}) AND (:model = '' OR model = {label_number('model')})"
WEEKS = "SELECT week, sum(jobs) FROM tallies WHERE {shelf} AND {of_model} AND week <= :last GROUP BY week ORDER BY week DESC"
"""In which weeks the jobs of a page were made: the rest of the ledger is passed over."""


PAGE = """
SELECT {columns} FROM jobs WHERE number IN (
    SELECT number FROM jobs INDEXED BY jobs_by_age WHERE created_at >= :since AND created_at < :until AND {shelf} AND {of_model} {older}
    ORDER BY created_at DESC, number DESC LIMIT :limit OFFSET :offset
) ORDER BY created_at DESC, number DESC
"""
FOUND = "number IN (SELECT value FROM json_each(:hits))"
SEARCH_PAGE = """
SELECT {columns} FROM jobs WHERE number IN (
    SELECT number FROM jobs WHERE {found} AND {shelf} AND {of_model} {older}
    ORDER BY created_at DESC, number DESC LIMIT :limit OFFSET :offset
) ORDER BY created_at DESC, number DESC
"""
OLDER = "AND created_at <= (SELECT created_at FROM jobs WHERE id = :before) AND (created_at, number) < (SELECT created_at, number FROM jobs WHERE id = :before)"
KEPT_COLUMNS = "content, version, starred, let_go, lease_owner, lease_until, lease_kind"
KEPT = f"SELECT {KEPT_COLUMNS} FROM jobs WHERE id = ?"


SHELF_GROUPS = f"""
SELECT CASE WHEN {{ready}} THEN 'ready' WHEN {{failed}} THEN 'failed' ELSE 'making' END,
    {LABEL_OF.format(column="model")}, {{jobs}}, total(iif(charged, cost, 0)){{unit}}
FROM {{table}} WHERE {{shelf}} GROUP BY 1, model
"""


USED = f"""
SELECT {LABEL_OF.format(column="model")} FROM tallies WHERE state = 'stored' AND origin = {label_number("origin")}
GROUP BY model ORDER BY max(last_at) DESC LIMIT 20
"""


NAMED = """
WHERE name = :name OR (name >= :first AND name < :last) ORDER BY created_at DESC, number DESC LIMIT 1000
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
        """The parameters of `SHELF` and `OF_MODEL`."""
        return self._asdict()

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
    _words: Words

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
        found: set[str] = set()
        left = iter(fingerprints)
        while some := {encode_fingerprint(name): name for name in islice(left, AT_ONCE)}:
            marks = ", ".join("?" for _ in some)
            query = f"SELECT fingerprint FROM jobs WHERE fingerprint IN ({marks}) AND state NOT IN ({FAILED})"
            with self._file.reading() as db:
                found.update(some[key] for (key,) in db.execute(query, tuple(some)))
        return found

    def sum_spent(self, cap: Cap) -> Spent:
        """Return the total of the jobs under a cap; jobs with an unknown outcome count as spent."""
        with self._file.reading() as db:
            return sum_spent(db, cap)

    def costs(self, by: str = "model") -> list[Cost]:
        """Return what jobs came to by "model", "day" or "notebook", the newest group first; raises `InvalidRequest`."""
        if by not in GROUPS:
            raise InvalidRequest(f"Costs can't be grouped by {by}.", next=f"Choose one of: {', '.join(GROUPS)}.")
        table, keys, group = GROUPS[by]
        ended = ", ".join(f"'{state_at_rest(state)}'" for state in sorted(ENDED))
        with self._file.reading() as db:
            return [Cost(*row) for row in db.execute(COSTS.format(table=table, keys=keys, group=group, ended=ended))]

    def page(self, shelf: HistoryFilter, *, offset: int, limit: int) -> list[tuple[JobRecord, bool]]:
        """Return jobs of the library from the `offset`th on, newest first, each with whether it is starred."""
        rows = self._page(shelf, "content, version, starred", offset=offset, limit=limit)
        return [(decode_job(content, version), bool(starred)) for content, version, starred in rows]

    def page_before(self, shelf: HistoryFilter, *, before: str, limit: int) -> list[KeptJob]:
        """Return jobs of the library that are older than the one with the id `before`, newest first; without one, the newest.

        What is added meanwhile moves no page. An id that nobody knows has nothing before it.
        """
        return [_kept_job(*row) for row in self._page(shelf, KEPT_COLUMNS, before=before, limit=limit)]

    def _page(
        self, shelf: HistoryFilter, columns: str, *, limit: int, offset: int = 0, before: str = ""
    ) -> list[tuple[Any, ...]]:
        """Return columns of a page, from the weeks it is in or from the hits of the search."""
        asked = {"columns": columns, "shelf": SHELF, "of_model": OF_MODEL.format(states=shelf.states), "found": FOUND}
        values = self._values(shelf) | {"before": before, "limit": limit, "offset": offset}
        with self._file.reading() as db:
            if not shelf.search:
                values |= _weeks(db, asked["of_model"], values)
            query = (SEARCH_PAGE if shelf.search else PAGE).format(**asked, older=OLDER if before else "")
            return db.execute(query, values).fetchall()

    def _values(self, shelf: HistoryFilter) -> dict[str, object]:
        """Return the parameters of a filter, and what its search finds."""
        return shelf.values | ({"hits": str(self._words.hits(shelf.search))} if shelf.search else {})

    def kept(self, job_id: str) -> KeptJob | None:
        """Return a job by its whole id."""
        with self._file.reading() as db:
            row = db.execute(KEPT, (job_id,)).fetchone()
        return row and _kept_job(*row)

    def history_groups(self, shelf: HistoryFilter) -> list[HistoryGroup]:
        """Return how many jobs of each state and model there are, whatever model and states are asked for."""
        counted = {"table": "tallies", "jobs": "sum(jobs)", "unit": " / 1e9", "shelf": SHELF}
        if shelf.search:
            counted = {"table": "jobs", "jobs": "count(*)", "unit": "", "shelf": f"{FOUND} AND {SHELF}"}
        query, values = SHELF_GROUPS.format(**counted, **STATES), self._values(shelf)
        with self._file.reading() as db:
            return [HistoryGroup(*row) for row in db.execute(query, values)]

    def records(self, job_ids: Sequence[str]) -> dict[str, JobRecord]:
        """Return jobs by their whole ids; those that nobody knows are left out."""
        marks = ", ".join("?" for _ in job_ids)
        return {record.id: record for record in self._read(f"WHERE id IN ({marks})", *job_ids)}

    def stamp(self) -> tuple[int, int]:
        """Return two numbers that are others after any write to the file, by this process or another."""
        with self._file.reading() as db:
            return read_stamp(db)

    def is_starred(self, job_id: str) -> bool:
        """Return whether a job is starred."""
        with self._file.reading() as db:
            row = db.execute("SELECT starred FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return bool(row and row[0])

    def used_models(self, origin: str) -> list[str]:
        """Return the models that made clips of yours at an address, the last one first."""
        with self._file.reading() as db:
            return [model for (model,) in db.execute(USED, {"origin": origin})]

    def holder(self, origin: str, handle: object) -> JobRecord | None:
        """Return the job that a provider's reference belongs to, if it is one of ours."""
        where = "WHERE origin = (SELECT id FROM labels WHERE label = ?) AND handle = ? ORDER BY created_at LIMIT 1"
        held = self._read(where, origin, encode_handle(handle))
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
        rows = self._read(NAMED, {"name": name, "first": f"{name}[", "last": f"{name}\\"})  # the sign after "["
        found: dict[str, JobRecord] = {}
        for record in rows:  # the newest first; the first member of a group is the last that is come to
            found.setdefault(record.name, record)
            if record.name in {name, f"{name}[0]"}:
                break
        return sorted(found.values(), key=lambda record: (len(record.name), record.name))

    def recent(self, states: Collection[JobState] | None = None, *, limit: int = 1000) -> list[JobRecord]:
        """Return jobs, newest first, of these states or of all."""
        where = "TRUE" if states is None else f"state IN ({', '.join(repr(state_at_rest(state)) for state in states)})"
        with self._file.reading() as db:
            values = {"limit": limit, "offset": 0, "model": "", "before": ""}
            values |= _weeks(db, where, values, shelf="TRUE")
            query = PAGE.format(columns="content, version", shelf="TRUE", of_model=where, older="")
            return [decode_job(*row) for row in db.execute(query, values).fetchall()]

    def unfinished(self) -> list[JobRecord]:
        """Return every unfinished job, oldest first."""
        return self._read("WHERE open = 1 ORDER BY created_at")

    def _matches(self, reference: str) -> list[JobRecord]:
        if reference in {"last", "-1"}:
            return self.recent(limit=1)
        return self._read("WHERE id >= ? AND id < ? LIMIT 9", reference, f"{reference}{chr(0x10FFFF)}")

    def _read(self, rest: str, *values: object) -> list[JobRecord]:
        given: Any = values[0] if values and isinstance(values[0], dict) else values
        with self._file.reading() as db:
            rows = db.execute(f"SELECT content, version FROM jobs {rest}", given).fetchall()
        return [decode_job(*row) for row in rows]


def _kept_job(content: bytes, version: int, starred: int, let_go: int, *lease: Any) -> KeptJob:
    return KeptJob(decode_job(content, version), bool(starred), bool(let_go), *lease)


def last_take(db: sqlite3.Connection, fingerprint: str) -> JobRecord | None:
    """Return the newest job of a request."""
    query = "SELECT content, version FROM jobs WHERE fingerprint = ? ORDER BY take DESC LIMIT 1"
    row = db.execute(query, (encode_fingerprint(fingerprint),)).fetchone()
    return row and decode_job(*row)


def sum_spent(db: sqlite3.Connection, cap: Cap) -> Spent:
    """Return what the jobs under a cap come to."""
    return Spent(*db.execute(SPENT if cap.place is None else SPENT_IN, cap._asdict()).fetchone())


def _weeks(db: sqlite3.Connection, of_model: str, values: Mapping[str, Any], shelf: str = SHELF) -> dict[str, float]:
    """Return from when until when the jobs of a page were made, in seconds since the epoch, and how many of these stand before it."""
    query = "SELECT created_at FROM jobs WHERE id = :before" if values["before"] else "SELECT max(created_at) FROM jobs"
    (newest,) = db.execute(query, values).fetchone() or (None,)
    if newest is None:
        return {"since": 0, "until": 0, "offset": 0}
    weeks = db.execute(WEEKS.format(shelf=shelf, of_model=of_model), {**values, "last": max(newest, 0.0) // WEEK})
    return _span(weeks, offset=values["offset"], limit=values["limit"], partly=bool(values["before"]))


def _span(weeks: Iterable[tuple[int, int]], *, offset: int, limit: int, partly: bool) -> dict[str, float]:
    """Find the span of a page among the weeks and their jobs, the newest first; of the first, a part may be newer than the page."""
    first: int | None = None
    last, left, wanted = 0, offset, offset + limit
    for number, (week, jobs) in enumerate(weeks):
        if first is None and jobs <= left:
            left, wanted = left - jobs, wanted - jobs
            continue
        first, last = week if first is None else first, week
        wanted -= 0 if partly and number == 0 else jobs
        if wanted <= 0:
            break
    since = float(last * WEEK) if last else -inf  # the first week has all that is older
    return {"since": since, "until": 0.0 if first is None else float((first + 1) * WEEK), "offset": left}
