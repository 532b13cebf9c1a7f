"""Rows of the file of jobs: what each column holds, written and read."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core.job import JobRecord
from jupyter_videogen.core.timing import JobTiming, ProgressSample
from jupyter_videogen.ledger.packing import pack, unpack
from jupyter_videogen.ledger.stored_states import state_at_rest

if TYPE_CHECKING:
    import sqlite3

    from jupyter_videogen.core.job import JobState

UNANSWERED: frozenset[JobState] = frozenset({"draft", "submitting", "unknown_outcome"})
"""States of a job before the provider's answer."""
HASH = 64
"""Digits of a fingerprint (SHA-256)."""
HEXADECIMAL = frozenset("0123456789abcdef")
LABELLED = ("provider", "origin", "model", "notebook", "project", "agent")
"""Columns that hold the number of a label, 0 for none."""
LABEL = "INSERT OR IGNORE INTO labels (label) VALUES (?)"


def label_number(name: str) -> str:
    """Return the expression for the number of a label that is given under a name."""
    return f"coalesce((SELECT id FROM labels WHERE label = :{name}), 0)"


INSERT = f"""
INSERT INTO jobs (id, {", ".join(LABELLED)}, fingerprint, take, idempotency_key, created_at, day, seconds, state, content, handle,
    cost, charged, open, name, reported, clips, clip_seconds, took, progress, lease_owner, lease_until)
VALUES (:id, {", ".join(map(label_number, LABELLED))},
    :fingerprint, :take, :idempotency_key, :created_at, :day, :seconds, :state, :content, :handle,
    :cost, :charged, :open, :name, :reported, :clips, :clip_seconds, :took, :progress, :lease_owner, :lease_until)
"""
UPDATE = """
UPDATE jobs SET state = :state, content = :content, handle = :handle, cost = :cost, charged = :charged, open = :open, name = :name,
    reported = :reported, clips = :clips, clip_seconds = :clip_seconds, took = :took, progress = :progress, version = version + 1
WHERE id = :id AND version = :version
"""
SEND = (
    UPDATE.replace("version = version + 1", "version = version + 1, lease_until = :until") + "AND lease_owner = :owner"
)


def decode_job(content: bytes, version: int) -> JobRecord:
    """Return the job of a row."""
    return msgspec.json.decode(unpack(content), type=JobRecord).after(version=version)


def brings_answer(record: JobRecord, now: JobRecord) -> bool:
    """Return whether a record has the provider's answer, and the job as it is written does not: nobody may throw it away."""
    return record.state not in UNANSWERED and now.state in UNANSWERED and now.handle is None


def insert_job(db: sqlite3.Connection, job: JobRecord, owner: str | None, until: float) -> None:
    """Add the row of a job, whose lease its owner has until then."""
    columns = _fixed_columns(job) | changing_columns(job) | {"lease_owner": owner, "lease_until": until}
    db.executemany(LABEL, [(columns[name],) for name in LABELLED if columns[name]])
    db.execute(INSERT, columns)


def _fixed_columns(job: JobRecord) -> dict[str, Any]:
    """Return the columns that are written once."""
    request = job.request
    return {
        "id": job.id,
        "provider": job.provider,
        "origin": job.base_url,
        "model": job.model,
        "notebook": job.notebook or "",
        "project": job.project or "",
        "agent": job.agent,
        "fingerprint": encode_fingerprint(job.fingerprint),
        "take": job.take,
        "idempotency_key": job.idempotency_key,
        "created_at": job.created_at,
        "day": day_of(job.created_at),
        "seconds": None if request.duration is None else request.duration * (request.n or 1),
    }


def changing_columns(job: JobRecord) -> dict[str, Any]:
    """Return the columns that change: the record itself, and what is asked for without reading it."""
    took = None if job.finished_at is None or job.accepted_at is None else job.finished_at - job.accepted_at
    return {
        "state": state_at_rest(job.state),
        "content": pack(msgspec.json.encode(job.redacted().after(version=0))),
        "handle": None if job.handle is None else encode_handle(job.handle),
        "cost": job.best_cost,
        "charged": job.charged,
        "open": not job.ended,
        "name": job.name or None,
        "reported": job.reported_cost,
        "clips": len(job.clips),
        "clip_seconds": sum(clip.duration or 0.0 for clip in job.clips),
        "took": took,
        "progress": None if job.ended else job.progress,
    }


def day_of(moment: float) -> int:
    """Return the day of a moment in seconds since the epoch, by this machine's calendar, as YYYYMMDD; 0 where that has none."""
    with suppress(OverflowError, OSError, ValueError):  # a clock that is far out costs nobody a job
        year, month, day, *_ = time.localtime(moment)
        return (year * 100 + month) * 100 + day
    return 0


def encode_fingerprint(fingerprint: str) -> bytes | str:
    """Return the hash of a request in half its length; what is no such hash stays as it is."""
    if len(fingerprint) == HASH and HEXADECIMAL.issuperset(fingerprint):
        return bytes.fromhex(fingerprint)
    return fingerprint


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
