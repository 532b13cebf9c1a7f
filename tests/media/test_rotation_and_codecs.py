"""Films as they are shown: turned, mirrored, with pixels that are no squares, odd-sized, and of other codecs."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from jupyter_videogen.media import frames
from jupyter_videogen.media.concat import concat
from jupyter_videogen.media.inputs import load_media
from support.video_samples import clip_of, film

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_videogen.api.clip import Clip

CORNERS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "black": (0, 0, 0)}
MATRICES = {
    "as it is": ((1, 0, 0, 1), (64, 36), ["red", "green", "blue", "black"]),
    "a quarter to the right": ((0, 1, -1, 0), (36, 64), ["blue", "red", "black", "green"]),
    "a quarter to the left": ((0, -1, 1, 0), (36, 64), ["green", "black", "red", "blue"]),
    "head down": ((-1, 0, 0, -1), (64, 36), ["black", "blue", "green", "red"]),
    "mirrored": ((-1, 0, 0, 1), (64, 36), ["green", "red", "black", "blue"]),
}
"""The matrix's a, b, c, d; the size as shown; the corners as shown: above left, above right, below left, below right."""


def painted(path: Path, *, aspect: Fraction | None = None, size: tuple[int, int] = (64, 36)) -> Clip:
    """A film whose four corners have colours of their own."""
    wide, high = size
    picture = np.zeros((high, wide, 3), np.uint8)
    picture[: high // 2, : wide // 2] = CORNERS["red"]
    picture[: high // 2, wide // 2 :] = CORNERS["green"]
    picture[high // 2 :, : wide // 2] = CORNERS["blue"]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = wide, high, "yuv420p"
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        for _ in range(6):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return clip_of(path)


def turned(path: Path, matrix: tuple[int, ...]) -> Clip:
    """Write a display matrix into the track's head, as phones do (ISO 14496-12, section 8.3.2)."""
    body = bytearray(path.read_bytes())
    a, b, c, d = (value * 0x10000 for value in matrix)
    at = body.find(b"tkhd") + 44
    body[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000)
    path.write_bytes(body)
    return clip_of(path)


def corners(picture: Any) -> list[str]:
    """Name the colours of a picture's corners."""
    high, wide = picture.shape[:2]
    places = [(high // 4, wide // 4), (high // 4, wide * 3 // 4), (high * 3 // 4, wide // 4), (high * 3 // 4, wide * 3 // 4)]  # fmt: skip

    def name(pixel: Any) -> str:
        return min(CORNERS, key=lambda one: int(np.abs(np.array(CORNERS[one]) - pixel.astype(int)).sum()))

    return [name(picture[place]) for place in places]


@pytest.mark.parametrize("how", MATRICES)
def test_frames_are_as_a_browser_shows_them(how: str, tmp_path: Path) -> None:
    """One, the last, all, a sheet, the poster and the picture that a next clip begins with."""
    matrix, (wide, high), shown = MATRICES[how]
    painted(tmp_path / "a.mp4")
    clip = turned(tmp_path / "a.mp4", matrix)
    assert clip.frame(0).shape == clip.last_frame.shape == (high, wide, 3)
    assert corners(clip.frame(0.2)) == corners(clip.last_frame) == shown
    assert clip.frames().shape == (6, high, wide, 3)
    assert corners(clip.frames()[3]) == shown
    sheet = clip.contact_sheet(1, 1)
    assert corners(sheet) == shown
    poster = frames.poster(tmp_path / "a.mp4")
    (tmp_path / "poster.jpg").write_bytes(poster or b"")
    with av.open(str(tmp_path / "poster.jpg")) as container:
        assert corners(next(container.decode(video=0)).to_ndarray(format="rgb24")) == shown
    start = load_media(clip, "image", "image", tmp_path)
    assert (start.width, start.height) == (wide, high)


@pytest.mark.parametrize("how", ["a quarter to the right", "mirrored"])
def test_animations_are_too(how: str, tmp_path: Path) -> None:
    """GIF and WebP."""
    matrix, (wide, high), shown = MATRICES[how]
    painted(tmp_path / "a.mp4")
    clip = turned(tmp_path / "a.mp4", matrix)
    with av.open(str(clip.to_gif(tmp_path / "a.gif", width=wide))) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert (picture.shape[1::-1], corners(picture)) == ((wide, high), shown)
    clip.to_webp(tmp_path / "a.webp", width=wide)


@pytest.mark.parametrize(("aspect", "size"), [(Fraction(2, 1), (128, 36)), (Fraction(1, 2), (32, 36)), (Fraction(4, 3), (85, 36))])  # fmt: skip
def test_pixels_that_are_no_squares_are_made_square(aspect: Fraction, size: tuple[int, int], tmp_path: Path) -> None:
    """Broadcast films are wider than they are coded."""
    clip = painted(tmp_path / "a.mp4", aspect=aspect)
    assert clip.frame(0).shape[1::-1] == size
    assert corners(clip.frame(0)) == ["red", "green", "blue", "black"]


def test_turned_clips_are_joined_as_they_are_shown(tmp_path: Path) -> None:
    """Two alike are not copied, for the turn would be lost; they are coded anew."""
    painted(tmp_path / "a.mp4")
    clip = turned(tmp_path / "a.mp4", MATRICES["a quarter to the right"][0])
    scene = concat([clip, clip])
    assert not scene.copies
    joined = clip_of(scene.save(tmp_path / "two.mp4"))
    assert joined.frames().shape == (12, 64, 36, 3)
    assert corners(joined.last_frame) == MATRICES["a quarter to the right"][2]


@pytest.mark.parametrize("codec", ["libsvtav1", "libx264", "libx265", "libvpx-vp9"])
def test_clips_that_no_encoder_here_could_make_are_copied(
    codec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copying needs no encoder: AV1 is read by a decoder that is none."""
    monkeypatch.setenv("SVT_LOG", "0")
    options = {"log-level": "none"} if codec == "libx265" else {}
    clip = film(tmp_path / "a.mp4", range(0, 160, 8), size=(64, 64), codec=codec, options=options)
    scene = concat([clip, clip])
    assert scene.copies
    assert len(clip_of(scene.save(tmp_path / "two.mp4")).frames()) == 40


def odd(path: Path, *, size: tuple[int, int], form: str) -> Clip:
    """A film in 4:4:4, which may be of any size."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = *size, form
        for level in range(0, 80, 8):
            picture = np.full((size[1], size[0], 3), level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return clip_of(path)


@pytest.mark.parametrize(("size", "form"), [((65, 37), "yuv444p"), ((64, 37), "yuv444p"), ((64, 36), "yuv444p"), ((64, 36), "yuv422p")])  # fmt: skip
def test_odd_sizes_and_other_colours_are_joined(size: tuple[int, int], form: str, tmp_path: Path) -> None:
    """Alike they are copied; among others they are coded anew, in the nearest even size."""
    one = odd(tmp_path / "a.mp4", size=size, form=form)
    assert concat([one, one]).copies
    assert len(clip_of(concat([one, one]).save(tmp_path / "copied.mp4")).frames()) == 20
    other = film(tmp_path / "b.webm", range(0, 80, 8), size=size, codec="libvpx-vp9")
    made = clip_of(concat([one, other]).save(tmp_path / "coded.mp4"))
    assert made.frames().shape == (20, size[1] // 2 * 2, size[0] // 2 * 2, 3)
