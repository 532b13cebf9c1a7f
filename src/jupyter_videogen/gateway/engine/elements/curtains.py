"""Curtains of northern light: a wavy lower edge, and rays that rise from it and fade through the colours."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin
from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array, fading, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.colour import LEVELS, ramp
from jupyter_videogen.gateway.engine.drawing.noise import Grain, along, line
from jupyter_videogen.gateway.engine.drawing.upsample import stretch

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.palette import Look
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

LENGTH = 1024
EDGE, FOLD, RAY, PATCH = Grain(2.6, 1, 7), Grain(2.4, 2, 14), Grain(1.0, 10, 190), Grain(1.6, 2, 12)
RATE = 0.14
BELOW, ABOVE = 0.12, 2.1
"""What a curtain shows below its edge and above it, in its own heights."""


@dataclass(frozen=True)
class Curtain:
    """Lines of noise along one curtain, and how bright and how high in the sky it hangs (shares)."""

    edge: Array
    fold: Array
    ray: Array
    patch: Array
    strength: float
    hang: float


def weave_curtain(dice: Dice, number: int, strength: float, hang: float) -> Curtain:
    """Make one curtain."""
    grains = {"edge": EDGE, "fold": FOLD, "ray": RAY, "patch": PATCH}
    lines = {name: line(dice.stream(f"{name} {number}"), LENGTH, grain) for name, grain in grains.items()}
    return Curtain(**lines, strength=strength, hang=hang)


class Curtains:
    """Three curtains in a sky of `rows` pixels."""

    def __init__(self, stage: Stage, look: Look, dice: Dice, rows: int) -> None:
        self._stage, self._rows = stage, rows
        self._grid = stage.grid(rows, fineness=2)
        self._down = single((np.arange(self._grid[0]) + 0.5) / self._grid[0])[:, None]
        # Narrow frames show less of the same curtains, not narrower ones.
        self._across = (np.arange(self._grid[1]) + 0.5) / self._grid[1] * min(1.0, stage.crowd)
        chance = dice.stream("curtains")
        lift = chance.number(-0.05, 0.04)
        self._curtains = [
            weave_curtain(dice, number, strength * look.traits["strength"], hang + lift)
            for number, (strength, hang) in enumerate(((1.10, 0.74), (0.80, 0.58), (0.50, 0.44)))
        ]
        self._profile = self._bake_profile(ramp(look.ramps["aurora"]))

    def _bake_profile(self, colours: Array) -> Array:
        """Light from below the edge to the top, (3, LEVELS): sharp below, a bright hem, a long fading above."""
        up = np.linspace(-BELOW, ABOVE, LEVELS)
        fade = (
            smoothstep(-0.05, 0.07, up) * (0.86 * fading(np.maximum(up, 0.0) * 2.1) + 0.14) * smoothstep(1.95, 0.5, up)
        )
        fade = fade + 0.16 * fading(np.abs(up) * 9.0) * smoothstep(-BELOW, 0.0, up)
        place = np.clip(up * 0.62 + 0.04, 0.0, 1.0) * (LEVELS - 1)
        return single(colours[:, place.astype(np.intp)] * fade)

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Add the light of all curtains to the sky."""
        turn = self._stage.angle(RATE, seconds)
        light = np.zeros((3, *self._grid), np.float32)
        for number, curtain in enumerate(self._curtains):
            amount, height, base = self._shape(curtain, turn + 2.1 * number, 0.17 * number)
            up = (base - self._down) / height
            place = np.clip((up + BELOW) * ((LEVELS - 1) / (BELOW + ABOVE)), 0, LEVELS - 1).astype(np.intp)
            light += np.take(self._profile, place, axis=1, mode="clip") * amount
        canvas.luma[: self._rows] += stretch(light[0], self._rows, canvas.width, (0.0, 2.0))
        for plane, part in ((canvas.blue, light[1]), (canvas.red, light[2])):
            plane[: self._rows // 2] += stretch(part, self._rows // 2, canvas.width // 2, (-1.0, 1.0))

    def _shape(self, curtain: Curtain, turn: float, start: float) -> tuple[Array, Array, Array]:
        """Brightness, height and lower edge for every column, now.

        The curtain is folded: places along it are pushed back and forth, and light piles up where they crowd.
        """
        sway, other = sin(turn) * 0.030, cos(turn * 1.0 + 1.3) * 0.026

        def read(values: Array, scale: float, shift: float) -> Array:
            return along(values, (self._across * scale + shift + start) * LENGTH)

        fold = read(curtain.fold, 0.45, sway)
        place = self._across + 0.022 * fold
        crowd = np.clip(
            1.0 / np.maximum(0.35, np.gradient(place) * (place.size / max(1e-6, float(np.ptp(self._across))))), 0.5, 1.7
        )
        rays = along(curtain.ray, (place * 0.62 + sway * 1.4 + start) * LENGTH)
        wave = 0.6 + 0.4 * np.sin(TAU * self._across * 2.0 - turn + start * 9.0)
        amount = np.clip(0.56 + 0.30 * rays * wave, 0.04, 1.35) * np.clip(
            0.58 + 0.46 * read(curtain.patch, 0.5, other), 0.05, 1.4
        )
        base = curtain.hang + 0.085 * read(curtain.edge, 0.42, sway) + 0.030 * read(curtain.fold, 0.6, -other)
        height = np.clip(0.34 + 0.10 * read(curtain.patch, 0.35, -sway) + 0.012 * rays, 0.14, 0.62)
        return single(amount * crowd**0.7 * curtain.strength), single(height), single(base)
