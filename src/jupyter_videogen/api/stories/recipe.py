"""What a joined film is made of: its clips in order, its sound, its captions."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.api.stories.cues import cues

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.stories.standing import ShotStanding
    from jupyter_videogen.core.story import StoryRecord


def made_of(story: StoryRecord, shots: Sequence[ShotStanding]) -> str:
    """Return the hash of what a film of these shots is made of; a film with another one is out of date."""
    audio = story.audio
    sound = [] if audio is None else [audio.sha256, audio.volume, audio.fade]
    clips = [one.clip.sha256 if one.clip is not None else "" for one in shots]
    captions = cues(shots) if story.captions else ()
    return hashlib.sha256(msgspec.json.encode([clips, sound, captions])).hexdigest()
