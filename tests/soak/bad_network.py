"""The line between a client and a provider: a TCP proxy on which everything goes wrong that does go wrong.

What happens to an exchange follows from the seed, from what is exchanged and from how often that was tried: never from
the order in which exchanges happen to run. The line has a log of every create, in which the judge reads whether an
answer reached the client.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from http1 import Response, headers_of, pause, read_head, read_response, said
from service import prompt_of

WEATHER: dict[str, dict[str, float]] = {
    "create": {
        "reset before": 0.04,
        "reset during upload": 0.04,
        "swallowed": 0.06,
        "truncated": 0.04,
        "slow": 0.08,
        "busy": 0.06,
        "upset before": 0.03,
        "upset after": 0.05,
        "page": 0.03,
    },
    "look": {
        "reset before": 0.04,
        "swallowed": 0.03,
        "truncated": 0.03,
        "cut json": 0.04,
        "slow": 0.05,
        "busy": 0.03,
        "upset before": 0.06,
        "page": 0.03,
    },
    "clip": {
        "reset before": 0.04,
        "truncated": 0.12,
        "cut without a length": 0.08,
        "stalled": 0.06,
        "slow": 0.08,
        "busy": 0.02,
        "upset before": 0.06,
        "page": 0.04,
    },
}
"""The share of exchanges of each kind that each fault takes."""
UNTOLD = frozenset({"swallowed", "truncated", "upset after", "page"})
"""Faults of a create after which the provider has the order and the client no answer."""
UNCLEAR = UNTOLD | {"reset before", "reset during upload", "upset before"}
"""Faults of a create after which a client cannot know."""
REFUSES = "refused connection"
UNSERVED = frozenset({"reset before", "reset during upload", "busy", "upset before"})
"""Faults that no whole request gets past."""
UPSET = (500, 502, 503, 504)
PIECE = 16 * 1024
PAGE = Response(
    200, b"<!doctype html><title>Sign in</title><h1>Sign in to the network</h1>", {"Content-Type": "text/html"}
)
NEVER_ANSWERED = float("inf")


@dataclass
class Exchange:
    """One create on the line."""

    prompt: str
    key: str | None
    fault: str
    began: float
    answered: float = NEVER_ANSWERED
    """When its answer had gone to the client whole."""


class Weather:
    """The proxy."""

    def __init__(self, seed: int, upstream: int, *, stall: float, calm_from: float = NEVER_ANSWERED) -> None:
        """`stall` is for how long a stalled download stands still; `calm_from` is when the sky clears, by `time.time`."""
        self.log: list[Exchange] = []
        self.counts: Counter[str] = Counter()
        self.passing: dict[str, asyncio.Event] = {kind: asyncio.Event() for kind in WEATHER}
        """Set whenever an exchange of that kind is on its way to the provider."""
        self._seed, self._upstream, self._stall, self._calm_from = seed, upstream, stall, calm_from
        self._tries: Counter[str] = Counter()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[Any] | None] = set()
        """Nothing else holds a task whose client is gone while the provider still answers."""
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> int:
        """Listen, on the same port whenever it is not the first time."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    async def outage(self, seconds: float) -> None:
        """Refuse every connection for a while, after cutting those there are."""
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._open):
            _reset(writer)
        self.counts[REFUSES] += 1
        await pause(seconds)
        await self.start()

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._open):
            _reset(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._open.add(writer)
        self._tasks.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._exchange(reader, writer):
                    pass
        finally:
            self._open.discard(writer)
            self._tasks.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Carry one request and its answer; False when the connection is done."""
        head = await read_head(reader)
        if not head:
            return False
        kind, body = _kind(head), b""
        sized = int(headers_of(head).get("content-length", "0"))
        if kind == "create":  # their bodies name the order; they are short
            body = await reader.readexactly(sized)
        fault = self._fault(kind, prompt_of(body) or head.split(b" ", 2)[1].decode())
        self.counts[f"{kind}: {fault or 'fair'}"] += 1
        entry = Exchange(prompt_of(body), headers_of(head).get("idempotency-key"), fault, time.time())
        if kind == "create":
            self.log.append(entry)
        carried = await self._carry(kind, fault, head + body, writer)
        if carried:
            entry.answered = time.time()
        return carried

    async def _carry(self, kind: str, fault: str, request: bytes, writer: asyncio.StreamWriter) -> bool:
        """Do what the fault says; True when an answer arrived whole and the connection goes on."""
        chance = random.Random(f"{self._seed} how {request[:4096]!r}")
        if fault in UNSERVED:
            return await self._turn_away(fault, request, writer, chance)
        self.passing[kind].set()
        self.passing[kind].clear()
        answer = await self._ask(request)
        match fault:
            case "swallowed":
                return _close(writer) if chance.random() < 1 / 2 else _reset(writer)
            case "upset after" | "page":
                return await _give(writer, PAGE if fault == "page" else upset(chance))
            case "truncated" | "cut json" | "cut without a length" | "stalled":
                return await self._cut(fault, answer, writer, chance)
        return await (_drip if fault == "slow" else _give)(writer, answer)

    async def _turn_away(self, fault: str, request: bytes, writer: asyncio.StreamWriter, chance: random.Random) -> bool:
        """Do what happens before a provider has all of a request."""
        match fault:
            case "busy":
                words = {"error": {"message": "Slow down."}}
                return await _give(writer, said(words, 429, Retry_After=str(chance.randint(1, 3))))
            case "upset before":
                return await _give(writer, upset(chance))
            case "reset during upload":
                await self._send_part(request)
        return _reset(writer)

    async def _ask(self, request: bytes) -> Response:
        """Have the provider's answer, whole, whatever will become of it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        try:
            writer.write(request)
            return await read_response(reader)
        finally:
            writer.close()

    async def _send_part(self, request: bytes) -> None:
        """Let the provider have a beginning of a request that never goes on."""
        _, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        writer.write(request[: len(request) - 10])
        await writer.drain()
        writer.close()

    async def _cut(self, fault: str, answer: Response, writer: asyncio.StreamWriter, chance: random.Random) -> bool:
        """Let a part of an answer through; what is missing shows, or does not."""
        part = answer.body[: chance.randrange(len(answer.body))]
        if fault == "cut json":  # a whole answer by its length, broken inside
            return await _give(writer, Response(answer.status, part, answer.headers))
        head = answer.head
        if fault == "cut without a length":
            head = head.replace(b"Content-Length:", b"X-Was-Length:").replace(
                b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"
            )
        writer.write(head + part)
        await writer.drain()
        if fault == "stalled":
            await pause(self._stall)
        return _close(writer)

    def _fault(self, kind: str, target: str) -> str:
        """Choose what goes wrong, by what is exchanged and the how manieth time it is."""
        nth = self._tries[f"{kind} {target}"]
        self._tries[f"{kind} {target}"] += 1
        if time.time() > self._calm_from:
            return ""
        point = random.Random(f"{self._seed} {kind} {target} {nth}").random()
        for fault, share in WEATHER[kind].items():
            point -= share
            if point < 0:
                return fault
        return ""


def upset(chance: random.Random) -> Response:
    """Return one of the errors that say nothing of what was done."""
    return said({"error": {"message": "Something broke."}}, chance.choice(UPSET))


def _kind(head: bytes) -> str:
    method, target, _ = head.split(b" ", 2)
    if method == b"POST":
        return "create"
    path = target.partition(b"?")[0]
    return "clip" if path.endswith(b"/content") or b"/artifacts/" in path or b"/cdn/" in path else "look"


async def _give(writer: asyncio.StreamWriter, answer: Response) -> bool:
    writer.write(answer.raw)
    await writer.drain()
    return True


async def _drip(writer: asyncio.StreamWriter, answer: Response) -> bool:
    """Return an answer late and in pieces."""
    await pause(1)
    for at in range(0, len(answer.raw), PIECE):
        writer.write(answer.raw[at : at + PIECE])
        await writer.drain()
        await pause(0.02)
    return True


def _close(writer: asyncio.StreamWriter) -> bool:
    writer.close()
    return False


def _reset(writer: asyncio.StreamWriter) -> bool:
    """End a connection as a crashed host does."""
    ends: socket.socket | None = writer.get_extra_info("socket")
    if ends is not None:
        with suppress(OSError):
            ends.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    return False
