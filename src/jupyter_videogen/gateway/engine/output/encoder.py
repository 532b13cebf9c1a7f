"""Encoding: frames drawn by two workers, put into an MP4 in order."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from pathlib import Path

    from jupyter_videogen.gateway.engine.drawing.arrays import Array
    from jupyter_videogen.gateway.engine.shot import Shot

WORKERS = 2
AHEAD = 4
"""Frames drawn before they are needed; more would only cost memory."""
THREADS = 2
"""Of x264; fixed, because its bytes change with the number of threads."""
BT709, LIMITED = 1, 1
SETTINGS = {"preset": "superfast", "crf": "21", "x264-params": "mbtree=1:rc-lookahead=10"}
"""mbtree is what superfast lacks most: the same quality in two thirds of the bytes."""
BUFFER = 0.5
"""Seconds by which a capped picture may run ahead of its rate: a clip of n seconds has at most n + 0.5 seconds' bits."""

SOUND_RATE, SOUND_BITS, PIECE = 48_000, 128_000, 1024
"""Samples and bits per second, and samples in one piece, which is what AAC wants."""


def draw_frames(draw: Callable[[int], av.VideoFrame], count: int) -> Generator[av.VideoFrame]:
    """Draw frames 0 to `count` on the workers and give them in order; stop early and nothing is left running."""
    waiting: deque[Future[av.VideoFrame]] = deque()
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="draw") as pool:
        try:
            for number in range(count):
                waiting.append(pool.submit(draw, number))
                if len(waiting) == AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def per_thread(make: Callable[[], object]) -> Callable[[], object]:
    """Return one thing per thread, made when first asked for."""
    local = threading.local()

    def mine() -> object:
        if not hasattr(local, "thing"):
            local.thing = make()
        return local.thing

    return mine


def settings(kilobits: int | None) -> dict[str, str]:
    """Return the encoder's settings; a cap takes bits from what moves most, and leaves calm scenes as they are."""
    if kilobits is None:
        return SETTINGS
    cap = f":vbv-maxrate={kilobits}:vbv-bufsize={max(1, round(kilobits * BUFFER))}"
    return SETTINGS | {"x264-params": SETTINGS["x264-params"] + cap}


@contextmanager
def film(
    path: Path, shot: Shot, tags: Mapping[str, str], sound: Array | None = None
) -> Iterator[Callable[[av.VideoFrame, int], None]]:
    """Open an MP4 and give a function that appends a frame; leaving writes the index, at the file's beginning.

    Sound, (2, samples) at 48 kHz, is written as AAC beside the frames it belongs to.
    """
    # A file, never a buffer: faststart reopens its output by name.
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart+use_metadata_tags"}) as container:
        container.metadata.update(tags)
        stream = container.add_stream("libx264", rate=shot.fps, options=settings(shot.kilobits))
        stream.width, stream.height, stream.pix_fmt = shot.width, shot.height, "yuv420p"
        codec = stream.codec_context
        codec.thread_count = THREADS if shot.kilobits is None else 1  # a capped rate depends on who was faster
        codec.colorspace = codec.color_primaries = codec.color_trc = BT709
        codec.color_range = LIMITED
        track = Track(container, sound) if sound is not None else None

        def append(frame: av.VideoFrame, number: int) -> None:
            frame.pts, frame.time_base = number, Fraction(1, shot.fps)
            container.mux(stream.encode(frame))
            if track:
                track.write(until=(number + 1) / shot.fps)

        yield append
        container.mux(stream.encode(None))
        if track:
            track.close()


class Track:
    """The sound of a film, written piece by piece as the pictures come."""

    def __init__(self, container: av.container.OutputContainer, samples: Array) -> None:
        self._container, self._samples, self._written = container, samples, 0
        self._stream = container.add_stream("aac", rate=SOUND_RATE, layout="stereo")
        self._stream.bit_rate = SOUND_BITS

    def write(self, until: float) -> None:
        """Encode what is heard before this second of the clip."""
        while self._written < min(int(until * SOUND_RATE), self._samples.shape[1]):
            part = np.ascontiguousarray(self._samples[:, self._written : self._written + PIECE])
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, self._written, Fraction(1, SOUND_RATE)
            self._container.mux(self._stream.encode(frame))
            self._written += part.shape[1]

    def close(self) -> None:
        """Write what the encoder still holds."""
        self._container.mux(self._stream.encode(None))
