"""Looks at one job until it ends or has a clip: free, so it survives everything that a look can meet."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast

import msgspec

from jupyter_videogen.core import backoff
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.http import Lost, NotSent, Reply
from jupyter_videogen.dialects import sanitize
from jupyter_videogen.dialects.base import UNREADABLE, Looks, StatusUpdate
from jupyter_videogen.dialects.http_errors import means_no_such_job
from jupyter_videogen.dialects.parsing.envelopes import error_text
from jupyter_videogen.dialects.parsing.failures import is_ended_job
from jupyter_videogen.runtime.changed_settings import changed_settings
from jupyter_videogen.runtime.polling.listener import EventListener
from jupyter_videogen.runtime.running_job import no_clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.core.clip import Artifact
    from jupyter_videogen.core.timing import JobTiming
    from jupyter_videogen.dialects.base import Handle, Listed
    from jupyter_videogen.runtime.polling.scheduler import PollScheduler
    from jupyter_videogen.runtime.running_job import RunningJob

GRACE = 60.0
"""Seconds for which a new job may be unknown to its provider, or a finished one without its clip."""
OUTAGE = 15 * 60.0
"""Seconds of failed looks after which a job is unreachable (and is still looked at)."""
WATCHED = frozenset({"queued", "running", "unreachable"})
BUSY = 429
LOCKED = frozenset({401, 402, 403})
"""Errors of a look that last until the user acts."""
STATUS = 80
"""Characters of a provider's words that are shown as a job's status."""
GOES_ON = "The job itself continues, and we keep checking it."
UNLOCK = "The job itself continues, and we keep checking it every two minutes."


class TakenBack(Exception):
    """A provider that had reported the job as done now reports something else, before the clip is saved."""

    def __init__(self, update: StatusUpdate) -> None:
        super().__init__(update.state)
        self.update = update


class Poller:
    """Looks at one job, when the scheduler says that it is due."""

    def __init__(self, job: RunningJob, scheduler: PollScheduler) -> None:
        self._job, self._scheduler = job, scheduler
        self._provider, self._dialect = job.provider, job.dialect
        self._transport, self._context = job.transport, job.context
        self._polled_job = scheduler.polled_job(job.record)
        self._listener = EventListener(self._dialect, self._transport, scheduler, self._polled_job, job.context.preview)
        self._misses = 0
        self._since: dict[str, float] = {}

    def stop(self) -> None:
        """Look no more, and listen no more."""
        self._listener.stop()
        self._polled_job.leave()

    def wait(self, poll_after: float | None) -> float:
        """Return the seconds until the next look, by the provider's hint where it gave one."""
        return self._polled_job.wait(poll_after)

    async def watch(self, wait: float) -> None:
        """Look until there is an end or a clip; after a restart a clip on its way must be found again."""
        self._polled_job.begin(self._job.record)
        while self._job.record.state in WATCHED or (self._job.record.state == "saving" and not self._job.artifacts):
            heard = await self._polled_job.turn(self._job.record, wait)
            wait = await self._look() if heard is None else self._hear(heard)
            self._listener.attend(self._job.record)
        self.stop()

    async def _look(self) -> float:
        """Look once and give the seconds until the next look."""
        try:
            update = await self._ask(self._job.record.handle or {})
        except NotSent:
            await self._transport.renew()
            return self._missed()
        except (Lost, *UNREADABLE):
            return self._missed()
        if isinstance(update, Reply):
            return self._complained(update) if update.ok else self._refused_look(update)
        self._job.note(update.notes)
        self._job.take_cost(update.cost)
        return self._good(update)

    async def _ask(self, handle: Handle) -> StatusUpdate | Reply:
        """Return what a look says, or the reply itself where it is an error. A dialect without looks has no handles.

        The object of a job that has ended is a look under any status code (vLLM-Omni answers 4xx or 5xx with it).
        """
        dialect = cast("Looks", self._dialect)
        reply = await self._transport.send(dialect.look(handle))
        if (not reply.ok and not is_ended_job(reply)) or (reply.ok and error_text(reply, looked=True)):
            return reply
        self._job.note(changed_settings(self._job.record.request, reply, self._provider.title, looked=True))
        return dialect.read_look(reply, handle)

    async def fresh(self) -> Sequence[Artifact]:
        """Look once for where the clips are now; nothing where that cannot be told. Raises `TakenBack`."""
        if self._job.record.handle is not None:
            with suppress(NotSent, Lost, *UNREADABLE):
                update = await self._ask(self._job.record.handle)
                if isinstance(update, StatusUpdate) and update.state != "succeeded":
                    raise TakenBack(update)
                if isinstance(update, StatusUpdate):
                    return update.artifacts
        return ()

    def _hear(self, row: Listed) -> float:
        """Take in what the provider's list says of a job that goes on; an end is never taken from there."""
        return self._good(StatusUpdate(row.state or "running", progress=row.progress, status=row.status))

    def _good(self, update: StatusUpdate) -> float:
        self._misses = 0
        self._job.change(failure=None, next_look_at=None)
        self._since.pop("missed", None)
        self._since.pop("complained", None)
        self._since.pop("not found", None)
        return self.apply(update)

    def apply(self, update: StatusUpdate) -> float:
        """Take in how the job stands; returns the seconds until the next look."""
        match update.state:
            case "queued" | "running" as state:
                self._report(state, update)
            case "succeeded" if update.artifacts:
                self._job.artifacts = tuple(update.artifacts)
                self._job.change(suggestions=tuple(update.suggestions))
                self._job.move("saving", self._lesson(update, well=True), progress=100.0, status="")
                self._learn()
            case "succeeded":
                return self._empty()
            case "failed":
                failure = update.failure or Failure(code="provider", message="The provider gave no reason.", sent="yes")
                self._job.fail(failure, self._lesson(update, well=False))
                self._learn()
            case "cancelled" | "expired" as state:
                self._job.move(state, finished_at=self._context.clock.now())
        return self._polled_job.wait(update.poll_after)

    def _lesson(self, update: StatusUpdate, *, well: bool) -> JobTiming | None:
        return self._polled_job.lesson(self._job.record, update.took, well=well)

    def _learn(self) -> None:
        """Expect of other jobs what this one has taught, from the ledger."""
        self._scheduler.history.forget(self._job.record.base_url)

    def _report(self, state: str, update: StatusUpdate) -> None:
        """Pass progress on, and write it to the ledger now and then; a new state is written at once."""
        self._since.pop("empty", None)
        self._polled_job.going_on(update.progress)
        before = self._job.record.progress
        progress = before if update.progress is None else max(update.progress, before or 0.0)
        if state == self._job.record.state:
            news = progress != before
            self._job.change(progress=progress, status=update.status)
            if news:
                self._job.note_progress()
            self._job.tell()
        else:
            self._job.move(state, progress=progress, status=update.status)

    def _complained(self, reply: Reply) -> float:
        """Take a 2xx with an error in place of the job: shown on it, and after a minute of nothing else the job is out of reach."""
        words = sanitize.clean_text(error_text(reply, looked=True))
        self._job.change(status=words[:STATUS])
        if self._lasting("complained") >= GRACE and self._job.record.state != "unreachable":
            failure = Failure(code="provider", message=words, next=GOES_ON, sent="yes", charged="unknown")
            self._job.move("unreachable", failure=failure)
        else:
            self._job.tell()
        return self._missed()

    def _refused_look(self, reply: Reply) -> float:
        """Take a refusal of a look, which says nothing of the job: it is kept, and where a key or credit is wanting that is said."""
        if means_no_such_job(reply):
            return self._not_found()
        failure = self._dialect.read_failure(reply)
        if reply.status == BUSY:
            self._scheduler.rate_limiter.too_many(min(failure.retry_after or 0.0, backoff.LONGEST_ASKED))
        if reply.status not in LOCKED:
            return self._missed(retry_after=failure.retry_after)
        if self._job.record.state != "unreachable":
            self._job.move("unreachable", failure=msgspec.structs.replace(failure, next=UNLOCK, charged="unknown"))
        return backoff.LATEST

    def _missed(self, *, retry_after: float | None = None) -> float:
        self._misses += 1
        self._polled_job.told = None
        if self._lasting("missed") > OUTAGE and self._job.record.state != "unreachable":
            self._job.move("unreachable")
        wait = backoff.after_miss(self._misses, retry_after=retry_after)
        if wait > backoff.PACE:
            self._job.tell_wait(wait)
        return wait

    def _not_found(self) -> float:
        """Take an answer that knows no job: a young one may not be known everywhere yet; an older one is gone after half a minute of this."""
        young = self._context.clock.now() - (self._job.record.accepted_at or 0.0) < GRACE
        if not young and self._lasting("not found") >= GRACE / 2:
            self._job.move("expired", finished_at=self._context.clock.now())
        return backoff.PACE

    def _empty(self) -> float:
        if self._lasting("empty") >= GRACE:
            self._job.fail(no_clip(self._provider))
        return backoff.PACE

    def _lasting(self, what: str) -> float:
        """Seconds since a condition began."""
        now = self._context.clock.monotonic()
        return now - self._since.setdefault(what, now)
