"""What every dialect's server half stands on: the store, the worker, and where the clips are."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool

from jupyter_videogen.gateway.jobs import UNFINISHED_LIMIT, Job, JobStore, KeyReusedError, TooManyJobsError
from jupyter_videogen.gateway.order import Order
from jupyter_videogen.gateway.problem import Problem
from jupyter_videogen.gateway.worker import Worker, clip_path, poster_path

_RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Studio:
    """The words of all dialects: submit, look, list, delete; the disk is waited for in a thread."""

    store: JobStore
    worker: Worker
    clips: Path
    models: tuple[str, ...]

    async def submit(self, order: Order, fields: Mapping[str, Any], key: str | None) -> Job:
        """Write an order down and wake the worker; `fields` are what was sent, to recognise a repeat."""
        digest = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
        try:
            job = await run_in_threadpool(self.store.add, order, digest, key)
        except KeyReusedError:
            message = "This Idempotency-Key was used before, with another body; take a new key for a new clip."
            raise Problem(409, "idempotency_key_reused", message) from None
        except TooManyJobsError:
            raise Problem(
                429,
                "rate_limit_exceeded",
                f"{UNFINISHED_LIMIT} clips are waiting already; send this one again when some have finished.",
                headers={"retry-after": str(_RETRY_SECONDS)},
            ) from None
        self.worker.wake()
        return await self.job(job.id)

    async def find(self, job_id: str) -> Job | None:
        """Return a job as it is at this moment, if there is one."""
        progress = self.worker.progress()
        job = await run_in_threadpool(self.store.get, job_id)
        return job and _now(job, progress)

    async def job(self, job_id: str) -> Job:
        """Return a job as it is at this moment."""
        job = await self.find(job_id)
        if job is None:
            raise Problem(404, "not_found", "There is no such video here.")
        return job

    async def page(self, limit: int, after: Job | None, *, descending: bool) -> tuple[list[Job], bool]:
        """Return a page of jobs as they are at this moment, and whether more follow."""
        progress = self.worker.progress()
        jobs, more = await run_in_threadpool(self.store.page, limit, after=after, descending=descending)
        return [_now(job, progress) for job in jobs], more

    async def delete(self, job: Job) -> None:
        """Forget a finished job, then its files."""
        if not await run_in_threadpool(self.store.delete, job.id):
            message = f"Only a completed or failed video can be deleted; this one is {job.status}."
            raise Problem(409, "not_finished", message)
        for path in (clip_path(self.clips, job.id), poster_path(self.clips, job.id)):
            await run_in_threadpool(path.unlink, missing_ok=True)


def _now(job: Job, progress: Mapping[str, int]) -> Job:
    return replace(job, progress=progress.get(job.id, 0)) if job.status == "in_progress" else job
