"""The runner: it takes a job from draft to end, and records every step.

A create is sent once. It is sent again only with proof that it never left whole, or after a plain "not now" (429);
anything else that is not an answer is an unknown outcome, and is told, not repeated. Looking is free and survives
bad looks. A failed download can be repeated; nothing is ever generated again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import msgspec

from jupyter_videogen.catalog.capabilities import MOST_NAMED
from jupyter_videogen.core import backoff, command_names
from jupyter_videogen.core.errors import Failure, VideogenError
from jupyter_videogen.core.http import Forbidden, Lost, Malformed, NotSent, Reply
from jupyter_videogen.core.suggestions import did_you_mean
from jupyter_videogen.dialects import sanitize
from jupyter_videogen.dialects.base import (
    UNREADABLE,
    Accepted,
    ChecksServer,
    Finished,
    Looks,
    MarksCreates,
    Refused,
    StatusUpdate,
    Uploads,
)
from jupyter_videogen.dialects.http_errors import means_no_such_job
from jupyter_videogen.dialects.parsing.clips import parse_artifacts
from jupyter_videogen.dialects.parsing.envelopes import error_text, has_empty_result
from jupyter_videogen.dialects.parsing.failures import is_ended_job, parse_refusal
from jupyter_videogen.dialects.parsing.job_ids import find_job_id
from jupyter_videogen.dialects.parsing.lists import parse_listed_facts
from jupyter_videogen.dialects.parsing.values import as_object
from jupyter_videogen.media.uploads import Uploader, upload_inputs
from jupyter_videogen.media.url_inputs import fetch_inputs
from jupyter_videogen.runtime import recovery
from jupyter_videogen.runtime.places import Places
from jupyter_videogen.runtime.polling.history import DurationHistory
from jupyter_videogen.runtime.polling.listener import EventListener
from jupyter_videogen.runtime.polling.scheduler import PollScheduler
from jupyter_videogen.runtime.saver import NoClip, Saver, unwritten_view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.clip import Artifact
    from jupyter_videogen.core.http import Call
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.core.timing import JobTiming
    from jupyter_videogen.dialects.base import Handle, Listed
    from jupyter_videogen.runtime.context import RunContext
    from jupyter_videogen.transport.client import Transport

CREATE_TRIES = 3
RECORD_TRIES = 30
"""How often, one second apart, we try to record a paid call before it is sent."""
GRACE = 60.0
"""Seconds for which a new job may be unknown to its provider, or a finished one without its clip."""
OUTAGE = 15 * 60.0
"""Seconds of failed looks after which a job is unreachable (and is still looked at)."""
NOTED = 2.0
"""Seconds between two writes of progress to the ledger, at least."""
WATCHED = frozenset({"queued", "running", "unreachable"})
BUSY = 429
LOCKED = frozenset({401, 402, 403})
"""Errors of a look that last until the user acts."""
UNSAID = "The provider answered HTTP {}."
NO_SENSE = "The provider accepted the request, but its response could not be read."
STATUS = 80
"""Characters of a provider's words that are shown as a job's status."""
GOES_ON = "The job itself continues, and we keep checking it."
UNLOCK = "The job itself continues, and we keep checking it every two minutes."


class Unrecorded(Exception):
    """The paid call could not be written down, so it was not sent."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class TakenBack(Exception):
    """A provider that had reported the job as done now reports something else, before the clip is saved."""

    def __init__(self, update: StatusUpdate) -> None:
        super().__init__(update.state)
        self.update = update


class Runner:
    """Runs one job from its current state to its end."""

    def __init__(
        self,
        job: JobRecord,
        provider: Provider,
        transport: Transport,
        context: RunContext,
        publish: Callable[[JobRecord], None],
    ) -> None:
        self.job = job
        self._provider, self._dialect = provider, sanitize.sanitize_dialect(provider.dialect)
        self._transport, self._publish = transport, publish
        self._context = context
        self._artifacts: Sequence[Artifact] = job.artifacts
        self._scheduler = context.scheduler or PollScheduler(
            provider, transport, DurationHistory(context.ledger), context.clock
        )
        self._places = context.places or Places(context.clock)
        self._polled_job = self._scheduler.polled_job(job)
        self._listener = EventListener(self._dialect, transport, self._scheduler, self._polled_job, context.preview)
        self._misses = 0
        self._noted_at = -NOTED
        self._since: dict[str, float] = {}

    async def run(self, call: Call | None = None) -> JobRecord:
        """Do what is left to do; `call` is the request as it was built when it was checked, where it is not sent yet."""
        try:
            return await self._run(call)
        finally:
            self._listener.stop()
            self._polled_job.leave()
            self._places.leave(self.job)

    async def _run(self, checked: Call | None) -> JobRecord:
        first_look = 0.0
        if self.job.state == "draft":
            call = await self._prepare(checked)
            if call is None:
                return self.job
            first_look = await self._create(call)
        if self.job.searching:
            await self._search()
            first_look = 0.0  # it may have been ready for long
        if self.job.state == "saving" and self.job.handle is None and not self._artifacts:
            self._lose(_unstored(self.job.failure))
        await self._watch(first_look)
        while self.job.state == "saving":
            try:
                await self._save()
            except TakenBack as back:
                self._artifacts = ()
                await self._watch(self._apply(back.update))
        return self.job

    @property
    def goes_on(self) -> bool:
        """Whether there is something to be taken up again: the provider has the job, or its list is being asked."""
        return self.job.searching or self.job.state in WATCHED or self.job.state == "saving"

    def give_up(self, why: str) -> None:
        """Set an honest state after an unexpected error: a request that may have been sent has an unknown outcome.

        A job that goes on at its provider says that nobody watches it now, and how it is taken up again.
        """
        again = f"{command_names.spell('resume', self.job.id)} watches it again; that sends no new request."
        if self.job.state == "submitting":
            self._lose(f"An internal error occurred between the request and its answer ({why}).")
        if self.job.searching:
            old = self.job.failure or Failure(code="unknown_outcome", message="The answer was lost.")
            failure = msgspec.structs.replace(
                old, next=f"An internal error ended the search for the job ({why}). {again}"
            )
            self._move("unknown_outcome", searching=False, failure=failure)
        elif self.goes_on:
            words = f"An internal error stopped the watching ({why}). The job continues."
            failure = Failure(code="unreachable", message=words, next=again, sent="yes", charged="unknown")
            self._move(self.job.state if self.job.state == "saving" else "unreachable", failure=failure)

    # ---- create: money is at stake -------------------------------------------------------------------------

    async def _prepare(self, checked: Call | None) -> Call | None:
        """Return the call, with its files fetched and uploaded where they must be; None where that fails: nothing is sent."""
        try:
            home = self._context.posters.parent
            request = await fetch_inputs(self.job.request, self._dialect.files_only, self._transport, home)
            if isinstance(self._dialect, Uploads):
                account = f"{self.job.base_url} {self.job.account}".strip()
                request = await upload_inputs(request, Uploader(self._dialect, self._transport, home, account))
            same = checked is not None and request == self.job.request
            call = checked if same else self._dialect.create(request)
        except VideogenError as error:
            self._fail(error.failure)
            return None
        if (failure := await self._absence()) is not None:
            self._fail(failure)
            return None
        return call

    async def _absence(self) -> Failure | None:
        """Return that nothing stands behind the provider's server, where it can say so; a check that fails says nothing."""
        if not isinstance(self._dialect, ChecksServer):
            return None
        with suppress(NotSent, Lost, Malformed):
            absent: Failure | None = self._dialect.read_server(await self._transport.send(self._dialect.check_server()))
            return absent
        return None

    async def _create(self, call: Call) -> float:
        """Send the paid call and give the seconds until the first look."""
        self._context.failpoint("planned")
        keyed = self._keyed(call)
        poll_after = None
        try:
            poll_after = self._read_create(await self._send_once(keyed))
        except Unrecorded as error:
            self._fail(error.failure)
        except NotSent as error:
            self._fail(error.failure or _unsent(self._provider))
        except Lost as error:
            self._lose(f"We lost the answer after sending ({error}).")
        self._context.failpoint("accepted")
        return self._polled_job.wait(poll_after)

    def _keyed(self, call: Call) -> Call:
        """Return the create with its Idempotency-Key, also where the provider's list gives it again."""
        key = self.job.idempotency_key
        marked = self._dialect.mark(call, key) if isinstance(self._dialect, MarksCreates) else call
        return msgspec.structs.replace(marked, headers={**marked.headers, "idempotency-key": key})

    async def _send_once(self, call: Call) -> Reply:
        """Get one answer; tries again only where nothing can have been accepted."""
        tries = waits = 0
        while True:
            await self._places.turn(self.job, cap=self._cap, at_provider=self._count_at_provider)
            await self._record_send()
            tries += 1
            try:
                reply = await self._transport.send(call)
            except Forbidden:
                raise
            except NotSent:
                if tries >= CREATE_TRIES:
                    raise
                await self._hold(backoff.after_miss(tries))
                await self._transport.renew()
                continue
            refusal = self._read_busy(reply)
            if refusal is None:
                return reply
            if self._places.will_be_free(self.job) or self._is_queue_full(reply):
                tries, waits = 0, waits + 1
            elif tries >= CREATE_TRIES or (refusal.retry_after or 0.0) > backoff.LONGEST_HOLD:
                return reply
            with self._places.first(self.job):
                await self._hold(backoff.after_miss(waits or tries, retry_after=refusal.retry_after))

    def _is_queue_full(self, reply: Reply) -> bool:
        """Whether the local engine refuses because its queue is full: it works that off, so that this is always "not now"."""
        return self._provider.simulated and reply.headers.get("videogen-queue") == "full"

    @property
    def _cap(self) -> int | None:
        """How many jobs the user lets the provider have; the places of a grid's jobs were counted when they were taken."""
        return None if self.job.grid else self._provider.concurrency

    def _count_at_provider(self) -> int:
        return self._context.ledger.grids.count_at(self.job.base_url)

    def _read_busy(self, reply: Reply) -> Failure | None:
        """Return the refusal where a provider takes no more jobs now; None for any other reply."""
        if reply.status != BUSY:
            return None
        refusal: Failure = self._dialect.read_failure(reply)
        if refusal.code != "rate_limited":
            return None
        self._places.refused(self.job)
        return refusal

    async def _record_send(self) -> None:
        """Write down, as the owner of the job, that the paid call leaves now; nothing is sent otherwise.

        Raises `Superseded` when another process has the job, and `Unrecorded` when the file can't be written for half a
        minute.
        """
        leaving = self.job.after(state="submitting", sent_at=self._context.clock.now(), next_look_at=None)
        for wait in (1.0,) * RECORD_TRIES:
            try:
                self.job = self._context.ledger.send(leaving, now=self._context.clock.now())
            except VideogenError as error:
                failed = error.failure
                await self._context.clock.sleep(wait)
                continue
            self._publish(self.job)
            self._context.failpoint("sent")
            return
        raise Unrecorded(failed)

    async def _hold(self, seconds: float) -> None:
        """Wait before another try; meanwhile the ledger says that nothing is sent, because this process may die."""
        held, _ = self._context.ledger.keep(self.job.after(state="draft"))
        self.job = self.job.after(version=held.version)
        self._tell_wait(seconds)
        await self._context.clock.sleep(seconds)

    def _read_create(self, reply: Reply) -> float | None:
        """Take the answer in, and give the provider's hint for the first look.

        A refusal is what a provider, or a gateway, says of the request; whatever else is no answer leaves it open.
        """
        if reply.ok:
            return self._read_birth(reply)
        failure = self._dialect.read_failure(reply)
        if failure.charged == "no":
            self._fail(failure)
        else:
            said = f"{self._provider.title} answered HTTP {reply.status} to the request"
            unsaid = failure.message == UNSAID.format(reply.status)
            self._lose(f"{said}." if unsaid else f"{said}: {failure.message}", failure.request_id)
        return None

    def _read_birth(self, reply: Reply) -> float | None:
        """Take in a 2xx: a clip, a job, or a plain refusal; anything else is an unknown outcome, told in its own words."""
        try:
            born = self._dialect.read_create(reply)
        except UNREADABLE:
            odd = self._odd_birth(reply)
            if isinstance(odd, str):
                self._lose(odd)
                return None
            born = odd
        match born:
            case Accepted(handle, poll_after, notes, cost):
                self._note((*notes, *self._shared(handle), *self._changed(reply)))
                self._take_cost(cost)
                self._move("queued", handle=handle, accepted_at=self._context.clock.now())
                self._places.accepted(self.job)
                return poll_after
            case Finished(artifacts):
                self._artifacts = tuple(artifacts)
                kept = tuple(artifact for artifact in artifacts if artifact.inline is None)
                self._move("saving", artifacts=kept, accepted_at=self._context.clock.now(), progress=100.0)
            case Refused(failure):
                self._fail(failure)
        return None

    def _odd_birth(self, reply: Reply) -> Accepted | Finished | Refused | str:
        """Read a 2xx that its dialect cannot: a clip or a job in another shape, a refusal; else what to tell of it."""
        name = sanitize.read_guarded(find_job_id, reply) or sanitize.read_location(reply)
        if found := sanitize.read_guarded(parse_artifacts, reply):
            return Finished(list(found))
        if name is not None and isinstance(self._dialect, Looks):
            return Accepted({"id": name})
        refused = None if name else sanitize.read_guarded(parse_refusal, reply)
        if refused is not None:
            return Refused(refused)
        words = sanitize.clean_text(sanitize.read_guarded(error_text, reply) or "")
        if name is not None:
            return f"The provider accepted the request as its job {name[:80]}, but has no way to check a job."
        if has_empty_result(reply):
            return f"{self._provider.title} reports the job as done, but there is no clip."
        return f"The provider accepted the request and answered: {words}" if words else NO_SENSE

    def _changed(self, reply: Reply, *, looked: bool = False) -> Iterator[str]:
        """Say where the provider has taken something else than was asked for; the job is kept.

        In a look `duration` may be what the work has taken so far; `seconds` is the clip's.
        """
        try:
            row = as_object(reply)
        except UNREADABLE:
            return
        says = parse_listed_facts({**row, "duration": None} if looked else row)
        for name in ("duration", "size"):
            asked, taken = getattr(self.job.request, name), says[name]
            if None not in {asked, taken} and asked != taken:
                yield f"{self._provider.title} took {name} {str(taken).removesuffix('.0')} instead of {asked}."

    def _shared(self, handle: Handle) -> list[str]:
        """Say so where the provider answers two requests with one job: it is one clip, and should be one charge."""
        try:
            other = self._context.ledger.holder(self.job.base_url, handle)
        except VideogenError:  # it can't be read now, and the job is there all the same
            return []
        return [f"{self._provider.title} returned the same job as for {other.id}."] if other else []

    # ---- search: the answer is lost, and the provider may know ----------------------------------------------

    async def _search(self) -> None:
        """Take the job up where the provider's list has exactly one that it can be; else say what was found."""
        found = await recovery.find_lost_job(
            self.job, self._dialect, self._transport, self._context.ledger, self._context.clock
        )
        if found and len(found) == 1:
            self._note([f"The answer was lost; the job was found in {self._provider.title}'s list."])
            changes: dict[str, Any] = {"failure": None, "accepted_at": self._context.clock.now(), "finished_at": None}
            self._move("queued", searching=False, handle=found[0].handle, **changes)
        else:
            failure = recovery.recovery_failure(found, self.job, self._provider)
            self._move("unknown_outcome", searching=False, failure=failure)

    # ---- look: free, so it survives everything -------------------------------------------------------------

    async def _watch(self, wait: float) -> None:
        """Look until there is an end or a clip; after a restart a clip on its way must be found again."""
        self._polled_job.begin(self.job)
        while self.job.state in WATCHED or (self.job.state == "saving" and not self._artifacts):
            heard = await self._polled_job.turn(self.job, wait)
            wait = await self._look() if heard is None else self._hear(heard)
            self._listener.attend(self.job)
        self._listener.stop()
        self._polled_job.leave()

    async def _look(self) -> float:
        """Look once and give the seconds until the next look."""
        try:
            update = await self._ask(self.job.handle or {})
        except NotSent:
            await self._transport.renew()
            return self._missed()
        except (Lost, *UNREADABLE):
            return self._missed()
        if isinstance(update, Reply):
            return self._complained(update) if update.ok else self._refused_look(update)
        self._note(update.notes)
        self._take_cost(update.cost)
        return self._good(update)

    def _take_cost(self, reported: float | None) -> None:
        """Take in the cost that the provider reports; it is written with the next step. Drawn clips cost nothing."""
        if reported is not None and not self._provider.simulated:
            self.job = self.job.after(reported_cost=reported)

    def _complained(self, reply: Reply) -> float:
        """Take a 2xx with an error in place of the job: shown on it, and after a minute of nothing else the job is out of reach."""
        words = sanitize.clean_text(error_text(reply, looked=True))
        self.job = self.job.after(status=words[:STATUS])
        if self._lasting("complained") >= GRACE and self.job.state != "unreachable":
            failure = Failure(code="provider", message=words, next=GOES_ON, sent="yes", charged="unknown")
            self._move("unreachable", failure=failure)
        else:
            self._publish(self.job)
        return self._missed()

    def _hear(self, row: Listed) -> float:
        """Take in what the provider's list says of a job that goes on; an end is never taken from there."""
        return self._good(StatusUpdate(row.state or "running", progress=row.progress, status=row.status))

    def _good(self, update: StatusUpdate) -> float:
        self._misses = 0
        self.job = self.job.after(failure=None, next_look_at=None)
        self._since.pop("missed", None)
        self._since.pop("complained", None)
        self._since.pop("not found", None)
        return self._apply(update)

    def _refused_look(self, reply: Reply) -> float:
        """Take a refusal of a look, which says nothing of the job: it is kept, and where a key or credit is wanting that is said."""
        if means_no_such_job(reply):
            return self._not_found()
        failure = self._dialect.read_failure(reply)
        if reply.status == BUSY:
            self._scheduler.rate_limiter.too_many(min(failure.retry_after or 0.0, backoff.LONGEST_ASKED))
        if reply.status not in LOCKED:
            return self._missed(retry_after=failure.retry_after)
        if self.job.state != "unreachable":
            self._move("unreachable", failure=msgspec.structs.replace(failure, next=UNLOCK, charged="unknown"))
        return backoff.LATEST

    async def _ask(self, handle: Handle) -> StatusUpdate | Reply:
        """Return what a look says, or the reply itself where it is an error. A dialect without looks has no handles.

        The object of a job that has ended is a look under any status code (vLLM-Omni answers 4xx or 5xx with it).
        """
        dialect = cast("Looks", self._dialect)
        reply = await self._transport.send(dialect.look(handle))
        if (not reply.ok and not is_ended_job(reply)) or (reply.ok and error_text(reply, looked=True)):
            return reply
        self._note(self._changed(reply, looked=True))
        return dialect.read_look(reply, handle)

    def _apply(self, update: StatusUpdate) -> float:
        match update.state:
            case "queued" | "running" as state:
                self._report(state, update)
            case "succeeded" if update.artifacts:
                self._artifacts = tuple(update.artifacts)
                self.job = self.job.after(suggestions=tuple(update.suggestions))
                run = self._polled_job.lesson(self.job, update.took, well=True)
                self._move("saving", run, progress=100.0, status="")
            case "succeeded":
                return self._empty()
            case "failed":
                failure = update.failure or Failure(code="provider", message="The provider gave no reason.", sent="yes")
                self._fail(failure, self._polled_job.lesson(self.job, update.took, well=False))
            case "cancelled" | "expired" as state:
                self._move(state, finished_at=self._context.clock.now())
        return self._polled_job.wait(update.poll_after)

    def _report(self, state: str, update: StatusUpdate) -> None:
        """Pass progress on, and write it to the ledger now and then; a new state is written at once."""
        self._since.pop("empty", None)
        self._polled_job.going_on(update.progress)
        progress = self.job.progress if update.progress is None else max(update.progress, self.job.progress or 0.0)
        if state == self.job.state:
            news = progress != self.job.progress
            self.job = self.job.after(progress=progress, status=update.status)
            if news:
                self._note_progress()
            self._publish(self.job)
        else:
            self._move(state, progress=progress, status=update.status)

    def _note_progress(self) -> None:
        """Write progress for other kernels and the page's panel, so that they see it move."""
        now = self._context.clock.monotonic()
        if now - self._noted_at >= NOTED:
            self._noted_at = now
            self.job = self._context.ledger.note_progress(self.job)

    def _missed(self, *, retry_after: float | None = None) -> float:
        self._misses += 1
        self._polled_job.told = None
        if self._lasting("missed") > OUTAGE and self.job.state != "unreachable":
            self._move("unreachable")
        wait = backoff.after_miss(self._misses, retry_after=retry_after)
        if wait > backoff.PACE:
            self._tell_wait(wait)
        return wait

    def _tell_wait(self, wait: float) -> None:
        """Tell the page when the next try is; nothing is recorded."""
        self.job = self.job.after(next_look_at=self._context.clock.now() + wait)
        self._publish(self.job)

    def _not_found(self) -> float:
        """Take an answer that knows no job: a young one may not be known everywhere yet; an older one is gone after half a minute of this."""
        young = self._context.clock.now() - (self.job.accepted_at or 0.0) < GRACE
        if not young and self._lasting("not found") >= GRACE / 2:
            self._move("expired", finished_at=self._context.clock.now())
        return backoff.PACE

    def _empty(self) -> float:
        if self._lasting("empty") >= GRACE:
            self._fail(self._nothing())
        return backoff.PACE

    def _nothing(self) -> Failure:
        message = f"{self._provider.title} reports the job as done, but there is no clip."
        return Failure(code="provider", message=message, sent="yes", charged="unknown")

    def _lasting(self, what: str) -> float:
        """Seconds since a condition began."""
        now = self._context.clock.monotonic()
        return now - self._since.setdefault(what, now)

    # ---- save ----------------------------------------------------------------------------------------------

    async def _save(self) -> None:
        """Hand the clips over to the saver; what cannot be fetched now can be fetched later."""
        saver = Saver(self.job, self._dialect, self._transport, self._context, self._publish)
        try:
            self.job = await saver.save(self._artifacts, self._fresh)
        except NoClip:
            self._fail(self._nothing())

    async def _fresh(self) -> Sequence[Artifact]:
        """Look once for where the clips are now; nothing where that cannot be told. Raises `TakenBack`."""
        if self.job.handle is not None:
            with suppress(NotSent, Lost, *UNREADABLE):
                update = await self._ask(self.job.handle)
                if isinstance(update, StatusUpdate) and update.state != "succeeded":
                    raise TakenBack(update)
                if isinstance(update, StatusUpdate):
                    return update.artifacts
        return ()

    # ---- the record ----------------------------------------------------------------------------------------

    def _move(self, state: str, run: JobTiming | None = None, **changes: object) -> None:
        """Write the next state down, with what is to be learnt of the job's end, then tell everybody."""
        self._noted_at = self._context.clock.monotonic()
        self.job = self.job.after(state=state, next_look_at=None, **changes)
        self.job, written = self._context.ledger.keep(self.job, run)
        if run is not None:
            self._scheduler.history.forget(self.job.base_url)
        self._publish(self.job if written else unwritten_view(self.job))

    def _note(self, notes: Iterable[str]) -> None:
        """Add a warning, once each; it is published with the next step."""
        new = [note for note in notes if note not in self.job.warnings]
        self.job = self.job.after(warnings=(*self.job.warnings, *new))

    def _fail(self, failure: Failure, run: JobTiming | None = None) -> None:
        if self.job.in_doubt and self.job.handle is None:
            self._move("unknown_outcome", failure=in_doubt_failure(failure), finished_at=self._context.clock.now())
            return
        if failure.code == "model_not_found" and not failure.next and self._provider.listed:
            words = did_you_mean(self.job.model, self._provider.listed[:MOST_NAMED])
            failure = msgspec.structs.replace(failure, next=words)
        if self._provider.free:
            failure = msgspec.structs.replace(failure, charged="no")
        self._move("failed", run, failure=failure, finished_at=self._context.clock.now())

    def _lose(self, what: str, request_id: str | None = None) -> None:
        """Set the unknown outcome of a lost answer at once; never send again, and search the list if there is one."""
        self._move(
            "unknown_outcome",
            **recovery.lost_answer_changes(what, self._dialect, request_id=request_id),
            finished_at=self._context.clock.now(),
        )


def in_doubt_failure(failure: Failure) -> Failure:
    """Say that sending it again came to nothing, and that the first time it was sent may have come to something."""
    return msgspec.structs.replace(
        failure,
        code="unknown_outcome",
        message=f"Sending it again failed: {failure.message} The job of the first request may exist.",
        next="Check your account there before you send it again.",
        sent="yes",
        charged="unknown",
    )


def _unstored(failure: Failure | None) -> str:
    """Say why a clip is lost that came inside an answer, which nobody can ask for again."""
    why = "the kernel stopped before it was saved." if failure is None else f"could not be saved: {failure.message}"
    return f"The clip was part of the answer, and {why}"


def _unsent(provider: Provider) -> Failure:
    return Failure(
        code="unreachable",
        message=f"{provider.title} could not be reached.",
        next="Check the connection and run the cell or call again.",
        sent="no",
        charged="no",
    )
