"""Qubrid: one request, held open until the clip is there."""

import time
from dataclasses import replace
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from jupyter_videogen.gateway.dialects.base import GatewayDialect
from jupyter_videogen.gateway.jobs.store import Job
from jupyter_videogen.gateway.requests.body import FORM, JSON, ignored_header, media_type, read_fields
from jupyter_videogen.gateway.requests.error import Problem
from jupyter_videogen.gateway.requests.media import InputFiles, read_inputs
from jupyter_videogen.gateway.requests.order import (
    FieldNames,
    Order,
    invalid,
    read_draft,
    read_flag,
    read_frame,
    read_model,
    read_order,
    read_prompt,
)

STAND_INS = ("p-video",)

_FIELDS = FieldNames(seconds="duration", sound="save_audio", enhance="prompt_upsampling")
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


class Qubrid(GatewayDialect):
    """The one endpoint, over one provider."""

    failure_statuses: ClassVar = {"moderation_blocked": 400, "upstream_error": 502, "timeout": 504}

    def routes(self, prefix: str) -> list[BaseRoute]:
        """Return the route."""
        return [Route(f"{prefix}/videos/generations", self.create, methods=["POST"])]

    async def create(self, request: Request) -> Response:
        """Take an order and answer with its clip; one that is gone is told as "no such model", for lack of another word."""
        fields = await read_fields(request, JSON, FORM)
        if media_type(request) == JSON:
            _check_types(fields)
        created = int(time.time())
        order, inputs = parse_order(fields, self._service.names), read_files(fields)
        job = await self._submit(request, order, fields, inputs, setting="resolution")
        self._require_clip(job)
        body = {"created": created} | await self._body(job, request)
        return JSONResponse(body, headers=ignored_header(fields, _HONOURED | inputs.names))

    def _waits(self, _job: Job) -> bool:
        return True

    async def _body(self, job: Job, request: Request) -> dict[str, Any]:
        return {"data": [{"url": url} for url in self._service.links(job, request)]}


def _check_types(fields: dict[str, Any]) -> None:
    """Hold JSON to the types of the document, where only addresses may be null; in a form all is text."""
    for name, value in fields.items():
        kind = _TYPES.get(name, object)
        null = value is None and name in _NULLABLE
        if not null and type(value) is not kind and kind is not object:
            raise invalid(name, f"{name} must be of type {_NAMES[kind]}.")


def parse_order(fields: dict[str, Any], models: tuple[str, ...]) -> Order:
    """Return what was asked for; a draft is drawn at half the size and half the pace."""
    if fields.get("model") is None:
        raise invalid("model", "Missing required parameter: 'model'.")
    frame, fps = read_draft(fields, read_frame(fields))
    prompt = read_prompt(fields) if fields.get("prompt") else ""
    model = read_model(fields, models, STAND_INS)
    return read_order(fields, replace(_FIELDS, default_fps=fps), prompt=prompt, model=model, frame=frame)


def read_files(fields: dict[str, Any]) -> InputFiles:
    """Return the picture and the sound that were sent; the sound is not kept where that was not wanted."""
    for name in ("image", "audio"):
        if fields.get(name) is not None and fields.get(f"{name}_file") is not None:
            raise invalid(name, f"Send {name} or {name}_file, not both.")
    places = {"image": "image", "image_file": "image", "audio": "audio", "audio_file": "audio"}
    inputs = read_inputs(fields, places)
    silent = not read_flag(fields, "save_audio", default=True)
    return inputs.without("audio") if silent else inputs
