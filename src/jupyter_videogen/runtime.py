"""The parts of this process, wired once: the loop thread, the ledger, a transport per endpoint, a watch per job."""

from __future__ import annotations

import logging
import os
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from . import clipstore, settings
from .clock import Clock, SystemClock
from .errors import Failure, VideogenError, from_failure
from .fingerprint import fingerprint
from .ledger import LEASE, Ledger
from .local import LocalGateway, check_installed
from .loop import LoopThread
from .models import GenerationRequest, JobRecord, new_id
from .provider import LOCAL_ORIGIN
from .runner import Runner
from .transport import Endpoint, Fixed, Source, Transport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .dialect import Provider

log = logging.getLogger("jupyter_videogen")
HEARTBEAT = LEASE / 4
OBSERVE = 2.0
"""Seconds between two reads of the ledger while another process watches the job."""

Listener = "Callable[[JobRecord], None]"


class Watch:
    """One job as this process sees it: its newest record, and who wants to hear of the next."""

    def __init__(self, record: JobRecord) -> None:
        self.record = record
        self.detached = False
        self.future: Future[JobRecord] = Future()
        self._listeners: list[Callable[[JobRecord], None]] = []

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
        self._transports: dict[tuple[str, str], Transport] = {}
        self._beat = self.loop.submit(self._keep_leases)

    def submit(self, asked: GenerationRequest, settled: GenerationRequest, line: Line) -> Watch:
        """Write a new job down, then let it run; raises `VideogenError` when it cannot be recorded."""
        if line.provider.base_url == LOCAL_ORIGIN:
            check_installed()
        record = self.ledger.add(self._draft(asked, settled, line))
        self.ledger.claim(record.id, now=self.clock.now())
        return self._start(record, line)

    def watch(self, record: JobRecord, line: Line) -> Watch:
        """Give the watch of a job, and see to it that somebody watches."""
        watch = self.watches.get(record.id)
        if watch is None or (watch.detached and not watch.record.ended):
            return self._start(watch.record if watch else record, line)
        return watch

    def detach(self, job_id: str) -> None:
        """Stop watching a job that is accepted; the job itself goes on."""
        watch = self.watches[job_id]
        if not watch.record.ended and watch.record.handle is not None:
            watch.detached = True
            watch.future.cancel()
            self.ledger.release(job_id)
            watch.publish(watch.record)

    def _draft(self, asked: GenerationRequest, settled: GenerationRequest, line: Line) -> JobRecord:
        job_id, folder = new_id(), settings.folder()
        model, notebook = settled.model or "", settings.notebook()
        return JobRecord(
            id=job_id,
            state="draft",
            request=settled,
            provider=line.provider.name,
            base_url=line.provider.base_url,
            key_env=line.provider.key_env,
            model=model,
            path=str(clipstore.planned_path(folder, settled.prompt, job_id)),
            fingerprint=fingerprint(asked, origin=line.provider.base_url, model=model),
            take=0,
            idempotency_key=str(uuid4()),
            created_at=self.clock.now(),
            notebook=str(notebook) if notebook else None,
            project=str(settings.project(folder)),
        )

    def _start(self, record: JobRecord, line: Line) -> Watch:
        watch = self.watches.setdefault(record.id, Watch(record))
        watch.detached = False
        watch.future = self.loop.submit(partial(self._follow, watch, line))
        return watch

    async def _follow(self, watch: Watch, line: Line) -> JobRecord:
        """Run the job, or read along while another process does."""
        job_id = watch.record.id
        while not self.ledger.claim(job_id, now=self.clock.now()):
            watch.publish(self.ledger.find(job_id))
            if watch.record.ended:
                return watch.record
            await self.clock.sleep(OBSERVE)
        record = _after_death(self.ledger.find(job_id), fresh=watch.record.state == "draft")
        if record.ended:
            self.ledger.save(record)
            watch.publish(record)
            return record
        return await self._run(watch, record, line)

    async def _run(self, watch: Watch, record: JobRecord, line: Line) -> JobRecord:
        runner = Runner(
            record,
            line.provider,
            self._transport(line),
            ledger=self.ledger,
            clock=self.clock,
            posters=self.home / "posters",
            publish=watch.publish,
            failpoint=settings.failpoint,
        )
        try:
            return await runner.run()
        except VideogenError as error:
            watch.publish(watch.record.after(failure=error.failure))
            raise
        finally:
            self.ledger.release(record.id)

    def _transport(self, line: Line) -> Transport:
        key = (line.provider.base_url, line.provider.key_env or "")
        if key not in self._transports:
            self._transports[key] = Transport(line.source(self.home))
        return self._transports[key]

    async def _keep_leases(self) -> None:
        """Tell other processes, four times a lease, that this one still watches."""
        while True:
            await self.clock.sleep(HEARTBEAT)
            for watch in list(self.watches.values()):
                if not watch.future.done():
                    self.ledger.claim(watch.record.id, now=self.clock.now())
