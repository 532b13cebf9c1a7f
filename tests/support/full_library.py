"""Ledgers with many jobs, put there in one go as if they had been made: what the library is asked to show."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

from jupyter_videogen.core.clip import ClipRecord
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.job import JobRecord, JobState
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.ledger.rows import insert_job

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

START = 1_790_000_000.0
MODELS = ("wan-2.7", "kling-o3", "veo-3.1-fast", "local/scenes")
SUBJECTS = (
    "A paper boat crossing a neon-lit puddle",
    "Northern lights over a lake",
    "Waves at sunset",
    "Écran de fumée",
)
STILL = b"\xff\xd8\xff\xe0" + bytes(20_000)
"""As large as a kept picture is; no decoder takes it."""


def make_record(number: int, folder: Path, *, state: JobState = "succeeded", still: Path | None = None) -> JobRecord:
    """Return the `number`th job of a library: a minute after the one before, with a clip if it succeeded."""
    job_id, prompt = f"{number:08d}", f"{SUBJECTS[number % len(SUBJECTS)]}, take {number}"
    model, path = MODELS[number % len(MODELS)], folder / "videogen" / f"clip-{number:08d}.mp4"
    clip = ClipRecord(
        path=str(path),
        bytes=3_800_000,
        sha256="0" * 64,
        job_id=job_id,
        prompt=prompt,
        provider="local",
        model=model,
        duration=4.0,
        size="1280x720",
        poster=str(still) if still else None,
    )
    failed = Failure(code="provider_error", message="AIHubMix had a problem.", sent="yes", charged="no")
    return JobRecord(
        id=job_id,
        state=state,
        request=GenerationRequest(prompt=prompt, model=model, duration=4, size="1280x720", seed=number),
        provider="local",
        base_url="local",
        key_env=None,
        model=model,
        path=str(path),
        fingerprint=job_id,
        take=1,
        idempotency_key=job_id,
        created_at=START + 60 * number,
        finished_at=START + 60 * number + 30,
        cost=0.5,
        progress=62.0 if state == "running" else None,
        project=str(folder),
        notebook=str(folder / f"{'ab'[number % 2]}.ipynb"),
        clips=(clip,) if state == "succeeded" else (),
        failure=failed if state == "failed" else None,
    )


def fill(ledger: Ledger, records: Iterable[JobRecord]) -> None:
    """Write jobs into a ledger in one transaction."""
    with ledger._file.writing() as db:
        for record in records:
            insert_job(db, record, None, 0.0)


def draw_still() -> bytes:
    """Draw a JPEG as large as a kept picture is."""
    across, down = np.meshgrid(np.arange(480), np.arange(270))
    colours = np.stack([across // 2, down // 2 + 60, (across + down) // 3], axis=-1).astype(np.uint8)
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 480, 270, "yuvj420p", Fraction(1, 25)
    (packet,) = encoder.encode(av.VideoFrame.from_ndarray(colours, format="rgb24").reformat(format="yuvj420p"))
    return bytes(packet)


def fill_home(home: Path, folder: Path, count: int, picture: bytes = STILL) -> None:
    """Fill the ledger of a home with `count` finished jobs of a project; one in ten has failed, and all clips have one still."""
    still = home / "posters" / "still.jpg"
    still.parent.mkdir(parents=True, exist_ok=True)
    still.write_bytes(picture)
    states: list[JobState] = ["succeeded"] * 9 + ["failed"]
    fill(
        Ledger.at(home / "ledger.sqlite3"),
        (make_record(number, folder, state=states[number % 10], still=still) for number in range(count)),
    )
