"""Mist: soft flat bands that drift, thick in the lower half of the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import fading, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.canvas import Canvas, Mask
from jupyter_videogen.gateway.engine.drawing.noise import Grain, Tile, sheet
from jupyter_videogen.gateway.engine.drawing.upsample import stretch

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.colour import Colour
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

FLAT = Grain(falloff=2.8, coarse=1.5, fine=24, stretch=(1.2, 0.32))


@dataclass(frozen=True)
class Bank:
    """Where mist lies: the height of its middle and its thickness (shares of the frame), how dense, how far it drifts."""

    height: float = 0.76
    thick: float = 0.16
    amount: float = 0.75
    far: float = 46.0


class Mist:
    """One bank of mist."""

    def __init__(self, stage: Stage, dice: Dice, colour: Colour, bank: Bank) -> None:
        self._stage, self._colour, self._far = stage, colour, bank.far
        self._grid = stage.grid(stage.height)
        self._tile = Tile(sheet(dice.stream(f"mist {bank.height}"), (256, 512), FLAT), self._grid)
        down = (np.arange(self._grid[0])[:, None] + 0.5) / self._grid[0]
        self._bank = single(bank.amount * fading(((down - bank.height) / bank.thick) ** 2))

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Cover with mist."""
        field = smoothstep(-1.2, 1.6, self._tile.drift(self._stage.phase(0.1, seconds), self._far, 3.0)) * self._bank
        canvas.over(Mask.of(stretch(single(field), canvas.height, canvas.width)), self._colour)
