"""Whose turn it is to send, where a provider takes so many jobs at once: single jobs go first, grids take what is free.

How many a provider takes is learned from its refusals ("too many", HTTP 429), which cost nothing. All of it is in the
memory of one process; what several processes share is counted in the ledger.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jupyter_videogen.core.clock import wait_for_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jupyter_videogen.core.clock import Clock
    from jupyter_videogen.core.job import JobRecord

FIRST_TRIAL, LAST_TRIAL = 60.0, 960.0
"""Seconds after a refusal until one place more is tried; doubled with every refusal, up to the second."""
TURN = 1.0
"""Seconds between two counts of the jobs at a provider, while a job waits for its turn there."""


class Learned:
    """How many places a provider has, as far as its refusals tell."""

    def __init__(self, places: int, at: float) -> None:
        self.places, self._wait = places, FIRST_TRIAL
        self._trial = at + self._wait

    def lower(self, places: int, at: float) -> None:
        """Take in another refusal."""
        self.places = min(self.places, places)
        self._wait = min(self._wait * 2, LAST_TRIAL)
        self._trial = at + self._wait

    def recover(self, at: float) -> None:
        """Try one place more where it is time."""
        if at >= self._trial:
            self.places += 1
            self._trial = at + self._wait


class Places:
    """The places of this process's jobs, by the provider's address."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._learned: dict[str, Learned] = {}
        self._of_grids: defaultdict[str, set[str]] = defaultdict(set)
        self._first: defaultdict[str, int] = defaultdict(int)
        self._moved = asyncio.Event()

    def most(self, origin: str, wanted: int) -> int:
        """Return how many jobs of grids may be at a provider now, of those that are `wanted`."""
        learned = self._learned.get(origin)
        if learned is None:
            return wanted
        learned.recover(self._clock.monotonic())
        if learned.places >= wanted:
            del self._learned[origin]
        return min(learned.places, wanted)

    def refused(self, job: JobRecord) -> None:
        """Take in that a provider takes no more at the moment."""
        others = len(self._of_grids[job.base_url] - {job.id})
        now, places = self._clock.monotonic(), max(others, 1)
        if (learned := self._learned.get(job.base_url)) is not None:
            learned.lower(places, now)
        else:
            self._learned[job.base_url] = Learned(places, now)

    def accepted(self, job: JobRecord) -> None:
        """Note that a provider has a job."""
        if job.grid:
            self._of_grids[job.base_url].add(job.id)

    def leave(self, job: JobRecord) -> None:
        """Note that a job has ended, or is not watched any more."""
        self._of_grids[job.base_url].discard(job.id)
        self._wake()

    def will_be_free(self, job: JobRecord) -> bool:
        """Return whether a place will come free for a refused job: it belongs to a grid, or a grid's jobs are there."""
        return bool(job.grid) or bool(self._of_grids[job.base_url])

    @contextmanager
    def first(self, job: JobRecord) -> Iterator[None]:
        """Let a single job that waits for a place go before those of grids."""
        if job.grid:
            yield
            return
        self._first[job.base_url] += 1
        try:
            yield
        finally:
            self._first[job.base_url] -= 1
            self._wake()

    async def turn(self, job: JobRecord, *, cap: int | None, at_provider: Callable[[], int]) -> None:
        """Wait until a job may be sent: those of grids after single ones; each only below the user's own `cap`."""
        while (job.grid and self._first[job.base_url]) or (cap is not None and at_provider() >= cap):
            self._moved.clear()
            await wait_for_event(self._moved, self._clock, TURN)

    def _wake(self) -> None:
        self._moved.set()
