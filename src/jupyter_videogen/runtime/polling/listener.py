"""A job's own stream of events, where its provider has one: progress and pictures as they happen, and at the end a look at once.

It is hearsay like a list: an end that it tells of is looked at, and nothing fails because of it. While it speaks, looks are
rare; when it breaks off, the job is looked at as if there were no stream.
"""

from __future__ import annotations

import asyncio
import contextvars
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jupyter_videogen.core.backoff import after_miss
from jupyter_videogen.core.http import Lost, NotSent, Reply
from jupyter_videogen.core.preview import Preview
from jupyter_videogen.dialects.base import UNREADABLE, Listed, Streams
from jupyter_videogen.transport.event_stream import read_events

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.runtime.polling.scheduler import PolledJob, PollScheduler
    from jupyter_videogen.transport.client import Stream, Transport
    from jupyter_videogen.transport.event_stream import ServerEvent

BUSY, BROKEN, NONE = 429, 500, 501
PACE = 1.0
"""Seconds between two previews that are passed on; those between are dropped."""


class EventListener:
    """Listens to one job while it runs."""

    def __init__(
        self,
        dialect: Any,  # noqa: ANN401 - whatever protocols a dialect keeps
        transport: Transport,
        scheduler: PollScheduler,
        polled_job: PolledJob,
        show: Callable[[bytes], None] | None = None,
    ) -> None:
        """Take what it listens by; `show` takes the pictures of the clip that is being made."""
        self._dialect, self._transport, self._places = dialect, transport, scheduler.streams
        self._polled_job, self._clock = polled_job, scheduler.clock
        self._task: asyncio.Task[None] | None = None
        self._broken, self._not_before = 0, 0.0
        self._show, self._shown_at = show, float("-inf")

    def attend(self, job: JobRecord) -> None:
        """Listen from now on, if the job runs and there is a stream for it."""
        listens = self._task is not None and not self._task.done()
        if listens or job.state != "running" or not isinstance(self._dialect, Streams):
            return
        if self._places.served and self._places.free > 0 and self._clock.monotonic() >= self._not_before:
            self._places.free -= 1
            loop = asyncio.get_running_loop()
            self._task = loop.create_task(self._listen(job), context=contextvars.Context())
            self._task.add_done_callback(self._note_end)

    def stop(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()

    def _note_end(self, _task: asyncio.Task[None]) -> None:
        """Give the place back, and let the job be looked at; the stream is tried again, later each time."""
        self._places.free += 1
        self._broken += 1
        self._not_before = self._clock.monotonic() + after_miss(self._broken)
        self._polled_job.not_streamed()

    async def _listen(self, job: JobRecord) -> None:
        with suppress(NotSent, Lost, *UNREADABLE):
            async with self._transport.stream(self._dialect.listen(job.handle)) as stream:
                if not self._has_events(stream):
                    return
                async for event in read_events(stream.pieces()):
                    self._tell(event, job)

    def _has_events(self, stream: Stream) -> bool:
        """Return whether an answer is a stream; one that says that there are none at all is the last one."""
        ok = stream.status == 200 and "text/event-stream" in stream.headers.get("content-type", "")  # noqa: PLR2004 - OK
        if not ok and stream.status != BUSY and (stream.status < BROKEN or stream.status == NONE):
            self._places.served = False
        return ok

    def _tell(self, event: ServerEvent, job: JobRecord) -> None:
        """Pass on what an event says of the job; one that can't be read says nothing."""
        update = None
        with suppress(*UNREADABLE):
            update = self._dialect.read_event(event.name, Reply(200, body=event.data), job.request)
        if isinstance(update, Preview):
            self._pass_on(update)
        elif update is not None:
            row = Listed(handle=job.handle or {}, state=update.state, progress=update.progress, status=update.status)
            self._polled_job.tell_streamed(row)

    def _pass_on(self, preview: Preview) -> None:
        """Pass a picture on, unless the last one was only just shown."""
        now = self._clock.monotonic()
        if self._show is not None and now - self._shown_at >= PACE:
            self._shown_at = now
            self._show(preview.picture)
