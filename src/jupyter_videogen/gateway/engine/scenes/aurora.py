"""Northern lights over mountains and a still lake: curtains of fine rays, stars, and all of it mirrored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import floor_to_even
from jupyter_videogen.gateway.engine.drawing.colour import ramp, swatch
from jupyter_videogen.gateway.engine.drawing.palette import Look
from jupyter_videogen.gateway.engine.elements.curtains import Curtains
from jupyter_videogen.gateway.engine.elements.lake import Lake
from jupyter_videogen.gateway.engine.elements.range import Range
from jupyter_videogen.gateway.engine.elements.stars import Stars

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

SHORE = 0.76
TINTED = ("aurora", "sky")


def look(sky: str, aurora: str, named: str, strength: float) -> Look:
    """Write a look: sky and curtain stops as 'place:colour', single colours by name, and how bright the lights are."""
    ramps = {
        name: tuple((float(place), code) for place, code in (stop.split(":") for stop in stops.split()))
        for name, stops in (("sky", sky), ("aurora", aurora))
    }
    singles = {name: ((0.0, code),) for name, code in (pair.split("=") for pair in named.split())}
    return Look({**ramps, **singles}, {"strength": strength}, TINTED)


GREEN = "0:#8affc8 0.10:#3cf0a0 0.32:#28c98f 0.58:#3d7fd0 0.82:#8a4fd0 1:#6a2fa0"
LOOKS = {
    "night": look(
        "0:#040819 0.5:#091733 0.85:#11364c 1:#1d5560",
        GREEN, "far=#0e2838 near=#02060d snow=#5f95a5 star=#eaf2ff", 1.0,
    ),
    "sunset": look(
        "0:#0b1033 0.4:#2a2760 0.72:#7a4478 0.9:#d9766c 1:#f5a96a",
        "0:#9dffd0 0.12:#4fe8b0 0.35:#3fb0b0 0.6:#6a6fd0 0.85:#c05fc0 1:#8a3f90",
        "far=#3a2b50 near=#0d0a18 snow=#c07f88 star=#fff0e2", 0.75,
    ),
    "dawn": look(
        "0:#1a2450 0.4:#3a4a80 0.72:#8a7ba8 0.9:#d9a3a8 1:#f5c9a8",
        GREEN, "far=#4a4f78 near=#141a2c snow=#c8b4c4 star=#ffffff", 0.65,
    ),
    "day": look(
        "0:#123060 0.45:#2a5a8c 0.8:#5a90b0 1:#9cc4cc",
        GREEN, "far=#2f5878 near=#0c1c2c snow=#b8d8e2 star=#ffffff", 0.6,
    ),
    "golden": look(
        "0:#0c0a18 0.5:#231a2a 0.85:#4d3830 1:#7a5a38",
        "0:#fff0b0 0.12:#ffd25a 0.35:#f0a040 0.6:#d06a4a 0.85:#a04a70 1:#602a60",
        "far=#2c2228 near=#080608 snow=#a88858 star=#fff4e0", 1.0,
    ),
    "storm": look(
        "0:#06080e 0.5:#101a24 0.85:#22333c 1:#3a4e54",
        "0:#a0ffb8 0.1:#5cf07a 0.32:#38c070 0.6:#e0506a 0.85:#b03a5a 1:#701f4a",
        "far=#182830 near=#04070a snow=#6a8a90 star=#eaf2ff", 1.25,
    ),
    "autumn": look(
        "0:#0a0a20 0.5:#1c1a3a 0.85:#4a3448 1:#8a5848",
        "0:#d0ffa0 0.12:#8af06a 0.35:#c0c050 0.6:#e08a4a 0.85:#c04a5a 1:#702a50",
        "far=#30243a near=#0a070c snow=#a07860 star=#fff2e6", 0.95,
    ),
}  # fmt: skip


class Aurora:
    """Sky, stars, curtains of light, mountains, trees and the lake that doubles them."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        shore = floor_to_even(stage.height * SHORE)
        self._sky, self._places = ramp(look.ramps["sky"]), np.arange(shore) / shore
        self._stars = Stars(stage, dice, shore, swatch(look.ramps["star"]))
        self._curtains = Curtains(stage, look, dice, shore)
        self._range = Range(stage, look, dice, shore)
        self._lake = Lake(stage, look, dice, shore)

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw from the far to the near; the lake comes last, because it mirrors all the rest."""
        canvas.gradient(self._sky, self._places)
        self._stars.draw(canvas, seconds)
        self._curtains.draw(canvas, seconds)
        self._range.draw(canvas)
        self._lake.draw(canvas, seconds)
