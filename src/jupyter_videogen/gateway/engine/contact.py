"""One picture of all scenes: `python -m jupyter_videogen.gateway.engine.contact FILE.jpg`, at most 200 kB."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
from jupyter_videogen.gateway.engine.drawing.quantize import Finish
from jupyter_videogen.gateway.engine.drawing.random_source import Dice
from jupyter_videogen.gateway.engine.drawing.style import STYLES
from jupyter_videogen.gateway.engine.output.poster import jpeg
from jupyter_videogen.gateway.engine.prompt.parser import read
from jupyter_videogen.gateway.engine.scenes import SCENES, look_for, scene_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.gateway.engine.drawing.arrays import Array

SHAPES = ((320, 180), (102, 180), (180, 180))
"""Wide, tall and square, side by side."""
ACROSS, LARGEST, MOMENT = 3, 200_000, 1.3
PROMPTS = {
    "sea": "a boat on the sea at sunset",
    "city": "a neon city in the rain",
    "aurora": "northern lights at night",
    "mountains": "mountains at dusk",
    "snow": "snow over mountains",
    "fire": "a campfire",
    "forest": "a forest in mist",
    "desert": "dunes in the desert",
    "underwater": "fish underwater",
    "clouds": "clouds in time-lapse at sunset",
    "meadow": "a meadow with butterflies",
    "space": "a galaxy and a planet",
    "drive": "a synthwave drive",
    "flow": "ink and smoke",
    "silk": "quarterly reporting",
}
STYLED = (("ink", "mountains at dusk"), ("ink", "a neon city in the rain"), ("grain", "a meadow with butterflies"))
"""Styles, shown over three of the scenes."""


def still(prompt: str, size: tuple[int, int], style: str = "", seconds: float = MOMENT) -> Array:
    """Draw one frame of a clip of four seconds as (rows, columns, 3) of RGB."""
    reading, dice = read(prompt), Dice(prompt, 1)
    stage = Stage(*size, 4.0, reading.pace, reading.props)
    canvas = Canvas(*size)
    scene_for(reading)(stage, look_for(reading, prompt)[1], dice).draw(canvas, seconds)
    STYLES[style](stage, dice)(canvas, seconds)
    return Finish(*size, dice.stream("finish"))(canvas).to_ndarray(format="rgb24")


def contact() -> bytes:
    """Draw every scene in three shapes, and the styles, as one JPEG."""
    wanted = [("", PROMPTS[scene]) for scene in SCENES] + list(STYLED)
    cells = [np.hstack([still(prompt, size, style) for size in SHAPES]) for style, prompt in wanted]
    cells += [np.zeros_like(cells[0])] * (-len(cells) % ACROSS)
    picture = np.vstack([np.hstack(cells[start : start + ACROSS]) for start in range(0, len(cells), ACROSS)])
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuvj420p")
    return next(data for data in (jpeg(frame, coarseness) for coarseness in range(3, 32)) if len(data) <= LARGEST)


def main(arguments: Sequence[str]) -> None:
    """Write the picture to the file that was named."""
    Path(arguments[0]).write_bytes(contact())


if __name__ == "__main__":
    main(sys.argv[1:])
