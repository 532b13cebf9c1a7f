"""Rows of the file of jobs: what each column holds, written and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core.job import JobRecord
from jupyter_videogen.core.timing import JobTiming, ProgressSample
from jupyter_videogen.ledger.stored_states import state_at_rest

if TYPE_CHECKING:
    from jupyter_videogen.core.job import JobState

UNANSWERED: frozenset[JobState] = frozenset({"draft", "submitting", "unknown_outcome"})
"""States of a job before the provider's answer."""


def decode_job(content: bytes, version: int) -> JobRecord:
    """Return the job of a row."""
    return msgspec.json.decode(content, type=JobRecord).after(version=version)


def brings_answer(record: JobRecord, now: JobRecord) -> bool:
    """Return whether a record has the provider's answer, and the job as it is written does not: nobody may throw it away."""
    return record.state not in UNANSWERED and now.state in UNANSWERED and now.handle is None


def fixed_columns(job: JobRecord) -> tuple[object, ...]:
    """Return the columns that are written once."""
    where = (job.provider, job.base_url, job.model, job.fingerprint, job.take, job.idempotency_key)
    return (job.id, *where, job.notebook, job.project, job.created_at, job.agent)


def changing_columns(job: JobRecord) -> tuple[object, ...]:
    """Return the columns that change: the state, the record itself, and what is asked for by other columns than these."""
    handle = None if job.handle is None else encode_handle(job.handle)
    return (
        state_at_rest(job.state),
        msgspec.json.encode(job.redacted().after(version=0)),
        handle,
        job.best_cost,
        job.charged,
    )


def decode_timing(*row: Any) -> JobTiming:
    """Read one row of `RUNS`."""
    seconds, well, model, duration, size, kind, marks = row
    marks = msgspec.json.decode(marks, type=tuple[ProgressSample, ...])
    return JobTiming(
        seconds=seconds, well=bool(well), model=model, duration=duration, size=size, kind=kind, marks=marks
    )


def timing_columns(run: JobTiming) -> tuple[object, ...]:
    """Return the columns of a run."""
    return (run.seconds, run.well, run.model, run.duration, run.size, run.kind, msgspec.json.encode(run.marks).decode())


def encode_handle(handle: object) -> str:
    """Return a provider's reference as text that can be compared."""
    return msgspec.json.encode(handle, order="deterministic").decode()
