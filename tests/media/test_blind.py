"""A clip that is read for a vote: its maker's name is gone, all else is as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from jupyter_videogen.media.blind import BlindClip

if TYPE_CHECKING:
    from pathlib import Path

NAME = b"secret-model"


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """An MP4 that names its maker wherever one can: a comment, a track's handler, an XMP box, unused space."""
    path = tmp_path / f"{NAME.decode()}.mp4"
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as file:
        file.metadata.update(comment=NAME.decode(), title=NAME.decode(), maker=NAME.decode())
        stream = file.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.metadata["handler_name"] = NAME.decode()
        for shade in range(12):
            picture = np.full((48, 64, 3), shade * 20, np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode(None))
    for kind in (b"uuid", b"free"):
        body = NAME * 3
        path.write_bytes(path.read_bytes() + (8 + len(body)).to_bytes(4, "big") + kind + body)
    return path


def frames(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as file:
        return [frame.to_ndarray() for frame in file.decode(video=0)]


def test_no_name_is_left_and_every_picture_is_the_same(clip: Path, tmp_path: Path) -> None:
    before = clip.read_bytes()
    assert before.count(NAME) >= 6
    blind = BlindClip(clip).read(0, len(before))
    assert len(blind) == len(before)
    assert NAME not in blind
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(blind)
    assert all(np.array_equal(one, other) for one, other in zip(frames(clip), frames(copy), strict=True))
    assert clip.read_bytes() == before


@pytest.mark.parametrize("size", [1, 7, 100, 4096])
def test_pieces_of_any_size_make_the_same_clip(clip: Path, size: int) -> None:
    blind, length = BlindClip(clip), clip.stat().st_size
    pieces = b"".join(blind.read(at, size) for at in range(0, length, size))
    assert pieces == blind.read(0, length)
    assert blind.read(length, size) == b""


@pytest.mark.parametrize(
    "content", [b"", b"x", b"\x1aE\xdf\xa3 a WebM", b"\0\0\0\x04moov", b"\xff" * 64, b"\0\0\0\x00udta"]
)
def test_what_is_no_mp4_is_read_as_it_is_or_without_its_end(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip"
    path.write_bytes(content)
    assert len(BlindClip(path).read(0, 100)) == len(content)
