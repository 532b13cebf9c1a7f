"""What is said while the shots of a story are shown, at its time in the joined film."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.stories.standing import ShotStanding


class Cue(NamedTuple):
    """One caption; begin and end in seconds of the film."""

    begin: float
    end: float
    text: str


def cues(shots: Sequence[ShotStanding]) -> list[Cue]:
    """Return the captions of shots, each as long as its shot."""
    found, at = list[Cue](), 0.0
    for one in shots:
        if one.shot.caption:
            found.append(Cue(at, at + one.seconds, one.shot.caption))
        at += one.seconds
    return found
