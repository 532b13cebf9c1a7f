"""The OpenAI shape of `/v1/videos`: the server's half of that dialect, as strict about its types as its strictest peers."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from jupyter_videogen.gateway.jobs.scripted_models import CARDS
from jupyter_videogen.gateway.jobs.service import GatewayService
from jupyter_videogen.gateway.jobs.store import Job
from jupyter_videogen.gateway.requests.body import FORM, JSON, Upload, idempotency_key, ignored, read_fields
from jupyter_videogen.gateway.requests.error import Problem
from jupyter_videogen.gateway.requests.media import ADDRESS, NOTHING, Given, read_given, read_media
from jupyter_videogen.gateway.requests.order import (
    DEFAULT_SECONDS,
    FPS,
    SECONDS,
    Order,
    invalid,
    read_draft,
    read_flag,
    read_model,
    read_negative,
    read_prompt,
    read_seed,
    read_size,
    read_whole,
)

STAND_INS = ("sora-2", "sora-2-pro")
AIHUBMIX = {"model": "sora-2", "size": "720x1280"}
"""What AIHubMix's page says of an order that leaves these out."""
VARIANTS = ("video", "thumbnail", "spritesheet")

_HONOURED = frozenset(
    {"prompt", "model", "seconds", "size", "seed", "fps", "negative_prompt", "sound", "draft", "enhance"}
)
_REFERENCES = ("input_reference", "input_reference.0", "input_reference[image_url]")
_MEDIA = {**dict.fromkeys(_REFERENCES, "image"), "last_frame": "last_frame", "video": "video", "audio": "audio"}
"""The shape has the first three; the others, like some of what is honoured, are words of this gateway."""
POLL_AFTER = {"openai-poll-after-ms": "400"}
_PAGE = (1, 100)
_DEFAULT_PAGE = 20
_ORDERS = ("asc", "desc")
MODELS_CREATED = 1_767_225_600
_STATUSES = {"cancelled": "failed"}


def refuse(problem: Problem, _request_id: str) -> Response:
    """Answer with an error as every caller of this shape expects to read it."""
    out_of_credit = problem.code == "insufficient_quota"
    kind = "invalid_request_error" if problem.kind in ("authentication_error", "permission_error") else problem.kind
    error = {"message": problem.message, "type": kind, "param": problem.param, "code": problem.code}
    return JSONResponse({"error": error}, 429 if out_of_credit else problem.status, problem.headers)


class OpenAI:
    """The endpoints, over one studio."""

    def __init__(self, studio: GatewayService, defaults: Mapping[str, Any] | None = None) -> None:
        self._studio = studio
        self._defaults = dict(defaults or {})

    def routes(self, prefix: str) -> list[BaseRoute]:
        """Return the routes; a literal path has to stand before one with an id, or the id would swallow it."""
        return [
            Route(f"{prefix}/models", self.models),
            Route(f"{prefix}/models/{{id:path}}", self.model),
            Route(f"{prefix}/videos", self.videos, methods=["GET", "POST"]),
            Route(f"{prefix}/videos/edits", self.edit, methods=["POST"]),
            Route(f"{prefix}/videos/extensions", self.extend, methods=["POST"]),
            Route(f"{prefix}/videos/characters", self.characters, methods=["GET", "POST"]),
            Route(f"{prefix}/videos/characters/{{id}}", self.characters),
            Route(f"{prefix}/videos/{{id}}", self.video, methods=["GET", "DELETE"]),
            Route(f"{prefix}/videos/{{id}}/content", self.content),
            Route(f"{prefix}/videos/{{id}}/remix", self.remix, methods=["POST"]),
        ]

    async def models(self, _request: Request) -> Response:
        """List the models that can be asked for."""
        return list_models(self._studio.names)

    async def model(self, request: Request) -> Response:
        """Tell of one model."""
        name = request.path_params["id"]
        if name not in self._studio.names:
            raise Problem(404, "model_not_found", f"There is no model {name} here.", param="model")
        return JSONResponse(model_object(name))

    async def videos(self, request: Request) -> Response:
        """Answer at the address of all videos."""
        return await (self.create(request) if request.method == "POST" else self.list(request))

    async def video(self, request: Request) -> Response:
        """Answer at the address of one video."""
        return await (self.delete(request) if request.method == "DELETE" else self.retrieve(request))

    async def create(self, request: Request) -> Response:
        """Take an order."""
        fields = await read_fields(request, JSON, FORM)
        wishes = {name: value for name, value in fields.items() if value is not None}
        order = read_order(self._defaults | wishes, self._studio.names)
        return await self._submit(request, order, fields, _HONOURED, read_files(fields))

    async def _submit(
        self,
        request: Request,
        order: Order,
        fields: Mapping[str, Any],
        honoured: Collection[str],
        given: Given = NOTHING,
    ) -> Response:
        job = await self._studio.submit(order, fields, idempotency_key(request), given=given)
        if self._studio.waits(job):
            job = await self._studio.finish(job, request)
        return JSONResponse(self._video(job), headers=POLL_AFTER | ignored(fields, {*honoured, *given.names}))

    async def remix(self, request: Request) -> Response:
        """Take an order for the same clip with another prompt."""
        fields = await read_fields(request, JSON, FORM)
        source = await self._source(request.path_params["id"])
        order = replace(source.order, prompt=read_prompt(fields), source=source.id)
        return await self._submit(request, order, fields, {"prompt"})

    async def edit(self, request: Request) -> Response:
        """Take an order for another clip in place of one that is here, or of one that is sent."""
        fields = await read_fields(request, JSON, FORM)
        prompt = read_prompt(fields)
        if isinstance(fields.get("video"), Upload):
            read_media(fields, "video", "video")
            order = read_order({"prompt": prompt}, self._studio.names)
            return await self._submit(request, order, fields, {"prompt"})
        source = await self._source(_video_id(fields))
        order = replace(source.order, prompt=prompt, source=source.id)
        return await self._submit(request, order, fields, {"prompt", "video", "video[id]"})

    async def extend(self, request: Request) -> Response:
        """Take an order for a clip that is here and what comes after it; `seconds` is then the whole."""
        fields = await read_fields(request, JSON, FORM)
        prompt, more = read_prompt(fields), read_whole(fields, "seconds", SECONDS, DEFAULT_SECONDS)
        if isinstance(fields.get("video"), Upload):
            order = read_order({"prompt": prompt, "seconds": more}, self._studio.names)
            return await self._submit(
                request, order, fields, {"prompt", "seconds"}, read_given(fields, {"video": "video"})
            )
        source = await self._source(_video_id(fields))
        seconds = source.order.seconds + more
        if seconds > SECONDS[1]:
            raise invalid("seconds", f"The extended video would last {seconds} s; {SECONDS[1]} s is the longest.")
        order = replace(source.order, prompt=prompt, seconds=seconds, count=1, source=source.id, whole=True)
        order = replace(order, image=None, last_frame=None)  # it begins as its source does, and need not end so
        given = Given({"video": await self._studio.first(source)}, frozenset({"video", "video[id]"}))
        return await self._submit(request, order, fields, {"prompt", "seconds"}, given)

    async def characters(self, _request: Request) -> Response:
        """Say that there are none."""
        raise Problem(501, "not_supported", "This gateway has no characters.")

    async def _source(self, job_id: str) -> Job:
        job = await self._studio.job(job_id)
        if job.status != "completed":
            raise Problem(400, "not_completed", f"Only a completed video can be the source; this one is {job.status}.")
        return job

    async def retrieve(self, request: Request) -> Response:
        """Look at one video."""
        job = await self._studio.look(request.path_params["id"])
        return JSONResponse(self._video(job), headers=POLL_AFTER if job.unfinished else None)

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
                "data": [self._video(job) for job in jobs],
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
        """Send the bytes of a video, of its poster, or of a sheet of its frames.

        OpenAI's thumbnail is a WebP and its sheet a JPEG (github.com/openai/skills, sora/references/video-api.md).
        """
        variant = read_variant(request)
        job = await self._studio.job(request.path_params["id"])
        if variant == "thumbnail":
            return await self._studio.thumbnail(job)
        return await (self._studio.content(job) if variant == "video" else self._studio.picture(job, variant))

    def _video(self, job: Job) -> dict[str, Any]:
        values = video(job)
        return values if self._studio.measured(job) else {name: values[name] for name in values if name != "progress"}


def read_variant(request: Request) -> str:
    """Return which form of a clip is asked for."""
    variant = request.query_params.get("variant", "video")
    if variant not in VARIANTS:
        raise invalid("variant", f"variant must be one of {', '.join(VARIANTS)}.")
    return variant


def _video_id(fields: Mapping[str, Any]) -> str:
    value = fields.get("video", fields.get("video[id]"))
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = _as_object(value)
    value = value.get("id") if isinstance(value, Mapping) else value
    if not isinstance(value, str):
        raise invalid("video", "video must be the id of a video that is here.", "missing_required_parameter")
    return value


def _as_object(text: str) -> object:
    """Return the JSON that a form's field holds, or the text itself."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def list_models(names: Collection[str]) -> Response:
    """List models in this shape."""
    return JSONResponse({"object": "list", "data": [model_object(name) for name in names]})


def model_object(name: str) -> dict[str, Any]:
    """Return one model as the shape writes it; a test card says what it does."""
    story = {"description": CARDS[name].story} if name in CARDS else {}
    return {"id": name, "object": "model", "created": MODELS_CREATED, "owned_by": "jupyter-videogen"} | story


def read_order(fields: Mapping[str, Any], models: Collection[str]) -> Order:
    """Return what was asked for, in bounds."""
    prompt = read_prompt(fields)
    width, height, pace = read_draft(fields, read_size(fields))
    return Order(
        prompt=prompt,
        model=read_model(fields, models, STAND_INS),
        seconds=read_whole(fields, "seconds", SECONDS, DEFAULT_SECONDS),
        width=width,
        height=height,
        fps=read_whole(fields, "fps", FPS, pace),
        seed=read_seed(fields),
        sound=read_flag(fields, "sound", default=False),
        negative=read_negative(fields),
        enhance=read_flag(fields, "enhance", default=False),
    )


def _refuse_address(name: str, value: object) -> None:
    """Refuse what would have to be fetched, here or from a store of files: a clip without its picture is not what was asked."""
    if isinstance(value, Mapping):
        if value.get("file_id"):
            raise invalid(name, "There are no files here: send the picture itself.", "unsupported_value")
        value = value.get("image_url")
    elif name.endswith("[file_id]") and value:
        raise invalid(name, "There are no files here: send the picture itself.", "unsupported_value")
    if isinstance(value, str) and ADDRESS.fullmatch(value):
        raise invalid(name, "Nothing is fetched here: send the picture itself, or a data address.", "unsupported_value")


def read_files(fields: Mapping[str, Any]) -> Given:
    """Return the media that were sent; a sound is not kept where none was wanted."""
    for name in (*_REFERENCES, "input_reference[file_id]"):
        _refuse_address(name, fields.get(name))
    given = read_given(fields, _MEDIA)
    return given if read_flag(fields, "sound", default=True) else given.without("audio")


def video(job: Job) -> dict[str, Any]:
    """Return a job as the video object: integral progress, seconds as text, an error that is null or an object."""
    return {
        "id": job.id,
        "object": "video",
        "model": job.order.model,
        "status": _STATUSES.get(job.status, job.status),
        "progress": job.progress,
        "created_at": job.created_at,
        "completed_at": job.completed_at,
        "expires_at": None,
        "prompt": job.order.prompt,
        "size": f"{job.order.width}x{job.order.height}",
        "seconds": str(job.order.seconds),
        "remixed_from_video_id": job.order.source,
        "error": job.error,
        "seed": job.order.seed,
        "fps": job.order.fps,
        "rendering": job.rendering,
    } | _revised(job)


def _revised(job: Job) -> dict[str, str]:
    """Tell the enriched prompt, where there is one."""
    prompt = (job.rendering or {}).get("revised_prompt")
    return {"revised_prompt": prompt} if prompt else {}
