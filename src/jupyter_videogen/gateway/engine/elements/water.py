"""Water to the horizon: it mirrors the sky where it is flat, shows its depth where it faces you, and glitters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, fading, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.canvas import Canvas, Mask
from jupyter_videogen.gateway.engine.drawing.colour import LEVELS, swatch
from jupyter_videogen.gateway.engine.elements.waves import LEVELS as COPIES
from jupyter_videogen.gateway.engine.elements.waves import Waves, index

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.palette import Look
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice
    from jupyter_videogen.gateway.engine.elements.sky import Sky


class Water:
    """Everything below the horizon, computed at full height and half width: water is wider than it is tall."""

    def __init__(self, stage: Stage, look: Look, dice: Dice, sky: Sky, horizon: int) -> None:
        self._stage, self._look, self._horizon = stage, look, horizon
        rows = self._rows = stage.height - horizon
        near = self._near = single((np.arange(rows) + 0.5) / rows)[:, None]
        self._waves = Waves(stage, dice.stream("waves"), look.traits["rough"])
        self._bake_places(near)
        self._sky = sky.colours
        self._height = single(look.traits["chop"] * (0.03 + 0.34 * near**0.75))
        self._flat = 1.0 - near * 0.88
        self._mirror = single(0.78 * (1.0 - near) ** 1.5 + 0.20)
        self._aside = single((np.arange(stage.width // 2) * 2 - sky.light.across) / (720 * stage.unit))[None]
        self._column = single(look.traits["glitter"] * (0.030 + 0.17 * near**0.9))
        self._deep, self._sun, self._lit = (swatch(look.ramps[name]) for name in ("deep", "sun", "lit"))
        self._bake_haze()

    def _bake_places(self, near: Array) -> None:
        """Where each pixel looks at the patch, twice: the second time turned and smaller, which hides the repeats."""
        columns = self._stage.width // 2
        depth = 1.0 / (near.astype(np.float64) + 0.035)
        aside = (np.arange(columns) - columns / 2)[None] / columns * self._stage.width / (720 * self._stage.unit)
        across, along = aside * depth * 300.0, 560.0 * np.sqrt(depth)
        step = np.abs(np.gradient(along[:, 0]))[:, None]
        sideways = depth * 300.0 * 2 / (720 * self._stage.unit)
        level = np.clip(np.round(np.log2(np.maximum(np.sqrt(step * sideways), 1.0))), 0, COPIES - 1).astype(np.int64)
        self._one = index(across, along, level)
        finer = np.minimum(level + 1, COPIES - 1)
        self._two = index(across * 1.83 + along * 0.31 + 91.0, along * 1.71 - across * 0.09 + 37.0, finer)

    def _bake_haze(self) -> None:
        """Draw a breath of haze where sea and sky meet; a hard line would look cut out."""
        away = np.abs(np.arange(self._stage.height) - self._horizon) / self._stage.height
        haze = np.broadcast_to(fading(away / 0.011)[:, None], (self._stage.height, self._stage.width))
        self._haze = Mask.crop(haze, 0.01)
        luma, blue, red = (float(part[-1]) for part in self._sky)
        self._haze_colour = (luma, blue, red)

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw the water and the haze above it."""
        sideways, toward = self._waves.pyramids(seconds)
        slope = np.take(toward, self._one, mode="clip") * np.float32(0.72)
        slope += np.take(toward, self._two, mode="clip") * np.float32(0.50)
        tilt = np.take(sideways, self._one, mode="clip")
        planes = self._mirror_sky(slope)
        self._add_glitter(planes, slope, tilt)
        if self._look.traits["foam"] > 0:
            self._add_foam(planes, slope)
        self._put(canvas, planes)
        canvas.over(self._haze, self._haze_colour, 0.6)

    def _mirror_sky(self, slope: Array) -> list[Array]:
        """Draw the sky as this water sees it: tilted water looks higher up, steep near water into the depth."""
        seen = np.clip(self._flat - np.abs(slope + np.float32(0.35)) * self._height, 0.0, 1.0)
        place = (seen * np.float32(LEVELS - 1)).astype(np.intp)
        mirror = self._mirror * np.clip(np.float32(1.0) - slope * np.float32(0.24), 0.25, 1.5)
        parts = ((place, mirror), (place[::2], mirror[::2]), (place[::2], mirror[::2]))
        planes = []
        for colours, deep, (where, share) in zip(self._sky, self._deep, parts, strict=True):
            plane = np.take(colours, where, mode="clip") - np.float32(deep)
            plane *= share
            plane += np.float32(deep)
            planes.append(plane)
        return planes

    def _add_glitter(self, planes: list[Array], slope: Array, tilt: Array) -> None:
        """Draw a road of light: facets that throw the sun at you, fewer and larger toward you."""
        aside = self._aside + tilt * self._column * np.float32(0.55)
        aside /= self._column
        road = fading(aside * aside)
        facing = smoothstep(0.15, 1.75, slope + np.float32(0.35) * np.abs(tilt))
        road *= facing * np.float32(1.05) + np.float32(0.20)
        road = np.minimum(road, np.float32(0.92))
        room = np.float32(0.97) - planes[0]
        planes[0] += road * room * np.float32(self._sun[0])
        for plane, colour in zip(planes[1:], self._lit[1:], strict=True):
            np.add(plane, (np.float32(colour) - plane) * road[::2] * np.float32(0.9), out=plane)

    def _add_foam(self, planes: list[Array], slope: Array) -> None:
        """White where a crest is about to break."""
        foam = smoothstep(1.5, 2.9, slope) * self._near * np.float32(self._look.traits["foam"])
        planes[0] += (np.float32(0.86) - planes[0]) * foam
        for plane in planes[1:]:
            np.multiply(plane, np.float32(1.0) - foam[::2], out=plane)

    def _put(self, canvas: Canvas, planes: list[Array]) -> None:
        """Widen the light to full width; colour has the right size already."""
        luma, target = planes[0], canvas.luma[self._horizon :]
        target[:, ::2] = luma
        target[:, 1:-1:2] = (luma[:, :-1] + luma[:, 1:]) * np.float32(0.5)
        target[:, -1] = luma[:, -1]
        canvas.blue[self._horizon // 2 :], canvas.red[self._horizon // 2 :] = planes[1], planes[2]
