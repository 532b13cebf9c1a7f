"""A still lake: the picture above it upside down, darker toward you, bent by the faintest of waves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, fading, single
from jupyter_videogen.gateway.engine.drawing.canvas import Canvas, Mask
from jupyter_videogen.gateway.engine.drawing.colour import swatch
from jupyter_videogen.gateway.engine.drawing.noise import Grain, Tile, sheet

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.palette import Look
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

RIPPLES = Grain(falloff=2.2, coarse=4.0, fine=60.0, stretch=(2.6, 0.7))
SQUASH = 2.3


class Lake:
    """Everything below the row `shore`."""

    def __init__(self, stage: Stage, look: Look, dice: Dice, shore: int) -> None:
        self._stage, self._shore = stage, shore
        self._rows = stage.height - shore
        self._near = single((np.arange(self._rows) + 0.5) / self._rows)[:, None]
        self._ripples = Tile(sheet(dice.stream("ripples"), (512, 512), RIPPLES), (self._rows, stage.width // 2))
        self._up = np.arange(self._rows)[:, None] * np.float32(SQUASH)
        self._deep = swatch(look.ramps["near"])
        edge = fading(np.abs(np.arange(stage.height) - shore) / (0.008 * stage.height))[:, None]
        self._mist = Mask.crop(np.broadcast_to(edge, (stage.height, stage.width)), 0.01)
        self._pale = swatch(look.ramps["snow"])

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Mirror what has been drawn."""
        bend = self._ripples.drift(self._stage.phase(0.25, seconds), 14.0, 40.0)
        bend *= (0.6 + 10.0 * self._near) * self._stage.unit
        self._mirror(canvas, bend)
        canvas.over(self._mist, self._pale, 0.16)

    def _mirror(self, canvas: Canvas, bend: Array) -> None:
        """Colour at its own size, light at half width and widened: ripples are wide."""
        rows = np.clip(self._shore - 1 - self._up - np.abs(bend) * 1.6, 0, self._shore - 1)
        columns = np.arange(canvas.width, dtype=np.float32)[None]
        wide = np.repeat(bend, 2, axis=1) * np.float32(0.45)
        across = np.clip(columns + wide, 0, canvas.width - 1).astype(np.intp)
        down = np.repeat(rows.astype(np.intp), 2, axis=1)
        half = (down[::2, ::2] // 2) * (canvas.width // 2) + across[::2, ::2] // 2
        down *= canvas.width
        down += across
        share = np.float32(0.88) - np.float32(0.36) * self._near
        for plane, where, part, deep in (
            (canvas.luma, down, share, self._deep[0]),
            (canvas.blue, half, share[::2], self._deep[1]),
            (canvas.red, half, share[::2], self._deep[2]),
        ):
            seen = np.take(plane.reshape(-1), where, mode="clip")
            seen -= np.float32(deep)
            seen *= part
            seen += np.float32(deep)
            plane[-len(seen) :] = seen
