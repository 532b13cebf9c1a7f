"""A clip as a file to hand out, beside the notebook, written while the kernel does other things."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jupyter_videogen.api.clip import Clip
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.media.export_files import free_targets, is_taken
from jupyter_videogen.runtime import process

if TYPE_CHECKING:
    from concurrent.futures import Future

    from jupyter_videogen.api.job import Job
    from jupyter_videogen.core.clip import ClipRecord

Kind = Literal["html", "gif", "webp"]


def begin(job: Job, take: int, kind: Kind) -> Future[str]:
    """Write a job's clip, the first one being take 0, in a thread; return where the new file's name will be.

    Raises `InvalidRequest` for a clip that is not there; the future raises as `Clip.export`.
    """
    clips = job.record.clips
    if not 0 <= take < len(clips):
        raise InvalidRequest(f"Job {job.id} has no clip {take + 1}.", next="Wait for its clip.", field="take")
    folder = environment.folder()  # here: another thread does not know the notebook
    return process.runtime().loop.submit(lambda: asyncio.to_thread(_write, clips[take], folder, kind))


def _write(clip: ClipRecord, folder: Path, kind: Kind) -> str:
    """Write a clip under a name that is free, and return the name; of two who want a name, the later one gets the next."""
    targets = free_targets(folder, Path(clip.path).stem, kind)
    while True:
        target = next(targets)
        try:
            return Clip.of(clip).export(target).name
        except InvalidRequest:
            if not is_taken(target):
                raise
