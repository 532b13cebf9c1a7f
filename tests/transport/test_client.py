"""`Call -> Reply` on real sockets, against servers that misbehave below HTTP."""

from __future__ import annotations

import asyncio
import tracemalloc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from jupyter_videogen.core.http import Base64, Call, Lost, NotSent, Reply, Upload
from jupyter_videogen.core.secrets import Secret
from jupyter_videogen.media import clip_store, partial_file
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from support.fakes import MP4, box

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

KEY = "sk-canary-0123456789"
POST = Call("POST", "/videos", json={"prompt": "a kite"}, timeout=2)
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nX-Thing: 1\r\n\r\n{}"


@asynccontextmanager
async def service(talk: Talk) -> AsyncIterator[str]:
    """A raw server on loopback; `talk` gets each connection."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


def exchange(talk: Talk, call: Call = POST, **endpoint: object) -> Reply:
    """Run one call against one behaviour."""

    async def run() -> Reply:
        async with service(talk) as url:
            transport = Transport(Fixed(Endpoint(url, Secret(KEY, source="test"), **endpoint)))  # type: ignore[arg-type]
            try:
                return await transport.send(call)
            finally:
                await transport.close()

    return asyncio.run(run())


async def hear(reader: asyncio.StreamReader) -> bytes:
    """Read one request whole."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    return head + await reader.readexactly(length)


def test_a_call_carries_key_headers_and_body_to_its_own_origin() -> None:
    """The bearer and the endpoint's headers go along; the reply's header names are in lower case."""
    heard = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await hear(reader))
        writer.write(OK)

    reply = exchange(talk, headers={"x-team": "lab"})
    assert (reply.status, reply.headers["x-thing"], reply.json) == (200, "1", {})
    (request,) = heard
    assert request.startswith(b"POST /v1/videos HTTP/1.1\r\n")
    assert f"authorization: Bearer {KEY}".encode() in request.replace(b"Authorization", b"authorization")
    assert b"x-team: lab" in request
    assert request.endswith(b'{"prompt":"a kite"}')


def test_another_origin_never_sees_the_key() -> None:
    """An absolute URL is a stranger, whatever the endpoint holds."""
    heard = []

    async def stranger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await hear(reader))
        writer.write(OK)

    async def run() -> None:
        async with service(stranger) as url:
            endpoint = Endpoint("http://127.0.0.1:9/v1", Secret(KEY, source="test"), {"x-api-key": KEY})
            transport = Transport(Fixed(endpoint))
            await transport.send(Call("GET", f"{url}/clip.mp4"))
            await transport.close()

    asyncio.run(run())
    assert KEY.encode() not in heard[0]


def test_a_refused_connection_is_certainly_not_sent() -> None:
    """Nobody listens: nothing left this machine."""

    async def run() -> None:
        transport = Transport(Fixed(Endpoint("http://127.0.0.1:9/v1")))
        try:
            await transport.send(POST)
        finally:
            await transport.close()

    with pytest.raises(NotSent):
        asyncio.run(run())


async def reset_after_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hear all of it, then hang up."""
    await hear(reader)
    writer.transport.abort()


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hear all of it and never answer."""
    await hear(reader)
    await reader.read()


async def half_an_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Promise more than is sent."""
    await hear(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a byte at a time, for ever."""
    await hear(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while not reader.at_eof():
        writer.write(b" ")
        await asyncio.wait([asyncio.ensure_future(reader.read(1))], timeout=0.05)


@pytest.mark.parametrize("talk", [reset_after_body, silence, half_an_answer, drip])
def test_what_may_have_arrived_is_lost_not_unsent(talk: Talk) -> None:
    """Once the body has left whole, no failure of the line says that it did not; every call ends in its time."""
    with pytest.raises(Lost):
        exchange(talk, Call("POST", "/videos", json={"prompt": "a kite"}, timeout=0.5))


def test_an_upload_that_broke_was_not_sent() -> None:
    """Cut in the middle of a large body, the provider never had it whole."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.transport.abort()

    with pytest.raises(NotSent):
        exchange(talk, Call("POST", "/videos", json={"image": "x" * 30_000_000}, timeout=5))


def test_a_reply_that_is_too_large_is_dropped() -> None:
    """A status of five megabytes is no status."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hear(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 5_000_000)

    with pytest.raises(Lost):
        exchange(talk)


def test_a_download_goes_where_it_is_sent_without_the_key() -> None:
    """C15, C16: a redirect of a GET is followed by hand: to the same origin with the key, elsewhere without any of ours."""
    heard: list[bytes] = []

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await hear(reader))
        writer.write(OK)

    async def run() -> Reply:
        async with service(elsewhere) as other:

            async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                request = await hear(reader)
                heard.append(request)
                to = "/v1/again" if b"/clip" in request else f"{other}/cdn"
                writer.write(f"HTTP/1.1 302 Go\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n".encode())

            async with service(talk) as url:
                endpoint = Endpoint(url, Secret(KEY, source="test"), {"x-bf-vk": KEY})
                transport = Transport(Fixed(endpoint))
                reply = await transport.send(Call("GET", "/clip"))
                await transport.close()
                return reply

    assert asyncio.run(run()).status == 200
    assert [KEY.encode() in request for request in heard] == [True, True, False]


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://x.example/", "/v1/videos"])
def test_a_redirect_that_leads_nowhere_good_is_refused(location: str) -> None:
    """C17: another scheme, or the same place for ever."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hear(reader)
        writer.write(f"HTTP/1.1 302 Go\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n".encode())

    with pytest.raises(NotSent, match=r"refused|too many"):
        exchange(talk, Call("GET", "/videos"))


def test_a_form_carries_fields_and_files(tmp_path: Path) -> None:
    """C36: fields are text, a file is read as it leaves, its name is ours."""
    path = tmp_path / 'odd "name"\r\n.png'
    path.write_bytes(b"\x89PNG picture")
    heard = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await hear(reader))
        writer.write(OK)

    upload = Upload(str(path), "image.png", "image/png")
    exchange(talk, Call("POST", "/videos", form={"prompt": "a kite 🪁", "seconds": "4", "input_reference": upload}))
    (request,) = heard
    assert b"content-type: multipart/form-data; boundary=" in request.lower()
    assert 'name="prompt"\r\n\r\na kite 🪁\r\n'.encode() in request
    assert (
        b'name="input_reference"; filename="image.png"\r\ncontent-type: image/png\r\n\r\n\x89png picture\r\n'
        in request.lower()
    )
    assert b"odd" not in request


def test_a_file_in_json_is_encoded_as_it_leaves(tmp_path: Path) -> None:
    """Base64, with a data URL's head where a provider wants one."""
    path = tmp_path / "a.png"
    path.write_bytes(b"abc")
    heard = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await hear(reader))
        writer.write(OK)

    body = {"image": Base64(str(path)), "last": Base64(str(path), prefix="data:image/png;base64,")}
    exchange(talk, Call("POST", "/videos", json=body))
    assert heard[0].endswith(b'{"image":"YWJj","last":"data:image/png;base64,YWJj"}')


def test_redirects_of_a_paid_call_are_not_followed() -> None:
    """A 307 would post the paid body again, somewhere else: it is given back as it is."""
    heard = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await hear(reader))
        writer.write(b"HTTP/1.1 307 Go\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n")

    assert exchange(talk).status == 307
    assert len(heard) == 1


def test_errors_of_the_line_hold_no_key() -> None:
    """Neither the words nor the chain of an error quote what was sent."""
    with pytest.raises(Lost) as caught:
        exchange(reset_after_body)
    assert caught.value.__cause__ is None
    assert KEY not in repr(caught.getrepr(showlocals=False))


@pytest.mark.parametrize(
    ("suffix", "path"),
    [("", "/v1/videos"), ("/", "/v1/videos"), ("/prefix", "/v1/prefix/videos"), ("/prefix/", "/v1/prefix/videos")],
)
def test_a_base_url_may_end_as_it_likes(suffix: str, path: str) -> None:
    """C35: with or without a slash, with a prefix of its own."""
    heard = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await hear(reader))
        writer.write(OK)

    async def run() -> None:
        async with service(talk) as url:
            transport = Transport(Fixed(Endpoint(url + suffix)))
            await transport.send(POST)
            await transport.close()

    asyncio.run(run())
    assert heard[0].startswith(f"POST {path} ".encode())


def test_a_large_clip_takes_little_memory(tmp_path: Path) -> None:
    """C19: 96 MB from a socket to the disk, whole, in a few MB of memory."""
    megabyte, count = bytes(1 << 20), 96
    head = box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", b"\0" * 40) + (8 + (count << 20)).to_bytes(4, "big") + b"mdat"

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hear(reader)
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {len(head) + (count << 20)}\r\n\r\n".encode() + head)
        for _ in range(count):
            writer.write(megabyte)
            await writer.drain()

    async def run() -> partial_file.Stored:
        async with service(talk) as url:
            transport = Transport(Fixed(Endpoint(url)))
            async with transport.stream(Call("GET", "/clip")) as stream:
                tracemalloc.start()
                expected = int(stream.headers["content-length"])
                stored = await clip_store.store(
                    stream.pieces(), tmp_path / "a.mp4", expected=expected, report=lambda _written: None
                )
            await transport.close()
            return stored

    stored = asyncio.run(run())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stored.bytes == len(head) + (count << 20) == (tmp_path / "a.mp4").stat().st_size
    assert peak < 24 << 20


def test_a_download_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    """C19, C27: stopped in the middle, no part of it stays."""
    begun = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hear(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n" + MP4[:64] + bytes(300_000))
        await reader.read()

    async def run() -> None:
        async with service(talk) as url:
            transport = Transport(Fixed(Endpoint(url)))

            async def fetch() -> None:
                async with transport.stream(Call("GET", "/clip")) as stream:
                    await clip_store.store(
                        stream.pieces(),
                        tmp_path / "videogen" / "a.mp4",
                        expected=None,
                        report=lambda _written: begun.set(),
                    )

            task = asyncio.create_task(fetch())
            await begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await transport.close()

    asyncio.run(run())
    assert not list((tmp_path / "videogen").iterdir())
