"""The runner: it takes a job from draft to end.

Looking is free and survives bad looks. A failed download can be repeated; nothing is ever generated again. The steps are
in `creator` (the paid call), `recovery` (a lost answer), `poller` (looks) and `saver` (the clip).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core import command_names
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.runtime import recovery
from jupyter_videogen.runtime.creator import Creator
from jupyter_videogen.runtime.places import Places
from jupyter_videogen.runtime.poller import WATCHED, Poller, TakenBack
from jupyter_videogen.runtime.polling.history import DurationHistory
from jupyter_videogen.runtime.polling.scheduler import PollScheduler
from jupyter_videogen.runtime.running_job import RunningJob, no_clip
from jupyter_videogen.runtime.saver import NoClip, Saver

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.http import Call
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.runtime.context import RunContext
    from jupyter_videogen.transport.client import Transport


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
        self._job = RunningJob(job, provider, transport, context, publish)
        scheduler = context.scheduler or PollScheduler(
            provider, transport, DurationHistory(context.ledger), context.clock
        )
        self._places = context.places or Places(context.clock)
        self._creator, self._poller = Creator(self._job, self._places), Poller(self._job, scheduler)

    @property
    def job(self) -> JobRecord:
        """The job as it stands."""
        return self._job.record

    async def run(self, call: Call | None = None) -> JobRecord:
        """Do what is left to do; `call` is the request as it was built when it was checked, where it is not sent yet."""
        try:
            return await self._run(call)
        finally:
            self._poller.stop()
            self._places.leave(self.job)

    async def _run(self, checked: Call | None) -> JobRecord:
        first_look = 0.0
        if self.job.state == "draft":
            call = await self._creator.prepare(checked)
            if call is None:
                return self.job
            first_look = self._poller.wait(await self._creator.send(call))
        if self.job.searching:
            await self._search()
            first_look = 0.0  # it may have been ready for long
        if self.job.state == "saving" and self.job.handle is None and not self._job.artifacts:
            self._job.lose(_unstored(self.job.failure))
        await self._poller.watch(first_look)
        while self.job.state == "saving":
            try:
                await self._save()
            except TakenBack as back:
                self._job.artifacts = ()
                await self._poller.watch(self._poller.apply(back.update))
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
            self._job.lose(f"An internal error occurred between the request and its answer ({why}).")
        if self.job.searching:
            old = self.job.failure or Failure(code="unknown_outcome", message="The answer was lost.")
            failure = msgspec.structs.replace(
                old, next=f"An internal error ended the search for the job ({why}). {again}"
            )
            self._job.move("unknown_outcome", searching=False, failure=failure)
        elif self.goes_on:
            words = f"An internal error stopped the watching ({why}). The job continues."
            failure = Failure(code="unreachable", message=words, next=again, sent="yes", charged="unknown")
            self._job.move(self.job.state if self.job.state == "saving" else "unreachable", failure=failure)

    async def _search(self) -> None:
        """Take a lost answer's job up where the provider's list has exactly one that it can be; else say what was found."""
        job = self._job
        clock = job.context.clock
        found = await recovery.find_lost_job(job.record, job.dialect, job.transport, job.context.ledger, clock)
        if found and len(found) == 1:
            job.note([f"The answer was lost; the job was found in {job.provider.title}'s list."])
            changes: dict[str, Any] = {"failure": None, "accepted_at": clock.now(), "finished_at": None}
            job.move("queued", searching=False, handle=found[0].handle, **changes)
        else:
            failure = recovery.recovery_failure(found, job.record, job.provider)
            job.move("unknown_outcome", searching=False, failure=failure)

    async def _save(self) -> None:
        """Hand the clips over to the saver; what cannot be fetched now can be fetched later."""
        try:
            await Saver(self._job).save(self._poller.fresh)
        except NoClip:
            self._job.fail(no_clip(self._job.provider))


def _unstored(failure: Failure | None) -> str:
    """Say why a clip is lost that came inside an answer, which nobody can ask for again."""
    why = "the kernel stopped before it was saved." if failure is None else f"could not be saved: {failure.message}"
    return f"The clip was part of the answer, and {why}"
