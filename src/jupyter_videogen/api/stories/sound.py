"""The narration or music under a story: a file of sound, checked and named by its hash."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.story import Audio
from jupyter_videogen.media import inputs

if TYPE_CHECKING:
    from jupyter_videogen.core.story import StoryRecord

LOUDEST = 10.0
LONGEST_FADE = 60.0


def read_audio(given: object, volume: float = 1.0, fade: float = 0.0) -> Audio:
    """Return a file of sound as a track: a path, bytes or an open file; raises `InvalidRequest` for anything else."""
    if isinstance(given, str) and given.startswith(("http://", "https://")):
        raise InvalidRequest("audio must be a file here.", next="Download it first, and pass its path.", field="audio")
    medium = inputs.load_media(given, "audio", "audio", environment.home())
    if medium.path is None or medium.sha256 is None:
        raise InvalidRequest("audio must be a file here.", next="Pass its path.", field="audio")
    path = Path(medium.path)
    name = path.name if isinstance(given, str | os.PathLike) else "sound"
    return with_levels(Audio(path=str(path), sha256=medium.sha256, name=name), volume, fade)


def with_levels(audio: Audio, volume: float | None, fade: float | None) -> Audio:
    """Return a track with another volume (1 is as it is) and fade in seconds; None leaves one as it is. Raises `InvalidRequest`."""
    return msgspec.structs.replace(
        audio,
        volume=audio.volume if volume is None else _number("volume", volume, LOUDEST),
        fade=audio.fade if fade is None else _number("fade", fade, LONGEST_FADE),
    )


def _number(name: str, value: object, most: float) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not 0 <= value <= most
    ):
        raise InvalidRequest(f"{name} is {value!r}.", next=f"Pass a number from 0 to {most:g}.", field=name)
    return float(value)


def set_audio(story: StoryRecord, audio: Audio | None) -> StoryRecord:
    """Return the story with another track, or with none."""
    return msgspec.structs.replace(story, audio=audio)
