"""A forest in mist: rows of spruces that fade with distance, and rays of light between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, fading, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.canvas import Canvas, Mask
from jupyter_videogen.gateway.engine.drawing.colour import mix, ramp, swatch
from jupyter_videogen.gateway.engine.drawing.noise import Grain, along, line
from jupyter_videogen.gateway.engine.drawing.palette import Look, write_look
from jupyter_videogen.gateway.engine.drawing.upsample import stretch
from jupyter_videogen.gateway.engine.elements.land import Ground
from jupyter_videogen.gateway.engine.elements.mist import Bank, Mist
from jupyter_videogen.gateway.engine.elements.spruce import spruces
from jupyter_videogen.gateway.engine.elements.weather import Fireflies

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

ROWS = ((0.56, 0.20, 0.012), (0.63, 0.30, 0.026), (0.72, 0.44, 0.050), (0.84, 0.68, 0.085), (1.02, 1.08, 0.150))
"""The row each stands on, its height, and how far it slides, far to near."""
COUNTS = (120, 80, 46, 22, 8)
BEAMS = Grain(1.6, 5, 60)


def look(sky: str, named: str, rays: float, flies: float = 0.0) -> Look:
    """Write a look of this scene."""
    return write_look({"sky": sky}, named, {"rays": rays, "flies": flies}, ("sky", "far", "near", "mist", "ray"))


LOOKS = {
    "dawn": look("0:#6f938f 0.4:#a9beA8 0.7:#e6dcae 1:#e8e2c0", "far=#9fb4a4 near=#0a1812 mist=#d3dcc2 ray=#fff0b8", 1.0),
    "day": look("0:#7fb0b8 0.4:#b4d4c4 0.7:#eef2d0 1:#e6eed2", "far=#93b89a near=#0c2416 mist=#d0e2cc ray=#fffce0", 0.8),
    "golden": look("0:#8a6a50 0.4:#c89a5e 0.7:#fbd48a 1:#f6d79c", "far=#b58f5c near=#1a1008 mist=#eec488 ray=#fff0b0", 1.2),
    "sunset": look("0:#3c3560 0.4:#94587a 0.7:#f09a78 1:#f2b08c", "far=#94607a near=#0e0a18 mist=#d89488 ray=#ffd09c", 1.0),
    "night": look("0:#060c1e 0.4:#10203e 0.7:#2c5274 1:#2a4c6a", "far=#28486a near=#02050a mist=#35597c ray=#a8ccf0", 0.5, 1.0),
    "storm": look("0:#3c464a 0.4:#66727a 0.7:#98a4a6 1:#98a2a2", "far=#76848a near=#0a0f11 mist=#949f9f ray=#d0d8d8", 0.3),
    "autumn": look("0:#8a8070 0.4:#c0a484 0.7:#f2d6a2 1:#f0d6ac", "far=#c08a58 near=#2a0e06 mist=#e6c49a ray=#fff0c4", 1.0),
}  # fmt: skip


class Forest:
    """Light behind five rows of trees, mist between every two."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        self._stage, self._size = stage, 720 * stage.unit
        self._sky, self._places = ramp(look.ramps["sky"]), np.arange(stage.height) / stage.height / 0.8
        self._ray, self._strength = swatch(look.ramps["ray"]), look.traits["rays"]
        mist = swatch(look.ramps["mist"])
        far, near = swatch(look.ramps["far"]), swatch(look.ramps["near"])
        self._rows = []
        for number, ((row, high, slide), count) in enumerate(zip(ROWS, COUNTS, strict=True)):
            colour = mix(far, near, (number / 4) ** 1.15)
            wood = spruces(Ground(stage, slide * self._size), dice.stream(f"wood {number}"), row * stage.height, high * self._size, count)  # fmt: skip
            self._rows.append((wood.layer(colour, mix(colour, mist, 0.75 - 0.16 * number)), slide * self._size))
        self._mists = [Mist(stage, dice, mist, Bank(row, 0.10, amount)) for row, amount in ((0.60, 0.5), (0.78, 0.55), (0.98, 0.30))]  # fmt: skip
        self._bake_rays(dice)
        self._flies = (
            Fireflies(stage, dice)
            if look.traits["flies"] and "fireflies" not in (*stage.props, *stage.without)
            else None
        )

    def _bake_rays(self, dice: Dice) -> None:
        """Angles around a light above the frame, and how bright the fan is at each place."""
        chance = dice.stream("rays")
        rows, columns = self._grid = self._stage.grid(self._stage.height)
        x = (np.arange(columns) + 0.5) / columns * self._stage.width / self._size - chance.number(0.52, 0.68) * self._stage.width / self._size  # fmt: skip
        y = (np.arange(rows)[:, None] + 0.5) / rows * self._stage.height / self._size + 0.16
        self._angle = np.arctan2(x[None], y) * 240.0
        away = np.hypot(x[None], y)
        self._fan = single(smoothstep(0.05, 0.35, away) * fading(away * 1.35))
        self._halo = single(0.62 * fading(np.hypot(x[None], y - 0.34) ** 2 * 7.0))
        self._lines = [line(dice.stream(f"ray {number}"), 1024, BEAMS) for number in range(2)]

    def _rays(self, seconds: float) -> Array:
        sway = 7.0 * np.sin(self._stage.angle(0.16, seconds))
        one = along(self._lines[0], self._angle[0] + sway)  # the widest row serves as a table
        table = np.argsort(self._angle[0], kind="stable")
        two = along(self._lines[1], self._angle[0] * 1.3 - sway)
        value = smoothstep(-0.5, 1.9, one * 0.75 + two * 0.55)
        return single(np.interp(self._angle, self._angle[0][table], value[table]) * self._fan)

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw from the far to the near."""
        canvas.gradient(self._sky, self._places)
        canvas.over(
            Mask.of(stretch(self._halo, canvas.height, canvas.width)), self._ray, min(0.9, 0.8 * self._strength)
        )
        sway = self._stage.sway(seconds)
        for number, (layer, slide) in enumerate(self._rows):
            layer.draw(canvas, slide * sway)
            if number in (0, 2):
                self._mists[number // 2].draw(canvas, seconds)
            if number == 3:
                self._mists[2].draw(canvas, seconds)
                rays = stretch(self._rays(seconds), canvas.height, canvas.width)
                canvas.over(Mask.of(np.clip(rays, 0.0, 1.0)), self._ray, 0.62 * self._strength)
        if self._flies:
            self._flies.draw(canvas, seconds)
