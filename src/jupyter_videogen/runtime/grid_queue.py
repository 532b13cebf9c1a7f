"""The queue of a grid: it sends the next cell when a place at its provider is free, and reads what the ends of jobs mean.

One process at a time sends for a grid; others read along. Nothing here decides about money alone: a cell is sent by
`Runtime.submit`, as any other job is, and what may be charged is never sent again by itself.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.core.clock import wait_for_event
from jupyter_videogen.core.errors import BudgetExceeded, Failure, OutcomeUnknown, VideogenError
from jupyter_videogen.core.grid import CONCURRENCY, HOLDING, Cell, holding_reason, judge
from jupyter_videogen.core.prices import format_dollars
from jupyter_videogen.ledger.grids import EVERYWHERE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jupyter_videogen.core.budget import Budget
    from jupyter_videogen.core.grid import GridRecord
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.runtime.order import Order
    from jupyter_videogen.runtime.runtime import Runtime
    from jupyter_videogen.transport.connection import Connection

log = logging.getLogger("jupyter_videogen")
HEARTBEAT = 15.0
"""Seconds between two renewals of the lease on a grid."""
OBSERVE = 2.0
"""Seconds between two looks at the ledger for what other processes did: places that came free, a pause."""
SEARCH = 5.0
"""Seconds of searching for a lost answer after which a clip that costs nothing is made again."""


class Builder(NamedTuple):
    """What makes a request of a cell again: configuration and keys are above this layer."""

    order: Callable[[Cell], Order]
    """Raises `VideogenError` where the cell cannot be sent any more."""
    connection: Callable[[JobRecord], Connection]
    budget: Callable[[], Budget]
    concurrency: Callable[[str], int | None]
    """The user's own limit at a provider's address, where there is one."""


class GridQueue:
    """Sends the cells of one grid and settles them; tells its listeners of every change, on the loop's thread."""

    def __init__(self, run: Runtime, record: GridRecord, builder: Builder) -> None:
        self.record, self.held = record, dict[str, str]()
        """`held` says what holds cells back, by the provider's address."""
        self.mine = False
        """Whether this process sends."""
        self.elsewhere = False
        """Whether it tried to, and another process sends."""
        self._run, self._grids, self._builder = run, run.ledger.grids, builder
        self._news = asyncio.Event()
        self._ending = threading.Lock()
        self._running, self._asked = False, 0
        """Whether `run` is under way, and how often somebody has asked for a look."""
        self._listeners: list[Callable[[JobRecord | None], None]] = []
        self._followed: set[str] = set()
        self._sending: set[str] = set()
        self._searched_since: dict[str, float] = {}
        self._claimed_at = float("-inf")
        self._noted: frozenset[str] | None = None
        """Where the ledger says that cells are held back; None before this process has written it."""
        self._stamp: tuple[int, int] | None = None

    def subscribe(self, listener: Callable[[JobRecord | None], None]) -> None:
        """Call `listener(record)` when one of the grid's jobs changes, `listener(None)` when anything else does."""
        self._listeners.append(listener)

    def wake(self) -> None:
        """Look at the grid now; from any thread."""
        self._run.loop.soon(self._news.set)

    def show(self) -> None:
        """Let the listeners show something of the grid anew that is no change of its cells; from any thread."""
        self._run.loop.soon(partial(self._tell, None))

    def release_held(self) -> None:
        """Try again at providers that were held back."""
        self.held.clear()

    def begin(self) -> bool:
        """Look at the grid now; from any thread. Returns whether `run` has to be started for it: it may be ending just now."""
        with self._ending:
            self._asked += 1
            was_running, self._running = self._running, True
        self.wake()
        return not was_running

    async def run(self) -> None:
        """Send and settle until nothing happens by itself any more, and nobody has asked for more meanwhile."""
        try:
            while True:
                asked = self._asked
                if await self._go_on():
                    await self._wait()
                elif self._may_end(asked):
                    return
        except BaseException:
            self._running = False
            raise
        finally:
            self.elsewhere = False
            if self.mine:
                self.mine = False
                self._grids.release(self.record.id)
            self._tell(None)

    def _may_end(self, asked: int) -> bool:
        with self._ending:
            self._running = asked != self._asked
            return not self._running

    async def _go_on(self) -> bool:
        try:
            return await self._turn()
        except VideogenError:
            raise
        except Exception:
            log.exception("Internal error in the grid %s; it goes on.", self.record.name)
            return True

    async def _turn(self) -> bool:
        """Do what can be done now; return whether there is more to come."""
        self._news.clear()
        try:
            self.record = self._grids.get(self.record.id)
            self._claim()
            if self.mine:
                self._settle()
                self._note_held()
                await self._fill()
                self._note_held()
        except VideogenError as error:  # the ledger cannot be used now: nothing is sent without it
            if error.failure.code != "ledger":
                raise
            log.warning("The grid %s waits: %s", self.record.name, error.message)
            return True
        self._read_along()
        return self._is_open()

    def _is_open(self) -> bool:
        counts = self._grids.counts(self.record.id)
        sends = self.record.state == "running" and counts.waiting > 0
        everything_held = sends and self._is_held(self._grids.waiting(self.record.id))
        return counts.making > 0 or (sends and not (everything_held and self.mine))

    def _is_held(self, origins: Iterable[str]) -> bool:
        return EVERYWHERE in self.held or all(origin in self.held for origin in origins)

    def _claim(self) -> None:
        now = self._run.clock.monotonic()
        if not self.mine or now - self._claimed_at >= HEARTBEAT:
            self.mine, self._claimed_at = self._grids.claim(self.record.id, now=self._run.clock.now()), now
            self.elsewhere = not self.mine

    def _note_held(self) -> None:
        """Tell the other grids of this home where this one sends nothing now: they need not wait for it there."""
        if self._noted != (held := frozenset(self.held)):
            self._grids.note_held(self.record.id, held)
            self._noted = held

    # ---- what came of jobs ---------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Read what the ends of jobs mean, and see to it that the others are watched."""
        for cell, job, *_ in self._grids.unsettled(self.record.id, self._followed):
            if job is None:
                if cell.key not in self._sending:  # its process died before the job was written down
                    self._grids.put_back(self.record.id, cell.key, tries=max(cell.tries - 1, 0))
            elif job.ended or (
                cell.free and job.state == "unknown_outcome"
            ):  # a search may last, and a free clip costs less
                self._judge(cell, job)
            else:
                self._follow(job)

    def _is_long_searched(self, job: JobRecord) -> bool:
        """Return whether a lost answer was searched for long enough, where making the clip again costs nothing."""
        if job.state != "unknown_outcome":
            return False
        now = self._run.clock.monotonic()
        return now - self._searched_since.setdefault(job.id, now) >= SEARCH

    def _judge(self, cell: Cell, job: JobRecord) -> None:
        verdict = judge(job, free=cell.free, tries=cell.tries, retries=self.record.plan.retries + 1)
        if verdict.kind == "retry":
            later = self._run.clock.now() + verdict.wait
            self._grids.put_back(self.record.id, cell.key, not_before=later)
        elif verdict.kind == "hold":
            self.held[cell.origin] = verdict.reason
            self._grids.put_back(self.record.id, cell.key, tries=0)

    def _follow(self, job: JobRecord) -> None:
        """Watch a job that was not watched here yet: who runs a grid wants all its clips, also those that were let go."""
        if job.id not in self._followed:
            self._followed.add(job.id)
            watch = self._run.watch(job, self._builder.connection(job), again=True)
            watch.subscribe(self._heard)

    def _heard(self, record: JobRecord) -> None:
        if record.ended or record.state == "queued":
            self._news.set()
        if (reason := holding_reason(record)) is not None:
            self.held[record.base_url] = reason  # at once: what follows would meet the same
        self._tell(record)

    # ---- sending -------------------------------------------------------------------------------------------

    async def _fill(self) -> None:
        """Send cells for as long as there are places."""
        if self.record.state != "running" or EVERYWHERE in self.held:
            return
        now = self._run.clock.now()
        for origin, soonest in self._grids.waiting(self.record.id).items():
            while soonest <= now and origin not in self.held and EVERYWHERE not in self.held:
                cell = self._take(origin)
                if cell is None:
                    break
                await self._send(cell)

    def _take(self, origin: str) -> Cell | None:
        cap = self._builder.concurrency(origin)
        wanted = self.record.plan.concurrency or cap or CONCURRENCY
        most = self._run.places.most(origin, min(wanted, cap or wanted))
        return self._grids.take(self.record.id, origin, most=most, cap=cap, now=self._run.clock.now())

    async def _send(self, cell: Cell) -> None:
        """Send one cell, or say why not."""
        self._sending.add(cell.key)
        try:
            self._check_cost(cell)
            await asyncio.to_thread(self._submit, cell)
        except VideogenError as error:
            self._refused(cell, error)
        finally:
            self._sending.discard(cell.key)

    def _check_cost(self, cell: Cell) -> None:
        """Keep the grid below its own `max_cost`, with what failed jobs may have cost; raises `BudgetExceeded`."""
        most = self.record.plan.max_cost
        if most is None or cell.free:
            return
        counts = self._grids.counts(self.record.id)
        if counts.spent + counts.in_flight + (cell.cost or 0.0) > most:
            raise BudgetExceeded(
                f"The max_cost of {format_dollars(most)} is used up.", next="Raise it and run the cell again."
            )

    def _submit(self, cell: Cell) -> None:
        """Send a cell as the job whose id it has, or give it the job that its request already is; in a thread."""
        order = self._builder.order(cell)
        again = cell.tries > 1 and cell.free
        options = order.options._replace(
            grid=self.record.name, job_id=cell.job or "", new=again or (self.record.plan.new and cell.tries == 1)
        )
        try:
            watch, reused = self._run.submit(order._replace(options=options), self._builder.budget())
        except OutcomeUnknown:
            if not cell.free:
                raise
            watch, reused = self._run.submit(order._replace(options=options._replace(new=True)), self._builder.budget())
        if reused:
            self._grids.bind(self.record.id, cell.key, watch.record.id)
        self._followed.add(watch.record.id)
        watch.subscribe(self._heard)
        self._run.loop.soon(partial(self._tell, watch.record))
        if watch.record.ended:
            self.wake()

    def _refused(self, cell: Cell, error: VideogenError) -> None:
        """Take in that a cell could not be sent: nothing was."""
        grid, failure = self.record.id, error.failure
        known = self._run.ledger.latest(cell.key)
        if isinstance(error, OutcomeUnknown) and known is not None:
            self._grids.bind(grid, cell.key, known.id)
        elif isinstance(error, BudgetExceeded):
            self._hold(EVERYWHERE, cell, failure)
        elif failure.code in HOLDING or failure.code in {"ledger", "local_not_installed", "unreachable"}:
            self._hold(cell.origin, cell, failure)
        else:
            self._grids.fail(grid, cell.key, failure)

    def _hold(self, where: str, cell: Cell, failure: Failure) -> None:
        self.held[where] = " ".join(filter(None, (failure.message, failure.next)))
        self._grids.put_back(self.record.id, cell.key, tries=max(cell.tries - 1, 0))

    # ---- waiting -------------------------------------------------------------------------------------------

    async def _wait(self) -> None:
        """Wait until something has happened, or is due."""
        clock = self._run.clock
        soonest = min(self._grids.waiting(self.record.id).values(), default=0.0) - clock.now()
        seconds = min(OBSERVE, soonest) if soonest > 0 else OBSERVE
        await wait_for_event(self._news, clock, seconds)

    def _read_along(self) -> None:
        """Tell that something was written, here or by another process."""
        with suppress(VideogenError):
            stamp = self._run.ledger.stamp()
            if stamp != self._stamp:
                self._stamp = stamp
                self._tell(None)

    def _tell(self, record: JobRecord | None) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(record)
            except Exception:
                log.exception("A listener of the grid %s failed.", self.record.name)
