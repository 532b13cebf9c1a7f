"""The public `Job`: read its state, wait for it, await it, stop watching it, watch it again."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import TYPE_CHECKING

from jupyter_videogen.api import events, waiting
from jupyter_videogen.api.clip import Clip
from jupyter_videogen.core import command_names
from jupyter_videogen.core.errors import (
    Failure,
    InvalidRequest,
    NotReadyError,
    VideogenError,
    WaitTimeout,
    from_failure,
)
from jupyter_videogen.core.job import CancelResult, JobRecord
from jupyter_videogen.media import clip_store
from jupyter_videogen.runtime.loop import wait_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator

    from jupyter_videogen.api.events import Event
    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.job import JobState
    from jupyter_videogen.core.request import GenerationRequest
    from jupyter_videogen.runtime.job_watch import JobWatch
    from jupyter_videogen.runtime.runtime import Runtime
    from jupyter_videogen.transport.connection import Connection

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


ENDED = {"expired": "The provider no longer knows this job, or no longer has its clip."}
"""The messages for ends without a reason from the provider."""


class Job:
    """One request on its way to a clip. Displays itself in a notebook."""

    def __init__(self, runtime: Runtime, watch: JobWatch, connection: Connection, *, reused: bool = False) -> None:
        self._runtime, self._watch, self._connection = runtime, watch, connection
        self.reused = reused
        """Whether the job existed already: nothing was sent or charged for this call."""

    def __repr__(self) -> str:
        progress = "" if self.progress is None or self.record.ended else f" {self.progress:.0f} %"
        return f"<Job {self.id} {self.state}{progress}: {self.request.prompt[:60]!r}>"

    @property
    def record(self) -> JobRecord:
        """The job record, as one value."""
        return self._watch.record

    @property
    def id(self) -> str:
        """The job's id, eight characters; `vg.job(id)` finds it again, also after a restart."""
        return self.record.id

    @property
    def state(self) -> JobState:
        """One of the job states, a plain string."""
        return self.record.state

    @property
    def progress(self) -> float | None:
        """0 to 100 as the provider reports it, else None."""
        return self.record.progress

    @property
    def preview(self) -> bytes | None:
        """The newest picture of the clip that is being made, a JPEG, PNG or WebP; None where its provider sends none."""
        return self._watch.preview

    @property
    def request(self) -> GenerationRequest:
        """The request, with defaults filled in."""
        return self.record.request

    @property
    def elapsed(self) -> float:
        """Seconds from the request to now, or to the end."""
        return max(0.0, (self.record.finished_at or self._runtime.clock.now()) - self.record.created_at)

    @property
    def eta(self) -> float | None:
        """Seconds until the clip is ready; None if unknown.

        Computed from the provider's percent, else from how long your jobs with this model usually took.
        """
        if self.record.ended:
            return 0.0
        if self.progress:
            return self.elapsed * (100 - self.progress) / self.progress
        usual = self._runtime.history.usual(self.record).seconds
        return None if usual is None or usual < self.elapsed else usual - self.elapsed

    @property
    def detached(self) -> bool:
        """Whether watching was stopped; the job itself may continue."""
        return self._watch.detached

    @property
    def provider(self) -> Provider:
        """The provider that the request was sent to."""
        return self._connection.provider

    @property
    def clips(self) -> tuple[Clip, ...]:
        """Every finished clip; empty before the end."""
        return tuple(map(Clip.of, self.record.clips))

    @property
    def clip(self) -> Clip:
        """The finished clip; raises `NotReadyError` before the end, or the job's own error."""
        if self.record.clips:
            return Clip.of(self.record.clips[0])
        if self.record.ended:
            raise self._error()
        if unlock := self._unlock():
            raise self._locked(unlock)
        progress = "" if self.progress is None else f" at {self.progress:.0f} %"
        raise NotReadyError(
            f"Job {self.id} is still {self.state}{progress}.",
            next=f"Wait for it with `await`, .result() or {command_names.spell('wait', self.id)}.",
            sent="yes",
            charged="unknown",
        )

    @property
    def path(self) -> str:
        """The path of the finished clip; raises like `clip` before the end."""
        return self.clip.path

    def result(self, timeout: float | str | None = None) -> Clip:
        """Wait for the clip. `timeout` in seconds, or as "90s", "30m", "2h".

        Raises `WaitTimeout` when only the waiting ended, or the job's own error. An interrupt stops the waiting,
        never the job.
        """
        if timeout != 0:
            waiting.follow([self], timeout)
        try:
            wait_for(self._watch.future, None if timeout is None else seconds(timeout))
        except TimeoutError:
            raise self._still_going() from None
        except CancelledError:
            pass
        except VideogenError as error:
            error.job = self
            raise
        return self.clip

    def settled(self, timeout: float) -> bool:
        """Wait for at most so many seconds; return whether watching has ended, successfully or not. Never raises the job's error."""
        return waiting.settled(self._watch.future, timeout)

    def __await__(self) -> Generator[object, None, Clip]:
        return self._result().__await__()

    async def _result(self) -> Clip:
        await asyncio.wait([asyncio.wrap_future(self._watch.future)])
        return self.result(timeout=0)

    async def events(self) -> AsyncIterator[Event]:
        """Return events as they happen, starting with the current state: `Queued`, `Running`, `Saving`, then `Done` or `Failed`.

        The events are in `jupyter_videogen.events`. They also end when watching stops (`stop_waiting`).
        """
        loop, news = asyncio.get_running_loop(), asyncio.Queue[JobRecord | None]()

        def told(record: JobRecord | None) -> None:
            with suppress(RuntimeError):  # the listener's loop may be closed by now
                loop.call_soon_threadsafe(news.put_nowait, record)

        self._watch.subscribe(told)
        self._watch.future.add_done_callback(lambda _: told(None))
        last, record = None, self.record
        while True:
            event = events.event_of(record, self._error, self.preview)
            if event is not None and event != last:
                yield event
            last = event
            if record.ended or (following := await news.get()) is None:
                return
            record = following

    def subscribe(self, listener: Callable[[JobRecord], None]) -> Callable[[], None]:
        """Call `listener(record)` on every change, from another thread; returns what ends that."""
        return self._watch.subscribe(listener)

    def stop_waiting(self) -> None:
        """Stop watching; the job continues at the provider and can be watched again."""
        self._runtime.detach(self.id)

    def watch(self) -> Job:
        """Watch it again; depending on its state, first `recover`, `recheck` or `restore_clips`."""
        record = self._runtime.reload(self.record)
        if record.state == "unknown_outcome" and not record.searching:
            return self.recover()
        if record.state == "expired" and record.handle:
            return self.recheck()
        if clip_store.is_missing(record):
            return self.restore_clips()
        self._watch = self._runtime.watch(record, self._connection, again=True)
        return self

    def recover(self) -> Job:
        """Search the provider's list for a job whose answer was lost; nothing is sent again."""
        self._watch = self._runtime.restart(self.record, self._connection, _searched_for)
        return self

    def recheck(self) -> Job:
        """Check once more a job that its provider no longer knew."""
        self._watch = self._runtime.restart(self.record, self._connection, _looked_at_again)
        return self

    def restore_clips(self) -> Job:
        """Find the moved clips of a finished job, else download them again; nothing where none is missing.

        Raises `ArtifactExpired` if the provider keeps no job.
        """
        record = self._runtime.reload(self.record)
        if clip_store.is_missing(record):
            self._watch = self._runtime.restore_clips(record, self._connection)
        return self

    def send_again(self) -> Job:
        """Send a request with an unknown outcome once more, on purpose: if the first one arrived, this may charge twice.

        It uses the same idempotency key, so a provider that supports those charges once. Raises `InvalidRequest`
        for a job in any other state, and for a request with a credential in `extra`, which is stored nowhere.
        """
        record = self._runtime.reload(self.record)
        if record.state == "unknown_outcome" and record.request.is_redacted:
            raise InvalidRequest(
                f"Job {record.id} was sent with a credential in extra, which is stored nowhere.",
                next="Generate it again with that credential and new=True: if the first request arrived, this may charge twice.",
                field="extra",
            )
        if record.state == "unknown_outcome":
            self._watch = self._runtime.restart(record, self._connection, _drafted_again)
        elif record.ended:
            raise InvalidRequest(
                f"Job {record.id} is {record.state}.", next="Only a job with an unknown outcome can be sent again."
            )
        else:
            self._watch = self._runtime.watch(record, self._connection, again=True)
        return self

    def cancel(self) -> CancelResult:
        """Ask the provider to cancel, and return whether it did."""
        if self.record.ended:
            return CancelResult(cancelled=False, reason=f"The job has already ended: {self.state}.")
        return self._runtime.cancel(self.record, self._connection)

    def _unlock(self) -> str:
        """Return how to check a job again if the provider refuses our key and the job was sent with another one."""
        record, failure = self.record, self.record.failure
        if failure is None or failure.code != "auth" or record.account in {"", self._connection.account}:
            return ""
        return (
            "Its key was passed with api_key= and is stored nowhere. Create "
            f"vg.Client({record.provider!r}, base_url={record.base_url!r}, api_key=…) once more, then "
            f"{command_names.spell('resume', record.id)}. A key named with key_env= is found again automatically."
        )

    def _locked(self, unlock: str) -> VideogenError:
        failure = Failure(
            code="auth",
            message=f"{self.provider.title} does not allow job {self.id} to be checked without its key. The job continues.",
            next=unlock,
            sent="yes",
            charged="unknown",
        )
        error = from_failure(failure)
        error.provider, error.job = self.record.provider, self
        return error

    def _error(self) -> VideogenError:
        message = ENDED.get(self.state, f"The job ended as {self.state}.")
        fallback = Failure(code=self.state, message=message, sent="yes", charged="unknown")
        error = from_failure(self.record.failure or fallback)
        error.provider, error.job = self.record.provider, self
        return error

    def _still_going(self) -> WaitTimeout:
        error = WaitTimeout(
            f"Stopped waiting for job {self.id}. The job continues and is still watched.",
            next=self._unlock() or f"Get its clip with {command_names.spell('wait', self.id)}.",
            sent="yes",
            charged="unknown",
        )
        error.job = self
        return error


def _searched_for(record: JobRecord) -> JobRecord | None:
    return record.after(searching=True) if record.state == "unknown_outcome" else None


def _looked_at_again(record: JobRecord) -> JobRecord | None:
    gone = record.state == "expired" and record.handle is not None
    return record.after(state="running", finished_at=None) if gone else None


def _drafted_again(record: JobRecord) -> JobRecord | None:
    if record.state != "unknown_outcome":
        return None
    cleared = {"failure": None, "searching": False, "sent_at": None, "finished_at": None}
    return record.after(state="draft", in_doubt=True, **cleared)


def seconds(timeout: float | str) -> float:
    """Read seconds, or a number with s, m or h after it; raises `InvalidRequest`."""
    if isinstance(timeout, int | float):
        return float(timeout)
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smh]?)\s*", timeout)
    if not match:
        raise InvalidRequest(f"{timeout!r} is not a valid time.", next="Write 90s, 30m or 2h.", field="timeout")
    return float(match[1]) * UNITS[match[2]]
