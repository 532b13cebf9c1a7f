"""Server-sent events out of a body as it comes.

Source: the HTML standard, "Server-sent events": lines end in LF, CRLF or CR; a blank line ends an event; `data` lines are joined;
a line that begins with a colon is a comment. `id` and `retry` are not used here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.core.http import Lost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LARGEST_EVENT = 4 * 1024 * 1024
"""Bytes; a preview picture in base64 is the largest that comes."""
LINE_END = re.compile(rb"\r\n|\n|\r")


class ServerEvent(NamedTuple):
    """One event: its name, and its data as they came."""

    name: str
    data: bytes


async def read_events(pieces: AsyncIterator[bytes]) -> AsyncIterator[ServerEvent]:
    """Return the events of a body; one that its end cuts is dropped. Raises `Lost` for one that is too large."""
    name, data, size = "message", list[bytes](), 0
    async for line in _lines(pieces):
        size += len(line)
        if size > LARGEST_EVENT:
            raise Lost("an event is too large")
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            name = value.decode(errors="replace")
        elif field == b"data":
            data.append(value)
        elif not line:
            if data:
                yield ServerEvent(name, b"\n".join(data))
            name, data, size = "message", [], 0


async def _lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Return whole lines without their ends; a CR at the end of a piece may be half an end."""
    left = b""
    async for piece in pieces:
        left += piece
        held = b"\r" if left.endswith(b"\r") else b""
        *lines, left = LINE_END.split(left.removesuffix(held))
        left += held
        if len(left) > LARGEST_EVENT:
            raise Lost("an event is too large")
        for line in lines:
            yield line
