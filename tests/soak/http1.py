"""As much of HTTP/1.1 as a small server and the line before it need; what the client uses is not used here."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

pause = asyncio.sleep  # noqa: TID251 - a provider takes real time, and so does its line


@dataclass
class Request:
    """A request, whole; `raw` is how it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    raw: bytes

    @property
    def segments(self) -> list[str]:
        """The path's parts, each unescaped by itself."""
        return [unquote(part) for part in urlsplit(self.target).path.strip("/").split("/")]

    def query(self, name: str, default: str = "") -> str:
        return parse_qs(urlsplit(self.target).query).get(name, [default])[0]

    def fields(self) -> dict[str, Any]:
        """The fields of a JSON or a multipart body; None of another shape is read."""
        if self.headers.get("content-type", "").startswith("multipart/form-data"):
            return _form(self.headers["content-type"], self.body)
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


@dataclass
class Response:
    """A response; it always says how long it is."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def head(self) -> bytes:
        now = format_datetime(datetime.now(UTC), usegmt=True)
        headers = {"Date": now, **self.headers, "Content-Length": str(len(self.body))}
        lines = [
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    @property
    def raw(self) -> bytes:
        return self.head + self.body


def said(body: object, status: int = 200, **headers: str) -> Response:
    """Return a JSON response; header names come with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, json.dumps(body).encode(), {"Content-Type": "application/json", **named})


def part_of(whole: Response, request: Request, mark: str) -> Response:
    """Return the rest of a body where it was requested under the right validator (RFC 9110, section 14)."""
    headers = {**whole.headers, "Accept-Ranges": "bytes", "ETag": mark}
    asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
    if asked is None or request.headers.get("if-range", mark) != mark:
        return Response(whole.status, whole.body, headers)
    first, total = int(asked[1]), len(whole.body)
    if first >= total:
        return Response(416, b"", {**headers, "Content-Range": f"bytes */{total}"})
    return Response(206, whole.body[first:], {**headers, "Content-Range": f"bytes {first}-{total - 1}/{total}"})


async def read_head(reader: asyncio.StreamReader) -> bytes:
    """Read up to the empty line; empty where the other side had no more to say."""
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


def headers_of(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {
        name.strip().lower(): value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon
    }


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Read one request, None where there is none."""
    head = await read_head(reader)
    if not head:
        return None
    method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
    headers = headers_of(head)
    body, raw = await _body(reader, headers)
    return Request(method, target, headers, body, head + raw)


async def read_response(reader: asyncio.StreamReader) -> Response:
    """Read one response of a server that always says how long it is."""
    head = await read_head(reader)
    headers = headers_of(head)
    body = await reader.readexactly(int(headers.pop("content-length")))
    return Response(int(head.split(b" ", 2)[1]), body, headers)


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> tuple[bytes, bytes]:
    """Return the body, and the bytes it came in."""
    if headers.get("transfer-encoding", "") != "chunked":
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return body, body
    body, raw = b"", b""
    while True:
        line = await reader.readuntil(b"\r\n")
        chunk = await reader.readexactly(int(line, 16) + 2)
        body, raw = body + chunk[:-2], raw + line + chunk
        if len(chunk) == 2:
            return body, raw


def _form(content_type: str, body: bytes) -> dict[str, Any]:
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    return {str(part.get_param("name", header="content-disposition")): part.get_content().strip() if part.get_content_maintype() == "text"
            else part.get_payload(decode=True).decode() for part in message.iter_parts()}  # fmt: skip
