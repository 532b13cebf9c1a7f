"""Space: clouds of glowing gas, stars that come toward us, and a planet with the sun behind its edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array, fading, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.canvas import Canvas, Mask
from jupyter_videogen.gateway.engine.drawing.colour import mix, ramp, swatch
from jupyter_videogen.gateway.engine.drawing.noise import Grain, Tile, sheet
from jupyter_videogen.gateway.engine.drawing.palette import Look, write_look
from jupyter_videogen.gateway.engine.drawing.upsample import stretch
from jupyter_videogen.gateway.engine.elements.particles import splat

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

GAS, DUST, BANDS = Grain(2.9, 3.4), Grain(2.3, 5.0), Grain(2.8, 2.0, 60, (1.6, 0.35))


def look(gas: str, named: str) -> Look:
    """Write a look of this scene."""
    return write_look({"gas": gas}, named, {}, ("gas", "planet", "air"))


LOOKS = {
    "night": look("0:#03040e 0.25:#0c1236 0.5:#3a2a7c 0.72:#b04a94 0.88:#f29a8a 1:#ffe6c8", "planet=#4a6aa8 shade=#04060f air=#8fc4ff star=#f2f6ff"),
    "sunset": look("0:#080410 0.25:#2a0f34 0.5:#7c2a56 0.72:#dc5a4a 0.88:#fba860 1:#ffecc0", "planet=#b0643c shade=#0a0408 air=#ffb070 star=#fff4e6"),
    "day": look("0:#020812 0.25:#06264a 0.5:#12649a 0.72:#3cb4c4 0.88:#9ae6d0 1:#f0fff0", "planet=#3c8ab0 shade=#020812 air=#9aecff star=#ffffff"),
    "golden": look("0:#080604 0.25:#2a1a0c 0.5:#7a4c1c 0.72:#d09434 0.88:#f6d07a 1:#fff6d8", "planet=#b08a4a shade=#080502 air=#ffdc90 star=#fff8e8"),
    "storm": look("0:#04070a 0.25:#101e28 0.5:#2a4a4c 0.72:#5a9080 0.88:#b0c89a 1:#f2f4d8", "planet=#6a7a74 shade=#030506 air=#c0e0c8 star=#eef4ff"),
}  # fmt: skip


class Space:
    """Gas, stars, planet."""

    def __init__(self, stage: Stage, look: Look, dice: Dice) -> None:
        self._stage, self._size = stage, 720 * stage.unit
        self._gas, self._star = ramp(look.ramps["gas"]), swatch(look.ramps["star"])
        self._grid = stage.grid(stage.height)
        self._one, self._two, self._dust = (Tile(sheet(dice.stream(name), (512, 512), grain), self._grid) for name, grain in (("gas", GAS), ("veil", GAS), ("dust", DUST)))  # fmt: skip
        rows, columns = self._grid
        x = ((np.arange(columns)[None] + 0.5) / columns - 0.5) * stage.width / self._size
        y = ((np.arange(rows)[:, None] + 0.5) / rows - 0.5) * stage.height / self._size
        tilt = dice.stream("tilt").number(0.25, 0.75)
        self._band = single(fading(((y + tilt * x) / 0.52) ** 2))
        self._bake_stars(dice)
        self._bake_planet(look, dice)

    def _bake_stars(self, dice: Dice) -> None:
        chance, count = dice.stream("stars"), max(160, int(900 * self._stage.crowd))
        self._at = chance.uniform(2 * count, -1.0, 1.0).reshape(2, count)
        self._depth, self._bright = chance.uniform(count), chance.uniform(count) ** 4
        self._turn = chance.uniform(count) * TAU
        self._twinkle = self._stage.rates(chance.uniform(count, 0.3, 0.9))

    def _bake_planet(self, look: Look, dice: Dice) -> None:
        """Draw a limb that rises out of a lower corner: lit from the other side, with banded weather and thin air."""
        chance, stage = dice.stream("planet"), self._stage
        side = 1.0 if chance.chance(0.5) else -1.0
        radius = chance.number(0.42, 0.56) * self._size
        middle = (0.5 + side * 0.34) * stage.width, stage.height - 0.10 * self._size
        x = (np.arange(stage.width)[None] - middle[0]) / radius
        y = (np.arange(stage.height)[:, None] - middle[1]) / radius
        away = np.hypot(x, y)
        depth = np.sqrt(np.clip(1.0 - away**2, 0.0, 1.0))
        sun = np.clip(-0.80 * side * x - 0.55 * y + 0.22 * depth, 0.0, 1.0)
        weather = sheet(dice.stream("weather"), (256, 512), BANDS)
        rows = ((y * 0.5 + 0.14 * x + 0.9) * 150).astype(np.intp) % 256
        columns = ((x / (0.55 + depth) + 2.0) * 90).astype(np.intp) % 512
        tone = np.clip(0.55 + 0.22 * weather[rows, columns], 0.1, 1.1)
        disc = single(np.clip((1.0 - away) * radius + 0.5, 0.0, 1.0))
        self._disc, self._shade = Mask.crop(disc), swatch(look.ramps["shade"])
        self._lit, self._planet = (
            Mask.crop(single(disc * np.clip(1.25 * sun, 0, 1) * tone)),
            swatch(look.ramps["planet"]),
        )
        rim = np.where(away < 1, fading((1 - np.minimum(away, 1.0)) * 16), fading((away - 1) * 24))
        edge = np.clip(0.10 - 0.80 * side * x - 0.55 * y, 0.0, 1.0) ** 1.3
        self._air, self._rim = swatch(look.ramps["air"]), Mask.crop(single(0.85 * rim * edge))

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw from the far to the near."""
        gas = self._glow(seconds)
        full = np.clip(stretch(gas, canvas.height, canvas.width), 0.0, 1.0)
        canvas.paint(self._gas, full, full[::2, ::2])
        self._shine(canvas, seconds)
        canvas.over(self._disc, self._shade)
        canvas.over(self._lit, self._planet, 0.96)
        canvas.light(self._rim, mix(self._air, self._star, 0.15), 0.62)

    def _glow(self, seconds: float) -> Array:
        """How bright the gas is: bent by itself, dark where there is dust."""
        turn = self._stage.angle(0.14, seconds)
        far = 11.0 * self._stage.pace
        right, down = far * np.sin(turn), far * np.cos(turn)
        one, two = self._one.view(right, down), self._two.view(200 - down, right)
        dust = self._dust.view(40 + 0.5 * right, 70 + 0.7 * down)
        body = smoothstep(-1.5, 2.1, one + 0.55 * two) * (0.22 + 0.85 * self._band)
        ridge = fading(3.2 * np.abs(one - two * 0.8)) * 0.20 * self._band
        return single(np.clip(0.86 * body * (1.0 - 0.34 * smoothstep(0.2, 2.2, dust)) + ridge, 0.0, 0.98))

    def _shine(self, canvas: Canvas, seconds: float) -> None:
        """Stars come toward us and are new in the middle; each passes whole times in a clip."""
        depth = (self._depth + self._stage.phase(0.06, seconds)) % 1.0
        zoom = 0.55 / (1.06 - 0.75 * depth)
        across = (0.5 + 0.62 * self._at[0] * zoom) * canvas.width
        down = (0.5 + 0.62 * self._at[1] * zoom) * canvas.height
        light = (0.10 + 0.85 * self._bright) * smoothstep(0.0, 0.25, depth) * smoothstep(1.0, 0.86, depth)
        light *= 0.8 + 0.2 * np.sin(TAU * self._twinkle * seconds + self._turn)
        splat(canvas, (across, down), light * 0.8, 0.85 * self._stage.unit)
        large = self._bright > 0.55
        splat(canvas, (across[large], down[large]), light[large] * 0.55, 1.9 * self._stage.unit)
        splat(canvas, (across[large], down[large]), light[large] * 0.10, 6.0 * self._stage.unit, self._star)
