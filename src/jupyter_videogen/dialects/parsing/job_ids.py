"""The id of a job, by whatever name and in whatever place a provider gives it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from jupyter_videogen.core.http import Malformed
from jupyter_videogen.dialects.parsing.envelopes import drop_request_id, has_error
from jupyter_videogen.dialects.parsing.values import member, objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.core.http import Reply

LONGEST_ID = 2048
IDS = ("id", "task_id", "job_id", "video_id", "generation_id", "request_id")
"""How providers name a job, the more usual first; `request_id` is xAI's and fal's."""
BOXES = ("data", "task", "job", "video", "result", "output")
"""Where a job may stand inside an answer."""


def check_id(value: object) -> str:
    """Return an id that may become one path segment; raises `Malformed` for one that could walk elsewhere.

    A whole number is an id too.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.isprintable() or value in {"", ".", ".."} or len(value) > LONGEST_ID:
        raise Malformed("no usable id")
    return value


def find_id(job: object) -> str | None:
    """Return the id of a job by whatever name it has in an object; None where it has none."""
    for name in IDS if isinstance(job, dict) else ():
        with suppress(Malformed):
            return check_id(member(job, name))
    return None


def read_job_id(body: object, *, first: tuple[str, ...] = ()) -> str:
    """Return the id of the job in an answer to a create: in itself, or in what it wraps; raises `Malformed`.

    `first` are names that the dialect's document has, which go before all others. A `request_id` beside an error is that of
    the exchange.
    """
    levels = [drop_request_id(level) if has_error(body) else level for level in (body, *_walk_boxes(body))]
    ours = (row.get(name) for row in levels if isinstance(row, dict) for name in first)
    for value in ours:
        with suppress(Malformed):
            return check_id(value)
    found = next(filter(None, map(find_id, levels)), None)
    return check_id(found)


def _walk_boxes(body: object) -> Iterator[object]:
    """Return the objects in which an answer may keep its job; the first of a list."""
    for name in BOXES:
        yield from objects(member(body, name))[:1]
    if isinstance(body, list):
        yield from objects(body)[:1]


def find_job_id(reply: Reply) -> str | None:
    """Return the id of the job in an answer of any shape; None where it names none, or but the exchange itself."""
    try:
        body = reply.json
        return read_job_id(drop_request_id(body))
    except Malformed:
        return None


def id_from_location(reply: Reply) -> str | None:
    """Return the id at the end of a Location, which is all that some answers to a create hold."""
    segment = urlsplit(reply.headers.get("location", "")).path.rstrip("/").rpartition("/")[2]
    try:
        return check_id(unquote(segment))
    except Malformed:
        return None
