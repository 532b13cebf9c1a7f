"""One job as this process sees it, and its listeners."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.transport.connection import Connection

log = logging.getLogger("jupyter_videogen")


class JobWatch:
    """One job as this process sees it: its newest record, and who wants to hear of the next."""

    def __init__(self, record: JobRecord) -> None:
        self.record = record
        self.detached = False
        self.wanted = False
        """Whether somebody here has asked for it: it is then watched although it was let go before."""
        self.future: Future[JobRecord] = Future()
        self.running = False
        """Whether the future belongs to a task of ours."""
        self.task: asyncio.Task[Any] | None = None
        self.answered = threading.Event()
        """Set once the provider has answered the request, or cannot any more."""
        self.account = record.account
        """The mark of the key that it is watched with."""
        self.preview: bytes | None = None
        """The newest picture of the clip that is being made: JPEG, PNG or WebP, in memory only."""
        self._listeners: list[Callable[[JobRecord], None]] = []
        if record.ended:
            self.future.set_result(record)

    @property
    def idle(self) -> bool:
        """Whether no task of ours is at work on it."""
        return self.future.done() or not self.running

    def begin(self, future: Future[JobRecord]) -> None:
        """Note the task that runs the job."""
        self.future, self.running, self.detached = future, True, False

    def leave(self) -> None:
        """Watch it no more; who waits for it is told so."""
        self.detached = True
        self.future.cancel()

    def locked_out(self, connection: Connection) -> bool:
        """Return whether it is watched with another key than it was sent with, and this connection has the right one."""
        right = connection.account == self.record.account
        return self.running and right and self.account != connection.account and not self.future.done()

    def subscribe(self, listener: Callable[[JobRecord], None]) -> Callable[[], None]:
        """Tell a listener of every change, on the loop's thread; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def show(self, picture: bytes) -> None:
        """Keep a newer picture of the clip that is being made, and notify all listeners."""
        self.preview = picture
        self.publish(self.record)

    def publish(self, record: JobRecord) -> None:
        """Set the newest record and notify all listeners; log a listener that fails."""
        self.record = record
        if record.ended:
            self.preview = None
        if record.state not in {"draft", "submitting"}:
            self.answered.set()
        for listener in tuple(self._listeners):
            try:
                listener(record)
            except Exception:
                log.exception("A listener of job %s failed.", record.id)
