"""Many clips as one film or one picture: lines of tiles, each with a caption, and a title above each line.

*Layout.* A line has up to six tiles; a longer row goes on in the next line. A film shows as many lines at once as make at most
24 tiles of at least 200 pixels, and goes on with the next ones when the longest clip of those has ended: 120 clips of 5 s
in 20 rows are five pages of 5 s. A picture shows all lines. No clip is enlarged; one of another shape is fitted in.

*Memory.* One frame of the film, and a decoder for each tile on view. A decoder of a large clip takes 20 MB and more, so large
clips are read one after another into small copies in a temporary folder first; nothing grows with the number of clips.
"""

from __future__ import annotations

import math
from collections import Counter
from contextlib import ExitStack
from fractions import Fraction
from itertools import chain, groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.core.errors import InvalidRequest, VideogenError
from jupyter_videogen.media import animation, clip_store, export_files
from jupyter_videogen.media.frames import LARGEST_PICTURE, open_video, require_decoder
from jupyter_videogen.media.labels import CAPTION, INK, PAPER, QUIET, TITLE, draw_text, require_text
from jupyter_videogen.media.provenance import copies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import av

    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.media.frames import Array, VideoReader

ACROSS, MOST_TILES = 6, 24
GAP, TITLE_HEIGHT, CAPTION_HEIGHT = 8, 28, 22
"""Pixels."""
AROUND = TITLE_HEIGHT + CAPTION_HEIGHT + GAP
"""Pixels of a line beside its tiles."""
LEAST_TILE, WIDEST_TILE = 200, 640
"""Pixels: tiles are smaller only where one line of them needs it."""
FILM, ANIMATION = (1920, 1080), (1280, 720)
"""The largest film and the largest WebP, in pixels."""
FASTEST = Fraction(30)
"""Frames per second of a film at most; of a WebP, `animation.GIF_RATE`."""
SHEET_WIDTH, LARGEST_SHEET = 1600, 60_000_000
"""Pixels: the width of a picture, and all of it."""
MIDDLE = 0.5
UNREADABLE = "Can't be decoded here"
CODING = {"preset": "veryfast", "crf": "20"}
COPYING = {"preset": "ultrafast", "crf": "12"}
"""Of small copies: fast, and without a loss that is seen."""
SMALL = 640 * 480
"""Pixels of a clip up to which it is read as it is."""


class Tile(NamedTuple):
    """A clip with its caption, or the words in its place."""

    caption: str
    film: Path | None
    words: str = ""


class Line(NamedTuple):
    """Tiles beside each other below a title."""

    title: str
    tiles: tuple[Tile, ...]


class _Box(NamedTuple):
    """A tile's place on a page, in pixels."""

    tile: Tile
    left: int
    top: int


class _Layout(NamedTuple):
    """The sizes that all pages share, in pixels."""

    width: int
    height: int
    tile_width: int
    tile_height: int
    lines: int
    """Of a page."""

    @property
    def line_height(self) -> int:
        return self.tile_height + AROUND


def write_film(target: Path, lines: Sequence[Line], *, overwrite: bool, sources: Sequence[ClipRecord] = ()) -> Path:
    """Write lines of clips as an MP4, or as an animated WebP, by the name of the target.

    The XMP of an MP4 names its kind of source after `sources`, the clips that are seen. Raises `Unsupported` without PyAV, NumPy and Pillow (`pip install 'jupyter-videogen[frames]'`), `InvalidRequest` where
    the name is taken.
    """
    require_decoder()
    require_text()
    is_film = target.suffix.lower() == ".mp4"
    readable, looks = _inspect(lines)
    wrapped = _wrap(readable)
    layout = _lay_out(wrapped, looks, *(FILM if is_film else ANIMATION))
    rate = min(max(look.rate for look in looks), FASTEST if is_film else animation.GIF_RATE)
    with export_files.explained(target), clip_store.replacing(target, overwrite=overwrite) as temporary:
        pictures = _film(wrapped, layout, rate, target.parent)
        if is_film:
            _encode(temporary, pictures, rate, CODING)
            if sources:
                copies.mark_copy(temporary, sources)
        else:
            animation.write_animation(temporary, "webp", "libwebp_anim", _timed(pictures, rate))
    return target


def write_sheet(target: Path, lines: Sequence[Line], *, overwrite: bool) -> Path:
    """Write the middle frame of each clip as one PNG; raises as `write_film` does, and where the picture is too large."""
    require_decoder()
    require_text()
    from PIL import Image

    readable, looks = _inspect(lines)
    wrapped = _wrap(readable)
    layout = _lay_out(wrapped, looks, SHEET_WIDTH, None)
    if layout.width * layout.height > LARGEST_SHEET:
        raise InvalidRequest(
            f"A picture of all {sum(len(line.tiles) for line in lines)} clips would be {layout.height:,} pixels high.",
            next="Export a .html page, or a film: grid.mp4.",
            field="path",
        )
    page, boxes = _draw_page(wrapped, layout)
    for box in boxes:
        if box.tile.film is not None:
            _paste_middle(page, box, layout)
    with export_files.explained(target), clip_store.replacing(target, overwrite=overwrite) as temporary:
        Image.fromarray(page).save(temporary, format="PNG")
    return target


# ---- where everything stands ---------------------------------------------------------------------------------------


class _Look(NamedTuple):
    """What a clip's header says."""

    width: int
    height: int
    rate: Fraction
    """Frames per second."""


def _inspect(lines: Sequence[Line]) -> tuple[list[Line], list[_Look]]:
    """Return the lines and what their clips are like; a clip that can't be decoded is a labelled place.

    Raises `InvalidRequest` where none can be decoded.
    """
    looks: list[_Look] = []
    readable = [Line(line.title, tuple(_look_at(tile, looks) for tile in line.tiles)) for line in lines]
    if not looks:
        raise InvalidRequest("None of the clips can be decoded here.", next="Export to .html or .zip.", field="path")
    return readable, looks


def _look_at(tile: Tile, looks: list[_Look]) -> Tile:
    if tile.film is None:
        return tile
    try:
        with open_video(tile.film) as reel:
            if not 0 < reel.width * reel.height <= LARGEST_PICTURE:
                raise reel.unreadable("its pictures are too large")
            looks.append(_Look(reel.width, reel.height, reel.rate.limit_denominator(1001)))
    except VideogenError:
        return Tile(tile.caption, None, UNREADABLE)
    return tile


def _wrap(lines: Sequence[Line]) -> list[Line]:
    """Break rows that are too long for a line."""
    return [
        Line(line.title, line.tiles[start : start + ACROSS])
        for line in lines
        for start in range(0, len(line.tiles), ACROSS)
    ]


def _lay_out(lines: Sequence[Line], looks: Sequence[_Look], widest: int, tallest: int | None) -> _Layout:
    """Choose how many lines are on view, and the size of tiles: never above the largest clip's own."""
    across = max(len(line.tiles) for line in lines)
    shape = Counter(Fraction(look.width, look.height) for look in looks).most_common(1)[0][0]
    wide = min((widest - GAP) // across - GAP, WIDEST_TILE, max(look.width for look in looks))
    shown = len(lines)
    if tallest is not None:
        shown, wide = _fit(len(lines), across, tallest, wide, shape)
    wide, high = max(_even(wide), 2), max(_even(round(wide / shape)), 2)
    below = shown * (high + AROUND) + GAP
    return _Layout(_even(across * (wide + GAP) + GAP + 1), _even(below + 1), wide, high, shown)


def _fit(count: int, across: int, tallest: int, wide: int, shape: Fraction) -> tuple[int, int]:
    """Return how many lines are on view and the width of a tile: as many lines as leave tiles wide enough, evenly parted."""
    shown = min(count, max(MOST_TILES // across, 1))
    while shown > 1 and _width_in(tallest, shown, shape) < min(wide, LEAST_TILE):
        shown -= 1
    shown = math.ceil(count / math.ceil(count / shown))
    return shown, min(wide, _width_in(tallest, shown, shape))


def _width_in(tallest: int, shown: int, shape: Fraction) -> int:
    return math.floor(((tallest - GAP) // shown - AROUND) * shape)


def _even(number: int) -> int:
    return number // 2 * 2


def _draw_page(lines: Sequence[Line], layout: _Layout) -> tuple[Array, list[_Box]]:
    """Return a page without its clips, and where they go."""
    import numpy as np

    page = np.full((layout.height, layout.width, 3), PAPER, np.uint8)
    boxes: list[_Box] = []
    for number, line in enumerate(lines):
        top = number * layout.line_height + GAP
        _write(page, line.title, GAP, top, (layout.width - 2 * GAP, TITLE_HEIGHT), TITLE, INK)
        for at, tile in enumerate(line.tiles):
            box = _Box(tile, GAP + at * (layout.tile_width + GAP), top + TITLE_HEIGHT)
            _draw_box(page, box, layout)
            boxes.append(box)
    return page, boxes


def _draw_box(page: Array, box: _Box, layout: _Layout) -> None:
    below = box.top + layout.tile_height
    page[box.top : below, box.left : box.left + layout.tile_width] = QUIET if box.tile.film is None else (0, 0, 0)
    _write(page, box.tile.caption, box.left, below, (layout.tile_width, CAPTION_HEIGHT), CAPTION, INK)
    if box.tile.film is None:
        middle = box.top + (layout.tile_height - CAPTION_HEIGHT) // 2
        _write(
            page, box.tile.words, box.left + GAP, middle, (layout.tile_width - 2 * GAP, CAPTION_HEIGHT), CAPTION, INK
        )


def _write(  # noqa: PLR0913, PLR0917 - a place, a size and a look
    page: Array, words: str, left: int, top: int, room: tuple[int, int], size: int, ink: tuple[int, int, int]
) -> None:
    width, height = room
    paper = tuple(int(value) for value in page[top, left])
    page[top : top + height, left : left + width] = draw_text(words, width, height, size, ink, paper)


# ---- what moves ----------------------------------------------------------------------------------------------------


class _Player:
    """A clip on a page: the frame that is nearest to a moment is pasted into its box; after its end, the last one stays."""

    def __init__(self, reel: VideoReader, box: _Box, layout: _Layout, rate: Fraction) -> None:
        self.length = reel.length
        self._reel, self._box, self._layout = reel, box, layout
        self._frames = reel.nearest_each(number / float(rate) for number in range(math.ceil(reel.length * rate - 1e-3)))
        self._shown: av.VideoFrame | None = None

    def show_next(self, page: Array) -> None:
        """Paste the next frame, where it is another one."""
        frame = next(self._frames, None)
        if frame is not None and frame is not self._shown:
            self._shown = frame
            _paste(page, self._box, self._layout, self._reel, frame)


def _paste(page: Array, box: _Box, layout: _Layout, reel: VideoReader, frame: av.VideoFrame) -> None:
    width, height = _fit_in(reel, layout)
    left = box.left + (layout.tile_width - width) // 2
    top = box.top + (layout.tile_height - height) // 2
    page[top : top + height, left : left + width] = reel.render(frame, width, height)


def _fit_in(reel: VideoReader, layout: _Layout) -> tuple[int, int]:
    """Return the size at which a clip is shown in a tile."""
    scale = min(layout.tile_width / reel.width, layout.tile_height / reel.height, 1.0)
    return max(_even(round(reel.width * scale)), 2), max(_even(round(reel.height * scale)), 2)


def _paste_middle(page: Array, box: _Box, layout: _Layout) -> None:
    assert box.tile.film is not None  # noqa: S101 - the caller asks for clips alone
    with open_video(box.tile.film) as reel:
        _paste(page, box, layout, reel, reel.nearest(reel.length * MIDDLE))


def _film(lines: Sequence[Line], layout: _Layout, rate: Fraction, folder: Path) -> Iterator[Array]:
    """Return the frames of all pages; each is drawn over the one before. Small copies are kept in a part of the folder."""
    for _, page in groupby(enumerate(lines), key=lambda numbered: numbered[0] // layout.lines):
        with TemporaryDirectory(dir=folder, prefix=".videogen-", suffix=".part") as copies:
            yield from _play([line for _, line in page], layout, rate, Path(copies))


def _play(lines: Sequence[Line], layout: _Layout, rate: Fraction, copies: Path) -> Iterator[Array]:
    page, boxes = _draw_page(lines, layout)
    films = [(box, _reduce(box.tile.film, layout, rate, copies)) for box in boxes if box.tile.film is not None]
    with ExitStack() as open_films:
        players = [_Player(_open(open_films, film), box, layout, rate) for box, film in films]
        longest = max((player.length for player in players), default=1.0)
        for _ in range(max(math.ceil(longest * float(rate) - 1e-3), 1)):
            for player in players:
                player.show_next(page)
            yield page


def _reduce(film: Path, layout: _Layout, rate: Fraction, copies: Path) -> Path:
    """Return a small copy of a large clip, of the size and rate at which it is shown; a small clip as it is."""
    with open_video(film) as reel:
        if reel.width * reel.height <= SMALL:
            return film
        copy = copies / f"{len(list(copies.iterdir()))}.mp4"
        width, height = _fit_in(reel, layout)
        moments = (number / float(rate) for number in range(math.ceil(reel.length * rate - 1e-3)))
        shown = (reel.render(frame, width, height) for frame in reel.nearest_each(moments))
        _encode(copy, shown, rate, COPYING)
    return copy


def _open(films: ExitStack, path: Path) -> VideoReader:
    reel = films.enter_context(open_video(path))
    reel.stream.thread_type, reel.stream.codec_context.thread_count = "NONE", 1  # threads keep frames of their own
    return reel


def _encode(path: Path, pictures: Iterator[Array], rate: Fraction, options: dict[str, str]) -> None:
    import av

    frames = _timed(pictures, rate)
    first = next(frames)
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        stream: Any = out.add_stream("libx264", rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = first.width, first.height, first.format.name
        for frame in chain([first], frames):
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


def _timed(pictures: Iterator[Array], rate: Fraction) -> Iterator[av.VideoFrame]:
    import av

    for number, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = number, 1 / rate
        yield frame
