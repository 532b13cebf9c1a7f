"""Silk: folds of cloth in slow light, for everything that no other scene can say."""

from __future__ import annotations

from math import cos, sin
from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array
from jupyter_videogen.gateway.engine.drawing.colour import ramp
from jupyter_videogen.gateway.engine.drawing.noise import Grain, Tile, sheet
from jupyter_videogen.gateway.engine.drawing.palette import Look
from jupyter_videogen.gateway.engine.drawing.upsample import stretch

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

FOLDS = Grain(falloff=3.4, coarse=1.2, fine=7.0)
"""No finer than seven waves per tile: more turns cloth into lava."""
TILE = (512, 512)
RATE, SPEED = 0.16, 4.5
"""Turns per second of the noise under the cloth, and how wide they are, in cells per second of a turn."""
REACH = 4.5
"""Noise beyond 4.5 deviations does not happen."""


def silk(*codes: str) -> Look:
    """Make a look from six colours, dark to bright: lightness must rise all the way, or folds turn inside out."""
    places = (0.0, 0.25, 0.5, 0.72, 0.88, 1.0)
    return Look({"silk": tuple(zip(places, codes, strict=True))}, {}, ("silk",))


LOOKS = {
    "ember": silk("#120a2e", "#3b1d6e", "#c2417c", "#ff9e7a", "#ffd9a8", "#fff4e2"),
    "lagoon": silk("#04122b", "#0b3a66", "#1587a3", "#5fd0c0", "#c2f2d6", "#f6fff2"),
    "forest": silk("#06140f", "#12402f", "#2f8552", "#9cc763", "#e6e8a0", "#fdfbe6"),
    "iris": silk("#0b0a26", "#2a2578", "#6a4fd0", "#b58cf0", "#e8c8f6", "#fbf2ff"),
    "copper": silk("#180a0a", "#55201c", "#b3502c", "#ea9b4e", "#f8d596", "#fff6e0"),
    "dusk": silk("#0a1230", "#27407e", "#7d6bb8", "#e08fa0", "#fbc9a8", "#fff3e0"),
    "sunset": silk("#1a0b2c", "#5b1f5a", "#d04a5c", "#fb9350", "#ffd08a", "#fff3d8"),
    "night": silk("#03060f", "#0d1d3d", "#2a4f8a", "#6f9bd0", "#bcd6f0", "#f0f7ff"),
    "golden": silk("#140d06", "#4f3412", "#a87422", "#e2b04a", "#f8dd96", "#fff8e4"),
}


class Silk:
    """Waves over waves, bent by noise and lit from above; computed at half size, since cloth is soft."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        self._stage, self._colours = stage, ramp(look.ramps["silk"])
        rows, columns = stage.grid(stage.height)
        self._grid = rows + 2, columns + 2
        self._rows, self._columns = stage.height // 2, stage.width // 2
        # One cell more on every side: at its own edges a stretched field is flat, and cloth shows it.
        self._margin = -(-self._rows // rows), -(-self._columns // columns)
        self._span = max(2, round(self._columns / columns))
        size = 360.0 * stage.unit
        chance = dice.stream("silk")
        self._one, self._two = (Tile(sheet(dice.stream(name), TILE, FOLDS), self._grid) for name in ("warp", "weft"))
        angle = chance.number(-0.55, 0.55)
        across = ((np.arange(self._columns) + 0.5) / size).astype(np.float32)[None]
        down = ((np.arange(self._rows) + 0.5) / size).astype(np.float32)[:, None]
        self._along, self._over = across * cos(angle) + down * sin(angle), down * cos(angle) - across * sin(angle)
        self._turns = [chance.number(0.0, TAU) for _ in range(3)]
        self._reach = min(55.0, SPEED * stage.seconds / stage.turns(RATE))
        self._steepness = size / 9.0

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw the cloth."""
        shade = self._lit(*self._height(self._stage.angle(RATE, seconds)))
        canvas.paint(self._colours, stretch(shade, canvas.height, canvas.width), shade)

    def _height(self, turn: float) -> tuple[Array, Array]:
        """How high the cloth is, and the slow noise under it."""
        far = self._reach
        one = self._one.view(far * sin(turn), far * cos(turn))
        two = self._two.view(200.0 - far * cos(turn), far * sin(turn))
        slow, other = self._spread(one), self._spread(two)
        phase = slow + self._over * 6.4
        # Two waves that run against each other: one alone would hurry and rest in turns.
        phase += 0.75 * np.sin(self._along * 3.1 + other * 0.5 + (turn + self._turns[0]))
        phase += 0.40 * np.sin(self._along * 4.7 - other * 0.6 - (turn + self._turns[2]))
        small = np.sin(phase * 2.7 + other * 0.9 + self._along * 1.2 - (turn + self._turns[1]))
        return np.sin(phase) * 0.72 + small * 0.28, slow

    def _spread(self, field: Array) -> Array:
        """Stretch noise over the frame and cut the margins off."""
        down, across = self._margin
        wide = stretch(field, self._rows + 2 * down, self._columns + 2 * across, (-REACH, REACH))
        return wide[down:-down, across:-across]

    def _slope(self, height: Array, axis: int) -> Array:
        """How steep the cloth is, measured over one cell of the noise: the steps inside a cell would show as stripes."""
        span = self._span
        shape = [slice(None)] * 2
        ahead, behind = shape.copy(), shape.copy()
        ahead[axis], behind[axis] = slice(span, None), slice(None, -span)
        room = [(0, 0)] * 2
        room[axis] = (span // 2, span - span // 2)
        rise = height[tuple(ahead)] - height[tuple(behind)]
        return np.pad(rise * np.float32(2.0 * self._steepness / span), room, "edge")

    def _lit(self, height: Array, slow: Array) -> Array:
        """Light from above: soft on slopes, sharp on crests; 0 is the darkest colour of the ramp, 1 the brightest."""
        down, across = (self._slope(height, axis) for axis in (0, 1))
        facing = (0.75 + 0.35 * across - 0.55 * down) / np.sqrt(1.0 + across * across + down * down)
        glint = np.maximum(facing, 0.1)
        for _ in range(5):
            glint *= glint
        shade: Array = 0.10 + 0.18 * height + 0.48 * facing + 0.33 * glint + 0.06 * slow
        return np.clip(shade, 0.0, 1.0, out=shade)
