"""What is promised about the file."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import av
import pytest

from jupyter_videogen.gateway import engine
from jupyter_videogen.gateway.engine import Cancelled, Rendering, Shot, poster, render
from support.marked_films import IPTC, top_boxes, xmp_source_type

if TYPE_CHECKING:
    from pathlib import Path

PROMPTS = {
    "sea": "a paper boat on the sea at sunset",
    "city": "neon city in the rain",
    "aurora": "northern lights",
    "silk": "quarterly reporting",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder, whatever else the suite keeps in its own."""
    (tmp_path / "clips").mkdir()
    return tmp_path / "clips"


SHOT = Shot(PROMPTS["aurora"], width=256, height=144, seconds=1.0, fps=24, seed=7)


def made(order: Shot, path: Path) -> bytes:
    render(order, path, progress=lambda _: None, cancelled=lambda: False)
    return path.read_bytes()


@pytest.mark.parametrize("scene", PROMPTS)
def test_same_order_gives_same_bytes(scene: str, folder: Path) -> None:
    """On one machine the same order is the same file, byte for byte; another seed is another picture."""
    order = replace(SHOT, prompt=PROMPTS[scene], seconds=0.5)
    one, two = made(order, folder / "one.mp4"), made(order, folder / "two.mp4")
    other = made(replace(SHOT, prompt=PROMPTS[scene], seconds=0.5, seed=8), folder / "three.mp4")
    assert one == two
    with av.open(str(folder / "one.mp4")) as first, av.open(str(folder / "three.mp4")) as third:
        pair = [next(clip.decode(video=0)).to_ndarray(format="gray").astype(int) for clip in (first, third)]
    assert abs(pair[0] - pair[1]).mean() > 2.0, "seeds should be told apart by eye"
    assert one != other


def test_a_capped_clip_keeps_to_its_bits(folder: Path) -> None:
    """No more than its rate and half a second in hand, byte for byte the same again; what is calm anyway is left alone."""
    busy = replace(SHOT, prompt=PROMPTS["city"], width=640, height=360)
    free, capped = made(busy, folder / "free.mp4"), made(replace(busy, kilobits=700), folder / "capped.mp4")
    index = 8_000
    assert len(free) > 1.5 * 700 * 125 + index >= len(capped) > 60_000
    assert made(replace(busy, kilobits=700), folder / "again.mp4") == capped
    calm = len(made(SHOT, folder / "calm.mp4"))
    assert abs(len(made(replace(SHOT, kilobits=9_000), folder / "calm too.mp4")) - calm) < 0.1 * calm


@pytest.mark.parametrize(("seconds", "fps", "frames"), [(1.0, 24, 24), (1.5, 30, 45), (0.7, 25, 18), (0.01, 24, 1)])
def test_length_is_exact(seconds: float, fps: int, frames: int, folder: Path) -> None:
    """A clip has the frames, the rate and the size that were ordered."""
    path = folder / "clip.mp4"
    rendering = render(replace(SHOT, seconds=seconds, fps=fps), path, progress=lambda _: None, cancelled=lambda: False)
    with av.open(str(path)) as clip:
        stream = clip.streams.video[0]
        assert (stream.codec_context.width, stream.codec_context.height, stream.average_rate) == (256, 144, fps)
        assert sum(1 for _ in clip.decode(video=0)) == frames == rendering.frames


def test_file_plays_everywhere(folder: Path) -> None:
    """The clip is H.264 in yuv420p, tagged BT.709 in limited range, with the index at its beginning."""
    data = made(SHOT, folder / "clip.mp4")
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(folder / "clip.mp4")) as clip:
        codec = clip.streams.video[0].codec_context
        tags = (codec.name, codec.pix_fmt, codec.colorspace, codec.color_primaries, codec.color_trc, codec.color_range)
    assert tags == ("h264", "yuv420p", 1, 1, 1, 1)


def test_file_says_what_it_is(folder: Path) -> None:
    """Title and comment tell the prompt, that the clip is procedural, and what was understood."""
    made(replace(SHOT, prompt="Aurora: « été »"), folder / "clip.mp4")
    with av.open(str(folder / "clip.mp4")) as clip:
        assert clip.metadata["title"] == "Aurora: « été »"
        assert json.loads(clip.metadata["comment"]) == {
            "generator": "jupyter-videogen local engine",
            "procedural": True,
            "prompt": "Aurora: « été »",
            "seed": 7,
            "scene": "aurora",
            "mood": "day",
            "words": ["aurora", "ete"],
        }


def test_file_names_its_origin_for_programs(folder: Path) -> None:
    """As XMP, read by a parser of XML: drawn by an algorithm, or put together of what was given; and it plays all the same."""
    first = folder / "first.mp4"
    made(SHOT, first)
    assert xmp_source_type(first) == f"{IPTC}algorithmicMedia"
    made(replace(SHOT, before=first, seconds=2.0), folder / "on.mp4")
    assert xmp_source_type(folder / "on.mp4") == f"{IPTC}composite"
    assert [kind for kind, _ in top_boxes(first.read_bytes())][-1] == b"uuid"
    with av.open(str(first)) as clip:
        assert sum(1 for _ in clip.decode(video=0)) == 24


def test_rendering_tells_what_was_understood(folder: Path) -> None:
    """The caller learns the scene, the mood, the words and the number of frames."""
    rendering = render(
        replace(SHOT, prompt="a neon city"), folder / "clip.mp4", progress=lambda _: None, cancelled=lambda: False
    )
    assert rendering == Rendering("city", "neon", ("neon", "city"), 24)


def test_progress_rises_to_all(folder: Path) -> None:
    """Progress starts at once, never falls, and ends at 100."""
    heard: list[float] = []
    render(SHOT, folder / "clip.mp4", progress=heard.append, cancelled=lambda: False)
    assert heard[0] == 0.0
    assert heard[-1] == 100.0
    assert heard == sorted(heard)


@pytest.mark.parametrize("patience", [0, 1, 9])
def test_cancelling_leaves_nothing(patience: int, folder: Path) -> None:
    """A cancelled clip raises Cancelled and leaves the folder as it was."""
    answers = iter([False] * patience)
    with pytest.raises(Cancelled):
        render(SHOT, folder / "clip.mp4", progress=lambda _: None, cancelled=lambda: next(answers, True))
    assert list(folder.iterdir()) == []


def test_failure_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong, no half clip stays on disk and an older clip of that name survives."""
    monkeypatch.setattr(engine, "BETWEEN_REPORTS", 0.0)  # a quick machine would tell of nothing in between
    (folder / "clip.mp4").write_bytes(b"older")

    def listener(percent: float) -> None:
        if percent > 5:  # noqa: RUF100
            raise OSError("the page is gone")

    with pytest.raises(OSError, match="the page is gone"):
        render(replace(SHOT, seconds=3.0), folder / "clip.mp4", progress=listener, cancelled=lambda: False)
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("clip.mp4", b"older")]


@pytest.mark.parametrize(("width", "height"), [(640, 360), (258, 146), (144, 256)])
def test_poster_is_a_small_picture(width: int, height: int, folder: Path) -> None:
    """A poster is a JPEG of at most 480 pixels' width and 60 kB, and the same each time."""
    made(replace(SHOT, prompt=PROMPTS["city"], width=width, height=height, seconds=0.2), folder / "clip.mp4")
    data = poster(folder / "clip.mp4")
    assert data.startswith(b"\xff\xd8\xff")
    assert data.endswith(b"\xff\xd9")
    assert len(data) <= 60_000
    assert data == poster(folder / "clip.mp4")
    codec = av.CodecContext.create("mjpeg", "r")
    frame = codec.decode(av.Packet(data))[0]
    assert frame.width == min(width, 480)
