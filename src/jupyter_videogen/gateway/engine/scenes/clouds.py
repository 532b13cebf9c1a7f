"""Above the clouds: a white sea in time-lapse under an open sky, lit by a low sun or the moon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, fading, floor_to_even, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.colour import ramp
from jupyter_videogen.gateway.engine.drawing.noise import Grain, sheet
from jupyter_videogen.gateway.engine.drawing.palette import Look, write_look
from jupyter_videogen.gateway.engine.drawing.upsample import stretch
from jupyter_videogen.gateway.engine.elements.sky import Sky

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

HORIZON, TILE = 0.40, 512
BILLOW, PUFF = Grain(3.1, 4.0, 34), Grain(2.7, 14.0, 90)
TRAITS = {
    "across": 0.60,
    "down": 0.80,
    "radius": 0.040,
    "glow": 0.9,
    "bloom": 1.0,
    "moon": 0.0,
    "stars": 0.0,
    "clear": 0.85,
}


def look(sky: str, deck: str, named: str, **traits: float) -> Look:
    """Write a look: the sky, the deck of clouds from shadow to light, and what the sky needs."""
    return write_look({"sky": sky, "deck": deck}, named, {**TRAITS, **traits}, ("sky", "deck", "glow"))


LOOKS = {
    "day": look("0:#0f4c9c 0.5:#4a94d8 0.85:#a8d6f2 1:#dff2fa", "0:#6f8fb8 0.3:#94b0d0 0.6:#c8dae8 0.85:#f0f5f8 1:#ffffff",
        "cloud=#d4e4f0 lit=#ffffff glow=#f2faff sun=#fffef6", down=0.34, radius=0.024, across=0.7, glow=0.6),
    "sunset": look("0:#1c2460 0.35:#5a4890 0.62:#c05c88 0.84:#f5905e 1:#ffcc7c", "0:#2c2450 0.3:#5c3c70 0.55:#b05a78 0.78:#f09070 1:#ffdfa8",
        "cloud=#5a3a68 lit=#ffae7c glow=#ffb650 sun=#fff0b4"),
    "dawn": look("0:#5a80b8 0.4:#94acd4 0.7:#dcc0d4 1:#fce4cc", "0:#6a74a4 0.3:#9890b8 0.6:#d8b4c4 0.85:#f8dcd0 1:#fff4e6",
        "cloud=#9498bc lit=#ffdcd0 glow=#ffe0b4 sun=#fff8e6", across=0.38),
    "night": look("0:#040818 0.45:#0c1a3c 0.8:#244672 1:#426c96", "0:#060c20 0.3:#102244 0.6:#2a4a78 0.85:#6a90bc 1:#b4d0ec",
        "cloud=#182648 lit=#8fa9cf glow=#7fa3d8 sun=#eef3ff", moon=1.0, stars=1.2, down=0.42, across=0.4, glow=0.42, bloom=0.5, radius=0.042),
    "golden": look("0:#5a4460 0.35:#a86c58 0.65:#eaa04c 1:#ffdc94", "0:#4c3040 0.3:#8a5448 0.55:#cc8848 0.8:#f8c874 1:#fff0c4",
        "cloud=#7a4a44 lit=#ffcb8a glow=#ffc764 sun=#fff4d2"),
    "storm": look("0:#141a26 0.4:#2c3a4a 0.75:#586874 1:#94a2a8", "0:#10161e 0.3:#26323e 0.6:#4c5c68 0.85:#8896a0 1:#c4ced2",
        "cloud=#161c28 lit=#8c9caa glow=#a8b6be sun=#a8b6be", clear=-0.5, radius=0.004, bloom=0.2, glow=0.35),
}  # fmt: skip


class Above:
    """Sky, and a deck of clouds seen in perspective, rolling toward us."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        self._stage, self._horizon = stage, floor_to_even(stage.height * HORIZON)
        self._sky = Sky(stage, look, dice, self._horizon)
        self._colours = ramp(look.ramps["deck"])
        height = stage.height - self._horizon
        rows, columns = stage.grid(height, fineness=2)
        self._grid = rows, columns
        near = (np.arange(rows)[:, None] + 0.5) / rows
        self._near = single(near)
        depth = 1.0 / (near + 0.07)
        aside = ((np.arange(columns)[None] + 0.5) / columns - 0.5) * stage.width / stage.height
        self._right, self._away = single(aside * depth * 120.0 + 2048), single(depth * 78.0)
        self._billow, self._puff = (sheet(dice.stream(name), (TILE, TILE), grain) for name, grain in (("billow", BILLOW), ("puff", PUFF)))  # fmt: skip
        light = (self._sky.light.across / stage.width - 0.5) * stage.width / stage.height
        self._road = single(fading(((aside - light) / (0.16 + 0.5 * near)) ** 2) * fading(near * 1.2))
        self._haze = single(smoothstep(0.16, 0.0, near))

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw the sky, then the deck."""
        self._sky.draw(canvas, seconds)
        shade = stretch(self._lit(seconds), canvas.height - self._horizon, canvas.width)
        np.clip(shade, 0.0, 1.0, out=shade)
        top = self._colours.shape[1] - 1
        start = self._horizon
        np.take(self._colours[0], (shade * top).astype(np.intp), out=canvas.luma[start:], mode="clip")
        half = (shade[::2, ::2] * top).astype(np.intp)
        np.take(self._colours[1], half, out=canvas.blue[start // 2 :], mode="clip")
        np.take(self._colours[2], half, out=canvas.red[start // 2 :], mode="clip")

    def _lit(self, seconds: float) -> Array:
        """How light each place is: tops are bright, and the sides that see the sun; haze at the horizon."""
        phase = self._stage.phase(0.11, seconds) % 1.0
        far = 90.0 * self._stage.pace
        near = 1.0 - abs(2.0 * phase - 1.0)
        scale = (near**2 + (1.0 - near) ** 2) ** -0.5
        total = np.zeros(self._grid, np.float32)
        for start, share in ((0.0, near), (0.5, 1.0 - near)):
            moved = ((phase + start) % 1.0 - 0.5) * far
            total += self._height(230.0 * start, moved) * (share * scale)
        slope = np.zeros_like(total)
        slope[1:-1] = total[2:] - total[:-2]
        detail = np.clip(0.3 + 1.2 * self._near, 0.0, 1.0)
        shade = 0.33 + 0.24 * np.tanh(0.8 * total) - 0.42 * np.clip(slope, -0.8, 0.8) * detail + 0.26 * self._road
        return single(shade * (1 - self._haze) + self._haze * (0.74 + 0.2 * self._road))

    def _height(self, right: float, away: float) -> Array:
        """How high the clouds stand at each place of the grid: round heaps, from absolute values."""
        x, y = self._right + right, self._away + away + 4096
        heaps = gather(self._billow, x, y)
        return single(
            0.95 * heaps + 0.30 * (0.8 - np.abs(gather(self._puff, x, y))) * (1.0 + 0.6 * np.clip(heaps, -1, 1))
        )


def gather(tile: Array, x: Array, y: Array) -> Array:
    """Read an endless square tile between its cells."""
    left, top = x.astype(np.intp), y.astype(np.intp)
    x, y = x - left, y - top
    mask = TILE - 1
    start, below = (top & mask) * TILE, ((top + 1) & mask) * TILE
    here, beside = left & mask, (left + 1) & mask
    flat = tile.reshape(-1)
    upper = flat[start + here] * (1.0 - x) + flat[start + beside] * x
    result: Array = upper * (1.0 - y) + (flat[below + here] * (1.0 - x) + flat[below + beside] * x) * y
    return result
