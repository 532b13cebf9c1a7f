"""Clips of Python in a browser: written and checked in memory, then copied to the drive, which links nothing and replaces nothing."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest

from jupyter_videogen.core import platform
from jupyter_videogen.core.clock import SystemClock
from jupyter_videogen.media.partial_file import open_partial
from support.fakes import MP4


@pytest.fixture
def drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    memory = tmp_path / "memory"
    memory.mkdir()
    monkeypatch.setattr(platform, "is_browser", lambda: True)
    monkeypatch.setattr(tempfile, "tempdir", str(memory))

    def unsupported(*_: object) -> None:
        raise NotImplementedError("hardlink_to() is unsupported on this system")

    monkeypatch.setattr(Path, "hardlink_to", unsupported)
    return tmp_path / "drive"


def store(path: Path, content: bytes = MP4) -> Path:
    async def run() -> Path:
        with open_partial(path) as part:
            part.append(content)
            assert list(path.parent.iterdir()) == kept, "the drive has nothing that is not whole"
            await part.finish(len(content))
            return (await part.publish(SystemClock())).path

    kept = list(path.parent.iterdir()) if path.parent.exists() else []
    return asyncio.run(run())


def test_a_clip_comes_whole_to_the_drive(drive: Path) -> None:
    path = store(drive / "videogen" / "kite.mp4")
    assert path.read_bytes() == MP4
    assert list((drive.parent / "memory").iterdir()) == []


def test_a_file_of_the_users_is_not_replaced(drive: Path) -> None:
    theirs = drive / "videogen" / "kite.mp4"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"theirs")
    assert store(theirs) == theirs.with_name("kite-1.mp4")
    assert theirs.read_bytes() == b"theirs"
