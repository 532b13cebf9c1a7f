"""Values out of JSON: every function takes anything and gives a value of one kind, or nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.http import Malformed

if TYPE_CHECKING:
    from jupyter_videogen.core.http import Reply

ALL = 100.0
"""Percent."""
MILLISECONDS = 1e11
"""No number of seconds is as large for the next thousand years; one of milliseconds is."""
SIZE = re.compile(r"[1-9][0-9]{0,4}x[1-9][0-9]{0,4}")
MOST_CLIPS = 16
"""What one job may have; a larger number in a reply is a mistake."""


def as_object(reply: Reply) -> dict[str, Any]:
    """Return the JSON object of a reply; raises `Malformed` for anything else."""
    body = reply.json
    if not isinstance(body, dict):
        raise Malformed("not an object")
    return body


def text(value: object) -> str | None:
    """Return a string that says something."""
    return value if isinstance(value, str) and value else None


def objects(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list, or of one object that stands for a list of one."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def member(value: object, name: str) -> object:
    """Return what an object has under a name; None where it has nothing, or is no object."""
    return value.get(name) if isinstance(value, dict) else None


def number(value: object) -> float | None:
    """Return a number that may come as a string; never NaN, infinity or a boolean."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):  # an integer of hundreds of digits
        return None
    return found if abs(found) < float("inf") else None


def percent(value: object) -> float | None:
    """Return a number from 0 to 100, also of "62%". No dialect's document counts from 0 to 1."""
    told = isinstance(value, str) and value.strip().endswith("%")
    found = number(str(value).strip()[:-1] if told else value)
    return found if found is not None and 0 <= found <= ALL else None


def timestamp(value: object) -> float | None:
    """Return a time in seconds since the epoch, out of seconds, milliseconds or ISO 8601 (UTC where it names no zone)."""
    found = number(value)
    if found is not None:
        return (found / 1000 if found > MILLISECONDS else found) or None
    try:
        read = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def length(value: object) -> float | None:
    """Return a clip's length in seconds; nothing that no clip can have."""
    found = number(value)
    return found if found and found > 0 else None


def size(value: object) -> str | None:
    """Return a size as "WxH"; providers also answer "auto" or "768P", which say nothing of the picture."""
    return value if isinstance(value, str) and SIZE.fullmatch(value) else None


def clip_count(value: object) -> int:
    """Return a number of clips: 1 where none is said, within 0 to 16."""
    found = 1 if value is None else number(value)
    return 1 if found is None else int(min(max(found, 0), MOST_CLIPS))


def poll_hint(reply: Reply) -> float | None:
    """Return the seconds after which `openai-poll-after-ms` suggests to look again."""
    milliseconds = number(reply.headers.get("openai-poll-after-ms"))
    return None if milliseconds is None else milliseconds / 1000


def header_cost(reply: Reply) -> float | None:
    """Return the dollars that `x-litellm-response-cost` says a call cost: LiteLLM's own, and other gateways'.

    Source: docs.litellm.ai/docs/proxy/response_headers. It is there for a create (`acreate_video`, v1.106); a zero is what
    LiteLLM says of a model that it has no price for, so it is none. In a look it is the cost of looking.
    """
    cost = number(reply.headers.get("x-litellm-response-cost"))
    return cost if cost is not None and cost > 0 else None


def parse_elapsed(job: dict[str, Any]) -> float | None:
    """Return the seconds from a job's creation to its completion, where it says both and they are in order."""
    created, completed = timestamp(job.get("created_at")), timestamp(job.get("completed_at"))
    return completed - created if created and completed and completed > created > 0 else None


def form_text(name: str, value: object) -> str:
    """Return a form field's text; raises `InvalidRequest` for what a form cannot hold."""
    if isinstance(value, dict | list):
        raise InvalidRequest(
            f"{name} is a list or an object, but a form holds only text.", next="Pass it as text.", field="extra"
        )
    return str(value).lower() if isinstance(value, bool) else str(value)


def drop_unset(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what was not given, so that the provider's own defaults hold."""
    return {name: value for name, value in fields.items() if value is not None}
