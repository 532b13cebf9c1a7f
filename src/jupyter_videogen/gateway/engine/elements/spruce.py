"""Spruces: narrow trees with drooping boughs, by the hundred, as one dark crest with gaps of sky."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.layer import Layer

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.colour import Colour
    from jupyter_videogen.gateway.engine.drawing.random_source import RandomStream
    from jupyter_videogen.gateway.engine.elements.land import Ground

BARE = 0.96
"""Boughs end here on the way down, as a share of the height."""


@dataclass(frozen=True)
class Wood:
    """What trees cover, (rows, columns), and the rows of the ground they stand on."""

    cover: Array
    height: float

    def layer(self, top: Colour, foot: Colour) -> Layer:
        """Paint them from one colour at the tips to another below."""
        rows = np.arange(self.cover.shape[0])[:, None]
        share = smoothstep(self.height - 0.2 * len(rows), 1.06 * len(rows), rows)
        return Layer(np.stack([single((a + (b - a) * share) * self.cover) for a, b in zip(top, foot, strict=True)]), self.cover)  # fmt: skip


def spruces(ground: Ground, stream: RandomStream, foot: float, tall: float, count: float = 60.0) -> Wood:
    """Plant trees about `tall` pixels high on uneven ground around the row `foot`."""
    cover = np.zeros((ground.stage.height, ground.columns), np.float32)
    earth = foot + tall * 0.30 * ground.hills(stream, 420.0)
    cover[:] = np.clip(ground.rows - earth[None] + 0.5, 0.0, 1.0)
    for _ in range(max(6, int(count * ground.columns / (1280 * ground.stage.unit)))):
        middle, high = stream.number(-0.02, 1.02) * ground.columns, tall * (0.35 + 0.75 * stream.number() ** 1.6)
        plant(cover, middle, earth[min(max(int(middle), 0), ground.columns - 1)] + 0.06 * high, high, stream)
    return Wood(cover, foot)


def plant(cover: Array, middle: float, foot: float, high: float, stream: RandomStream) -> None:
    """Add one tree: tiers that widen downward, each bough drooping toward its end."""
    half = 0.20 * high
    tiers, lean = int(stream.number(9, 14)), stream.number(0.85, 1.15)
    left, right = max(0, int(middle - half) - 2), min(cover.shape[1], int(middle + half) + 3)
    top, bottom = max(0, int(foot - high)), min(cover.shape[0], int(foot) + 1)
    if left >= right or top >= bottom:
        return
    across = np.abs(np.arange(left, right)[None] - middle)
    share = (np.arange(top, bottom)[:, None] - (foot - high)) / high
    sunk = np.clip(share - 0.42 * across / high, 0.0, 1.0)
    tier = (sunk * tiers) % 1.0
    reach = half * lean * np.clip(share, 0.0, 1.0) ** 0.85 * (0.42 + 0.58 * tier)
    trunk = np.maximum(1.0, 0.012 * high)
    tree = np.maximum(
        np.clip(reach * (share < BARE) - across + 0.5, 0.0, 1.0), np.clip(trunk * share - across + 0.3, 0.0, 1.0)
    )
    part = cover[top:bottom, left:right]
    np.maximum(part, tree, out=part)
