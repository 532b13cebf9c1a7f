"""What the server halves of the dialects share: the provider behind them, the way of an order, a look, and ids."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from jupyter_videogen.gateway.jobs.scripted_models import CARDS
from jupyter_videogen.gateway.jobs.service import GatewayService
from jupyter_videogen.gateway.jobs.store import Job
from jupyter_videogen.gateway.requests.body import idempotency_key
from jupyter_videogen.gateway.requests.error import Problem
from jupyter_videogen.gateway.requests.media import NO_INPUTS, InputFiles
from jupyter_videogen.gateway.requests.order import Order

MODELS_CREATED = 1_767_225_600
_ID_PREFIX = "video_"


class GatewayDialect(ABC):
    """The endpoints of one dialect, over one provider."""

    statuses: ClassVar[Mapping[str, str]] = {}
    """What this dialect calls a status for which it has a word of its own."""
    failure_statuses: ClassVar[Mapping[str, int]] = {}
    """The HTTP status of a failed job, by its code, where a create answers with the clip; any other is a 500."""
    id_prefix = _ID_PREFIX
    """What its ids begin with."""

    def __init__(self, service: GatewayService) -> None:
        self._service = service

    @abstractmethod
    def routes(self, prefix: str) -> list[BaseRoute]:
        """Return the routes; a literal path stands before one with an id, or the id would swallow it."""

    @abstractmethod
    async def _body(self, job: Job, request: Request) -> dict[str, Any]:
        """Return a job as this dialect writes it."""

    async def models(self, _request: Request) -> Response:
        """List the models that can be asked for, as OpenAI does."""
        return JSONResponse({"object": "list", "data": [model_object(name) for name in self._service.names]})

    async def retrieve(self, request: Request) -> Response:
        """Look at one job."""
        job = await self._service.look(self._read_id(request))
        return JSONResponse(await self._body(job, request), headers=self._poll_headers(job))

    async def _submit(
        self,
        request: Request,
        order: Order,
        fields: Mapping[str, Any],
        inputs: InputFiles = NO_INPUTS,
        *,
        setting: str = "size",
    ) -> Job:
        """Take an order, and hold the request until its job has ended where this model makes callers wait."""
        job = await self._service.submit(order, fields, idempotency_key(request), setting, inputs)
        return await self._service.finish(job, request) if self._waits(job) else job

    def _waits(self, job: Job) -> bool:
        """Return whether a create answers with the finished job."""
        return self._service.waits(job)

    def _poll_headers(self, _job: Job) -> Mapping[str, str]:
        """Return the headers that say when to look again."""
        return {}

    def _read_id(self, request: Request) -> str:
        """Return the store's id of the job that a path names."""
        name: str = request.path_params["id"]
        return name.replace(self.id_prefix, _ID_PREFIX, 1) if name.startswith(self.id_prefix) else name

    def _write_id(self, job: Job) -> str:
        return job.id.replace(_ID_PREFIX, self.id_prefix, 1)

    def _status(self, job: Job) -> str:
        return self.statuses.get(job.status, job.status)

    def _require_clip(self, job: Job) -> None:
        """Raise the failure of an ended job that has no clip."""
        if job.status != "completed":
            error = job.error or {"code": "cancelled", "message": "The job was cancelled."}
            raise Problem(self.failure_statuses.get(error["code"], 500), error["code"], error["message"])


class VideosDialect(GatewayDialect):
    """A dialect whose jobs are videos at `/videos`, as OpenAI's are."""

    @abstractmethod
    async def create(self, request: Request) -> Response:
        """Handle a create."""

    @abstractmethod
    async def page(self, request: Request) -> Response:
        """Look at a page of videos."""

    async def videos(self, request: Request) -> Response:
        """Answer at the address of all videos."""
        return await (self.create(request) if request.method == "POST" else self.page(request))

    async def video(self, request: Request) -> Response:
        """Answer at the address of one video."""
        return await (self.delete(request) if request.method == "DELETE" else self.retrieve(request))

    async def delete(self, request: Request) -> Response:
        """Forget a finished video."""
        job = await self._service.job(self._read_id(request))
        await self._service.delete(job)
        body = {"id": self._write_id(job), "deleted": True, "object": "video.deleted"}
        return JSONResponse(body | self._extra(job, request, "video_delete"))

    def _extra(self, _job: Job, _request: Request, _request_type: str) -> dict[str, Any]:
        """Return what this dialect says of an exchange beside its answer."""
        return {}

    async def _source(self, job_id: str) -> Job:
        """Return the completed video that another begins with."""
        job = await self._service.job(job_id)
        if job.status != "completed":
            raise Problem(400, "not_completed", f"Only a completed video can be the source; this one is {job.status}.")
        return job


def model_object(name: str) -> dict[str, Any]:
    """Return one model as OpenAI writes it; a test model says what it does."""
    story = {"description": CARDS[name].story} if name in CARDS else {}
    return {"id": name, "object": "model", "created": MODELS_CREATED, "owned_by": "jupyter-videogen"} | story
