"""Styles: what a clip is drawn with, laid over any finished scene; each is a model of its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, blur, halve, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.colour import swatch
from jupyter_videogen.gateway.engine.drawing.noise import Grain, sheet
from jupyter_videogen.gateway.engine.drawing.upsample import stretch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

PAPER, FIBRE = Grain(1.6, 6.0, 200), Grain(2.4, 2.0, 9)
PAGE, PIGMENT = swatch(((0.0, "#f2e8d4"),)), swatch(((0.0, "#1a1d2b"),))
BLEED = Grain(2.6, 5.0, 60)
BRUSH, WET = 350, 34
"""Lines to 720 rows of what a brush can draw, and of how far wet ink runs."""
TONES, LAYERS, POOL = 4.0, 0.42, 0.85
"""How many layers of ink there are, how much they show, and how much runs to the edges."""
PAPER_LIGHT, DARKEST = 0.60, 0.40
"""The mean light that ink on paper has, and how far a night is lifted toward it, as a power."""
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
    """Brush and ink: wet washes that pool at their edges, dry paper where there is light, a tint of the colours."""

    def __init__(self, stage: Stage, dice: Dice) -> None:
        rows, columns = stage.height, stage.width
        self._brush, self._wet = (self._grid(stage, lines) for lines in (BRUSH, WET))
        fibres = np.tile(sheet(dice.stream("paper"), (512, 512), PAPER), (-(-rows // 512), -(-columns // 512)))
        paper = fibres[:rows, :columns]
        grid = stage.grid(rows)
        wash, bleed = (
            stretch(sheet(dice.stream(name), (512, 512), grain)[: grid[0], : grid[1]], rows, columns, (-5.0, 5.0))
            for name, grain in (("wash", FIBRE), ("bleed", BLEED))
        )
        self._page = single(PAGE[0] + 0.012 * paper)
        self._dark = PIGMENT[0] - self._page
        margins = self._margins(stage, bleed)
        self._uneven = single((1.0 + 0.13 * wash + 0.055 * paper + 0.05 * bleed) * margins)
        self._tinted = single(margins[::2, ::2])
        self._bleed = single(0.38 * bleed + 0.22 * wash)[::2, ::2]

    @staticmethod
    def _grid(stage: Stage, lines: int) -> tuple[int, int]:
        """Return the shape of a picture as fine as a brush with so many lines to 720 rows is."""
        scale = lines / (720 * stage.unit)
        return max(4, round(stage.height * scale)), max(4, round(stage.width * scale))

    @staticmethod
    def _margins(stage: Stage, bleed: Array) -> Array:
        """How much ink there is: all of it, but for a ragged margin of bare paper."""
        size = 720 * stage.unit
        down, across = np.arange(stage.height) + 0.5, np.arange(stage.width) + 0.5
        inside = np.minimum(
            np.minimum(down, stage.height - down)[:, None], np.minimum(across, stage.width - across)[None]
        )
        return single(smoothstep(-0.004, 0.032, inside / size - 0.022 + 0.010 * bleed))

    def __call__(self, canvas: Canvas, seconds: float) -> None:  # noqa: ARG002 - paper does not change
        """Take the light apart into washes and lines."""
        brush = expose(np.clip(stretch(np.clip(canvas.luma, 0.0, 1.0), *self._brush), 0.0, 1.0))
        half = canvas.blue.shape
        fine, soft = (stretch(part, *half) for part in (brush, stretch(brush, *self._wet)))
        # Ink runs to the edge of a wet place and leaves the paper beside it bare.
        ink = 1.0 - fine + POOL * (soft - fine)
        steps = np.clip(ink, 0.0, 1.0) * TONES + self._bleed
        whole = np.floor(steps)
        layered = (whole + smoothstep(0.30, 0.70, steps - whole)) * (1.0 / TONES)
        ink += LAYERS * (layered - ink)
        ink = smoothstep(0.10, 1.06, ink)
        self._tint(canvas, np.clip(ink * self._uneven[::2, ::2], 0.0, 1.0))
        full = stretch(ink, canvas.height, canvas.width)
        full *= self._uneven
        np.clip(full, 0.0, 1.0, out=full)
        full *= self._dark
        np.add(self._page, full, out=canvas.luma)

    def _tint(self, canvas: Canvas, ink: Array) -> None:
        """Leave a breath of the scene's colours, where there is ink to carry it, and more of bright ones."""
        strength = np.hypot(canvas.blue, canvas.red)
        kept = (
            self._tinted
            * (0.42 + 0.58 * smoothstep(0.0, 0.30, ink))
            * (0.40 + 1.1 * np.clip(strength - 0.10, 0.0, 0.45))
        )
        for plane, page, pigment in ((canvas.blue, PAGE[1], PIGMENT[1]), (canvas.red, PAGE[2], PIGMENT[2])):
            plane[:] *= kept
            plane[:] += page + (pigment - page) * ink


def expose(light: Array) -> Array:
    """Bring a picture's mean light to what paper needs, as a painter would, whatever hour it shows."""
    mean = min(max(float(light.mean()), 0.02), 0.9)
    power = max(float(np.log(PAPER_LIGHT) / np.log(mean)), DARKEST)
    result: Array = np.power(light, np.float32(power))
    return result


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
        half = halve(light)
        glow = blur(np.clip(half[::4, ::4] - 0.62, 0.0, 1.0), max(2.0, half.shape[0] / 90))
        bloom = stretch(glow, canvas.height, canvas.width)
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
