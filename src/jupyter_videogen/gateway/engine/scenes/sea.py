"""The sea under a sky with a sun or a moon: waves that move as water does, and a road of light."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.gateway.engine.drawing.arrays import floor_to_even
from jupyter_videogen.gateway.engine.drawing.colour import mix, swatch
from jupyter_videogen.gateway.engine.drawing.palette import Look
from jupyter_videogen.gateway.engine.elements.boat import Boat
from jupyter_videogen.gateway.engine.elements.sky import Sky
from jupyter_videogen.gateway.engine.elements.water import Water

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

HORIZON = 0.56
BOAT_ROW = 0.80

TRAITS = {
    "across": 0.57, "down": 0.955, "radius": 0.044, "glow": 0.9, "bloom": 1.0, "moon": 0.0,
    "stars": 0.0, "clear": 0.35, "rough": 1.0, "chop": 1.0, "glitter": 1.0, "foam": 0.0,
}  # fmt: skip
"""The sun's place (shares of width and horizon), its radius in heights, and how wild everything is."""
NIGHT = {
    **TRAITS,
    "across": 0.42,
    "down": 0.36,
    "radius": 0.046,
    "glow": 0.42,
    "bloom": 0.55,
    "moon": 1.0,
    "stars": 1.0,
}
TINTED = ("sky", "deep", "cloud", "glow")


def look(sky: str, named: str, traits: dict[str, float]) -> Look:
    """Write a look in two lines: sky stops as 'place:colour', then the single colours by name."""
    stops = tuple((float(place), code) for place, code in (stop.split(":") for stop in sky.split()))
    singles = {name: ((0.0, code),) for name, code in (pair.split("=") for pair in named.split())}
    return Look({"sky": stops, **singles}, traits, TINTED)


LOOKS = {
    "sunset": look(
        "0:#18224f 0.3:#56457f 0.55:#c05d80 0.78:#f28a58 0.93:#ffbf68 1:#ffd890",
        "deep=#0f1c3a cloud=#593a63 lit=#ffab77 glow=#ffb650 sun=#fff0b4",
        TRAITS,
    ),
    "dawn": look(
        "0:#5f7fae 0.35:#93a6cc 0.62:#d3b6cf 0.82:#f3c4bb 0.94:#fbdcc0 1:#fde9cf",
        "deep=#1f4560 cloud=#8f8db2 lit=#ffd9cf glow=#ffdcb0 sun=#fff6e2",
        {**TRAITS, "across": 0.40, "down": 0.90, "radius": 0.038, "glow": 0.6, "chop": 0.75, "clear": 0.5},
    ),
    "day": look(
        "0:#1a62b4 0.4:#4a97d8 0.75:#9ccbec 1:#dcf0f6",
        "deep=#08456b cloud=#c4d8e8 lit=#ffffff glow=#e9f6ff sun=#fffdf2",
        {**TRAITS, "across": 0.68, "down": 0.30, "radius": 0.026, "glow": 0.62, "clear": 0.25, "glitter": 1.2},
    ),
    "night": look(
        "0:#050a1f 0.45:#0e1d40 0.8:#274a74 1:#4a769a",
        "deep=#040a1a cloud=#1a2848 lit=#8fa9cf glow=#7fa3d8 sun=#eef3ff",
        NIGHT,
    ),
    "golden": look(
        "0:#4a3a4c 0.3:#8f5c4e 0.58:#dc9146 0.8:#f7b752 0.93:#ffd27a 1:#ffe3a3",
        "deep=#2a2030 cloud=#7a4a3c lit=#ffc987 glow=#ffc764 sun=#fff4d2",
        {**TRAITS, "down": 0.88, "glow": 0.8},
    ),
    "storm": look(
        "0:#161c28 0.35:#2b3546 0.65:#56637a 0.88:#8f9cab 1:#b9c2c6",
        "deep=#0b1a22 cloud=#141a26 lit=#9fb0c0 glow=#c4ccd0 sun=#b9c3c8",
        {**TRAITS, "down": 0.62, "radius": 0.004, "glow": 0.40, "bloom": 0.2, "clear": -0.9,
         "rough": 1.3, "chop": 1.7, "glitter": 0.7, "foam": 0.9},
    ),
    "autumn": look(
        "0:#37334f 0.35:#7d5560 0.62:#c47a52 0.85:#eaa85e 1:#f8d293",
        "deep=#1c2230 cloud=#5b3f46 lit=#f5b078 glow=#f7b566 sun=#fff0cc",
        {**TRAITS, "down": 0.92, "clear": 0.1},
    ),
}  # fmt: skip


class Sea:
    """Sky, water and perhaps a boat."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        horizon = floor_to_even(stage.height * HORIZON)
        self._sky = Sky(stage, look, dice, horizon)
        self._water = Water(stage, look, dice, self._sky, horizon)
        light = mix(swatch(look.ramps["lit"]), swatch(look.ramps["sky"]), 0.25)
        self._boat = Boat(stage, 74 * stage.unit, BOAT_ROW * stage.height, light) if "boat" in stage.props else None

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw from the far to the near."""
        self._sky.draw(canvas, seconds)
        self._water.draw(canvas, seconds)
        if self._boat:
            self._boat.draw(canvas, seconds)
