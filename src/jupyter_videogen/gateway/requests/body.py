"""The body of a request: JSON or a form, read to its end under one limit, as one mapping of fields."""

import json
import re
from collections.abc import AsyncGenerator, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from jupyter_videogen.gateway.requests.error import Problem

BODY_BYTES = 32 * 1024 * 1024
JSON = "application/json"
FORM = "multipart/form-data"

_KEY = re.compile(r"[!-~]{1,255}")
_IGNORED_NAMES = 20
_IGNORED_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that came with a form."""

    name: str
    data: bytes


def media_type(request: Request) -> str:
    """Return what kind of body a request says it has."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_fields(request: Request, *kinds: str) -> dict[str, Any]:
    """Return the fields of a body that is of one of the kinds."""
    kind = media_type(request)
    if kind not in kinds:
        names = {JSON: "JSON, sent as application/json", FORM: "a form, sent as multipart/form-data"}
        raise Problem(415, "unsupported_media_type", f"The body must be {' or '.join(names[kind] for kind in kinds)}.")
    return await (_read_form(request) if kind == FORM else _read_json(request))


async def _read_form(request: Request) -> dict[str, Any]:
    try:
        form = await MultiPartParser(request.headers, _limit_body(request), max_part_size=BODY_BYTES).parse()
    except (MultiPartException, KeyError, UnicodeError):
        raise Problem(400, "invalid_form", "The body is not a valid multipart form.") from None
    try:
        return {name: await _value(value) for name, value in form.multi_items()}
    finally:
        await form.close()


async def _value(value: UploadFile | str) -> UploadedFile | str:
    return value if isinstance(value, str) else UploadedFile(value.filename or "", await value.read())


async def _read_json(request: Request) -> dict[str, Any]:
    body = b"".join([chunk async for chunk in _limit_body(request)])
    try:
        fields = json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Problem(400, "invalid_json", "The body is not valid JSON.") from None
    if not isinstance(fields, dict):
        raise Problem(400, "invalid_json", "The body must be a JSON object.")
    return fields


async def _limit_body(request: Request) -> AsyncGenerator[bytes]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_BYTES:
            raise Problem(413, "request_too_large", f"The body must not be larger than {BODY_BYTES} bytes.")
        yield chunk


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def idempotency_key(request: Request) -> str | None:
    """Return the key that makes a repeated create the same create."""
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        message = "Idempotency-Key must be 1 to 255 visible ASCII characters."
        raise Problem(400, "invalid_value", message, param="Idempotency-Key")
    return key


def ignored_header(fields: Mapping[str, Any], honoured: Collection[str]) -> dict[str, str]:
    """Return the header that names the fields which had no effect; null is no wish, so it is not named."""
    names = [name for name, value in fields.items() if name not in honoured and value is not None][:_IGNORED_NAMES]
    safe = ",".join(re.sub(r"[^A-Za-z0-9_.\[\]-]", "?", name[:_IGNORED_CHARACTERS]) for name in names)
    return {"x-videogen-ignored": safe} if safe else {}
