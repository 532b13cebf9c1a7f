"""Bifrost: one shape in front of many providers; natively in JSON, and at a mirror in the form of the OpenAI SDK."""

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from jupyter_videogen.gateway.body import FORM, JSON, idempotency_key, ignored, read_fields
from jupyter_videogen.gateway.jobs import Job
from jupyter_videogen.gateway.media import NOTHING, Given, read_given
from jupyter_videogen.gateway.openai import list_models, read_variant, video
from jupyter_videogen.gateway.order import (
    COUNT,
    DEFAULT_FPS,
    DEFAULT_SECONDS,
    FPS,
    SECONDS,
    Order,
    invalid,
    read_choice,
    read_flag,
    read_model,
    read_negative,
    read_prompt,
    read_seed,
    read_size,
    read_whole,
)
from jupyter_videogen.gateway.problem import Problem
from jupyter_videogen.gateway.studio import Studio

STAND_INS = ("openai/sora-2", "openai/sora-2-pro", "gemini/veo-3.0-generate-001")

_HONOURED = frozenset(
    {"model", "prompt", "seconds", "size", "seed", "fps", "numberOfVideos", "negative_prompt", "audio"}
)
_MEDIA = {"input_reference": "image", "input_reference.0": "image", "lastFrame": "last_frame", "video_uri": "video"}
_PAGE = (1, 100)
_DEFAULT_PAGE = 20
_PROVIDER = re.compile(r"[a-z0-9_-]{1,64}")
_INLINE = "gemini"
"""The provider whose clips come as bytes in the answer, as Gemini's do."""
_FAILURES = {"moderation_blocked": "content_filtered"}


def refuse(problem: Problem, request_id: str) -> Response:
    """Answer with the envelope that every error wears."""
    ours = problem.code not in ("insufficient_quota", "rate_limit_exceeded", "model_not_found", "upstream_error")
    error = {"type": problem.kind, "code": problem.code, "message": problem.message, "event_id": request_id}
    if problem.param is not None:
        error["param"] = problem.param
    body = {
        "event_id": request_id,
        "type": problem.kind,
        "is_bifrost_error": ours,
        "status_code": problem.status,
        "error": error,
        "extra_fields": {"provider": "", "model_requested": "", "request_type": "video_generation"},
    }
    return JSONResponse(body, problem.status, problem.headers)


class Bifrost:
    """The endpoints, over one studio; the mirror reads forms too, and thinks of OpenAI where no provider is named."""

    def __init__(self, studio: Studio, *, mirror: bool = False) -> None:
        self._studio = studio
        self._mirror = mirror

    def routes(self, prefix: str) -> list[BaseRoute]:
        """Return the routes; an id may hold slashes, so it comes last."""
        return [
            Route(f"{prefix}/models", self.models),
            Route(f"{prefix}/videos", self.videos, methods=["GET", "POST"]),
            Route(f"{prefix}/videos/{{id:path}}/content", self.content),
            Route(f"{prefix}/videos/{{id:path}}/remix", self.remix, methods=["POST"]),
            Route(f"{prefix}/videos/{{id:path}}", self.video, methods=["GET", "DELETE"]),
        ]

    async def models(self, _request: Request) -> Response:
        """List the models that can be asked for."""
        return list_models(self._studio.names)

    async def videos(self, request: Request) -> Response:
        """Answer at the address of all videos."""
        return await (self.create(request) if request.method == "POST" else self.page(request))

    async def video(self, request: Request) -> Response:
        """Answer at the address of one video."""
        return await (self.delete(request) if request.method == "DELETE" else self.retrieve(request))

    async def create(self, request: Request) -> Response:
        """Take an order."""
        fields = await self._read(request)
        order = read_order(fields, self._studio.names, mirror=self._mirror)
        return await self._submit(request, order, fields, read_given(fields, _MEDIA))

    async def remix(self, request: Request) -> Response:
        """Take an order for the same clip with another prompt."""
        fields = await self._read(request)
        if not fields.get("prompt"):
            raise invalid("prompt", "prompt is required")
        source = await self._studio.job(read_id(request.path_params["id"]))
        if source.status != "completed":
            raise Problem(400, "not_completed", f"Only a completed video can be remixed; this one is {source.status}.")
        return await self._submit(request, replace(source.order, prompt=read_prompt(fields), source=source.id), fields)

    async def _submit(
        self,
        request: Request,
        order: Order,
        fields: dict[str, Any],
        given: Given = NOTHING,
    ) -> Response:
        job = await self._studio.submit(order, fields, idempotency_key(request), given=given)
        if self._studio.waits(job):
            job = await self._studio.finish(job, request)
        body = await self._body(job, request, "video_generation")
        return JSONResponse(body, headers=ignored(fields, _HONOURED | given.names))

    async def retrieve(self, request: Request) -> Response:
        """Look at one video."""
        job = await self._studio.look(read_id(request.path_params["id"]))
        return JSONResponse(await self._body(job, request, "video_retrieve"))

    async def content(self, request: Request) -> Response:
        """Send the bytes of a video, of its poster, or of a sheet of its frames."""
        variant = read_variant(request)
        job = await self._studio.job(read_id(request.path_params["id"]))
        return await (self._studio.content(job) if variant == "video" else self._studio.picture(job, variant))

    async def page(self, request: Request) -> Response:
        """Look at a page of one provider's videos."""
        query = request.query_params
        provider = query.get("provider", "openai" if self._mirror else "")
        if not _PROVIDER.fullmatch(provider):
            raise invalid("provider", "provider query parameter is required")
        limit = read_whole(query, "limit", _PAGE, _DEFAULT_PAGE)
        descending = read_choice(query, "order", ("asc", "desc"), "desc") == "desc"
        after = await self._studio.job(read_id(query["after"])) if "after" in query else None
        jobs, more = await self._studio.page(limit, after, descending=descending, models=f"{provider}/")
        body = {
            "object": "list",
            "data": [self._brief(job) for job in jobs],
            "first_id": _id(jobs[0]) if jobs else None,
            "last_id": _id(jobs[-1]) if jobs else None,
            "has_more": more,
            "extra_fields": {"request_type": "video_list", "provider": provider},
        }
        return JSONResponse(body)

    async def delete(self, request: Request) -> Response:
        """Forget a finished video."""
        job = await self._studio.job(read_id(request.path_params["id"]))
        await self._studio.delete(job)
        return JSONResponse(
            {"id": _id(job), "deleted": True, "object": "video.deleted", "extra_fields": _extra(job, "video_delete")}
        )

    async def _read(self, request: Request) -> dict[str, Any]:
        if self._mirror:
            return await read_fields(request, JSON, FORM)
        try:
            return await read_fields(request, JSON)
        except Problem as problem:
            if problem.status == 415:  # noqa: PLR2004 this service calls it a bad request
                raise Problem(400, "invalid_request", "Invalid request payload") from None
            raise

    async def _body(self, job: Job, request: Request, request_type: str) -> dict[str, Any]:
        body = self._brief(job) | {"extra_fields": _extra(job, request_type)}
        outputs = [] if job.status != "completed" else await self._outputs(job, request)
        if outputs:
            body["videos"] = outputs
        filtered = self._studio.filtered(job) or int(body.get("error", {}).get("code") == "content_filtered")
        if filtered and job.error is not None:
            body["content_filter"] = {"filtered_count": filtered, "reasons": [job.error["message"]]}
        if self._studio.filtered(job):
            del body["error"]
        return body

    async def _outputs(self, job: Job, request: Request) -> list[dict[str, str]]:
        if job.order.model.startswith(f"{_INLINE}/"):
            texts = [base64.b64encode(data).decode() for data in await self._studio.read(job)]
            return [{"type": "base64", "base64": text, "content_type": "video/mp4"} for text in texts]
        links = self._studio.links(job, request)
        return [{"type": "url", "url": url, "content_type": "video/mp4"} for url in links]

    def _brief(self, job: Job) -> dict[str, Any]:
        """Return a job without what is null, as a Go structure is written."""
        told = ("id", "object", "model", "status", "progress", "prompt", "remixed_from_video_id", "seconds", "size")
        values = {name: value for name, value in video(job).items() if name in (*told, "created_at", "completed_at")}
        values |= {"id": _id(job), "model": job.order.model.partition("/")[2], "progress": float(job.progress)}
        if job.order.source:
            values["remixed_from_video_id"] = _id(replace(job, id=job.order.source))
        if job.error is not None:
            code = _FAILURES.get(job.error["code"], job.error["code"])
            values["error"] = {"code": code, "message": job.error["message"]}
        if not self._studio.measured(job):
            del values["progress"]
        return {name: value for name, value in values.items() if value is not None}


def read_order(fields: Mapping[str, Any], models: tuple[str, ...], *, mirror: bool) -> Order:
    """Return what was asked for."""
    model = fields.get("model")
    if mirror and (model is None or (isinstance(model, str) and "/" not in model)):
        model = f"openai/{model or 'sora-2'}"
    if not isinstance(model, str) or not all(model.partition("/")):
        raise invalid("model", "model should be in provider/model format")
    if not fields.get("prompt"):
        raise invalid("prompt", "prompt cannot be empty")
    width, height = read_size(fields)
    return Order(
        prompt=read_prompt(fields),
        model=read_model({"model": model}, models, STAND_INS),
        seconds=read_whole(fields, "seconds", SECONDS, DEFAULT_SECONDS),
        width=width,
        height=height,
        fps=read_whole(fields, "fps", FPS, DEFAULT_FPS),
        seed=read_seed(fields),
        count=read_whole(fields, "numberOfVideos", COUNT, 1),
        sound=read_flag(fields, "audio", default=False),
        negative=read_negative(fields),
    )


def read_id(text: str) -> str:
    """Return our own id from one in the form `<escaped native id>:<provider>`."""
    native, _, provider = unquote(unquote(text)).partition(":")
    if not native or not provider:
        raise invalid("video_id", "video_id must be in id:provider format")
    return native.rpartition("/")[2]


def _id(job: Job) -> str:
    provider = job.order.model.partition("/")[0]
    native = job.id if provider == "openai" else f"operations/{job.id}"
    return f"{quote(native, safe='')}:{provider}"


def _extra(job: Job, request_type: str) -> dict[str, Any]:
    provider, _, model = job.order.model.partition("/")
    return {"request_type": request_type, "provider": provider, "model_requested": model, "latency": 0}
