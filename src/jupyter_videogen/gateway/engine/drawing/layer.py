"""Layers: pictures baked wider than the frame that slide past each other, as in a paper theatre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import STRIP, Array, halve, single

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas


def slid(plane: Array, offset: float, columns: int) -> Array:
    """Return `columns` of a wide plane from a place between its columns."""
    left = int(offset)
    share = offset - left
    result: Array = plane[:, left : left + columns] * (1.0 - share)
    result += plane[:, left + 1 : left + 1 + columns] * share
    return result


def soften(plane: Array) -> Array:
    """Blur by one pixel sideways: what is sharper than that would shimmer while it slides between columns."""
    padded = np.pad(plane, ((0, 0), (1, 1)), "edge")
    result: Array = padded[:, :-2] * 0.25 + padded[:, 1:-1] * 0.5 + padded[:, 2:] * 0.25
    return result


class Layer:
    """A picture (3, rows, columns) in Y'CbCr, already multiplied by how much of it covers, (rows, columns)."""

    def __init__(self, picture: Array, cover: Array) -> None:
        shown = np.flatnonzero((cover > 0.004).any(axis=1))
        self._top = int(shown[0]) & ~1 if shown.size else 0
        picture, cover = picture[:, self._top :], np.clip(cover[self._top :], 0.0, 1.0)
        self._luma, self._clear = single(soften(picture[0])), single(1.0 - soften(cover))
        self._blue, self._red = (single(soften(halve(part))) for part in picture[1:])
        self._clear_half = single(1.0 - soften(halve(cover)))

    def draw(self, canvas: Canvas, offset: float) -> None:
        """Put the layer on the canvas, `offset` columns of it being hidden on the left."""
        put(canvas.luma, self._top, (self._luma, self._clear), offset)
        put(canvas.blue, self._top // 2, (self._blue, self._clear_half), offset / 2)
        put(canvas.red, self._top // 2, (self._red, self._clear_half), offset / 2)


def put(plane: Array, top: int, pictures: tuple[Array, Array], offset: float) -> None:
    """Let a plane shine through where the layer is clear, then add the layer; in strips that fit the cache."""
    picture, clear = pictures
    columns = plane.shape[1]
    for start in range(0, len(picture), STRIP):
        part = plane[top + start : top + min(start + STRIP, len(picture))]
        rows = slice(start, start + len(part))
        part *= slid(clear[rows], offset, columns)
        part += slid(picture[rows], offset, columns)
