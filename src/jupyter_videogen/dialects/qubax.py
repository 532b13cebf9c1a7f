"""Qubax: `POST /video/generations` gives a job; its clips are artifacts by index, behind the same key.

Source: Qubax's "Video generation" page. No list, no cancel, no progress; errors are {message, type}. Gateways that copied
its paths answer with `task_id` and wrap the job in {code, message, data}: both are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..dialect import Accepted, Artifact, Call, Dialect, Handle, Reply, StatusUpdate
from ..reading import count, given, hint, identifier, judged, members, percent, text
from ..status import fold

if TYPE_CHECKING:
    from ..values import GenerationRequest


class Qubax(Dialect):
    """`/video/generations` and `/media/artifacts/{id}/{index}`."""

    def create(self, request: GenerationRequest) -> Call:
        """Model and prompt are required; the rest is passed on, and ignored where a model does not know it."""
        fields = {
            "model": request.model,
            "prompt": request.prompt,
            "duration": request.duration,
            "aspect_ratio": request.aspect,
            "seed": request.seed,
            **request.extra,
        }
        return Call("POST", "/video/generations", json=given(fields), timeout=120.0)

    def read_create(self, reply: Reply) -> Accepted:
        """The documented answer has an `id`."""
        job = _job(reply)
        return Accepted({"id": identifier(text(job.get("id")) or job.get("task_id"))}, poll_after=hint(reply))

    def look(self, handle: Handle) -> Call:
        """One look at the job."""
        return Call("GET", f"/video/generations/{quote(handle['id'], safe='')}")

    def read_look(self, reply: Reply, handle: Handle) -> StatusUpdate:
        """`output_count` clips when it is completed, one where it is not said."""
        job = _job(reply)
        state, word = fold(job.get("status"))
        clips = range(count(job.get("output_count"))) if state == "succeeded" else ()
        base = f"/media/artifacts/{quote(handle['id'], safe='')}"
        reason = job.get("fail_reason") if state == "failed" else None  # new-api puts a good job's URL there
        update = StatusUpdate(
            state,
            progress=percent(job.get("progress")),
            artifacts=tuple(Artifact(f"{base}/{index}") for index in clips),
            poll_after=hint(reply),
            status=word,
        )
        return judged(update, job.get("error") or reason)

    def models(self) -> Call:
        """The service's models."""
        return Call("GET", "/models")


def _job(reply: Reply) -> dict[str, Any]:
    """Give the job, also out of an envelope."""
    body = members(reply)
    inner = body.get("data")
    return inner if isinstance(inner, dict) and "code" in body and "message" in body else body
