"""The narration or music under a story: a file of sound, checked and named by its hash."""

from __future__ import annotations

import math
import os
import re
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from jupyter_videogen.core import environment, hidden_characters
from jupyter_videogen.core.errors import InvalidRequest, Unsupported
from jupyter_videogen.core.story import Audio
from jupyter_videogen.media import concat, frames, inputs

if TYPE_CHECKING:
    from jupyter_videogen.core.story import StoryRecord

LOUDEST = 10.0
LONGEST_FADE = 60.0
LONGEST_NAME = 120
"""Characters of a name that is shown."""


class Handed(NamedTuple):
    """A file that was handed over under a name that is not its own here."""

    path: Path
    name: str
    """As the person knows it; it comes from outside."""


def read_audio(given: object, volume: float = 1.0, fade: float = 0.0) -> Audio:
    """Return a file of sound as a track: a path, bytes or an open file; raises `InvalidRequest` for anything else."""
    if isinstance(given, str) and given.startswith(("http://", "https://")):
        raise InvalidRequest("audio must be a file here.", next="Download it first, and pass its path.", field="audio")
    name, source = _named(given)
    medium = inputs.load_media(source, "audio", "audio", environment.home())
    if medium.path is None or medium.sha256 is None:
        raise InvalidRequest("audio must be a file here.", next="Pass its path.", field="audio")
    path = Path(medium.path)
    if not _is_heard(path):
        raise InvalidRequest(f"No sound can be read in {name}.", next="Choose another file.", field="audio")
    return with_levels(Audio(path=str(path), sha256=medium.sha256, name=name), volume, fade)


def _is_heard(path: Path) -> bool:
    """Return whether a file has sound that can be decoded; True where nothing here decodes, for joining says so then."""
    if any(find_spec(name) is None for name in frames.NEEDED):
        return True
    with closing(concat.decode_sound(path)) as blocks:
        try:
            return next(blocks, None) is not None
        except Unsupported:
            return False


def _named(given: object) -> tuple[str, object]:
    """Return the name of a sound, and where its bytes are."""
    if isinstance(given, Handed):
        return _clean_name(given.name), given.path
    return (_clean_name(os.fspath(given)) if isinstance(given, str | os.PathLike) else "sound"), given


def _clean_name(name: str | bytes) -> str:
    """Return the last part of a path of any system as one line, without characters that are not seen."""
    last = re.split(r"[/\\]", os.fsdecode(name))[-1]
    line = " ".join(hidden_characters.escape_text(last).split())
    return (line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1]}…") or "sound"


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
