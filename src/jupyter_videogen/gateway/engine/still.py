"""Pictures that were given: read, cropped to the frame, and brought to life by a slow move into their depth."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import av
import numpy as np
from av.video.reformatter import ColorRange, Interpolation

from jupyter_videogen.gateway.engine.drawing.arrays import Array, blur, single, smoothstep
from jupyter_videogen.gateway.engine.drawing.noise import Grain, sheet
from jupyter_videogen.gateway.engine.drawing.quantize import samples
from jupyter_videogen.gateway.engine.drawing.upsample import stretch
from jupyter_videogen.gateway.engine.shot import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
    from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
    from jupyter_videogen.gateway.engine.drawing.random_source import Dice

OVER = 3
"""Source pixels per pixel of the frame: a third of a pixel is too small a step to shimmer."""
ZOOM, DRIFT, PARALLAX = 0.10, 0.014, 0.022
"""How far the camera goes in one clip: into the picture, aside (of the width), and nearer things before farther ones."""
DISSOLVE, SOFT = 0.35, 0.8
"""The share of a clip that a transition takes, and how softly its edge runs."""
BT709 = 1


def planes(path: Path, width: int, height: int) -> tuple[Array, Array, Array]:
    """Read a picture, or the last frame of a clip, cropped to this shape: three planes of uint8 in full range.

    Raises UnreadableError when the file is neither.
    """
    picture = crop(last_picture(path).to_ndarray(format="rgb24"), width / height)
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    ready = frame.reformat(
        width,
        height,
        "yuv444p",
        interpolation=Interpolation.LANCZOS | Interpolation.ACCURATE_RND | Interpolation.BITEXACT,
        dst_colorspace=BT709,
        dst_color_range=ColorRange.JPEG,
    )
    luma, blue, red = (np.ascontiguousarray(samples(plane)) for plane in ready.planes)
    return luma, blue, red


def last_picture(path: Path) -> av.VideoFrame:
    """Decode the only picture of a file, or its last; raises UnreadableError."""
    try:
        with av.open(str(path)) as container:
            last = deque(container.decode(video=0), maxlen=1)
    except (av.FFmpegError, IndexError) as error:
        raise UnreadableError("A picture or video that was given can't be read.") from error
    if not last:
        raise UnreadableError("A picture or video that was given is empty.")
    return last[0]


def length(path: Path | None) -> int:
    """Return how many frames a clip has; none is none."""
    if path is None:
        return 0
    with av.open(str(path)) as container:
        return container.streams.video[0].frames


def earlier(path: Path | None) -> Generator[av.VideoFrame]:
    """Return the frames of a clip, to be encoded anew; raises UnreadableError for what is none."""
    if path is None:
        return
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                frame.pict_type = av.video.frame.PictureType.NONE  # the encoder chooses by itself again
                yield frame
    except (av.FFmpegError, IndexError) as error:
        raise UnreadableError("A video that was given can't be read.") from error


def crop(picture: Array, aspect: float) -> Array:
    """Cut (rows, columns, 3) to a shape, around its middle."""
    rows, columns = picture.shape[:2]
    wide, tall = min(columns, max(1, round(rows * aspect))), min(rows, max(1, round(columns / aspect)))
    left, top = (columns - wide) // 2, (rows - tall) // 2
    return np.ascontiguousarray(picture[top : top + tall, left : left + wide])


class Moving:
    """A shot of one picture: it begins as the picture is, then the camera goes in, and near things pass far ones."""

    def __init__(self, stage: Stage, path: Path, dice: Dice) -> None:
        self._stage, chance = stage, dice.stream("camera")
        luma, blue, red = planes(path, OVER * stage.width, OVER * stage.height)
        self._full = luma
        self._colours = [np.ascontiguousarray(plane[::2, ::2]) for plane in (blue, red)]
        self._way = (1.0 if chance.chance(0.5) else -1.0), chance.number(-0.4, 0.4)
        depth = self._depth(luma)
        self._depths = depth, np.ascontiguousarray(depth[::2, ::2])

    def _depth(self, luma: Array) -> Array:
        """Guess how near each place is, 0..1: what is low and dark is near; blurred, so that nothing tears."""
        rows, columns = self._stage.grid(self._stage.height)
        step = OVER * self._stage.height / rows
        places = [(np.arange(count) * step).astype(np.intp) for count in (rows, columns)]
        dark = 1.0 - luma[places[0][:, None], np.minimum(places[1], luma.shape[1] - 1)[None]] / 255.0
        low = smoothstep(0.15, 0.95, (np.arange(rows) + 0.5) / rows)[:, None]
        return stretch(blur(single(0.62 * low + 0.38 * dark), max(2, rows // 9)), self._stage.height, self._stage.width)

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Draw the picture as the camera sees it now."""
        share = min(1.0, seconds / self._stage.seconds)
        share *= share * (3.0 - 2.0 * share)
        for plane, source, depth, middle in (
            (canvas.luma, self._full, self._depths[0], 0.0),
            (canvas.blue, self._colours[0], self._depths[1], 128.0),
            (canvas.red, self._colours[1], self._depths[1], 128.0),
        ):
            plane[:] = self._view(source, depth, share)
            plane[:] -= middle
            plane[:] *= 1.0 / 255.0

    def _view(self, source: Array, depth: Array, share: float) -> Array:
        rows, columns = depth.shape
        tall, wide = source.shape
        zoom = 1.0 / (1.0 + ZOOM * share)
        aside, down = self._way[0] * DRIFT * share * wide, self._way[1] * DRIFT * share * tall
        across = (np.arange(columns, dtype=np.float32) + 0.5 - columns / 2) * (zoom * wide / columns) + wide / 2 + aside
        along = (np.arange(rows, dtype=np.float32) + 0.5 - rows / 2) * (zoom * tall / rows) + tall / 2 + down
        x = depth * np.float32(self._way[0] * PARALLAX * share * wide)
        x += across[None]
        np.clip(x, 0, wide - 1, out=x)
        start = np.clip(along, 0, tall - 1).astype(np.int32) * wide
        index = x.astype(np.int32)
        index += start[:, None]
        result: Array = source.reshape(-1)[index]
        return result


class Dissolve:
    """A transition to a picture in the last third of a clip, along the soft shapes of a noise."""

    def __init__(self, stage: Stage, path: Path, dice: Dice, end: float) -> None:
        luma, blue, red = planes(path, stage.width, stage.height)
        self._picture = single(luma) / 255.0, *((single(plane[::2, ::2]) - 128.0) / 255.0 for plane in (blue, red))
        rows, columns = stage.grid(stage.height)
        noise = sheet(dice.stream("dissolve"), (512, 512), Grain(3.0, 2.0, 12))[:rows, :columns]
        self._order = single((1.0 - SOFT) * (noise - noise.min()) / max(float(np.ptp(noise)), 1e-6))
        self._end = end

    def draw(self, canvas: Canvas, seconds: float) -> None:
        """Cover with as much of the picture as its time has come; at the end with all of it."""
        share = 1.0 - (self._end - seconds) / max(DISSOLVE * self._end, 1e-6)
        if share <= 0.0:
            return
        share = min(share, 1.0)
        eased = share * share * (3.0 - 2.0 * share)
        come = np.clip((eased - self._order) / SOFT, 0.0, 1.0) if share < 1.0 else np.ones_like(self._order)
        mask = np.clip(stretch(single(come * come * (3.0 - 2.0 * come)), canvas.height, canvas.width), 0.0, 1.0)
        half = np.ascontiguousarray(mask[::2, ::2])
        for plane, picture, amount in zip((canvas.luma, canvas.blue, canvas.red), self._picture, (mask, half, half), strict=True):  # fmt: skip
            plane[:] += (picture - plane) * amount
