"""Qubax: a job by its id, and its clips by their numbers."""

from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from jupyter_videogen.gateway.dialects.base import GatewayDialect
from jupyter_videogen.gateway.jobs.store import Job
from jupyter_videogen.gateway.requests.body import JSON, ignored_header, read_fields
from jupyter_videogen.gateway.requests.error import Problem
from jupyter_videogen.gateway.requests.media import read_inputs
from jupyter_videogen.gateway.requests.order import FieldNames, invalid, read_frame, read_model, read_order, read_prompt

STAND_INS = ("runway-gen4-5-text",)

_FIELDS = FieldNames(seconds="duration", fps=None)
_HONOURED = frozenset({"model", "prompt", "duration", "aspect_ratio", "seed"})
_ERROR_TYPES = dict.fromkeys(("moderation_blocked", "cancelled", "content_filtered"), "invalid_request_error")


def refuse(problem: Problem, _request_id: str) -> Response:
    """Answer with a message and a type."""
    return JSONResponse({"error": {"message": problem.message, "type": problem.kind}}, problem.status, problem.headers)


class Qubax(GatewayDialect):
    """The endpoints, over one provider."""

    statuses: ClassVar = {"queued": "pending", "in_progress": "processing", "cancelled": "failed"}
    id_prefix = "vg_"

    def routes(self, prefix: str) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route(f"{prefix}/models", self.models),
            Route(f"{prefix}/video/generations", self.create, methods=["POST"]),
            Route(f"{prefix}/video/generations/{{id}}", self.retrieve),
            Route(f"{prefix}/media/artifacts/{{id}}/{{index}}", self.artifact),
        ]

    async def create(self, request: Request) -> Response:
        """Handle a create."""
        fields = await read_fields(request, JSON)
        if fields.get("model") is None:
            raise invalid("model", "model is required.")
        frame, prompt = read_frame(fields), read_prompt(fields)
        model = read_model(fields, self._service.names, STAND_INS)
        order = read_order(fields, _FIELDS, prompt=prompt, model=model, frame=frame)
        inputs = read_inputs(fields, {"image": "image"})
        job = await self._submit(request, order, fields, inputs, setting="aspect_ratio")
        return JSONResponse(await self._body(job, request), headers=ignored_header(fields, _HONOURED | inputs.names))

    async def artifact(self, request: Request) -> Response:
        """Send one clip of a job."""
        job = await self._service.job(self._read_id(request))
        if job.unfinished:
            raise Problem(409, "not_ready", "This job is not completed yet.")
        index = request.path_params["index"]
        if not (index.isascii() and index.isdigit()) or int(index[:4]) >= self._service.count_clips(job):
            raise Problem(404, "not_found", "This job has no such artifact.")
        return await self._service.content(job, int(index))

    async def _body(self, job: Job, _request: Request) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self._write_id(job),
            "model": job.order.model,
            "status": self._status(job),
            "created_at": job.created_at,
        }
        if job.status == "completed":
            body |= {"output_count": self._service.count_clips(job), "completed_at": job.completed_at}
        if job.error is not None:
            kind = _ERROR_TYPES.get(job.error["code"], "server_error")
            body["error"] = {"message": job.error["message"], "type": kind}
        return body
