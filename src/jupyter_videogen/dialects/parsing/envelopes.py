"""What kind of answer a body is: about an error, or the place of a clip with nothing in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.core.http import Malformed
from jupyter_videogen.dialects.error_messages import read_error_value
from jupyter_videogen.dialects.parsing.values import text
from jupyter_videogen.dialects.status import parse_status

if TYPE_CHECKING:
    from jupyter_videogen.core.http import Reply


def has_error(body: object) -> bool:
    """Return whether an object is about an error: it has one, says that it did not succeed, or a code that is no success."""
    if not isinstance(body, dict) or (text(body.get("status")) and parse_status(body["status"])[0] != "failed"):
        return False
    code = str(body.get("code", "")).lower()
    wrong = code not in {"", "0", "200", "success", "ok", "none"} and not isinstance(body.get("data"), dict)
    return bool(body.get("error") or body.get("errors") or body.get("success") is False or wrong)


def has_empty_result(reply: Reply) -> bool:
    """Return whether an answer has the place of a finished clip (`data`), and nothing there."""
    try:
        body = reply.json
    except Malformed:
        return False
    return isinstance(body, dict) and ("data" in body or "created" in body)


def error_text(reply: Reply, *, looked: bool = False) -> str:
    """Return the words of a 2xx that holds an error and no job; empty where it complains of nothing.

    In a look the object of a job has a `status`, and its error is the job's.
    """
    try:
        body = reply.json
    except Malformed:
        return ""
    a_job = looked and isinstance(body, dict) and text(body.get("status")) is not None
    return read_error_value(body).words if not a_job and has_error(body) else ""


def drop_request_id(body: object) -> object:
    """Return an object without the id of its exchange."""
    return {name: value for name, value in body.items() if name != "request_id"} if isinstance(body, dict) else body
