"""The universal reader of HTTP errors: by status first, then by what the body says.

The order and the kinds are those of the dialects' documents and of the servers that speak them: an `error` object,
an `error` string, `detail` (FastAPI), `message`, else the first words of the text. A 403 whose code says
"insufficient_quota" is still a 403 (Qubrid documents just that).
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import msgspec

from .errors import Failure, Known
from .wire import Malformed

if TYPE_CHECKING:
    from .wire import Reply

KINDS = {401: "auth", 402: "out_of_credit", 403: "permission", 404: "model_not_found", 429: "rate_limited"}
REFUSED = frozenset({400, 401, 402, 403, 404, 405, 409, 413, 415, 422, 429})
"""Statuses that say no before any work is accepted."""
MODERATION = re.compile(
    r"moderation|content.?policy|content.?filter|sentinel_block|safety|\brai\b|rai_?media", re.IGNORECASE
)
"""Google's filter is called RAI."""
MODEL = re.compile(r"\bmodel\b", re.IGNORECASE)
GONE = re.compile(r"\b(?:deprecated|retired|no longer)\b", re.IGNORECASE)
GONE_CODE = re.compile(r"model_(?:not_found|deprecated)", re.IGNORECASE)
"""How a service says in a 400 that it has no such model any more: in one sentence, or by a code."""
READ = 8192
"""Characters of an error that are read."""
QUOTA = re.compile(r"insufficient_quota|credit", re.IGNORECASE)
REQUEST_ID_HEADERS = ("x-request-id", "x-litellm-call-id")
LONGEST = 300
SLOWEST = 120.0
"""The longest wait anybody may ask of us, in seconds."""


def read_failure(reply: Reply) -> Failure:
    """Read any reply that is not a 2xx as a failure of the request that caused it."""
    error = _body(reply)
    refused = reply.status in REFUSED
    return Failure(
        code=_kind(reply.status, f"{error.get('code')} {error.get('type')} {error.get('message')}"[:READ]),
        message=str(error.get("message") or f"The service answered HTTP {reply.status}.")[:LONGEST],
        field=error["param"] if isinstance(error.get("param"), str) else None,
        sent="yes",
        charged=_charged(refused=refused),
        request_id=_request_id(reply, error),
        retry_after=retry_after(reply),
    )


def retry_after(reply: Reply) -> float | None:
    """Seconds the reply asks us to wait, at most 120; junk counts as silence."""
    asked = reply.headers.get("retry-after", "")
    try:
        seconds = float(asked)
    except ValueError:
        return _until(asked, reply.headers.get("date", ""))
    return min(max(seconds, 0.0), SLOWEST) if seconds == seconds else None  # noqa: PLR0124 - NaN is not itself


def ahead(reply: Reply, *, now: float) -> float:
    """Seconds that the service's clock is ahead of ours, by the reply's Date; 0 where it has none."""
    try:
        return parsedate_to_datetime(reply.headers.get("date", "")).timestamp() - now
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0.0


def _until(moment: str, now: str) -> float | None:
    """Seconds to a moment by the service's own clock, which need not agree with ours; None where it does not tell."""
    try:
        seconds = (parsedate_to_datetime(moment) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return min(max(seconds, 0.0), SLOWEST)


def _charged(*, refused: bool) -> Known:
    return "no" if refused else "unknown"


def _kind(status: int, words: str) -> str:
    if MODERATION.search(words):
        return "content_policy"
    if "no_db_connection" in words:
        return "auth"  # a LiteLLM proxy without a database says so of a key it does not know
    if status == 429 and QUOTA.search(words):  # noqa: PLR2004 - OpenAI says "no credit" by the status of "too fast"
        return "out_of_credit"
    if status == 400 and _is_gone(words):  # noqa: PLR2004 - Bad Request
        return "model_not_found"
    return KINDS.get(status, "provider" if status >= 500 else "invalid_request")  # noqa: PLR2004 - 5xx


def _is_gone(words: str) -> bool:
    """Tell whether a sentence speaks of a model, and then of its end; each is searched once, so that length costs no more."""
    sentences = ((sentence, MODEL.search(sentence)) for sentence in words.split("."))
    told = any(model and GONE.search(sentence, model.end()) for sentence, model in sentences)
    return told or GONE_CODE.search(words) is not None


def _body(reply: Reply) -> dict[str, Any]:
    """Give the error object of a body in any of the known shapes."""
    try:
        body = reply.json
    except Malformed:
        return {"message": _first_words(reply.body)}
    if not isinstance(body, dict):
        return {}
    error = body.get("error")
    if isinstance(error, dict):
        return {"request_id": body.get("request_id"), "event_id": body.get("event_id"), **_inner(error)}
    return {**body, "message": error or _detail(body.get("detail")) or body.get("message") or body.get("msg")}


def _inner(error: dict[str, Any]) -> dict[str, Any]:
    """Unwrap an error whose message quotes the JSON of the error below it, as LiteLLM's does."""
    words = str(error.get("message") or "")
    _, brace, rest = words.partition("{")
    try:
        below = msgspec.json.decode(brace + rest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return error
    quoted = below.get("error", below) if isinstance(below, dict) else None
    return {**error, **quoted} if isinstance(quoted, dict) and quoted.get("message") else error


def _detail(detail: object) -> str:
    """Join FastAPI's `detail`: a string, a list of {loc, msg}, or an object with a message."""
    if isinstance(detail, dict):
        return next((words for name in ("message", "msg", "error") if isinstance(words := detail.get(name), str)), "")
    if isinstance(detail, list):
        rows = [row for row in detail if isinstance(row, dict)]
        return "; ".join(f"{'.'.join(map(str, row.get('loc') or ()))}: {row.get('msg')}" for row in rows)
    return detail if isinstance(detail, str) else ""


def _first_words(body: bytes) -> str:
    text = re.sub(r"<[^<>]*>", " ", body[:4096].decode("utf-8", "replace"))
    return " ".join(text.split())[:LONGEST]


def _request_id(reply: Reply, error: dict[str, Any]) -> str | None:
    headers = (reply.headers.get(name) for name in REQUEST_ID_HEADERS)
    found = [error.get("request_id"), *headers, error.get("event_id")]
    return next((str(value) for value in found if value), None)
