"""Replies that come drop by drop, without end, or unfold to far more than they are: each is given up, and the job kept."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from jupyter_videogen.core.http import Call, Lost, Reply
from jupyter_videogen.core.secrets import Secret
from jupyter_videogen.media import download
from jupyter_videogen.transport import client, reply_spool, url_policy
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from support.raw_server import RawServer, drips, head, raw, says
from support.runner_bench import DONE
from support.single_job import HALF, KEY, LONG, Stage, done

if TYPE_CHECKING:
    from pathlib import Path

    from support.raw_server import Line, Turn


def asked(turn: Turn, **call: object) -> Reply:
    async def run() -> Reply:
        async with RawServer({"/x": [turn]}).serving() as server:
            line = Transport(Fixed(Endpoint(server.url, Secret(KEY, source="test"))))
            try:
                return await line.send(Call("GET", "/x", **{"timeout": 20, **call}))  # type: ignore[arg-type]
            finally:
                await line.close()

    return asyncio.run(run())


@pytest.mark.parametrize("phase", ["head", "error head", "error body"])
def test_a_clip_that_comes_sign_by_sign_is_given_up(
    phase: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte now and then keeps every single wait short; the way as a whole has a limit."""
    monkeypatch.setattr(download, "WORDS", 0.2)
    monkeypatch.setattr(client, "HEADS", 0.4)
    turn = {
        "head": drips(b"HTTP/1.1 200 OK\r\nx: "),
        "error head": drips(b"HTTP/1.1 500 No\r\nx: "),
        "error body": drips(b"HTTP/1.1 500 No\r\ncontent-length: 100000\r\n\r\n"),
    }[phase]
    stage = Stage(tmp_path, turn)
    stage.run()
    stage.check_kept("no answer in time" if phase != "error body" else "no complete answer in time")
    assert len(stage.asked()) == download.TRIES


def test_a_trickle_is_no_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kilobyte a minute would be let go on for days: after five such minutes the job is kept for another day."""
    stage = Stage(tmp_path, raw(head(content_length=len(LONG), etag='"v1"'), LONG[:HALF], then="gone"))
    pace = itertools.count(0.0, 70.0)
    monkeypatch.setattr(stage.clock, "monotonic", lambda: next(pace))
    monkeypatch.setattr(download, "SLOWEST", len(LONG))
    stage.run()
    assert stage.error is not None
    assert "almost nothing arrived for a minute" in str(stage.error)
    assert len(stage.asked()) == download.TRIES


@pytest.mark.parametrize("where", ["status", "prompt", "b64_json"])
def test_a_string_without_end_in_a_look_is_not_kept(where: str) -> None:
    """200 MB that are no film: given up after 8, wherever they stand."""
    sent = 0

    async def turn(line: Line) -> None:
        nonlocal sent
        await line.hear()
        await line.say(head(content_length=200_000_000), f'{{"{where}": "'.encode())
        for _ in range(200):
            await line.say(b"z" * 1_000_000)
            sent += 1_000_000

    with pytest.raises(Lost, match="the reply is too large"):
        asked(turn, carries_clips=True)
    assert sent < 40_000_000  # what the sockets hold on the way included


def test_a_film_in_a_look_may_be_large() -> None:
    """It is lifted to the disk, and is no part of what is read."""
    from base64 import b64encode  # noqa: PLC0415 - beside its use

    film = b64encode(LONG + b"\0" * (9 << 20)).decode()
    for text in (film, f"data:video/mp4;base64,{film}"):
        reply = asked(says(json.dumps({"video": text}).encode()), carries_clips=True)
        assert reply.json["video"].startswith("spooled:")
        assert "".join(reply_spool.chunks(reply.json["video"])) == text
    reply_spool.clear()


def test_a_look_that_cannot_hold_a_clip_is_never_lifted() -> None:
    """Nothing of it goes to the disk."""
    reply = asked(says(json.dumps({"video": "AAAA" * 100_000}).encode()))
    assert len(reply.json["video"]) == 400_000


@pytest.mark.parametrize("size", [40, 200])
def test_a_clip_that_unfolds_to_far_more_is_no_clip(size: int, tmp_path: Path) -> None:
    """A gigabyte out of a megabyte: given up early, and nothing is left of it."""
    body = gzip.compress(LONG + b"\0" * (size << 20))
    assert len(body) < 400_000
    stage = Stage(tmp_path, says(body, content_encoding="gzip"))
    stage.run()
    stage.check_kept("expands to more than any clip")


def test_a_clip_that_was_compressed_unasked_is_taken_all_the_same(tmp_path: Path) -> None:
    """Some servers compress what they are asked not to."""
    stage = Stage(tmp_path, says(gzip.compress(LONG), content_encoding="gzip"))
    assert stage.run().state == "succeeded"


def test_a_name_with_a_private_address_beside_public_ones_is_not_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its owner may have aimed it at this machine: clips at private addresses are refused there."""
    known = {
        "api.example": ["1.1.1.1", "127.0.0.1"],
        "home.example": ["10.0.0.1", "127.0.0.1"],
        "cdn.example": ["10.0.0.2"],
    }

    async def resolve(host: str, _port: int | None) -> list[str]:
        return known.get(host, [host])

    monkeypatch.setattr(url_policy, "resolve", resolve)
    with pytest.raises(url_policy.RefusedURL, match="private"):
        asyncio.run(url_policy.resolve_allowed("https://cdn.example/x", base_url="https://api.example/v1"))
    assert asyncio.run(url_policy.resolve_allowed("https://cdn.example/x", base_url="https://home.example/v1")) == [
        "10.0.0.2"
    ]


def test_a_second_answer_glued_to_a_look_is_nobodys(tmp_path: Path) -> None:
    """It would be taken for the answer to the next question: the running job would be told failed."""
    body = msgspec.json.encode({"state": "running", "pct": 5})
    forged = msgspec.json.encode({"state": "failed"})
    glued = head(content_length=len(body)) + body + head(content_length=len(forged)) + forged

    async def turn(line: Line) -> None:
        await line.hear()
        await line.say(glued)

    stage = Stage(tmp_path, says(LONG), looks=[turn, done()])
    assert stage.run().state == "succeeded"
    assert DONE


@pytest.mark.parametrize(("extra", "lines"), [(b"", 1), (b"x", 3), (b"HTTP/1.1 200 OK\r\n", 3), (b"\r\n", 3)])
def test_a_connection_with_bytes_left_over_is_closed(extra: bytes, lines: int) -> None:
    """One that brought its answer and nothing more is used again; the library still lets itself be looked into."""

    async def turn(line: Line) -> None:
        await line.hear()
        await line.say(head(content_length=2) + b"{}" + extra)

    async def run() -> int:
        async with RawServer({"/x": [turn]}).serving() as server:
            way = Transport(Fixed(Endpoint(server.url)))
            for _ in range(3):
                assert (await way.send(Call("GET", "/x", timeout=5))).body == b"{}"
            await way.close()
            return server.connections

    assert asyncio.run(run()) == lines


def test_a_chunked_answer_with_more_behind_it_is_closed_as_well() -> None:
    """However its length is told."""

    async def turn(line: Line) -> None:
        await line.hear()
        await line.say(head(transfer_encoding="chunked") + b"2\r\n{}\r\n0\r\n\r\n" + head(content_length=1) + b"x")

    async def run() -> int:
        async with RawServer({"/x": [turn]}).serving() as server:
            way = Transport(Fixed(Endpoint(server.url)))
            for _ in range(2):
                assert (await way.send(Call("GET", "/x", timeout=5))).body == b"{}"
            await way.close()
            return server.connections

    assert asyncio.run(run()) == 2
