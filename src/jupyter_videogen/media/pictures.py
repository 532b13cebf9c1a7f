"""Small pictures of a clip as texts, which a table or a page can hold."""

from __future__ import annotations

from base64 import b64encode
from itertools import count, islice, takewhile
from typing import TYPE_CHECKING

from jupyter_videogen.core.errors import Unsupported
from jupyter_videogen.media import frames

if TYPE_CHECKING:
    from pathlib import Path

NARROWEST, WIDEST = 16, 480
"""Pixels of a picture's width."""
MOST = 60
"""Pictures of one clip."""
FRAME_BYTES, SHEET_BYTES = 30_000, 60_000


def small_frames(path: Path, every: float, width: int) -> list[str]:
    """Return the frames nearest to each `every` seconds, at most 60, as data URIs of JPEGs of at most this width in pixels."""
    with frames.open_video(path) as reel:
        moments = islice(takewhile(lambda moment: moment < reel.length, (number * every for number in count())), MOST)
        shown = reel.nearest_each(moments)
        return [
            _uri(frames.jpeg_within(reel.frame(one, *frames.scaled_size(reel, width)), FRAME_BYTES), path)
            for one in shown
        ]


def sheet(path: Path, columns: int, rows: int, width: int) -> str:
    """Return evenly spaced frames as one JPEG of at most this width in pixels, as a data URI."""
    picture = frames.sheet_of_file(path, columns, rows, width)
    from av import VideoFrame

    return _uri(frames.jpeg_within(VideoFrame.from_ndarray(picture, format="rgb24"), SHEET_BYTES), path)


def _uri(jpeg: bytes | None, path: Path) -> str:
    if jpeg is None:
        raise Unsupported(f"A picture of {path.name} needs more room than there is.", next="Pass a smaller width.")
    return f"data:image/jpeg;base64,{b64encode(jpeg).decode()}"
