"""The events of a job, as values: `async for event in job.events()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.api.clip import Clip
from jupyter_videogen.core.errors import VideogenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.core.job import JobRecord


class Queued(msgspec.Struct, frozen=True):
    """The job is queued; its position in the queue, if the provider reports it."""

    position: int | None = None


class Running(msgspec.Struct, frozen=True):
    """The clip is being made; 0 to 100, None if the provider reports no percent."""

    progress: float | None = None
    preview: bytes | None = None
    """The newest picture of it, a JPEG, PNG or WebP; None if the provider sends none."""


class Saving(msgspec.Struct, frozen=True):
    """The clip is being downloaded: the bytes so far, and the total if known."""

    bytes: int = 0
    total: int | None = None


class Done(msgspec.Struct, frozen=True):
    """The clip is saved."""

    clip: Clip


class Failed(msgspec.Struct, frozen=True):
    """The job has ended without a clip: its error."""

    error: VideogenError


Event = Queued | Running | Saving | Done | Failed


def event_of(record: JobRecord, error: Callable[[], VideogenError], preview: bytes | None = None) -> Event | None:
    """Return the event that a record tells of; None while the request is on its way, or nobody can be reached."""
    match record.state:
        case "queued":
            return Queued()
        case "running":
            return Running(record.progress, preview)
        case "saving":
            return Saving(record.saved_bytes or 0, record.total_bytes)
        case "succeeded":
            return Done(Clip.of(record.clips[0])) if record.clips else None
    return Failed(error()) if record.ended else None
