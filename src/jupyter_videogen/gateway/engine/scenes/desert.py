"""Dunes: one side of each crest in the light and the other in shade, sand blown over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Array, even, fading, single, smoothstep
from ..colour import mixed, swatch
from ..land import LENGTH, Ground, Procession
from ..layer import Layer
from ..look import Look, written
from ..mist import Bank, Mist
from ..noise import Grain, along, line
from ..sky import Sky

if TYPE_CHECKING:
    from ..canvas import Canvas
    from ..chance import Dice
    from ..stage import Stage

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
    return written({"sky": sky}, named, traits, ("sky", "sand", "shade", "haze"))


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
    """Sky, five rows of dunes, sand in the wind."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        self._stage, size = stage, 720 * stage.unit
        self._foot = even(stage.height * 0.60)
        self._sky = Sky(stage, look, dice, self._foot)
        side = 1.0 if look.traits["across"] > 0.5 else -1.0  # noqa: PLR2004 - the middle
        plan = ((0.55, 0.06, 0.07), (0.62, 0.10, 0.15), (0.73, 0.14, 0.26), (0.88, 0.19, 0.42), (1.08, 0.20, 0.60))
        self._dunes = [self._dune(look, dice, number, (row * stage.height, high * size, slide * size), side) for number, (row, high, slide) in enumerate(plan)]  # fmt: skip
        wild = 0.7 if stage.pace > 1 or look.traits["clear"] < 0 else 0.6
        haze = swatch(look.ramps["haze"])
        banks = Bank(0.62, 0.13, wild, 150.0), Bank(0.88, 0.10, 0.6 * wild, 190.0)
        self._blown = [Mist(stage, dice, haze, bank) for bank in banks]

    def _dune(self, look: Look, dice: Dice, number: int, place: tuple[float, float, float], side: float) -> tuple[Layer, float]:  # fmt: skip
        """Bake one row: the spine runs down from each crest in a slow S, lit on the side of the sun."""
        row, high, slide = place
        ground, chance = Ground(self._stage, slide), dice.stream(f"dune {number}")
        swell = line(chance, LENGTH, Grain(2.3, 4, 10))
        scale = 150.0 - 14 * number
        places = ground.across * scale + 137 * number
        raised = 1.0 - 0.85 * np.abs(along(swell, places))
        crest = row - high * (0.35 + 0.85 * np.tanh(smoothed(raised)))
        size, below = 720 * self._stage.unit, np.maximum(ground.rows - crest[None], 0.0)
        depth = below / size
        bent = 150.0 * (side * (0.55 * depth - 0.030 * np.sin(depth * 21 + number)))
        facing = self._facing(swell, places, bent, scale)
        wave = np.sin(depth * 150 / (0.4 + number * 0.35) + 2.2 * along(swell, places * 3)[None])
        sand, shade, haze = (swatch(look.ramps[name]) for name in ("sand", "shade", "haze"))
        far = 0.62 - 0.15 * number
        light = smoothstep(-1.0, 1.0, facing * side / (0.05 + 0.35 * depth)) * (1.0 - 0.25 * np.clip(depth * 3, 0, 1))
        return self._painted(ground, crest, (mixed(sand, haze, far), mixed(shade, haze, far)), light + wave * 0.022 * fading(depth * 2)), slide  # fmt: skip

    def _facing(self, swell: Array, places: Array, bent: Array, scale: float) -> Array:
        """Whether sand faces right, 1, or left, -1: the side of the nearest crest, which is moved with depth."""
        grid = np.linspace(0.0, LENGTH, 4 * LENGTH, endpoint=False)
        values = along(swell, grid)
        rises = np.sign(np.gradient(np.abs(values)))
        # A little blur makes the spine a soft line instead of a knife.
        kernel = np.ones(5) / 5
        sides = np.convolve(np.pad(rises, 2, "wrap"), kernel, "valid")
        index = ((places[None] + bent * scale / 150.0) * 4).astype(np.intp) % sides.size
        return single(sides[index])

    def _painted(self, ground: Ground, crest: Array, colours: tuple[tuple[float, float, float], ...], light: Array) -> Layer:  # fmt: skip
        """Mix sand in the light with sand in the shade."""
        cover = single(np.clip(ground.rows - crest[None] + 0.5, 0.0, 1.0))
        sand, shade = colours
        return Layer(np.stack([single((b + (a - b) * light) * cover) for a, b in zip(sand, shade, strict=True)]), cover)

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw from the far to the near."""
        self._sky.draw(canvas, seconds)
        canvas.luma[self._foot :] = 0.0
        canvas.blue[self._foot // 2 :] = canvas.red[self._foot // 2 :] = 0.0
        Procession(self._stage, self._dunes).draw(canvas, seconds)
        for bank in self._blown:
            bank.draw(canvas, seconds)


def smoothed(crest: Array) -> Array:
    """Round the valleys, keep the crests."""
    wide = np.convolve(np.pad(crest, 12, "edge"), np.ones(25) / 25, "valid")
    return np.maximum(crest - 0.04, wide)
