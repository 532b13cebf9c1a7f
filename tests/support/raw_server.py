"""A server of raw sockets: it hears real requests, and answers them with whatever bytes, or none, a test scripts."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Turn = Callable[["Line"], Awaitable[None]]


class Line:
    """One request on a connection, and the way to answer it."""

    def __init__(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *rows = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        self.method, self.target, _ = first.split(" ")
        self.headers = {name.lower(): value for name, _, value in (row.partition(": ") for row in rows)}
        self.head, self.body = head, b""
        self.reader, self.writer = reader, writer

    async def hear(self) -> None:
        """Read the body that the request announces."""
        self.body = await self.reader.readexactly(int(self.headers.get("content-length", 0)))

    async def say(self, *pieces: bytes) -> None:
        """Send bytes as they are."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def gone(self) -> None:
        """Wait until the other side hangs up."""
        while await self.reader.read(65_536):
            pass

    def hang_up(self) -> None:
        """Close in good order, whatever was promised."""
        self.writer.close()

    def reset(self) -> None:
        """Send an RST."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class RawServer:
    """Turns by target (without its query); the last of a target's turns serves every further request."""

    def __init__(self, routes: dict[str, list[Turn]]) -> None:
        self.routes = routes
        self.lines: list[Line] = []
        self.connections = 0
        self.url = ""
        self._tasks: set[asyncio.Task[None] | None] = set()

    def heard(self, word: str) -> list[Line]:
        """The requests whose target has a word in it."""
        return [line for line in self.lines if word in line.target]

    @property
    def posts(self) -> int:
        """How many requests could have cost money."""
        return sum(line.method == "POST" for line in self.lines)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[RawServer]:
        """Listen on loopback."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            left = [task for task in self._tasks if task]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            self._tasks.clear()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._tasks.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                line = Line(await reader.readuntil(b"\r\n\r\n"), reader, writer)
                self.lines.append(line)
                await self._turn(line)(line)
        writer.close()

    def _turn(self, line: Line) -> Turn:
        turns = self.routes[line.target.partition("?")[0]]
        return turns.pop(0) if len(turns) > 1 else turns[0]


def head(status: int = 200, **headers: object) -> bytes:
    """The head of a reply; `content_length=7` is a header."""
    rows = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Said\r\n{rows}\r\n".encode()


def says(body: bytes = b"", status: int = 200, **headers: object) -> Turn:
    """A reply as it should be."""

    async def turn(line: Line) -> None:
        await line.hear()
        await line.say(head(status, **{"content_length": len(body), **headers}), body)

    return turn


def raw(*pieces: bytes, then: str = "hang_up") -> Turn:
    """These bytes, then `hang_up`, `reset`, or `gone`: silence until the other side has had enough."""

    async def turn(line: Line) -> None:
        await line.hear()
        await line.say(*pieces)
        end = getattr(line, then)()
        if end is not None:
            await end

    return turn


def drips(*pieces: bytes, drop: bytes = b" ") -> Turn:
    """These bytes, then drop after drop until the other side has had enough."""

    async def turn(line: Line) -> None:
        await line.hear()
        await line.say(*pieces)
        gone = asyncio.ensure_future(line.gone())
        while not gone.done():
            await line.say(drop)
            await asyncio.wait([gone], timeout=0.005)
        await gone

    return turn


def half_read(size: int) -> Turn:
    """Read so much of an upload, then reset."""

    async def turn(line: Line) -> None:
        await line.reader.read(size)
        line.reset()

    return turn
