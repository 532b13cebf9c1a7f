"""Finished jobs with clips of any size, put into a ledger as if they had been made: what a page is asked to show."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import av
import numpy as np

from jupyter_videogen.ledger import Ledger
from jupyter_videogen.values import Clip, GenerationRequest, JobRecord, new_id

if TYPE_CHECKING:
    from pathlib import Path

WIDTH, HEIGHT, FPS = 1280, 720, 24
SHEETS = 24
"""Different pictures of noise; they repeat."""


def noise(path: Path, megabytes: float) -> Path:
    """Write a playable H.264 clip of noise of about that size: noise is what no encoder makes small."""
    random = np.random.default_rng(7)
    pictures = [random.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8) for _ in range(SHEETS)]
    with av.open(str(path), "w", options={"movflags": "faststart"}) as clip:
        stream = clip.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "qp": "40", "g": "24"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        size = number = 0
        while size < megabytes * 1e6:
            frame = av.VideoFrame.from_ndarray(pictures[number % SHEETS], format="rgb24")
            packets = stream.encode(frame)
            size += sum(packet.size for packet in packets)
            clip.mux(packets)
            number += 1
        clip.mux(stream.encode(None))
    return path


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
