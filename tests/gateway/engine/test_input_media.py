"""What is promised of pictures, styles and sound."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from jupyter_videogen.gateway.engine import Rendering, Shot, UnreadableError, render
from jupyter_videogen.gateway.engine.contact import still
from jupyter_videogen.gateway.engine.drawing.style import STYLES
from jupyter_videogen.gateway.engine.sound import RATE, SOUNDS
from jupyter_videogen.gateway.engine.still import crop

if TYPE_CHECKING:
    from pathlib import Path

SHOT = Shot("a campfire", width=256, height=144, seconds=1.0, fps=12, seed=3)


def made(shot: Shot, path: Path) -> Rendering:
    return render(shot, path, progress=lambda _: None, cancelled=lambda: False)


def decoded(path: Path) -> np.ndarray:
    with av.open(str(path)) as clip:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]).astype(int)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A finished clip of a fire."""
    made(SHOT, tmp_path / "fire.mp4")
    return tmp_path / "fire.mp4"


def test_clip_is_continued_from_its_last_frame(clip: Path, tmp_path: Path) -> None:
    """The first frame of the next clip is the last one of the given clip, and then the camera moves."""
    rendering = made(replace(SHOT, image=clip), tmp_path / "next.mp4")
    earlier, later = decoded(clip), decoded(tmp_path / "next.mp4")
    assert rendering.scene == "picture"
    assert np.abs(later[0] - earlier[-1]).mean() < 3
    assert np.abs(later[-1] - later[0]).mean() > 2 * np.abs(later[0] - earlier[-1]).mean()


def test_clip_is_extended_by_what_comes_after_it(clip: Path, tmp_path: Path) -> None:
    """All frames of the first clip are shown, then what goes on from its last; the length is that of both."""
    longer = replace(SHOT, prompt="a storm", seconds=1.5, image=clip, before=clip)
    rendering = made(longer, tmp_path / "longer.mp4")
    first, whole = decoded(clip), decoded(tmp_path / "longer.mp4")
    assert rendering.frames == len(whole) == 18
    assert np.abs(whole[:12] - first).mean() < 3
    assert np.abs(whole[12] - first[-1]).mean() < 3
    assert np.abs(whole[-1] - first[-1]).mean() > 2 * np.abs(whole[12] - first[-1]).mean()


def test_clip_ends_with_the_last_frame(clip: Path, tmp_path: Path) -> None:
    """A clip begins as its own scene and ends with the picture that was given."""
    sea = replace(SHOT, prompt="the sea at noon", last_frame=clip)
    made(sea, tmp_path / "to.mp4")
    frames, aim = decoded(tmp_path / "to.mp4"), decoded(clip)[-1]
    away = [float(np.abs(frame - aim).mean()) for frame in frames]
    assert away[-1] < 4
    assert away[0] > 20
    assert away[6] == pytest.approx(away[0], rel=0.15), "the transition belongs to the last third"
    assert max(np.diff(away[-4:])) < 0, "it comes closer with every frame"


def test_picture_is_cropped_not_squeezed() -> None:
    """A wide picture in a tall frame loses its sides and keeps its shape."""
    picture = np.zeros((90, 160, 3), np.uint8)
    picture[:, 79:81] = 255
    tall = crop(picture, 9 / 16)
    assert tall.shape == (90, 51, 3)
    assert (tall == 255).all(axis=(0, 2)).sum() == 2
    assert crop(picture, 4.0).shape == (40, 160, 3)


def test_file_without_picture_is_refused(tmp_path: Path) -> None:
    """What is not an image fails the clip and leaves nothing behind."""
    folder = tmp_path / "clips"
    folder.mkdir()
    (tmp_path / "text.png").write_bytes(b"no picture")
    for field in ("image", "last_frame", "audio"):
        with pytest.raises(UnreadableError, match="that was given can't be read"):
            made(replace(SHOT, **{field: tmp_path / "text.png"}), folder / "clip.mp4")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("style", [name for name in STYLES if name])
@pytest.mark.parametrize("prompt", ["the sea at sunset", "mountains", "a neon city"])
def test_style_is_seen_at_once(style: str, prompt: str) -> None:
    """A style changes the whole picture, and keeps shadows and lights."""
    with np.errstate(all="raise", under="ignore"):
        plain, styled = (still(prompt, (256, 144), name).astype(int) for name in ("", style))
    assert np.abs(plain - styled).mean() > 12
    assert np.ptp(np.percentile(styled, [2, 98])) >= 70


def test_clip_is_silent_unless_sound_is_asked(clip: Path) -> None:
    """Sound is off by default."""
    with av.open(str(clip)) as container:
        assert not container.streams.audio


def test_sound_is_as_long_as_the_picture(tmp_path: Path) -> None:
    """A scene that has a sound is heard in stereo for the length of the clip, neither silent nor clipped."""
    made(replace(SHOT, sound=True), tmp_path / "clip.mp4")
    with av.open(str(tmp_path / "clip.mp4")) as container:
        codec = container.streams.audio[0].codec_context
        assert (codec.name, codec.sample_rate, codec.channels) == ("aac", RATE, 2)
        heard = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    assert heard.shape[1] == pytest.approx(RATE, abs=2048)
    assert 0.3 < np.abs(heard).max() < 0.9
    assert np.abs(heard[0] - heard[1]).max() > 0.01


def test_silent_scene_stays_silent(tmp_path: Path) -> None:
    """A scene without a sound has no sound track, whatever was asked."""
    assert "space" not in SOUNDS
    made(replace(SHOT, prompt="a galaxy", sound=True), tmp_path / "clip.mp4")
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert not container.streams.audio


def test_same_sound_gives_same_bytes(tmp_path: Path) -> None:
    """Sound is drawn from the same chance as the picture."""
    for name in ("one", "two"):
        made(replace(SHOT, prompt="the sea", seconds=0.5, sound=True), tmp_path / f"{name}.mp4")
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
