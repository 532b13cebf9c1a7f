"""The service behind all dialects: the store, the worker, the test models and the clips."""

import asyncio
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from jupyter_videogen.gateway.jobs import input_files
from jupyter_videogen.gateway.jobs.files import missing, require, send, send_webp
from jupyter_videogen.gateway.jobs.scripted_models import CARDS, ScriptedModel, apply_script, refuse
from jupyter_videogen.gateway.jobs.signing import Seal
from jupyter_videogen.gateway.jobs.store import UNFINISHED_LIMIT, Job, JobStore, KeyReusedError, TooManyJobsError
from jupyter_videogen.gateway.jobs.worker import Worker, clip_path, poster_path
from jupyter_videogen.gateway.requests.body import UploadedFile
from jupyter_videogen.gateway.requests.error import LostAnswerError, Problem, SpoiltError
from jupyter_videogen.gateway.requests.media import NO_INPUTS, InputFiles
from jupyter_videogen.gateway.requests.order import Order

LINK_SECONDS = 3600
HOLD_SECONDS = 600.0

_RETRY_SECONDS = 5
_LOOK_SECONDS = 0.1
_NEVER_SECONDS = 30
_PLAIN = ScriptedModel("")
_SPOILT_EVERY = 3
_SPOILT = (
    (502, "text/html", b"<html><body><h1>502 Bad Gateway</h1></body></html>"),
    (200, "text/html", b"<!doctype html><title>Sign in</title><p>Please sign in to the wireless network."),
    (200, "application/json", b'{"id": "video_'),
)


@dataclass(frozen=True, slots=True)
class GatewayService:
    """The operations of all dialects: submit, look, list, cancel, delete; disk access runs in a thread."""

    store: JobStore
    worker: Worker
    clips: Path
    models: tuple[str, ...]
    seal: Seal
    pace: float = 1.0
    now: Callable[[], float] = time.time
    _looks: Counter[str] = field(default_factory=Counter)
    _links: Counter[str] = field(default_factory=Counter)

    @property
    def names(self) -> tuple[str, ...]:
        """Every model that is listed: those that draw, then the test cards."""
        return (*self.models, *CARDS)

    async def submit(
        self,
        order: Order,
        fields: Mapping[str, Any],
        key: str | None,
        setting: str = "size",
        inputs: InputFiles = NO_INPUTS,
    ) -> Job:
        """Write an order down with its input files, and wake the worker; `fields` are what was sent, to recognise a repeat.

        A test card may refuse; `setting` is what this dialect calls a field that can be refused.
        """
        card = CARDS.get(order.model, _PLAIN)
        refuse(card, setting)
        order = replace(order, count=card.outputs or order.count)
        job = await self._with_files(order, fields, key, inputs, made=not card.renders)
        self.worker.wake()
        if card.lost:
            raise LostAnswerError
        return await self.job(job.id)

    async def _with_files(
        self, order: Order, fields: Mapping[str, Any], key: str | None, inputs: InputFiles, *, made: bool
    ) -> Job:
        """Keep the files before the order that names them, and forget them when it is not taken, or was before."""
        names = await run_in_threadpool(input_files.keep, self.clips, inputs.files)
        unused = set(names.values())
        try:
            job = await self._keep(replace(order, **names), fields, key, made=made)  # type: ignore[arg-type]  # text
            unused -= input_files.names(job.order)
        finally:
            await run_in_threadpool(input_files.forget, self.clips, unused)
        return job

    async def _keep(self, order: Order, fields: Mapping[str, Any], key: str | None, *, made: bool) -> Job:
        digest = hashlib.sha256(json.dumps(fields, sort_keys=True, default=_digest).encode()).hexdigest()
        try:
            return await run_in_threadpool(self.store.add, order, digest, key, made=made)
        except KeyReusedError:
            message = "This Idempotency-Key was used before with another body; use a new key for a new clip."
            raise Problem(409, "idempotency_key_reused", message) from None
        except TooManyJobsError:
            raise Problem(
                429,
                "rate_limit_exceeded",
                f"{UNFINISHED_LIMIT} clips are already waiting; send this one again when some have finished.",
                headers={"retry-after": str(_RETRY_SECONDS), "videogen-queue": "full"},
            ) from None

    async def find(self, job_id: str) -> Job | None:
        """Return a job as it is at this moment, if there is one."""
        progress = self.worker.progress()
        job = await run_in_threadpool(self.store.get, job_id)
        return job and self._apply_script(job, progress)

    async def job(self, job_id: str) -> Job:
        """Return a job as it is at this moment."""
        job = await self.find(job_id)
        if job is None:
            raise Problem(404, "not_found", "No such video.")
        return job

    async def look(self, job_id: str) -> Job:
        """Return the answer to a look; a test model may break it."""
        job = await self.job(job_id)
        if _card(job).flaky:
            number = self._looks[job_id]
            self._looks[job_id] += 1
            if number % _SPOILT_EVERY == 0:
                raise SpoiltError(*_SPOILT[number // _SPOILT_EVERY % len(_SPOILT)])
        return job

    async def finish(self, job: Job, request: Request) -> Job:
        """Hold a request until its job has ended; raises a 504 when that takes too long."""
        card = _card(job)
        deadline = _NEVER_SECONDS * self.pace if card.fate == "never" else HOLD_SECONDS
        ends = time.monotonic() + deadline
        nothing = asyncio.Event()
        while job.unfinished and time.monotonic() < ends and not await request.is_disconnected():
            with suppress(TimeoutError):
                await asyncio.wait_for(nothing.wait(), min(_LOOK_SECONDS, deadline))
            job = await self.job(job.id)
        if job.unfinished:
            raise Problem(504, "timeout", "Video generation timed out.")
        return job

    def waits(self, job: Job) -> bool:
        """Return whether a test model makes the create wait for the clip."""
        return _card(job).waits

    async def page(
        self, limit: int, after: Job | None = None, *, skip: int = 0, descending: bool = True, models: str = ""
    ) -> tuple[list[Job], bool]:
        """Return a page of jobs as they are at this moment, and whether more follow."""
        progress = self.worker.progress()
        jobs, more = await run_in_threadpool(
            self.store.page, limit, after=after, skip=skip, descending=descending, models=models
        )
        shown = (self._apply_script(job, progress) for job in jobs)
        return [job for job in shown if job is not None], more

    async def count(self) -> int:
        """Return how many jobs there are."""
        return await run_in_threadpool(self.store.count)

    async def cancel(self, job: Job) -> Job:
        """Cancel a job that has not started."""
        statuses = ("queued",) if job.order.model not in CARDS else ("queued", "in_progress", "completed")
        if job.status != "queued" or not await run_in_threadpool(self.store.cancel, job.id, *statuses):
            job = await self.job(job.id)
            raise Problem(409, "not_pending", f"Only a pending job can be cancelled; this one is {job.status}.")
        return await self.job(job.id)

    async def delete(self, job: Job) -> None:
        """Forget a finished job, then its files."""
        busy = job.unfinished and _card(job).fate != "never"
        if busy or not await run_in_threadpool(self.store.delete, job.id):
            message = f"Only a completed or failed video can be deleted; this one is {job.status}."
            raise Problem(409, "not_finished", message)
        takes = [clip_path(self.clips, job.id, take) for take in range(job.order.count)]
        for path in (*takes, poster_path(self.clips, job.id)):
            await run_in_threadpool(path.unlink, missing_ok=True)
        unused = input_files.names(job.order) - await run_in_threadpool(self.store.files)
        await run_in_threadpool(input_files.forget, self.clips, unused)

    def count_clips(self, job: Job) -> int:
        """Return how many clips a job has."""
        outputs = _card(job).outputs
        return 0 if job.status != "completed" else job.order.count if outputs is None else outputs

    def count_filtered(self, job: Job) -> int:
        """Return how many clips of a job were withheld."""
        return _card(job).filtered if job.status == "completed" else 0

    def shows_progress(self, job: Job) -> bool:
        """Return whether a job reports progress."""
        return _card(job).measured

    def links(self, job: Job, request: Request) -> list[str]:
        """Return addresses that need no key, for a while, for every clip of a job."""
        if _card(job).expires:
            self._links[job.id] += 1
        expired = self._links[job.id] == 1
        expires = int(self.now()) + (-1 if expired else LINK_SECONDS)
        paths = [f"/cdn/{job.id}/{take}.mp4" for take in range(self.count_clips(job))]
        base = str(request.base_url).rstrip("/")
        return [
            f"{base}{path}?expires={expires}&signature={self.seal.sign('link', f'{path}?{expires}')}" for path in paths
        ]

    async def content(self, job: Job, take: int = 0) -> Response:
        """Send a clip to a caller with a key."""
        require(job)
        if take >= self.count_clips(job):
            raise Problem(404, "content_missing", "This video has no such output.")
        if _card(job).expires:
            self._links[f"{job.id} content"] += 1
            if self._links[f"{job.id} content"] == 1:
                raise Problem(
                    403, "content_expired", "This content link has expired; retrieve the video for a new one."
                )
        return await send(clip_path(self.clips, job.id, take), "video")

    async def picture(self, job: Job, variant: str) -> Response:
        """Send the poster of a clip, or a sheet of its frames."""
        require(job)
        if variant == "thumbnail" or not self.count_clips(job):
            return await send(poster_path(self.clips, job.id), variant)
        try:
            return Response(await run_in_threadpool(self.worker.sheet, job), media_type="image/jpeg")
        except FileNotFoundError:
            raise missing(variant) from None

    async def thumbnail(self, job: Job) -> Response:
        """Send the poster of a clip as WebP."""
        require(job)
        return await send_webp(poster_path(self.clips, job.id))

    async def first(self, job: Job) -> bytes:
        """Return the bytes of a job's first clip; raises a 404 where it has none."""
        if self.count_clips(job):
            with suppress(FileNotFoundError):
                return await run_in_threadpool(clip_path(self.clips, job.id).read_bytes)
        raise missing("video")

    async def read(self, job: Job) -> list[bytes]:
        """Return the bytes of every clip of a job."""
        paths = [clip_path(self.clips, job.id, take) for take in range(self.count_clips(job))]
        return [await run_in_threadpool(path.read_bytes) for path in paths]

    def _apply_script(self, job: Job, progress: Mapping[str, int]) -> Job | None:
        now = replace(job, progress=progress.get(job.id, 0)) if job.status == "in_progress" else job
        return apply_script(now, self.now(), self.pace)


def _card(job: Job) -> ScriptedModel:
    return CARDS.get(job.order.model, _PLAIN)


def _digest(value: object) -> str:
    if not isinstance(value, UploadedFile):
        raise TypeError(value)
    return hashlib.sha256(value.data).hexdigest()
