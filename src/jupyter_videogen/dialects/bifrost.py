"""Bifrost's own `/v1/videos`: JSON only, `provider/model`, ids that end in `:provider`, results by URL, base64 or content.

Source: Bifrost's page, its gateway's source, and exchanges with v1.5.2 (tests/recordings). Content goes before
`videos[].url`, which may be a provider's own, behind the provider's key; a maker of the OpenAI kind has content alone.
`created_at` may change from look to look; it is never used. v1.5.2 sends a create again by itself when a pooled
connection to the maker was cut, even at `max_retries: 0`: `docs/services/bifrost.md` says what helps.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.http import Base64, Malformed
from jupyter_videogen.dialects.base import (
    Artifact,
    Call,
    Handle,
    Reply,
    StatusUpdate,
)
from jupyter_videogen.dialects.http_errors import REFUSED, read_failure
from jupyter_videogen.dialects.parsing.failures import maker_notes, with_failure
from jupyter_videogen.dialects.parsing.values import (
    as_object,
    drop_unset,
    length,
    number,
    objects,
    percent,
    poll_hint,
    size,
    text,
)
from jupyter_videogen.dialects.status import parse_status
from jupyter_videogen.dialects.videos import CREATE_TIMEOUT, PAGE, VideosEndpoint, video_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.core.request import GenerationRequest, Media

GOOGLE = ("gemini/", "vertex/")
"""Makers to whom the gateway passes `lastFrame` on as it is, and who take an object of their own kind."""
NOT_CONNECTED = re.compile(r"connection refused|no such host|no route to host|network is unreachable", re.IGNORECASE)
"""How Go says that a connection to the maker was never there."""
NOT_PASSED_ON = re.compile(
    r"failed to (convert|parse)|failed to get config|invalid request|pre-request callback|unsupported|is required"
    r"|cannot be empty|must be",
    re.IGNORECASE,
)
"""How the gateway says of a request that it did not pass it on; without such words a 4xx without `status_code` is none."""


class Bifrost(VideosEndpoint):
    """`/videos` of a Bifrost gateway."""

    files_only = frozenset({"image", "last_frame"})
    """v1.5.2 answers an address with a 500: it wants a data URL."""

    def create(self, request: GenerationRequest) -> Call:
        """`seconds` is a string; fields that the gateway does not know are passed on to the provider."""
        fields = {
            "model": request.model,
            "prompt": request.prompt,
            "seconds": None if request.duration is None else str(request.duration),
            "size": request.size,
            "negative_prompt": request.negative,
            "seed": request.seed,
            "audio": request.sound,
            "input_reference": _data_url(request.image),
            "lastFrame": _last_frame(request),
            "video_uri": request.video.url if request.video else None,
            **request.extra,
        }
        return Call("POST", "/videos", json=drop_unset(fields), timeout=CREATE_TIMEOUT, carries_clips=True)

    def read_failure(self, reply: Reply) -> Failure:
        """Read an error; a 4xx is a refusal only where the gateway, or its maker with a `status_code`, speaks of the request.

        v1.5.2 answers 400 without `status_code` when the line to the maker broke: the job may be there. Where no
        connection was made, or the gateway could not turn the request into the maker's form, nothing was sent to it.
        """
        failure = read_failure(reply)
        body = _envelope(reply)
        if body is None or "status_code" in body:
            return failure
        if NOT_CONNECTED.search(failure.message):
            return msgspec.structs.replace(failure, code="unreachable", sent="no", charged="no")
        if NOT_PASSED_ON.search(failure.message):
            code = "invalid_request" if failure.code == "provider" else failure.code
            return msgspec.structs.replace(failure, code=code, charged="no")
        return (
            msgspec.structs.replace(failure, charged="unknown", code="provider") if reply.status in REFUSED else failure
        )

    def read_look(self, reply: Reply, handle: Handle) -> StatusUpdate:
        """Read one video; a filter may have held back some clips, or all."""
        video = as_object(reply)
        state, word = parse_status(video.get("status"))
        filtered = _read_filter(video)
        if filtered and (state == "failed" or (state == "succeeded" and not _rows(video))):
            return StatusUpdate("failed", failure=filtered)
        update = StatusUpdate(
            state,
            progress=percent(video.get("progress")),
            artifacts=_artifacts(video, handle) if state == "succeeded" else (),
            poll_after=poll_hint(reply),
            status=word,
            notes=(*maker_notes(video), *_lacking(video, filtered, state)),
        )
        return with_failure(update, video.get("error"), video)

    def list_query(self, model: str) -> str:
        """Return the query of the provider in `provider/model`; the gateway has no list over all."""
        return f"provider={quote(model.partition('/')[0], safe='')}&limit={PAGE}"


def _data_url(medium: Media | None) -> str | Base64 | None:
    """Return a URL as it is, a file as a data URL."""
    if medium is None or medium.path is None:
        return medium.url if medium else None
    return Base64(medium.path, prefix=f"data:{medium.content_type};base64,")


def _last_frame(request: GenerationRequest) -> object:
    """Return the last picture as a data URL, and to Google's models as the object that they take."""
    frame = request.last_frame
    if frame is not None and frame.path is not None and (request.model or "").startswith(GOOGLE):
        return {"bytesBase64Encoded": Base64(frame.path), "mimeType": frame.content_type}
    return _data_url(frame)


def _envelope(reply: Reply) -> dict[str, Any] | None:
    """Return the gateway's own envelope of an error; None for what another has written."""
    try:
        body = as_object(reply)
    except Malformed:
        return None
    return body if "is_bifrost_error" in body else None


def _rows(video: dict[str, Any]) -> list[dict[str, Any]]:
    return objects(video.get("videos") or [])


def _artifacts(video: dict[str, Any], handle: Handle) -> tuple[Artifact, ...]:
    """Return the first clip at content, which has it whatever the maker, and the others as they stand in the reply.

    No row is no proof of an empty result: makers of the OpenAI kind have none. An error without a clip is one.
    """
    rows = _rows(video)
    facts: dict[str, Any] = {"duration": length(video.get("seconds")), "size": size(video.get("size"))}
    if not rows and video.get("error"):
        return ()
    first = rows[0] if rows else {}
    inline, url = text(first.get("base64")), _web(first)
    content = Artifact(
        f"{video_path(handle)}/content", inline=inline, others=(url,) if url else (), presumed=not rows, **facts
    )
    return (content, *filter(None, (_row(row, facts) for row in rows[1:])))


def _web(row: dict[str, Any]) -> str:
    """Return a row's web address; a bucket's (`gs://`) is of no use to us."""
    url = text(row.get("url")) or ""
    return url if url.startswith(("http://", "https://")) else ""


def _row(row: dict[str, Any], facts: dict[str, Any]) -> Artifact | None:
    """Return a clip as it stands in the reply."""
    url, inline = _web(row), text(row.get("base64"))
    return Artifact(url, inline=inline, **facts) if url or inline else None


def _lacking(video: dict[str, Any], filtered: Failure | None, state: str) -> Iterator[str]:
    """Say which clips of a finished video will not come, and why."""
    if state != "succeeded":
        return
    if filtered:
        yield filtered.message
    rows = _rows(video)
    out_of_reach = sum(_row(row, {}) is None for row in rows[1:])
    if out_of_reach:
        yield f"{out_of_reach} of {len(rows)} clips are stored where only the upstream provider's own key gives access."


def _read_filter(video: dict[str, Any]) -> Failure | None:
    """Read `content_filter`: what was held back, and why."""
    held = video.get("content_filter")
    number_held = number(held.get("filtered_count")) if isinstance(held, dict) else None
    if not number_held or not isinstance(held, dict):
        return None
    reasons = "; ".join(str(reason) for reason in held.get("reasons") or [])
    message = f"{number_held:.0f} withheld by the provider's filter" + (f": {reasons}" if reasons else ".")
    return Failure(code="content_policy", message=message[:300], sent="yes", charged="unknown")
