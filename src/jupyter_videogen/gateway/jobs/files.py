"""The files of a job, as they are sent."""

import os
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from jupyter_videogen.gateway.jobs.store import Job
from jupyter_videogen.gateway.requests.error import Problem

_PRIVATE = {"cache-control": "private, no-cache"}


class Content(FileResponse):
    """A file, of which a GET can ask for a part in bytes; what RFC 9110 (section 14.2) has ignored is ignored."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, or the part that was asked for."""
        kept = [
            (name, value) for name, value in scope["headers"] if name != b"range" or _is_ours(scope["method"], value)
        ]
        await super().__call__({**scope, "headers": kept}, receive, send)


def _is_ours(method: str, asked: bytes) -> bool:
    """Return whether a Range is one that is understood here: of a GET, in bytes."""
    return method == "GET" and asked.partition(b"=")[0].strip().lower() == b"bytes"


def require(job: Job) -> None:
    """Refuse to send anything of a job that is not completed."""
    if job.status == "completed":
        return
    if job.error is not None:
        raise Problem(404, "video_failed", f"This video failed, so it has no content: {job.error['message']}")
    raise Problem(404, "not_ready", f"This video is {job.status}; its content is available when it is completed.")


def missing(variant: str) -> Problem:
    """Return the refusal for a file that was removed."""
    return Problem(404, "content_missing", f"The {variant} of this job is no longer on the disk.")


async def send(path: Path, variant: str) -> FileResponse:
    """Send a file of this gateway."""
    try:
        found = await run_in_threadpool(os.stat, path)
    except FileNotFoundError:
        raise missing(variant) from None
    return Content(
        path,
        media_type="video/mp4" if variant == "video" else "image/jpeg",
        filename=path.name,
        content_disposition_type="inline",
        stat_result=found,
        headers=_PRIVATE,
    )


async def send_webp(path: Path) -> Response:
    """Send a poster as WebP; one that can't be converted is sent unchanged."""
    whole = await send(path, "thumbnail")
    made = await run_in_threadpool(_webp, path)
    if made is None:
        return whole
    headers = _PRIVATE | {"content-disposition": f'inline; filename="{path.stem}.webp"'}
    return Response(made, media_type="image/webp", headers=headers)


def _webp(path: Path) -> bytes | None:
    from jupyter_videogen.gateway.engine.output.poster import webp

    try:
        return webp(path.read_bytes())
    except FileNotFoundError:
        raise missing("thumbnail") from None
