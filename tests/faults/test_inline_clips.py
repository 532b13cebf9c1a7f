"""Clips that come inside a reply, in base64: through the disk to the disk, strictly read."""

from __future__ import annotations

import asyncio
import tempfile
import tracemalloc
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from jupyter_videogen.core.http import Call
from jupyter_videogen.dialects.base import Artifact, StatusUpdate
from jupyter_videogen.media import clip_store, partial_file
from jupyter_videogen.transport import reply_spool
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from support import single_job as stages
from support.fakes import box
from support.raw_server import RawServer, head, raw, says
from support.single_job import LONG, Impatient, Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from jupyter_videogen.core.http import Reply
    from support.raw_server import Line, Turn


class Carrying(Impatient):
    """A dialect whose looks carry the clip."""

    def look(self, handle: dict[str, Any]) -> Call:
        return Call("GET", f"/clips/{handle['id']}", carries_clips=True)

    def read_look(self, reply: Reply, handle: dict[str, Any]) -> StatusUpdate:
        clips = reply.json["clips"]
        return StatusUpdate(
            "succeeded" if clips else "running", artifacts=[Artifact("", inline=clip) for clip in clips]
        )


@pytest.fixture(autouse=True)
def carrying(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every job here is one of that dialect."""
    monkeypatch.setattr(stages, "Impatient", Carrying)


def carries(*clips: str, **changes: bytes) -> Turn:
    return says(msgspec.json.encode({"clips": clips}))


def text(body: bytes = LONG) -> str:
    return b64encode(body).decode()


@pytest.mark.parametrize(
    "reply",
    [
        carries(text()),
        carries("data:video/mp4;base64," + text()),
        carries("\r\n".join(text()[at : at + 76] for at in range(0, len(text()), 76))),
        says(msgspec.json.encode({"clips": [text()]}).replace(b"/", b"\\/")),
        says(msgspec.json.encode({"clips": [text()]}).replace(b"+", b"\\u002b")),
    ],
)
def test_a_clip_inside_a_look_becomes_a_file(reply: Turn, tmp_path: Path) -> None:
    """With a data URL's head, line breaks or escaped signs: the same bytes."""
    stage = Stage(tmp_path, looks=[carries(), reply])
    stage.run()
    stage.check_stored(total=False)
    assert not any(text()[:50] in str(job) for job in stage.told)


@pytest.mark.parametrize(
    "inline", [text()[:-1], text() + "AAAA", text()[:1000] + "=" + text()[1001:], "é" + text(), "\\" + text(), "-_" + text()]
)  # fmt: skip
def test_base64_that_is_not_strictly_so_is_no_clip(inline: str, tmp_path: Path) -> None:
    """Cut, with padding in the middle, or other signs: told, not stored, and the job can be watched again."""
    stage = Stage(tmp_path, looks=[carries(inline)])
    stage.run()
    stage.check_kept("What the provider sent is broken base64.")


def test_a_reply_cut_inside_its_clip_is_a_missed_look(tmp_path: Path) -> None:
    """Half a clip is none: looked at again."""
    body = msgspec.json.encode({"clips": [text()]})
    stage = Stage(tmp_path, looks=[raw(head(content_length=len(body)), body[:90_000]), carries(text())])
    stage.run()
    stage.check_stored(total=False)


def test_a_disk_that_cannot_take_the_reply_is_a_missed_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job goes on, and gets its clip once there is room."""
    real, full = tempfile.TemporaryFile, iter([True])

    def temporary() -> Any:
        if next(full, False):
            raise OSError(28, "No space left on device")
        return real()

    monkeypatch.setattr(reply_spool.tempfile, "TemporaryFile", temporary)
    stage = Stage(tmp_path, looks=[carries(text())])
    stage.run()
    stage.check_stored(total=False)
    assert len(stage.server.heard("r1")) == 2


def test_a_large_clip_inside_a_reply_takes_little_memory(tmp_path: Path) -> None:
    """48 MB of video in 64 MB of base64, whole, in a few MB of memory; and nothing waits for a reader afterwards."""
    start = box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", b"\0" * 34) + (8 + (48 << 20)).to_bytes(4, "big") + b"mdat"
    assert len(start) % 3 == 0
    first, piece, count = b64encode(start), b64encode(bytes(3 << 19)), 32
    size = len(first) + count * len(piece) + len(b'{"clips": [""]}')

    async def talk(line: Line) -> None:
        await line.say(head(content_length=size), b'{"clips": ["' + first, *[piece] * count, b'"]}')

    async def run() -> tuple[partial_file.Stored, int]:
        async with RawServer({"/look": [talk]}).serving() as server:
            transport = Transport(Fixed(Endpoint(server.url)))
            tracemalloc.start()
            reply = await transport.send(Call("GET", "/look", carries_clips=True))
            (inline,) = reply.json["clips"]
            pieces: AsyncIterator[bytes] = clip_store.decode_base64(inline)
            stored = await clip_store.store(pieces, tmp_path / "a.mp4", expected=None, report=lambda _: None)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            await transport.close()
            return stored, peak

    stored, peak = asyncio.run(run())
    assert stored.bytes == len(start) + (48 << 20) == (tmp_path / "a.mp4").stat().st_size
    assert peak < 24 << 20
