"""A sea of sand: heights in metres, seen in perspective, with sun on one side of every crest and shadow on the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array, fading, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.noise import Grain, sheet

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

EYE = 19.0
"""Metres from the mean of the sand to the camera."""
FAR, STEPS = 1100.0, 840
"""The last distance in metres, and how many distances there are: the nearer, the denser."""
DOWN, ASIDE = 6, 8
"""Steps and columns between places where the slow shapes are looked up."""
TILE = 256
LONG, FINE = Grain(3.0, 1.0, 9), Grain(1.8, 6.0, 90)
STEEP = 0.30
"""The share of a dune, across, that its lee side takes."""


@dataclass(frozen=True)
class View:
    """Where the camera stands: pixels per unit of slope, and the column and row that it looks at."""

    focal: float
    middle: float
    horizon: float


def look_up(tile: Array, right: Array, down: Array) -> Array:
    """Read a tile at any places, smoothly and for ever."""
    rows, columns = tile.shape
    left, top = np.floor(right), np.floor(down)
    across, along = right - left, down - top
    x, y = left.astype(np.intp) % columns, top.astype(np.intp) % rows
    x1, y1 = (x + 1) % columns, (y + 1) % rows
    upper = tile[y, x] * (1 - across) + tile[y, x1] * across
    result: Array = upper * (1 - along) + (tile[y1, x] * (1 - across) + tile[y1, x1] * across) * along
    return result


def finer(coarse: Array, shape: tuple[int, ...]) -> Array:
    """Fill in what lies between the places of a coarse grid."""
    for axis, (count, gap) in enumerate(zip(shape, (DOWN, ASIDE), strict=True)):
        place = np.arange(count, dtype=np.float32) / gap
        left = place.astype(np.intp)
        share = (place - left)[:, None] if axis == 0 else (place - left)[None]
        right = np.minimum(left + 1, coarse.shape[axis] - 1)
        coarse = coarse.take(left, axis) * (1 - share) + coarse.take(right, axis) * share
    return coarse


class Sand:
    """The heights, and how the sun falls on them; `side` is where the sun stands, 1 right or -1 left."""

    def __init__(self, dice: Dice, side: float, elevation: float) -> None:
        self._side, self._rise = side, elevation
        self._tiles = [sheet(dice.stream(f"sand {number}"), (TILE, TILE), LONG) for number in range(3)]
        self._grains = sheet(dice.stream("sand grains"), (TILE, TILE), FINE)
        self._start = dice.stream("sand").number()

    def height(self, x: Array, z: Array) -> Array:
        """Return metres: long dunes that wind away from the camera, small ones across their feet, and a swell."""
        coarse = x[::DOWN, ::ASIDE] * 0.11 + 40, z[::DOWN] * 0.075
        bend, size, swell = (finer(look_up(tile, *coarse), x.shape) for tile in self._tiles)
        away = -self._side * x
        blunt = 0.024 + z * (2.6e-2 / 120.0)
        large = ridge((away * 0.86 - z * 0.50) / 120.0 + 0.42 * bend + self._start, blunt)
        small = ridge((away * 0.50 - z * 0.86) / 52.0 + 0.55 * size, 2.0 * blunt)
        tall = 12.0 + 16.0 * smoothstep(-1.2, 1.4, size) + 0.045 * np.minimum(z, 700.0) * smoothstep(-0.4, 1.2, swell)
        tall *= 0.4 + 0.6 * smoothstep(10.0, 110.0, z)
        result: Array = tall * large + 5.0 * small * (1.0 - large) ** 1.5 + 2.4 * swell - 10.0
        return result

    def light(self, heights: Array, z: Array, view: View) -> Array:
        """How much sun falls on each place of a grid of (distances, columns), 0..1."""
        across = z / view.focal
        slope = np.gradient(heights, axis=1) / across
        x = single((np.arange(heights.shape[1]) - view.middle)[None] * across)
        inward = np.gradient(heights, axis=0) / np.gradient(z, axis=0) - slope * x / z
        steep = 1.0 / np.sqrt(1.0 + slope**2 + inward**2)
        sun, sky = (0.88 * self._side, self._rise, 0.30), (-0.55 * self._side, 0.60, -0.58)
        facing, open_ = ((up - slope * right - inward * ahead) * steep for right, up, ahead in (sun, sky))
        direct = np.clip(facing, 0.0, 1.0) * self._find_sunlit(heights, x)
        result: Array = direct + 0.30 * (1.0 - direct) * np.clip(open_ - 0.35, 0.0, 1.0)
        return result

    def _find_sunlit(self, heights: Array, x: Array) -> Array:
        """Return whether a place is out of the shadows of the crests on the sun's side; the edge is soft."""
        way = slice(None, None, -1 if self._side > 0 else 1)
        fall = self._rise * 0.62 * self._side * x
        shadow = np.maximum.accumulate((heights - fall)[:, way], axis=1)[:, way] + fall
        result: Array = smoothstep(1.1, 0.05, shadow - heights)
        return result

    def texture(self, x: Array, z: Array, focal: float) -> Array:
        """Ripples and grains around 0, as far as they can be seen."""
        bend = look_up(self._grains, x * 1.6, z * 1.1)
        wave = np.sin(TAU * (x * 0.95 - self._side * z * 0.30) + 2.6 * bend)
        detail = smoothstep(3.0, 12.0, focal / z)
        coarse = look_up(self._grains, x * 0.45 + 9, z * 0.22)
        result: Array = 0.075 * wave * detail * (0.6 + 0.4 * coarse) + 0.020 * coarse * smoothstep(0.6, 5.0, focal / z)
        return result


def ridge(phase: Array, blunt: Array) -> Array:
    """Rise slowly to a crest and fall steeply, 0..1, once per whole phase; the troughs are round.

    A crest that is sharper than the steps in which it is seen would have teeth: `blunt` rounds it.
    """
    share = phase - np.floor(phase)
    up, down = share / (1.0 - STEEP), (1.0 - share) / STEEP
    up = np.maximum(0.5 * (up + down - np.sqrt((up - down) ** 2 + blunt**2)), 0.0)
    result: Array = up * up * (1.6 - 0.6 * up)
    return result


@dataclass(frozen=True)
class DuneView:
    """What each pixel of a picture shows: its distance in metres (0 for none), its light, 0..1, and metres aside."""

    z: Array
    light: Array
    x: Array


def look_at(sand: Sand, view: View, rows: Array, columns: int) -> DuneView:
    """Look at the sand through every pixel of some rows (pixels, fractions too) and all columns."""
    nearest = EYE * view.focal / (float(rows[-1]) - view.horizon) * 0.55
    z = single(np.geomspace(nearest, FAR, STEPS)[:, None])
    x = single((np.arange(columns) - view.middle)[None] * z / view.focal)
    heights = sand.height(x, z)
    light = sand.light(heights, z, view)
    shown = view.horizon + (EYE - heights) * view.focal / z
    # The last of the ground reaches the horizon, wherever its distances end.
    shown[-1] = np.minimum(shown[-1], view.horizon)
    return DuneView(*met(shown, rows, (np.broadcast_to(z, shown.shape), light, x)))


def met(shown: Array, rows: Array, fields: tuple[Array, ...]) -> list[Array]:
    """Find where the look through each row first meets the ground, column by column, and read the fields there."""
    far = np.minimum.accumulate(shown, axis=0)[::-1]
    count, columns = shown.shape
    places = np.stack([count - np.searchsorted(far[:, column], rows, "right") for column in range(columns)], axis=1)
    hit = places < count
    back = np.clip(places, 1, count - 1)
    column = np.arange(columns)[None]
    before, after = shown[back - 1, column], shown[back, column]
    share = np.clip((before - rows[:, None]) / np.maximum(before - after, 1e-6), 0.0, 1.0)
    read = (field[back - 1, column] * (1 - share) + field[back, column] * share for field in fields)
    return [single(np.where(hit, values, 0.0)) for values in read]


def hazy(z: Array, reach: float) -> Array:
    """How much of the air's own colour lies before a distance, 0..1; nothing else is seen of the last ground."""
    result: Array = 1.0 - fading(z / reach) * smoothstep(FAR, 0.55 * FAR, z)
    return result
