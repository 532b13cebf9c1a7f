"""A wet street: it mirrors what stands above it, sharply in puddles and smeared elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.colour import swatch
from jupyter_videogen.gateway.engine.drawing.noise import Grain, Tile, sheet
from jupyter_videogen.gateway.engine.elements.particles import splat

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.palette import Look
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

SQUASH = 1.3
"""Rows above the kerb per row of street."""
SMEAR = (0.22, 1.55)
"""A rough wet place mirrors everything between these shares of its distance from the kerb: lights become streaks."""
LAMPS = 0.5
"""How much more bright things count in a smear: a lamp makes a long streak, a wall makes none."""
PUDDLES = Grain(falloff=3.0, coarse=3.0, fine=14.0)
RIPPLES = Grain(falloff=2.4, coarse=4.0, fine=34.0, stretch=(0.7, 2.0))
"""Smooth from top to bottom: fine ripples look like lightning and cost half as many bytes again."""
POINTS = 22
"""Points of a drop's ring."""


class Street:
    """Everything below the kerb, which is a row of the canvas."""

    def __init__(self, stage: Stage, look: Look, dice: Dice, kerb: int) -> None:
        self._stage, self._kerb = stage, kerb
        rows, columns = self._rows, self._columns = stage.height - kerb, stage.width
        self._near = single((np.arange(rows) + 0.5) / rows)[:, None]
        self._asphalt = swatch(look.ramps["asphalt"])
        self._sources = self._mirror_rows(1), self._mirror_rows(2)
        self._ripples = Tile(sheet(dice.stream("ripples"), (512, 512), RIPPLES), (rows, columns // 2))
        self._wet = single(self._bake_puddles(dice))
        self._rained_on = "rain" not in stage.without
        self._bake_drops(dice)
        # Standing water bends what it mirrors; a film of water hardly does.
        self._bends = (self._near * 7.0 + 1.2) * stage.unit * (0.35 + 0.65 * self._wet[:, ::2])
        self._across = np.arange(columns, dtype=np.float32)[None]

    def _mirror_rows(self, size: int) -> tuple[Array, Array, Array]:
        """For a plane of 1/size: the mirrored row of each row of street, and the first and last row of its smear."""
        kerb, rows = self._kerb // size, self._rows // size
        away = np.arange(rows) * SQUASH
        bottom, middle, top = (
            np.clip(kerb - 1 - away * share, 0, kerb - 1).astype(np.intp) for share in (SMEAR[0], 1.0, SMEAR[1])
        )
        first = np.minimum(top, kerb - 2)
        return middle, first, np.maximum(bottom, first + 1)

    def _bake_puddles(self, dice: Dice) -> Array:
        """Where water stands, 0 to 1, in perspective."""
        tile = sheet(dice.stream("puddles"), (512, 512), PUDDLES)
        depth = 1.0 / (self._near + 0.16)
        aside = (np.arange(self._columns) - self._columns / 2)[None] / (720 * self._stage.unit)
        right, down = (aside * depth * 64.0).astype(np.intp) & 511, (depth * 105.0).astype(np.intp) & 511
        return smoothstep(-0.25, 0.35, tile[np.broadcast_to(down, right.shape), right])

    def _bake_drops(self, dice: Dice) -> None:
        chance, count = dice.stream("drops"), int(100 * self._stage.crowd)
        deep = 0.06 + 0.94 * chance.uniform(count) ** 0.8
        self._drops = (chance.uniform(count) * self._columns, self._kerb + deep * self._rows, deep)
        self._beats = self._stage.rates(chance.uniform(count, 1.1, 2.1))
        self._starts = chance.uniform(count)

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Mirror the canvas above the kerb into the street, then let the rain fall on it."""
        bend = self._ripples.drift(self._stage.phase(0.3, seconds), 26.0, 36.0)
        bend *= self._bends
        columns = np.repeat(bend, 2, axis=1)
        columns += self._across
        columns = np.clip(columns, 0, self._columns - 1, out=columns).astype(np.int32)
        half = columns[::2, ::2] // 2
        planes = ((canvas.luma, columns), (canvas.blue, half), (canvas.red, half))
        for (plane, where), ground in zip(planes, self._asphalt, strict=True):
            self._mirror(plane, where, ground)
        if self._rained_on:
            self._draw_rings(canvas, seconds)

    def _draw_rings(self, canvas: Canvas, seconds: float) -> None:
        """Every drop leaves a ring that widens and fades, flat as the street is."""
        age = (self._beats * seconds + self._starts) % 1.0
        across, down, deep = self._drops
        radius = ((1.5 + 20.0 * age) * deep * self._stage.unit)[:, None]
        turn = np.arange(POINTS)[None] * (TAU / POINTS)
        places = (
            (across[:, None] + radius * np.cos(turn)).ravel(),
            (down[:, None] + 0.30 * radius * np.sin(turn)).ravel(),
        )
        amount = np.repeat((1.0 - age) ** 1.5 * 0.10, POINTS) * np.tile(1.0 - 0.5 * np.sin(turn[0]), age.size)
        splat(canvas, places, amount, 0.8 * self._stage.unit)

    def _mirror(self, plane: Array, where: Array, ground: float) -> None:
        """Fill the street's rows of one plane: sharp where water stands, smeared toward you where it does not."""
        size = self._columns // plane.shape[1]
        lamps = LAMPS if size == 1 else 0.0
        rows, first, last = self._sources[size - 1]
        near, wet = self._near[::size], self._wet[::size, ::size]
        kerb, low = self._kerb // size, int(first.min())
        source = plane[low:kerb]
        sums = sum_rows(source * (np.float32(1.0 - lamps) + np.float32(2.6 * lamps) * source))
        smeared = (sums[last - low] - sums[first - low]) * single(1.0 / (last - first))[:, None]
        smeared *= np.float32(0.98) - np.float32(0.28) * near
        smeared += np.float32(ground)
        sharp = plane[rows] * (np.float32(1.0) - np.float32(0.30) * near)
        sharp -= smeared
        sharp *= wet
        sharp += smeared
        plane[kerb:] = np.take_along_axis(sharp, where, axis=1)


def sum_rows(rows: Array) -> Array:
    """Add up rows from the top, in place; row by row is five times as fast as numpy's own sums along this axis."""
    for number in range(1, len(rows)):
        rows[number] += rows[number - 1]
    return rows
