"""The local engine: real video from a sentence, drawn on this machine with numpy and PyAV and nothing else.

It is honest about being a drawing: the clip says so in its tags, with what was understood of the sentence.
"""

from __future__ import annotations

import json
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
from jupyter_videogen.gateway.engine.drawing.quantize import Finish
from jupyter_videogen.gateway.engine.drawing.random_source import Dice
from jupyter_videogen.gateway.engine.drawing.style import STYLES
from jupyter_videogen.gateway.engine.elements.weather import EXTRAS
from jupyter_videogen.gateway.engine.enrich import enrich
from jupyter_videogen.gateway.engine.output.contact_sheet import sheet
from jupyter_videogen.gateway.engine.output.encoder import draw_frames, film, per_thread
from jupyter_videogen.gateway.engine.output.origin import name_origin
from jupyter_videogen.gateway.engine.output.poster import poster
from jupyter_videogen.gateway.engine.prompt.parser import read
from jupyter_videogen.gateway.engine.prompt.subjects import find_missing
from jupyter_videogen.gateway.engine.scenes import OWN, look_for, scene_for
from jupyter_videogen.gateway.engine.shot import Cancelled, Rendering, Shot, UnreadableError
from jupyter_videogen.gateway.engine.sound import heard, read_sound
from jupyter_videogen.gateway.engine.still import Dissolve, Moving, earlier, length

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    import av

    from jupyter_videogen.gateway.engine.drawing.arrays import Array
    from jupyter_videogen.gateway.engine.drawing.palette import Look
    from jupyter_videogen.gateway.engine.prompt.parser import Reading
    from jupyter_videogen.gateway.engine.scenes import Scene

__all__ = ["Cancelled", "Rendering", "Shot", "UnreadableError", "poster", "render", "sheet"]

READ, BAKED, MUXED = 1.0, 5.0, 99.0
"""Percent when the sentence is understood, when the scene is baked, and when the last frame is in the file."""
BETWEEN_REPORTS = 0.2
"""Seconds: five reports a second are as many as anyone can see."""


def render(shot: Shot, path: Path, *, progress: Callable[[float], None], cancelled: Callable[[], bool]) -> Rendering:
    """Draw the shot into an MP4 at `path`, which appears only when complete; progress is told in percent.

    Raises Cancelled as soon as `cancelled` says so, and leaves nothing behind then, or after any failure.
    """
    tell = Throttle(progress)
    tell(0.0)
    partial = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        rendering = draw(shot, partial, tell, cancelled)
        name_origin(partial, given=bool(shot.image or shot.before or shot.last_frame or shot.audio))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    tell(100.0)
    return rendering


def draw(shot: Shot, partial: Path, tell: Callable[[float], None], cancelled: Callable[[], bool]) -> Rendering:
    """Understand the sentence, bake the scene and film it."""
    prompt = enrich(shot.prompt, shot.negative) if shot.enhance else shot.prompt
    reading, dice = read(prompt, shot.negative), Dice(shot.prompt, shot.seed)
    mood, look = look_for(reading, shot.prompt)
    count = shot.frames - length(shot.before)
    stage = Stage(shot.width, shot.height, count / shot.fps, reading.pace, reading.props, reading.without)
    revised = prompt if prompt != shot.prompt else ""
    # A picture that was given shows what it shows, whatever the sentence says.
    scene, missing = ("picture", None) if shot.image else (reading.scene, find_missing(shot.prompt, reading.scene))
    rendering = Rendering(scene, mood, reading.words, shot.frames, revised, missing)
    stop_if(cancelled())
    tell(READ)
    parts = cast_of(shot, reading, stage, look, dice)
    # A picture that was given keeps its corners as they are.
    finish = Finish(
        shot.width, shot.height, dice.stream("finish"), corners=0.0 if shot.image or shot.last_frame else 0.16
    )
    style = STYLES[shot.style](stage, dice)
    sound = sound_of(shot, reading, dice)
    canvas = per_thread(lambda: Canvas(shot.width, shot.height))
    ending = Dissolve(stage, shot.last_frame, dice, (count - 1) / shot.fps) if shot.last_frame else None
    tell(BAKED)

    def picture(number: int) -> av.VideoFrame:
        mine = cast("Canvas", canvas())
        seconds = number / shot.fps
        for part in parts:
            part.draw(mine, seconds)
        style(mine, seconds)
        if ending:
            ending.draw(mine, seconds)
        return finish(mine)

    shown = chain_frames(earlier(shot.before), draw_frames(picture, count))
    with film(partial, shot, tags(shot, rendering), sound) as append, closing(shown) as frames:
        for number, frame in enumerate(frames):
            stop_if(cancelled())
            append(frame, number)
            tell(BAKED + (MUXED - BAKED) * (number + 1) / shot.frames)
    return rendering


def chain_frames(*parts: Generator[av.VideoFrame]) -> Generator[av.VideoFrame]:
    """Return the frames of one after the other; stop early, and the one that was being read is closed."""
    for part in parts:
        yield from part


def cast_of(shot: Shot, reading: Reading, stage: Stage, look: Look, dice: Dice) -> list[Scene]:
    """Bake all that is drawn, in order: the scene or the given picture, then the weather that was named."""
    if shot.image:
        return [Moving(stage, shot.image, dice)]
    own = OWN.get(reading.scene, ())
    weather = [EXTRAS[prop](stage, dice) for prop in reading.props if prop in EXTRAS and prop not in own]
    return [scene_for(reading)(stage, look, dice), *weather]


def sound_of(shot: Shot, reading: Reading, dice: Dice) -> Array | None:
    """Return what is heard: the file that was given, else the scene if it is wanted."""
    seconds = shot.frames / shot.fps
    if shot.audio:
        return read_sound(shot.audio, seconds)
    return heard(reading.scene, dice, seconds) if shot.sound else None


def tags(shot: Shot, rendering: Rendering) -> dict[str, str]:
    """Say in the file what it is and how it came about."""
    comment = {
        "generator": "jupyter-videogen local engine",
        "procedural": True,
        "prompt": shot.prompt,
        "seed": shot.seed,
        "scene": rendering.scene,
        "mood": rendering.mood,
        "words": rendering.words,
        **({"not_drawn": rendering.not_drawn["words"]} if rendering.not_drawn else {}),
        **({"negative_prompt": shot.negative} if shot.negative else {}),
        **({"revised_prompt": rendering.revised} if rendering.revised else {}),
    }
    return {"title": shot.prompt, "comment": json.dumps(comment, ensure_ascii=False)}


def stop_if(unwanted: bool) -> None:  # noqa: FBT001 - it reads as a sentence
    """Raise Cancelled when the clip is no longer wanted."""
    if unwanted:
        raise Cancelled("The clip was cancelled.")


class Throttle:
    """Passes on the first and last report, the first of any progress, and those in between that come late enough."""

    def __init__(self, progress: Callable[[float], None]) -> None:
        self._progress, self._next = progress, 0.0

    def __call__(self, percent: float) -> None:
        """Report, unless the last report is too recent."""
        now = monotonic()
        if now >= self._next or percent >= 100.0:
            self._next = now + (BETWEEN_REPORTS if percent else 0.0)
            self._progress(percent)
