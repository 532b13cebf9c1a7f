"""Noise that tiles: baked once as random waves, then only ever looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array, fading, single

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.random_source import RandomStream


@dataclass(frozen=True)
class Grain:
    """The character of noise: how fast fine detail fades, the coarsest and finest waves per tile, and its stretch.

    A stretch below 1 keeps short detail on that axis; flat streaks such as clouds have (1.2, 0.25).
    """

    falloff: float = 2.4
    coarse: float = 2.0
    fine: float = 1e9
    stretch: tuple[float, float] = (1.0, 1.0)


def strength(frequency: Array, grain: Grain, power: float) -> Array:
    """How strong each wave is; the constant one is silent."""
    waves = np.maximum(frequency, 0.1)
    result: Array = waves ** (-power) * (1.0 - fading((waves / grain.coarse) ** 4)) * fading((waves / grain.fine) ** 2)
    result[frequency == 0] = 0.0
    return result


def sheet(stream: RandomStream, shape: tuple[int, int], grain: Grain) -> Array:
    """Bake (rows, columns) of noise around 0 with deviation 1 that joins itself at all edges."""
    rows, columns = shape
    across, down = grain.stretch
    vertical = np.fft.fftfreq(rows, 1 / rows)[:, None] * down
    horizontal = np.fft.rfftfreq(columns, 1 / columns)[None] * across
    size = strength(np.sqrt(vertical**2 + horizontal**2), grain, grain.falloff / 2 + 0.5)
    turn = stream.uniform(size.size).reshape(size.shape)
    values = np.fft.irfft2(size * np.exp(1j * TAU * turn), s=shape)
    return single(values / values.std())


def line(stream: RandomStream, length: int, grain: Grain) -> Array:
    """Bake `length` numbers around 0 with deviation 1 that join at the ends: skylines, ridges, rays."""
    frequency = np.fft.rfftfreq(length, 1 / length)
    size = strength(frequency, grain, grain.falloff / 2)
    values = np.fft.irfft(size * np.exp(1j * TAU * stream.uniform(size.size)), length)
    result: Array = values / values.std()
    return result


def along(values: Array, places: Array) -> Array:
    """Read an endless line at any places, smoothly between its numbers."""
    length = values.size
    wrapped = np.mod(places, length)
    result: Array = np.interp(wrapped, np.arange(length + 1), np.append(values, values[0]))
    return result


class Tile:
    """A sheet seen through a window of (rows, columns) that may start anywhere, between its numbers too."""

    def __init__(self, values: Array, window: tuple[int, int]) -> None:
        self._period = values.shape
        self._window = window
        self._values = np.pad(values, ((0, window[0] + 1), (0, window[1] + 1)), "wrap")

    def view(self, right: float, down: float) -> Array:
        """Look through the window moved by this many columns and rows."""
        rows, columns = self._window
        right, down = right % self._period[1], down % self._period[0]
        left, top = int(right), int(down)
        share = right - left
        part = self._values[top : top + rows + 1, left : left + columns + 1]
        band = part[:, :-1] * (1.0 - share) + part[:, 1:] * share
        share = down - top
        result: Array = band[:-1] * (1.0 - share) + band[1:] * share
        return result

    def drift(self, phase: float, right: float, down: float) -> Array:
        """Drift by (right, down) columns and rows per phase, for ever, although phase 1 is phase 0 again.

        Two views half a period apart take turns; their weights keep the contrast even while they cross.
        """
        phase, other = phase % 1.0, (phase + 0.5) % 1.0
        near = 1.0 - abs(2.0 * phase - 1.0)
        scale = (near**2 + (1.0 - near) ** 2) ** -0.5
        one = self.view(right * (phase - 0.5), down * (phase - 0.5))
        two = self.view(right * (other - 0.5) + self._period[1] * 0.37, down * (other - 0.5) + self._period[0] * 0.41)
        result: Array = one * (near * scale) + two * ((1.0 - near) * scale)
        return result
