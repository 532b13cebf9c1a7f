"""The finish: from a canvas to a frame of eight bits, without tinted whites, bands or flicker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import STRIP, Array, single

if TYPE_CHECKING:
    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.random_source import RandomStream

BLACK, WHITE = 16, 235
"""Limited range, as every player expects of H.264."""


class Finish:
    """Baked once per clip: the darkening toward the corners, and grain that stays still.

    Dither alone is eaten by the encoder, moving grain costs bytes and flickers; one still tile of dither
    and soft grain keeps dark gradients smooth.
    """

    def __init__(self, width: int, height: int, stream: RandomStream, *, corners: float = 0.16) -> None:
        down = (np.arange(height) - height / 2)[:, None] / (height / 2)
        across = (np.arange(width) - width / 2)[None] / (width / 2)
        self._vignette = single(
            (WHITE - BLACK) * (1.0 - corners * np.minimum(0.8 * across**2 + 0.7 * down**2, 1.6) ** 1.3)
        )
        self._grain = single(triangular(stream, (height, width)) + soft_grain(stream, (height, width)) + BLACK + 0.5)
        self._colour_grain = single(triangular(stream, (height // 2, width // 2)) + 128.5)

    def __call__(self, canvas: Canvas) -> av.VideoFrame:
        """Return the frame; the canvas is used up."""
        frame = av.VideoFrame(canvas.width, canvas.height, "yuv420p")
        luma, blue, red = (samples(plane) for plane in frame.planes)
        for top in range(0, canvas.height, STRIP):
            rows, halves = slice(top, top + STRIP), slice(top // 2, (top + STRIP) // 2)
            light = np.clip(canvas.luma[rows], 0.0, 1.0, out=canvas.luma[rows])
            limit = colour_limit(light[::2, ::2])
            light *= self._vignette[rows]
            light += self._grain[rows]
            np.copyto(luma[rows], np.clip(light, BLACK, WHITE, out=light), casting="unsafe")
            for target, plane in ((blue, canvas.blue), (red, canvas.red)):
                colour = plane[halves]
                colour *= limit
                colour += self._colour_grain[halves]
                np.copyto(target[halves], np.clip(colour, BLACK, 240, out=colour), casting="unsafe")
        return frame


def colour_limit(light: Array) -> Array:
    """How much colour a brightness can carry, times the 224 steps of colour; black and white carry none."""
    limit = np.minimum((1.03 - light) * (7.0 * 224.0), light * (6.0 * 224.0))
    result: Array = np.clip(limit, 0.0, 224.0, out=limit)
    return result


def samples(plane: av.video.plane.VideoPlane) -> Array:
    """Return the plane's own memory as (height, width); its lines may be longer than the picture."""
    memory: Array = np.frombuffer(memoryview(plane), np.uint8)
    return memory.reshape(plane.height, plane.line_size)[:, : plane.width]


def triangular(stream: RandomStream, shape: tuple[int, int]) -> Array:
    """Dither of one step either way, likeliest in the middle."""
    count = shape[0] * shape[1]
    result: Array = (stream.uniform(count) - stream.uniform(count)).astype(np.float32).reshape(shape)
    return result


def soft_grain(stream: RandomStream, shape: tuple[int, int]) -> Array:
    """Film grain of one step, a little larger than a pixel so that it survives encoding."""
    rows, columns = shape
    points = stream.bell((rows + 1) * (columns + 1)).astype(np.float32).reshape(rows + 1, columns + 1)
    result: Array = (points[1:, 1:] + points[:-1, 1:] + points[1:, :-1] + points[:-1, :-1]) * 0.5
    return result
