"""What happens to a job, as values: `async for event in job.events()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.api.clip import Clip
from jupyter_videogen.core.errors import VideogenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.core.job import JobRecord


class Queued(msgspec.Struct, frozen=True):
    """It waits for its turn; the place in the line, where the service says."""

    position: int | None = None


class Running(msgspec.Struct, frozen=True):
    """It is being made; 0 to 100, None where the service reports no percent."""

    progress: float | None = None


class Saving(msgspec.Struct, frozen=True):
    """Its clip is being fetched: how much is here, and of how much, where that is known."""

    bytes: int = 0
    total: int | None = None


class Done(msgspec.Struct, frozen=True):
    """The clip is here."""

    clip: Clip


class Failed(msgspec.Struct, frozen=True):
    """There will be no clip by itself: the job's own error."""

    error: VideogenError


Event = Queued | Running | Saving | Done | Failed


def event_of(record: JobRecord, error: Callable[[], VideogenError]) -> Event | None:
    """Return the event that a record tells of; None while the request is on its way, or nobody can be reached."""
    match record.state:
        case "queued":
            return Queued()
        case "running":
            return Running(record.progress)
        case "saving":
            return Saving(record.saved_bytes or 0, record.total_bytes)
        case "succeeded":
            return Done(Clip.of(record.clips[0])) if record.clips else None
    return Failed(error()) if record.ended else None
