"""What earlier jobs teach about the next: one ledger's runs, read once per kind of job and forgotten when a job ends."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.timing import Usual, input_kind
from jupyter_videogen.runtime.polling.duration_model import fit, fit_progress
from jupyter_videogen.runtime.polling.schedule import PollSchedule

if TYPE_CHECKING:
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.core.timing import JobTiming
    from jupyter_videogen.ledger.ledger import Ledger

REMEMBERED = 1000
"""Newest jobs of a service that are read: the newest 128 of each group are believed."""
KEPT = 64
"""Kinds of jobs kept in mind."""
Likeness = tuple[str, str, float | None, str | None, str]


class DurationHistory:
    """The schedules for jobs, by what the ledger holds of jobs like them. Safe to call from any thread."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._schedules: dict[Likeness, PollSchedule] = {}

    def schedule(self, job: JobRecord) -> PollSchedule:
        """Return the schedule for looks at a job; jobs alike share one."""
        likeness = _likeness(job)
        schedule = self._schedules.get(likeness)
        if schedule is None:
            runs = self._runs(job.base_url)
            schedule = PollSchedule(fit(runs, job), fit_progress(runs, job.model))
            if len(self._schedules) >= KEPT:
                self._schedules.clear()
            self._schedules[likeness] = schedule
        return schedule

    def _runs(self, origin: str) -> list[JobTiming]:
        with suppress(VideogenError):  # without the ledger, what is known of all jobs has to do
            return self._ledger.runs(origin, limit=REMEMBERED)
        return []

    def usual(self, job: JobRecord) -> Usual:
        """Return how long jobs like one take, and from when on it is slower than usual."""
        schedule = self.schedule(job)
        belief = schedule.belief
        return Usual(belief.typical, belief.runs, None if belief.typical is None else schedule.slow)

    def forget(self, origin: str) -> None:
        """Read a service's runs anew when they are next asked for: one more has been written down."""
        self._schedules = {likeness: kept for likeness, kept in self._schedules.items() if likeness[0] != origin}


def _likeness(job: JobRecord) -> Likeness:
    return job.base_url, job.model, job.request.duration, job.request.size, input_kind(job)
