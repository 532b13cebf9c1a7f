"""A range of mountains with light on their crests, and a shore of spruces before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, fading, single
from jupyter_videogen.gateway.engine.drawing.canvas import Canvas, Mask
from jupyter_videogen.gateway.engine.drawing.colour import swatch
from jupyter_videogen.gateway.engine.drawing.noise import Grain, along, line

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.palette import Look
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

LENGTH = 2048
PEAKS, ROCKS = Grain(2.4, 1, 40), Grain(1.7, 20, 500)


class Range:
    """Two ridges and a row of trees that end at the row `shore`."""

    def __init__(self, stage: Stage, look: Look, dice: Dice, shore: int) -> None:
        self._stage, self._shore = stage, shore
        self._across = np.arange(stage.width) / (720 * stage.unit)
        self._rows = np.arange(shore)[:, None]
        far = self._ridge(dice, "far", 0.190, 300.0)
        near = self._ridge(dice, "near", 0.030, 330.0)
        trees = self._trees(dice, near)
        snow, rock, dark = (swatch(look.ramps[name]) for name in ("snow", "far", "near"))
        self._parts = [
            (self._below(far), rock),
            (Mask.crop(self._snow(far)), snow),
            (self._below(trees), dark),
        ]

    def _ridge(self, dice: Dice, name: str, height: float, scale: float) -> Array:
        """Draw the row of the crest in each column: sharp peaks on a slow swell."""
        peaks, rocks = (
            line(dice.stream(f"{name} {kind}"), LENGTH, grain) for kind, grain in (("peaks", PEAKS), ("rocks", ROCKS))
        )
        swell = (
            1.0
            - 1.1 * np.abs(along(peaks, self._across * scale))
            + 0.28 * along(peaks, self._across * scale * 0.37 + 700)
        )
        crest = np.clip(0.55 + 0.38 * swell, 0.12, 1.5) + 0.050 * along(rocks, self._across * scale * 0.8)
        return self._shore - 720 * self._stage.unit * height * crest

    def _below(self, crest: Array) -> Mask:
        return Mask.crop(single(np.clip(self._rows - crest[None] + 0.5, 0.0, 1.0)))

    def _snow(self, crest: Array) -> Array:
        """Light on the crests, lost in the haze below; shading by column would only make stripes."""
        depth = np.maximum(self._rows - crest[None], 0.0) / (720 * self._stage.unit)
        return single(0.42 * fading(depth * 13.0) * np.clip(self._rows - crest[None] + 0.5, 0.0, 1.0))

    def _trees(self, dice: Dice, ground: Array) -> Array:
        """Raise a crest by spruces: narrow, ragged, in groups."""
        chance, width = dice.stream("trees"), self._stage.width
        crest, columns = ground.copy(), np.arange(width)
        for _ in range(int(210 * self._stage.crowd)):
            middle, tall = chance.number(-0.02, 1.02) * width, (14 + 46 * chance.number() ** 2) * self._stage.unit
            left, right = max(0, int(middle - tall * 0.3)), min(width, int(middle + tall * 0.3) + 1)
            away = np.abs(columns[left:right] - middle) / tall
            ragged = np.abs(np.sin(away * 46.0 + middle)) * 0.10
            rise = tall * np.clip(1.0 - away * 4.4 - ragged * (away > 0.02), 0.0, 1.0)
            base = ground[np.clip(int(middle), 0, width - 1)] + 3.0
            crest[left:right] = np.minimum(crest[left:right], np.where(rise > 0, base - rise, crest[left:right]))
        return crest

    def draw(self, canvas: Canvas) -> None:
        """Cover the sky with the land."""
        for mask, colour in self._parts:
            canvas.over(mask, colour)
