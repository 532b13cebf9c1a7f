"""Qubrid: one request, held open until the clip is there."""

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from jupyter_videogen.gateway.jobs.service import GatewayService
from jupyter_videogen.gateway.jobs.store import Job
from jupyter_videogen.gateway.requests.body import FORM, JSON, idempotency_key, ignored, media_type, read_fields
from jupyter_videogen.gateway.requests.error import Problem
from jupyter_videogen.gateway.requests.media import Given, read_given
from jupyter_videogen.gateway.requests.order import (
    DEFAULT_SECONDS,
    FPS,
    SECONDS,
    Order,
    invalid,
    read_draft,
    read_flag,
    read_frame,
    read_model,
    read_prompt,
    read_seed,
    read_whole,
)

STAND_INS = ("p-video",)

_HONOURED = frozenset(
    {"model", "prompt", "duration", "resolution", "fps", "aspect_ratio", "draft", "seed"}
    | {"save_audio", "prompt_upsampling"}
)
_NULLABLE = ("image", "audio")
_NAMES: dict[type, str] = {str: "string", int: "integer", bool: "boolean"}
_TYPES: dict[str, type] = (
    dict.fromkeys(("model", "prompt", "resolution", "aspect_ratio", *_NULLABLE), str)
    | dict.fromkeys(("duration", "fps"), int)
    | dict.fromkeys(("draft", "save_audio", "prompt_upsampling"), bool)
)
_TABLE = {
    400: ("invalid_request_error", "invalid_request"),
    401: ("authentication_error", "missing_api_key"),
    402: ("insufficient_quota", "insufficient_quota"),
    403: ("permission_error", "insufficient_quota"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("rate_limit_error", "rate_limit_exceeded"),
    500: ("server_error", "internal_error"),
    502: ("server_error", "backend_unavailable"),
    504: ("server_error", "backend_error"),
}
_OUTCOMES = {"moderation_blocked": 400, "upstream_error": 502, "timeout": 504}
"""The HTTP status of a job that failed, by its code; any other failure is our own."""
_STATUSES = {405: 405, 503: 502}


def refuse(problem: Problem, request_id: str) -> Response:
    """Answer with one of the nine documented errors; what has no line of its own is a bad request."""
    known = problem.status if problem.status in _TABLE else _STATUSES.get(problem.status, 400)
    kind, code = _TABLE.get(known, _TABLE[400])
    error = {
        "message": problem.message,
        "type": kind,
        "code": code,
        "param": problem.param,
        "request_id": request_id,
    }
    return JSONResponse({"error": error}, known, problem.headers)


class Qubrid:
    """The one endpoint, over one studio."""

    def __init__(self, studio: GatewayService) -> None:
        self._studio = studio

    def routes(self, prefix: str) -> list[BaseRoute]:
        """Return the route."""
        return [Route(f"{prefix}/videos/generations", self.create, methods=["POST"])]

    async def create(self, request: Request) -> Response:
        """Take an order and answer with its clip."""
        fields = await read_fields(request, JSON, FORM)
        if media_type(request) == JSON:
            _check_types(fields)
        created = int(time.time())
        order = read_order(fields, self._studio.names)
        given = read_files(fields)
        job = await self._studio.submit(order, fields, idempotency_key(request), "resolution", given)
        # Who asks for a clip that is gone is told the one thing that this service has for it: no such model.
        job = await self._studio.finish(job, request)
        if job.status != "completed":
            raise _failure(job)
        data = [{"url": url} for url in self._studio.links(job, request)]
        return JSONResponse({"created": created, "data": data}, headers=ignored(fields, _HONOURED | given.names))


def _check_types(fields: dict[str, Any]) -> None:
    """Hold JSON to the types of the document, where only addresses may be null; in a form all is text."""
    for name, value in fields.items():
        kind = _TYPES.get(name, object)
        null = value is None and name in _NULLABLE
        if not null and type(value) is not kind and kind is not object:
            raise invalid(name, f"{name} must be of type {_NAMES[kind]}.")


def read_order(fields: dict[str, Any], models: tuple[str, ...]) -> Order:
    """Return what was asked for; a draft is drawn at half the size and half the pace."""
    if fields.get("model") is None:
        raise invalid("model", "Missing required parameter: 'model'.")
    width, height, pace = read_draft(fields, read_frame(fields))
    return Order(
        prompt=read_prompt(fields) if fields.get("prompt") else "",
        model=read_model(fields, models, STAND_INS),
        seconds=read_whole(fields, "duration", SECONDS, DEFAULT_SECONDS),
        width=width,
        height=height,
        fps=read_whole(fields, "fps", FPS, pace),
        seed=read_seed(fields),
        sound=read_flag(fields, "save_audio", default=False),
        enhance=read_flag(fields, "prompt_upsampling", default=False),
    )


def read_files(fields: dict[str, Any]) -> Given:
    """Return the picture and the sound that were sent; the sound is not kept where that was not wanted."""
    for name in ("image", "audio"):
        if fields.get(name) is not None and fields.get(f"{name}_file") is not None:
            raise invalid(name, f"Send {name} or {name}_file, not both.")
    places = {"image": "image", "image_file": "image", "audio": "audio", "audio_file": "audio"}
    given = read_given(fields, places)
    silent = not read_flag(fields, "save_audio", default=True)
    return given.without("audio") if silent else given


def _failure(job: Job) -> Problem:
    error = job.error or {"code": "cancelled", "message": "The job was cancelled."}
    return Problem(_OUTCOMES.get(error["code"], 500), error["code"], error["message"])
