"""Variants of the OpenAI protocol that behave like other servers, chosen by the path, as in `/moods/cloud/v1/videos`.

Each mood does one thing that a real server does, so that notebooks and tests can meet it: `cloud` says an address and has no
content (SGLang with cloud storage, aimock), `failed-look` answers 500 with the object of a failed video (vLLM-Omni), `late-content`
answers 202 to content at first, `error-in-200` answers looks with an error at first (new-api), `late-list` lists a video
only after a while.
"""

from collections import Counter
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from jupyter_videogen.gateway.dialects.openai import OpenAI, read_variant
from jupyter_videogen.gateway.jobs.service import GatewayService
from jupyter_videogen.gateway.requests.error import Problem

MOODS = ("cloud", "failed-look", "late-content", "error-in-200", "late-list")
PREFIX = "/moods"
TIMES = 3
"""How often something is late before it is there."""
LATE_SECONDS = 10
"""At pace 1, for which a video is in no list."""
BUSY = {"message": "no channel is available at this moment", "type": "server_error", "code": "no_channel"}


class MoodyOpenAI(OpenAI):
    """The endpoints of one variant."""

    def __init__(self, service: GatewayService, mood: str) -> None:
        super().__init__(service)
        self._mood = mood
        self._seen: Counter[str] = Counter()

    async def retrieve(self, request: Request) -> Response:
        """Look at one video; raises what the shape's own look raises."""
        job_id = request.path_params["id"]
        if self._mood == "error-in-200" and self._first(job_id):
            return JSONResponse({"error": BUSY})
        job = await self._service.look(job_id)
        body = self._video(job)
        if self._mood == "cloud" and job.status == "completed":
            body["url"] = self._service.links(job, request)[0]
        failed = self._mood == "failed-look" and body["status"] == "failed"
        return JSONResponse(body, 500 if failed else 200)

    async def content(self, request: Request) -> Response:
        """Send the bytes of a video, unless they are elsewhere or late."""
        if self._mood == "cloud":
            raise Problem(404, "not_found", "Videos of this server are in its cloud storage: see url.")
        late = self._mood == "late-content" and read_variant(request) == "video"
        if late and self._first(request.path_params["id"]):
            return Response(status_code=202, headers={"retry-after": "1"})
        return await super().content(request)

    async def page(self, request: Request) -> Response:
        """Look at a page of videos; those that have just begun may be missing."""
        reply = await super().page(request)
        if self._mood != "late-list":
            return reply
        jobs, _ = await self._service.page(1)
        young = bool(jobs) and self._service.now() - jobs[0].born < LATE_SECONDS * self._service.pace
        return JSONResponse(_empty()) if young else reply

    def _first(self, job_id: str) -> bool:
        """Return whether this is one of the first times that something of a video is asked for."""
        self._seen[job_id] += 1
        return self._seen[job_id] <= TIMES


def _empty() -> dict[str, Any]:
    return {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}
