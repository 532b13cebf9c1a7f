"""Qubax: a job by its id, and its clips by their numbers."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from jupyter_videogen.gateway.dialects.openai import list_models
from jupyter_videogen.gateway.jobs.service import GatewayService
from jupyter_videogen.gateway.jobs.store import Job
from jupyter_videogen.gateway.requests.body import JSON, idempotency_key, ignored, read_fields
from jupyter_videogen.gateway.requests.error import Problem
from jupyter_videogen.gateway.requests.media import read_given
from jupyter_videogen.gateway.requests.order import (
    DEFAULT_FPS,
    DEFAULT_SECONDS,
    SECONDS,
    Order,
    invalid,
    read_frame,
    read_model,
    read_prompt,
    read_seed,
    read_whole,
)

STAND_INS = ("runway-gen4-5-text",)
STATUSES = {"queued": "pending", "in_progress": "processing", "cancelled": "failed"}

_HONOURED = frozenset({"model", "prompt", "duration", "aspect_ratio", "seed"})
_KINDS = {
    "moderation_blocked": "invalid_request_error",
    "cancelled": "invalid_request_error",
    "content_filtered": "invalid_request_error",
}


def refuse(problem: Problem, _request_id: str) -> Response:
    """Answer with an error of two words."""
    return JSONResponse({"error": {"message": problem.message, "type": problem.kind}}, problem.status, problem.headers)


class Qubax:
    """The endpoints, over one studio."""

    def __init__(self, studio: GatewayService) -> None:
        self._studio = studio

    def routes(self, prefix: str) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route(f"{prefix}/models", self.models),
            Route(f"{prefix}/video/generations", self.create, methods=["POST"]),
            Route(f"{prefix}/video/generations/{{id}}", self.look),
            Route(f"{prefix}/media/artifacts/{{id}}/{{index}}", self.artifact),
        ]

    async def models(self, _request: Request) -> Response:
        """List the models that can be asked for."""
        return list_models(self._studio.names)

    async def create(self, request: Request) -> Response:
        """Take an order."""
        fields = await read_fields(request, JSON)
        if fields.get("model") is None:
            raise invalid("model", "model is required.")
        width, height = read_frame(fields)
        order = Order(
            prompt=read_prompt(fields),
            model=read_model(fields, self._studio.names, STAND_INS),
            seconds=read_whole(fields, "duration", SECONDS, DEFAULT_SECONDS),
            width=width,
            height=height,
            fps=DEFAULT_FPS,
            seed=read_seed(fields),
        )
        given = read_given(fields, {"image": "image"})
        job = await self._studio.submit(order, fields, idempotency_key(request), "aspect_ratio", given)
        if self._studio.waits(job):
            job = await self._studio.finish(job, request)
        return JSONResponse(self._body(job), headers=ignored(fields, _HONOURED | given.names))

    async def look(self, request: Request) -> Response:
        """Look at one job."""
        return JSONResponse(self._body(await self._studio.look(_number(request.path_params["id"]))))

    async def artifact(self, request: Request) -> Response:
        """Send one clip of a job."""
        job = await self._studio.job(_number(request.path_params["id"]))
        if job.unfinished:
            raise Problem(409, "not_ready", "This job is not completed yet.")
        index = request.path_params["index"]
        if not (index.isascii() and index.isdigit()) or int(index[:4]) >= self._studio.takes(job):
            raise Problem(404, "not_found", "This job has no such artifact.")
        return await self._studio.content(job, int(index))

    def _body(self, job: Job) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": job.id.replace("video_", "vg_", 1),
            "model": job.order.model,
            "status": STATUSES.get(job.status, job.status),
            "created_at": job.created_at,
        }
        if job.status == "completed":
            body |= {"output_count": self._studio.takes(job), "completed_at": job.completed_at}
        if job.error is not None:
            kind = _KINDS.get(job.error["code"], "server_error")
            body["error"] = {"message": job.error["message"], "type": kind}
        return body


def _number(job_id: str) -> str:
    return job_id.replace("vg_", "video_", 1) if job_id.startswith("vg_") else job_id
