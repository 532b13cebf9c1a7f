"""Frames of clips: one, many, a sheet of them, a poster. Needs PyAV and NumPy, the extra `[frames]`.

Times are seconds from the first frame shown. Decoding is libav's own, in its order of presentation; only one clip's
few decoded pictures are in memory at a time, beside the array that is asked for.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from contextlib import contextmanager, suppress
from fractions import Fraction
from functools import cached_property
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any

from jupyter_videogen.core.errors import InvalidRequest, Unsupported, VideogenError
from jupyter_videogen.media import clip_store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import av
    import numpy as np
    from av.container import InputContainer
    from av.video.stream import VideoStream

    from jupyter_videogen.core.clip import ClipRecord

    Array = np.ndarray[Any, np.dtype[np.uint8]]

NEEDED = ("av", "numpy")
MOST = 2 << 30
"""Bytes of frames that are read at once."""
MARGINS = (0.0, 1.0, 8.0, math.inf)
"""Seconds before a moment where decoding begins, until a frame before it is met: indexes of B-frames land too late."""
CLOSE = 1e-6
"""Seconds by which two times may differ and be one."""
SHEET_WIDTH, MOST_CELLS = 1280, 64
POSTER_WIDTH, POSTER_BYTES = 480, 30_000
DARK = 20
"""Mean of 0 to 255 up to which a frame counts as black."""
SCANNED = 240
"""Frames that are looked at for a poster."""
LARGEST_PICTURE = 8192 * 4320
"""Pixels; a file that declares more is not decoded unasked."""
COARSENESS = (4, 7, 11, 17, 24, 31)
"""JPEG quantisers to try, finest first."""
UPRIGHT = (1, 0, 0, 1)
UNSPECIFIED, HIGH_DEFINITION = 2, 720


def require_decoder() -> None:
    """Refuse where PyAV or NumPy is missing; raises `Unsupported`."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise Unsupported(
            f"Frames of clips need PyAV and NumPy ({', '.join(missing)} missing).",
            next="Install them with: pip install 'jupyter-videogen[frames]'.",
            code="frames_not_installed",
        )


def read_matrix(frame: av.VideoFrame) -> tuple[int, int, int, int]:
    """Read the display matrix of a frame; quarter turns and mirrors only, as phones and editors write them."""
    side: Any = frame.side_data.get("DISPLAYMATRIX")
    if side is None:
        return UPRIGHT
    values = array("i", bytes(side)[:36])
    signs = tuple((value > 0) - (value < 0) for value in (values[0], values[1], values[3], values[4]))
    return signs if signs[0] * signs[3] - signs[1] * signs[2] and 0 in signs else UPRIGHT  # type: ignore[return-value]  # four


class VideoReader:
    """A clip that is open for reading."""

    def __init__(self, path: Path, container: InputContainer, stream: VideoStream) -> None:
        self.path, self.container, self.stream = path, container, stream
        context = stream.codec_context
        if context is None:
            raise self.unreadable("its codec is not supported here")
        stream.thread_type = "AUTO"
        self.stored = context.width, context.height
        """Width and height as coded, in pixels."""
        self.aspect = stream.sample_aspect_ratio or Fraction(1)
        """Width of a pixel by its height."""
        base = stream.time_base or Fraction(1, 1_000_000)
        self.start = float((stream.start_time or 0) * base)
        """Seconds in the file's own time at which it begins."""
        self.length = float(stream.duration * base) if stream.duration else self._measure_length()

    def _measure_length(self) -> float:
        """Return the length of a clip whose stream does not tell it: to the end of its last picture.

        The container's own would count a longer sound.
        """
        return float(max(self.ends(), default=0)) - self.start

    def ends(self) -> Iterator[Fraction]:
        """Return when each coded picture stops being shown, unordered; the whole file is read, nothing is decoded."""
        self.container.seek(0)
        for packet in self.container.demux(self.stream):
            if packet.pts is not None and packet.time_base is not None:
                lasts = packet.duration * packet.time_base if packet.duration else 1 / self.rate
                yield packet.pts * packet.time_base + lasts
        self.container.seek(0)  # whoever reads on begins at the beginning

    def count(self) -> int:
        """Count the coded pictures: as many as are shown, or a few more."""
        return sum(1 for _ in self.ends())

    @cached_property
    def matrix(self) -> tuple[int, int, int, int]:
        """How coded pictures are turned to be shown: the signs of the display matrix's a, b, c and d (ISO 14496-12)."""
        first = next(self.container.decode(self.stream), None)
        self.container.seek(0)  # whoever reads on begins at the beginning
        return read_matrix(first) if first is not None else UPRIGHT

    @property
    def turned(self) -> bool:
        """Whether it is shown otherwise than it is coded: turned, mirrored, or with pixels that are no squares."""
        return self.matrix != UPRIGHT or self.aspect != 1

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height as shown."""
        wide, high = round(self.stored[0] * self.aspect), self.stored[1]
        return (high, wide) if self.matrix[0] == 0 else (wide, high)

    @property
    def width(self) -> int:
        """Pixels, as shown."""
        return self.size[0]

    @property
    def height(self) -> int:
        """Pixels, as shown."""
        return self.size[1]

    def render(self, frame: av.VideoFrame, width: int | None = None, height: int | None = None) -> Array:
        """Return a decoded frame as it is shown, at its own size or another: uint8 (H, W, 3)."""
        wide, high = width or self.width, height or self.height
        a, b, c, d = self.matrix
        if a == 0:
            picture = rgb(frame, high, wide).swapaxes(0, 1)
            return picture[:: -1 if b < 0 else 1, :: -1 if c < 0 else 1]
        return rgb(frame, wide, high)[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]

    def frame(self, picture: av.VideoFrame, width: int, height: int) -> av.VideoFrame:
        """Return a decoded frame as it is shown, at another size, as a frame in RGB."""
        import numpy as np
        from av import VideoFrame

        return VideoFrame.from_ndarray(np.ascontiguousarray(self.render(picture, width, height)), format="rgb24")

    @property
    def rate(self) -> Fraction:
        """Frames per second, on average."""
        return self.stream.average_rate or self.stream.guessed_rate or Fraction(25)

    def at(self, frame: av.VideoFrame) -> float:
        """Return when a frame is shown, in seconds."""
        return (frame.time or 0.0) - self.start

    def decode(self, since: float = -math.inf) -> Iterator[av.VideoFrame]:
        """Return the frames in order, from a key frame at or before a moment, or from the very beginning."""
        _ = self.matrix  # it is found by a seek of its own
        base = self.stream.time_base or Fraction(1, 1_000_000)
        at = max(since, 0.0) + self.start
        self.container.seek(int(at / base), stream=self.stream, backward=True)
        yield from self.container.decode(self.stream)

    def resolve_time(self, t: float) -> float:
        """Return seconds from the beginning for `t`, which counts from the end where it is negative.

        Raises `InvalidRequest`, with the length, for a time outside the clip.
        """
        if not -self.length - CLOSE <= t <= self.length + CLOSE:
            raise InvalidRequest(
                f"No frame at {t} s: {self.path.name} is {self.length:.2f} s long.",
                next="A negative time counts from the end.",
                field="t",
            )
        return max(t + self.length if t < 0 else t, 0.0)

    def nearest(self, moment: float) -> av.VideoFrame:
        """Return the frame that is nearest to a moment, of two alike the earlier one."""
        for margin in MARGINS:
            before = None
            for frame in self.decode(moment - margin):
                if self.at(frame) < moment - CLOSE:
                    before = frame
                    continue
                if before is not None:
                    return frame if self.at(frame) - moment < moment - self.at(before) - CLOSE else before
                if self.at(frame) <= moment + CLOSE or margin == math.inf:
                    return frame
                break
            if before is not None:
                return before
        raise self.unreadable("no frame")

    def last(self) -> av.VideoFrame:
        """Return the very last frame, however long the clip says it is."""
        for margin in MARGINS:
            if found := deque(self.decode(self.length - margin), maxlen=1):
                return found[0]
        raise self.unreadable("no frame")

    def nearest_each(self, moments: Iterable[float]) -> Iterator[av.VideoFrame]:
        """Return the nearest frame to each of these moments, which ascend, in one pass over the clip."""
        frames = self.decode()
        before = here = next(frames, None)
        for moment in moments:
            while here is not None and self.at(here) < moment - CLOSE:
                before, here = here, next(frames, None)
            if before is None:
                raise self.unreadable("no frame")
            later = here is not None and self.at(here) - moment < moment - self.at(before) - CLOSE
            yield here if later and here is not None else before

    def unreadable(self, why: str) -> Unsupported:
        """Return the error for a file that holds no picture that can be read."""
        return Unsupported(f"{self.path.name} can't be read as a video ({why}).")


@contextmanager
def open_video(path: Path) -> Iterator[VideoReader]:
    """Open a file of video; raises `Unsupported` without PyAV, or where the file cannot be decoded."""
    require_decoder()
    import av

    try:
        with av.open(str(path.absolute())) as container:
            if not container.streams.video:
                raise Unsupported(f"{path.name} has no video frames.")
            yield VideoReader(path, container, container.streams.video[0])
    except av.error.FFmpegError as error:
        raise Unsupported(f"{path.name} can't be read as a video ({error.strerror}).") from None


def frame(clip: ClipRecord, t: float) -> Array:
    """Return the frame nearest to `t` seconds as uint8 (H, W, 3); see `Clip.frame`."""
    require_decoder()
    with open_video(clip_store.existing_path(clip)) as reel:
        return reel.render(reel.nearest(reel.resolve_time(t)))


def last_frame(clip: ClipRecord) -> Array:
    """Return the very last frame as uint8 (H, W, 3)."""
    require_decoder()
    with open_video(clip_store.existing_path(clip)) as reel:
        return reel.render(reel.last())


def sample_frames(clip: ClipRecord, seconds: float | None) -> Array:
    """Return every frame, or one each so many seconds, as uint8 (N, H, W, 3); see `Clip.frames`."""
    require_decoder()
    return sample_file(clip_store.existing_path(clip), seconds)


def sample_file(path: Path, seconds: float | None) -> Array:
    """Return the frames of a file as `sample_frames` does."""
    require_decoder()
    import numpy as np

    if seconds is not None and not seconds > 0:
        raise InvalidRequest(
            f"every={seconds} is not a valid step.", next="Use a number of seconds above 0.", field="every"
        )
    with open_video(path) as reel:
        number = reel.count() if seconds is None else max(math.ceil(reel.length / seconds - CLOSE), 1)
        _check_room(number, reel)
        moments = None if seconds is None else (index * seconds for index in range(number))
        pictures = np.empty((number, reel.height, reel.width, 3), np.uint8)
        filled = 0
        shown = reel.decode() if moments is None else reel.nearest_each(moments)
        for filled, picture in enumerate(islice(shown, number), 1):
            pictures[filled - 1] = reel.render(picture)
        return pictures[:filled]


def _check_room(number: int, reel: VideoReader) -> None:
    size = number * reel.width * reel.height * 3
    if size > MOST:
        step = math.ceil(10 * reel.length * size / number / MOST) / 10
        raise InvalidRequest(
            f"{number} frames of {reel.width}×{reel.height} take {size / 1e9:.1f} GB; at most 2 GB can be read at once.",
            next=f"Read fewer, such as frames(every={max(step, 0.1)}).",
            field="every",
        )


def sheet(clip: ClipRecord, columns: int, rows: int) -> Array:
    """Return evenly spaced frames in rows as one picture; see `Clip.contact_sheet`."""
    require_decoder()
    return sheet_of_file(clip_store.existing_path(clip), columns, rows)


def sheet_of_file(path: Path, columns: int, rows: int, most: int = SHEET_WIDTH) -> Array:
    """Return frames of a file as `sheet` does, in a picture of at most so many pixels' width."""
    require_decoder()
    import numpy as np

    if not (1 <= columns <= MOST_CELLS and 1 <= rows <= MOST_CELLS):
        raise InvalidRequest(
            f"A sheet of {columns} columns and {rows} rows is not possible.", next=f"Use 1 to {MOST_CELLS} of each."
        )
    with open_video(path) as reel:
        width, height = scaled_size(reel, most // columns)
        number = columns * rows
        moments = ((index + 0.5) * reel.length / number for index in range(number))
        picture = np.empty((rows * height, columns * width, 3), np.uint8)
        for index, cell in enumerate(reel.nearest_each(moments)):
            top, left = index // columns * height, index % columns * width
            picture[top : top + height, left : left + width] = reel.render(cell, width, height)
        return picture


def scaled_size(reel: VideoReader, width: int) -> tuple[int, int]:
    """Return the even size of a picture of at most this width, of the same shape; nothing is enlarged."""
    wide = max(min(width, reel.width) // 2 * 2, 2)
    return wide, max(round(reel.height * wide / reel.width / 2) * 2, 2)


def rgb(frame: av.VideoFrame, width: int | None = None, height: int | None = None) -> Array:
    """Return a decoded frame as uint8 (H, W, 3); colours that it does not name are read as browsers read them."""
    unnamed = frame.colorspace == UNSPECIFIED and frame.height >= HIGH_DEFINITION
    matrix = "ITU709" if unnamed else None
    return frame.to_ndarray(format="rgb24", width=width, height=height, src_colorspace=matrix)  # type: ignore[return-value]  # rgb24 is uint8


def poster(path: Path) -> bytes | None:
    """Return the first frame that is not black as a JPEG, at most 480 pixels wide and 30 kB.

    None without PyAV, and for a file that it cannot read: a clip without a poster is still a clip.
    """
    with suppress(VideogenError, ValueError, OverflowError), open_video(path) as reel:
        if 0 < reel.width * reel.height <= LARGEST_PICTURE:
            return _first_shown(reel)
    return None


def _first_shown(reel: VideoReader) -> bytes | None:
    first = None
    for number, picture in enumerate(reel.decode()):
        first = first or picture
        if rgb(picture, 64, 36).mean() > DARK:
            return small_jpeg(reel, picture)
        if number == SCANNED:
            break
    return small_jpeg(reel, first) if first else None


def small_jpeg(reel: VideoReader, picture: av.VideoFrame, width: int = POSTER_WIDTH) -> bytes | None:
    """Encode a frame as it is shown, as finely as the room allows; None where even the coarsest is too large."""
    return jpeg_within(reel.frame(picture, *scaled_size(reel, width)), POSTER_BYTES)


def jpeg_within(picture: av.VideoFrame, room: int) -> bytes | None:
    """Encode a picture as finely as so many bytes allow; None where even the coarsest is larger."""
    small = picture.reformat(format="yuvj420p")
    sizes = (_jpeg(small, coarseness) for coarseness in COARSENESS)
    return next((data for data in sizes if len(data) <= room), None)


def _jpeg(picture: av.VideoFrame, coarseness: int) -> bytes:
    from av import CodecContext

    codec = CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt = picture.width, picture.height, "yuvj420p"
    codec.time_base = Fraction(1, 25)
    codec.qmin = codec.qmax = coarseness
    picture.pts = 0
    return b"".join(bytes(packet) for packet in (*codec.encode(picture), *codec.encode(None)))
