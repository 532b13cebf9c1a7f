"""What is said while the shots of a story are shown, at its time in the joined film."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.media import captions
from jupyter_videogen.media.captions import Cue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jupyter_videogen.api.stories.standing import ShotStanding


def cues(shots: Sequence[ShotStanding]) -> tuple[Cue, ...]:
    """Return the captions of shots, in seconds of the film: a shot's `caption`, else the captions of its clip."""
    return tuple(_cues(shots))


def _cues(shots: Sequence[ShotStanding]) -> Iterator[Cue]:
    at = 0.0
    for one in shots:
        end = at + one.seconds
        if one.shot.caption:
            yield Cue(at, end, one.shot.caption)
        elif one.clip is not None:
            for start, stop, text in captions.read(one.clip):
                if at + start < end:
                    yield Cue(at + start, min(at + stop, end), text)
        at = end
