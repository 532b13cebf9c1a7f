"""The arrays everything is drawn with, and the curves that shape them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
"""A numpy array; pictures are float32, and the docstrings say which shape."""

TAU = 2.0 * np.pi
STRIP = 180
"""Rows of a frame worked on at a time. With fewer, each of the two that draw waits for the other at every call, for one
interpreter serves both; with more, both wait for memory."""


def single(values: Array) -> Array:
    """Return contiguous float32: the type of every picture, half the memory traffic of the default."""
    return np.ascontiguousarray(values, dtype=np.float32)


def floor_to_even(number: float) -> int:
    """Round down to an even number, because colour has half the resolution of light."""
    return int(number) & ~1


def fading(distance: Array) -> Array:
    """Fall from 1 as exp(-distance), but never below 4e-11: smaller light only troubles the processor."""
    result: Array = np.exp(-np.minimum(distance, 24.0))
    return result


def smoothstep(start: float, stop: float, values: Array) -> Array:
    """Rise smoothly from 0 at `start` to 1 at `stop`; `start` may be the larger one."""
    rising = np.clip((values - start) * (1.0 / (stop - start)), 0.0, 1.0)
    result: Array = rising * rising * (3.0 - 2.0 * rising)
    return result


def halve(plane: Array) -> Array:
    """Average 2x2 blocks of a plane with even sides: light to colour resolution."""
    result: Array = (
        plane[..., ::2, ::2] + plane[..., 1::2, ::2] + plane[..., ::2, 1::2] + plane[..., 1::2, 1::2]
    ) * 0.25
    return result


def blur(plane: Array, radius: float) -> Array:
    """Blur the last two axes with three box passes, close to a Gaussian; meant for baking, not for frames."""
    reach = int(radius)
    for axis in (-1, -2) * 3 if reach > 0 else ():
        room = [(0, 0)] * plane.ndim
        room[axis] = (reach + 1, reach)
        sums = np.moveaxis(np.cumsum(np.pad(plane, room, "edge"), axis, dtype=np.float64), axis, -1)
        window = (sums[..., 2 * reach + 1 :] - sums[..., : -2 * reach - 1]) * (1.0 / (2 * reach + 1))
        plane = np.moveaxis(window.astype(np.float32), -1, axis)
    return np.ascontiguousarray(plane)
