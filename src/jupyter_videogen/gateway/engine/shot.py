"""What is asked of the engine, and what it says about its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class Cancelled(Exception):
    """The caller no longer wants the clip; nothing was left on disk."""


class UnreadableError(ValueError):
    """A file that was given is not what it has to be."""


@dataclass(frozen=True)
class Shot:
    """One clip to draw: the sentence, the size in pixels (even), the length and the chance it is drawn from."""

    prompt: str
    width: int
    height: int
    seconds: float
    fps: int
    seed: int
    style: str = ""
    """How it is drawn over: '', 'ink' or 'grain'."""
    image: Path | None = None
    """A picture or a clip to move over instead of a scene; of a clip, its last frame."""
    before: Path | None = None
    """A clip of this size and pace that is shown first; its frames count among those of the shot."""
    last_frame: Path | None = None
    """A picture the clip ends with."""
    sound: bool = False
    """Whether the scene is heard, where it has a sound."""
    kilobits: int | None = None
    """Thousand bits a second that the picture may have at most; without it as many as it needs."""
    audio: Path | None = None
    """What is heard instead: a file with sound, cut or filled up with silence to the length of the clip."""
    negative: str = ""
    """Words for what is not to be seen."""
    enhance: bool = False
    """Whether the sentence is enriched where it leaves something open."""

    @property
    def frames(self) -> int:
        """How many frames the clip has; a clip is never empty."""
        return max(1, round(self.seconds * self.fps))


@dataclass(frozen=True)
class Rendering:
    """What was understood and drawn: the scene, its mood, the words that decided, and the number of frames."""

    scene: str
    mood: str
    words: tuple[str, ...]
    frames: int
    revised: str = ""
    """The enriched sentence, where there is one."""
    not_drawn: dict[str, Any] | None = None
    """Words for what was to be seen and is not drawn, the scene drawn instead, all scenes, and prompts to try."""
