"""Two small dialects, and the smallest MP4."""

from __future__ import annotations

from typing import Any

from jupyter_videogen.catalog.capabilities import Capabilities
from jupyter_videogen.catalog.provider import Provider
from jupyter_videogen.core.http import Malformed
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.dialects.base import Accepted, Artifact, Call, Dialect, Finished, Reply, StatusUpdate


class Instant(Dialect):
    """A dialect whose create answers with the finished clip (as Qubrid's does)."""

    def create(self, request: GenerationRequest) -> Call:
        return Call("POST", "/now", json={"text": request.prompt})

    def read_create(self, reply: Reply) -> Finished:
        return Finished([Artifact(url) for url in reply.json["urls"]])


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


OPEN = Capabilities(model="", takes=frozenset(GenerationRequest.__struct_fields__))
INSTANT = Provider("instant", "https://instant.example/v1", None, Instant(), others=OPEN)
SLOW = Provider("slow", "https://slow.example/v1", None, Slow(), label="Slow Inc.", others=OPEN)


def box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + kind + body


MP4 = box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", b"\0" * 40) + box(b"mdat", bytes(range(256)) * 8)
"""The top-level shape of a small MP4."""
