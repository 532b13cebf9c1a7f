"""Why a job failed or a request was refused, and what a provider notes of a job that it made."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.http import Malformed
from jupyter_videogen.dialects.error_messages import LONGEST, ErrorText, read_error_value
from jupyter_videogen.dialects.parsing.clips import is_place
from jupyter_videogen.dialects.parsing.envelopes import has_error
from jupyter_videogen.dialects.parsing.job_ids import IDS, find_id
from jupyter_videogen.dialects.parsing.values import member, text
from jupyter_videogen.dialects.status import parse_status

if TYPE_CHECKING:
    from jupyter_videogen.core.http import Reply
    from jupyter_videogen.dialects.base import StatusUpdate

PLAIN = {
    "out_of_credit": re.compile(
        r"insufficient.{0,12}(quota|balance|credit|fund)|balance.{0,20}(low|insufficient)", re.IGNORECASE
    ),
    "auth": re.compile(r"invalid.?(api.?)?(key|token)|unauthori|authenticat", re.IGNORECASE),
    "rate_limited": re.compile(r"rate.?limit|too many requests", re.IGNORECASE),
    "model_not_found": re.compile(r"model.?(not.?found|not.?exist)|no such model", re.IGNORECASE),
    "invalid_request": re.compile(
        r"invalid.?(request|param|argument|value|size|prompt)|missing.?(required|param)", re.IGNORECASE
    ),
}
"""How a 2xx says plainly that a request was refused, and what it then is."""
NO_LOOKS = frozenset({401, 402, 403, 429})
"""Refusals that say nothing of the job that was asked for."""
ENDS = frozenset({"failed", "cancelled", "canceled", "completed", "succeeded", "expired"})
"""Words for a job's end that no envelope of an error uses for itself."""
NO_REASON = "The provider gave no reason."


def parse_failure(error: object) -> Failure:
    """Read the `error` of a failed job: an object, a string or nothing. No claim is made about the bill."""
    told = error if isinstance(error, ErrorText) else read_error_value(error)
    kind = "content_policy" if told.filtered else "provider"
    return Failure(code=kind, message=(told.words or NO_REASON)[:LONGEST], sent="yes", charged="unknown")


def failure_reason(job: dict[str, Any]) -> ErrorText | None:
    """Return what a failed job says of itself in any place but its `error`; None where it says nothing.

    new-api writes a failed task's reason where the address of its clip would stand (model/task.go, `GetResultURL`).
    """
    told = read_error_value({name: value for name, value in job.items() if name != "status"})
    places = (job.get("url"), job.get("result_url"), member(job.get("metadata"), "url"))
    words = (place for place in map(text, places) if place and not is_place(place, ""))
    return told if told.words else next(map(read_error_value, words), None)


def with_failure(update: StatusUpdate, error: object, job: dict[str, Any] | None = None) -> StatusUpdate:
    """Add what a job's `error` says of its end; a failed one's `job` may say it in another place.

    A failed job has a reason, however little is said. One that is called finished and has an error all the same keeps its
    clips, with a note; where there are none, the error is what became of it.
    """
    if update.state == "failed":
        return msgspec.structs.replace(
            update, failure=parse_failure(error if _has_reason(error) else failure_reason(job or {}) or error)
        )
    if update.state != "succeeded" or not (any(error.values()) if isinstance(error, dict) else error):
        return update
    failure = parse_failure(error)
    if not update.artifacts:
        return msgspec.structs.replace(update, state="failed", failure=failure)
    note = f"The provider also reported an error: {failure.message}"
    return msgspec.structs.replace(update, notes=(*update.notes, note))


def _has_reason(error: object) -> bool:
    """Return whether an `error` has words or a code of its own."""
    told = read_error_value(error)
    return bool(told.words)


def parse_refusal(reply: Reply) -> Failure | None:
    """Read a 2xx that holds neither clip nor job as a refusal; None where it says nothing plain of the request.

    What speaks of trouble at the provider, or of nothing, is no refusal: the work may have begun.
    """
    try:
        body = reply.json
    except Malformed:
        return None
    told = read_error_value(body)
    marks = f"{told.marks} {told.words}"
    code = (
        "content_policy" if told.filtered else next((kind for kind, word in PLAIN.items() if word.search(marks)), None)
    )
    if code is None or not told.words or not has_error(body):
        return None
    return Failure(code=code, message=told.words, sent="yes", charged="unknown")


def is_ended_job(reply: Reply) -> bool:
    """Return whether an error's body is the object of a job that has ended; the envelope of an error is none.

    A refusal for want of a key or of credit is none either, whatever it calls itself.
    """
    try:
        job = reply.json
    except Malformed:
        return False
    if (
        not isinstance(job, dict)
        or reply.status in NO_LOOKS
        or parse_status(job.get("status"))[0] in {"queued", "running"}
    ):
        return False
    whole = find_id({name: job.get(name) for name in IDS if name != "request_id"}) or job.get("object") == "video"
    return bool(whole) or (reply.status != HTTPStatus.NOT_FOUND and str(job["status"]).lower() in ENDS)


def maker_notes(video: dict[str, Any]) -> tuple[str, ...]:
    """Say who made it, where that is not what was asked for, and whether a cache answered, as Bifrost tells it.

    Names of Bifrost v1.5 (`original_model_requested`, `resolved_model_used`) and of those before it.
    """
    extra = video.get("extra_fields")
    if not isinstance(extra, dict):
        return ()
    asked = text(extra.get("original_model_requested")) or text(extra.get("model_requested"))
    used = text(extra.get("resolved_model_used")) or text(extra.get("model_deployment"))
    cache = extra.get("cache_debug")
    hit = isinstance(cache, dict) and cache.get("cache_hit") is True
    made = f"Made by {text(extra.get('provider')) or 'the provider'} with {used}, where {asked} was requested."
    return tuple(
        filter(
            None,
            (
                made if asked and used and asked != used else "",
                "This clip comes from the gateway's cache." if hit else "",
            ),
        )
    )
