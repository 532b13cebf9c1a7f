"""Ink in water: colours that fold into each other without end, for everything that flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.colour import ramp
from jupyter_videogen.gateway.engine.drawing.noise import Grain, Tile, sheet
from jupyter_videogen.gateway.engine.drawing.palette import Look, write_look
from jupyter_videogen.gateway.engine.drawing.upsample import stretch

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

SOFT, FOLD = Grain(3.2, 1.2, 9), Grain(2.5, 4.0, 34)


def look(ink: str) -> Look:
    """Write a look: from the darkest ink to the clear water."""
    return write_look({"ink": ink}, "", {}, ("ink",))


LOOKS = {
    "day": look("0:#0c1440 0.2:#2b2f8c 0.38:#1c74b8 0.55:#3cb8b0 0.7:#f2c46c 0.85:#f6e6c8 1:#fbf6ec"),
    "night": look("0:#04060f 0.25:#101a44 0.45:#3c2c88 0.62:#8a4cb4 0.8:#e08cb0 1:#fbe4dc"),
    "sunset": look("0:#1a0a2c 0.22:#5a1a58 0.42:#c23a5c 0.6:#f27a44 0.78:#fbc06c 1:#fff2d8"),
    "dawn": look("0:#2a2f5c 0.25:#6468a0 0.45:#a88cb8 0.62:#e4a8b0 0.8:#f8d4bc 1:#fff6ea"),
    "golden": look("0:#140c06 0.25:#4c3010 0.45:#9c6a1c 0.62:#dca43c 0.8:#f6d88c 1:#fff8e2"),
    "storm": look("0:#060a0e 0.25:#142430 0.45:#2c4c58 0.62:#5c8484 0.8:#a8bcb0 1:#eef2e6"),
}


class Flow:
    """Noise bent by noise that is bent by noise; the folds are lit a little from one side."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        self._stage, self._colours = stage, ramp(look.ramps["ink"])
        rows, columns = self._grid = stage.grid(stage.height)
        self._soft = [Tile(sheet(dice.stream(f"soft {number}"), (512, 512), SOFT), self._grid) for number in range(3)]
        self._flat = np.pad(sheet(dice.stream("fold"), (512, 512), FOLD), ((0, 1), (0, 1)), "wrap")
        size = 150.0 * stage.unit * 720 / stage.height / 100
        self._x = single(np.arange(columns)[None] * (stage.width / columns) / (stage.height / rows) / max(size, 0.6))
        self._y = single(np.arange(rows)[:, None] / max(size, 0.6))

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw the flow."""
        shade = np.clip(stretch(self._shade(seconds), canvas.height, canvas.width), 0.0, 1.0)
        canvas.paint(self._colours, shade, shade[::2, ::2])

    def _shade(self, seconds: float) -> Array:
        turn = self._stage.angle(0.15, seconds)
        far = 10.0 * self._stage.pace
        right, down = far * np.sin(turn), far * np.cos(turn)
        one, two = self._soft[0].view(right, down), self._soft[1].view(90 - down, right)
        slow = self._soft[2].view(0.7 * down, 50 + 0.7 * right)
        folds = self._read(self._x + 64.0 * one + 1024 + right, self._y + 64.0 * two + 1024 - down)
        shade = 0.44 + 0.15 * folds + 0.13 * slow
        slope = np.zeros_like(shade)
        slope[:, 1:-1] = shade[:, 2:] - shade[:, :-2]
        return single(smoothstep(-0.06, 1.06, np.clip(shade, 0.0, 1.0)) + np.clip(slope * 0.9, -0.16, 0.16))

    def _read(self, x: Array, y: Array) -> Array:
        left, top = np.floor(x), np.floor(y)
        x, y = x - left, y - top
        left, top = left.astype(np.intp) % 512, top.astype(np.intp) % 512
        flat = self._flat
        upper = flat[top, left] * (1 - x) + flat[top, left + 1] * x
        result: Array = upper * (1 - y) + (flat[top + 1, left] * (1 - x) + flat[top + 1, left + 1] * x) * y
        return result
