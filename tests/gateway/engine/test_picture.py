"""What is promised about the pictures: alive, smooth, endless, neither dull nor burnt, in any shape."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from jupyter_videogen.gateway.engine.drawing.canvas import Canvas
from jupyter_videogen.gateway.engine.drawing.frame_spec import Stage
from jupyter_videogen.gateway.engine.drawing.palette import GRADES
from jupyter_videogen.gateway.engine.drawing.quantize import Finish
from jupyter_videogen.gateway.engine.drawing.random_source import Dice
from jupyter_videogen.gateway.engine.prompt.parser import read
from jupyter_videogen.gateway.engine.scenes import SCENES, look_for, scene_for

PROMPTS = {
    "sea": "a boat on the sea at sunset",
    "city": "city street in the rain",
    "aurora": "northern lights",
    "silk": "quarterly reporting",
    "mountains": "mountains in the evening",
    "snow": "snow",
    "fire": "a campfire",
    "forest": "a forest in the mist",
    "desert": "dunes in the desert",
    "underwater": "fish and bubbles underwater",
    "clouds": "clouds in time-lapse",
    "meadow": "a meadow with butterflies",
    "space": "a galaxy and a planet",
    "drive": "a synthwave drive",
    "flow": "ink and smoke",
}
MOODS = sorted({mood for _, looks in SCENES.values() for mood in looks} | set(GRADES))


def frames(prompt: str, size: tuple[int, int], seed: int, moments: list[float], seconds: float = 4.0) -> np.ndarray:
    """Draw luma, 16 to 235, at some moments; any slip of arithmetic is an error.

    Underflow is none: whether a value too small for float32 raises it differs between processors.
    """
    reading, dice = read(prompt), Dice(prompt, seed)
    stage = Stage(*size, seconds, reading.pace, reading.props)
    with np.errstate(all="raise", under="ignore"):
        scene = scene_for(reading)(stage, look_for(reading, prompt)[1], dice)
        finish, canvas = Finish(*size, dice.stream("finish")), Canvas(*size)
        drawn = []
        for moment in moments:
            scene.draw(canvas, moment)
            for plane in (canvas.luma, canvas.blue, canvas.red):
                assert np.isfinite(plane).all()
            drawn.append(finish(canvas).to_ndarray()[: size[1], : size[0]].astype(np.int16))
    return np.stack(drawn)


@cache
def film(scene: str, seed: int) -> np.ndarray:
    return frames(PROMPTS[scene], (320, 180), seed, [number / 24 for number in range(96)])


each = pytest.mark.parametrize(("scene", "seed"), [(scene, seed) for scene in PROMPTS for seed in (1, 2)])


@each
def test_picture_is_alive(scene: str, seed: int) -> None:
    """Something moves in every frame, and nothing jumps."""
    steps = np.abs(np.diff(film(scene, seed), axis=0)).mean(axis=(1, 2))
    assert 0.5 <= np.median(steps) <= 12
    assert steps.max() / np.median(steps) <= 1.6


@each
def test_light_does_not_flicker(scene: str, seed: int) -> None:
    """The brightness of the whole picture changes smoothly: no frame is lighter or darker than both its neighbours."""
    means = film(scene, seed).mean(axis=(1, 2))
    assert np.abs(np.diff(means, 2)).max() < 1.0


@each
def test_clip_loops(scene: str, seed: int) -> None:
    """The last frame leads to the first as any frame leads to the next."""
    clip = film(scene, seed)
    step = np.median(np.abs(np.diff(clip, axis=0)).mean(axis=(1, 2)))
    assert 0.1 <= np.abs(clip[0] - clip[-1]).mean() / step <= 1.25


@each
def test_picture_has_range(scene: str, seed: int) -> None:
    """There are shadows and lights, hardly anything is burnt, and the whole is neither black nor white."""
    clip = film(scene, seed)[::12]
    low, high = np.percentile(clip, [2, 98])
    assert high - low >= 80
    assert 30 <= clip.mean() <= 160
    assert (clip >= 233).mean() < 0.015


@pytest.mark.parametrize("size", [(256, 144), (144, 256), (180, 180), (258, 142), (640, 256)], ids=str)
@pytest.mark.parametrize("scene", PROMPTS)
def test_any_shape_can_be_drawn(scene: str, size: tuple[int, int]) -> None:
    """Wide, tall and square frames of odd sizes are drawn without a slip, for short and long clips."""
    clip = frames(PROMPTS[scene], size, 3, [0.0, 0.4], seconds=1.0)
    assert clip.shape == (2, size[1], size[0])
    assert np.percentile(clip, 98) - np.percentile(clip, 2) >= 60


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("scene", [scene for scene in PROMPTS if scene != "silk"])
def test_any_mood_can_be_drawn(scene: str, mood: str) -> None:
    """Every mood of every scene, with a boat and two colours, is a picture."""
    clip = frames(f"{PROMPTS[scene].split(' at ')[0]} {mood} boat red blue", (160, 90), 5, [1.0])
    assert np.percentile(clip, 98) - np.percentile(clip, 2) >= 40


def test_a_frame_needs_no_other() -> None:
    """A frame drawn alone is the frame drawn in its turn."""
    alone = frames(PROMPTS["city"], (160, 90), 4, [1.5])[0]
    assert (frames(PROMPTS["city"], (160, 90), 4, [0.0, 0.7, 1.5])[2] == alone).all()


@pytest.mark.parametrize("scene", ["aurora", "fire", "space", "drive"])
def test_dark_gradients_do_not_band(scene: str) -> None:
    """In a dark sky hardly any block of 8 by 8 pixels is perfectly flat."""
    sky = film(scene, 1)[0][:56]
    blocks = sky.reshape(7, 8, 40, 8)
    assert (np.ptp(blocks, axis=(1, 3)) == 0).mean() < 0.03
