"""A painting in the making: rectangles of colour, the light they give off, and the haze between them and us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, blur, halve, smoothstep
from jupyter_videogen.gateway.engine.drawing.layer import Layer
from jupyter_videogen.gateway.engine.drawing.upsample import stretch

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.colour import Colour


@dataclass(frozen=True)
class Block:
    """The outline of one building in pixels; `foot` is the row it stands on."""

    left: int
    top: int
    right: int
    foot: int


class Painting:
    """The picture, what it covers and the light it gives off, all at full size in Y'CbCr."""

    def __init__(self, rows: int, columns: int) -> None:
        self.picture = np.zeros((3, rows, columns), np.float32)
        self.glow = np.zeros((3, rows, columns), np.float32)
        self.cover = np.zeros((rows, columns), np.float32)

    def fill(self, block: Block, colour: Colour, glow: float = 0.0) -> None:
        """Paint a rectangle, which shines when `glow` is above 0."""
        where = (slice(max(block.top, 0), max(block.foot, 0)), slice(max(block.left, 0), max(block.right, 0)))
        self.cover[where] = 1.0
        values = np.array(colour, np.float32)[:, None, None]
        self.picture[:, *where] = values
        self.glow[:, *where] = values * glow

    def shine(self, block: Block, lit: Array, colour: Colour) -> None:
        """Paint lights onto a rectangle: `lit` is how bright each pixel is, 0 where the wall stays."""
        where = (slice(block.top, block.top + lit.shape[0]), slice(block.left, block.left + lit.shape[1]))
        light = np.array(colour, np.float32)[:, None, None] * lit
        self.picture[:, *where] = np.where(lit > 0, light, self.picture[:, *where])
        self.glow[:, *where] += light

    def layer(self, haze: Colour, thickness: float, unit: float) -> Layer:
        """Add the bloom around lights and the haze near the ground, and make it a layer."""
        small = halve(self.glow)
        bloom = blur(small, 2.2 * unit) * 0.50 + blur(small, 7.0 * unit) * 0.70 + blur(small, 22.0 * unit) * 0.60
        rows, columns = self.cover.shape
        bloom = np.stack([stretch(part, rows, columns, (-3.0, 3.0)) for part in bloom])
        fog = smoothstep(0.30, 1.0, np.arange(rows) / rows)[:, None] * thickness
        cover = np.maximum(self.cover, np.clip(bloom[0] * 0.5, 0.0, 0.45))
        self.picture += bloom * 0.8
        self.picture += (np.array(haze, np.float32)[:, None, None] * cover - self.picture) * fog
        return Layer(self.picture, cover)
