"""A night drive: a road of light to the horizon, a striped sun, and hills on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array, fading, floor_to_even, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.canvas import Canvas, Mask
from jupyter_videogen.gateway.engine.drawing.colour import ramp, swatch
from jupyter_videogen.gateway.engine.drawing.palette import Look, write_look
from jupyter_videogen.gateway.engine.elements.land import Ground
from jupyter_videogen.gateway.engine.elements.stars import Stars

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

HORIZON = 0.54


def look(sky: str, sun: str, named: str) -> Look:
    """Write a look of this scene."""
    return write_look({"sky": sky, "sun": sun}, named, {}, ("sky", "sun", "grid", "lane", "hill"))


LOOKS = {
    "neon": look("0:#0a0624 0.45:#2a0f58 0.78:#7c1f86 0.93:#e0448c 1:#ff8a78", "0:#ff2f8c 0.45:#ff7a5c 1:#ffe48a", "floor=#090418 grid=#ff3fb4 lane=#48e4ff hill=#1c0c44 edge=#8a3cff star=#ffeaff"),
    "night": look("0:#040714 0.45:#0c1a40 0.78:#1c4078 0.93:#3c84b4 1:#8accd8", "0:#7ab4e8 0.45:#b8d8f4 1:#f2f8ff", "floor=#03060f grid=#2c8cff lane=#8af0ff hill=#08142c edge=#3c78d8 star=#f0f6ff"),
    "sunset": look("0:#241a54 0.35:#6a3078 0.65:#d0506c 0.87:#f88c50 1:#ffcc74", "0:#ff5c4c 0.45:#ffa04c 1:#fff0a0", "floor=#120a1c grid=#ff7a4c lane=#ffd86c hill=#34163c edge=#e8685c star=#fff0e0"),
    "dawn": look("0:#3c4c84 0.4:#8a84b8 0.72:#e0a8b4 1:#fbdcc0", "0:#f890a0 0.45:#fcc0a0 1:#fff4d8", "floor=#20203c grid=#f0a0c8 lane=#fff0d0 hill=#4c4878 edge=#d8a0c8 star=#ffffff"),
    "golden": look("0:#1c1220 0.4:#5c3430 0.75:#c47c3c 1:#ffd888", "0:#f0904c 0.45:#fcc060 1:#fff4c8", "floor=#100a08 grid=#f0a43c lane=#fff0a8 hill=#301c14 edge=#d88c3c star=#fff4e0"),
    "storm": look("0:#070a10 0.45:#18242e 0.8:#344c54 1:#789488", "0:#8ab89c 0.45:#b8d0b0 1:#e8f0d8", "floor=#050709 grid=#3cc890 lane=#e0ffd0 hill=#0c1418 edge=#4c8c78 star=#d8e8e0"),
}  # fmt: skip


class Drive:
    """Sky, sun, hills, grid and road."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        self._stage, self._size = stage, 720 * stage.unit
        self._horizon = floor_to_even(stage.height * HORIZON)
        self._sky, self._places = ramp(look.ramps["sky"]), np.arange(self._horizon) / self._horizon
        self._stars = Stars(stage, dice, floor_to_even(0.8 * self._horizon), swatch(look.ramps["star"]))
        self._colours = {name: swatch(look.ramps[name]) for name in ("floor", "grid", "lane", "edge")}
        self._glow = swatch(((0.0, look.ramps["sun"][1][1]),))
        self._bake_sun(look)
        self._hills = []
        for number, (high, slide) in enumerate(((0.16, 0.02), (0.10, 0.05))):
            ground = Ground(stage, slide * self._size)
            middle = np.abs(np.arange(ground.columns) - ground.columns / 2) / stage.width
            rise = ground.peaks(dice.stream(f"hills {number}"), 380.0) * smoothstep(0.03 + 0.1 * number, 0.34, middle)
            crest = self._horizon - high * self._size * np.clip(rise, 0.0, 1.4)
            below = np.maximum(ground.rows - crest[None], 0.0) / (0.006 * self._size)
            hill = swatch(look.ramps["hill"])
            rim = 0.42 * fading(below) * (crest[None] < self._horizon - 1) + 0.05 * fading(below / 9)
            self._hills.append((ground.layer(crest, hill, hill, 1.0, single(rim)), slide * self._size))
        self._bake_floor()

    def _bake_sun(self, look: Look) -> None:
        """Draw the disc, from yellow down to red, cut by bars that widen downward, and its glow."""
        radius = 0.235 * self._size
        rows, columns = np.arange(self._horizon)[:, None], np.arange(self._stage.width)[None]
        self._middle = self._horizon - 0.60 * radius
        away = np.hypot(columns - self._stage.width / 2, rows - self._middle)
        place = np.clip((rows - self._middle + radius) / (2 * radius), 0.0, 1.0)
        bars = smoothstep(0.0, 0.10, np.abs((place * 11.0) % 1.0 - 0.5) - 0.42 * np.clip(place - 0.36, 0, 1) / 0.64)
        self._disc = single(np.clip(radius - away + 0.5, 0, 1) * np.where(place > 0.36, bars, 1.0))
        self._halo = Mask.of(single(0.55 * fading(np.maximum(away - radius, 0) / (0.16 * self._size))))
        index = ((1 - place[:, 0]) * 1023).astype(np.intp)
        self._sun = ramp(look.ramps["sun"])[:, index]

    def _bake_floor(self) -> None:
        """Where each place of the floor is, seen in perspective."""
        rows = self._stage.height - self._horizon
        down = (np.arange(rows)[:, None] + 0.5) / rows
        self._down = single(down)
        self._depth = single(1.0 / (down + 0.012))
        aside = (np.arange(self._stage.width)[None] - self._stage.width / 2) / self._size
        self._aside = single(aside * self._depth * (rows / self._size) * 4.4)
        self._sharp = single(np.clip(down * 2.2, 0.03, 1.0))
        self._lines = self._line(self._aside * 0.5 + 0.5, 0.030) * (np.abs(self._aside) > 1.02)
        edge = np.abs(np.abs(self._aside) - 1.0)
        self._edges = single(fading((edge / 0.035) ** 2 * np.clip(down * 3, 0.06, 1)) + 0.32 * fading(edge / 0.30))
        self._haze = Mask.of(
            single(0.9 * smoothstep(0.24, 0.0, np.broadcast_to(down, self._aside.shape))), self._horizon
        )
        self._centre = single(fading((self._aside / 0.045) ** 2))
        shine = self._aside * 0.11
        self._road = single(0.42 * fading((shine / 0.10) ** 2) * smoothstep(0.9, 0.0, down))

    def _line(self, place: Array, width: float) -> Array:
        """Bright lines at whole places with a soft glow, thinned out where they crowd."""
        away = np.abs((place + 0.5) % 1.0 - 0.5)
        return single(self._sharp * (0.75 * fading((away / width) ** 2) + 0.25 * fading(away / (4.0 * width))))

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw from the far to the near."""
        canvas.gradient(self._sky, self._places)
        self._stars.draw(canvas, seconds)
        canvas.light(self._halo, self._glow, 0.75)
        for plane, mask, colour in zip((canvas.luma, canvas.blue, canvas.red), (self._disc, self._disc[::2, ::2], self._disc[::2, ::2]), (self._sun[0][:, None], self._sun[1][::2, None], self._sun[2][::2, None]), strict=True):  # fmt: skip
            part = plane[: mask.shape[0]]
            part += (colour - part) * mask
        for layer, slide in self._hills:
            layer.draw(canvas, slide * self._stage.sway(seconds))
        self._floor(canvas, seconds)

    def _floor(self, canvas: Canvas, seconds: float) -> None:
        start = self._horizon
        for plane, value, half in zip((canvas.luma, canvas.blue, canvas.red), self._colours["floor"], (1, 2, 2), strict=True):  # fmt: skip
            plane[start // half :] = value
        travelled = self._stage.phase(1.1, seconds)
        across = self._line(self._depth * 1.3 + travelled, 0.045) * (np.abs(self._aside) > 1.0)
        dash = (
            smoothstep(0.02, 0.10, 0.25 - np.abs((self._depth * 0.65 + 0.5 * 0 + travelled) % 1.0 - 0.5)) * self._sharp
        )
        canvas.light(Mask.of(np.maximum(self._lines, across), start), self._colours["grid"], 0.85)
        canvas.light(Mask.of(self._edges, start), self._colours["lane"], 0.8)
        canvas.light(Mask.of(self._centre * dash, start), self._colours["lane"], 0.7)
        pulse = 1.0 + 0.08 * float(np.sin(TAU * self._stage.phase(0.5, seconds)))
        canvas.light(Mask.of(self._road, start), self._glow, pulse)
        canvas.over(self._haze, self._glow, 0.55)
