"""The stage: how large, how long and how fast, and what follows from it for every scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array

GRID_ROWS = 180
"""Rows of a soft field whatever the size of the clip: the same composition at 144p and 1080p."""


@dataclass(frozen=True)
class Stage:
    """Size in pixels (even), length in seconds, pace (1 is natural), and the props that were named and unwanted."""

    width: int
    height: int
    seconds: float
    pace: float = 1.0
    props: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def unit(self) -> float:
        """Pixels per unit of things: a 720-row frame has 720; narrow frames have smaller things."""
        return min(self.height, 0.9 * self.width) / 720.0

    @property
    def crowd(self) -> float:
        """How many more things fit than on a 16:9 frame; never fewer than a quarter."""
        return max(0.25, self.width / self.height / (16 / 9))

    def grid(self, rows: int, fineness: int = 1) -> tuple[int, int]:
        """Shape of a soft field that covers the full width and this many rows of pixels."""
        height = max(4, min(rows // 2, round(GRID_ROWS * rows / self.height)))
        width = round(fineness * height * self.width / rows)
        return height, max(8, min(self.width // 2, width))

    def turns(self, rate: float) -> int:
        """Return the turns in the whole clip at about `rate` turns per second; whole ones, so that the clip loops."""
        return max(1, round(rate * self.pace * self.seconds))

    def angle(self, rate: float, seconds: float) -> float:
        """Where a steady turn at about this rate is now, in radians."""
        return float(TAU * self.phase(rate, seconds))

    def phase(self, rate: float, seconds: float) -> float:
        """Where something that repeats at about this rate is now, counted in repeats."""
        return self.turns(rate) * seconds / self.seconds

    def rates(self, wanted: Array) -> Array:
        """Round many rates, per second, so that each repeats whole times in the clip."""
        result: Array = np.maximum(1.0, np.round(wanted * self.pace * self.seconds)) / self.seconds
        return result

    def sway(self, seconds: float) -> float:
        """Return the way of the camera: from 0 to 1 and back in one clip, at rest at both ends."""
        return 0.5 - 0.5 * float(np.cos(TAU * seconds / self.seconds))
