"""Turf: blades of grass and flowers, painted one by one while a scene is baked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.colour import mix

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.arrays import Array
    from jupyter_videogen.gateway.engine.drawing.colour import Colour

PETALS = 5


class Turf:
    """A picture (3, rows, columns) in Y'CbCr, already multiplied by how much of it covers."""

    def __init__(self, rows: int, columns: int) -> None:
        self.picture = np.zeros((3, rows, columns), np.float32)
        self.cover = np.zeros((rows, columns), np.float32)

    def blade(self, foot: tuple[float, float], form: tuple[float, float, float], low: Colour, high: Colour) -> None:
        """Paint a blade at (column, row), so tall in pixels, bent by this share of it, and half as thick as this."""
        tall, bend, thick = form
        rows = np.arange(max(0, int(foot[1] - tall)), min(self.cover.shape[0], int(foot[1]) + 1))
        if not rows.size:
            return
        share = np.clip((foot[1] - rows) / tall, 0.0, 1.0)[:, None]
        reach = int(abs(bend) * tall + thick) + 2
        left, right = max(0, int(foot[0]) - reach), min(self.cover.shape[1], int(foot[0]) + reach + 1)
        away = np.abs(np.arange(left, right)[None] - foot[0] - bend * tall * share**2)
        alpha = np.clip(thick * (1 - share) + 0.5 - away, 0.0, 1.0)
        self._paint((int(rows[0]), left), alpha, [a + (b - a) * share for a, b in zip(low, high, strict=True)])

    def flower(self, middle: tuple[float, float], radius: float, colour: Colour, heart: Colour) -> None:
        """Paint a flower around (column, row): petals that are lighter outside, and a heart."""
        reach = int(radius * 1.2) + 2
        top, left = max(0, int(middle[1]) - reach), max(0, int(middle[0]) - reach)
        y = np.arange(top, min(self.cover.shape[0], int(middle[1]) + reach))[:, None] - middle[1]
        x = np.arange(left, min(self.cover.shape[1], int(middle[0]) + reach))[None] - middle[0]
        if not (y.size and x.size):
            return
        away = np.hypot(x, y * 1.3)
        edge = radius * (0.82 + 0.24 * np.cos(PETALS * np.arctan2(y * 1.3, x) + middle[0]))
        light = np.clip(0.82 + 0.22 * (away / radius) - 0.12 * y / radius, 0.5, 1.15)
        self._paint((top, left), np.clip(edge - away + 0.5, 0.0, 1.0), [colour[0] * light, colour[1], colour[2]])
        dark = mix(heart, (0.2, 0.0, 0.0), 0.25)
        self._paint((top, left), np.clip(0.26 * radius - away + 0.5, 0.0, 1.0), list(dark))

    def _paint(self, corner: tuple[int, int], alpha: Array, colour: list[Array | float]) -> None:
        where = slice(corner[0], corner[0] + alpha.shape[0]), slice(corner[1], corner[1] + alpha.shape[1])
        for plane, value in zip(self.picture, colour, strict=True):
            part = plane[where]
            part += (value - part) * alpha
        part = self.cover[where]
        part += (1.0 - part) * alpha
