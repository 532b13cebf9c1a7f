"""Requests that are odd or never whole: ranges as RFC 9110 has them, and a limit on what comes by halves."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from jupyter_videogen.gateway import http_protocol
from support.gateway_app import CLIP, House

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("asked", ["chunks=0-5", "items=1-2", "seconds=0-1", "x", ""])
def test_a_range_in_other_units_is_ignored(house: House, asked: str) -> None:
    """The whole clip, with 200 (RFC 9110, section 14.2)."""
    reply = house.get(f"/v1/videos/{house.finished()}/content", headers={"range": asked})
    assert (reply.status_code, reply.content) == (200, CLIP)
    assert "content-range" not in reply.headers


@pytest.mark.parametrize("asked", ["bytes=0-5", "bytes=500-", "chunks=0-5"])
def test_a_head_has_no_ranges(house: House, asked: str) -> None:
    """Only a GET can ask for a part: the head is that of the whole clip."""
    reply = house.request("HEAD", f"/v1/videos/{house.finished()}/content", headers={"range": asked})
    assert (reply.status_code, reply.headers["content-length"], reply.content) == (200, str(len(CLIP)), b"")


async def application(scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
    """Read the whole request, then say yes."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def talk(*pieces: bytes, rounds: int = 0) -> tuple[bytes, bool]:
    """Send pieces, then drops; returns what was answered, and whether the server hung up by itself."""

    async def run() -> tuple[bytes, bool]:
        server = uvicorn.Server(
            uvicorn.Config(application, http=http_protocol.CuttableProtocol, lifespan="off", ws="none", log_config=None)
        )
        door = socket.create_server(("127.0.0.1", 0))
        serving = asyncio.ensure_future(server.serve(sockets=[door]))
        reader, writer = await asyncio.open_connection(*door.getsockname())
        heard = asyncio.ensure_future(reader.read())
        for piece in pieces:
            writer.write(piece)
        for _ in range(rounds):
            writer.write(b"x")
            await asyncio.wait([heard], timeout=0.05)
        await asyncio.wait([heard], timeout=2.0)
        ended, said = heard.done(), b""
        if ended:
            try:
                said = heard.result()
            except ConnectionError:
                said = b""
        heard.cancel()
        writer.close()
        server.should_exit = True
        await serving
        return said, ended

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("pieces", "rounds"),
    [
        ((), 0),
        ((b"POST / HTTP/1.1\r\nHost: x\r\n",), 0),
        ((b"POST / HTTP/1.1\r\nHost: ",), 20),
        ((b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc",), 0),
        ((b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",), 20),
    ],
)
def test_half_a_request_is_not_waited_for(
    pieces: tuple[bytes, ...], rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silent or sign by sign, in the head or in the body: the line is closed."""
    monkeypatch.setattr(http_protocol, "HALF", 0.3)
    said, ended = talk(*pieces, rounds=rounds)
    assert (b"ok" in said, ended) == (False, True)


def test_a_body_that_gets_on_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes as a whole."""
    monkeypatch.setattr(http_protocol, "HALF", 0.3)
    body = b"y" * 100_000
    said, _ = talk(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n", body)
    assert said.endswith(b"ok")
