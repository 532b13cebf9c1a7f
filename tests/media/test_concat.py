"""Clips joined into one film: every frame in its place, copied where that can be, and heard where it should be."""

from __future__ import annotations

import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

import jupyter_videogen as vg
from support.video_samples import clip_of, film, numbers

if TYPE_CHECKING:
    from jupyter_videogen.api.clip import Clip

FIRST, SECOND = tuple(range(0, 120, 8)), tuple(range(120, 240, 8))
KINDS: dict[str, dict[str, Any]] = {
    "B-frames": {"options": {"bf": "3", "g": "300"}},
    "with sound": {"options": {"bf": "2"}, "sound": True},
    "key frames only": {"options": {"bf": "0", "g": "1"}},
    "mpeg-4": {"codec": "mpeg4", "options": {"b": "9000000"}},
    "23.976 a second": {"fps": Fraction(24_000, 1001)},
    "VP9": {"codec": "libvpx-vp9"},
}


def packets(path: Path) -> list[bytes]:
    """The coded pictures, in order."""
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def times(path: Path) -> list[float]:
    """When each picture is shown."""
    with av.open(str(path)) as container:
        return [frame.time for frame in container.decode(video=0)]


def loudness(path: Path, parts: int) -> list[float]:
    """How loud each part of a film is, and whether the sound is as long as the film."""
    with av.open(str(path)) as container:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
        rate = container.streams.audio[0].rate
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        assert len(sound) / rate == pytest.approx(float(video.duration * video.time_base), abs=0.06)
    return [float(np.abs(part).mean()) for part in np.array_split(sound, parts)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_frame_is_there_in_its_order_at_its_time(tmp_path: Path, kind: str) -> None:
    """Whatever the clips are made of."""
    suffix = ".webm" if kind == "VP9" else ".mp4"
    clips = [
        film(tmp_path / f"{name}{suffix}", shades, **KINDS[kind]) for name, shades in (("a", FIRST), ("b", SECOND))
    ]
    path = vg.concat(clips).save(tmp_path / "scene.mp4")
    assert numbers(clip_of(path).frames()) == list(range(30))
    pace = float(KINDS[kind].get("fps", 10))
    assert times(path) == pytest.approx([number / pace for number in range(30)], abs=0.002)
    assert numbers(clip_of(path).last_frame[None]) == [29]


@pytest.mark.parametrize("kind", ["B-frames", "with sound", "VP9"])
def test_clips_that_were_coded_alike_are_copied(tmp_path: Path, kind: str) -> None:
    """Byte by byte: nothing is lost in it."""
    suffix = ".webm" if kind == "VP9" else ".mp4"
    clips = [
        film(tmp_path / f"{name}{suffix}", shades, **KINDS[kind]) for name, shades in (("a", FIRST), ("b", SECOND))
    ]
    scene = vg.concat([*clips, clips[0]])
    assert scene.copies
    path = scene.save(tmp_path / "scene.mp4")
    assert packets(path) == [packet for clip in (*clips, clips[0]) for packet in packets(Path(clip.path))]


def test_clips_that_were_coded_differently_are_coded_anew(tmp_path: Path) -> None:
    """H.264 that every player knows."""
    a, b = film(tmp_path / "a.mp4", FIRST, codec="mpeg4", options={"b": "9000000"}), film(tmp_path / "b.mp4", SECOND)
    scene = vg.concat([a, b])
    assert not scene.copies
    path = scene.save(tmp_path / "scene.mp4")
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert container.streams.video[0].average_rate == 10
        assert not container.streams.audio


def test_the_sound_goes_along(tmp_path: Path) -> None:
    """Copied, it is heard from beginning to end, as long as the pictures."""
    clips = [film(tmp_path / f"{name}.mp4", FIRST, sound=True) for name in "ab"]
    assert min(loudness(vg.concat(clips).save(tmp_path / "scene.mp4"), 6)) > 0.1


def test_copied_sound_neither_stumbles_nor_drifts(tmp_path: Path) -> None:
    """Where clips meet, sound is less than half a packet early or late."""
    clips = [film(tmp_path / f"{name}.mp4", FIRST, sound=True) for name in "abc"]
    with av.open(str(vg.concat(clips).save(tmp_path / "scene.mp4"))) as container:
        frames = list(container.decode(audio=0))
    seams = [later.time - frame.time - frame.samples / frame.sample_rate for frame, later in pairwise(frames)]
    assert max(map(abs, seams)) <= 512 / 48_000
    assert frames[-1].time + frames[-1].samples / 48_000 == pytest.approx(4.5, abs=0.03)


def test_a_clip_without_sound_is_silent_among_others(tmp_path: Path) -> None:
    """The sound of the others stays where it belongs, whatever its rate."""
    heard = film(tmp_path / "a.mp4", FIRST, sound=True)
    silent = film(tmp_path / "b.mp4", SECOND)
    slow = film(tmp_path / "c.mp4", FIRST, sound=True, sample_rate=22_050)
    one, two, three = loudness(vg.concat([heard, silent, slow]).save(tmp_path / "scene.mp4"), 3)
    assert min(one, three) > 0.1
    assert two < 0.01


def test_clips_that_do_not_fit_are_refused_by_what_differs(tmp_path: Path) -> None:
    """Both files and both values are named; nothing is written."""
    a = film(tmp_path / "a.mp4", FIRST)
    larger, faster = film(tmp_path / "b.mp4", FIRST, size=(128, 72)), film(tmp_path / "c.mp4", FIRST, fps=24)
    with pytest.raises(vg.InvalidRequest, match=r"the same size: a\.mp4 has 64x36, b\.mp4 128x72") as size:
        vg.concat([a, larger])
    with pytest.raises(vg.InvalidRequest, match=r"a\.mp4 has 10 frames a second, c\.mp4 24 frames") as pace:
        vg.concat([a, faster])
    assert (size.value.field, pace.value.field) == ("size", "fps")
    film_rate = film(tmp_path / "d.mp4", FIRST, fps=Fraction(24_000, 1001))
    with pytest.raises(vg.InvalidRequest, match=r"23\.976 frames a second"):
        vg.concat([faster, film_rate])


def test_a_scene_says_what_it_is(tmp_path: Path) -> None:
    """How many clips, how long, how large."""
    clip = film(tmp_path / "a.mp4", FIRST)
    assert repr(vg.concat([clip, clip])) == "<Scene of 2 clips, 3.0 s, 64x36>"
    with pytest.raises(vg.InvalidRequest, match="no clips to join"):
        vg.concat([])


@pytest.fixture
def pair(tmp_path: Path) -> list[Clip]:
    """Two clips that fit."""
    return [film(tmp_path / f"{name}.mp4", FIRST) for name in "ab"]


def test_a_scene_replaces_nothing_unasked(pair: list[Clip], tmp_path: Path) -> None:
    """And is an MP4, by its name too."""
    (tmp_path / "c.mp4").write_text("mine")
    scene = vg.concat(pair)
    with pytest.raises(vg.InvalidRequest, match="already exists"):
        scene.save(tmp_path / "c.mp4")
    with pytest.raises(vg.InvalidRequest, match=r"ends in \.mp4"):
        scene.save(tmp_path / "c.avi")
    assert (tmp_path / "c.mp4").read_text() == "mine"
    assert numbers(clip_of(scene.save(tmp_path / "c.mp4", overwrite=True)).last_frame[None]) == [14]


def test_a_scene_may_replace_one_of_its_clips(pair: list[Clip]) -> None:
    """It is written beside it first, so nothing is read that is half overwritten."""
    path = vg.concat(pair).save(pair[0].path, overwrite=True)
    assert len(clip_of(path).frames()) == 30


def test_a_clip_that_goes_missing_leaves_no_half_film(pair: list[Clip], tmp_path: Path) -> None:
    """The error names it, and no temporary file stays."""
    scene = vg.concat(pair)
    Path(pair[1].path).unlink()
    with pytest.raises(vg.Unsupported, match=r"b\.mp4 can't be read"):
        scene.save(tmp_path / "scene.mp4")
    assert not list(tmp_path.glob("*scene*")) + list(tmp_path.glob(".videogen-*"))


def test_joining_needs_the_extra(pair: list[Clip], monkeypatch: pytest.MonkeyPatch) -> None:
    """Said with what to install."""
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(vg.Unsupported, match=r"pip install 'jupyter-videogen\[frames\]'"):
        vg.concat(pair)
