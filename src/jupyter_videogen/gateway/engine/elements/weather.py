"""Weather and small life, over any scene: snow, rain and fireflies, each in three depths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array
from jupyter_videogen.gateway.engine.drawing.colour import swatch
from jupyter_videogen.gateway.engine.elements.particles import splat, streaks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

WARM = swatch(((0.0, "#ffe07a"),))


class Extra(Protocol):
    """Something drawn over a finished scene."""

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Add it at this time of the clip."""


class Fall:
    """Places that fall for ever: each passes the frame whole times in a clip."""

    def __init__(self, stage: Stage, dice: Dice, name: str, count: float, speed: float) -> None:
        chance, number = dice.stream(name), max(8, int(count * stage.crowd))
        self._stage, self._speed = stage, stage.turns(speed) / stage.seconds
        self._across, self._down = chance.uniform(number), chance.uniform(number)
        self._turn = chance.uniform(number) * TAU
        self.amount = chance.uniform(number, 0.5, 1.0)

    def places(self, seconds: float, sway: float, slant: float) -> tuple[Array, Array]:
        """Where they are now, in pixels; `sway` and `slant` are shares of the width."""
        down = (self._down + self._speed * seconds) % 1.0
        swing = sway * np.sin(self._stage.angle(0.25, seconds) + self._turn)
        across = (self._across + swing + slant * down) % 1.0
        return (across * 1.1 - 0.05) * self._stage.width, (down * 1.16 - 0.08) * self._stage.height


class Snowfall:
    """Flakes in three sizes."""

    def __init__(self, stage: Stage, dice: Dice) -> None:
        self._unit = stage.unit
        self._falls = [
            (Fall(stage, dice, f"flakes {radius}", count, speed), radius, light)
            for count, speed, radius, light in ((520, 0.10, 1.0, 0.34), (240, 0.18, 1.7, 0.44), (60, 0.32, 3.4, 0.36))
        ]

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Add the flakes."""
        for fall, radius, light in self._falls:
            splat(canvas, fall.places(seconds, 0.012 * radius, 0.04), fall.amount * light, radius * self._unit)


class Rainfall:
    """Thin streaks in three depths."""

    def __init__(self, stage: Stage, dice: Dice) -> None:
        self._height = stage.height
        self._falls = [
            (Fall(stage, dice, f"rain {length}", count, speed), length, light)
            for count, speed, length, light in ((420, 1.1, 0.03, 0.14), (260, 1.6, 0.06, 0.17), (90, 2.2, 0.11, 0.18))
        ]

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Add the streaks."""
        for fall, length, light in self._falls:
            way = (-0.1 * length * self._height, length * self._height)
            streaks(canvas, fall.places(seconds, 0.0, -0.06), way, fall.amount * light)


class Fireflies:
    """Warm lights that wander on closed curves and breathe."""

    def __init__(self, stage: Stage, dice: Dice) -> None:
        chance, count = dice.stream("fireflies"), max(12, int(46 * stage.crowd))
        self._stage = stage
        self._across, self._down = chance.uniform(count), 0.45 + 0.5 * chance.uniform(count)
        self._turn, self._size = chance.uniform(count) * TAU, chance.uniform(count, 0.01, 0.05)
        self._rate = stage.rates(chance.uniform(count, 0.2, 0.6))

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Add the lights."""
        turn = TAU * self._rate * seconds + self._turn
        slow = self._stage.angle(0.12, seconds) + self._turn
        across = (self._across + self._size * np.sin(slow)) * self._stage.width
        down = (self._down + 0.7 * self._size * np.cos(slow)) * self._stage.height
        amount = np.clip(0.55 + 0.45 * np.sin(turn), 0.0, 1.0)
        splat(canvas, (across, down), amount * 0.55, 2.0 * self._stage.unit, WARM)
        splat(canvas, (across, down), amount * 0.13, 8.0 * self._stage.unit, WARM)


EXTRAS: Mapping[str, Callable[[Stage, Dice], Extra]] = {"snow": Snowfall, "rain": Rainfall, "fireflies": Fireflies}
"""What may be laid over a scene, by the name of its prop."""
