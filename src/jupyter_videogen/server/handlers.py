"""The routes of the server, below its base URL, with its authentication, XSRF check and authorizer.

No route sends a job: nothing that is paid for starts here.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado import web

from jupyter_videogen.core import environment
from jupyter_videogen.server.rate_limit import RateLimit

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import datetime

    from jupyter_videogen.server.files import OpenFile

RESOURCE = "jupyter_videogen"
"""What authorizers know these routes by."""
TOO_MANY = 429
PIECE = 64 * 1024
"""Bytes that are read at once."""


ASKED = ("before", "limit", "project", "search", "stage", "starred")
"""What of jobs can be asked for."""


class TooMany(web.HTTPError):
    """A client asks more often than it may; `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(TOO_MANY, f"Too many requests. Try again in {wait} s.")
        self.wait = wait


class Limits:
    """How often all clients of this server together may call."""

    def __init__(self) -> None:
        self.reads = RateLimit(burst=60, per_second=20)
        self.writes = RateLimit(burst=20, per_second=2)
        self.cancels = RateLimit(burst=5, per_second=0.2)
        """Each is a call to a provider."""


class _Answers:
    """What all routes have in common."""

    settings: dict[str, Any]

    @property
    def limits(self) -> Limits:
        """The limits of this server."""
        limits: Limits = self.settings[RESOURCE].limits
        return limits

    def count(self, limit: RateLimit) -> None:
        """Take a call from a limit; raises `TooMany` where there is none left."""
        if wait := limit.take():
            raise TooMany(wait)

    async def ask(self, name: str, *arguments: object) -> Any:  # noqa: ANN401 - what the function gives
        """Return what a function of `answers` gives, off the server's loop; raises `HTTPError`."""
        return await asyncio.to_thread(_call, name, *arguments)


def _call(name: str, *arguments: object) -> object:
    """Call a function of `answers`, which the first call loads, and turn its refusal into an HTTP error."""
    answers = import_module("jupyter_videogen.server.answers")
    try:
        return getattr(answers, name)(environment.home(), *arguments)
    except answers.FAULTS as fault:
        refused = answers.explain(fault)
        raise web.HTTPError(refused.status, str(refused).replace("%", "%%")) from None


class _ApiHandler(_Answers, APIHandler):
    auth_resource = RESOURCE

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with the error as JSON, and say when to come again."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        if isinstance(error, TooMany):
            self.set_header("Retry-After", str(error.wait))
        super().write_error(status_code, **kwargs)


class JobsHandler(_ApiHandler):
    """The jobs of the home, a page at a time."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer `{v, jobs, next}`, newest first; `next` is the `before` of the page after this one."""
        self.count(self.limits.reads)
        asked = {name: self.get_query_argument(name, "") for name in ASKED}
        self.finish(await self.ask("list_jobs", asked, _root(self)))


class SpendingHandler(_ApiHandler):
    """What the last day cost."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer `{v, spent, making, limit}` in dollars; `limit` is null without one."""
        self.count(self.limits.reads)
        self.finish(await self.ask("sum_spending"))


class JobHandler(_ApiHandler):
    """One job."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer with the job."""
        self.count(self.limits.reads)
        self.finish(await self.ask("find_job", job_id, _root(self)))


class ViewHandler(_ApiHandler):
    """One job as the page of a widget draws it."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer `{v, now, watched, job}`; `watched` is false where nobody watches the job, and this server can't."""
        self.count(self.limits.reads)
        self.finish(await self.ask("view_job", job_id, self.settings[RESOURCE].watch))


class PageHandler(_ApiHandler):
    """The page of our widgets, for outputs whose kernel is gone."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer `{v, script, style}`: texts as a kernel would send them."""
        self.count(self.limits.reads)
        self.finish(await self.ask("read_page"))


class CancelHandler(_ApiHandler):
    """Cancelling a job at its provider."""

    @web.authenticated
    @authorized
    async def post(self, job_id: str) -> None:
        """Answer `{cancelled, reason}`."""
        self.count(self.limits.cancels)
        self.finish(await self.ask("cancel", job_id))


class WatchHandler(_ApiHandler):
    """Whether this server, or another one of the home, watches a job."""

    @web.authenticated
    @authorized
    async def put(self, job_id: str) -> None:
        """Watch it again."""
        self.count(self.limits.writes)
        await self.ask("allow_watching", job_id)
        self.finish(await self.ask("find_job", job_id, _root(self)))

    @web.authenticated
    @authorized
    async def delete(self, job_id: str) -> None:
        """Stop watching; the job itself goes on."""
        self.count(self.limits.writes)
        await self.ask("stop_watching", job_id)
        self.finish(await self.ask("find_job", job_id, _root(self)))


class StarHandler(_ApiHandler):
    """The star of a job."""

    @web.authenticated
    @authorized
    async def put(self, job_id: str) -> None:
        """Star it."""
        await self._star(job_id, on=True)

    @web.authenticated
    @authorized
    async def delete(self, job_id: str) -> None:
        """Remove the star."""
        await self._star(job_id, on=False)

    async def _star(self, job_id: str, *, on: bool) -> None:
        self.count(self.limits.writes)
        await self.ask("star", job_id, on)
        self.finish(await self.ask("find_job", job_id, _root(self)))


class FileHandler(_Answers, JupyterHandler, web.StaticFileHandler):
    """A file of a job, found by the job's id and read through the descriptor that was checked."""

    auth_resource = RESOURCE
    write_error = APIHandler.write_error
    _file: OpenFile

    def initialize(self, finder: str) -> None:  # type: ignore[override]
        """Take the name of what finds the file."""
        super().initialize(path="")
        self._finder = finder

    @property
    def content_security_policy(self) -> str:
        """Nothing that a file holds may run here."""
        return f"{super().content_security_policy}; sandbox"

    @web.authenticated
    @authorized
    async def get(self, job_id: str, take: str, include_body: bool = True) -> None:  # type: ignore[override]  # noqa: FBT001, FBT002
        """Answer with the file, or the range of it that is asked for."""
        self.check_xsrf_cookie()  # or a Referer of this server, as for /files/: other sites must not show it
        with await self.ask(self._finder, job_id, int(take)) as self._file:
            await web.StaticFileHandler.get(self, job_id, include_body=include_body)

    @web.authenticated
    @authorized
    async def head(self, job_id: str, take: str) -> None:  # type: ignore[override]
        """Answer with what `get` says of the file."""
        self.check_xsrf_cookie()
        with await self.ask(self._finder, job_id, int(take)) as self._file:
            await web.StaticFileHandler.get(self, job_id, include_body=False)

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:  # noqa: ARG003 - tornado's interface
        """Return the id: no path is made of what was asked for."""
        return path

    def validate_absolute_path(self, root: str, absolute_path: str) -> str:  # noqa: ARG002 - tornado's interface
        """Return the id."""
        return absolute_path

    def get_content_size(self) -> int:
        """Return the number of bytes."""
        return self._file.size

    def get_modified_time(self) -> datetime:
        """Return when it was written."""
        return self._file.modified

    def get_content_type(self) -> str:
        """Return the MIME type of its suffix."""
        return self._file.content_type

    def compute_etag(self) -> str:
        """Return the hash that was taken when it was verified; tornado would read the whole file for one."""
        return f'"{self._file.tag}"'

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002 - tornado's interface
        """Keep it out of shared caches."""
        self.set_header("Cache-Control", "private, no-cache")

    def get_content(  # type: ignore[override]  # tornado's is a class method: it reads a path
        self,
        abspath: str,  # noqa: ARG002 - as above
        start: int | None = None,
        end: int | None = None,
    ) -> Generator[bytes, None, None]:
        """Return the bytes from `start` to before `end`, in pieces."""
        left = (self._file.size if end is None else end) - (start or 0)
        self._file.seek(start or 0)
        while left > 0 and (piece := self._file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


def _root(handler: JupyterHandler) -> str:
    """Return the folder that the server serves, empty where it serves none of this disk."""
    return str(handler.settings.get("server_root_dir", ""))


_ID = "([a-z2-7]{8})"
ROUTES: list[tuple[Any, ...]] = [
    ("/jupyter-videogen/jobs", JobsHandler),
    ("/jupyter-videogen/spending", SpendingHandler),
    (f"/jupyter-videogen/jobs/{_ID}", JobHandler),
    ("/jupyter-videogen/page", PageHandler),
    (f"/jupyter-videogen/jobs/{_ID}/view", ViewHandler),
    (f"/jupyter-videogen/jobs/{_ID}/cancel", CancelHandler),
    (f"/jupyter-videogen/jobs/{_ID}/watch", WatchHandler),
    (f"/jupyter-videogen/jobs/{_ID}/star", StarHandler),
    (f"/jupyter-videogen/clips/{_ID}/([0-9]{{1,3}})", FileHandler, {"finder": "open_clip"}),
    (f"/jupyter-videogen/posters/{_ID}/([0-9]{{1,3}})", FileHandler, {"finder": "open_poster"}),
]
