"""The paid call: it is written down, sent once, and its answer is read.

It is sent again only with proof that it never left whole, or after a plain "not now" (429); anything else that is not an
answer is an unknown outcome, and is told, not repeated.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.core import backoff
from jupyter_videogen.core.errors import Failure, VideogenError
from jupyter_videogen.core.http import Forbidden, Lost, Malformed, NotSent, Reply
from jupyter_videogen.dialects import sanitize
from jupyter_videogen.dialects.base import (
    UNREADABLE,
    Accepted,
    ChecksServer,
    Finished,
    Looks,
    MarksCreates,
    Refused,
    Uploads,
)
from jupyter_videogen.dialects.parsing.clips import parse_artifacts
from jupyter_videogen.dialects.parsing.envelopes import error_text, has_empty_result
from jupyter_videogen.dialects.parsing.failures import parse_refusal
from jupyter_videogen.dialects.parsing.job_ids import find_job_id
from jupyter_videogen.media.uploads import Uploader, upload_inputs
from jupyter_videogen.media.url_inputs import fetch_inputs
from jupyter_videogen.runtime.changed_settings import changed_settings

if TYPE_CHECKING:
    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.http import Call
    from jupyter_videogen.dialects.base import Handle
    from jupyter_videogen.runtime.places import Places
    from jupyter_videogen.runtime.running_job import RunningJob

CREATE_TRIES = 3
RECORD_TRIES = 30
"""How often, one second apart, we try to record a paid call before it is sent."""
BUSY = 429
UNSAID = "The provider answered HTTP {}."
NO_SENSE = "The provider accepted the request, but its response could not be read."


class Unrecorded(Exception):
    """The paid call could not be written down, so it was not sent."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Creator:
    """Sends the create of one job."""

    def __init__(self, job: RunningJob, places: Places) -> None:
        self._job, self._places = job, places
        self._provider, self._dialect = job.provider, job.dialect
        self._transport, self._context = job.transport, job.context

    async def prepare(self, checked: Call | None) -> Call | None:
        """Return the call, with its files fetched and uploaded where they must be; None where that fails: nothing is sent."""
        try:
            home = self._context.posters.parent
            request = await fetch_inputs(self._job.record.request, self._dialect.files_only, self._transport, home)
            if isinstance(self._dialect, Uploads):
                account = f"{self._job.record.base_url} {self._job.record.account}".strip()
                request = await upload_inputs(request, Uploader(self._dialect, self._transport, home, account))
            same = checked is not None and request == self._job.record.request
            call = checked if same else self._dialect.create(request)
        except VideogenError as error:
            self._job.fail(error.failure)
            return None
        if (failure := await self._absence()) is not None:
            self._job.fail(failure)
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

    async def send(self, call: Call) -> float | None:
        """Send the paid call and give the provider's hint for the first look, in seconds."""
        self._context.failpoint("planned")
        keyed = self._keyed(call)
        poll_after = None
        try:
            poll_after = self._read_create(await self._send_once(keyed))
        except Unrecorded as error:
            self._job.fail(error.failure)
        except NotSent as error:
            self._job.fail(error.failure or _unsent(self._provider))
        except Lost as error:
            self._job.lose(f"We lost the answer after sending ({error}).")
        self._context.failpoint("accepted")
        return poll_after

    def _keyed(self, call: Call) -> Call:
        """Return the create with its Idempotency-Key, also where the provider's list gives it again."""
        key = self._job.record.idempotency_key
        marked = self._dialect.mark(call, key) if isinstance(self._dialect, MarksCreates) else call
        return msgspec.structs.replace(marked, headers={**marked.headers, "idempotency-key": key})

    async def _send_once(self, call: Call) -> Reply:
        """Get one answer; tries again only where nothing can have been accepted."""
        tries = waits = 0
        while True:
            await self._places.turn(self._job.record, cap=self._cap, at_provider=self._count_at_provider)
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
            if self._places.will_be_free(self._job.record) or self._is_queue_full(reply):
                tries, waits = 0, waits + 1
            elif tries >= CREATE_TRIES or (refusal.retry_after or 0.0) > backoff.LONGEST_HOLD:
                return reply
            with self._places.first(self._job.record):
                await self._hold(backoff.after_miss(waits or tries, retry_after=refusal.retry_after))

    def _is_queue_full(self, reply: Reply) -> bool:
        """Whether the local engine refuses because its queue is full: it works that off, so that this is always "not now"."""
        return self._provider.simulated and reply.headers.get("videogen-queue") == "full"

    @property
    def _cap(self) -> int | None:
        """How many jobs the user lets the provider have; the places of a grid's jobs were counted when they were taken."""
        return None if self._job.record.grid else self._provider.concurrency

    def _count_at_provider(self) -> int:
        return self._context.ledger.grids.count_at(self._job.record.base_url)

    def _read_busy(self, reply: Reply) -> Failure | None:
        """Return the refusal where a provider takes no more jobs now; None for any other reply."""
        if reply.status != BUSY:
            return None
        refusal: Failure = self._dialect.read_failure(reply)
        if refusal.code != "rate_limited":
            return None
        self._places.refused(self._job.record)
        return refusal

    async def _record_send(self) -> None:
        """Write down, as the owner of the job, that the paid call leaves now; nothing is sent otherwise.

        Raises `Superseded` when another process has the job, and `Unrecorded` when the file can't be written for half a
        minute.
        """
        leaving = self._job.record.after(state="submitting", sent_at=self._context.clock.now(), next_look_at=None)
        for wait in (1.0,) * RECORD_TRIES:
            try:
                self._job.record = self._context.ledger.send(leaving, now=self._context.clock.now())
            except VideogenError as error:
                failed = error.failure
                await self._context.clock.sleep(wait)
                continue
            self._job.tell()
            self._context.failpoint("sent")
            return
        raise Unrecorded(failed)

    async def _hold(self, seconds: float) -> None:
        """Wait before another try; meanwhile the ledger says that nothing is sent, because this process may die."""
        held, _ = self._context.ledger.keep(self._job.record.after(state="draft"))
        self._job.change(version=held.version)
        self._job.tell_wait(seconds)
        await self._context.clock.sleep(seconds)

    def _read_create(self, reply: Reply) -> float | None:
        """Take the answer in, and give the provider's hint for the first look.

        A refusal is what a provider, or a gateway, says of the request; whatever else is no answer leaves it open.
        """
        if reply.ok:
            return self._read_birth(reply)
        failure = self._dialect.read_failure(reply)
        if failure.charged == "no":
            self._job.fail(failure)
        else:
            said = f"{self._provider.title} answered HTTP {reply.status} to the request"
            unsaid = failure.message == UNSAID.format(reply.status)
            self._job.lose(f"{said}." if unsaid else f"{said}: {failure.message}", failure.request_id)
        return None

    def _read_birth(self, reply: Reply) -> float | None:
        """Take in a 2xx: a clip, a job, or a plain refusal; anything else is an unknown outcome, told in its own words."""
        try:
            born = self._dialect.read_create(reply)
        except UNREADABLE:
            odd = self._odd_birth(reply)
            if isinstance(odd, str):
                self._job.lose(odd)
                return None
            born = odd
        match born:
            case Accepted(handle, poll_after, notes, cost):
                self._job.note(
                    (
                        *notes,
                        *self._shared(handle),
                        *changed_settings(self._job.record.request, reply, self._provider.title),
                    )
                )
                self._job.take_cost(cost)
                self._job.move("queued", handle=handle, accepted_at=self._context.clock.now())
                self._places.accepted(self._job.record)
                return poll_after
            case Finished(artifacts):
                self._job.artifacts = tuple(artifacts)
                kept = tuple(artifact for artifact in artifacts if artifact.inline is None)
                self._job.move("saving", artifacts=kept, accepted_at=self._context.clock.now(), progress=100.0)
            case Refused(failure):
                self._job.fail(failure)
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

    def _shared(self, handle: Handle) -> list[str]:
        """Say so where the provider answers two requests with one job: it is one clip, and should be one charge."""
        try:
            other = self._context.ledger.holder(self._job.record.base_url, handle)
        except VideogenError:  # it can't be read now, and the job is there all the same
            return []
        return [f"{self._provider.title} returned the same job as for {other.id}."] if other else []


def _unsent(provider: Provider) -> Failure:
    return Failure(
        code="unreachable",
        message=f"{provider.title} could not be reached.",
        next="Check the connection and run the cell or call again.",
        sent="no",
        charged="no",
    )
