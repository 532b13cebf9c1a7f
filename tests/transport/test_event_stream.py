"""Server-sent events, however their bytes are cut."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from jupyter_videogen.core.http import Lost
from jupyter_videogen.transport import event_stream
from jupyter_videogen.transport.event_stream import ServerEvent, read_events

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

STREAM = (
    b': keepalive\n\nevent: status\ndata: {"status":"running"}\n\n'
    b"data:one\r\ndata: two\r\nid: 7\r\n\r\n"
    b"event: empty\n\n"
    b"event: progress\rdata:  spaced\r\r"
    b"event: status\ndata: cut"
)
EVENTS = [
    ServerEvent("status", b'{"status":"running"}'),
    ServerEvent("message", b"one\ntwo"),
    ServerEvent("progress", b" spaced"),
]


def events(*pieces: bytes) -> list[ServerEvent]:
    async def give() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async def read() -> list[ServerEvent]:
        return [event async for event in read_events(give())]

    return asyncio.run(read())


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_read_however_they_are_cut(size: int) -> None:
    """Comments, ends of lines of every kind, several lines of data; what the end cuts is no event."""
    assert events(*(STREAM[at : at + size] for at in range(0, len(STREAM), size))) == EVENTS


@pytest.mark.parametrize("stream", [b"data: " + b"x" * 100, b"data: xxxxxxxx\n" * 10])
def test_an_event_without_end_is_given_up(stream: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, or many."""
    monkeypatch.setattr(event_stream, "LARGEST_EVENT", 50)
    with pytest.raises(Lost, match="too large"):
        events(stream)
