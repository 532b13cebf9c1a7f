"""The OpenAI shape of `/v1/videos`: the server's half of that dialect, as strict about its types as its strictest peers."""

import json
import os
import re
from collections.abc import Collection, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from jupyter_videogen.gateway.jobs import Job
from jupyter_videogen.gateway.order import (
    DEFAULT_FPS,
    DEFAULT_SECONDS,
    FPS,
    SECONDS,
    Order,
    invalid,
    read_model,
    read_prompt,
    read_seed,
    read_size,
    read_whole,
)
from jupyter_videogen.gateway.problem import Problem
from jupyter_videogen.gateway.studio import Studio
from jupyter_videogen.gateway.worker import clip_path, poster_path

BODY_BYTES = 1024 * 1024

_FIELDS = frozenset({"prompt", "model", "seconds", "size", "seed", "fps"})
_POLL_AFTER = {"openai-poll-after-ms": "400"}
_PAGE = (1, 100)
_DEFAULT_PAGE = 20
_ORDERS = ("asc", "desc")
_MODELS_CREATED = 1_767_225_600
_KEY = re.compile(r"[!-~]{1,255}")
_IGNORED_NAMES = 20
_IGNORED_CHARACTERS = 64


class OpenAI:
    """The endpoints, over one studio."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def routes(self, prefix: str) -> list[BaseRoute]:
        """Return the routes; a literal path has to stand before one with an id, or the id would swallow it."""
        return [
            Route(f"{prefix}/models", self.models),
            Route(f"{prefix}/videos", self.videos, methods=["GET", "POST"]),
            Route(f"{prefix}/videos/{{id}}", self.video, methods=["GET", "DELETE"]),
            Route(f"{prefix}/videos/{{id}}/content", self.content),
        ]

    async def models(self, _request: Request) -> Response:
        """List the models that can be asked for."""
        data = [
            {"id": model, "object": "model", "created": _MODELS_CREATED, "owned_by": "jupyter-videogen"}
            for model in self._studio.models
        ]
        return JSONResponse({"object": "list", "data": data})

    async def videos(self, request: Request) -> Response:
        """Answer at the address of all videos."""
        return await (self.create(request) if request.method == "POST" else self.list(request))

    async def video(self, request: Request) -> Response:
        """Answer at the address of one video."""
        return await (self.delete(request) if request.method == "DELETE" else self.retrieve(request))

    async def create(self, request: Request) -> Response:
        """Take an order."""
        fields = await _read_json(request)
        order = read_order(fields, self._studio.models)
        job = await self._studio.submit(order, fields, _idempotency_key(request))
        ignored = _ignored(fields)
        return JSONResponse(video(job), headers=_POLL_AFTER | ({"x-videogen-ignored": ignored} if ignored else {}))

    async def retrieve(self, request: Request) -> Response:
        """Look at one video."""
        job = await self._studio.job(request.path_params["id"])
        return JSONResponse(video(job), headers=_POLL_AFTER if job.unfinished else None)

    async def list(self, request: Request) -> Response:
        """Look at a page of videos."""
        query = request.query_params
        limit = read_whole(query, "limit", _PAGE, _DEFAULT_PAGE)
        order = query.get("order", "desc")
        if order not in _ORDERS:
            raise invalid("order", "order must be asc or desc.")
        after = await self._studio.find(query["after"]) if "after" in query else None
        if "after" in query and after is None:
            raise invalid("after", "after must be the id of a video that is here.")
        jobs, more = await self._studio.page(limit, after, descending=order == "desc")
        return JSONResponse(
            {
                "object": "list",
                "data": [video(job) for job in jobs],
                "first_id": jobs[0].id if jobs else None,
                "last_id": jobs[-1].id if jobs else None,
                "has_more": more,
            }
        )

    async def delete(self, request: Request) -> Response:
        """Forget a finished video."""
        job = await self._studio.job(request.path_params["id"])
        await self._studio.delete(job)
        return JSONResponse({"id": job.id, "deleted": True, "object": "video.deleted"})

    async def content(self, request: Request) -> Response:
        """Send the bytes of a video or of its poster."""
        variant = request.query_params.get("variant", "video")
        if variant not in ("video", "thumbnail"):
            raise invalid("variant", "variant must be video or thumbnail.")
        job = await self._studio.job(request.path_params["id"])
        if job.error is not None:
            raise Problem(404, "video_failed", f"This video failed, so it has no content: {job.error['message']}")
        if job.status != "completed":
            raise Problem(404, "not_ready", f"This video is {job.status}; its content comes when it is completed.")
        path = (clip_path if variant == "video" else poster_path)(self._studio.clips, job.id)
        try:
            found = await run_in_threadpool(os.stat, path)
        except FileNotFoundError:
            raise Problem(404, "content_missing", f"The {variant} of this job is no longer on the disk.") from None
        return FileResponse(
            path,
            media_type="video/mp4" if variant == "video" else "image/jpeg",
            filename=path.name,
            content_disposition_type="inline",
            stat_result=found,
            headers={"cache-control": "private, no-cache"},
        )


def read_order(fields: Mapping[str, Any], models: Collection[str]) -> Order:
    """Return what was asked for, in bounds."""
    prompt = read_prompt(fields)
    width, height = read_size(fields)
    return Order(
        prompt=prompt,
        model=read_model(fields, models),
        seconds=read_whole(fields, "seconds", SECONDS, DEFAULT_SECONDS),
        width=width,
        height=height,
        fps=read_whole(fields, "fps", FPS, DEFAULT_FPS),
        seed=read_seed(fields),
    )


def video(job: Job) -> dict[str, Any]:
    """Return a job as the video object: integral progress, seconds as text, an error that is null or an object."""
    return {
        "id": job.id,
        "object": "video",
        "model": job.order.model,
        "status": job.status,
        "progress": job.progress,
        "created_at": job.created_at,
        "completed_at": job.completed_at,
        "expires_at": None,
        "prompt": job.order.prompt,
        "size": f"{job.order.width}x{job.order.height}",
        "seconds": str(job.order.seconds),
        "remixed_from_video_id": None,
        "error": job.error,
        "seed": job.order.seed,
        "fps": job.order.fps,
        "rendering": job.rendering,
    }


async def _read_json(request: Request) -> dict[str, Any]:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise Problem(415, "unsupported_media_type", "The body must be JSON, sent as application/json.")
    body = await _read_body(request)
    try:
        fields = json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Problem(400, "invalid_json", "The body is not valid JSON.") from None
    if not isinstance(fields, dict):
        raise Problem(400, "invalid_json", "The body must be a JSON object.")
    return fields


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise Problem(413, "request_too_large", f"The body must not be larger than {BODY_BYTES} bytes.")
    return bytes(body)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        message = "Idempotency-Key must be 1 to 255 visible ASCII characters."
        raise Problem(400, "invalid_value", message, param="Idempotency-Key")
    return key


def _ignored(fields: Mapping[str, Any]) -> str:
    names = [name for name in fields if name not in _FIELDS][:_IGNORED_NAMES]
    return ",".join(re.sub(r"[^A-Za-z0-9_.\[\]-]", "?", name[:_IGNORED_CHARACTERS]) for name in names)
