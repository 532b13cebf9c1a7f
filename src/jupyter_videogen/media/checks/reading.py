"""Read a clip once from its beginning to its end, and measure every frame on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.video.reformatter import ColorRange, VideoReformatter

from jupyter_videogen.core.checks import Facts
from jupyter_videogen.core.errors import Unsupported
from jupyter_videogen.media.checks.measures import Film, FrameMeter, Measures
from jupyter_videogen.media.frames import LARGEST_PICTURE, UPRIGHT, read_matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from av.video.stream import VideoStream

    from jupyter_videogen.media.checks.measures import Levels
    from jupyter_videogen.media.frames import VideoReader

LONGER_SIDE = 160
"""Pixels of the size at which frames are measured: a bird is still seen, and noise is not."""
OUTLINE = (32, 18)
FLAT = 1.0
"""Deviation in levels below which a picture has no outline."""
UNEVEN = 1.5
"""How many times longer than the usual frame one has to last for the rate to be a variable one."""


class Stopped(Exception):
    """Somebody no longer wants to know."""


@dataclass
class _Taken:
    """What has been read of a film so far."""

    meter: FrameMeter = field(default_factory=FrameMeter)
    times: list[float] = field(default_factory=list)
    measures: list[Measures] = field(default_factory=list)
    outlines: list[Any] = field(default_factory=list)
    broken: list[float] = field(default_factory=list)
    last: float = 0.0
    """Seconds that the last frame says it lasts; 0 where it does not say."""
    bits: int = 8


def read_film(reel: VideoReader, stopped: Callable[[], bool]) -> Film:
    """Measure an open clip; raises `Stopped` soon after `stopped()` is True, `Unsupported` for pictures that are too large.

    Memory does not grow with the picture, and by about 2.4 kB a frame with the length.
    """
    if reel.stored[0] * reel.stored[1] > LARGEST_PICTURE:
        raise Unsupported(
            f"{reel.path.name} declares pictures of {reel.stored[0]}×{reel.stored[1]}, too large to check."
        )
    taken = _Taken()
    shrink = partial(VideoReformatter().reformat, format="gray", dst_color_range=ColorRange.JPEG, interpolation="AREA")
    outline = partial(VideoReformatter().reformat, width=OUTLINE[0], height=OUTLINE[1], interpolation="AREA")
    width, height = small_size(*reel.stored)
    for frame in _decode(reel, taken, stopped):
        if not taken.times:
            reel.matrix = read_matrix(frame)
        small = shrink(frame, width=width, height=height)
        taken.times.append(reel.at(frame))
        taken.last = float(frame.duration * frame.time_base) if frame.duration and frame.time_base else 0.0
        taken.bits = max((one.bits for one in frame.format.components), default=8)
        taken.measures.append(taken.meter.measure(_levels(small)))
        taken.outlines.append(_normalized(_levels(outline(small))))
        if frame.is_corrupt:
            taken.broken.append(taken.times[-1])
    return _film(reel, taken)


def small_size(width: int, height: int) -> tuple[int, int]:
    """Return the size at which pictures of a size are measured; nothing is enlarged."""
    scale = min(LONGER_SIDE / max(width, height), 1.0)
    return max(round(width * scale), 1), max(round(height * scale), 1)


def _decode(reel: VideoReader, taken: _Taken, stopped: Callable[[], bool]) -> Iterator[av.VideoFrame]:
    """Return all frames that can be decoded, and note where one can't."""
    for packet in reel.container.demux(reel.stream):
        if stopped():
            raise Stopped
        if packet.is_corrupt:
            taken.broken.append(_moment(reel, packet, taken))
        try:
            yield from packet.decode()
        except av.error.FFmpegError:
            taken.broken.append(_moment(reel, packet, taken))


def _moment(reel: VideoReader, packet: av.Packet[VideoStream], taken: _Taken) -> float:
    """Return when a packet's picture would be shown, in seconds."""
    if packet.pts is None or packet.time_base is None:
        return taken.times[-1] if taken.times else 0.0
    return max(float(packet.pts * packet.time_base) - reel.start, 0.0)


def _levels(grey: av.VideoFrame) -> Levels:
    return grey.to_ndarray()  # type: ignore[return-value]  # a picture in grey is uint8


def _normalized(outline: Levels) -> Any:  # noqa: ANN401 - float32 (576,)
    flat = outline.astype(np.float32).ravel()
    deviation = flat.std()
    return (flat - flat.mean()) / deviation if deviation >= FLAT else np.zeros_like(flat)


def _film(reel: VideoReader, taken: _Taken) -> Film:
    columns = np.array(taken.measures, dtype=np.float64).reshape(-1, len(Measures._fields))
    values = dict(zip(Measures._fields, columns.T, strict=True))
    times = _with_end(reel, taken)
    count = len(taken.times)
    brightest = taken.meter.brightest if taken.meter.brightest is not None else np.zeros((1, 1), np.uint8)
    sideways = bool(count) and reel.matrix[0] == 0
    return Film(
        facts=_facts(reel, times, taken.bits),
        times=times,
        outlines=np.array(taken.outlines, dtype=np.float32).reshape(count, -1),
        brightest=brightest.T if sideways else brightest,
        broken=tuple(sorted(taken.broken)),
        announced=reel.stream.frames,
        length=reel.length,
        **values,
    )


def _with_end(reel: VideoReader, taken: _Taken) -> Any:  # noqa: ANN401 - float64 (N + 1,)
    """Return when frames begin, in order, and when the last one ends."""
    times = np.maximum.accumulate(np.array(taken.times, dtype=np.float64)) if taken.times else np.zeros(0)
    usual = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    last = taken.last or usual or float(1 / reel.rate)
    return np.append(times, times[-1] + last if len(times) else 0.0)


def _facts(reel: VideoReader, times: Any, bits: int) -> Facts:  # noqa: ANN401 - float64 (N + 1,)
    count, seconds = len(times) - 1, float(times[-1] - times[0])
    steps = np.diff(times)
    width, height = reel.size if count else reel.stored
    uneven = count > 1 and float(steps.max()) > UNEVEN * float(np.median(steps))
    context = reel.stream.codec_context
    return Facts(
        frames=count,
        seconds=round(seconds, 4),
        width=width,
        height=height,
        fps=round(count / seconds, 3) if seconds > 0 else 0.0,
        slowest=round(1 / float(steps.max()), 3) if uneven else 0.0,
        codec=context.name,
        bits=bits,
        turned=count > 0 and reel.matrix != UPRIGHT,
        sound=bool(reel.container.streams.audio),
    )
