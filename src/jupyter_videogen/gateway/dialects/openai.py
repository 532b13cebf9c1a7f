"""The server side of the OpenAI `/v1/videos` protocol, with types as strict as those of the strictest servers."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from jupyter_videogen.gateway.dialects.base import VideosDialect, model_object
from jupyter_videogen.gateway.jobs.service import GatewayService
from jupyter_videogen.gateway.jobs.store import Job
from jupyter_videogen.gateway.requests.body import FORM, JSON, UploadedFile, ignored_header, read_fields
from jupyter_videogen.gateway.requests.error import Problem
from jupyter_videogen.gateway.requests.media import ADDRESS, NO_INPUTS, InputFiles, read_inputs, read_media
from jupyter_videogen.gateway.requests.order import (
    DEFAULT_SECONDS,
    SECONDS,
    FieldNames,
    Order,
    invalid,
    read_draft,
    read_flag,
    read_model,
    read_order,
    read_prompt,
    read_size,
    read_whole,
)

STAND_INS = ("sora-2", "sora-2-pro")
AIHUBMIX = {"model": "sora-2", "size": "720x1280"}
"""What AIHubMix's page says of an order that leaves these out."""
VARIANTS = ("video", "thumbnail", "spritesheet")

_FIELDS = FieldNames(sound="sound", negative="negative_prompt", enhance="enhance")
_HONOURED = frozenset(
    {"prompt", "model", "seconds", "size", "seed", "fps", "negative_prompt", "sound", "draft", "enhance"}
)
_REFERENCES = ("input_reference", "input_reference.0", "input_reference[image_url]")
_MEDIA = {**dict.fromkeys(_REFERENCES, "image"), "last_frame": "last_frame", "video": "video", "audio": "audio"}
"""The shape has the first three; the others, like some of what is honoured, are words of this gateway."""
STATUSES = {"cancelled": "failed"}
POLL_AFTER = {"openai-poll-after-ms": "400"}
_PAGE = (1, 100)
_DEFAULT_PAGE = 20
_ORDERS = ("asc", "desc")


def refuse(problem: Problem, _request_id: str) -> Response:
    """Answer with an error as every caller of this shape expects to read it."""
    out_of_credit = problem.code == "insufficient_quota"
    kind = "invalid_request_error" if problem.kind in ("authentication_error", "permission_error") else problem.kind
    error = {"message": problem.message, "type": kind, "param": problem.param, "code": problem.code}
    return JSONResponse({"error": error}, 429 if out_of_credit else problem.status, problem.headers)


class OpenAI(VideosDialect):
    """The endpoints, over one provider."""

    statuses = STATUSES

    def __init__(self, service: GatewayService, defaults: Mapping[str, Any] | None = None) -> None:
        super().__init__(service)
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

    async def model(self, request: Request) -> Response:
        """Tell of one model."""
        name = request.path_params["id"]
        if name not in self._service.names:
            raise Problem(404, "model_not_found", f"No such model: {name}.", param="model")
        return JSONResponse(model_object(name))

    async def create(self, request: Request) -> Response:
        """Handle a create."""
        fields = await read_fields(request, JSON, FORM)
        wishes = {name: value for name, value in fields.items() if value is not None}
        order = parse_order(self._defaults | wishes, self._service.names)
        return await self._answer(request, order, fields, _HONOURED, read_files(fields))

    async def _answer(
        self,
        request: Request,
        order: Order,
        fields: Mapping[str, Any],
        honoured: Collection[str],
        inputs: InputFiles = NO_INPUTS,
    ) -> Response:
        """Take an order and answer with its video."""
        job = await self._submit(request, order, fields, inputs)
        headers = POLL_AFTER | ignored_header(fields, {*honoured, *inputs.names})
        return JSONResponse(self._video(job), headers=headers)

    async def remix(self, request: Request) -> Response:
        """Handle a remix: the same clip with another prompt."""
        fields = await read_fields(request, JSON, FORM)
        source = await self._source(request.path_params["id"])
        order = replace(source.order, prompt=read_prompt(fields), source=source.id)
        return await self._answer(request, order, fields, {"prompt"})

    async def edit(self, request: Request) -> Response:
        """Take an order for another clip in place of one that is here, or of one that is sent."""
        fields = await read_fields(request, JSON, FORM)
        prompt = read_prompt(fields)
        if isinstance(fields.get("video"), UploadedFile):
            read_media(fields, "video", "video")
            order = parse_order({"prompt": prompt}, self._service.names)
            return await self._answer(request, order, fields, {"prompt"})
        source = await self._source(_video_id(fields))
        order = replace(source.order, prompt=prompt, source=source.id)
        return await self._answer(request, order, fields, {"prompt", "video", "video[id]"})

    async def extend(self, request: Request) -> Response:
        """Take an order for a clip that is here and what comes after it; `seconds` is then the whole."""
        fields = await read_fields(request, JSON, FORM)
        prompt, more = read_prompt(fields), read_whole(fields, "seconds", SECONDS, DEFAULT_SECONDS)
        if isinstance(fields.get("video"), UploadedFile):
            order = parse_order({"prompt": prompt, "seconds": more}, self._service.names)
            return await self._answer(
                request, order, fields, {"prompt", "seconds"}, read_inputs(fields, {"video": "video"})
            )
        source = await self._source(_video_id(fields))
        seconds = source.order.seconds + more
        if seconds > SECONDS[1]:
            raise invalid("seconds", f"The extended video would last {seconds} s; {SECONDS[1]} s is the longest.")
        order = replace(source.order, prompt=prompt, seconds=seconds, count=1, source=source.id, whole=True)
        order = replace(order, image=None, last_frame=None)  # it begins as its source does, and need not end so
        inputs = InputFiles({"video": await self._service.first(source)}, frozenset({"video", "video[id]"}))
        return await self._answer(request, order, fields, {"prompt", "seconds"}, inputs)

    async def characters(self, _request: Request) -> Response:
        """Refuse: characters are not supported."""
        raise Problem(501, "not_supported", "This gateway does not support characters.")

    async def page(self, request: Request) -> Response:
        """Look at a page of videos."""
        query = request.query_params
        limit = read_whole(query, "limit", _PAGE, _DEFAULT_PAGE)
        order = query.get("order", "desc")
        if order not in _ORDERS:
            raise invalid("order", "order must be asc or desc.")
        after = await self._service.find(query["after"]) if "after" in query else None
        if "after" in query and after is None:
            raise invalid("after", "after must be the id of an existing video.")
        jobs, more = await self._service.page(limit, after, descending=order == "desc")
        return JSONResponse(
            {
                "object": "list",
                "data": [self._video(job) for job in jobs],
                "first_id": jobs[0].id if jobs else None,
                "last_id": jobs[-1].id if jobs else None,
                "has_more": more,
            }
        )

    async def content(self, request: Request) -> Response:
        """Send the bytes of a video, of its poster, or of a sheet of its frames.

        OpenAI's thumbnail is a WebP and its sheet a JPEG (github.com/openai/skills, sora/references/video-api.md).
        """
        variant = read_variant(request)
        job = await self._service.job(request.path_params["id"])
        if variant == "thumbnail":
            return await self._service.thumbnail(job)
        return await (self._service.content(job) if variant == "video" else self._service.picture(job, variant))

    def _poll_headers(self, job: Job) -> Mapping[str, str]:
        return POLL_AFTER if job.unfinished else {}

    async def _body(self, job: Job, _request: Request) -> dict[str, Any]:
        return self._video(job)

    def _video(self, job: Job) -> dict[str, Any]:
        values = video(job)
        if not self._service.shows_progress(job):
            del values["progress"]
        return values


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
        raise invalid("video", "video must be the id of an existing video.", "missing_required_parameter")
    return value


def _as_object(text: str) -> object:
    """Return the JSON that a form's field holds, or the text itself."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def parse_order(fields: Mapping[str, Any], models: Collection[str]) -> Order:
    """Return what was asked for, in bounds."""
    prompt = read_prompt(fields)
    frame, fps = read_draft(fields, read_size(fields))
    model = read_model(fields, models, STAND_INS)
    return read_order(fields, replace(_FIELDS, default_fps=fps), prompt=prompt, model=model, frame=frame)


def _refuse_address(name: str, value: object) -> None:
    """Refuse what would have to be fetched, here or from a store of files: a clip without its picture is not what was asked."""
    if isinstance(value, Mapping):
        if value.get("file_id"):
            raise invalid(name, "This gateway stores no files: send the image itself.", "unsupported_value")
        value = value.get("image_url")
    elif name.endswith("[file_id]") and value:
        raise invalid(name, "This gateway stores no files: send the image itself.", "unsupported_value")
    if isinstance(value, str) and ADDRESS.fullmatch(value):
        raise invalid(name, "This gateway downloads nothing: send the image itself or a data URL.", "unsupported_value")


def read_files(fields: Mapping[str, Any]) -> InputFiles:
    """Return the media that were sent; a sound is not kept where none was wanted."""
    for name in (*_REFERENCES, "input_reference[file_id]"):
        _refuse_address(name, fields.get(name))
    inputs = read_inputs(fields, _MEDIA)
    return inputs if read_flag(fields, "sound", default=True) else inputs.without("audio")


def video(job: Job) -> dict[str, Any]:
    """Return a job as the video object: integral progress, seconds as text, an error that is null or an object."""
    return {
        "id": job.id,
        "object": "video",
        "model": job.order.model,
        "status": STATUSES.get(job.status, job.status),
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
        "rendering": _rendering(job),
    } | _revised_prompt(job)


def _rendering(job: Job) -> dict[str, Any] | None:
    """Return what was drawn; what was not is told in the shape of the local engine alone."""
    return job.rendering and {name: value for name, value in job.rendering.items() if name != "not_drawn"}


def _revised_prompt(job: Job) -> dict[str, str]:
    """Return the enriched prompt, if there is one."""
    prompt = (job.rendering or {}).get("revised_prompt")
    return {"revised_prompt": prompt} if prompt else {}
