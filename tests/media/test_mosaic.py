"""Many clips as one film and one picture: where tiles stand, how long they last, and what has no clip."""

from __future__ import annotations

from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from PIL import Image

import jupyter_videogen as vg
from jupyter_videogen.media import frames, labels, mosaic
from jupyter_videogen.media.mosaic import GAP, TITLE_HEIGHT, Line, Tile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RED, GREEN = (220, 30, 30), (30, 200, 30)


def film(path: Path, frames: list[tuple[int, int, int]], size: tuple[int, int] = (96, 64), rate: int = 12) -> Path:
    """Write a film of plain frames."""
    with av.open(str(path), "w", format="mp4") as out:
        stream: Any = out.add_stream("libx264", rate=rate, options={"crf": "8"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number, colour in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), colour, np.uint8), format="rgb24")
            picture.pts, picture.time_base = number, Fraction(1, rate)
            out.mux(stream.encode(picture))
        out.mux(stream.encode())
    return path


def read(path: Path) -> list[np.ndarray[Any, Any]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def is_near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return bool(np.abs(np.asarray(pixel, int) - colour).max() < 40)


def middle(picture: Any, column: int, width: int = 96, height: int = 64) -> Any:
    """Return the pixel in the middle of a tile of the first line."""
    return picture[GAP + TITLE_HEIGHT + height // 2, GAP + column * (width + GAP) + width // 2]


@pytest.fixture
def two(tmp_path: Path) -> list[Line]:
    """A clip of 2 s that turns green in its second half, one of half a second, and none."""
    long = film(tmp_path / "long.mp4", [RED] * 12 + [GREEN] * 12)
    short = film(tmp_path / "short.mp4", [RED] * 3 + [GREEN] * 3)
    tiles = (Tile("model a · seed 1", long), Tile("model b", short), Tile("model c", None, "Held back by filter"))
    return [Line("A sentence that is far too long for this line " * 4, tiles)]


@pytest.mark.parametrize("small", [mosaic.SMALL, 0])
def test_the_longest_clip_rules_and_the_others_hold_their_last_frame(
    tmp_path: Path, two: list[Line], monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    """By time, not by number; no clip is enlarged. So it is with small copies of large clips, and none of them is left."""
    monkeypatch.setattr(mosaic, "SMALL", small)
    pictures = read(mosaic.write_film(tmp_path / "grid.mp4", two, overwrite=False))
    assert len(pictures) == 24
    assert is_near(middle(pictures[2], 0), RED)
    assert is_near(middle(pictures[2], 1), RED)
    assert is_near(middle(pictures[8], 0), RED)
    assert is_near(middle(pictures[8], 1), GREEN)
    assert is_near(middle(pictures[23], 0), GREEN)
    assert is_near(middle(pictures[23], 1), GREEN)
    assert pictures[0].shape[1] == 3 * (96 + GAP) + GAP
    assert not list(tmp_path.glob(".videogen-*"))


def test_what_has_no_clip_is_a_labelled_tile(tmp_path: Path, two: list[Line], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words, the captions and the title are drawn; a file that is no film has a place as well."""
    told: list[str] = []
    draw = labels.draw_text
    monkeypatch.setattr(mosaic, "draw_text", lambda words, *how: told.append(words) or draw(words, *how))
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film")
    lines = [Line(two[0].title, (*two[0].tiles, Tile("model d", broken)))]
    with Image.open(mosaic.write_sheet(tmp_path / "sheet.png", lines, overwrite=False)) as sheet:
        picture = np.asarray(sheet)
    assert {"Held back by filter", "Can't be decoded here", "model a · seed 1", lines[0].title} <= set(told)
    assert is_near(middle(picture, 0), GREEN)
    empty = picture[GAP + TITLE_HEIGHT : GAP + TITLE_HEIGHT + 64, GAP + 2 * (96 + GAP) : GAP + 2 * (96 + GAP) + 96]
    assert empty.std() > 5, "the words are to be seen"
    with pytest.raises(vg.InvalidRequest, match="None of the clips can be decoded"):
        mosaic.write_sheet(tmp_path / "none.png", [Line("x", (Tile("d", broken),))], overwrite=False)


def test_clips_of_another_shape_are_fitted_in(tmp_path: Path) -> None:
    """With black beside them."""
    wide, tall = film(tmp_path / "w.mp4", [RED] * 2), film(tmp_path / "t.mp4", [RED] * 2, size=(64, 128))
    tiles = (Tile("w", wide), Tile("w", wide), Tile("t", tall))
    (first, *_) = read(mosaic.write_film(tmp_path / "grid.mp4", [Line("", tiles)], overwrite=False))
    assert is_near(middle(first, 2), RED)
    assert is_near(first[GAP + TITLE_HEIGHT + 32, GAP + 2 * (96 + GAP) + 8], (0, 0, 0))


def test_long_grids_are_pages_one_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """120 clips in 20 rows: five pages, within 1920×1080, and never more than 24 films open."""
    clip = film(tmp_path / "c.mp4", [RED] * 2, size=(480, 270))
    lines = [Line(f"row {row}", tuple(Tile(f"{column}", clip) for column in range(6))) for row in range(20)]
    opened, most = 0, 0

    @contextmanager
    def counted(path: Path) -> Iterator[frames.VideoReader]:
        nonlocal opened, most
        opened, most = opened + 1, max(most, opened + 1)
        with frames.open_video(path) as reel:
            yield reel
        opened -= 1

    monkeypatch.setattr(mosaic, "open_video", counted)
    pictures = read(mosaic.write_film(tmp_path / "grid.mp4", lines, overwrite=False))
    assert len(pictures) == 5 * 2
    assert pictures[0].shape[0] <= 1080
    assert pictures[0].shape[1] <= 1920
    assert (most, opened) == (24, 0)


def test_a_row_that_is_too_long_goes_on_in_the_next_line(tmp_path: Path) -> None:
    """Forty takes of one prompt are seven lines of a sheet."""
    clip = film(tmp_path / "c.mp4", [GREEN] * 2)
    line = Line("takes", tuple(Tile(f"take {number}", clip) for number in range(40)))
    with Image.open(mosaic.write_sheet(tmp_path / "s.png", [line], overwrite=False)) as sheet:
        width, height = sheet.size
    assert width == 6 * (96 + GAP) + GAP
    assert height == 7 * (64 + mosaic.AROUND) + GAP


def test_a_webp_never_ends_and_is_slower(tmp_path: Path, two: list[Line]) -> None:
    """At most 12.5 frames a second, and as long as the longest clip; frames that are the same are one."""
    path = mosaic.write_film(tmp_path / "grid.webp", two, overwrite=False)
    with Image.open(path) as moving:
        lengths = []
        for number in range(moving.n_frames):
            moving.seek(number)
            moving.load()
            lengths.append(moving.info["duration"])
        assert moving.info["loop"] == 0
    assert sum(lengths) == pytest.approx(2000, abs=100)
    assert min(lengths) >= 80


def test_a_picture_that_is_too_high_is_refused(
    tmp_path: Path, two: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another way."""
    monkeypatch.setattr(mosaic, "LARGEST_SHEET", 1000)
    with pytest.raises(vg.InvalidRequest, match=r"would be 1\d\d pixels high"):
        mosaic.write_sheet(tmp_path / "s.png", two, overwrite=False)


def test_a_long_label_is_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps its room, whatever its script."""
    for words in ("x" * 4000, "湖の上のオーロラ " * 40, "", "\n\t"):
        assert labels.draw_text(words, 100, 22, 14, labels.INK, labels.PAPER).shape == (22, 100, 3)
    monkeypatch.setattr(labels, "find_spec", lambda _name: None)
    with pytest.raises(vg.Unsupported, match="Pillow"):
        labels.require_text()
