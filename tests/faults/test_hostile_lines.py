"""Lines and servers below HTTP: what is paid goes over a fresh connection, and nobody keeps us waiting or fills us up."""

from __future__ import annotations

import asyncio
import gzip
import socket
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_videogen.core.http import Call, Lost, NotSent
from jupyter_videogen.transport import client as lines
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from support.raw_server import RawServer, drips, half_read, head, raw, says
from support.single_job import LONG, Stage, done

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_videogen.core.http import Reply
    from support.raw_server import Turn

POST = Call("POST", "/videos", json={"prompt": "a kite"}, timeout=2)
LOOK = Call("GET", "/videos", timeout=2)
WHOLE = says(LONG)


def talk(turns: list[Turn], *calls: Call) -> tuple[list[Reply], RawServer]:
    """Send calls one after another; returns the replies and the server."""

    async def run() -> list[Reply]:
        async with server.serving():
            transport = Transport(Fixed(Endpoint(server.url)))
            try:
                return [await transport.send(call) for call in calls]
            finally:
                await transport.close()

    server = RawServer({"/videos": turns})
    return asyncio.run(run()), server


def test_every_paid_call_has_a_connection_of_its_own() -> None:
    """One that was kept could be closing just then, and nobody could say whether the call had arrived. Looks share one."""
    replies, server = talk([says(b"{}")], POST, LOOK, POST, LOOK, POST)
    assert [reply.status for reply in replies] == [200] * 5
    assert server.connections == 4


def test_a_paid_call_is_not_hurt_by_a_connection_that_the_service_closes() -> None:
    """The provider hangs up after each answer without a word: the next call does not notice."""
    quiet = raw(head(content_length=2), b"{}")
    replies, server = talk([quiet], LOOK, POST, POST)
    assert [reply.json for reply in replies] == [{}] * 3
    assert server.connections == 3


def test_silent_connections_are_kept_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keepalive after a minute, every minute, five times: routers forget a line on which nothing moves."""
    told: list[tuple[int, int]] = []
    real = socket.socket.setsockopt

    def setsockopt(self: socket.socket, level: int, name: int, value: Any) -> None:
        told.append((name, value))
        real(self, level, name, value)

    monkeypatch.setattr(socket.socket, "setsockopt", setsockopt)
    talk([says(b"{}")], POST)
    assert {(socket.SO_KEEPALIVE, 1), *((name, value) for _, name, value in lines.KEEPALIVE)} <= set(told)
    assert [value for _, _, value in lines.KEEPALIVE] == [60, 60, 5]


@pytest.mark.parametrize("size", [100, 10_000])
def test_an_upload_that_was_read_by_half_was_not_sent(size: int) -> None:
    """Reset in the middle of a large body: the provider never had it whole, so it may be sent again."""
    with pytest.raises(NotSent):
        talk([half_read(size)], Call("POST", "/videos", json={"image": "x" * 30_000_000}, timeout=5))


@pytest.mark.parametrize(
    "turn",
    [
        drips(head(content_length=100_000)),
        drips(b"HTTP/1.1 200 OK\r\nx-slow: "),
        drips(b"HTTP/1.1 ", drop=b"2"),
        raw(then="gone"),
        drips(head(transfer_encoding="chunked"), drop=b"1\r\n \r\n"),
    ],
)
def test_a_look_has_a_time_for_all_of_it(turn: Turn) -> None:
    """A byte now and then never runs into a read's time: the whole look has one."""
    with pytest.raises(Lost, match="no answer in time"):
        talk([turn], Call("GET", "/videos", timeout=0.3))


@pytest.mark.parametrize(
    "turn",
    [
        raw(head(connection="close"), b" " * 3_000_000),
        raw(head(content_length=50_000_000), b" " * 3_000_000, then="gone"),
        says(gzip.compress(b" " * 3_000_000, mtime=0), content_encoding="gzip"),
    ],
)
def test_a_look_is_read_up_to_two_megabytes(turn: Turn) -> None:
    """Plain, announced or folded up small: no status is that long."""
    with pytest.raises(Lost, match="the reply is too large"):
        talk([turn], LOOK)


@pytest.mark.parametrize(
    "turn",
    [
        raw(b"HTTP/1.1 200 " + b"x" * 300_000 + b"\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\n" + b"".join(b"x-%d: y\r\n" % n for n in range(100_000)) + b"\r\n"),
        raw(b"HTTP/1.1 999999 No\r\n\r\n"),
        raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
        raw(b"\x15\x03\x01\x00\x02\x02\x16"),
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello"),
        raw(then="reset"),
        raw(),
    ],
)
def test_a_head_that_is_none_is_a_lost_answer(turn: Turn) -> None:
    """Endless, impossible, another protocol, or nothing at all: after a paid call nobody can say what became of it."""
    with pytest.raises(Lost):
        talk([turn], POST)


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP"])
def test_an_answer_that_was_compressed_unasked_is_read(coding: str) -> None:
    """The answer to a paid call is never thrown away for its wrapping."""
    (reply,), _ = talk([says(gzip.compress(b'{"id": "r1"}', mtime=0), content_encoding=coding)], POST)
    assert reply.json == {"id": "r1"}


@pytest.mark.parametrize("body", [gzip.compress(b'{"id": "r1"}', mtime=0)[:-5], b"plain"], ids=["cut", "plain"])
def test_a_compressed_answer_that_is_broken_is_lost(body: bytes) -> None:
    """Half of it could read as something else."""
    with pytest.raises(Lost, match="compressed body"):
        talk([says(body, content_encoding="gzip")], POST)


def test_a_deeply_nested_answer_is_a_missed_look(tmp_path: Path) -> None:
    """A hundred thousand brackets are no status; the job is watched on."""
    stage = Stage(tmp_path, WHOLE, looks=[says(b"[" * 100_000), says(b'{"state":' * 50_000), done()])
    stage.run()
    stage.check_stored()


def test_a_look_that_breaks_below_http_is_a_missed_look(tmp_path: Path) -> None:
    """Reset, cut, not HTTP, too long: each is gone over, and the job is paid for once."""
    looks = [raw(then="reset"), raw(head(content_length=99), b"{"), raw(b"\0\0"), raw(head(), b" " * 3_000_000), done()]
    stage = Stage(tmp_path, WHOLE, looks=looks)
    stage.run()
    stage.check_stored()


@pytest.mark.parametrize("id_", ["openai:video_1", "a/../b", "a?b#c", "%2e%2e", "a b", "ü"])
def test_an_id_is_one_segment_on_the_wire(id_: str) -> None:
    """What a provider calls its job never leads to another address of it."""
    from urllib.parse import quote, unquote  # noqa: PLC0415 - the judge of this test

    target = f"/videos/{quote(id_, safe='')}"

    async def run() -> str:
        async with RawServer({target: [says(b"{}")]}).serving() as server:
            transport = Transport(Fixed(Endpoint(server.url)))
            await transport.send(Call("GET", target))
            await transport.close()
            return server.lines[0].target

    heard = asyncio.run(run())
    assert heard.count("/") == 2
    assert unquote(heard.rpartition("/")[2]) == id_
