"""Bifrost's own `/v1/videos`: JSON only, `provider/model`, ids that end in `:provider`, results by URL, base64 or content.

Source: Bifrost's page and its gateway's source. Content is preferred over `videos[].url`, which may be a provider's own,
behind the provider's key. `created_at` may change from look to look; it is never used. A gateway may submit again upstream
by itself: switch its retries off for video.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from ..dialect import Accepted, Artifact, Call, Dialect, Handle, Page, Reply, StatusUpdate
from ..errors import Failure
from ..reading import (
    cursor_page,
    given,
    hint,
    identifier,
    judged,
    length,
    members,
    number,
    objects,
    percent,
    size,
    text,
)
from ..status import fold
from ..wire import Base64

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..values import GenerationRequest, Media

PAGE = 50
"""Jobs asked for at once; the gateway's page allows 100."""


class Bifrost(Dialect):
    """`/videos` of a Bifrost gateway."""

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
            "lastFrame": _data_url(request.last_frame),
            "video_uri": request.video.url if request.video else None,
            **request.extra,
        }
        return Call("POST", "/videos", json=given(fields), timeout=120.0)

    def read_create(self, reply: Reply) -> Accepted:
        """The id is opaque: native id, escaped, then the provider."""
        video = members(reply)
        return Accepted({"id": identifier(video.get("id"))}, poll_after=hint(reply), notes=_notes(video))

    def look(self, handle: Handle) -> Call:
        """One look; a finished video may come along in base64."""
        return Call("GET", _path(handle), carries_clips=True)

    def read_look(self, reply: Reply, handle: Handle) -> StatusUpdate:
        """Read one video; a filter may have held back some clips, or all."""
        video = members(reply)
        state, word = fold(video.get("status"))
        filtered = _filtered(video)
        if filtered and (state == "failed" or (state == "succeeded" and not objects(video.get("videos") or []))):
            return StatusUpdate("failed", failure=filtered)
        update = StatusUpdate(
            state,
            progress=percent(video.get("progress")),
            artifacts=_artifacts(video, handle) if state == "succeeded" else (),
            poll_after=hint(reply),
            status=word,
            notes=(*_notes(video), *_lacking(video, filtered, state)),
        )
        return judged(update, video.get("error"))

    def page(self, model: str, cursor: str | None = None) -> Call:
        """One page of jobs, newest first, of the provider in `provider/model`; the gateway has no list over all."""
        after = f"&after={quote(cursor, safe='')}" if cursor else ""
        return Call("GET", f"/videos?provider={quote(model.partition('/')[0], safe='')}&limit={PAGE}{after}")

    def read_page(self, reply: Reply, cursor: str | None = None) -> Page:  # noqa: ARG002 - a page names the next
        """Read a page of the list."""
        return cursor_page(reply)

    def delete(self, handle: Handle) -> Call:
        """Delete a video at its provider."""
        return Call("DELETE", _path(handle))

    def remix(self, handle: Handle, prompt: str) -> Call:
        """Make it again with other words; answered as a create is."""
        return Call("POST", f"{_path(handle)}/remix", json={"prompt": prompt}, timeout=120.0)

    def models(self) -> Call:
        """The gateway's models."""
        return Call("GET", "/models")


def _path(handle: Handle) -> str:
    return f"/videos/{quote(handle['id'], safe='')}"


def _data_url(medium: Media | None) -> str | Base64 | None:
    """A URL as it is, a file as a data URL."""
    if medium is None or medium.path is None:
        return medium.url if medium else None
    return Base64(medium.path, prefix=f"data:{medium.content_type};base64,")


def _artifacts(video: dict[str, Any], handle: Handle) -> tuple[Artifact, ...]:
    """One clip comes from content; several come as they stand in the reply, for content gives the first only."""
    rows = objects(video.get("videos") or [])
    facts: dict[str, Any] = {"duration": length(video.get("seconds")), "size": size(video.get("size"))}
    content = Artifact(f"{_path(handle)}/content", **facts)
    if len(rows) == 1:
        return (msgspec.structs.replace(content, inline=text(rows[0].get("base64"))),)
    found = [_row(row, facts) for row in rows]
    return tuple(artifact for artifact in (*(one or content for one in found[:1]), *found[1:]) if artifact)


def _row(row: dict[str, Any], facts: dict[str, Any]) -> Artifact | None:
    """Give a clip as it stands in the reply; a bucket's address (`gs://`) is of no use to us."""
    url, inline = text(row.get("url")), text(row.get("base64"))
    usable = url if url and url.startswith(("http://", "https://")) else ""
    return Artifact(usable or "", inline=inline, **facts) if usable or inline else None


def _lacking(video: dict[str, Any], filtered: Failure | None, state: str) -> Iterator[str]:
    """Say which clips of a finished video will not come, and why."""
    if state != "succeeded":
        return
    if filtered:
        yield filtered.message
    rows = objects(video.get("videos") or [])
    out_of_reach = sum(_row(row, {}) is None for row in rows[1:])
    if out_of_reach:
        yield f"{out_of_reach} of {len(rows)} clips stand where only the provider's own key leads."


def _filtered(video: dict[str, Any]) -> Failure | None:
    """Read `content_filter`: what was held back, and why."""
    held = video.get("content_filter")
    number_held = number(held.get("filtered_count")) if isinstance(held, dict) else None
    if not number_held or not isinstance(held, dict):
        return None
    reasons = "; ".join(str(reason) for reason in held.get("reasons") or [])
    message = f"{number_held:.0f} held back by the provider's filter" + (f": {reasons}" if reasons else ".")
    return Failure(code="content_policy", message=message[:300], sent="yes", charged="unknown")


def _notes(video: dict[str, Any]) -> tuple[str, ...]:
    """Say who made it, where that is not what was asked for, and whether a cache answered."""
    extra = video.get("extra_fields")
    if not isinstance(extra, dict):
        return ()
    asked, used = text(extra.get("model_requested")), text(extra.get("model_deployment"))
    cache = extra.get("cache_debug")
    hit = isinstance(cache, dict) and cache.get("cache_hit") is True
    made = f"Made by {text(extra.get('provider')) or 'the provider'} with {used}, where {asked} was asked for."
    return tuple(
        filter(None, (made if asked and used and asked != used else "", "From the gateway's cache." if hit else ""))
    )
