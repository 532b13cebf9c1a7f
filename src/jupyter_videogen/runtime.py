"""The parts of this process, wired once: the loop thread, the ledger, a transport per endpoint, a watch per job."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from . import clipstore, settings
from .clock import Clock, SystemClock
from .dialect import Cancels, ListsModels
from .errors import Failure, Unreachable, Unsupported, from_failure
from .fingerprint import fingerprint
from .ledger import LEASE, Ledger
from .listing import Listings
from .local import LocalGateway, check_installed
from .loop import LoopThread
from .provider import LOCAL_ORIGIN
from .reading import model_names
from .runner import Parts, Runner
from .transport import Endpoint, Fixed, Source, Transport
from .values import CancelResult, GenerationRequest, JobRecord, new_id
from .wire import Lost, NotSent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .capabilities import Settled
    from .dialect import Provider
    from .keys import Secret

log = logging.getLogger("jupyter_videogen")
HEARTBEAT = LEASE / 4
OBSERVE = 2.0
"""Seconds between two reads of the ledger while another process watches the job."""

UNSENT = Failure(
    code="unreachable",
    message="The kernel stopped before this was sent.",
    next="Run it again.",
    sent="no",
    charged="no",
)
LOST = Failure(
    code="unknown_outcome",
    message="The kernel stopped while this was being sent, and the answer is lost.",
    next="We did not send it again. Look at the service's own list before you do.",
    sent="unknown",
    charged="unknown",
)


class Line:
    """A way to a provider: its row, the key and the headers that go with it."""

    def __init__(
        self, provider: Provider, secret: Secret | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.provider = provider
        self._secret, self._headers = secret, dict(headers or {})
        self._transport: Transport | None = None

    @property
    def local(self) -> bool:
        """Whether this leads to the local gateway."""
        return self.provider.base_url == LOCAL_ORIGIN

    def transport(self, home: Path) -> Transport:
        """Give the connections; made at first use, on the loop that will use them."""
        if self._transport is None:
            self._transport = Transport(self._source(home))
        return self._transport

    async def close(self) -> None:
        """Close the connections, if there are any."""
        if self._transport is not None:
            await self._transport.close()

    def _source(self, home: Path) -> Source:
        if self.local:
            return LocalGateway(home)
        return Fixed(Endpoint(self.provider.base_url, self._secret, self._headers))


class Watch:
    """One job as this process sees it: its newest record, and who wants to hear of the next."""

    def __init__(self, record: JobRecord) -> None:
        self.record = record
        self.detached = False
        self.future: Future[JobRecord] = Future()
        self.running = False
        """Whether the future belongs to a task of ours."""
        self._listeners: list[Callable[[JobRecord], None]] = []
        if record.ended:
            self.future.set_result(record)

    def begin(self, future: Future[JobRecord]) -> None:
        """Note the task that runs the job."""
        self.future, self.running, self.detached = future, True, False

    def subscribe(self, listener: Callable[[JobRecord], None]) -> None:
        """Tell a listener of every change, on the loop's thread."""
        self._listeners.append(listener)

    def publish(self, record: JobRecord) -> None:
        """Take the newest record and pass it on; a listener that fails is logged, never felt."""
        self.record = record
        for listener in tuple(self._listeners):
            try:
                listener(record)
            except Exception:
                log.exception("A listener of job %s failed.", record.id)


class Runtime:
    """What one process needs to run jobs."""

    def __init__(self, home: Path, *, clock: Clock | None = None) -> None:
        self.home = home
        self.clock = clock or SystemClock()
        self.ledger = Ledger(home / "ledger.sqlite3")
        self.loop = LoopThread()
        self.watches: dict[str, Watch] = {}
        self._used: set[Line] = set()
        self._lines: dict[tuple[str, str | None, Secret | None], Line] = {}
        self._parts = Parts(self.ledger, self.clock, home / "posters", settings.failpoint)
        self._beat = self.loop.submit(self._keep_leases)

    def line(self, provider: Provider, secret: Secret | None) -> Line:
        """Give the one line to a provider with a key, so that jobs found again share its connections."""
        key = (provider.base_url, provider.key_env, secret)
        return self._lines.setdefault(key, Line(provider, secret))

    def submit(self, asked: GenerationRequest, settled: Settled, line: Line) -> Watch:
        """Write a new job down, then let it run; raises `VideogenError` when it cannot be recorded."""
        if line.local:
            check_installed()
        record = self.ledger.add(self._draft(asked, settled, line))
        watch = self.watches[record.id] = Watch(record)
        watch.begin(self.loop.submit(partial(self._run, watch, record, line)))
        return watch

    def watch(self, record: JobRecord, line: Line, *, again: bool = False) -> Watch:
        """Give the watch of a job, and see to it that somebody watches; one that was detached, only when asked `again`."""
        watch = self.watches.setdefault(record.id, Watch(record))
        idle = watch.future.done() or not watch.running
        if idle and not watch.record.ended and (again or not watch.detached):
            watch.begin(self.loop.submit(partial(self._follow, watch, line)))
        return watch

    def detach(self, job_id: str) -> None:
        """Stop watching a job that is accepted; the job itself goes on."""
        watch = self.watches[job_id]
        if not watch.record.ended and watch.record.handle is not None:
            watch.detached = True
            watch.future.cancel()
            self.ledger.release(job_id)
            watch.publish(watch.record)

    def cancel(self, record: JobRecord, line: Line) -> CancelResult:
        """Ask the service of an accepted job to cancel it; never guesses, never gives up watching because of it."""
        dialect, title = line.provider.dialect, line.provider.title
        if not isinstance(dialect, Cancels):
            return CancelResult(cancelled=False, reason=f"{title} can't cancel. It may finish and be charged.")
        if record.handle is None:
            return CancelResult(cancelled=False, reason=f"{title} has not answered yet. Try again in a moment.")
        call = dialect.cancel(record.handle)
        try:
            reply = self.loop.call(lambda: self._open(line).send(call))
        except (NotSent, Lost) as error:
            return CancelResult(cancelled=False, reason=f"{title} could not be asked ({error}). The job goes on.")
        if reply.ok:
            self.loop.call(partial(self._end_cancelled, self.watches[record.id]))
            return CancelResult(cancelled=True, reason=f"Cancelled at {title}.")
        words = dialect.read_failure(reply).message
        return CancelResult(cancelled=False, reason=f"{title} did not cancel it: {words} It may finish and be charged.")

    def list_models(self, line: Line) -> list[str]:
        """Ask a service for its models, keep the list and give the names; raises `Unsupported` or `Unreachable`."""
        provider = line.provider
        if not isinstance(provider.dialect, ListsModels):
            raise Unsupported(f"{provider.title} has no list of models.", next="Its documentation names them.")
        call = provider.dialect.models()
        try:
            reply = self.loop.call(lambda: self._open(line).send(call))
        except (NotSent, Lost) as error:
            raise Unreachable(f"{provider.title} could not be asked for its models ({error}).") from None
        if not reply.ok:
            raise from_failure(provider.dialect.read_failure(reply))
        names = model_names(reply)
        Listings(self.home).keep(provider.base_url, names, now=self.clock.now())
        line.provider = Listings(self.home).of(provider, now=self.clock.now())
        return names

    async def _end_cancelled(self, watch: Watch) -> None:
        """End a job as its service has confirmed; what later looks would call it (some say "failed") is of no interest."""
        watch.future.cancel()
        record = watch.record.after(state="cancelled", finished_at=self.clock.now())
        self.ledger.save(record)
        watch.publish(record)

    def close(self) -> None:
        """Stop watching everything and close what is open; jobs go on and are found again."""
        self.loop.call(self._close_lines)
        self.loop.stop()
        self.ledger.close()

    def _open(self, line: Line) -> Transport:
        """Give a line's connections, and see to it that they are closed one day."""
        self._used.add(line)
        return line.transport(self.home)

    async def _close_lines(self) -> None:
        for line in self._used:
            await line.close()

    def _draft(self, asked: GenerationRequest, settled: Settled, line: Line) -> JobRecord:
        job_id, folder = new_id(), settings.folder()
        request, warnings = settled
        model, notebook = request.model or "", settings.notebook()
        return JobRecord(
            id=job_id,
            state="draft",
            request=request,
            provider=line.provider.name,
            base_url=line.provider.base_url,
            key_env=line.provider.key_env,
            model=model,
            path=str(clipstore.planned_path(folder, request.prompt, job_id)),
            fingerprint=fingerprint(asked, origin=line.provider.base_url, model=model),
            take=0,
            idempotency_key=str(uuid4()),
            created_at=self.clock.now(),
            notebook=str(notebook) if notebook else None,
            project=str(settings.project(folder)),
            warnings=warnings,
        )

    async def _follow(self, watch: Watch, line: Line) -> JobRecord:
        """Take a job up again, or read along while another process has it."""
        job_id = watch.record.id
        while not (mine := self.ledger.claim(job_id, now=self.clock.now())):
            watch.publish(self.ledger.find(job_id))
            if watch.record.ended:
                break
            await self.clock.sleep(OBSERVE)
        record = _after_death(self.ledger.find(job_id)) if mine else watch.record
        self.ledger.save(record)
        return await self._run(watch, record, line)

    async def _run(self, watch: Watch, record: JobRecord, line: Line) -> JobRecord:
        watch.publish(record)
        runner = Runner(record, line.provider, self._open(line), self._parts, watch.publish)
        try:
            return await runner.run()
        finally:
            self.ledger.release(record.id)

    async def _keep_leases(self) -> None:
        """Tell other processes, four times a lease, that this one still watches."""
        while True:
            await self.clock.sleep(HEARTBEAT)
            for watch in list(self.watches.values()):
                if not watch.future.done():
                    self.ledger.claim(watch.record.id, now=self.clock.now())


def _after_death(record: JobRecord) -> JobRecord:
    """Judge a job whose process died: nothing paid is sent on behalf of somebody who is not there."""
    match record.state:
        case "draft":
            return record.after(state="failed", failure=UNSENT)
        case "submitting":
            return record.after(state="unknown_outcome", failure=LOST)
    return record
