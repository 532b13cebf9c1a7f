"""Watch the jobs that nobody watches: those whose kernel is gone, in a server or a terminal.

It takes a job up by the same lease as a kernel does, looks at it and stores its clip; it can create none. A kernel that
comes asks for the job and gets it. What only its own kernel can watch, or what somebody has let go, is left alone.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal

from jupyter_videogen.catalog.builtin import BUILT_IN, SANDBOXES
from jupyter_videogen.config.configuration import load_config_for_watching
from jupyter_videogen.core.clock import Clock, SystemClock
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.http import SAFE
from jupyter_videogen.dialects.base import Looks
from jupyter_videogen.runtime import process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.glance import Glance, LeaseKind, Seen
    from jupyter_videogen.transport.connection import Connection

log = logging.getLogger("jupyter_videogen")
GRACE = 10.0
"""Seconds that a job is watched by nobody before it is taken up: a kernel that restarts takes less."""
RESERVED = 10.0
"""Seconds for which a job that was handed over is left to the kernel that asked for it; that one tries every two."""
SOONEST, LATEST = 60.0, 86_400.0
"""Seconds until a job is taken up again that was left unfinished here; doubled each time, up to the second."""
HELPLESS = 600.0
"""Seconds between two looks for a missing key: a locked keyring may ask a person for its password each time."""

Standing = Literal["here", "elsewhere", "free", "draft", "let_go", "needs_kernel", "no_key", "no_provider", "no_ledger"]
"""How an unfinished job stands: watched here or by another process, free to be taken up, or why it is left alone."""
HOPEFUL: frozenset[Standing] = frozenset({"here", "elsewhere", "free"})
"""Jobs that may end while this process does nothing but watch."""


class Watcher:
    """Takes up what nobody watches, one round at a time; used by one thread."""

    def __init__(self, glance: Glance, kind: LeaseKind, *, grace: float = GRACE, clock: Clock | None = None) -> None:
        """Take what reads the ledger along; `grace` is in seconds."""
        self._glance, self._kind, self._grace = glance, kind, grace
        self._clock = clock or SystemClock()
        self._free: dict[str, float] = {}
        """Since when a job is watched by nobody; monotonic seconds, as all times here."""
        self._tries: dict[str, int] = {}
        """How often a job was taken up here and left unfinished."""
        self._reserved: dict[str, float] = {}
        """Until when a job is left to the kernel that asked for it."""
        self._helpless: dict[str, tuple[float, Standing]] = {}
        """When a job could not be taken up, and why."""

    def round(self) -> dict[str, Standing]:
        """Hand over what is wanted elsewhere, take up what is due, and return how each unfinished job stands."""
        jobs = self._glance.open
        standing = {job.id: self._judge(job) for job in jobs}
        self._make_way([job for job in jobs if standing[job.id] == "here"])
        self._note_free(jobs, standing)
        if due := [job_id for job_id in self._free if self._is_due(job_id)]:
            standing |= self._take_up(due)
        return standing

    def _judge(self, job: Seen) -> Standing:
        watcher = self._glance.watcher_of(job)
        if watcher is not None:
            return "here" if job.lease_owner == self._owner else "elsewhere"
        if job.state == "planned":
            return "draft"
        if job.let_go or job.needs_kernel:
            return "let_go" if job.let_go else "needs_kernel"
        since, why = self._helpless.get(job.id, (float("-inf"), "free"))
        return why if self._clock.monotonic() - since < HELPLESS else "free"

    @property
    def _owner(self) -> str:
        """The name under which this process holds jobs; empty while it has held none."""
        run = process.opened()
        return run.ledger.owner if run is not None else ""

    def _make_way(self, jobs: Sequence[Seen]) -> None:
        """Hand over jobs that a kernel asks for, and those that are to be let go; one that is being saved is finished first."""
        run = process.watching_runtime(self._kind) if jobs else None
        for job in jobs:
            wanted = job.let_go or (job.wanted_by is not None and self._glance.lives(job.wanted_by))
            if run is not None and wanted and job.id in run.watches and run.watches[job.id].record.state != "saving":
                run.hand_over(job.id)
                self._tries.pop(job.id, None)
                self._reserved[job.id] = self._clock.monotonic() + RESERVED

    def _note_free(self, jobs: Sequence[Seen], standing: dict[str, Standing]) -> None:
        """Note since when jobs are free, and forget what was noted of others.

        A try for a job that another process holds, or held when it died, was a lost race: it postpones none.
        """
        now = self._clock.monotonic()
        self._free = {job_id: self._free.get(job_id, now) for job_id, how in standing.items() if how == "free"}
        ours = {
            job.id for job in jobs if job.lease_owner in {None, self._owner} and standing[job.id] in {"here", "free"}
        }
        self._tries = {job_id: tries for job_id, tries in self._tries.items() if job_id in ours}
        self._reserved = {job_id: until for job_id, until in self._reserved.items() if until > now}
        self._helpless = {job_id: when for job_id, when in self._helpless.items() if job_id in standing}

    def _is_due(self, job_id: str) -> bool:
        if job_id in self._reserved:
            return False
        tries = self._tries.get(job_id, 0)
        wait = min(SOONEST * 2 ** (tries - 1), LATEST) if tries else self._grace
        return self._clock.monotonic() - self._free[job_id] >= wait

    def _take_up(self, job_ids: Sequence[str]) -> dict[str, Standing]:
        """Watch jobs, as far as that is possible from here; the first ones load the runtime."""
        try:
            run = process.watching_runtime(self._kind)
            records = run.ledger.records(job_ids)
        except VideogenError as error:
            log.warning("Unfinished jobs can't be watched: %s", error.message)
            return self._leave(job_ids, "no_ledger")
        config, standing = load_config_for_watching(), dict[str, Standing]()
        for record in records.values():
            connection = process.connection_of(run, record, config)
            if hindrance := find_hindrance(record, connection, config):
                standing |= self._leave([record.id], hindrance)
                continue
            run.watch(record, connection, again=True)
            self._tries[record.id] = self._tries.get(record.id, 0) + 1
            del self._free[record.id]
            standing[record.id] = "here"
        return standing

    def _leave(self, job_ids: Sequence[str], why: Standing) -> dict[str, Standing]:
        """Leave jobs alone for a while."""
        self._helpless |= dict.fromkeys(job_ids, (self._clock.monotonic(), why))
        return dict.fromkeys(job_ids, why)

    def close(self) -> None:
        """Let everything go; the leases are free when this returns."""
        process.close()


def find_hindrance(record: JobRecord, connection: Connection, config: Configuration) -> Standing | None:
    """Return why a job can't be watched from here; None where it can."""
    known = {*config.registry.providers, *SANDBOXES}
    if record.provider not in known and record.like not in BUILT_IN:
        return "no_provider"  # a plug-in that is installed for the kernel alone: another dialect would misread its job
    if record.account not in {"", connection.account}:
        return "no_key"
    dialect = connection.provider.dialect
    if record.handle is not None and isinstance(dialect, Looks) and dialect.look(record.handle).method not in SAFE:
        return "no_provider"  # a plug-in whose looks are not GETs: none leaves from here
    return None
