"""The OpenAI `/v1/videos` shape, spoken by AIHubMix, many gateways and the local engine.

Source: AIHubMix's "Create a video" page and the openai SDK's `videos` resource. Bytes come from `/content` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..dialect import Accepted, Artifact, Call, Dialect, Finished, Malformed, Refused, Reply, StatusUpdate
from ..errors import Failure
from ..failures import MODERATION
from ..status import fold

if TYPE_CHECKING:
    from ..values import GenerationRequest

CREATE_TIMEOUT = 120.0
LONGEST_ID = 512


class OpenAI(Dialect):
    """`POST /videos`, `GET /videos/{id}`, `GET /videos/{id}/content`."""

    def create(self, request: GenerationRequest) -> Call:
        """A JSON create; `seconds` is a string in this shape."""
        fields = {
            "model": request.model,
            "prompt": request.prompt,
            "seconds": None if request.duration is None else str(request.duration),
            "size": request.size,
            "fps": request.fps,
            "seed": request.seed,
        }
        given = {name: value for name, value in fields.items() if value is not None}
        return Call("POST", "/videos", json={**given, **request.extra}, timeout=CREATE_TIMEOUT)

    def read_create(self, reply: Reply) -> Accepted | Finished | Refused:
        """A create is answered by the new video object."""
        video = _video(reply)
        return Accepted({"id": _checked_id(video.get("id"))}, poll_after=_poll_after(reply))

    def look(self, handle: dict[str, Any]) -> Call:
        """One retrieve by id."""
        return Call("GET", f"/videos/{quote(handle['id'], safe='')}")

    def read_look(self, reply: Reply, handle: dict[str, Any]) -> StatusUpdate:
        """Read one video object."""
        video = _video(reply)
        state, word = fold(video.get("status"))
        return StatusUpdate(
            state,
            progress=_percent(video.get("progress")),
            artifacts=(_artifact(video, handle),) if state == "succeeded" else (),
            poll_after=_poll_after(reply),
            failure=_job_failure(video.get("error")) if state == "failed" else None,
            status=word,
        )


def _video(reply: Reply) -> dict[str, Any]:
    video = reply.json
    if not isinstance(video, dict):
        raise Malformed("not an object")
    return video


def _checked_id(value: object) -> str:
    """An id becomes one path segment: refuse what could walk elsewhere."""
    if not isinstance(value, str) or not value.isprintable() or value in {"", ".", ".."} or len(value) > LONGEST_ID:
        raise Malformed("no usable id")
    return value


def _artifact(video: dict[str, Any], handle: dict[str, Any]) -> Artifact:
    content = f"/videos/{quote(handle['id'], safe='')}/content"
    size = video.get("size")
    return Artifact(
        content,
        poster=f"{content}?variant=thumbnail",
        duration=_number(video.get("seconds")),
        size=size if isinstance(size, str) else None,
    )


def _job_failure(error: object) -> Failure:
    """Read the `error` of a failed job: an object, a string, or nothing."""
    facts = error if isinstance(error, dict) else {"message": error}
    code, message = str(facts.get("code") or ""), str(facts.get("message") or "The service gave no reason.")
    kind = "content_policy" if MODERATION.search(f"{code} {message}") else "provider"
    return Failure(code=kind, message=message[:300], sent="yes", charged="unknown")


def _poll_after(reply: Reply) -> float | None:
    milliseconds = _number(reply.headers.get("openai-poll-after-ms"))
    return None if milliseconds is None else milliseconds / 1000


def _percent(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and 0 <= number <= 100 else None  # noqa: PLR2004 - a percent


def _number(value: object) -> float | None:
    """Read a number that may come as a string, as `seconds` does; anything else is None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None
