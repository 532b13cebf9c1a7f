"""Land: crests baked wider than the frame, that slide past each other as the camera moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, floor_to_even, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.layer import Layer
from jupyter_videogen.gateway.engine.drawing.noise import Grain, along, line

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.colour import Colour
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import RandomStream

LENGTH = 2048
BROAD, FINE = Grain(2.4, 1, 30), Grain(1.8, 16, 420)


@dataclass(frozen=True)
class Ground:
    """Columns of one layer in units of 720, its rows, and how many pixels it slides in a clip."""

    stage: Stage
    slide: float

    @property
    def columns(self) -> int:
        """Columns of pixels, the hidden ones included."""
        return floor_to_even(self.stage.width + self.slide + 4)

    @property
    def across(self) -> Array:
        """Where each column is, in heights of things."""
        return np.arange(self.columns) / (720 * self.stage.unit)

    @property
    def rows(self) -> Array:
        """Row numbers as a column."""
        return np.arange(self.stage.height, dtype=np.float32)[:, None]

    def peaks(self, stream: RandomStream, scale: float = 300.0) -> Array:
        """Return sharp crests on a slow swell, about -0.5 to 1.2 for each column."""
        broad, fine = line(stream, LENGTH, BROAD), line(stream, LENGTH, FINE)
        sharp = 1.0 - 1.1 * np.abs(along(broad, self.across * scale))
        swell = 0.28 * along(broad, self.across * scale * 0.37 + 700)
        result: Array = 0.45 + 0.42 * (sharp + swell) + 0.055 * along(fine, self.across * scale * 0.8)
        return result

    def hills(self, stream: RandomStream, scale: float = 160.0) -> Array:
        """Return round crests, about -1 to 1 for each column."""
        result: Array = 0.5 * along(line(stream, LENGTH, Grain(2.6, 3, 14)), self.across * scale)
        return result

    def layer(self, crest: Array, top: Colour, foot: Colour, depth: float, shade: Array | float = 0.0) -> Layer:
        """Fill below a crest (rows): from one colour to another within `depth` pixels, light changed by `shade`."""
        below = self.rows - crest[None]
        cover = single(np.clip(below + 0.5, 0.0, 1.0))
        share = smoothstep(0.0, 1.0, np.clip(below / depth, 0.0, 1.0))
        picture = np.stack([single((a + (b - a) * share) * cover) for a, b in zip(top, foot, strict=True)])
        picture[0] += single(shade * cover)
        return Layer(picture, cover)


class Procession:
    """Layers from far to near with what each slides; `between` is drawn after each."""

    def __init__(self, stage: Stage, layers: list[tuple[Layer, float]]) -> None:
        self._stage, self._layers = stage, layers

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw all layers where the camera sees them."""
        for layer, slide in self._layers:
            layer.draw(canvas, slide * self._stage.sway(seconds))
