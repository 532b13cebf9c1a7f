"""Styles: what a clip is drawn with, laid over any finished scene; each is a model of its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from .arrays import Array, blurred, halved, single, smoothstep
from .colour import swatch
from .noise import Grain, sheet
from .stretch import stretched

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .canvas import Canvas
    from .chance import Dice
    from .stage import Stage

PAPER, FIBRE = Grain(1.6, 6.0, 200), Grain(2.4, 2.0, 9)
PAGE, PIGMENT = swatch(((0.0, "#f2e8d4"),)), swatch(((0.0, "#1a1d2b"),))
TONES = 5.0
PLATES = 6
"""Grain plates that take turns: few enough to bake at once, enough that nobody sees them return."""
SHADOW, LIGHT = swatch(((0.0, "#1d3a44"),)), swatch(((0.0, "#e8a860"),))


class Style(Protocol):
    """Something that changes a finished picture."""

    def __call__(self, canvas: Canvas, seconds: float) -> None:
        """Change it in place, as at this time of the clip."""


class Plain:
    """The scene as it is."""

    def __init__(self, stage: Stage, dice: Dice) -> None:
        """Need nothing."""

    def __call__(self, canvas: Canvas, seconds: float) -> None:
        """Leave everything."""


class InkWash:
    """Brush and ink on paper: few tones with soft borders, dark outlines, a breath of the colours."""

    def __init__(self, stage: Stage, dice: Dice) -> None:
        rows, columns = stage.height, stage.width
        shape = (512, 512)
        paper = np.tile(sheet(dice.stream("paper"), shape, PAPER), (-(-rows // 512), -(-columns // 512)))[
            :rows, :columns
        ]
        grid = stage.grid(rows)
        wash = stretched(sheet(dice.stream("wash"), shape, FIBRE)[: grid[0], : grid[1]], rows, columns, (-5.0, 5.0))
        self._wash, self._paper = single(0.30 * wash + 0.10 * paper), single(PAGE[0] + 0.014 * paper)
        self._reach = max(1, round(1.6 * stage.unit))

    def __call__(self, canvas: Canvas, seconds: float) -> None:  # noqa: ARG002 - paper does not change
        """Take the light apart into washes and lines."""
        light = np.clip(canvas.luma, 0.0, 1.0)
        if self._reach > 1:
            # A brush has no pixels; a small picture has none to spare.
            light = stretched(halved(light), canvas.height, canvas.width)
            np.clip(light, 0.0, 1.0, out=light)
        line = self._line(light)
        np.sqrt(light, out=light)
        steps = light * TONES + self._wash
        tone = np.floor(steps)
        tone += smoothstep(0.36, 0.64, steps - tone)
        tone = np.clip(tone * (1.0 / TONES), 0.0, 1.0)
        tone *= 1.0 - 0.85 * line
        canvas.luma[:] = PIGMENT[0] + (self._paper - PIGMENT[0]) * tone
        half = np.ascontiguousarray(tone[::2, ::2])
        for plane, page, pigment in ((canvas.blue, PAGE[1], PIGMENT[1]), (canvas.red, PAGE[2], PIGMENT[2])):
            plane[:] *= 0.34
            plane[:] += pigment + (page - pigment) * half

    def _line(self, light: Array) -> Array:
        """How much of an outline each place is: where light changes within a brush's width."""
        reach = self._reach
        line = np.zeros_like(light)
        line[reach:-reach] = np.abs(light[2 * reach :] - light[: -2 * reach])
        line[:, reach:-reach] += np.abs(light[:, 2 * reach :] - light[:, : -2 * reach])
        return smoothstep(0.05, 0.30, line)


class FilmGrain:
    """Old film: lifted blacks, teal shadows and amber lights, a glow around them, and grain that lives."""

    def __init__(self, stage: Stage, dice: Dice) -> None:
        rows, columns = stage.height, stage.width
        self._seconds = stage.seconds
        noise = dice.stream("film").bell((rows + PLATES * 17) * (columns + PLATES * 29)).astype(np.float32)
        noise = noise.reshape(rows + PLATES * 17, columns + PLATES * 29)
        self._grain = single(0.030 * (noise + np.roll(noise, 1, 1) + np.roll(noise, 1, 0)) / 1.7)
        down, across = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)[None]
        self._fall = single(1.0 - 0.34 * np.clip(0.55 * across**2 + 0.5 * down**2, 0, 1.2))
        self._grid = stage.grid(rows // 2)

    def __call__(self, canvas: Canvas, seconds: float) -> None:
        """Grade, glow, darken the corners, add grain."""
        light = np.clip(canvas.luma, 0.0, 1.0)
        half = halved(light)
        glow = blurred(np.clip(half[::4, ::4] - 0.62, 0.0, 1.0), max(2.0, half.shape[0] / 90))
        bloom = stretched(glow, canvas.height, canvas.width)
        bent = light * light * (3.0 - 2.0 * light)
        light += 0.45 * (bent - light)
        light *= 0.86 * self._fall
        light += 0.055 + 0.55 * bloom
        weight = 1.0 - 0.7 * np.abs(light - 0.42)
        plate = int(seconds * 12.0 + 1e-6) % PLATES
        rows, columns = canvas.luma.shape
        light += weight * self._grain[17 * plate : 17 * plate + rows, 29 * plate : 29 * plate + columns]
        canvas.luma[:] = light
        warm = 0.55 * bloom[::2, ::2]
        for plane, dark, bright in ((canvas.blue, SHADOW[1], LIGHT[1]), (canvas.red, SHADOW[2], LIGHT[2])):
            plane[:] *= 0.66
            plane[:] += (0.62 * dark) * (1.0 - half) + (0.55 * bright) * half + bright * warm


STYLES: Mapping[str, Callable[[Stage, Dice], Style]] = {"": Plain, "ink": InkWash, "grain": FilmGrain}
"""Every style by name; the nameless one is the scene as it is."""
