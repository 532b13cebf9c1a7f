"""Clips at signed addresses: no key is asked for, and none is to be sent."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from jupyter_videogen.gateway.dialects.error_format import SIGNED
from jupyter_videogen.gateway.jobs.files import send
from jupyter_videogen.gateway.jobs.service import GatewayService
from jupyter_videogen.gateway.jobs.worker import clip_path
from jupyter_videogen.gateway.requests.error import Problem

_DIGITS = re.compile(r"[0-9]{1,12}")
_NAME = re.compile(r"([0-9]{1,2})\.mp4")


class Links:
    """The one endpoint, over one provider."""

    def __init__(self, service: GatewayService) -> None:
        self._service = service

    def routes(self) -> list[BaseRoute]:
        """Return the route."""
        return [Route(f"{SIGNED}{{id}}/{{name}}", self.clip)]

    async def clip(self, request: Request) -> Response:
        """Send a clip to whoever has its address."""
        expires, signature = (request.query_params.get(name, "") for name in ("expires", "signature"))
        if not self._service.seal.holds("link", f"{request.url.path}?{expires}", signature) or not _DIGITS.fullmatch(
            expires
        ):
            raise Problem(403, "bad_signature", "The signature of this address does not match.")
        if int(expires) < self._service.now():
            raise Problem(403, "expired", "Request has expired")
        match = _NAME.fullmatch(request.path_params["name"])
        job = await self._service.job(request.path_params["id"])
        if match is None or int(match[1]) >= self._service.count_clips(job):
            raise Problem(404, "not_found", "There is no such clip.")
        return await send(clip_path(self._service.clips, job.id, int(match[1])), "video")
