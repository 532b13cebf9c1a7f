"""Sheets: frames from all over a finished clip on one JPEG, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np

from jupyter_videogen.gateway.engine.drawing.arrays import floor_to_even
from jupyter_videogen.gateway.engine.output.poster import jpeg

if TYPE_CHECKING:
    from pathlib import Path

ACROSS = DOWN = 4
CELL = 240
"""The longer side of one frame on the sheet, in pixels."""
COARSENESS = 6


def sheet(path: Path) -> bytes:
    """Return sixteen frames, evenly spaced; a clip with fewer repeats some."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        wanted = [number * (stream.frames - 1) // (ACROSS * DOWN - 1) for number in range(ACROSS * DOWN)]
        cells = {
            number: small(frame) for number, frame in enumerate(container.decode(video=0)) if number in set(wanted)
        }
    rows = [wanted[row * ACROSS : (row + 1) * ACROSS] for row in range(DOWN)]
    picture = np.vstack([np.hstack([cells[number] for number in row]) for row in rows])
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    return jpeg(frame.reformat(format="yuvj420p"), COARSENESS)


def small(frame: av.VideoFrame) -> np.ndarray:
    """Shrink one frame to the size of a cell."""
    scale = CELL / max(frame.width, frame.height)
    return frame.to_ndarray(
        format="rgb24", width=floor_to_even(frame.width * scale), height=floor_to_even(frame.height * scale)
    )
