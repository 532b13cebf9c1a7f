"""Mountains behind mountains, mist between them, spruces in front; with snow falling when it is winter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, fading, floor_to_even, single
from jupyter_videogen.gateway.engine.drawing.colour import mix, swatch
from jupyter_videogen.gateway.engine.drawing.noise import Grain, sheet
from jupyter_videogen.gateway.engine.drawing.palette import Look, write_look
from jupyter_videogen.gateway.engine.elements.land import Ground, Procession
from jupyter_videogen.gateway.engine.elements.mist import Bank, Mist
from jupyter_videogen.gateway.engine.elements.sky import Sky
from jupyter_videogen.gateway.engine.elements.spruce import spruces
from jupyter_videogen.gateway.engine.elements.weather import Snowfall

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.layer import Layer
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

ROCK = Grain(falloff=2.3, coarse=3.0, stretch=(1.0, 0.7))
TRAITS = {"across": 0.63, "down": 0.66, "radius": 0.036, "glow": 0.75, "bloom": 1.0, "moon": 0.0, "stars": 0.0,
          "clear": 0.45, "snow": 0.7, "flakes": 0.0}  # fmt: skip
NIGHT = {**TRAITS, "across": 0.33, "down": 0.26, "radius": 0.034, "glow": 0.42, "bloom": 0.5, "moon": 1.0, "stars": 1.0}


def look(sky: str, named: str, traits: dict[str, float]) -> Look:
    """Write a look of this scene."""
    return write_look({"sky": sky}, named, traits, ("sky", "far", "near", "mist", "glow", "cloud"))


LOOKS = {
    "sunset": look("0:#2b3a78 0.35:#7a6aa6 0.62:#d58a92 0.85:#f8bd8a 1:#fde0b0",
        "far=#9a7f9e near=#15172e mist=#f2b79c snow=#ffd0b0 cloud=#6d4f78 lit=#ffb891 glow=#ffc078 sun=#fff0c4", TRAITS),
    "dawn": look("0:#6f8fc0 0.4:#a9b9dc 0.7:#e6c9d6 1:#fbe6d6",
        "far=#9aa6c6 near=#22324a mist=#f0dbe0 snow=#fff2ee cloud=#9b9fc2 lit=#ffe2d8 glow=#ffe2bc sun=#fff8e6", {**TRAITS, "across": 0.36, "down": 0.72}),
    "day": look("0:#1f66b6 0.45:#5ea3dc 0.8:#aed6f0 1:#e2f2f8",
        "far=#7fa3c6 near=#12302a mist=#d5e6f0 snow=#ffffff cloud=#cfdfec lit=#ffffff glow=#eef8ff sun=#fffdf2", {**TRAITS, "down": 0.2, "radius": 0.022, "across": 0.74, "glow": 0.5}),
    "night": look("0:#050a1e 0.45:#0f1f44 0.8:#294b78 1:#4d78a0",
        "far=#2c4a70 near=#03070f mist=#3f648e snow=#9fbede cloud=#1a2848 lit=#8fa9cf glow=#7fa3d8 sun=#eef3ff", NIGHT),
    "golden": look("0:#57506e 0.35:#a8745e 0.65:#e8a652 1:#ffe0a0",
        "far=#b58a62 near=#1e1712 mist=#f6cf8c snow=#ffe2b0 cloud=#7d5544 lit=#ffd195 glow=#ffcf70 sun=#fff4d2", TRAITS),
    "storm": look("0:#1a212c 0.4:#36424f 0.75:#66757f 1:#a4b0b4",
        "far=#586874 near=#0c1318 mist=#98a6ac snow=#c6d2d8 cloud=#181f2a lit=#98a8b4 glow=#b0bcc2 sun=#b0bcc2",
        {**TRAITS, "clear": -0.7, "radius": 0.004, "bloom": 0.2, "glow": 0.3}),
    "autumn": look("0:#4a6a96 0.4:#8fa6b8 0.75:#e6c8a0 1:#fbe4c0",
        "far=#9c8f92 near=#3a1a0e mist=#ecd2b2 snow=#fff0de cloud=#a59a9c lit=#ffe4c4 glow=#ffdca0 sun=#fff6de", TRAITS),
}  # fmt: skip

WINTER = {
    "day": look("0:#5f7fa6 0.45:#93b0cc 0.8:#c9d8e4 1:#e8eff2",
        "far=#8fa6be near=#1a2b36 mist=#dbe5ec snow=#ffffff cloud=#b4c4d2 lit=#f4f8fa glow=#eef4f6 sun=#fbfcf6",
        {**TRAITS, "down": 0.4, "radius": 0.02, "glow": 0.35, "clear": -0.1, "snow": 1.0, "flakes": 1.0}),
    **{mood: Look(one.ramps, {**one.traits, "snow": 1.0, "flakes": 1.0}, one.tinted) for mood, one in LOOKS.items() if mood != "day"},
}  # fmt: skip
"""The same under falling snow."""


class Mountains:
    """Sky, four ranges, mist, a row of trees, and perhaps snow."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        self._stage, size = stage, 720 * stage.unit
        self._foot = floor_to_even(stage.height * 0.72)
        self._sky = Sky(stage, look, dice, self._foot)
        # The row a range stands on, its height, and how far it slides.
        plan = ((0.60, 0.30, 0.020), (0.70, 0.22, 0.042), (0.80, 0.15, 0.075))
        self._ranges = [self._range(look, dice, number, (row * stage.height, high * size, slide * size)) for number, (row, high, slide) in enumerate(plan)]  # fmt: skip
        self._mist = Mist(stage, dice, swatch(look.ramps["mist"]), Bank())
        trees = spruces(Ground(stage, 0.13 * size), dice.stream("trees"), 0.93 * stage.height, 0.20 * size)
        near = swatch(look.ramps["near"])
        self._trees = trees.layer(near, mix(near, swatch(look.ramps["mist"]), 0.12)), 0.13 * size
        self._snow = (
            Snowfall(stage, dice)
            if "snow" in stage.props or (look.traits["flakes"] and "snow" not in stage.without)
            else None
        )

    def _range(self, look: Look, dice: Dice, number: int, place: tuple[float, float, float]) -> tuple[Layer, float]:
        """Bake one range: lit faces and snow at the crest, mist at the foot."""
        row, high, slide = place
        ground, far, near = Ground(self._stage, slide), swatch(look.ramps["far"]), swatch(look.ramps["near"])
        crest = row - high * np.logaddexp(0.0, 6.0 * ground.peaks(dice.stream(f"peaks {number}"))) / 6.0
        colour = mix(far, near, 0.36 * number)
        foot = mix(colour, swatch(look.ramps["mist"]), 0.72 - 0.14 * number)
        shade = self._faces(ground, crest, dice, number) * (0.75 - 0.2 * number)
        snow = look.traits["snow"] * (0.5 - 0.14 * number) * (swatch(look.ramps["snow"])[0] - colour[0])
        depth = np.maximum(ground.rows - crest[None], 0.0) / high
        ragged = np.clip(1.2 - depth * 2.6 + shade * 9.0, 0.0, 1.0)
        return ground.layer(
            crest, colour, foot, high * 1.15, single(shade * fading(depth * 1.2) + ragged * snow)
        ), slide

    def _faces(self, ground: Ground, crest: Array, dice: Dice, number: int) -> Array:
        """Rock that faces the light: slopes of a sheet sheared with the crest, so that ribs run down from peaks."""
        size = 720 * self._stage.unit
        tile = sheet(dice.stream(f"rock {number}"), (512, 512), ROCK)
        ridged = np.abs(tile)
        slope = np.roll(ridged, -3, 1) - np.roll(ridged, 3, 1)
        down = (ground.rows - 0.55 * crest[None]) / size * 300
        columns = np.arange(ground.columns)[None] / size * 340 + 0.35 * down
        return single(0.085 * np.clip(slope[down.astype(np.intp) % 512, columns.astype(np.intp) % 512], -1.6, 1.6))

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw from the far to the near."""
        self._sky.draw(canvas, seconds)
        canvas.luma[self._foot :] = 0.0
        canvas.blue[self._foot // 2 :] = canvas.red[self._foot // 2 :] = 0.0
        Procession(self._stage, self._ranges).draw(canvas, seconds)
        self._mist.draw(canvas, seconds)
        Procession(self._stage, [self._trees]).draw(canvas, seconds)
        if self._snow:
            self._snow.draw(canvas, seconds)
