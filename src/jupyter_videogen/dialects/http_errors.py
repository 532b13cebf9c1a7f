"""The universal reader of HTTP errors: by status first, then by what the body says.

A 403 whose code says "insufficient_quota" is still a 403 (Qubrid documents just that); other codes of want of money, and of
a model that is not there, say more than their status does. Where the words stand is known to `reasons`.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from jupyter_videogen.core.errors import Failure, Known
from jupyter_videogen.dialects.error_messages import page_text, read_error

if TYPE_CHECKING:
    from jupyter_videogen.core.http import Reply
    from jupyter_videogen.dialects.error_messages import ErrorText

KINDS = {401: "auth", 402: "out_of_credit", 403: "permission", 404: "model_not_found", 429: "rate_limited"}
REFUSED = frozenset({400, 401, 402, 403, 404, 405, 409, 413, 415, 422, 429})
"""Statuses that say no before any work is accepted."""
MODEL = re.compile(r"\bmodel\b", re.IGNORECASE)
GONE = re.compile(r"\b(?:deprecated|retired|no longer)\b", re.IGNORECASE)
GONE_CODE = re.compile(r"model_(?:not_found|deprecated)", re.IGNORECASE)
"""How a provider says in a 400 that it has no such model any more: in one sentence, or by a code."""
BROKE = re.compile(
    r"insufficient_?(?:user_?quota|balance|credits?|funds?)|pre_consume_token_quota|(?:account|service)_?overdue|arrearage",
    re.IGNORECASE,
)
"""Codes of 400 and 403 that say that there is no money: the usual ones, new-api's two, Volcengine's AccountOverdueError and
OperationDenied.ServiceOverdue ("Error codes", 403), Alibaba's Arrearage ("Error codes" of Model Studio)."""
NO_JOB = re.compile(r"\b(?:task|job|video|generation)_?not_?(?:exist|found)", re.IGNORECASE)
"""Codes of a 400 that say that there is no such job: new-api's `task_not_exist`."""
LATE = frozenset({202, 204, 404, 409, 423, 425})
"""How providers answer where a finished clip is not there yet."""
NOT_YET = re.compile(r"not.?(yet|ready|completed|finished|available)|in.?progress|processing", re.IGNORECASE)
GOING_ON = re.compile(r"\b(queued|pending|running|generating|preparing)\b|in.?progress|processing", re.IGNORECASE)
QUOTA = re.compile(r"insufficient_quota|credit", re.IGNORECASE)
REQUEST_ID_HEADERS = ("x-request-id", "x-litellm-call-id")
SLOWEST = 86_400.0
"""The longest wait that is told as it was asked for, in seconds: a day."""


def read_failure(reply: Reply) -> Failure:
    """Read any reply that is not a 2xx as a failure of the request that caused it."""
    error = read_error(reply)
    param, refused = error.facts.get("param"), reply.status in REFUSED or _has_no_model(reply.status, error.marks)
    kind = "content_policy" if error.filtered else _kind(reply.status, error)
    return Failure(
        code=kind,
        message=error.words or f"The provider answered HTTP {reply.status}.",
        field=param if isinstance(param, str) else None,
        sent="yes",
        charged=_judge_charge(refused=refused),
        request_id=_request_id(reply, error.facts),
        retry_after=retry_after(reply),
    )


def retry_after(reply: Reply) -> float | None:
    """Seconds the reply asks us to wait, at most a day; junk counts as silence."""
    asked = reply.headers.get("retry-after", "")
    try:
        seconds = float(asked)
    except ValueError:
        return _until(asked, reply.headers.get("date", ""))
    return min(max(seconds, 0.0), SLOWEST) if seconds == seconds else None  # noqa: PLR0124 - NaN is not itself


def means_not_yet(reply: Reply) -> bool:
    """Return whether an answer in place of a clip means "not yet": by its status, or by its words; expiry is for good."""
    error = read_error(reply)
    words = error.words or page_text(reply.body)
    if "expired" in words.lower():
        return False
    goes_on = reply.ok and GOING_ON.search(error.marks)
    return reply.status in LATE or bool(goes_on or NOT_YET.search(words))


def means_no_such_job(reply: Reply) -> bool:
    """Return whether the answer to a look means that there is no such job: by its status, or a 400 by its code."""
    return reply.status == HTTPStatus.NOT_FOUND or (
        reply.status == HTTPStatus.BAD_REQUEST and NO_JOB.search(read_error(reply).marks) is not None
    )


def clock_skew(reply: Reply, *, now: float) -> float:
    """Return the seconds that the provider's clock is ahead of ours, by the reply's Date; 0 where it has none."""
    try:
        return parsedate_to_datetime(reply.headers.get("date", "")).timestamp() - now
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0.0


def _until(moment: str, now: str) -> float | None:
    """Seconds to a moment by the provider's own clock, which may differ from ours; None if it does not say."""
    try:
        seconds = (parsedate_to_datetime(moment) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return min(max(seconds, 0.0), SLOWEST)


def _judge_charge(*, refused: bool) -> Known:
    return "no" if refused else "unknown"


def _kind(status: int, error: ErrorText) -> str:
    words = f"{error.marks} {error.words}"
    if "no_db_connection" in words:
        return "auth"  # a LiteLLM proxy without a database says so of a key it does not know
    if (status == HTTPStatus.TOO_MANY_REQUESTS and QUOTA.search(words)) or (
        status in {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN} and BROKE.search(error.marks)
    ):
        return "out_of_credit"  # OpenAI says it by the status of "too fast"
    if (status == HTTPStatus.BAD_REQUEST and _is_gone(words)) or _has_no_model(status, error.marks):
        return "model_not_found"
    return KINDS.get(status, "provider" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request")


def _has_no_model(status: int, marks: str) -> bool:
    """Return whether a 503 has the code of a model that is not there, which then has made nothing.

    new-api says so before it asks anybody (middleware/distributor.go: no channel has the model).
    """
    return status == HTTPStatus.SERVICE_UNAVAILABLE and GONE_CODE.search(marks) is not None


def _is_gone(words: str) -> bool:
    """Return whether a sentence speaks of a model, and then of its end; each is searched once, so that length costs no more."""
    sentences = ((sentence, MODEL.search(sentence)) for sentence in words.split("."))
    told = any(model and GONE.search(sentence, model.end()) for sentence, model in sentences)
    return told or GONE_CODE.search(words) is not None


def _request_id(reply: Reply, facts: dict[str, object]) -> str | None:
    headers = (reply.headers.get(name) for name in REQUEST_ID_HEADERS)
    found = [facts.get("request_id"), *headers, facts.get("event_id")]
    return next((str(value) for value in found if value), None)
