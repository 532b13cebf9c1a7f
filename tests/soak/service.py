"""A video provider that speaks five dialects and keeps a book: what it accepted, for whom, and what came of it.

It knows nothing of the client. Jobs take real time; each has a clip of its own, and some fail. It does not honour
idempotency keys, as none of the documented providers does: it writes them down, so that whoever pays twice is seen.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import random
import re
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import av

from http1 import Request, Response, part_of, pause, read_request, said

if TYPE_CHECKING:
    from collections.abc import Callable

DIALECTS = ("qubax", "qubrid", "indoxhub", "openai", "bifrost", "openrouter")
BASES = {
    "qubax": "/qubax/v1",
    "qubrid": "/qubrid/v1",
    "indoxhub": "/indoxhub/api/v1",
    "openai": "/openai/v1",
    "bifrost": "/bifrost/v1",
    "openrouter": "/openrouter/api/v1",
}
MODELS = {
    "qubax": "veo-3",
    "qubrid": "p-video",
    "indoxhub": "openai/sora-2",
    "openai": "sora-2",
    "bifrost": "openai/sora-2",
    "openrouter": "google/veo-3.1",
}
LISTED = frozenset({"indoxhub", "openai", "bifrost"})
"""The dialects whose providers list their jobs."""
FAILING, REFUSING, LATE = 0.06, 0.03, 0.15
"""Shares of jobs that fail, of orders that are refused, of jobs that are not known everywhere at once."""
PADDING = (60_000, 900_000)
"""Bytes by which clips differ in length."""
REFUSAL = "There is no credit left for this order."
FAILURE = "The model gave up on this one."


@dataclass
class Job:
    """One accepted order, as the book has it."""

    id: str
    dialect: str
    prompt: str
    model: str
    key: str | None
    """The idempotency key it came with."""
    accepted_at: float
    seconds: float
    """How long the work takes."""
    late: float
    """For how long looks do not find it yet."""
    fails: bool
    size: int
    sha256: str

    def state(self) -> str:
        age = time.time() - self.accepted_at
        if age >= self.seconds:
            return "failed" if self.fails else "completed"
        return "queued" if age < self.seconds / 4 else "running"

    @property
    def progress(self) -> int:
        return min(int(100 * (time.time() - self.accepted_at) / self.seconds), 100)

    @property
    def known(self) -> bool:
        return time.time() - self.accepted_at >= self.late

    @property
    def ended_at(self) -> float | None:
        end = self.accepted_at + self.seconds
        return end if time.time() >= end else None


def draw_clip() -> bytes:
    """Draw a small real MP4: a square that goes from dark to bright."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as box:
        stream = box.add_stream("mpeg4", rate=8)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for number in range(8):
            frame = av.VideoFrame(32, 32, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([16 + 24 * number]) * plane.buffer_size)
            for packet in stream.encode(frame):
                box.mux(packet)
        for packet in stream.encode():
            box.mux(packet)
    return file.getvalue()


class Service:
    """The server and its book."""

    def __init__(
        self, seed: int, *, shortest: float, longest: float, hint: int | None = None, refuses_again: bool = True
    ) -> None:
        """Let jobs take from `shortest` to `longest` seconds; `hint` suggests looks every so many milliseconds.

        An order that is refused is refused again each time; else there is credit for it the second time.
        """
        self.jobs: dict[str, Job] = {}
        self.refused: list[dict[str, Any]] = []
        self.mistakes: list[str] = []
        """What no client should ever do here."""
        self._seed, self._shortest, self._longest = seed, shortest, longest
        self._refuses_again = refuses_again
        self._hint = {} if hint is None else {"openai_poll_after_ms": str(hint)}
        self._clip = draw_clip()
        self._speak: dict[str, Callable[[Request, list[str]], Response]] = {
            "qubax": self._qubax,
            "indoxhub": self._indoxhub,
            "openai": self._videos,
            "bifrost": self._videos,
            "openrouter": self._openrouter,
        }

    async def start(self) -> tuple[asyncio.Server, int]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return server, server.sockets[0].getsockname()[1]

    def book(self) -> dict[str, Any]:
        """Return all that was written down."""
        jobs = [{**asdict(job), "state": job.state()} for job in self.jobs.values()]
        return {"jobs": jobs, "refused": self.refused, "mistakes": self.mistakes}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request; an accepted order is worked on whether or not anybody waits for the answer."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await read_request(reader)
            if request is not None:
                response = await self._answer(request)
                writer.write(response.raw)
                await writer.drain()
        writer.close()

    async def _answer(self, request: Request) -> Response:
        dialect, *rest = request.segments
        if dialect == "cdn":
            return self._cdn(request, rest[0])
        if request.headers.get("authorization") != f"Bearer soak-{dialect}":
            self.mistakes.append(f"no key: {request.method} {request.target}")
            return self._no(dialect, 401, "There is no such key.")
        path = rest[2:] if dialect in {"indoxhub", "openrouter"} else rest[1:]
        if dialect == "qubrid":
            return await self._qubrid(request, path)
        return self._speak[dialect](request, path)

    # ---- orders --------------------------------------------------------------------------------------------

    def _order(self, dialect: str, request: Request) -> Job | Response:
        """Take an order, or refuse it; the book says which."""
        fields, key = request.fields(), request.headers.get("idempotency-key")
        prompt, model = fields["prompt"], fields["model"]
        chance = random.Random(f"{self._seed} order {prompt}")
        if chance.random() < REFUSING and (self._refuses_again or prompt not in self._refused(dialect)):
            self.refused.append({"dialect": dialect, "prompt": prompt, "key": key})
            return self._no(dialect, 402, REFUSAL)
        seconds = chance.uniform(self._shortest, self._longest)
        late = chance.uniform(0, seconds) if chance.random() < LATE else 0.0
        fails = chance.random() < FAILING and dialect != "qubrid"
        return self._accept(dialect, prompt, model, key, seconds, late, fails=fails)

    def _refused(self, dialect: str) -> set[str]:
        return {row["prompt"] for row in self.refused if row["dialect"] == dialect}

    def _accept(
        self, dialect: str, prompt: str, model: str, key: str | None, seconds: float, late: float, *, fails: bool
    ) -> Job:
        earlier = sum(job.prompt == prompt for job in self.jobs.values())
        digest = hashlib.sha256(f"{self._seed} {dialect} {prompt} {earlier}".encode()).hexdigest()
        identity = f"{digest[:20]}:openai" if dialect == "bifrost" else f"job_{digest[:20]}"
        clip = self._clip_of(identity)
        sha256 = hashlib.sha256(clip).hexdigest()
        job = Job(identity, dialect, prompt, model, key, time.time(), seconds, late, fails, len(clip), sha256)
        self.jobs[identity] = job
        return job

    def _clip_of(self, identity: str) -> bytes:
        """Return a job's own bytes: the one drawing, and a `free` box that belongs to this job alone."""
        chance = random.Random(f"{self._seed} clip {identity}")
        filling = chance.randbytes(chance.randrange(*PADDING))
        return self._clip + (len(filling) + 8).to_bytes(4, "big") + b"free" + filling

    def _content(self, request: Request, job: Job | None) -> Response:
        """Return a clip; every other one also in parts."""
        if job is None or job.state() != "completed":
            return self._no(job.dialect if job else "openai", 409 if job else 404, "There is no clip.")
        whole = Response(200, self._clip_of(job.id), {"Content-Type": "video/mp4"})
        return part_of(whole, request, f'"{job.sha256}"') if int(job.sha256, 16) % 2 else whole

    def _cdn(self, request: Request, name: str) -> Response:
        """Clips on a host of their own; as object stores do, it refuses a key beside the signature."""
        if "authorization" in request.headers:
            self.mistakes.append(f"a key at the store: {request.target}")
            return self._no("openai", 400, "Only one auth mechanism allowed.")
        return self._content(request, self.jobs.get(name.removesuffix(".mp4")))

    def _link(self, request: Request, job: Job) -> str:
        """Return the address at the store: another origin than the API's, behind the same line."""
        port = request.headers["host"].rpartition(":")[2]
        return f"http://localhost:{port}/cdn/{quote(job.id, safe='')}.mp4?signature=soak"

    def _no(self, dialect: str, status: int, message: str) -> Response:
        """Say no as each provider says it."""
        if dialect == "indoxhub":
            return said({"detail": message}, status)
        error = {"message": message, "type": "invalid_request_error"}
        if dialect == "qubrid":
            error |= {
                "code": "insufficient_quota" if status == 402 else "invalid_request",
                "request_id": "req-qubrid-soak",
            }
        if dialect == "bifrost":
            return said({"is_bifrost_error": False, "status_code": status, "error": error}, status)
        return said({"error": error}, status)

    def _found(self, dialect: str, identity: str) -> Job | None:
        job = self.jobs.get(identity)
        return job if job is not None and job.dialect == dialect and job.known else None

    def _newest(self, dialect: str) -> list[Job]:
        return [job for job in reversed(self.jobs.values()) if job.dialect == dialect]

    # ---- the dialects --------------------------------------------------------------------------------------

    def _qubax(self, request: Request, path: list[str]) -> Response:
        if request.method == "POST" and path == ["video", "generations"]:
            job = self._order("qubax", request)
            return job if isinstance(job, Response) else said({"id": job.id, "status": "pending"}, **self._hint)
        found = self._found("qubax", path[2]) if len(path) > 2 else None
        if found is None:
            return self._no("qubax", 404, "There is no such job.")
        if path[:2] == ["media", "artifacts"]:
            return self._content(request, found if path[3:] == ["0"] else None)
        return said(self._qubax_body(found), **self._hint)

    def _qubax_body(self, job: Job) -> dict[str, Any]:
        words = {"queued": "pending", "running": "processing"}
        body = {
            "id": job.id,
            "model": job.model,
            "status": words.get(job.state(), job.state()),
            "created_at": int(job.accepted_at),
        }
        if job.state() == "completed":
            return {**body, "output_count": 1, "completed_at": int(job.ended_at or 0)}
        if job.state() == "failed":
            return {**body, "error": {"message": FAILURE, "type": "server_error"}}
        return body

    def _openrouter(self, request: Request, path: list[str]) -> Response:
        if (request.method, path) == ("POST", ["videos"]):
            job = self._order("openrouter", request)
            return job if isinstance(job, Response) else said(self._openrouter_body(request, job), 202)
        found = self._found("openrouter", path[1]) if len(path) > 1 and path[0] == "videos" else None
        if found is None:
            return self._no("openrouter", 404, "There is no such video.")
        if path[2:] == ["content"]:
            return self._content(request, found if request.query("index", "0") == "0" else None)
        return said(self._openrouter_body(request, found))

    def _openrouter_body(self, request: Request, job: Job) -> dict[str, Any]:
        words = {"queued": "pending", "running": "in_progress"}
        word = words.get(job.state(), job.state())
        body: dict[str, Any] = {"id": job.id, "polling_url": f"/openrouter/api/v1/videos/{job.id}", "status": word}
        if word == "completed":
            return {**body, "urls": [self._link(request, job)], "usage": {"cost": 0.5, "is_byok": False}}
        return {**body, "error": FAILURE} if word == "failed" else body

    async def _qubrid(self, request: Request, path: list[str]) -> Response:
        """The one call there is: held open until the clip exists."""
        if (request.method, path) != ("POST", ["videos", "generations"]):
            return self._no("qubrid", 404, "There is nothing here.")
        job = self._order("qubrid", request)
        if isinstance(job, Response):
            return job
        await pause(job.seconds)
        return said({"created": int(job.accepted_at), "data": [{"url": self._link(request, job)}]})

    def _indoxhub(self, request: Request, path: list[str]) -> Response:
        if request.method == "POST" and path == ["videos", "generations"]:
            job = self._order("indoxhub", request)
            return job if isinstance(job, Response) else said(self._indoxhub_birth(job), **self._hint)
        if path == ["videos", "jobs"]:
            skip, limit = int(request.query("skip", "0")), int(request.query("limit", "20"))
            jobs = self._newest("indoxhub")
            rows = [self._indoxhub_body(request, job) for job in jobs[skip : skip + limit]]
            return said({"total": len(jobs), "jobs": rows})
        found = self._found("indoxhub", path[2]) if path[:2] == ["videos", "jobs"] else None
        if found is None:
            return self._no("indoxhub", 404, "Job not found")
        return said(self._indoxhub_body(request, found), **self._hint)

    def _indoxhub_birth(self, job: Job) -> dict[str, Any]:
        data = {"is_async": True, "job_id": job.id, "status": "pending", "provider_video_id": f"video_{job.id}"}
        about = {
            "request_id": f"req-{job.id}",
            "created_at": _iso(job.accepted_at),
            "provider": "openai",
            "model": job.model,
        }
        return {**about, "success": True, "message": "Video generation started", "data": data}

    def _indoxhub_body(self, request: Request, job: Job) -> dict[str, Any]:
        words = {"queued": "pending", "running": "in_progress"}
        body: dict[str, Any] = {
            "job_id": job.id,
            "status": words.get(job.state(), job.state()),
            "progress": job.progress,
            "provider": "openai",
            "model": job.model,
            "prompt": job.prompt,
            "created_at": _iso(job.accepted_at),
            "completed_at": _iso(job.ended_at) if job.ended_at else None,
        }
        if job.state() == "completed":
            body["result"] = {"url": self._link(request, job)}
        if job.state() == "failed":
            body["error"] = FAILURE
        return body

    def _videos(self, request: Request, path: list[str]) -> Response:
        """The shape of `/v1/videos`: OpenAI's by multipart, Bifrost's by JSON, with ids that end in the provider."""
        dialect = request.segments[0]
        if path == ["videos"]:
            return self._create_video(dialect, request) if request.method == "POST" else self._list(dialect, request)
        found = self._found(dialect, path[1]) if path[:1] == ["videos"] else None
        if found is None:
            return self._no(dialect, 404, "There is no such video.")
        if path[2:] == ["content"]:
            return self._content(request, None if request.query("variant", "video") != "video" else found)
        return said(self._video(found), **self._hint)

    def _create_video(self, dialect: str, request: Request) -> Response:
        kind = request.headers.get("content-type", "")
        if not kind.startswith("application/json" if dialect == "bifrost" else "multipart/form-data"):
            return self._no(dialect, 400, "Invalid request payload")
        job = self._order(dialect, request)
        return job if isinstance(job, Response) else said(self._video(job), **self._hint)

    def _video(self, job: Job) -> dict[str, Any]:
        words = {"running": "in_progress"}
        body: dict[str, Any] = {
            "id": job.id,
            "object": "video",
            "model": job.model,
            "status": words.get(job.state(), job.state()),
            "progress": job.progress,
            "created_at": int(job.accepted_at),
            "completed_at": int(job.ended_at) if job.ended_at else None,
            "prompt": job.prompt,
            "seconds": "4",
            "size": "720x1280",
            "error": {"code": "server_error", "message": FAILURE} if job.state() == "failed" else None,
        }
        if job.dialect == "bifrost":
            body = {name: value for name, value in body.items() if value is not None}
            if job.state() == "completed":
                body["videos"] = [{"type": "url", "url": f"https://provider.example/{job.id}"}]
        return body

    def _list(self, dialect: str, request: Request) -> Response:
        if dialect == "bifrost" and not request.query("provider"):
            return self._no(dialect, 400, "provider query parameter is required")
        jobs, limit, after = self._newest(dialect), int(request.query("limit", "20")), request.query("after")
        if request.query("order", "desc") == "asc":
            jobs.reverse()
        start = next((number + 1 for number, job in enumerate(jobs) if job.id == after), 0)
        page = jobs[start : start + limit]
        rows = [self._video(job) for job in page]
        for row in rows:
            row.pop("videos", None)
        ends = {"first_id": page[0].id, "last_id": page[-1].id} if page else {}
        return said({"object": "list", "data": rows, **ends, "has_more": start + limit < len(jobs)})


def prompt_of(body: bytes) -> str:
    """Find which order of the plan a body carries, in whatever shape."""
    found = re.search(rb"soak \w+ \d+", body)
    return found[0].decode() if found else ""


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
