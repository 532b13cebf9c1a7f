"""The document's example of an engine of one's own, run as it stands, with stand-ins for what needs a GPU."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from jupyter_videogen.gateway.requests.order import Order

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[3] / "docs" / "engine.md"
ORDER = Order(prompt="a fox", model="mine/diffusion", seconds=1, width=100, height=70, fps=12, seed=7)


class Pipeline:
    """Answers as the pipeline of the example does, with noise of the size that was requested."""

    asked: dict[str, Any]

    @classmethod
    def from_pretrained(cls, name: str, torch_dtype: object) -> Pipeline:
        assert (name, torch_dtype is not None) == ("Lightricks/LTX-Video", True)
        return cls()

    def to(self, device: str) -> Pipeline:
        assert device == "cuda"
        return self

    def __call__(self, callback_on_step_end: Callable[..., object], **asked: Any) -> SimpleNamespace:
        Pipeline.asked = asked
        for step in range(asked["num_inference_steps"]):
            assert callback_on_step_end(self, step, 0, {"latents": 1}) == {"latents": 1}
        shape = (asked["num_frames"], asked["height"], asked["width"], 3)
        return SimpleNamespace(frames=[np.random.default_rng(1).integers(0, 256, shape, np.uint8)])


def export_to_video(frames: list[np.ndarray], path: str, fps: int) -> None:
    """Write floats from 0 to 1, as the helper of diffusers does."""
    with av.open(path, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.height, stream.width = frames[0].shape[:2]
        for frame in frames:
            assert 0.0 <= frame.min() <= frame.max() <= 1.0
            picture = av.VideoFrame.from_ndarray((frame * 255).astype(np.uint8), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


class Generator:
    """A generator of torch, as far as the example goes."""

    def __init__(self, device: str) -> None:
        assert device == "cpu"

    def manual_seed(self, seed: int) -> Generator:
        self.seed = seed
        return self


def module(name: str, **contents: object) -> ModuleType:
    made = ModuleType(name)
    made.__dict__.update(contents)
    return made


@pytest.fixture(params=["stand-in", "real"])
def diffusion(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> type:
    """The class of the example, over a stand-in for diffusers, and for torch or over torch itself."""
    if request.param == "real":
        pytest.importorskip("torch", reason="the example's generator is torch's own, and torch is not installed")
    else:
        monkeypatch.setitem(sys.modules, "torch", module("torch", bfloat16="bfloat16", Generator=Generator))
    monkeypatch.setitem(sys.modules, "diffusers", module("diffusers", LTXPipeline=Pipeline))
    monkeypatch.setitem(sys.modules, "diffusers.utils", module("diffusers.utils", export_to_video=export_to_video))
    (source,) = (
        code for code in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL) if "LTX" in code
    )
    names: dict[str, Any] = {}
    exec(compile(source, str(PAGE), "exec"), names)  # noqa: S102 our own document
    found: type = names["Diffusion"]
    return found


def test_example_makes_a_clip(diffusion: type, tmp_path: Path) -> None:
    """Prompt, size, length and seed reach the pipeline; progress is told; the file can be played and shown."""
    told: list[float] = []
    engine, clip = diffusion(), tmp_path / "clip.mp4"
    rendering = engine.render(ORDER, clip, progress=told.append, cancelled=lambda: False)
    asked = Pipeline.asked
    assert (asked["prompt"], asked["width"], asked["height"], asked["num_frames"]) == ("a fox", 96, 64, 9)
    assert getattr(asked["generator"], "seed", None) == 7 or asked["generator"].initial_seed() == 7
    assert (told == sorted(told), told[-1]) == (True, 95)
    assert (rendering.scene, rendering.frames) == ("diffusion", 9)
    assert engine.poster(clip).startswith(b"\xff\xd8")
    assert engine.sheet(clip).startswith(b"\xff\xd8")


def test_example_can_be_cancelled(diffusion: type, tmp_path: Path) -> None:
    """It asks at every step."""
    with pytest.raises(RuntimeError, match="cancelled"):
        diffusion().render(ORDER, tmp_path / "clip.mp4", progress=lambda _: None, cancelled=lambda: True)
