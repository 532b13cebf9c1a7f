"""The sky by day and evening: a gradient, a sun or moon that belongs to it, stars and clouds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array, fading, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.canvas import Canvas, Mask
from jupyter_videogen.gateway.engine.drawing.colour import mix, ramp, swatch
from jupyter_videogen.gateway.engine.elements.clouds import Clouds, Light
from jupyter_videogen.gateway.engine.elements.particles import splat

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.palette import Look
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice


class Sky:
    """Everything above a horizon, which is a number of rows."""

    def __init__(self, stage: Stage, look: Look, dice: Dice, horizon: int) -> None:
        self._stage, self._look, self._horizon = stage, look, horizon
        chance = dice.stream("sky")
        self.colours = ramp(look.ramps["sky"])
        across = look.traits["across"] + chance.number(-0.08, 0.08)
        self.light = Light(
            across * stage.width, look.traits["down"] * horizon, look.traits["radius"] * 720 * stage.unit
        )
        self._still = Canvas(stage.width, horizon)
        self._still.gradient(self.colours, np.arange(horizon) / horizon)
        self._bake_light(self._still)
        self._bake_stars(dice)
        self._clouds = Clouds(stage, look, dice, horizon, self.light)

    def _bake_light(self, canvas: Canvas) -> None:
        """Draw the disc, which ends in its own glow, in one smooth curve: an edge against the sky would look pasted."""
        light, size = self.light, self._stage.unit * 720
        across = (np.arange(self._stage.width) - light.across)[None]
        down = (np.arange(self._horizon) - light.down)[:, None] * 1.06
        away = np.sqrt(across**2 + down**2)
        rim = np.maximum(away - light.radius, 0.0) / size
        wide = 0.42 * fading(rim / 0.30) + 0.40 * fading(rim / 0.085)
        core = smoothstep(light.radius * 1.12 + 1.5, light.radius * 0.80, away)
        close = np.maximum(core, 0.72 * fading(rim / 0.024) * self._look.traits["bloom"])
        sun, glow = swatch(self._look.ramps["sun"]), swatch(self._look.ramps["glow"])
        canvas.over(Mask.of(single(wide)), glow, self._look.traits["glow"])
        canvas.over(Mask.of(single(close)), sun)
        canvas.over(Mask.of(self._face(core, across, down)), mix(glow, sun, 0.15), 0.62)

    def _face(self, core: Array, across: Array, down: Array) -> Array:
        """Where the disc is darker: toward the haze at the horizon for the sun, in soft seas for the moon."""
        reach = self.light.radius
        low = smoothstep(-0.7, 1.0, down / reach)
        seas = (np.sin(across / reach * 3.1 + 0.6) * np.sin(down / reach * 3.7 + 1.1) + 0.25) * 0.34
        share = self._look.traits["moon"]
        return single(core * np.clip(low * 0.7 * (1 - share) + np.maximum(seas, 0.0) * share, 0.0, 1.0))

    def _bake_stars(self, dice: Dice) -> None:
        chance, count = dice.stream("stars"), int(520 * self._stage.crowd * self._look.traits["stars"])
        across, down = chance.uniform(count) * self._stage.width, chance.uniform(count) ** 1.2 * self._horizon * 0.92
        away = np.hypot(across - self.light.across, down - self.light.down) / self.light.radius
        self._stars = (across, down)
        # No star shines through the moon, and few through its glow.
        self._shine = (0.08 + 0.6 * chance.uniform(count) ** 6) * smoothstep(1.2, 4.0, away)
        self._twinkle = self._stage.rates(chance.uniform(count, 0.3, 1.2))
        self._turn = chance.uniform(count) * TAU

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw all of it: what never changes first, from memory."""
        canvas.luma[: self._horizon] = self._still.luma
        canvas.blue[: self._horizon // 2], canvas.red[: self._horizon // 2] = self._still.blue, self._still.red
        if self._shine.size:
            shine = self._shine * (0.7 + 0.3 * np.sin(TAU * self._twinkle * seconds + self._turn))
            splat(canvas, self._stars, shine, 0.8 * self._stage.unit)
        self._clouds.draw(canvas, seconds)
