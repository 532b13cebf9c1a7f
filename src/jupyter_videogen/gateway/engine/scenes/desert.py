"""Dunes under a low sun: crests that wind into the distance, light on one side of each, sand blown over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, fading, floor_to_even, halve, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.canvas import Mask
from jupyter_videogen.gateway.engine.drawing.colour import Colour, ramp, swatch
from jupyter_videogen.gateway.engine.drawing.noise import Grain, Tile, sheet
from jupyter_videogen.gateway.engine.drawing.palette import Look, write_look
from jupyter_videogen.gateway.engine.drawing.upsample import stretch
from jupyter_videogen.gateway.engine.elements.dunes import DuneView, Sand, View, hazy, look_at
from jupyter_videogen.gateway.engine.elements.mist import Bank, Mist
from jupyter_videogen.gateway.engine.elements.sky import Sky

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

DAY = {
    "across": 0.70,
    "down": 0.34,
    "radius": 0.030,
    "glow": 0.6,
    "bloom": 1.0,
    "moon": 0.0,
    "stars": 0.0,
    "clear": 0.35,
}
LOW = {**DAY, "down": 0.80, "radius": 0.05, "glow": 0.85}
NIGHT = {**DAY, "down": 0.30, "radius": 0.034, "across": 0.34, "glow": 0.42, "bloom": 0.5, "moon": 1.0, "stars": 1.2}


def look(sky: str, named: str, traits: dict[str, float]) -> Look:
    """Write a look of this scene."""
    return write_look({"sky": sky}, named, traits, ("sky", "sand", "shade", "haze"))


HORIZON, SLIDE = 0.56, 0.14
"""The row of the horizon, of the height, and how far the camera goes aside, in heights of a wide frame."""

LOW_SUN = 0.6
"""Share of the sky's height; from there down it is low, and shadows are long."""
VEIL = Grain(1.9, 4.0, 80, (1.3, 0.26))

LOOKS = {
    "golden": look("0:#5f7fa8 0.35:#a8b0b0 0.65:#eccb94 1:#fbe2ac",
        "sand=#eda656 shade=#6d3326 haze=#f2d3a0 cloud=#c8a890 lit=#fff0d0 glow=#ffdf9c sun=#fff8e0", LOW),
    "day": look("0:#2a6cae 0.45:#6aa6d0 0.8:#bcd6da 1:#f0e6c8",
        "sand=#f0b670 shade=#8a4630 haze=#ecdcb8 cloud=#dfe6ea lit=#ffffff glow=#fff6e0 sun=#fffdf2", DAY),
    "sunset": look("0:#241f54 0.35:#6a3f78 0.62:#c85a64 0.85:#f59250 1:#ffc878",
        "sand=#e07a44 shade=#3f1a38 haze=#e89a6c cloud=#6b3f66 lit=#ff9f74 glow=#ffb45c sun=#fff0bc", LOW),
    "dawn": look("0:#6a86b4 0.4:#aab4d4 0.7:#e6c6cc 1:#fbe2cc",
        "sand=#dca088 shade=#5c3f5c haze=#ecd0c8 cloud=#a39ab8 lit=#ffdcd0 glow=#ffe0bc sun=#fff6e2", {**LOW, "across": 0.32}),
    "night": look("0:#050a1e 0.45:#0f2046 0.8:#2a4c78 1:#4a6f96",
        "sand=#4a6a94 shade=#0b1430 haze=#3c5c86 cloud=#1a2848 lit=#8fa9cf glow=#7fa3d8 sun=#eef3ff", NIGHT),
    "storm": look("0:#4a3a2c 0.4:#846446 0.75:#b89468 1:#d8b888",
        "sand=#c08a54 shade=#4f3424 haze=#d0ac7c cloud=#5c4632 lit=#d8b88c glow=#e0c090 sun=#e8cc9c", {**DAY, "clear": -0.3, "glow": 0.3}),
}  # fmt: skip


class Desert:
    """Sky, sand as far as the eye can see, sand in the wind."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        self._stage, size = stage, 720 * stage.unit
        self._foot = floor_to_even(stage.height * HORIZON + 2)
        self._sky = Sky(stage, look, dice, self._foot)
        self._margin = int(SLIDE * size) + 2
        self._top = floor_to_even(stage.height * HORIZON - 0.13 * size)
        rows = stage.height - self._top
        lines = self._top + (np.arange(2 * rows) + 0.5) / 2
        side = 1.0 if look.traits["across"] > 0.5 else -1.0
        view = View(1.05 * size, self._margin + stage.width / 2, stage.height * HORIZON)
        sand = Sand(dice, side, 0.40 if look.traits["down"] > LOW_SUN else 0.62)
        ground = look_at(sand, view, lines, stage.width + 2 * self._margin)
        self._bake(self._paint(ground, sand, view, look), ground.z > 0, lines)
        wild = 1.0 if stage.pace > 1 or look.traits["clear"] < 0 else 0.44
        haze = swatch(look.ramps["haze"])
        self._blown = Mist(stage, dice, haze, Bank(HORIZON + 0.02, 0.06, wild, 190.0)), Drift(stage, dice, haze, wild)

    def _paint(self, ground: DuneView, sand: Sand, view: View, look: Look) -> Array:
        """Return (3, lines, columns): sand from shade to light, and the air before it."""
        colours = ramp(tones(look))
        grain = np.repeat(sand.texture(ground.x[::2], np.maximum(ground.z[::2], 1.0), view.focal), 2, axis=0)
        light = ground.light + grain * (0.35 + ground.light)
        index = (np.clip(0.06 + 0.94 * light, 0.0, 1.0) * (colours.shape[1] - 1)).astype(np.intp)
        air, haze = hazy(ground.z, 520.0), swatch(look.ramps["haze"])
        away = (np.arange(ground.z.shape[1]) - self._margin - self._sky.light.across) / (0.30 * 720 * self._stage.unit)
        sunny = fading(away**2)[None] * smoothstep(30.0, 500.0, ground.z) * 0.45 * look.traits["glow"]
        glow = swatch(look.ramps["glow"])
        return np.stack(
            [
                part[index] * (1 - air) + air * (value * (1 - sunny) + bright * sunny)
                for part, value, bright in zip(colours, haze, glow, strict=True)
            ]
        )

    def _bake(self, picture: Array, covered: Array, lines: Array) -> None:
        """Join every two lines of the picture, and keep what each row of pixels needs to move."""
        cover = single(covered)
        luma, blue, red, cover = (0.5 * (plane[::2] + plane[1::2]) for plane in (*(picture * cover), cover))
        near = np.maximum(lines[::2] - self._stage.height * HORIZON, 0.0) / (self._stage.height * (1 - HORIZON))
        sky = self._foot - self._top
        half = halve(cover)
        colours = (Sheared(halve(part), half, near[::2], sky // 2) for part in (blue, red))
        self._planes = Sheared(luma, cover, near, sky), *colours

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw from the far to the near; the camera goes aside, and near sand passes before far sand."""
        self._sky.draw(canvas, seconds)
        canvas.luma[self._foot :] = 0.0
        canvas.blue[self._foot // 2 :] = canvas.red[self._foot // 2 :] = 0.0
        aside = (2.0 * self._stage.sway(seconds) - 1.0) * (self._margin - 2)
        for plane, part, scale in zip((canvas.luma, canvas.blue, canvas.red), self._planes, (1, 2, 2), strict=True):
            part.draw(plane[self._top // scale :], self._margin / scale, aside / scale)
        for bank in self._blown:
            bank.draw(canvas, seconds)


class Drift:
    """Sand that the wind carries over the ground, in thin veils."""

    def __init__(self, stage: Stage, dice: Dice, colour: Colour, amount: float) -> None:
        self._stage, self._colour = stage, colour
        self._top = floor_to_even(stage.height * HORIZON)
        self._grid = stage.grid(stage.height - self._top)
        self._tile = Tile(sheet(dice.stream("drifting sand"), (256, 512), VEIL), self._grid)
        down = (np.arange(self._grid[0])[:, None] + 0.5) / self._grid[0]
        self._amount = single(amount * smoothstep(0.0, 0.10, down) * (1.0 - 0.45 * down))

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Lay the veils over the ground."""
        field = smoothstep(-0.3, 2.4, self._tile.drift(self._stage.phase(0.25, seconds), 400.0, -9.0)) * self._amount
        canvas.over(Mask.of(stretch(single(field), canvas.height - self._top, canvas.width), self._top), self._colour)


class Sheared:
    """A plane of ground, wider than the frame: each row is moved by as much as it is near; the first lie over the sky."""

    def __init__(self, values: Array, cover: Array, near: Array, over: int) -> None:
        self._values, self._clear = single(values), single(1.0 - cover)
        self._near = near
        self._open = over

    def draw(self, plane: Array, margin: float, aside: float) -> None:
        """Put it on a plane of the canvas."""
        rows, columns = plane.shape
        start = margin + aside * self._near
        left = start.astype(np.intp)
        index = (left + np.arange(rows) * self._values.shape[1])[:, None] + np.arange(columns)[None]
        share = single(start - left)[:, None]
        plane[: self._open] *= interpolate(self._clear, index[: self._open], share[: self._open])
        plane += interpolate(self._values, index, share)


def interpolate(values: Array, index: Array, share: Array) -> Array:
    """Read between neighbours."""
    flat = values.reshape(-1)
    result: Array = flat[index + 1]
    first = flat[index]
    result -= first
    result *= share
    result += first
    return result


def tones(look: Look) -> tuple[tuple[float, str], ...]:
    """Return the tones of sand from the deepest shade to the brightest crest."""
    (_, shade), (_, sand), (_, haze) = (look.ramps[name][0] for name in ("shade", "sand", "haze"))
    return ((0.0, shade), (0.55, sand), (1.0, haze))
