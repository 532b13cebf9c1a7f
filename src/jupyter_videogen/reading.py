"""Reading what services send: every function takes anything and gives a value of one kind, or nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import msgspec

from .dialect import Listed, Page
from .errors import Failure, InvalidRequest
from .failures import LONGEST, MODERATION, READ
from .status import fold
from .values import Artifact
from .wire import Malformed, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .dialect import StatusUpdate

LONGEST_ID = 512
MILLISECONDS = 1e11
"""No number of seconds is as large for the next thousand years; one of milliseconds is."""
SIZE = re.compile(r"[1-9][0-9]{0,4}x[1-9][0-9]{0,4}")
NO_REASON = "The service gave no reason."
MOST_CLIPS = 16
"""What one job may have; a larger number in a reply is a mistake."""


def members(reply: Reply) -> dict[str, Any]:
    """Give the JSON object of a reply; raises `Malformed` for anything else."""
    body = reply.json
    if not isinstance(body, dict):
        raise Malformed("not an object")
    return body


def identifier(value: object) -> str:
    """Give an id that may become one path segment; raises `Malformed` for one that could walk elsewhere."""
    if not isinstance(value, str) or not value.isprintable() or value in {"", ".", ".."} or len(value) > LONGEST_ID:
        raise Malformed("no usable id")
    return value


def text(value: object) -> str | None:
    """Give a string that says something."""
    return value if isinstance(value, str) and value else None


def objects(value: object) -> list[dict[str, Any]]:
    """Give the objects of a list, or of one object that stands for a list of one."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def number(value: object) -> float | None:
    """Give a number that may come as a string; never NaN, infinity or a boolean."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):  # an integer of hundreds of digits
        return None
    return found if abs(found) < float("inf") else None


def percent(value: object) -> float | None:
    """Give a number from 0 to 100."""
    found = number(value)
    return found if found is not None and 0 <= found <= 100 else None  # noqa: PLR2004 - a percent


def moment(value: object) -> float | None:
    """Give a time in seconds since the epoch, out of seconds, milliseconds or ISO 8601 (UTC where it names no zone)."""
    found = number(value)
    if found is not None:
        return (found / 1000 if found > MILLISECONDS else found) or None
    try:
        read = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def length(value: object) -> float | None:
    """Give a clip's length in seconds; nothing that no clip can have."""
    found = number(value)
    return found if found and found > 0 else None


def size(value: object) -> str | None:
    """Give a size as "WxH"; services also answer "auto" or "768P", which say nothing of the picture."""
    return value if isinstance(value, str) and SIZE.fullmatch(value) else None


def clip_at(url: str) -> Artifact:
    """Give the clip at a URL from a reply: a data URL holds it, and a relative one is a path at the service."""
    if url.startswith("data:"):
        return Artifact("", inline=url)
    if url.startswith("//"):
        return Artifact(f"https:{url}")
    return Artifact(url if "://" in url.partition("?")[0] else f"/{url.lstrip('/')}")


def count(value: object) -> int:
    """Give a number of clips: 1 where none is said, within 0 to 16."""
    found = 1 if value is None else number(value)
    return 1 if found is None else int(min(max(found, 0), MOST_CLIPS))


def hint(reply: Reply) -> float | None:
    """Give the seconds after which `openai-poll-after-ms` suggests to look again."""
    milliseconds = number(reply.headers.get("openai-poll-after-ms"))
    return None if milliseconds is None else milliseconds / 1000


def took(job: dict[str, Any]) -> float | None:
    """Give the seconds from a job's creation to its completion, where it says both and they are in order."""
    created, completed = moment(job.get("created_at")), moment(job.get("completed_at"))
    return completed - created if created and completed and completed > created > 0 else None


def why(error: object) -> Failure:
    """Read the `error` of a failed job: an object, a string or nothing. No claim is made about the bill."""
    facts = error if isinstance(error, dict) else {"message": error}
    words = text(facts.get("message")) or NO_REASON
    marks = f"{facts.get('code')} {facts.get('type')} {words}"[:READ]
    kind = "content_policy" if MODERATION.search(marks) else "provider"
    return Failure(code=kind, message=words[:LONGEST], sent="yes", charged="unknown")


def judged(update: StatusUpdate, error: object) -> StatusUpdate:
    """Add what a job's `error` says of its end.

    A failed job has a reason, however little is said. One that is called finished and has an error all the same keeps its
    clips, with a note; where there are none, the error is what became of it.
    """
    if update.state == "failed":
        return msgspec.structs.replace(update, failure=why(error))
    if update.state != "succeeded" or not (any(error.values()) if isinstance(error, dict) else error):
        return update
    failure = why(error)
    if not update.artifacts:
        return msgspec.structs.replace(update, state="failed", failure=failure)
    note = f"The service also reported an error: {failure.message}"
    return msgspec.structs.replace(update, notes=(*update.notes, note))


def as_text(name: str, value: object) -> str:
    """Give a form field's text; raises `InvalidRequest` for what a form cannot hold."""
    if isinstance(value, dict | list):
        raise InvalidRequest(
            f"{name} is a list or an object, and a form holds only text.", next="Give it as text.", field="extra"
        )
    return str(value).lower() if isinstance(value, bool) else str(value)


def given(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what was not given, so that the service's own defaults hold."""
    return {name: value for name, value in fields.items() if value is not None}


def job_facts(row: dict[str, Any]) -> dict[str, Any]:
    """Give what a row of a list of jobs says of its request: the facts of a `Listed`, without its handle."""
    return {
        "prompt": text(row.get("prompt")),
        "model": text(row.get("model")),
        "duration": length(row.get("seconds")) or length(row.get("duration")),
        "size": size(row.get("size")),
        "created_at": moment(row.get("created_at")),
        **_standing(row),
    }


def _standing(row: dict[str, Any]) -> dict[str, Any]:
    """Give how far a listed job is; nothing where the row has no word for it."""
    if text(row.get("status")) is None:
        return {}
    state, word = fold(row["status"])
    return {"state": state, "status": word, "progress": percent(row.get("progress"))}


def located(reply: Reply) -> str | None:
    """Give the id at the end of a Location, which is all that some answers to a create hold."""
    segment = urlsplit(reply.headers.get("location", "")).path.rstrip("/").rpartition("/")[2]
    try:
        return identifier(unquote(segment))
    except Malformed:
        return None


def cursor_page(reply: Reply) -> Page:
    """Read a page of videos as OpenAI and Bifrost give them; a cursor that comes with an empty page is no cursor."""
    body = members(reply)
    rows = [row for row in objects(body.get("data") or []) if text(row.get("id"))]
    jobs = [Listed(handle={"id": row["id"]}, **job_facts(row)) for row in rows]
    return Page(jobs, text(body.get("last_id")) if body.get("has_more") is True and jobs else None)


def model_names(reply: Reply) -> list[str]:
    """Give the names in a list of models, in any of its shapes: objects with an `id`, names, or models by provider."""
    body = reply.json
    rows = body.get("data", body.get("models", [])) if isinstance(body, dict) else body
    return list(dict.fromkeys(_names(rows)))


def model_prices(reply: Reply) -> dict[str, float]:
    """Give dollars a clip by model, where a list of models says so: Bifrost's `pricing.request`, a number in a string."""
    body = reply.json
    rows = objects(body.get("data")) if isinstance(body, dict) else []
    found = {
        str(row.get("id")): number((row.get("pricing") or {}).get("request"))
        for row in rows
        if isinstance(row.get("pricing"), dict)
    }
    return {model: price for model, price in found.items() if price}


def _names(rows: object) -> Iterator[str]:
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, str):
            yield row
        elif isinstance(row, dict) and isinstance(row.get("models"), list):
            yield from _names(row["models"])
        elif isinstance(row, dict) and (name := text(row.get("id")) or text(row.get("name"))):
            yield name
