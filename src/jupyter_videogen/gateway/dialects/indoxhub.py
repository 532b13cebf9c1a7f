"""IndoxHub: a clip at once from Google's models, a job from all others."""

import base64
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from jupyter_videogen.gateway.dialects.base import GatewayDialect
from jupyter_videogen.gateway.jobs.scripted_models import CARDS
from jupyter_videogen.gateway.jobs.signing import PASS_SECONDS
from jupyter_videogen.gateway.jobs.store import Job
from jupyter_videogen.gateway.requests.body import JSON, ignored_header, read_fields
from jupyter_videogen.gateway.requests.error import Problem
from jupyter_videogen.gateway.requests.media import InputFiles, read_inputs, read_media
from jupyter_videogen.gateway.requests.order import (
    FieldNames,
    Order,
    invalid,
    read_choice,
    read_frame,
    read_model,
    read_order,
    read_prompt,
    read_size,
    read_whole,
)

DEFAULT_MODEL = "google/veo-3.0-generate-001"
STAND_INS = (DEFAULT_MODEL, "openai/sora-2", "openai/sora-2-pro")

_FIELDS = FieldNames(seconds="duration", count="n", sound="generate_audio", negative="negative_prompt")
_HONOURED = frozenset(
    {"prompt", "model", "provider", "aspect_ratio", "resolution", "size", "duration", "n", "response_format", "seed"}
    | {"fps", "negative_prompt", "generate_audio"}
)
_MEDIA = {"input_image": "image", "last_frame": "last_frame", "video": "video"}
_PAGE = (1, 100)
_SKIP = (0, 10**9)
_DEFAULT_PAGE = 20
_UNPROCESSABLE = ("invalid_value", "missing_required_parameter", "invalid_json")


def refuse(problem: Problem, _request_id: str) -> Response:
    """Answer as FastAPI does: a text, or a list of the fields that are wrong."""
    if problem.code not in _UNPROCESSABLE:
        return JSONResponse({"detail": problem.message}, problem.status, problem.headers)
    place = ["body", problem.param] if problem.param else ["body"]
    entry = {"loc": place, "msg": problem.message, "type": "value_error"}
    return JSONResponse({"detail": [entry]}, 422, problem.headers)


class IndoxHub(GatewayDialect):
    """The endpoints, over one provider."""

    statuses: ClassVar = {"queued": "pending", "cancelled": "failed"}
    failure_statuses: ClassVar = {"moderation_blocked": 400, "upstream_error": 503, "timeout": 504}
    id_prefix = "job_"

    def routes(self, prefix: str) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route(f"{prefix}/auth/api-key", self.exchange, methods=["POST"]),
            Route(f"{prefix}/models", self.models),
            Route(f"{prefix}/models/", self.models),
            Route(f"{prefix}/videos/generations", self.create, methods=["POST"]),
            Route(f"{prefix}/videos/jobs", self.page),
            Route(f"{prefix}/videos/jobs/{{id}}", self.retrieve),
            Route(f"{prefix}/videos/jobs/{{id}}/cancel", self.cancel, methods=["POST"]),
        ]

    async def exchange(self, _request: Request) -> Response:
        """Return a pass for a key; the guard has looked at the key."""
        body = {"access_token": self._service.seal.grant(), "token_type": "bearer", "expires_in": PASS_SECONDS}
        return JSONResponse(body)

    async def models(self, _request: Request) -> Response:
        """List the providers with their models."""
        providers: dict[str, list[dict[str, Any]]] = {}
        for name in self._service.names:
            provider, _, model = name.partition("/")
            entry = {"id": name, "name": model, "modelName": model, "provider": provider, "type": "video"}
            if name in CARDS:
                entry["description"] = CARDS[name].story
            providers.setdefault(provider, []).append(entry)
        return JSONResponse([{"id": name, "name": name, "models": models} for name, models in providers.items()])

    async def create(self, request: Request) -> Response:
        """Take an order, and wait for it where the model is one that makes callers wait."""
        fields = await read_fields(request, JSON)
        flat = _flatten(fields)
        order, inputs = parse_order(flat, self._service.names), read_files(flat)
        job = await self._submit(request, order, fields, inputs, setting="resolution")
        header = ignored_header(flat, _HONOURED | inputs.names | {"byok_api_key"})
        return JSONResponse(_envelope(job, await self._create_data(job, request), header), headers=header)

    def _waits(self, job: Job) -> bool:
        return job.order.model.startswith("google/") or super()._waits(job)

    async def _create_data(self, job: Job, request: Request) -> object:
        """Return the clips of a create that waited for them, else the job to look at; raises what became of a job without."""
        if not self._waits(job):
            return {"is_async": True, "job_id": self._write_id(job), "status": self._status(job)}
        self._require_clip(job)
        return await self._outputs(job, request)

    async def page(self, request: Request) -> Response:
        """Look at a page of jobs, the newest first."""
        query = request.query_params
        limit = read_whole(query, "limit", _PAGE, _DEFAULT_PAGE)
        jobs, _ = await self._service.page(limit, skip=read_whole(query, "skip", _SKIP, 0))
        total = await self._service.count()
        return JSONResponse({"total": total, "jobs": [self._brief_body(job) for job in jobs]})

    async def cancel(self, request: Request) -> Response:
        """Cancel a pending job."""
        job = await self._service.job(self._read_id(request))
        job = await self._service.cancel(job)
        return JSONResponse({"message": "Job cancelled.", "job_id": self._write_id(job)})

    async def _body(self, job: Job, request: Request) -> dict[str, Any]:
        result = _join_outputs(await self._outputs(job, request)) if job.status == "completed" else None
        return self._brief_body(job) | {"result": result}

    def _brief_body(self, job: Job) -> dict[str, Any]:
        """Return a job as a list has it, without its clips."""
        provider, _, model = job.order.model.partition("/")
        body: dict[str, Any] = {
            "job_id": self._write_id(job),
            "status": self._status(job),
            "progress": job.progress,
            "provider": provider,
            "model": model,
            "prompt": job.order.prompt,
            "created_at": _iso(job.created_at),
            "completed_at": None if job.completed_at is None else _iso(job.completed_at),
            "result": None,
        }
        if not self._service.shows_progress(job):
            del body["progress"]
        if job.error is not None:
            body["error"] = job.error["message"]
        return body

    async def _outputs(self, job: Job, request: Request) -> list[dict[str, str]]:
        if job.order.inline:
            return [{"b64_json": base64.b64encode(data).decode()} for data in await self._service.read(job)]
        return [{"url": url} for url in self._service.links(job, request)]


def parse_order(fields: dict[str, Any], models: tuple[str, ...]) -> Order:
    """Return what was asked for."""
    frame = read_size(fields) if fields.get("size") is not None else read_frame(fields)
    prompt = read_prompt(fields)
    model = read_model({"model": _full_model_name(fields)}, models, STAND_INS, DEFAULT_MODEL)
    order = read_order(fields, _FIELDS, prompt=prompt, model=model, frame=frame)
    return replace(order, inline=read_choice(fields, "response_format", ("url", "b64_json"), "url") == "b64_json")


def read_files(fields: dict[str, Any]) -> InputFiles:
    """Return the media that were sent; a picture of what should appear is checked, and has no effect here."""
    read_media(fields, "reference_image")
    return read_inputs(fields, _MEDIA)


def _flatten(fields: dict[str, Any]) -> dict[str, Any]:
    more = fields.get("additional_params")
    if more is not None and not isinstance(more, dict):
        raise invalid("additional_params", "additional_params must be an object.")
    return (more or {}) | {name: value for name, value in fields.items() if name != "additional_params"}


def _full_model_name(fields: dict[str, Any]) -> object:
    model, provider = fields.get("model"), fields.get("provider")
    if not isinstance(model, str) or "/" in model:
        return model
    named = f"{provider}/{model}" if isinstance(provider, str) else None
    return named or next((name for name in STAND_INS if name.endswith(f"/{model}")), model)


def _envelope(job: Job, data: object, header: dict[str, str]) -> dict[str, Any]:
    provider, _, model = job.order.model.partition("/")
    names = header.get("x-videogen-ignored")
    return {
        "request_id": secrets.token_hex(16),
        "created_at": _iso(job.created_at),
        "duration_ms": None if job.completed_at is None else 1000.0 * (job.completed_at - job.created_at),
        "provider": provider,
        "model": model,
        "success": True,
        "message": f"Ignored by this gateway: {names}." if names else "",
        "usage": None,
        "raw_response": None,
        "data": data,
    }


def _join_outputs(outputs: list[dict[str, str]]) -> dict[str, Any] | None:
    if not outputs:
        return None
    return {**outputs[0], "data": outputs} if len(outputs) > 1 else dict(outputs[0])


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
