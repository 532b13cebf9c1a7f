"""Small bright things by the hundred: stars, rain, lamps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import TAU, Array, fading

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.colour import Colour

REACH = 1.9
"""A stamp ends where its light has fallen below 3 %."""


def stamp(plane: Array, across: Array, down: Array, amount: Array, radius: float) -> None:
    """Add round spots to one plane, each centred between pixels where it belongs, so that slow ones glide."""
    rows, columns = plane.shape
    reach = max(1, int(np.ceil(REACH * radius)))
    offsets = np.arange(-reach, reach + 1)
    x, y = np.floor(across).astype(np.intp)[:, None] + offsets, np.floor(down).astype(np.intp)[:, None] + offsets
    wide = fading(((x - across[:, None]) / radius) ** 2) * ((x >= 0) & (x < columns))
    tall = fading(((y - down[:, None]) / radius) ** 2) * ((y >= 0) & (y < rows))
    light = (tall * amount[:, None])[:, :, None] * wide[:, None, :]
    index = np.clip(y, 0, rows - 1)[:, :, None] * columns + np.clip(x, 0, columns - 1)[:, None, :]
    np.add.at(plane.reshape(-1), index.ravel(), light.astype(np.float32).ravel())


def splat(canvas: Canvas, places: tuple[Array, Array], amount: Array, radius: float, colour: Colour | None = None) -> None:  # fmt: skip
    """Add spots of light at (across, down) in pixels; without a colour they are white."""
    across, down = places
    if colour is None:
        stamp(canvas.luma, across, down, amount, max(radius, 0.5))
        return
    stamp(canvas.luma, across, down, amount * colour[0], max(radius, 0.5))
    for plane, value in ((canvas.blue, colour[1]), (canvas.red, colour[2])):
        stamp(plane, across * 0.5, down * 0.5, amount * value, max(radius * 0.5, 0.6))


def streaks(canvas: Canvas, places: tuple[Array, Array], way: tuple[float, float], amount: Array) -> None:
    """Add thin white lines that start at `places` and run `way` pixels, fading at both ends."""
    samples = max(3, int(abs(way[1])))
    share = np.linspace(0.0, 1.0, samples)
    across, down = places[0][:, None] + share * way[0], places[1][:, None] + share * way[1]
    light = amount[:, None] * np.sqrt(np.clip(np.sin(share * TAU / 2), 0.0, 1.0))
    left, row = np.floor(across).astype(np.intp), np.floor(down).astype(np.intp)
    light = light * ((left >= 0) & (left < canvas.width - 1) & (row >= 0) & (row < canvas.height))
    index = np.clip(row, 0, canvas.height - 1) * canvas.width + np.clip(left, 0, canvas.width - 2)
    flat, right = canvas.luma.reshape(-1), across - left
    np.add.at(flat, index.ravel(), (light * (1.0 - right)).astype(np.float32).ravel())
    np.add.at(flat, index.ravel() + 1, (light * right).astype(np.float32).ravel())
