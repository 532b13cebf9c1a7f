"""Small pictures of the beginning and the end of clips: what two shots share, as the strip shows it."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.media.frames import open_video, small_jpeg

if TYPE_CHECKING:
    from jupyter_videogen.core.clip import ClipRecord

WIDTH = 256


def picture(clip: ClipRecord, which: Literal["first", "last"]) -> bytes:
    """Return the first or last picture of a clip as a small JPEG; empty where it can't be read, or without PyAV."""
    return _drawn(clip.path, clip.sha256, which)


@lru_cache(maxsize=256)
def _drawn(path: str, _sha256: str, which: Literal["first", "last"]) -> bytes:
    with suppress(VideogenError, OSError, StopIteration, ValueError), open_video(Path(path)) as reel:
        frame = reel.last() if which == "last" else next(reel.decode())
        return small_jpeg(reel, frame, WIDTH) or b""
    return b""
