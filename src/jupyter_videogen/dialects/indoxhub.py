"""IndoxHub: `POST /videos/generations` answers with a job, or (Google's models) with the finished clips.

Source: IndoxHub's page, and its own SDK 0.2.2 where the page is silent: the envelope {success, message, data}, the places
where a result's URL may stand, and seed among `additional_params`. A job can be cancelled while it is pending.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jupyter_videogen.core.errors import Failure, InvalidRequest
from jupyter_videogen.core.http import Base64
from jupyter_videogen.dialects.base import (
    Accepted,
    Call,
    Dialect,
    Finished,
    Handle,
    Listed,
    Malformed,
    Page,
    Refused,
    Reply,
    StatusUpdate,
)
from jupyter_videogen.dialects.parsing.clips import find_clips, parse_artifacts, video_body
from jupyter_videogen.dialects.parsing.envelopes import drop_request_id
from jupyter_videogen.dialects.parsing.failures import failure_reason, parse_failure, with_failure
from jupyter_videogen.dialects.parsing.job_ids import find_id, read_job_id
from jupyter_videogen.dialects.parsing.lists import parse_listed_facts
from jupyter_videogen.dialects.parsing.values import (
    as_object,
    drop_unset,
    objects,
    parse_elapsed,
    percent,
    poll_hint,
    text,
)
from jupyter_videogen.dialects.status import parse_status

if TYPE_CHECKING:
    from jupyter_videogen.core.request import GenerationRequest, Media

CREATE_TIMEOUT = 1200.0
PAGE = 20
"""Jobs asked for at once, the page's own number."""
OURS = ("job_id",)
"""The name of a job's id here; `request_id` beside it is that of the exchange."""


class IndoxHub(Dialect):
    """`/videos/generations` and `/videos/jobs`."""

    def create(self, request: GenerationRequest) -> Call:
        """Google's parameters stand at the top; what the page has no name for goes under `additional_params`."""
        extra = dict(request.extra)
        asked = extra.pop("additional_params", None) or {}
        if not isinstance(asked, dict):
            raise InvalidRequest("additional_params must be an object.", next="Pass a dict.", field="extra")
        additional = {**drop_unset({"seed": request.seed, "fps": request.fps}), **asked}
        fields = {
            "prompt": request.prompt,
            "model": request.model,
            "duration": request.duration,
            "aspect_ratio": request.aspect,
            "resolution": request.resolution,
            "size": request.size,
            "n": request.n,
            "negative_prompt": request.negative,
            "generate_audio": request.sound,
            "input_image": _medium(request.image),
            "last_frame": _medium(request.last_frame),
            "video": _medium(request.video),
            "reference_image": _medium(request.references[0]) if len(request.references) == 1 else None,
            "reference_images": [_medium(one) for one in request.references] if len(request.references) > 1 else None,
            "additional_params": additional or None,
            **extra,
        }
        return Call("POST", "/videos/generations", json=drop_unset(fields), timeout=CREATE_TIMEOUT, carries_clips=True)

    def read_create(self, reply: Reply) -> Accepted | Finished | Refused:
        """Clips, or a job, or a refusal that comes as a 200 (`success: false`); raises `Malformed` for anything else.

        A job is taken at its word first: what it names can be looked at, whatever else the answer says.
        """
        if film := video_body(reply):
            return Finished([film])
        body = as_object(reply)
        if found := find_clips(body.get("data")):
            return Finished(found)
        refused = body.get("success") is False
        with suppress(Malformed):
            job = _keep_certain_ids(body) if refused else drop_request_id(body)
            return Accepted({"id": read_job_id(job, first=OURS)}, poll_after=poll_hint(reply))
        if refused:
            return Refused(_read_refusal(body))
        if found := parse_artifacts(reply):
            return Finished(found)
        raise Malformed("neither a clip nor a job")

    def look(self, handle: Handle) -> Call:
        """One look at the job; its result may carry clips."""
        return Call("GET", _path(handle), carries_clips=True)

    def read_look(self, reply: Reply, _handle: Handle) -> StatusUpdate:
        """Read the job; its result has been seen in five places."""
        job = as_object(reply)
        state, word = parse_status(job.get("status"))
        update = StatusUpdate(
            state,
            progress=percent(job.get("progress")),
            artifacts=(find_clips(job.get("result")) or find_clips(job)) if state == "succeeded" else (),
            poll_after=poll_hint(reply),
            status=word,
            took=parse_elapsed(job),
        )
        return with_failure(update, job.get("error"), job)

    def cancel(self, handle: Handle) -> Call:
        """Cancel a job that is still pending; another answers 400 or 409, and goes on."""
        return Call("POST", f"{_path(handle)}/cancel")

    def page(self, _model: str, cursor: str | None = None) -> Call:
        """One page of jobs; the cursor is how many to pass over. Clips may stand in it."""
        return Call("GET", f"/videos/jobs?limit={PAGE}&skip={cursor or 0}", carries_clips=True)

    def read_page(self, reply: Reply, cursor: str | None = None) -> Page:
        """Read a page; a full one may have a next."""
        listed = objects(as_object(reply).get("jobs") or [])
        rows = [(name, row) for row in listed if (name := find_id({"id": row.get("job_id")}))]
        jobs = [Listed(handle={"id": name}, **parse_listed_facts(row)) for name, row in rows]
        return Page(jobs, str(int(cursor or 0) + PAGE) if len(rows) >= PAGE else None)

    def models(self) -> Call:
        """List the provider's models, by provider."""
        return Call("GET", "/models/")


def _path(handle: Handle) -> str:
    return f"/videos/jobs/{quote(handle['id'], safe='')}"


def _medium(medium: Media | None) -> str | Base64 | None:
    """Return a URL as it is, a file as base64."""
    if medium is None or medium.path is None:
        return medium.url if medium else None
    return Base64(medium.path)


def _keep_certain_ids(body: dict[str, Any]) -> dict[str, Any]:
    """Return of a refusal only what would certainly name a job: an `id` there may be that of the refusal."""
    return {name: body[name] for name in ("job_id", "task_id") if name in body}


def _read_refusal(body: dict[str, Any]) -> Failure:
    failure = parse_failure(failure_reason(body) or body.get("error"))
    return Failure(
        code=failure.code,
        message=failure.message,
        sent="yes",
        charged="unknown",
        request_id=text(body.get("request_id")),
    )
