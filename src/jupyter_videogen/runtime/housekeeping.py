"""What one process does all the time beside its jobs: keep leases, write down what is owed, notice sleep."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.ledger.ledger import LEASE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_videogen.core.clock import Clock
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.ledger import Ledger
    from jupyter_videogen.runtime.connection_pool import ConnectionPool
    from jupyter_videogen.runtime.job_watch import JobWatch

HEARTBEAT = LEASE / 4
TICK = 5.0
"""Seconds between two looks at the clocks."""


class Housekeeping:
    """Three tasks that end with the process."""

    def __init__(self, ledger: Ledger, clock: Clock, watches: Mapping[str, JobWatch], pool: ConnectionPool) -> None:
        self._ledger, self._clock, self._watches, self._pool = ledger, clock, watches, pool

    async def keep_leases(self) -> None:
        """Tell other processes, four times a lease, that this one still watches."""
        while True:
            await self._clock.sleep(HEARTBEAT)
            for watch in list(self._watches.values()):
                if not watch.future.done():
                    with suppress(VideogenError):  # the file is held for long: the next beat may get through
                        self._ledger.renew(watch.record.id, now=self._clock.now())

    async def pay_back(self) -> None:
        """Write down what could not be written when it was news."""
        while True:
            await self._clock.sleep(TICK)
            owing = self._ledger.owing
            if owing:
                with suppress(VideogenError):
                    self._ledger.pay_back()
                    self._publish(owing)

    def _publish(self, records: list[JobRecord]) -> None:
        """Show jobs as they are now written down."""
        for record in records:
            if watch := self._watches.get(record.id):
                watch.publish(self._ledger.find(record.id))

    async def watch_clocks(self) -> None:
        """Notice that this machine slept: connections from before are dead, and jobs may have ended meanwhile."""
        ahead = self._clock.now() - self._clock.monotonic()
        while True:
            await self._clock.sleep(TICK)
            before, ahead = ahead, self._clock.now() - self._clock.monotonic()
            if ahead - before > TICK:
                await self._pool.wake(ahead - before)
