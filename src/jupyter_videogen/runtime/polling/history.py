"""What earlier jobs teach about the next: how long jobs of a kind usually take, and the schedule for looks at them."""

from __future__ import annotations

from contextlib import suppress
from statistics import median
from typing import TYPE_CHECKING

from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.timing import JobKind, Usual
from jupyter_videogen.runtime.polling.duration_model import fit, fit_progress, runs_like
from jupyter_videogen.runtime.polling.schedule import PollSchedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.core.timing import JobTiming
    from jupyter_videogen.ledger.ledger import Ledger

REMEMBERED = 1000
"""The newest jobs of a provider that are read; the newest 128 of each group are used."""
KEPT = 64
"""The most kinds of jobs that are cached."""
FEWEST = 3
"""Jobs of a model from which on "usually" may be said."""


class DurationHistory:
    """Durations by what the ledger holds. Safe to call from any thread."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._schedules: dict[tuple[str, JobKind], tuple[PollSchedule, Usual]] = {}

    def schedule(self, job: JobRecord) -> PollSchedule:
        """Return the schedule for looks at a job; jobs of one kind share one."""
        return self._entry(job)[0]

    def usual(self, job: JobRecord) -> Usual:
        """Return how long jobs like one take, and from when on it is slower than usual."""
        schedule, usual = self._entry(job)
        return usual if usual.seconds is None else usual._replace(slow=schedule.slow)

    def usual_of_kinds(self, origin: str) -> Callable[[JobKind], Usual]:
        """Return what tells how long jobs of a kind take at an address; the ledger is read once for all kinds."""
        runs = self._runs(origin)
        return lambda kind: _usual(runs, kind)

    def forget(self, origin: str) -> None:
        """Read a provider's runs anew when they are next asked for: one more has been written down."""
        self._schedules = {key: kept for key, kept in self._schedules.items() if key[0] != origin}

    def _entry(self, job: JobRecord) -> tuple[PollSchedule, Usual]:
        kind = JobKind.of(job)
        entry = self._schedules.get((job.base_url, kind))
        if entry is None:
            runs = self._runs(job.base_url)
            entry = PollSchedule(fit(runs, kind), fit_progress(runs, job.model)), _usual(runs, kind)
            if len(self._schedules) >= KEPT:
                self._schedules.clear()
            self._schedules[job.base_url, kind] = entry
        return entry

    def _runs(self, origin: str) -> list[JobTiming]:
        with suppress(VideogenError):  # without the ledger, what is known of all jobs has to do
            return self._ledger.runs(origin, limit=REMEMBERED)
        return []


def _usual(runs: list[JobTiming], kind: JobKind) -> Usual:
    """Return the median of the same requests, else of all jobs of the model: another model's jobs say nothing of it."""
    _, same_model, same_request = ([run.seconds for run in group if run.well] for group in runs_like(runs, kind))
    took = same_request if len(same_request) >= FEWEST else same_model
    return Usual(median(took) if len(took) >= FEWEST else None, len(took))
