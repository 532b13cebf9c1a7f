"""Finished jobs with clips of any size, put into a ledger as if they had been made: what a page is asked to show."""

from __future__ import annotations

import hashlib
import time
from fractions import Fraction
from typing import TYPE_CHECKING
from uuid import uuid4

import av
import numpy as np

from jupyter_videogen.api.clip import Clip
from jupyter_videogen.core.job import JobRecord, new_id
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.ledger.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WIDTH, HEIGHT, FPS = 1280, 720, 24
SECOND = 5
"""Megabytes of a second, about."""


def noise(path: Path, megabytes: float) -> Path:
    """Write a playable H.264 clip of noise of about that size, a second drawn once and said again and again.

    A second is 5.6 MB; a clip that is to be smaller is drawn worse.
    """
    with av.open(str(path), "w") as clip:
        stream = clip.add_stream(
            "libx264",
            rate=FPS,
            options={"preset": "ultrafast", "qp": "40" if megabytes > SECOND else "51", "g": str(FPS)},
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        second = [(bytes(packet), packet.is_keyframe) for packet in _second(stream)]
        times = round(megabytes * 1e6 / sum(len(picture) for picture, _ in second)) or 1
        for number, (picture, begins) in enumerate(second * times):
            packet = av.Packet(picture)
            packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, FPS), begins
            packet.pts = packet.dts = number
            clip.mux(packet)
    return path


def _second(stream: av.VideoStream) -> Iterator[av.Packet]:
    """Encode a second of noise, which no encoder makes small; `ultrafast` knows no pictures out of order."""
    random = np.random.default_rng(7)
    for _ in range(FPS):
        sheet = random.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
        yield from stream.encode(av.VideoFrame.from_ndarray(sheet, format="rgb24"))
    yield from stream.encode(None)


def put(home: Path, path: Path, prompt: str) -> str:
    """Write a finished job of this clip into the ledger of a home, and give its id."""
    job_id, now = new_id(), time.time()
    request = GenerationRequest(prompt=prompt, model="local/scenes", duration=4, size=f"{WIDTH}x{HEIGHT}", seed=7)
    draft = JobRecord(
        id=job_id,
        state="draft",
        request=request,
        provider="local",
        base_url="local",
        key_env=None,
        model="local/scenes",
        path=str(path),
        fingerprint=job_id,
        take=0,
        idempotency_key=str(uuid4()),
        created_at=now - 10,
    )
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    clip = Clip(
        path=str(path),
        bytes=path.stat().st_size,
        sha256=digest,
        job_id=job_id,
        prompt=prompt,
        provider="local",
        model="local/scenes",
        duration=4.0,
        size=f"{WIDTH}x{HEIGHT}",
    )
    ledger = Ledger(home / "ledger.sqlite3")
    ledger.save(ledger.add(draft).after(state="succeeded", clips=(clip,), finished_at=now))
    ledger.close()
    return job_id
