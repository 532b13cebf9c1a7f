"""The rate limiter of one provider: looks per second, shared by its jobs, the most urgent first."""

from __future__ import annotations

import asyncio
import contextvars
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.runtime.loop import run_forever

if TYPE_CHECKING:
    from jupyter_videogen.core.clock import Clock

PER_SECOND = 2.0
PER_SECOND_AT_HOME = 100.0
"""Looks per second at a provider on this machine."""
BURST = 8.0
"""The most looks at once after a pause."""
SLOWEST = 0.05
"""The lowest rate, in looks per second, however often the provider answers 429."""
GROWTH = 1.1
"""The factor by which the rate grows in a minute without a 429, up to its normal value."""
MINUTE = 60.0
ENOUGH = 1.0 - 1e-6
"""Of a look that is saved up; so much is lost to rounding."""


class _Waiting(NamedTuple):
    rate: float
    since: float
    granted: asyncio.Future[None]


class RateLimiter:
    """Limits the looks at one provider. Lives on one event loop."""

    def __init__(self, clock: Clock, per_second: float = PER_SECOND) -> None:
        self._clock, self._most = clock, per_second
        self.per_second = per_second
        """The rate now; halved whenever the provider says "too many"."""
        self._burst = max(BURST, per_second)
        self._saved, self._counted = self._burst, clock.monotonic()
        self._held = 0.0
        self._waiting: list[_Waiting] = []
        self._giver: asyncio.Task[None] | None = None

    async def slot(self, rate: float) -> None:
        """Wait for permission for one look at a job that is worth so many looks per second.

        Where more is wanted than there is, those jobs come first that are worth most, and the longer they wait the more.
        """
        if not self._waiting and self._take():
            return
        granted = asyncio.get_running_loop().create_future()
        waiting = _Waiting(rate, self._clock.monotonic(), granted)
        self._waiting.append(waiting)
        if self._giver is None:
            self._giver = asyncio.get_running_loop().create_task(
                run_forever(self._give, self._clock), context=contextvars.Context()
            )
        try:
            await granted
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    def too_many(self, retry_after: float = 0.0) -> None:
        """Halve the rate, and ask nothing for as long as the provider wishes, in seconds."""
        now = self._clock.monotonic()
        self._refill(now)
        self.per_second = max(self.per_second / 2.0, SLOWEST)
        self._saved = min(self._saved, 1.0)
        self._held = max(self._held, now + retry_after)

    async def _give(self) -> None:
        while self._waiting:
            if not self._take():
                await self._clock.sleep(self._pause())
                continue
            now = self._clock.monotonic()
            first = max(self._waiting, key=lambda one: one.rate * (now - one.since + 1.0))
            self._waiting.remove(first)
            if not first.granted.done():
                first.granted.set_result(None)
        self._giver = None

    def _take(self) -> bool:
        now = self._clock.monotonic()
        self._refill(now)
        if now < self._held or self._saved < ENOUGH:
            return False
        self._saved -= 1.0
        return True

    def _pause(self) -> float:
        """Return the seconds until the next look is to be had."""
        held = self._held - self._clock.monotonic()
        return max(held, (1.0 - self._saved) / self.per_second, 0.001)

    def _refill(self, now: float) -> None:
        passed = max(now - self._counted, 0.0)
        self.per_second = min(self.per_second * GROWTH ** (passed / MINUTE), self._most)
        self._saved = min(self._saved + passed * self.per_second, self._burst)
        self._counted = now
