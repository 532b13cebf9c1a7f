"""A service as a function, and time as an argument."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from jupyter_videogen.dialect import Accepted, Artifact, Call, Dialect, Finished, Provider, Reply, StatusUpdate
from jupyter_videogen.wire import Malformed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from jupyter_videogen.values import GenerationRequest


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


class FakeStream:
    """A reply that was there all along."""

    def __init__(self, reply: Reply) -> None:
        self.status, self.headers, self._reply = reply.status, reply.headers, reply

    async def pieces(self) -> AsyncIterator[bytes]:
        yield self._reply.body

    async def reply(self) -> Reply:
        return self._reply


class FakeTransport:
    """Answers calls by a function, which may raise what a line raises; keeps every call."""

    def __init__(self, answer: Callable[[Call], Reply]) -> None:
        self._answer = answer
        self.calls: list[Call] = []
        self.renewed = 0

    async def send(self, call: Call) -> Reply:
        self.calls.append(call)
        return self._answer(call)

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[FakeStream]:
        yield FakeStream(await self.send(call))

    async def renew(self) -> None:
        self.renewed += 1

    @property
    def posts(self) -> int:
        return sum(call.method == "POST" for call in self.calls)


class Instant(Dialect):
    """A dialect whose create answers with the finished clip (as Qubrid's does)."""

    def create(self, request: GenerationRequest) -> Call:
        return Call("POST", "/now", json={"text": request.prompt})

    def read_create(self, reply: Reply) -> Finished:
        return Finished([Artifact(url) for url in reply.json["urls"]])

    def look(self, handle: dict[str, Any]) -> Call:
        raise AssertionError("there is nothing to look at")

    def read_look(self, reply: Reply, handle: dict[str, Any]) -> StatusUpdate:
        raise AssertionError("there is nothing to look at")


class Slow(Dialect):
    """A dialect of jobs: `{"id"}`, then `{"state", "pct", "urls"}`."""

    def create(self, request: GenerationRequest) -> Call:
        return Call("POST", "/clips", json={"text": request.prompt})

    def read_create(self, reply: Reply) -> Accepted:
        if "id" not in reply.json:
            raise Malformed("no id")
        return Accepted({"id": reply.json["id"]}, poll_after=1.0)

    def look(self, handle: dict[str, Any]) -> Call:
        return Call("GET", f"/clips/{handle['id']}")

    def read_look(self, reply: Reply, handle: dict[str, Any]) -> StatusUpdate:
        body = reply.json
        artifacts = [Artifact(url) for url in body.get("urls", ())]
        return StatusUpdate(body["state"], progress=body.get("pct"), artifacts=artifacts, poll_after=1.0)


INSTANT = Provider("instant", "https://instant.example/v1", None, Instant())
SLOW = Provider("slow", "https://slow.example/v1", None, Slow(), label="Slow Inc.")


def box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + kind + body


MP4 = box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", b"\0" * 40) + box(b"mdat", bytes(range(256)) * 8)
"""The top-level shape of a small MP4."""
