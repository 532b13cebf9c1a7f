"""The jobs of one process: submitted, watched again, let go, closed. Wires the loop, the ledger and the connections."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.core import environment
from jupyter_videogen.core.backoff import after_miss
from jupyter_videogen.core.budget import caps
from jupyter_videogen.core.clock import Clock, SystemClock
from jupyter_videogen.core.errors import (
    ArtifactExpired,
    InvalidRequest,
    Unsupported,
    VideogenError,
)
from jupyter_videogen.core.http import Malformed
from jupyter_videogen.dialects.parsing.job_ids import check_id
from jupyter_videogen.ledger.ledger import Ledger, Superseded
from jupyter_videogen.media import clip_store
from jupyter_videogen.runtime import key_check, provider_calls
from jupyter_videogen.runtime.connection_pool import ConnectionPool
from jupyter_videogen.runtime.context import RunContext
from jupyter_videogen.runtime.housekeeping import Housekeeping
from jupyter_videogen.runtime.job_draft import attached_job, draft_job
from jupyter_videogen.runtime.job_watch import JobWatch
from jupyter_videogen.runtime.loop import run_forever, start_loop
from jupyter_videogen.runtime.places import Places
from jupyter_videogen.runtime.polling.history import DurationHistory
from jupyter_videogen.runtime.runner import Runner
from jupyter_videogen.runtime.takeover import UNANSWERED, judge_after_death, unresolved_error, without_key
from jupyter_videogen.runtime.task_engines import refuse_in_task
from jupyter_videogen.runtime.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.budget import Budget, Cap
    from jupyter_videogen.core.http import Call, Reply
    from jupyter_videogen.core.job import CancelResult, JobRecord
    from jupyter_videogen.core.secrets import Secret
    from jupyter_videogen.ledger.glance import LeaseKind
    from jupyter_videogen.runtime.key_check import KeyCheck
    from jupyter_videogen.runtime.order import Order
    from jupyter_videogen.transport.connection import Connection

log = logging.getLogger("jupyter_videogen")
PATIENCE = 5.0
"""Seconds that the end of a process waits for open requests, in total."""
ATTEMPTS = 4
"""How often watching a job restarts after internal errors, with pauses of 0.5, 1 and 2 seconds."""
HANDOVER = 5
"""Seconds that a server or terminal has to hand a job over to a kernel that acts on it."""
OBSERVE = 2.0
"""Seconds between two reads of the ledger while another process watches the job."""


class Submitted(NamedTuple):
    """What came of a submit: the watch of a job, and whether that job was there already."""

    watch: JobWatch
    reused: bool


class Runtime:
    """What one process needs to run jobs: a kernel, or a server or terminal that only watches, and can create none."""

    def __init__(self, home: Path, *, clock: Clock | None = None, kind: LeaseKind = "kernel") -> None:
        self.kind, self._only_watches = kind, kind != "kernel"
        self.home, self.posters = home, home / "posters"
        self.clock = clock or SystemClock()
        self.ledger = Ledger.at(home / "ledger.sqlite3")
        self.loop = start_loop()
        self.watches: dict[str, JobWatch] = {}
        self.history = DurationHistory(self.ledger)
        self.pool = ConnectionPool(home, self.history, self.clock, reads_only=self._only_watches)
        self.places = Places(self.clock)
        self.uploads = Uploads(home, self.ledger, self.clock, self.loop, self.change, kind)
        self._context = RunContext(
            self.ledger, self.clock, self.posters, environment.failpoint, places=self.places, uploads=self.uploads
        )
        chores = Housekeeping(self.ledger, self.clock, self.watches, self.pool)
        for work in (chores.keep_leases, chores.watch_clocks, chores.pay_back, self.uploads.keep_up):
            self.loop.submit(partial(run_forever, work, self.clock))
        self._starting = threading.Lock()
        """Held from a job's first line in the ledger to its task: nobody takes up a job of ours as one that died."""

    def submit(self, order: Order, budget: Budget) -> Submitted:
        """Write a new job down, then let it run; or give the job that this request already is.

        Raises `VideogenError` when it cannot be recorded, `BudgetExceeded`, and `OutcomeUnknown` while nobody knows what
        became of the same request before.
        """
        self._check_creates()
        connection = order.connection
        connection.check_engine()
        draft = draft_job(order, self.clock.now())
        with self._starting:
            record = self.ledger.add(draft, new=order.options.new, caps=self._caps(draft, budget))
            if record.id == draft.id:
                watch = self.watches[record.id] = JobWatch(record)
                watch.begin(self.loop.submit(partial(self._run, watch, record, connection, order.validated.call)))
                return Submitted(watch, reused=False)
        return Submitted(self._again(record, connection), reused=True)

    def is_known(self, order: Order) -> bool:
        """Return whether an order is a job already, so that submitting it costs nothing."""
        return not order.options.new and self.ledger.latest(order.fingerprint) is not None

    def attach(self, remote_id: str, connection: Connection) -> JobWatch:
        """Take up a job that was made elsewhere, by the provider's own id; one we know already is given as it is."""
        try:
            handle = {"id": check_id(remote_id)}
        except Malformed:
            raise InvalidRequest(
                "That is not a job id.",
                next="Pass the id as the provider's own site or list shows it.",
                field="remote_id",
            ) from None
        held = self.ledger.holder(connection.provider.base_url, handle)
        if held is None:
            held = self.ledger.add(attached_job(connection, remote_id, handle, self.clock.now()))
        return self.watch(held, connection, again=True)

    def _again(self, record: JobRecord, connection: Connection) -> JobWatch:
        """Return a job that is asked for a second time, and see to it that its clips are here."""
        if record.state == "unknown_outcome" and not record.searching:
            raise unresolved_error(record)
        if clip_store.is_missing(record):
            return self.restore_clips(record, connection)
        return self.watch(record, connection, again=True)

    def restore_clips(self, record: JobRecord, connection: Connection) -> JobWatch:
        """Find the moved clips of a finished job, else download them again from the provider.

        Raises `ArtifactExpired` if the provider keeps no job.
        """
        if clips := clip_store.find_moved(record, environment.folder(), Path(record.project or environment.folder())):
            return self.watch(self.change(record.after(clips=clips)), connection, again=True)
        if record.handle is None:
            raise ArtifactExpired(
                f"The clip of job {record.id} was moved or deleted, and {connection.provider.title} keeps no job to download it from.",
                next=f"Put it back at {record.path}, or generate it again with new=True, which is charged again.",
            )
        return self.restart(record, connection, _fetched_again)

    def reload(self, record: JobRecord) -> JobRecord:
        """Return a job as the ledger has it now, and show it so: another process may have written it since."""
        now = self.ledger.find(record.id)
        watch = self.watches.get(record.id)
        if watch is not None and watch.idle and now.version > watch.record.version:
            watch.publish(now)
        return now

    def restart(
        self, record: JobRecord, connection: Connection, revive: Callable[[JobRecord], JobRecord | None]
    ) -> JobWatch:
        """Let a job that had ended go on from where `revive` puts it; it is given the job as it is now, not as it was shown.

        Where `revive` gives None, or another thread of ours lets it go on already, nothing is done. Raises `VideogenError`
        while another process has the job.
        """
        self._check_creates()
        with self._starting:
            watch = self.watches.setdefault(record.id, JobWatch(record))
            if not watch.idle:
                return watch
            claimed = self._claim_soon(record.id)
            now = self.ledger.find(record.id)
            if not claimed:
                watch.publish(now)
                raise VideogenError(
                    f"Job {record.id} is already being handled by another process.", next="Watch it there."
                )
            revived = revive(now)
            if revived is None:
                self.ledger.release(record.id)
                watch.publish(now)
                return watch
            watch.begin(self.loop.submit(partial(self._run, watch, self.ledger.save(revived), connection)))
            return watch

    def _check_creates(self) -> None:
        """Raise `Unsupported` in a process that only watches, and inside a task that an engine may run again."""
        if self._only_watches:
            raise Unsupported("This process only watches jobs.", next="Send the request from a notebook or a terminal.")
        refuse_in_task()

    def _claim_soon(self, job_id: str) -> bool:
        """Take the lease on a job, at once or when the server that watches it has made way; False while another kernel has it."""
        for _ in range(HANDOVER):
            if self.ledger.claim(job_id, now=self.clock.now(), kind=self.kind):
                return True
            if not self.ledger.ask_for(job_id):
                return False
            self.loop.call(partial(self.clock.sleep, 1.0))
        return self.ledger.claim(job_id, now=self.clock.now(), kind=self.kind)

    def watch(self, record: JobRecord, connection: Connection, *, again: bool = False) -> JobWatch:
        """Return the watch of a job, and see to it that somebody watches; one that was detached, only when asked `again`."""
        with self._starting:
            watch = self.watches.get(record.id) or self._new_watch(record)
            if watch.locked_out(connection):
                watch.future.cancel()  # it looks with no key, or with another's; here is the one it was sent with
            if again:
                watch.detached = False  # also while its request is still open: the answer must not let it go
                watch.wanted = not self._only_watches
                self._allow_watching(record.id)
            if watch.idle and not watch.record.ended and (again or not watch.detached):
                watch.begin(self.loop.submit(partial(self._follow, watch, connection)))
                watch.account = connection.account
            return watch

    def _new_watch(self, record: JobRecord) -> JobWatch:
        """Return the watch of a job that this process meets; one that somebody has let go is met so."""
        watch = self.watches[record.id] = JobWatch(record)
        with suppress(VideogenError):  # the ledger is busy: whoever takes the job up looks again
            if (kept := self.ledger.kept(record.id)) and kept.let_go and not record.ended:
                watch.leave()
        return watch

    def _allow_watching(self, job_id: str) -> None:
        """Let servers take up a job, too, that somebody had let go and now watches again."""
        if not self._only_watches:
            with suppress(VideogenError):  # the ledger is busy: this kernel watches it all the same
                self.ledger.allow_watching(job_id)

    def change(self, record: JobRecord) -> JobRecord:
        """Write down what is newly known of a job that is over, tell whoever watches it, and give it as it is then."""
        try:
            record = self.ledger.save(record)
        except Superseded as newer:
            record = newer.record
        if watch := self.watches.get(record.id):
            watch.publish(record)
        return record

    def detach(self, job_id: str) -> None:
        """Stop watching; the job itself goes on.

        While the provider has not answered, the request stays open all the same: its answer is written down when it comes,
        and only then is the job left alone. A provider that answers with the clip itself has it stored.
        """
        watch = self.watches[job_id]
        if watch.record.ended:
            return
        watch.detached, watch.wanted = True, False
        if watch.record.handle is not None:
            self._let_go(watch)
        watch.publish(watch.record)

    def _let_go(self, watch: JobWatch) -> None:
        watch.future.cancel()
        self.ledger.let_go(watch.record.id)

    def hand_over(self, job_id: str) -> None:
        """Stop watching a job that another process wants; it is free when this returns, and nothing of ours is on its way."""
        self.loop.call(partial(_end_task, self.watches[job_id]))

    def going_on(self) -> list[JobRecord]:
        """Return the jobs that this process watches, after a moment's patience with requests that are just being answered."""
        mine = [watch for watch in self.watches.values() if watch.running and not watch.detached]
        patience = time.monotonic() + PATIENCE
        for watch in mine:
            watch.answered.wait(max(0.0, patience - time.monotonic()))
        return [watch.record for watch in mine if not watch.record.ended]

    @property
    def busy(self) -> bool:
        """Whether this process is at work on a job."""
        return any(not watch.idle for watch in list(self.watches.values()))

    def cancel(self, record: JobRecord, connection: Connection) -> CancelResult:
        """Ask the provider of an accepted job to cancel it; never guesses, never gives up watching because of it."""
        result = provider_calls.cancel_at_provider(
            record, connection, lambda call: self.loop.call(lambda: self.pool.send_cancel(connection, call))
        )
        if result.cancelled and record.id in self.watches:
            self.loop.call(partial(self._end_cancelled, self.watches[record.id]))
        return result

    def list_models(self, connection: Connection) -> list[str]:
        """Ask a provider for its models and keep the list; raises `Unsupported` or `Unreachable`."""
        return provider_calls.list_models(connection, self._send(connection), home=self.home, now=self.clock.now())

    def check_key(self, provider: Provider, secret: Secret) -> KeyCheck:
        """Test a key by a free call, before anything is paid with it."""
        return self.loop.call(lambda: key_check.check_key(provider, secret))

    def _send(self, connection: Connection) -> Callable[[Call], Reply]:
        """Return what sends one call on the loop and waits for its reply."""
        return lambda call: self.loop.call(lambda: self.pool.transport(connection).send(call))

    async def _end_cancelled(self, watch: JobWatch) -> None:
        """End a job as its provider has confirmed; what later looks would call it (some say "failed") is of no interest."""
        await _end_task(watch)  # a look that was on its way must not be written after this
        if not watch.record.ended or watch.record.state == "failed":  # a look was quicker, and says "failed"
            record = watch.record.after(state="cancelled", failure=None, finished_at=self.clock.now())
            with suppress(Superseded):
                record, _ = self.ledger.keep(record)
            watch.publish(record)

    def close(self) -> None:
        """Stop watching everything and close what is open; jobs go on and are found again."""
        self.loop.stop(self.pool.close)
        self.uploads.close()
        with suppress(VideogenError):
            self.ledger.pay_back()
        self.ledger.close()

    def caps(self, budget: Budget) -> tuple[Cap, ...]:
        """Return the caps on paid jobs of this notebook or folder."""
        place = environment.notebook() or environment.project(environment.folder())
        return caps(budget, place=str(place), now=self.clock.now())

    def _caps(self, draft: JobRecord, budget: Budget) -> tuple[Cap, ...]:
        """Return the caps on a job; none of them minds what is free."""
        place = draft.notebook or draft.project or ""
        return () if draft.cost == 0 else caps(budget, place=place, now=self.clock.now())

    async def _follow(self, watch: JobWatch, connection: Connection) -> JobRecord:
        """Take a job up again, or read along while another process has it."""
        watch.task = asyncio.current_task()
        while (record := self._taken_up(watch, connection)) is None:
            if watch.record.ended or watch.detached or self._only_watches:
                return watch.record
            await self.clock.sleep(OBSERVE)
        return await self._run(watch, record, connection)

    def _taken_up(self, watch: JobWatch, connection: Connection) -> JobRecord | None:
        """Become the one that watches a job and give it as it is now; None where another process is, or must be.

        Only a process with the job's key takes it: without, it could say nothing of the job and keep others from it.
        """
        speaks = connection.account == watch.record.account or not watch.record.account
        try:
            kept = self.ledger.kept(watch.record.id)
            if kept is None:
                return None
            record = kept.record
            if kept.let_go and not watch.wanted:
                watch.detached = (
                    True  # somebody has stopped the watching, maybe elsewhere, and nobody here has begun it again
                )
                watch.publish(record)
                return None
            mine = self._may_take(record, speaks=speaks) and self._claim_or_ask(record.id, ask=speaks)
            if mine:
                record = self._judged(record.id, connection, speaks=speaks)
        except (VideogenError, Superseded):
            return None  # it can't be read or written now: the next round may
        if mine and speaks and not record.ended:
            return record
        watch.publish(record if speaks else without_key(record, connection))
        return None

    def _may_take(self, record: JobRecord, *, speaks: bool) -> bool:
        """Whether this process may take a job: a kernel judges what nobody has answered, and a server leaves drafts alone."""
        if self._only_watches:
            return speaks and record.state != "draft"
        return speaks or record.state in UNANSWERED

    def _claim_or_ask(self, job_id: str, *, ask: bool) -> bool:
        """Take the lease on a job, or ask the server or terminal that has it to make way."""
        if self.ledger.claim(job_id, now=self.clock.now(), kind=self.kind):
            return True
        if ask and not self._only_watches:
            self.ledger.ask_for(job_id)
        return False

    def _judged(self, job_id: str, connection: Connection, *, speaks: bool) -> JobRecord:
        """Return a job that is ours now, judged where the process that was sending it died."""
        self.ledger.empty_spill()  # the answer may be there
        record = self.ledger.find(job_id)
        judged = judge_after_death(record, connection.provider, can_search=speaks)
        if judged is not record:
            record = self.ledger.save(judged)
        if not speaks:
            self.ledger.release(job_id)
        return record

    async def _run(
        self, watch: JobWatch, record: JobRecord, connection: Connection, call: Call | None = None
    ) -> JobRecord:
        """Take a job to its end; `call` is what was built of it when it was checked."""

        def publish(news: JobRecord) -> None:
            watch.publish(news)
            if watch.detached and news.handle is not None and not news.ended:
                self._let_go(watch)

        watch.task = asyncio.current_task()
        watch.publish(record)
        transport = self.pool.transport(connection)
        context = self._context._replace(scheduler=self.pool.scheduler(connection), preview=watch.show)
        try:
            return await self._persist(
                lambda job: Runner(job, connection.provider, transport, context, publish), record, call
            )
        except Superseded as newer:
            watch.publish(newer.record)
        finally:
            with suppress(VideogenError):
                self.ledger.release(record.id)
        return await self._follow(watch, connection)

    async def _persist(
        self, runner_of: Callable[[JobRecord], Runner], record: JobRecord, call: Call | None
    ) -> JobRecord:
        """Run a job; after an error of our own take it up again, and at last say that nobody watches it."""
        for attempt in range(1, ATTEMPTS + 1):
            runner = runner_of(record)
            try:
                return await runner.run(call)
            except (VideogenError, Superseded):
                raise
            except Exception as error:
                log.exception("Internal error in job %s.", record.id)
                record = runner.job
                if attempt == ATTEMPTS or not runner.goes_on:
                    runner.give_up(type(error).__name__)
                    break
            await self.clock.sleep(after_miss(attempt))
        return runner.job


async def _end_task(watch: JobWatch) -> None:
    """End the task that watches a job; its lease is released then."""
    if watch.task is not None:
        watch.task.cancel()
        await asyncio.wait([watch.task])


def _fetched_again(record: JobRecord) -> JobRecord | None:
    return record.after(state="saving", clips=(), finished_at=None) if clip_store.is_missing(record) else None
