"""Clouds seen in perspective: flat streaks near the horizon, wide fields overhead, lit by the sun or the moon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, fading, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.canvas import Canvas, Mask
from jupyter_videogen.gateway.engine.drawing.colour import swatch
from jupyter_videogen.gateway.engine.drawing.noise import Grain, sheet
from jupyter_videogen.gateway.engine.drawing.upsample import stretch

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.palette import Look
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

CLOUDS = Grain(falloff=2.7, coarse=2.0, stretch=(1.2, 0.55))
TILE = (512, 1024)
RATE, SPEED = 0.12, 11.0
"""Loops per second, and cells of the tile per second."""


@dataclass(frozen=True)
class Light:
    """The sun or the moon: its centre and radius in pixels."""

    across: float
    down: float
    radius: float


class Clouds:
    """Clouds above a horizon, which is a number of rows."""

    def __init__(self, stage: Stage, look: Look, dice: Dice, horizon: int, light: Light) -> None:
        self._stage, self._horizon = stage, horizon
        self._body, self._lit = swatch(look.ramps["cloud"]), swatch(look.ramps["lit"])
        self._least = look.traits["clear"]
        rows, columns = self._grid = stage.grid(horizon, fineness=2)
        height = (np.arange(rows) + 0.5) / rows
        depth = 1.0 / (1.07 - height)
        aside = (np.arange(columns) / columns - 0.5) * stage.width / stage.height
        self._right, self._down = single(aside[None] * depth[:, None] * 190.0), single((depth * 62.0)[:, None])
        self._thick = sheet(dice.stream("clouds"), TILE, CLOUDS)
        self._fade = single((smoothstep(1.0, 0.62, height) * smoothstep(-0.25, 0.2, height))[:, None])
        across = (np.arange(columns) + 0.5) * stage.width / columns - light.across
        away = np.hypot(across[None], (height * horizon - light.down)[:, None]) / stage.height
        self._near, self._beside = single(fading(1.9 * away)), single(1.0 - 0.6 * fading(away / 0.07))
        # A low sun lights clouds from below, a high one from above.
        toward = np.arange(rows) + (2 if light.down > horizon / 2 else -2)
        self._facing = np.clip(toward, 0, rows - 1)

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Cover the sky: dark where clouds are thick, bright at the side that sees the light."""
        thick, least = self._cover(seconds), self._least
        body = smoothstep(least, least + 1.5, thick) * (self._fade * self._beside)
        edge = np.clip(0.45 + 0.75 * (thick - thick[self._facing]), 0.0, 1.0) * (0.25 + 0.75 * self._near) * self._fade
        edge *= smoothstep(least - 0.25, least + 0.5, thick) * smoothstep(least + 2.2, least + 0.6, thick)
        for part, colour, strength in ((body, self._body, 0.72), (edge, self._lit, 0.85)):
            canvas.over(Mask.of(stretch(part, self._horizon, canvas.width)), colour, strength)

    def _cover(self, seconds: float) -> Array:
        """How thick the clouds are, on the grid: two drifting copies take turns, so the loop has no seam."""
        total = np.zeros(self._grid, np.float32)
        phase = self._stage.phase(RATE, seconds) % 1.0
        reach = SPEED * self._stage.pace * self._stage.seconds / self._stage.turns(RATE)
        near = 1.0 - abs(2.0 * phase - 1.0)
        scale = (near**2 + (1.0 - near) ** 2) ** -0.5
        for start, share in ((0.0, near), (0.5, 1.0 - near)):
            moved = ((phase + start) % 1.0 - 0.5) * reach
            total += self._gather(moved + 800.0 * start, moved * 0.3) * (share * scale)
        return total

    def _gather(self, right: float, down: float) -> Array:
        """Read the endless tile, smoothly between its cells, in perspective and moved by this many cells."""
        rows, columns = TILE
        x, y = self._right + right, self._down + down
        left, top = np.floor(x), np.floor(y)
        x, y = x - left, y - top
        left, top = left.astype(np.intp) & (columns - 1), top.astype(np.intp) & (rows - 1)
        start, beside = top * columns, (left + 1) & (columns - 1)
        below, flat = ((top + 1) & (rows - 1)) * columns, self._thick.reshape(-1)
        upper = flat[start + left] * (1.0 - x) + flat[start + beside] * x
        lower = flat[below + left] * (1.0 - x) + flat[below + beside] * x
        result: Array = upper * (1.0 - y) + lower * y
        return result
