"""Soft things are computed on few rows and stretched: a cloud at 180 rows is as soft as one at 1080."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from jupyter_videogen.gateway.engine.drawing.arrays import STRIP

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.arrays import Array

FLOOR, SPAN = 2768.0, 60000.0
"""Sixteen-bit codes keep room at both ends, because bicubic curves overshoot."""
METHOD = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.BITEXACT
"""The exact flags give the same result whichever instructions the processor has."""

_scalers = threading.local()


def scaler(*key: int) -> VideoReformatter:
    """Return this thread's scaler for a pair of sizes: it plans once and may not be shared."""
    known: dict[tuple[int, ...], VideoReformatter] = _scalers.__dict__.setdefault("known", {})
    return known.setdefault(key, VideoReformatter())


def stretch(field: Array, rows: int, columns: int, reach: tuple[float, float] = (0.0, 1.0)) -> Array:
    """Return the field at (rows, columns), float32; values outside `reach` by more than a twentieth are clipped."""
    low, high = reach
    codes = np.clip((field - low) * (SPAN / (high - low)) + FLOOR, 0.0, 65535.0).astype(np.uint16)
    frame = av.VideoFrame.from_ndarray(codes, format="gray16le")
    large = scaler(*field.shape, rows, columns).reformat(
        frame, columns, rows, "gray16le", interpolation=METHOD, threads=1
    )
    plane = large.planes[0]
    wide = np.frombuffer(memoryview(plane), np.uint16).reshape(rows, plane.line_size // 2)[:, :columns]
    result = np.empty((rows, columns), np.float32)
    for top in range(0, rows, STRIP):
        strip = result[top : top + STRIP]
        np.multiply(wide[top : top + STRIP], np.float32((high - low) / SPAN), out=strip)
        strip += np.float32(low - FLOOR * (high - low) / SPAN)
    return result
