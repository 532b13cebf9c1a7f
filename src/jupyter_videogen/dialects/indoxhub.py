"""IndoxHub: `POST /videos/generations` answers with a job, or (Google's models) with the finished clips.

Source: IndoxHub's page, and its own SDK 0.2.2 where the page is silent: the envelope {success, message, data}, the places
where a result's URL may stand, and seed among `additional_params`. A job can be cancelled while it is pending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..dialect import Accepted, Artifact, Call, Dialect, Finished, Handle, Listed, Page, Refused, Reply, StatusUpdate
from ..errors import Failure, InvalidRequest
from ..reading import clip_at, given, hint, identifier, job_facts, judged, members, objects, percent, text, took, why
from ..status import fold
from ..wire import Base64

if TYPE_CHECKING:
    from ..values import GenerationRequest, Media

CREATE_TIMEOUT = 1200.0
PAGE = 20
"""Jobs asked for at once, the page's own number."""
PLACES = ("url", "video_url")
NESTED = ("data", "videos")


class IndoxHub(Dialect):
    """`/videos/generations` and `/videos/jobs`."""

    def create(self, request: GenerationRequest) -> Call:
        """Google's parameters stand at the top; what the page has no name for goes under `additional_params`."""
        extra = dict(request.extra)
        asked = extra.pop("additional_params", None) or {}
        if not isinstance(asked, dict):
            raise InvalidRequest("additional_params is no object.", next="Give a dict.", field="extra")
        additional = {**given({"seed": request.seed, "fps": request.fps}), **asked}
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
        inline = extra.get("response_format") == "b64_json"
        return Call("POST", "/videos/generations", json=given(fields), timeout=CREATE_TIMEOUT, carries_clips=inline)

    def read_create(self, reply: Reply) -> Accepted | Finished | Refused:
        """A list is the finished clips, a `job_id` is a job, and `success: false` is a refusal that comes as a 200."""
        body = members(reply)
        if body.get("success") is False:
            return Refused(_refusal(body))
        data = body.get("data")
        if isinstance(data, list):
            clips = _artifacts({"data": data})
            return Finished(clips) if clips else Refused(_empty())
        job = data if isinstance(data, dict) else body
        found = text(job.get("job_id")) or text(body.get("job_id")) or body.get("id")
        return Accepted({"id": identifier(found)}, poll_after=hint(reply))

    def look(self, handle: Handle) -> Call:
        """One look at the job; its result may carry clips."""
        return Call("GET", _path(handle), carries_clips=True)

    def read_look(self, reply: Reply, handle: Handle) -> StatusUpdate:  # noqa: ARG002 - a result says all of itself
        """Read the job; its result has been seen in five places."""
        job = members(reply)
        state, word = fold(job.get("status"))
        update = StatusUpdate(
            state,
            progress=percent(job.get("progress")),
            artifacts=(_artifacts(job.get("result")) or _artifacts(job)) if state == "succeeded" else (),
            poll_after=hint(reply),
            status=word,
            took=took(job),
        )
        return judged(update, job.get("error"))

    def cancel(self, handle: Handle) -> Call:
        """Cancel a job that is still pending; another answers 400 or 409, and goes on."""
        return Call("POST", f"{_path(handle)}/cancel")

    def page(self, model: str, cursor: str | None = None) -> Call:  # noqa: ARG002 - one list holds all models
        """One page of jobs; the cursor is how many to pass over. Clips may stand in it."""
        return Call("GET", f"/videos/jobs?limit={PAGE}&skip={cursor or 0}", carries_clips=True)

    def read_page(self, reply: Reply, cursor: str | None = None) -> Page:
        """Read a page; a full one may have a next."""
        rows = [row for row in objects(members(reply).get("jobs") or []) if text(row.get("job_id"))]
        jobs = [Listed(handle={"id": row["job_id"]}, **job_facts(row)) for row in rows]
        return Page(jobs, str(int(cursor or 0) + PAGE) if len(rows) >= PAGE else None)

    def models(self) -> Call:
        """The service's models, by provider."""
        return Call("GET", "/models/")


def _path(handle: Handle) -> str:
    return f"/videos/jobs/{quote(handle['id'], safe='')}"


def _medium(medium: Media | None) -> str | Base64 | None:
    """A URL as it is, a file as base64."""
    if medium is None or medium.path is None:
        return medium.url if medium else None
    return Base64(medium.path)


def _artifacts(result: object) -> tuple[Artifact, ...]:
    """Find the clips of a result: at its top or in its lists, by URL or in base64; some results name one twice."""
    if not isinstance(result, dict):
        return ()
    rows: list[dict[str, Any]] = [result, *(row for name in NESTED for row in objects(result.get(name)))]
    return tuple(dict.fromkeys(artifact for row in rows if (artifact := _artifact(row))))


def _artifact(row: dict[str, Any]) -> Artifact | None:
    url = next((found for place in PLACES if (found := text(row.get(place)))), None)
    inline = text(row.get("b64_json"))
    if url:
        return clip_at(url)
    return Artifact("", inline=inline) if inline else None


def _refusal(body: dict[str, Any]) -> Failure:
    failure = why(text(body.get("message")) or body.get("error"))
    return Failure(
        code=failure.code,
        message=failure.message,
        sent="yes",
        charged="unknown",
        request_id=text(body.get("request_id")),
    )


def _empty() -> Failure:
    return Failure(code="provider", message="IndoxHub says it is done, but there is no clip.", sent="yes")
