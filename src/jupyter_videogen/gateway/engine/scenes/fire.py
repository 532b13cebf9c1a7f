"""A campfire at night: tongues that rise and tear, embers, logs, and the light it all throws on the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array, blur, fading, halve, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.canvas import Canvas, Mask
from jupyter_videogen.gateway.engine.drawing.colour import ramp, swatch
from jupyter_videogen.gateway.engine.drawing.noise import Grain, Tile, sheet
from jupyter_videogen.gateway.engine.drawing.palette import Look, write_look
from jupyter_videogen.gateway.engine.drawing.upsample import stretch
from jupyter_videogen.gateway.engine.elements.land import Ground
from jupyter_videogen.gateway.engine.elements.particles import splat
from jupyter_videogen.gateway.engine.elements.spruce import spruces
from jupyter_videogen.gateway.engine.elements.stars import Stars

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

FLAME, CURL = Grain(2.4, 3.6, 60, (0.55, 1.25)), Grain(3.0, 1.5, 14)
TILE = (256, 256)
GROUND = 0.03
"""Light on the ground ends this high."""
FOOT, HIGH, WIDE = 0.84, 0.66, 0.25
"""The row of the embers (share), and how high and wide the flames are in heights of things."""


def look(flame: str, sky: str, named: str) -> Look:
    """Write a look of this scene."""
    return write_look({"flame": flame, "sky": sky}, named, {}, ("flame", "ember", "warm"))


FLAME_STOPS = "0:#060203 0.14:#240905 0.3:#6b1806 0.46:#c83a0a 0.63:#f98518 0.82:#ffc646 1:#fff0b8"
LOOKS = {
    "night": look(FLAME_STOPS, "0:#04060f 0.6:#0a1020 1:#17141c", "ember=#ff9a3c warm=#d8641c near=#040303 ground=#150d0a star=#dfe6ff"),
    "sunset": look(FLAME_STOPS, "0:#151a3c 0.5:#4a3358 0.85:#b05a50 1:#d9824e", "ember=#ffb45c warm=#d8641c near=#0b0709 ground=#1d1214 star=#fff0e0"),
    "dawn": look(FLAME_STOPS, "0:#26365c 0.5:#5f6f96 0.85:#b79aa2 1:#d9b39a", "ember=#ffc07a warm=#c8662c near=#0e1016 ground=#1c1a1e star=#ffffff"),
    "storm": look(FLAME_STOPS, "0:#06080b 0.6:#10161b 1:#1e2428", "ember=#ff8a3c warm=#c8541c near=#030404 ground=#100e0d star=#8090a0"),
}  # fmt: skip


class Fire:
    """Sky, trees, glow, flames, logs and embers."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        self._stage, self._size = stage, 720 * stage.unit
        self._foot, self._middle = FOOT * stage.height, stage.width / 2
        self._flame, self._ember, self._warm = ramp(look.ramps["flame"]), swatch(look.ramps["ember"]), swatch(look.ramps["warm"])  # fmt: skip
        self._sky, self._places = ramp(look.ramps["sky"]), np.arange(stage.height) / stage.height / 0.8
        self._stars = Stars(stage, dice, int(0.7 * stage.height) & ~1, swatch(look.ramps["star"]))
        near = swatch(look.ramps["near"])
        ground = Ground(stage, 0.05 * self._size)
        self._trees = spruces(ground, dice.stream("trees"), 0.80 * stage.height, 0.42 * self._size, 44).layer(near, swatch(look.ramps["ground"]))  # fmt: skip
        self._bake_fields(dice)
        self._bake_logs(near)
        self._bake_embers(dice)

    def _bake_fields(self, dice: Dice) -> None:
        rows, columns = self._grid = self._stage.grid(self._stage.height)
        self._broad, self._small, self._bend = (Tile(sheet(dice.stream(name), TILE, grain), self._grid) for name, grain in (("broad", FLAME), ("small", FLAME), ("bend", CURL)))  # fmt: skip
        across = ((np.arange(columns) + 0.5) / columns * self._stage.width - self._middle) / self._size
        up = (self._foot - (np.arange(rows) + 0.5) / rows * self._stage.height) / self._size
        self._across, self._up = single(across[None]), single(up[:, None])
        share = np.clip(self._up / HIGH, 0.0, 1.3)
        self._width = single(WIDE * (0.42 + 1.5 * np.sqrt(np.clip(share, 0, 1)) * (1 - np.clip(share, 0, 1)) + 0.06))
        self._bed = single(smoothstep(-0.035, 0.03, self._up))
        away = np.hypot(self._across, (self._up - 0.16) * 1.15)
        self._glow = single(0.34 * fading(away * 3.3) + 0.30 * fading(away * 7.0))
        floor = np.hypot(self._across * 0.62, self._up + 0.03) * smoothstep(0.03, -0.04, self._up) + 9.0 * (
            self._up > GROUND
        )
        self._floor = single(0.62 * fading(floor * 5.5) * smoothstep(0.03, -0.03, self._up))

    def _bake_logs(self, colour: tuple[float, float, float]) -> None:
        """Dark logs leaning into the fire; their upper edges take its light."""
        rows, columns = np.arange(self._stage.height)[:, None], np.arange(self._stage.width)[None]
        x, y = (columns - self._middle) / self._size, (self._foot - rows) / self._size
        cover = np.zeros((self._stage.height, self._stage.width))
        edge = np.zeros_like(cover)
        for start, rise, lean in (
            (-0.24, -0.035, 0.30),
            (0.25, -0.040, -0.26),
            (-0.10, -0.055, 0.10),
            (0.14, -0.06, -0.06),
        ):
            length = np.hypot(0.30, lean * 0.30)
            way = np.sign(lean) * 0.30 / length, abs(lean) * 0.30 / length
            along = np.clip((x - start) * way[0] + (y - rise) * way[1], 0.0, 0.34)
            side = (x - start - along * way[0]) * -way[1] * np.sign(way[0]) + (y - rise - along * way[1]) * abs(way[0])
            away = np.hypot(x - start - along * way[0], y - rise - along * way[1])
            body = np.clip((0.024 - away) * self._size + 0.5, 0.0, 1.0)
            cover = np.maximum(cover, body)
            edge = np.maximum(edge * (1 - body), body * smoothstep(0.006, 0.022, side))
        self._logs, self._log_colour = Mask.crop(single(cover)), colour
        self._edges = Mask.crop(single(edge * 0.75))

    def _bake_embers(self, dice: Dice) -> None:
        chance, count = dice.stream("embers"), 150
        self._seeds = chance.uniform(4 * count).reshape(4, count)
        self._rate = self._stage.rates(chance.uniform(count, 0.28, 0.7))

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw from the sky to the embers."""
        turn = self._stage.angle(1.7, seconds)
        flicker = 1.0 + 0.04 * np.sin(turn) + 0.02 * np.sin(self._stage.angle(2.3, seconds) + 1.0)
        canvas.gradient(self._sky, self._places)
        self._stars.draw(canvas, seconds)
        self._trees.draw(canvas, 0.05 * self._size * self._stage.sway(seconds))
        lit = self._glow + self._floor
        canvas.light(Mask.of(stretch(lit, canvas.height, canvas.width)), self._warm, float(flicker))
        canvas.over(self._logs, self._log_colour, 0.93)
        canvas.light(self._edges, self._ember, 0.42 * float(flicker))
        self._burn(canvas, self._heat(seconds))
        self._fly(canvas, seconds)

    def _heat(self, seconds: float) -> Array:
        """How hot it is on the grid: a tongue, torn by noise that rises, the more the higher."""
        rise, fast = self._stage.phase(0.42, seconds) * TILE[0], self._stage.phase(0.55, seconds) * TILE[0]
        bend = self._bend.view(0.0, self._stage.phase(0.25, seconds) * TILE[0])
        across = self._across + 0.040 * bend * np.clip(self._up * 2.2, 0.0, 1.0)
        share = np.clip(self._up / HIGH, 0.0, 2.0)
        torn = (0.30 * self._broad.view(31.0, rise) + 0.16 * self._small.view(90.0, fast)) * (
            0.25 + 1.15 * np.clip(share, 0, 1)
        )
        heat = 0.98 - 0.92 * share - 0.80 * (across / self._width) ** 2 + torn
        return single(np.clip(heat, 0.0, 1.0) * self._bed)

    def _burn(self, canvas: Canvas, heat: Array) -> None:
        """Cover with flame where it is hot and add its bloom."""
        full = stretch(heat, canvas.height, canvas.width)
        np.clip(full, 0.0, 1.0, out=full)
        half = halve(full)
        top = self._flame.shape[1] - 1
        for plane, place, part in ((canvas.luma, full, 0), (canvas.blue, half, 1), (canvas.red, half, 2)):
            colour = np.take(self._flame[part], (place * top).astype(np.intp), mode="clip")
            share = np.clip(place * 3.2 - 0.25, 0.0, 1.0)
            plane[:] += (colour - plane) * share
        bloom = stretch(blur(heat, 7) * 0.20, canvas.height, canvas.width)
        canvas.light(Mask.of(bloom), self._warm)

    def _fly(self, canvas: Canvas, seconds: float) -> None:
        """Embers rise in curls and go out."""
        start, aside, turn, size = self._seeds
        age = (self._rate * seconds + start) % 1.0
        curl = 0.05 * np.sin(TAU * (turn + 1.4 * age)) * age
        across = self._middle + self._size * ((aside - 0.5) * (0.24 + 0.5 * age) + curl)
        down = self._foot - self._size * (0.06 + (0.55 + 0.4 * size) * age)
        light = (
            0.85
            * np.sqrt(np.clip(1.0 - age, 0.0, 1.0))
            * smoothstep(0.0, 0.08, age)
            * (0.7 + 0.3 * np.sin(TAU * (5 * age + turn)))
        )
        for low, radius in ((0.0, 1.0), (0.6, 1.6), (0.9, 2.3)):
            some = size >= low
            splat(canvas, (across[some], down[some]), light[some] * 0.6, radius * self._stage.unit, self._ember)
