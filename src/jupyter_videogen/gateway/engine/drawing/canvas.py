"""The canvas: one plane of light and two of colour at half size, as video stores them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import STRIP, Array, single

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.gateway.engine.drawing.colour import Colour


@dataclass(frozen=True)
class Mask:
    """Where and how much: (rows, columns) at full size, the same at half size, and the even row it starts at."""

    full: Array
    half: Array
    top: int = 0

    @classmethod
    def of(cls, full: Array, top: int = 0) -> Mask:
        """Take every other number for the colour planes."""
        return cls(full, np.ascontiguousarray(full[::2, ::2]), top)

    @classmethod
    def crop(cls, full: Array, threshold: float = 0.002) -> Mask:
        """Keep only the rows between the first and the last that show anything; for baking."""
        shown = np.flatnonzero((full > threshold).any(axis=1))
        first, last = (int(shown[0]) & ~1, int(shown[-1]) + 1) if shown.size else (0, 2)
        return cls.of(single(full[first : last + (last - first) % 2]), first)


class Canvas:
    """What a scene draws on; every scene covers it completely, so it is never cleared."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.luma = np.zeros((height, width), np.float32)
        self.blue = np.zeros((height // 2, width // 2), np.float32)
        self.red = np.zeros_like(self.blue)

    def gradient(self, colours: Array, places: Array) -> None:
        """Fill from the top with one colour of a ramp per row; `places` are 0..1, one per full-size row."""
        index = np.clip(places, 0.0, 1.0) * (colours.shape[1] - 1)
        values = [np.interp(index, np.arange(colours.shape[1]), part)[:, None] for part in colours]
        self.luma[: len(index)] = values[0]
        self.blue[: len(index) // 2], self.red[: len(index) // 2] = values[1][::2], values[2][::2]

    def paint(self, colours: Array, places: Array, halves: Array) -> None:
        """Fill everything by looking up a ramp: `places` at full size, `halves` at half size, both 0..1."""
        top = colours.shape[1] - 1
        np.take(colours[0], (places * top).astype(np.intp), out=self.luma, mode="clip")
        index = (halves * top).astype(np.intp)
        np.take(colours[1], index, out=self.blue, mode="clip")
        np.take(colours[2], index, out=self.red, mode="clip")

    def over(self, mask: Mask, colour: Colour, strength: float = 1.0) -> None:
        """Cover with a colour as much as the mask says."""
        for part, amount, value in self._strips(mask, colour):
            change = value - part
            change *= amount
            if strength != 1.0:
                change *= strength
            np.add(part, change, out=part)

    def light(self, mask: Mask, colour: Colour, strength: float = 1.0) -> None:
        """Add light of a colour, as lamps do."""
        for part, amount, value in self._strips(mask, colour):
            np.add(part, amount * (value * strength), out=part)

    def _strips(self, mask: Mask, colour: Colour) -> Iterator[tuple[Array, Array, float]]:
        planes = (
            (self.luma, mask.full, mask.top),
            (self.blue, mask.half, mask.top // 2),
            (self.red, mask.half, mask.top // 2),
        )
        for (plane, alpha, top), value in zip(planes, colour, strict=True):
            for start in range(0, len(alpha), STRIP):
                amount = alpha[start : start + STRIP]
                yield plane[top + start : top + start + len(amount)], amount, value
