"""Small real videos whose every frame tells its number by its colour."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from jupyter_videogen.api.clip import Clip
from support.fakes import box

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

STEP = 8
"""Levels of grey between two frames."""


def film(
    path: Path,
    levels: Sequence[int] = tuple(range(0, 240, STEP)),
    *,
    fps: int | Fraction = 10,
    size: tuple[int, int] = (64, 36),
    codec: str = "libx264",
    sound: bool = False,
    options: dict[str, str] | None = None,
    sample_rate: int = 48_000,
) -> Clip:
    """Write frames of these levels of grey, and give the clip of them."""
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=fps, options=options or {})
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        audio = (
            container.add_stream("libopus" if path.suffix == ".webm" else "aac", rate=sample_rate, layout="stereo")
            if sound
            else None
        )
        for level in levels:
            picture = np.full((size[1], size[0], 3), level, np.uint8)
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode())
        if audio is not None:
            _hum(container, audio, seconds=len(levels) / float(fps), rate=sample_rate)
    return clip_of(path)


def _hum(container: Any, stream: Any, *, seconds: float, rate: int) -> None:
    samples = (np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 440 / rate) * 0.3).astype(np.float32)
    for start in range(0, len(samples), 960):
        part = samples[start : start + 960]
        frame = av.AudioFrame.from_ndarray(np.stack([part, part]), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def clip_of(path: Path) -> Clip:
    """Return the clip that a file is."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return Clip(
        path=str(path), bytes=len(content), sha256=digest, job_id="k3q7x2ma", prompt="p", provider="local", model="m"
    )


def numbers(pictures: np.ndarray) -> list[int]:
    """Read the frames' numbers off their colours."""
    return [round(float(picture.mean()) / STEP) for picture in pictures]


def track(handler: bytes, codec: bytes = b"avc1") -> bytes:
    """Return a track with a handler and a codec, and nothing else."""
    table = box(b"stsd", bytes(4) + b"\0\0\0\1" + box(codec, bytes(70)))
    media = box(b"hdlr", bytes(8) + handler + bytes(12)) + box(b"minf", box(b"stbl", table))
    return box(b"trak", box(b"mdia", media))


def film_of(*tracks: bytes, brand: bytes = b"isom") -> bytes:
    """Return an MP4 of these tracks without anything in them."""
    return box(b"ftyp", brand + bytes(4)) + box(b"moov", b"".join(tracks)) + box(b"mdat", bytes(400))
