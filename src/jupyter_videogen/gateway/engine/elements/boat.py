"""A folded paper boat, with its mirror image below it."""

from __future__ import annotations

from math import cos, sin
from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import Array, fading, floor_to_even, single
from jupyter_videogen.gateway.engine.drawing.canvas import Mask
from jupyter_videogen.gateway.engine.drawing.colour import mix

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.colour import Colour
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage

FACETS: tuple[tuple[float, tuple[tuple[float, float], ...]], ...] = (
    (0.80, ((-0.30, -0.26), (0.0, -0.78), (0.0, -0.20))),
    (1.0, ((0.0, -0.78), (0.30, -0.26), (0.0, -0.20))),
    (0.70, ((-1.0, -0.40), (-0.30, -0.26), (0.0, 0.0), (-0.52, 0.0))),
    (0.95, ((0.30, -0.26), (1.0, -0.40), (0.52, 0.0), (0.0, 0.0))),
    (0.84, ((-0.30, -0.26), (0.30, -0.26), (0.0, 0.0))),
)
"""How bright each fold is, and its corners clockwise; the hull is 2 wide and stands on 0."""
PAPER: Colour = (0.97, -0.012, 0.012)
ABOVE, BESIDE = 0.95, 1.15
"""How far a boat reaches up and sideways, with room to rock."""


def inside(corners: tuple[tuple[float, float], ...], across: Array, down: Array, pixel: float) -> Array:
    """How much of each pixel lies in a convex shape with corners clockwise; edges are one pixel soft."""
    depth = np.full(np.broadcast_shapes(across.shape, down.shape), 1e3, np.float32)
    for (left, top), (right, bottom) in zip(corners, corners[1:] + corners[:1], strict=True):
        length = float(np.hypot(right - left, bottom - top))
        depth = np.minimum(depth, ((right - left) * (down - top) - (bottom - top) * (across - left)) * (1.0 / length))
    result: Array = np.clip(depth * (1.0 / pixel) + 0.5, 0.0, 1.0)
    return result


class Boat:
    """A boat `size` pixels from its middle to its bow, on water whose mirror image is at `row`."""

    def __init__(self, stage: Stage, size: float, row: float, ambient: Colour) -> None:
        self._stage, self._size, self._row = stage, max(size, 6.0), row
        self._ambient = ambient

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw the boat where it is now: it crosses the picture once per clip, rocking, and leaves between loops."""
        stage, size = self._stage, self._size
        room = 1.2 * size / stage.width
        across = ((0.40 + seconds / stage.seconds) % 1.0 * (1.0 + 2.0 * room) - room) * stage.width
        bob = sin(stage.angle(0.7, seconds))
        tilt = 0.055 * sin(stage.angle(0.7, seconds) + 1.1) + 0.02 * sin(stage.angle(1.3, seconds))
        down = self._row + 0.035 * size * bob
        self._mirror_image(canvas, across, down, tilt, stage.angle(1.1, seconds))
        self._facets(canvas, across, down, tilt)

    def _patch(self, canvas: Canvas, across: float, rows: tuple[float, float]) -> tuple[int, int, int, int] | None:
        """Even corners of the part of the canvas to draw on, or None when it is outside."""
        left, right = (
            floor_to_even(max(across - BESIDE * self._size, 0)),
            floor_to_even(min(across + BESIDE * self._size, canvas.width)),
        )
        top, bottom = floor_to_even(max(rows[0], 0)), floor_to_even(min(rows[1], canvas.height))
        return (left, top, right, bottom) if right - left > 1 and bottom - top > 1 else None

    def _facets(self, canvas: Canvas, across: float, down: float, tilt: float) -> None:
        patch = self._patch(canvas, across, (down - ABOVE * self._size, down + 0.15 * self._size))
        if patch:
            left, top, right, bottom = patch
            x = (np.arange(left, right)[None] - across) * (1.0 / self._size)
            y = (np.arange(top, bottom)[:, None] - down) * (1.0 / self._size)
            for bright, corners in FACETS:
                shape = inside(corners, x * cos(tilt) + y * sin(tilt), y * cos(tilt) - x * sin(tilt), 1.0 / self._size)
                blend(canvas, patch, shape, self._paper(bright))

    def _mirror_image(self, canvas: Canvas, across: float, down: float, tilt: float, turn: float) -> None:
        """Draw the same folds upside down, bent by small waves and fading with depth."""
        patch = self._patch(canvas, across, (down, down + 0.75 * self._size))
        if patch:
            left, top, right, bottom = patch
            depth = np.maximum((np.arange(top, bottom)[:, None] - down) * (1.0 / self._size), 0.0)
            bend = 0.05 * np.sin(depth * 26.0 - turn) * np.minimum(depth * 4.0, 1.0)
            x = (np.arange(left, right)[None] - across) * (1.0 / self._size) + bend
            fade = 0.55 * fading(1.6 * depth)
            for bright, corners in FACETS:
                shape = inside(corners, x * cos(tilt) - depth * sin(tilt), -1.25 * depth, 1.5 / self._size)
                blend(canvas, patch, shape * fade, self._paper(bright * 0.85))

    def _paper(self, bright: float) -> Colour:
        """Paper in the light of the scene."""
        luma, blue, red = mix(PAPER, self._ambient, 0.28)
        return luma * bright, blue * bright, red * bright


def blend(canvas: Canvas, patch: tuple[int, int, int, int], shape: Array, colour: Colour) -> None:
    """Cover a part of the canvas with a colour, as much as the shape says."""
    left, top, right, bottom = patch
    mask = Mask.of(single(shape))
    planes = ((canvas.luma, mask.full, 1), (canvas.blue, mask.half, 2), (canvas.red, mask.half, 2))
    for (plane, amount, size), value in zip(planes, colour, strict=True):
        part = plane[top // size : bottom // size, left // size : right // size]
        part += (value - part) * amount
