"""A city in the rain: lights far and near, cars along the kerb, and all of it again in the wet street."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import floor_to_even, smoothstep
from jupyter_videogen.gateway.engine.drawing.canvas import Mask
from jupyter_videogen.gateway.engine.drawing.colour import mix, ramp, swatch
from jupyter_videogen.gateway.engine.drawing.noise import Grain, Tile, sheet
from jupyter_videogen.gateway.engine.drawing.palette import Look
from jupyter_videogen.gateway.engine.drawing.upsample import stretch
from jupyter_videogen.gateway.engine.elements.boat import Boat
from jupyter_videogen.gateway.engine.elements.particles import splat, streaks
from jupyter_videogen.gateway.engine.elements.skyline import Skyline
from jupyter_videogen.gateway.engine.elements.street import Street

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

KERB = 0.70
BOAT_ROW = 0.865
SLIDES = (0.018, 0.055, 0.10)
"""How far the layers slide, in widths, from far to near."""
FOG = Grain(falloff=2.8, coarse=2.0, stretch=(1.0, 0.5))
RAIN = ((700, 1.7, 0.030, 0.15), (230, 2.6, 0.065, 0.20), (70, 3.4, 0.12, 0.22))
"""Far, middle and near drops: how many, how fast in heights per second, how long in heights, how bright."""
TINTED = ("sky", "far", "near", "haze", "neon")


def look(sky: str, named: str, neon: str) -> Look:
    """Write a look in three lines: sky stops as 'place:colour', single colours by name, colours of the signs."""
    stops = tuple((float(place), code) for place, code in (stop.split(":") for stop in sky.split()))
    singles = {name: ((0.0, code),) for name, code in (pair.split("=") for pair in named.split())}
    return Look({"sky": stops, **singles, "neon": tuple((0.0, code) for code in neon.split())}, {}, TINTED)


LOOKS = {
    "night": look(
        "0:#0a1130 0.4:#1f2759 0.75:#553a74 1:#b0607c",
        "far=#3b3b70 near=#0b0e20 haze=#a05f80 warm=#ffc475 cool=#9fd0ff beacon=#ff3b30 asphalt=#0a0c16",
        "#ff4fa0 #38d5ff #ffb347 #b06bff",
    ),
    "neon": look(
        "0:#0a0628 0.4:#2a1262 0.75:#7a1f88 1:#ff4f9a",
        "far=#44227a near=#0a0722 haze=#c23d98 warm=#ffb38a cool=#7fe6ff beacon=#ff3b6a asphalt=#0b0718",
        "#ff2f9a #22e6ff #ffd23f #9d5cff #3dffb0",
    ),
    "sunset": look(
        "0:#2b2a5c 0.35:#7a4a78 0.62:#d76f6d 0.85:#f8a763 1:#ffd28a",
        "far=#8a5570 near=#1f1528 haze=#e99a78 warm=#ffd08a cool=#bcd4f2 beacon=#ff4a38 asphalt=#140f1a",
        "#ff5f8a #5fd5ff #ffc04f",
    ),
    "golden": look(
        "0:#4a4058 0.35:#9a6a5c 0.65:#e0a058 0.88:#ffcf78 1:#ffe3a8",
        "far=#9a7058 near=#241a1c haze=#efb878 warm=#ffd58c cool=#d8e0ea beacon=#ff5038 asphalt=#17110f",
        "#ff6a7a #58c8e8 #ffc850",
    ),
    "dawn": look(
        "0:#5a6c9c 0.4:#93a0c4 0.72:#d9b4c2 1:#f8d6c2",
        "far=#8f93b4 near=#2a3148 haze=#e2c0c4 warm=#ffd9a0 cool=#d2e6fa beacon=#ff6a5a asphalt=#1a2030",
        "#ff7fae #6fd0f0 #ffc97a",
    ),
    "day": look(
        "0:#7f97b4 0.45:#a5b8cc 0.8:#c9d4dc 1:#dfe5e6",
        "far=#9dabbb near=#3b4656 haze=#ced7dc warm=#ffe0ac cool=#e2eef8 beacon=#ff5040 asphalt=#2a323c",
        "#f0508c #2fb4dc #ffb040",
    ),
    "storm": look(
        "0:#0b0f16 0.4:#1d2630 0.78:#3c4c58 1:#6c8088",
        "far=#35424e near=#0a0e14 haze=#5f7480 warm=#ffcf8c cool=#b4dcec beacon=#ff3b30 asphalt=#080b10",
        "#4fd0c8 #e8f4ff #ffb660",
    ),
    "autumn": look(
        "0:#1c1a33 0.4:#4a3148 0.75:#9a5648 1:#e0935a",
        "far=#5c3f52 near=#140e18 haze=#c07c5c warm=#ffbe68 cool=#ffe2b8 beacon=#ff4030 asphalt=#120d12",
        "#ff7a3c #ffc247 #e8505c",
    ),
}


class City:
    """Sky, three rows of buildings, cars, the wet street, rain and perhaps a paper boat."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        self._stage, self._kerb = stage, floor_to_even(stage.height * KERB)
        self._sky, self._haze = ramp(look.ramps["sky"]), swatch(look.ramps["haze"])
        self._places = np.arange(self._kerb) / self._kerb
        self._layers = [
            Skyline(stage, look, dice.stream(f"row {depth}"), depth, self._kerb).layer() for depth in range(3)
        ]
        self._street = Street(stage, look, dice, self._kerb)
        self._grid = stage.grid(self._kerb)
        self._fog = Tile(sheet(dice.stream("fog"), (512, 512), FOG), self._grid)
        self._low = smoothstep(0.15, 0.95, np.arange(self._grid[0])[:, None] / self._grid[0])
        self._bake_rain(dice)
        self._bake_cars(dice, look)
        light = mix(swatch(look.ramps["warm"]), self._haze, 0.5)
        self._boat = Boat(stage, 92 * stage.unit, BOAT_ROW * stage.height, light) if "boat" in stage.props else None

    def _bake_rain(self, dice: Dice) -> None:
        self._rain = []
        for depth, (count, speed, length, bright) in enumerate(() if "rain" in self._stage.without else RAIN):
            chance, number = dice.stream(f"rain {depth}"), int(count * self._stage.crowd)
            places = (chance.uniform(number, -0.15, 1.15), chance.uniform(number))
            rates = self._stage.rates(chance.uniform(number, 0.85, 1.15) * speed)
            self._rain.append((places, rates, length, chance.uniform(number, 0.4, 1.0) * bright))

    def _bake_cars(self, dice: Dice, look: Look) -> None:
        chance, count = dice.stream("cars"), max(4, int(9 * self._stage.crowd))
        self._cars = [
            (
                swatch(look.ramps["warm"]),
                1.0,
                chance.uniform(count),
                self._stage.rates(chance.uniform(count, 0.10, 0.22)),
            ),
            (
                swatch(look.ramps["beacon"]),
                -1.0,
                chance.uniform(count),
                self._stage.rates(chance.uniform(count, 0.08, 0.2)),
            ),
        ]

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw from the far to the near; the street comes late, because it mirrors all the rest."""
        canvas.gradient(self._sky, self._places)
        sway = self._stage.sway(seconds)
        for depth, (layer, slide) in enumerate(zip(self._layers, SLIDES, strict=True)):
            layer.draw(canvas, 2.0 + sway * slide * self._stage.width)
            if depth == 0:
                self._draw_fog(canvas, seconds)
        self._draw_cars(canvas, seconds)
        self._street.draw(canvas, seconds)
        if self._boat:
            self._boat.draw(canvas, seconds)
        self._draw_rain(canvas, seconds)

    def _draw_fog(self, canvas: Canvas, seconds: float) -> None:
        thick = smoothstep(-1.2, 1.9, self._fog.drift(self._stage.phase(0.14, seconds), 64.0, 8.0)) * self._low
        canvas.over(Mask.of(stretch(thick, self._kerb, canvas.width)), self._haze, 0.42)

    def _draw_cars(self, canvas: Canvas, seconds: float) -> None:
        """Pairs of lamps along the kerb, driving on the right."""
        unit = self._stage.unit
        for colour, way, starts, rates in self._cars:
            across = ((starts + way * rates * seconds) % 1.0 * 1.3 - 0.15) * canvas.width
            row = np.full(across.size, self._kerb - (5.0 if way > 0 else 9.0) * unit)
            for aside in (0.0, 11.0 * unit):
                splat(canvas, (across + aside, row), np.full(across.size, 0.85), 2.3 * unit, colour)
            splat(canvas, (across + 5.5 * unit, row), np.full(across.size, 0.22), 13.0 * unit, colour)

    def _draw_rain(self, canvas: Canvas, seconds: float) -> None:
        size = self._stage.unit * 720
        for (across, down), rates, length, bright in self._rain:
            fallen = (down + rates * seconds) % 1.0
            places = (across * canvas.width - 0.1 * fallen * size, (fallen * 1.15 - 0.15) * canvas.height)
            streaks(canvas, places, (-0.1 * length * size, length * size), bright)
