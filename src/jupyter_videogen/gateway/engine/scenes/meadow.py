"""A meadow: hills, grass that bends in the wind, flowers, and butterflies that wander over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, floor_to_even, single
from jupyter_videogen.gateway.engine.drawing.colour import Colour, mix, swatch
from jupyter_videogen.gateway.engine.drawing.layer import Layer
from jupyter_videogen.gateway.engine.drawing.palette import Look, write_look
from jupyter_videogen.gateway.engine.elements.land import Ground, Procession
from jupyter_videogen.gateway.engine.elements.sky import Sky
from jupyter_videogen.gateway.engine.elements.turf import Turf
from jupyter_videogen.gateway.engine.elements.weather import Fireflies

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice, RandomStream

TRAITS = {"across": 0.66, "down": 0.36, "radius": 0.026, "glow": 0.6, "bloom": 1.0, "moon": 0.0, "stars": 0.0,
          "clear": 0.2, "flies": 0.0}  # fmt: skip
BLOOMS = ("bloom", "petal", "white")


def look(sky: str, named: str, **traits: float) -> Look:
    """Write a look of this scene."""
    return write_look({"sky": sky}, named, {**TRAITS, **traits}, ("bloom", "petal", "wing"))


LOOKS = {
    "day": look("0:#2470c0 0.45:#66abe2 0.8:#b6dcf0 1:#e8f4ec", "cloud=#d4e4ee lit=#ffffff glow=#fff8e4 sun=#fffdf0 "
        "far=#8fb8b4 hill=#6aa04c near=#2c5c20 tip=#a6cc54 bloom=#e8404a petal=#f6b53c white=#fdf6ee wing=#f4862c"),
    "golden": look("0:#7a6c78 0.4:#c8945e 0.7:#f4bf68 1:#ffe4a8", "cloud=#9a6a54 lit=#ffd8a0 glow=#ffcf78 sun=#fff4d4 "
        "far=#c09a64 hill=#a0803a near=#3c3012 tip=#e2b852 bloom=#e2583c petal=#ffd05c white=#fff0d0 wing=#ffb43c", down=0.82, radius=0.044, glow=0.9),
    "sunset": look("0:#2a2a66 0.35:#74508e 0.62:#d0687e 0.85:#f8a06a 1:#ffd28c", "cloud=#6a4270 lit=#ffae80 glow=#ffb85c sun=#fff0bc "
        "far=#8a5878 hill=#5c4450 near=#1c1826 tip=#a0684c bloom=#f05a6c petal=#f8a05c white=#ffdcc8 wing=#ff8c50", down=0.88, radius=0.044, glow=0.9),
    "dawn": look("0:#7898c4 0.4:#b0bedc 0.7:#ecccd2 1:#fdeadc", "cloud=#a8a8c8 lit=#ffe4dc glow=#ffe2c0 sun=#fff8ea "
        "far=#b0b8b8 hill=#8aa478 near=#3a5238 tip=#bccc90 bloom=#e0708c petal=#f4c888 white=#fff6f0 wing=#b484d8", down=0.84, across=0.36),
    "night": look("0:#050b20 0.45:#0f2046 0.8:#28507c 1:#4878a0", "cloud=#1a2a4c lit=#8fa9cf glow=#7fa3d8 sun=#eef3ff "
        "far=#26466a hill=#183450 near=#060f18 tip=#2c5468 bloom=#7a6cb0 petal=#6c90c0 white=#b0c8e8 wing=#9ac0f0",
        moon=1.0, stars=1.0, across=0.36, radius=0.036, glow=0.42, bloom=0.5, flies=1.0),
    "storm": look("0:#1c2430 0.4:#3c4a58 0.75:#6c7c84 1:#a8b4b4", "cloud=#1a222c lit=#98a8b4 glow=#b0bcc2 sun=#b0bcc2 "
        "far=#66787c hill=#485c48 near=#141e14 tip=#6c7c50 bloom=#a84c54 petal=#b8985c white=#c8ccc8 wing=#c08050", clear=-0.7, radius=0.004, glow=0.3),
    "autumn": look("0:#4a74a4 0.4:#94b0be 0.75:#ecd0a4 1:#fce8c8", "cloud=#b0a8a4 lit=#fff0d8 glow=#ffe4b0 sun=#fff8e4 "
        "far=#b09880 hill=#a87c3c near=#4a2a10 tip=#d8a04c bloom=#c8402c petal=#f0982c white=#fff0d8 wing=#e8682c"),
}  # fmt: skip


class Meadow:
    """Sky, hills, three rows of grass, butterflies."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        self._stage, self._size = stage, 720 * stage.unit
        self._foot = floor_to_even(stage.height * 0.62)
        self._sky = Sky(stage, look, dice, self._foot)
        colours = {name: swatch(look.ramps[name]) for name in ("far", "hill", "near", "tip", *BLOOMS, "wing")}
        self._hills = []
        for number, (row, high, slide) in enumerate(((0.55, 0.05, 0.015), (0.62, 0.05, 0.035), (0.70, 0.035, 0.06))):
            ground = Ground(stage, slide * self._size)
            crest = row * stage.height - high * self._size * ground.hills(
                dice.stream(f"hill {number}"), 170.0 - 30 * number
            )
            top = mix(colours["far"], colours["hill"], 0.15 + 0.42 * number)
            foot = mix(top, colours["near"], 0.20 + 0.18 * number)
            self._hills.append((ground.layer(crest, top, foot, 0.30 * self._size), slide * self._size))
        self._grass = [
            (self._bake_grass(dice.stream(f"grass {number}"), colours, row, high, number), slide * self._size, lean * self._size)
            for number, (row, high, slide, lean) in enumerate(((0.78, 0.075, 0.09, 0.006), (0.90, 0.13, 0.13, 0.011), (1.04, 0.24, 0.19, 0.019)))
        ]  # fmt: skip
        chance, self._count = dice.stream("butterflies"), max(4, int(9 * stage.crowd))
        self._seeds = chance.uniform(5 * self._count).reshape(5, self._count)
        self._wings = [mix(colours["wing"], colours[name], 0.55 * (name != "bloom")) for name in BLOOMS]
        self._body = colours["near"]
        self._flies = (
            Fireflies(stage, dice)
            if look.traits["flies"] and "fireflies" not in (*stage.props, *stage.without)
            else None
        )

    def _bake_grass(
        self, stream: RandomStream, colours: dict[str, Colour], row: float, high: float, number: int
    ) -> Layer:
        """Blades by the hundred, dark at the foot and light at the tip, and flowers among them."""
        ground, size = Ground(self._stage, (0.09 + 0.05 * number) * self._size + 0.06 * self._size), self._size
        shape = self._stage.height, ground.columns
        turf = Turf(self._stage.height, ground.columns)
        earth = row * self._stage.height - 0.05 * size * ground.hills(stream, 260.0)
        base = mix(colours["hill"], colours["near"], 0.45 + 0.25 * number)
        solid = ground.rows >= earth[None]
        turf.cover[:] = solid
        turf.picture[:] = np.array(base, np.float32)[:, None, None] * solid
        thick = (1.3 + 1.2 * number) * self._stage.unit
        for _ in range(int((900, 560, 260)[number] * ground.columns / size / 1.9)):
            at, tall, bend = (
                stream.number() * shape[1],
                high * size * (0.5 + 0.6 * stream.number()),
                stream.number(-0.35, 0.35),
            )
            tone = mix(base, colours["tip"], stream.number(0.15, 0.85 - 0.15 * number))
            turf.blade((at, earth[min(int(at), shape[1] - 1)] + 3), (tall, bend, thick), base, tone)
        for _ in range(int((110, 60, 17)[number] * ground.columns / size / 1.9)):
            at, rise = stream.number() * shape[1], high * size * stream.number(0.25, 1.0)
            down = earth[min(int(at), shape[1] - 1)] - rise
            radius = (2.4, 5.2, 12.0)[number] * self._stage.unit * stream.number(0.7, 1.2)
            if number:
                turf.blade((at, down + rise + 3), (rise + 3, 0.0, thick), base, base)
            turf.flower((at, down), radius, colours[stream.pick(BLOOMS)], colours["petal"])
        return Layer(turf.picture, turf.cover)

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw from the far to the near."""
        self._sky.draw(canvas, seconds)
        canvas.luma[self._foot :] = 0.0
        canvas.blue[self._foot // 2 :] = canvas.red[self._foot // 2 :] = 0.0
        Procession(self._stage, self._hills).draw(canvas, seconds)
        for number, (layer, slide, lean) in enumerate(self._grass):
            wind = lean * (1.0 + np.sin(self._stage.angle(0.45, seconds) - 0.9 * number))
            layer.draw(canvas, slide * self._stage.sway(seconds) + float(wind))
            if number == 1:
                self._flutter(canvas, seconds, far=True)
        self._flutter(canvas, seconds, far=False)
        if self._flies:
            self._flies.draw(canvas, seconds)

    def _flutter(self, canvas: Canvas, seconds: float, *, far: bool) -> None:
        """Butterflies on closed curves; their wings narrow and widen as they beat."""
        across, down, turn, size, rate = self._seeds
        slow, fast = self._stage.angle(0.13, seconds), self._stage.angle(3.4, seconds)
        for one in range(self._count):
            if (size[one] < 0.5) != far:
                continue
            way = slow + TAU * turn[one]
            beat = np.sin(fast + TAU * rate[one])
            x = (across[one] + 0.10 * np.sin(way) + 0.03 * np.sin(3 * way)) * canvas.width
            y = (0.46 + 0.36 * down[one]) * canvas.height + (0.05 * np.cos(2 * way) + 0.010 * beat) * self._size
            self._butterfly(canvas, (x, y), (0.014 + 0.020 * size[one]) * self._size, 0.25 + 0.75 * abs(beat), one)

    def _butterfly(self, canvas: Canvas, middle: tuple[float, float], size: float, spread: float, number: int) -> None:
        reach = int(size * 1.5) + 2
        left, top = floor_to_even(middle[0]) - floor_to_even(reach), floor_to_even(middle[1]) - floor_to_even(reach)
        right, bottom = left + 2 * floor_to_even(reach) + 2, top + 2 * floor_to_even(reach) + 2
        if left < 0 or top < 0 or right > canvas.width or bottom > canvas.height:
            return
        x = (np.arange(left, right)[None] - middle[0]) / size
        y = (np.arange(top, bottom)[:, None] - middle[1]) / size
        tilt = 0.35 * np.sin(number * 2.3)
        x, y = x * np.cos(tilt) + y * np.sin(tilt), y * np.cos(tilt) - x * np.sin(tilt)
        side = np.abs(x) / spread
        upper = np.hypot((side - 0.55) * 1.5, (y + 0.32 + 0.25 * side) * 1.75)
        lower = np.hypot((side - 0.42) * 2.0, (y - 0.38) * 2.1)
        wing = np.clip((0.78 - np.minimum(upper, lower)) * size * 0.6, 0.0, 1.0)
        rim = np.clip((np.minimum(upper, lower) - 0.58) * 6, 0.0, 1.0) * wing
        body = np.clip((0.10 - np.hypot(x, 0.16 * y)) * size, 0.0, 1.0)
        for part, colour in ((wing, self._wings[number % 3]), (np.maximum(rim, body), self._body)):
            for plane, amount, step, value in zip((canvas.luma, canvas.blue, canvas.red), (part, part[::2, ::2], part[::2, ::2]), (1, 2, 2), colour, strict=True):  # fmt: skip
                where = plane[top // step : bottom // step, left // step : right // step]
                where += (value - where) * single(amount)
