"""Frames of real files: the right one for every time, as arrays, sheets and posters."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

import jupyter_videogen as vg
from jupyter_videogen.media import frames
from jupyter_videogen.media.inputs import collect
from support.video_samples import clip_of, film, numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.api.clip import Clip

MAKERS = {
    "one key frame, B-frames": {"options": {"g": "300", "bf": "3"}},
    "a key frame now and then": {"options": {"g": "7", "bf": "2", "sc_threshold": "0"}},
    "key frames only": {"options": {"g": "1", "bf": "0"}},
    "with sound": {"options": {"g": "5"}, "sound": True},
    "webm": {"codec": "libvpx-vp9"},
    "webm with sound": {"codec": "libvpx-vp9", "sound": True},
    "mpeg-4": {"codec": "mpeg4", "options": {"bf": "2", "g": "9", "b": "9000000"}},
    "fragments": {"fragments": True},
}


@pytest.fixture(params=MAKERS)
def clip(request: pytest.FixtureRequest, tmp_path: Path) -> Clip:
    """Thirty frames at ten a second, coded in as many ways as there are."""
    kind = dict(MAKERS[request.param])
    path = tmp_path / ("a.webm" if "vp9" in str(kind.get("codec")) else "a.mp4")
    if kind.pop("fragments", False):
        return fragmented(film(tmp_path / "whole.mp4"), path)
    return film(path, **kind)


def fragmented(whole: Clip, path: Path) -> Clip:
    """The same film in fragments, as some providers send them: its head tells no length."""
    with (
        av.open(whole.path) as source,
        av.open(str(path), "w", options={"movflags": "frag_keyframe+empty_moov"}) as out,
    ):
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    return clip_of(path)


def test_every_time_gives_the_nearest_frame(clip: Clip) -> None:
    """Of thirty frames, each by its own time, by a little before and by a little after it."""
    for number in range(30):
        for away in (-0.04, 0.0, 0.04):
            if number or away >= 0:
                assert numbers(clip.frame(number / 10 + away)[None]) == [number], (number, away)


def test_a_negative_time_counts_from_the_end(clip: Clip) -> None:
    """-0.1 is the last of frames a tenth long, and -3 the first."""
    assert numbers(np.stack([clip.frame(-0.1), clip.frame(-1.0), clip.frame(-2.99)])) == [29, 20, 0]


def test_the_end_is_the_last_frame_and_beyond_it_is_an_error(clip: Clip) -> None:
    """The error says how long the clip is."""
    assert numbers(np.stack([clip.frame(3.0), clip.last_frame])) == [29, 29]
    for t in (4.0, -4.0, float("nan"), float("inf")):
        with pytest.raises(vg.InvalidRequest, match=r"No frame at .* is 3\.0\d s long"):
            clip.frame(t)


def test_all_frames_come_in_order(clip: Clip) -> None:
    """As one array of bytes."""
    pictures = clip.frames()
    assert (pictures.shape, pictures.dtype) == ((30, 36, 64, 3), np.uint8)
    assert numbers(pictures) == list(range(30))


def test_frames_come_by_steps_of_seconds(clip: Clip) -> None:
    """From 0 on, each the nearest to its moment; a step beyond the end leaves the first."""
    assert numbers(clip.frames(every=0.5)) == [0, 5, 10, 15, 20, 25]
    assert numbers(clip.frames(every=0.74)) == [0, 7, 15, 22, 29]
    assert numbers(clip.frames(every=60)) == [0]


def test_a_step_may_be_shorter_than_a_frame(tmp_path: Path) -> None:
    """A frame is then given more than once."""
    assert numbers(film(tmp_path / "a.mp4", (0, 80)).frames(every=0.04)) == [0, 0, 10, 10, 10]


@pytest.mark.parametrize("step", [0, -1.0, float("nan")])
def test_a_step_of_nothing_is_refused(tmp_path: Path, step: float) -> None:
    """It would never end."""
    with pytest.raises(vg.InvalidRequest, match="is not a valid step"):
        film(tmp_path / "a.mp4").frames(every=step)


def test_more_than_fits_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a step that would fit."""
    clip = film(tmp_path / "a.mp4")
    monkeypatch.setattr(frames, "MOST", 12 * 64 * 36 * 3)
    with pytest.raises(vg.InvalidRequest, match=r"30 frames of 64×36 take .* such as frames\(every=0\.3\)"):
        clip.frames()
    assert numbers(clip.frames(every=0.3)) == [0, 3, 6, 9, 12, 15, 18, 21, 24, 27]


def test_a_contact_sheet_shows_the_whole_clip(clip: Clip) -> None:
    """Row by row, evenly spaced, the cells no larger than the frames."""
    sheet = clip.contact_sheet(5, 2)
    assert (sheet.shape, sheet.dtype) == ((72, 320, 3), np.uint8)
    cells = [sheet[top : top + 36, left : left + 64] for top in (0, 36) for left in range(0, 320, 64)]
    assert np.abs(np.diff([1, 4, 7, 10, 13, 16, 19, 22, 25, 28]) - np.diff(numbers(np.stack(cells)))).max() <= 1
    assert numbers(np.stack(cells))[0] in {1, 2}


def test_a_sheet_of_a_large_clip_is_of_a_size_to_look_at(tmp_path: Path) -> None:
    """At most 1280 pixels wide, in the clip's own shape."""
    clip = film(tmp_path / "a.mp4", (0, 100, 200), size=(1280, 720))
    assert clip.contact_sheet(4, 3).shape == (540, 1280, 3)
    with pytest.raises(vg.InvalidRequest, match="A sheet of 0 columns"):
        clip.contact_sheet(0, 3)


def test_the_last_frame_is_a_start_image(tmp_path: Path) -> None:
    """A request takes it as it is, and it stays the same picture."""
    clip = film(tmp_path / "a.mp4")
    image = collect({"image": clip.last_frame}, tmp_path / "home")["image"]
    assert (image.kind, image.content_type, image.width, image.height) == ("image", "image/png", 64, 36)
    with av.open(image.path) as picture:
        (again,) = (frame.to_ndarray(format="rgb24") for frame in picture.decode(video=0))
    assert np.array_equal(again, clip.last_frame)


@pytest.mark.parametrize("module", ["av", "numpy"])
@pytest.mark.parametrize(
    "use", [lambda c: c.frame(0), lambda c: c.last_frame, lambda c: c.frames(), lambda c: c.contact_sheet()]
)
def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, use: Callable[[Clip], object]
) -> None:
    """In one sentence, whatever is asked for."""
    clip = film(tmp_path / "a.mp4")
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(vg.Unsupported, match=r"pip install 'jupyter-videogen\[frames\]'"):
        use(clip)


def spoil(clip: vg.Clip) -> None:
    """Make of a clip's file one of its size that does not decode."""
    Path(clip.path).write_bytes((b"\0\0\0\x08ftyp" * clip.bytes)[: clip.bytes])


def test_a_clip_that_is_gone_or_broken_is_said_so(tmp_path: Path) -> None:
    """Deleted, replaced, or without pictures that decode."""
    clip = film(tmp_path / "a.mp4")
    spoil(clip)
    with pytest.raises(vg.Unsupported, match=r"a\.mp4 can't be read as a video"):
        clip.frame(0)
    Path(clip.path).write_bytes(b"another film")
    with pytest.raises(vg.InvalidRequest, match="Another file is at"):
        clip.frames()
    Path(clip.path).unlink()
    with pytest.raises(vg.InvalidRequest, match="no longer at"):
        clip.frames()


def test_colours_that_a_file_does_not_name_are_those_a_browser_shows(tmp_path: Path) -> None:
    """Red stays red: from 720 lines on the matrix is that of HD, below that of SD."""
    for size, matrix in (((1280, 720), 1), ((640, 360), 5)):
        red = np.zeros((size[1], size[0], 3), np.uint8)
        red[..., 0] = 220
        path = tmp_path / f"{matrix}.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=10)
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            frame = av.VideoFrame.from_ndarray(red, format="rgb24").reformat(format="yuv420p", dst_colorspace=matrix)
            frame.colorspace = 2
            container.mux(stream.encode(frame))
            container.mux(stream.encode())
        assert np.abs(clip_of(path).frame(0).astype(int) - red).max() <= 6


def test_a_poster_is_the_first_frame_with_something_to_see(tmp_path: Path) -> None:
    """A small JPEG, black beginnings passed over."""
    film(tmp_path / "a.mp4", (0, 0, 0, 160, 240), size=(1280, 720))
    jpeg = frames.poster(tmp_path / "a.mp4")
    assert jpeg is not None
    assert jpeg.startswith(b"\xff\xd8\xff")
    (tmp_path / "p.jpg").write_bytes(jpeg)
    with av.open(str(tmp_path / "p.jpg")) as picture:
        (frame,) = picture.decode(video=0)
    assert (frame.width, frame.height) == (480, 270)
    assert numbers(frame.to_ndarray(format="rgb24")[None]) == [20]


def test_a_poster_fits_into_a_notebook_whatever_it_shows(tmp_path: Path) -> None:
    """Even noise, which no encoder likes, is at most 30 kB or nothing."""
    noise = np.random.default_rng(7).integers(0, 256, (720, 1280, 3), np.uint8)
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"qp": "1"})
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv444p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(noise, format="rgb24")))
        container.mux(stream.encode())
    assert len(frames.poster(tmp_path / "a.mp4") or b"") <= 30_000


def test_a_clip_that_is_black_throughout_has_a_black_poster(tmp_path: Path) -> None:
    """And what cannot be read has none, quietly."""
    film(tmp_path / "a.mp4", (0, 0, 0))
    assert (frames.poster(tmp_path / "a.mp4") or b"").startswith(b"\xff\xd8\xff")
    (tmp_path / "b.mp4").write_bytes(b"\0\0\0\x08ftyp" * 9)
    assert frames.poster(tmp_path / "b.mp4") is None


def test_without_the_extra_there_is_no_poster_and_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clips come without PyAV as they did."""
    film(tmp_path / "a.mp4")
    monkeypatch.setitem(sys.modules, "av", None)
    assert frames.poster(tmp_path / "a.mp4") is None


def test_what_claims_to_be_huge_is_not_decoded_for_a_poster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file can ask for gigabytes of pixels; nobody asked for its poster."""
    film(tmp_path / "a.mp4", (200, 200))
    monkeypatch.setattr(frames, "LARGEST_PICTURE", 64 * 36 - 1)
    assert frames.poster(tmp_path / "a.mp4") is None


def levels(path: Path) -> tuple[list[float], list[int]]:
    """Decode an animation: the times of its pictures, and their numbers."""
    with av.open(str(path)) as container:
        shown = [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    return [time for time, _ in shown], numbers(np.stack([picture for _, picture in shown]))


def test_a_clip_becomes_a_gif(tmp_path: Path) -> None:
    """As long as the clip and endless; a slow clip's every frame is in it, in its own colours."""
    gif = film(tmp_path / "a.mp4", sound=True).to_gif(tmp_path / "out" / "a.gif")
    assert gif == tmp_path / "out" / "a.gif"
    times, shown = levels(gif)
    assert shown == list(range(30))
    assert times == pytest.approx([number / 10 for number in range(30)])
    assert b"NETSCAPE2.0\x03\x01\x00\x00" in gif.read_bytes()


def test_a_fast_clip_becomes_a_gif_of_fewer_frames(tmp_path: Path) -> None:
    """12.5 a second, at the right times, and of the width that is asked for."""
    clip = film(tmp_path / "a.mp4", [4 * n for n in range(50)], fps=25, size=(640, 360))
    times, shown = levels(clip.to_gif(tmp_path / "a.gif", width=160))
    assert times == pytest.approx([number * 0.08 for number in range(25)])
    assert np.abs(np.array(shown) - np.arange(25)).max() <= 1
    with av.open(str(tmp_path / "a.gif")) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (160, 90)


def test_a_gif_has_the_clip_s_own_colours(tmp_path: Path) -> None:
    """The palette is chosen from the whole clip, not from its beginning."""
    path = tmp_path / "a.mp4"
    colours = [(220, 30, 30)] * 5 + [(30, 200, 60)] * 5 + [(40, 60, 220)] * 5
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        for colour in colours:
            picture = np.full((36, 64, 3), colour, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    gif = clip_of(clip_of(path).to_gif(tmp_path / "a.gif"))
    shown = np.stack([gif.frame(0), gif.frame(0.7), gif.last_frame]).mean(axis=(1, 2))
    assert np.abs(shown - [colours[0], colours[7], colours[-1]]).max() < 10


def chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """Walk the chunks of a RIFF file."""
    assert content[:4] + content[8:12] == b"RIFFWEBP"
    found, at = [], 12
    while at < len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        found.append((content[at : at + 4], content[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found


def test_a_clip_becomes_a_webp(tmp_path: Path) -> None:
    """Endless, as long as the clip, small, and of its shape."""
    clip = film(tmp_path / "a.mp4", size=(640, 360))
    webp = clip.to_webp(tmp_path / "a.webp", width=320)
    found = chunks(webp.read_bytes())
    ((_, canvas),) = [chunk for chunk in found if chunk[0] == b"VP8X"]
    ((_, loop),) = [chunk for chunk in found if chunk[0] == b"ANIM"]
    frames_ = [body for kind, body in found if kind == b"ANMF"]
    assert (canvas[4:7], canvas[7:10]) == ((319).to_bytes(3, "little"), (179).to_bytes(3, "little"))
    assert loop[4:6] == b"\0\0"
    assert len(frames_) == 30
    assert sum(int.from_bytes(body[12:15], "little") for body in frames_) == pytest.approx(3000, abs=100)


@pytest.mark.parametrize("name", ["to_gif", "to_webp"])
def test_an_animation_replaces_nothing_unasked(tmp_path: Path, name: str) -> None:
    """And leaves nothing behind where it fails."""
    clip = film(tmp_path / "a.mp4")
    make = getattr(clip, name)
    (tmp_path / "b").write_text("mine")
    with pytest.raises(vg.InvalidRequest, match="already exists"):
        make(tmp_path / "b")
    with pytest.raises(vg.InvalidRequest, match="A width of 0 pixels is not possible"):
        make(tmp_path / "c", width=0)
    assert (tmp_path / "b").read_text() == "mine"
    make(tmp_path / "b", overwrite=True)
    assert (tmp_path / "b").stat().st_size > 500
    spoil(clip)
    with pytest.raises(vg.Unsupported):
        make(tmp_path / "c")
    assert sorted(file.name for file in tmp_path.iterdir() if file.name not in {"home", "work"}) == ["a.mp4", "b"]
