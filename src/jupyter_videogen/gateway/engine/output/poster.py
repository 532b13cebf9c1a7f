"""Posters: one frame of a finished clip as a small JPEG, or as a WebP no larger than that."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING

import av
from av.codec.codec import UnknownCodecError
from av.video.reformatter import ColorRange, Interpolation

from jupyter_videogen.gateway.engine.drawing.arrays import floor_to_even
from jupyter_videogen.gateway.engine.drawing.quantize import samples

if TYPE_CHECKING:
    from pathlib import Path

WIDEST = 480
LARGEST = 60_000
"""Bytes: a poster is stored inside the notebook."""
DARK = 20
"""Luma at or below which a frame counts as black; 16 is black itself."""
COARSENESS = (4, 6, 9, 14, 22, 31)
"""JPEG quantisers to try, finest first."""
FINENESS = (85, 75, 60, 40, 20)
"""WebP qualities to try, finest first."""
BT601 = 5
"""The matrix of JPEG and WebP, as libswscale numbers it."""


def poster(path: Path) -> bytes:
    """Return the first frame that is not black, at most 480 pixels wide and 60 kB."""
    frame = first_shown(path)
    width = min(floor_to_even(frame.width), WIDEST)
    height = max(2, floor_to_even(frame.height * width / frame.width))
    small = frame.reformat(
        width,
        height,
        "yuvj420p",
        interpolation=Interpolation.BICUBIC,
        dst_color_range=ColorRange.JPEG,
        dst_colorspace=BT601,
    )
    sizes = (jpeg(small, coarseness) for coarseness in COARSENESS)
    return next((data for data in sizes if len(data) <= LARGEST), jpeg(small, COARSENESS[-1]))


def first_shown(path: Path) -> av.VideoFrame:
    """Decode until something is to be seen; a clip that is black throughout gives its first frame."""
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        first = next(frames)
        return first if shows(first) else next(filter(shows, frames), first)


def shows(frame: av.VideoFrame) -> bool:
    """Return whether the picture is brighter than black."""
    return bool(samples(frame.planes[0])[::4, ::4].mean() > DARK)


def jpeg(frame: av.VideoFrame, coarseness: int) -> bytes:
    """Encode one frame; the quantiser is fixed, so the same frame gives the same bytes."""
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt = frame.width, frame.height, "yuvj420p"
    codec.time_base = Fraction(1, 25)
    codec.thread_count = 1
    codec.qmin = codec.qmax = coarseness
    frame.pts = 0
    return b"".join(bytes(packet) for packet in (*codec.encode(frame), *codec.encode(None)))


def webp(picture: bytes) -> bytes | None:
    """Return a still picture as WebP in no more bytes than it has; None where that cannot be done.

    Raises nothing for bytes that are no picture, nor for a PyAV that was built without libwebp.
    """
    try:
        with av.open(BytesIO(picture), "r") as container:
            frame = next(container.decode(video=0))
        # Unless it is told to, libswscale keeps the full range of a JPEG, which a WebP then shows with too much contrast.
        limited = frame.reformat(format="yuv420p", dst_color_range=ColorRange.MPEG, dst_colorspace=BT601)
        sizes = (_webp(limited, fineness) for fineness in FINENESS)
        return next((data for data in sizes if len(data) <= len(picture)), None)
    except (av.FFmpegError, StopIteration, IndexError, UnknownCodecError):
        return None


def _webp(frame: av.VideoFrame, fineness: int) -> bytes:
    codec = av.CodecContext.create("libwebp", "w")
    codec.width, codec.height, codec.pix_fmt = frame.width, frame.height, "yuv420p"
    codec.time_base = Fraction(1, 25)
    codec.options = {"quality": str(fineness)}
    frame.pts = 0
    return b"".join(bytes(packet) for packet in (*codec.encode(frame), *codec.encode(None)))
