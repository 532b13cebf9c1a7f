"""The clock, as an object that tests can replace: the only file that sleeps."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """The interface to time for the rest of the package."""

    def now(self) -> float:
        """Seconds since the epoch; for display, statistics and leases."""
        ...

    def monotonic(self) -> float:
        """Return the seconds that never jump; for gaps and ages."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; cancellable."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return the seconds that never jump."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait; cancellable."""
        await asyncio.sleep(seconds)  # noqa: TID251 - this is the one place


async def wait_for_event(event: asyncio.Event, clock: Clock, seconds: float) -> None:
    """Wait until an event is set, or so many seconds have passed."""
    waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(clock.sleep(seconds))]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
