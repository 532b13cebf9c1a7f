"""Stars: few bright, many faint, a band of them across the sky, and one that falls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU
from jupyter_videogen.gateway.engine.elements.particles import splat, streaks

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.colour import Colour
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

COUNT, BAND = 1000, 700
FALL = 0.30
"""Seconds a falling star is seen."""


class Stars:
    """The stars of one sky, `rows` pixels high."""

    def __init__(self, stage: Stage, dice: Dice, rows: int, colour: Colour) -> None:
        self._stage, self._colour = stage, colour
        chance, count, band = dice.stream("stars"), int(COUNT * stage.crowd), int(BAND * stage.crowd)
        along, slope = chance.uniform(band), chance.number(-0.5, 0.5)
        across = np.concatenate([chance.uniform(count), along])
        milky = 0.38 + slope * (along - 0.5) + 0.075 * chance.bell(band)
        down = np.concatenate([chance.uniform(count) ** 1.15, milky])
        self._places = (across * stage.width, down * rows)
        self._shine = np.concatenate([0.10 + 0.90 * chance.uniform(count) ** 6, chance.uniform(band, 0.03, 0.17)])
        self._rates = stage.rates(chance.uniform(count + band, 0.3, 1.4))
        self._turns = chance.uniform(count + band) * TAU
        self._bright = np.flatnonzero(self._shine > 0.5)
        self._fall = (chance.number(0.15, 0.7) * stage.width, chance.number(0.06, 0.3) * rows)
        self._fall_at = chance.number(0.3, 0.75) * stage.seconds

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Add the stars; the bright ones have a small halo."""
        shine = self._shine * (0.72 + 0.28 * np.sin(TAU * self._rates * seconds + self._turns))
        unit = max(self._stage.unit, 0.6)
        splat(canvas, self._places, shine, 0.72 * unit)
        bright = (self._places[0][self._bright], self._places[1][self._bright])
        splat(canvas, bright, shine[self._bright] * 0.4, 1.9 * unit, self._colour)
        self._draw_fall(canvas, seconds)

    def _draw_fall(self, canvas: Canvas, seconds: float) -> None:
        age = (seconds - self._fall_at) / FALL
        if 0.0 < age < 1.0:
            size = 150.0 * self._stage.unit
            across, down = self._fall[0] + size * 2.0 * age, self._fall[1] + size * 0.7 * age
            light = np.array([0.85 * float(np.sin(age * TAU / 2))])
            streaks(canvas, (np.array([across]), np.array([down])), (size, size * 0.35), light)
