"""A job that this process works on: each step is written to the ledger, then told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.catalog.capabilities import MOST_NAMED
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.suggestions import did_you_mean
from jupyter_videogen.dialects import sanitize
from jupyter_videogen.runtime import recovery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.clip import Artifact
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.core.timing import JobTiming
    from jupyter_videogen.runtime.context import RunContext
    from jupyter_videogen.transport.client import Transport

NOTED = 2.0
"""Seconds between two writes of progress to the ledger, at least."""
UNWRITTEN = "The job can't be written to the ledger right now; we keep trying. Free some disk space, or close the program that locks the ledger."


class RunningJob:
    """A job's record, what it is made with, and the one way in which it changes."""

    def __init__(
        self,
        record: JobRecord,
        provider: Provider,
        transport: Transport,
        context: RunContext,
        publish: Callable[[JobRecord], None],
    ) -> None:
        self.record, self.provider, self.transport, self.context = record, provider, transport, context
        self.dialect = sanitize.sanitize_dialect(provider.dialect)
        self.artifacts: Sequence[Artifact] = record.artifacts
        """Where its clips are, once somebody has said so."""
        self._publish = publish
        self._noted_at = -NOTED

    def change(self, **changes: object) -> None:
        """Change the record in memory; it is written with the next step."""
        self.record = self.record.after(**changes)

    def tell(self) -> None:
        """Tell everybody how it stands."""
        self._publish(self.record)

    def move(self, state: str, run: JobTiming | None = None, **changes: object) -> None:
        """Write the next state down, with what is to be learnt of the job's end, then tell everybody."""
        self._noted_at = self.context.clock.monotonic()
        self.change(state=state, next_look_at=None, **changes)
        self.record, written = self.context.ledger.keep(self.record, run)
        self._publish(self.record if written else unwritten_view(self.record))

    def note(self, notes: Iterable[str]) -> None:
        """Add a warning, once each; it is published with the next step."""
        new = [note for note in notes if note not in self.record.warnings]
        self.change(warnings=(*self.record.warnings, *new))

    def note_progress(self) -> None:
        """Write progress now and then, for other kernels and the page's panel."""
        now = self.context.clock.monotonic()
        if now - self._noted_at >= NOTED:
            self._noted_at = now
            self.record = self.context.ledger.note_progress(self.record)

    def take_cost(self, reported: float | None) -> None:
        """Take in the cost that the provider reports; it is written with the next step. Drawn clips cost nothing."""
        if reported is not None and not self.provider.simulated:
            self.change(reported_cost=reported)

    def tell_wait(self, wait: float) -> None:
        """Tell the page when the next try is; nothing is recorded."""
        self.change(next_look_at=self.context.clock.now() + wait)
        self.tell()

    def fail(self, failure: Failure, run: JobTiming | None = None) -> None:
        """End the job with a failure; where a first request of it may exist, with an unknown outcome."""
        if self.record.in_doubt and self.record.handle is None:
            self.move("unknown_outcome", failure=in_doubt_failure(failure), finished_at=self.context.clock.now())
            return
        if failure.code == "model_not_found" and not failure.next and self.provider.listed:
            words = did_you_mean(self.record.model, self.provider.listed[:MOST_NAMED])
            failure = msgspec.structs.replace(failure, next=words)
        if self.provider.free:
            failure = msgspec.structs.replace(failure, charged="no")
        self.move("failed", run, failure=failure, finished_at=self.context.clock.now())

    def lose(self, what: str, request_id: str | None = None) -> None:
        """Set the unknown outcome of a lost answer at once; never send again, and search the list if there is one."""
        changes = recovery.lost_answer_changes(what, self.dialect, request_id=request_id)
        self.move("unknown_outcome", **changes, finished_at=self.context.clock.now())


def unwritten_view(job: JobRecord) -> JobRecord:
    """Return a job as it is shown while its newest state can't be written down."""
    return job.after(warnings=(*job.warnings, UNWRITTEN))


def no_clip(provider: Provider) -> Failure:
    """Return the failure of a job that is called finished and has nothing."""
    message = f"{provider.title} reports the job as done, but there is no clip."
    return Failure(code="provider", message=message, sent="yes", charged="unknown")


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
