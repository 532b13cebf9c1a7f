"""Under water: shafts of light from above, a sandy bed with a web of light, weeds, fish and bubbles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array, fading, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.canvas import Canvas, Mask
from jupyter_videogen.gateway.engine.drawing.colour import mix, ramp, swatch
from jupyter_videogen.gateway.engine.drawing.noise import Grain, Tile, along, line, sheet
from jupyter_videogen.gateway.engine.drawing.palette import Look, write_look
from jupyter_videogen.gateway.engine.drawing.upsample import stretch
from jupyter_videogen.gateway.engine.elements.land import Ground
from jupyter_videogen.gateway.engine.elements.particles import splat

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

WEB, BEAMS = Grain(2.0, 3, 14), Grain(1.7, 4, 40)


def look(water: str, named: str) -> Look:
    """Write a look of this scene."""
    return write_look({"water": water}, named, {}, ("water", "light", "bed", "dark"))


LOOKS = {
    "day": look("0:#9feaea 0.12:#4cc8d6 0.4:#147cab 0.72:#0b4677 1:#0a3358", "light=#d8fff6 bed=#2f7f90 dark=#04243c"),
    "sunset": look("0:#ffdcae 0.12:#e08f7a 0.4:#7a4a82 0.72:#33285e 1:#1e1c46", "light=#ffe6c4 bed=#6a4a7c dark=#120e2c"),
    "night": look("0:#5f8fc8 0.12:#2a528e 0.4:#10284e 0.72:#081630 1:#060e22", "light=#bcdcff bed=#1c3a64 dark=#02060f"),
    "golden": look("0:#fff0b8 0.12:#d8c070 0.4:#5f8f70 0.72:#205a5e 1:#143f4a", "light=#fff6cc bed=#5f8a68 dark=#08242a"),
    "storm": look("0:#a8b8b4 0.12:#6a8488 0.4:#345058 0.72:#1a323a 1:#12242c", "light=#d0dcd8 bed=#3a585c dark=#081418"),
}  # fmt: skip


class Underwater:
    """Water, light, bed, weeds, fish, bubbles."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        self._stage, self._size = stage, 720 * stage.unit
        self._colours, self._places = ramp(look.ramps["water"]), np.arange(stage.height) / stage.height
        self._light, self._dark = swatch(look.ramps["light"]), swatch(look.ramps["dark"])
        self._bake_light(dice)
        self._bake_bed(look, dice)
        self._bake_weeds(dice)
        self._bake_life(dice)

    def _bake_light(self, dice: Dice) -> None:
        rows, columns = self._grid = self._stage.grid(self._stage.height)
        aside = self._stage.width / self._size
        across = (np.arange(columns) + 0.5) / columns * aside
        down = (np.arange(rows)[:, None] + 0.5) / rows * self._stage.height / self._size
        self._top = np.linspace(-1.4, 1.4, 512)
        self._angle = np.arctan2(across[None] - 0.42 * aside, down + 0.42)
        self._reach = single(fading(np.hypot(across[None] - 0.42 * aside, down) * 1.5) * 0.85)
        self._beams = [line(dice.stream(f"shaft {number}"), 1024, BEAMS) for number in range(3)]
        one, two = (sheet(dice.stream(name), (256, 256), WEB) for name in ("web", "net"))
        self._one, self._two = Tile(one, self._grid), Tile(two, self._grid)
        height = (np.arange(rows)[:, None] + 0.5) / rows
        self._where = single(0.50 * smoothstep(0.24, 0.0, height) + 0.42 * smoothstep(0.80, 0.99, height))

    def _bake_bed(self, look: Look, dice: Dice) -> None:
        """Two banks of sand; the far one almost lost in the water."""
        bed, deep = swatch(look.ramps["bed"]), swatch(((0.0, look.ramps["water"][3][1]),))
        self._beds = []
        for number, (row, slide) in enumerate(((0.80, 0.04), (0.90, 0.11))):
            ground = Ground(self._stage, slide * self._size)
            crest = row * self._stage.height - 0.045 * self._size * ground.hills(dice.stream(f"bed {number}"), 240.0)
            top = mix(deep, bed, 0.35 + 0.5 * number)
            self._beds.append(
                (ground.layer(crest, top, mix(top, self._dark, 0.45), 0.26 * self._size), slide * self._size)
            )

    def _bake_weeds(self, dice: Dice) -> None:
        chance, count = dice.stream("weeds"), max(7, int(24 * self._stage.crowd))
        side = chance.uniform(count) ** 1.7 * 0.40
        self._weed_at = np.where(chance.uniform(count) < 0.5, side, 1.0 - side) * self._stage.width
        self._weed_high, self._weed_turn = chance.uniform(count, 0.16, 0.52) * self._size, chance.uniform(count) * TAU

    def _bake_life(self, dice: Dice) -> None:
        chance = dice.stream("fish")
        self._fish = chance.uniform(30 * 4).reshape(4, 30)
        chance = dice.stream("bubbles")
        count = max(16, int(46 * self._stage.crowd))
        self._bubbles = chance.uniform(count * 3).reshape(3, count)
        self._rise = self._stage.rates(chance.uniform(count, 0.14, 0.36))
        self._column = np.floor(chance.uniform(count) * 4) / 4 + 0.09
        specks = dice.stream("specks")
        self._specks = specks.uniform(3 * 110).reshape(3, 110)

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw from the far to the near."""
        canvas.gradient(self._colours, self._places)
        sway = self._stage.sway(seconds)
        self._swim(canvas, seconds)
        for layer, slide in self._beds:
            layer.draw(canvas, slide * sway)
        light = self._shafts(seconds) + self._web(seconds)
        canvas.over(Mask.of(np.clip(stretch(light, canvas.height, canvas.width), 0.0, 0.9)), self._light, 0.75)
        self._sway(canvas, seconds)
        self._float(canvas, seconds)

    def _shafts(self, seconds: float) -> Array:
        """Three fans of light that slide over each other."""
        turn = self._stage.angle(0.2, seconds)
        total = np.zeros_like(self._top)
        for number, values in enumerate(self._beams):
            total += along(values, self._top * 150 * (1 + 0.3 * number) + 12 * np.sin(turn + 2 * number))
        return single(np.interp(self._angle, self._top, smoothstep(-0.6, 3.2, total)) * self._reach)

    def _web(self, seconds: float) -> Array:
        """Bright lines where two drifting fields cancel: what a rippled surface throws."""
        phase = self._stage.phase(0.16, seconds)
        field = np.abs(self._one.drift(phase, 40.0, 13.0) + 0.9 * self._two.drift(phase + 0.3, -36.0, 17.0))
        return single(fading(2.6 * field) * self._where)

    def _swim(self, canvas: Canvas, seconds: float) -> None:
        """Draw a school that crosses on one curve: bodies from spots that grow and shrink, tails that beat."""
        start, aside, level, size = self._fish
        place = (self._stage.phase(0.11, seconds) + 0.30 * start) % 1.0
        across = (place * 1.5 - 0.25) * self._stage.width
        bend = 0.05 * np.sin(TAU * (place * 1.5 + 0.2)) + 0.16 * (level - 0.5) + 0.03 * (aside - 0.5)
        down = 0.46 * self._stage.height + bend * self._size
        length = (0.022 + 0.020 * size) * self._size
        beat = np.sin(self._stage.angle(1.6, seconds) + TAU * aside)
        shadow = np.full(beat.size, -0.30)
        for step, radius in (
            (0.5, 0.12),
            (0.3, 0.19),
            (0.08, 0.23),
            (-0.14, 0.20),
            (-0.36, 0.13),
            (-0.58, 0.07),
            (-0.78, 0.13),
            (-0.9, 0.15),
        ):
            lag = beat * length * 0.10 * max(0.0, -step)
            splat(canvas, (across + step * length, down + lag), shadow, radius * float(length.mean()), None)

    def _sway(self, canvas: Canvas, seconds: float) -> None:
        """Weeds: ribbons from the bed up, that bend more the higher; painted as rows of short spans."""
        cover = np.zeros((canvas.height, canvas.width), np.float32)
        columns, turn = np.arange(canvas.width, dtype=np.float32), self._stage.angle(0.22, seconds)
        for middle, high, start in zip(self._weed_at, self._weed_high, self._weed_turn, strict=True):
            foot = canvas.height
            rows = np.arange(max(0, int(foot - high)), foot)
            share = (foot - rows) / high
            bend = high * 0.16 * share**1.3 * np.sin(turn + start - 2.6 * share)
            width = (0.013 * self._size) * (1.0 - share**3) * (0.8 + 0.35 * np.sin(share * 19 + start)) + 0.4
            reach = 0.2 * high + 0.03 * self._size
            left, right = max(0, int(middle - reach)), min(canvas.width, int(middle + reach) + 1)
            body = np.clip(
                width[:, None] - np.abs(columns[None, left:right] - (middle + bend)[:, None]) + 0.5, 0.0, 1.0
            )
            part = cover[rows[0] : foot, left:right]
            np.maximum(part, body, out=part)
        canvas.over(Mask.of(cover), self._dark, 0.88)

    def _float(self, canvas: Canvas, seconds: float) -> None:
        """Bubbles rise in columns, specks drift."""
        start, aside, size = self._bubbles
        age = (self._rise * seconds + start) % 1.0
        across = (self._column + 0.035 * (aside - 0.5)) * self._stage.width + 0.012 * self._size * np.sin(
            TAU * (3 * age + aside)
        )
        down = (1.06 - 1.12 * age) * self._stage.height
        for low, radius in ((0.0, 2.0), (0.55, 3.4), (0.85, 5.6)):
            some = size >= low
            rim, inner = radius * self._stage.unit, 0.72 * radius * self._stage.unit
            at = across[some], down[some]
            splat(canvas, at, np.full(some.sum(), 0.34), rim, None)
            splat(canvas, (at[0], at[1] + 0.2 * rim), np.full(some.sum(), -0.24), inner, None)
        start, aside, size = self._specks
        turn = self._stage.angle(0.14, seconds) + TAU * start
        places = (
            aside * canvas.width + 0.02 * self._size * np.sin(turn),
            start * canvas.height + 0.014 * self._size * np.cos(turn),
        )
        splat(canvas, places, 0.06 + 0.16 * size, 1.1 * self._stage.unit, None)
