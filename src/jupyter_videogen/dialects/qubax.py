"""Qubax: `POST /video/generations` gives a job; its clips are artifacts by index, behind the same key.

Source: Qubax's "Video generation" page. No list, no cancel, no progress; errors are {message, type}. Gateways that copied
its paths (new-api) answer with `task_id`, wrap the job in {code, message, data} and say the clip's address in
`result_url`, or in `fail_reason` of a job that is well: all are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jupyter_videogen.dialects.base import Accepted, Artifact, Call, Dialect, Finished, Handle, Reply, StatusUpdate
from jupyter_videogen.dialects.parsing.clips import find_clips, parse_artifacts
from jupyter_videogen.dialects.parsing.failures import with_failure
from jupyter_videogen.dialects.parsing.job_ids import find_id, read_job_id
from jupyter_videogen.dialects.parsing.values import as_object, clip_count, drop_unset, percent, poll_hint
from jupyter_videogen.dialects.status import parse_status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.core.request import GenerationRequest


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
        return Call("POST", "/video/generations", json=drop_unset(fields), timeout=120.0)

    def read_create(self, reply: Reply) -> Accepted | Finished:
        """Read the documented answer, which has an `id`; a clip where none is named is the finished work."""
        job = _job(reply)
        if find_id(job) is None and (found := parse_artifacts(reply)):
            return Finished(found)
        return Accepted({"id": read_job_id(job)}, poll_after=poll_hint(reply))

    def look(self, handle: Handle) -> Call:
        """One look at the job."""
        return Call("GET", f"/video/generations/{quote(handle['id'], safe='')}", carries_clips=True)

    def read_look(self, reply: Reply, handle: Handle) -> StatusUpdate:
        """`output_count` clips when it is completed, one where it is not said."""
        job = _job(reply)
        state, word = parse_status(job.get("status"))
        update = StatusUpdate(
            state,
            progress=percent(job.get("progress")),
            artifacts=tuple(_artifacts(job, handle)) if state == "succeeded" else (),
            poll_after=poll_hint(reply),
            status=word,
        )
        return with_failure(update, job.get("error"), job)

    def models(self) -> Call:
        """List the provider's models."""
        return Call("GET", "/models")


def _artifacts(job: dict[str, Any], handle: Handle) -> Iterator[Artifact]:
    """Return the clips by their index; the first is perhaps at an address of its own, of which Qubax says nothing."""
    others = tuple(
        clip.url for clip in find_clips({**job, "url": job.get("url") or job.get("fail_reason")}) if clip.url
    )
    base = f"/media/artifacts/{quote(handle['id'], safe='')}"
    for index in range(clip_count(job.get("output_count"))):
        yield Artifact(f"{base}/{index}", others=others if index == 0 else others[index : index + 1])


def _job(reply: Reply) -> dict[str, Any]:
    """Return the job, also out of an envelope."""
    body = as_object(reply)
    inner = body.get("data")
    return inner if isinstance(inner, dict) and "code" in body and "message" in body else body
