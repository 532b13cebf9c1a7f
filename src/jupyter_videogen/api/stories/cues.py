"""What is said while the shots of a story are shown, at its time in the joined film."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.core import hidden_characters
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.media import captions
from jupyter_videogen.media.captions import Cue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jupyter_videogen.api.stories.standing import ShotStanding

LONGEST = 500
"""Characters of the caption of one shot: more is not read in the time."""


def cues(shots: Sequence[ShotStanding]) -> tuple[Cue, ...]:
    """Return the captions of shots, in seconds of the film: a shot's `caption`, else the captions of its clip."""
    return tuple(_cues(shots))


def has_cues(shots: Sequence[ShotStanding]) -> bool:
    """Return whether there may be a caption to show, without reading files."""
    return any(
        one.shot.caption or (one.clip is not None and captions.captions_path(one.clip).exists()) for one in shots
    )


def read_caption(text: object) -> str:
    """Return a caption as it is written down: its lines without what is not seen, and without space around them; raises `InvalidRequest`."""
    if not isinstance(text, str) or len(text) > LONGEST:
        raise InvalidRequest(
            f"A caption is a text of at most {LONGEST:,} characters.", next="Write less.", field="caption"
        )
    lines = (hidden_characters.HIDDEN.sub("", line).strip() for line in text.splitlines())
    return "\n".join(filter(None, lines))


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
