"""The page of each provider, run as it stands: its own dialect, spoken to its twin in the local gateway."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import facts
import jupyter_videogen as vg
from jupyter_videogen.catalog import builtin
from jupyter_videogen.core.clock import SystemClock
from jupyter_videogen.media.inputs import _png
from support.comfy_server import ComfyServer
from support.comfy_workflows import TEXT_TO_VIDEO, image_to_video
from support.ipython_shell import Shell
from support.local_gateways import Gateway
from support.png import png

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICES = Path(__file__).parents[2] / "docs" / "services"
OVERVIEW = SERVICES.with_suffix(".md")
DOORS = {
    "qubax": "/qubax/v1",
    "qubrid": "/qubrid/v1",
    "indoxhub": "/indoxhub/api/v1",
    "aihubmix": "/aihubmix/v1",
    "bifrost": "/bifrost/v1",
    "openrouter": "/openrouter/api/v1",
    "vllm-omni": "/v1",
    "sglang": "/v1",
}
COMFY = {"comfyui", "comfycloud"}
LENGTHS = re.compile(r"(-d |duration=)\d+")
MODELS = re.compile(r"p-video|wan-2\.7|runway/gen4\.5|ours-video|Wan-AI/[\w.-]+")
"""Names that the gateway does not stand in for."""
CLIPS = {
    "qubax": 1,
    "qubrid": 2,
    "indoxhub": 3,
    "aihubmix": 2,
    "openrouter": 2,
    "bifrost": 1,
    "openai": 2,
    "local": 2,
    "comfyui": 3,
    "comfycloud": 1,
    "vllm-omni": 2,
    "sglang": 2,
}
"""How many different requests each page makes."""


def examples(name: str) -> list[str]:
    """Return the cells and the Python of a page, in order."""
    text = (SERVICES / f"{name}.md").read_text("utf-8")
    return [body for kind, body in re.findall(r"```(\w*)\n(.*?)```", text, flags=re.DOTALL) if kind in {"", "python"}]


def row(name: str, url: str) -> str:
    """Return the configuration of a provider whose address is its twin's."""
    return f'[providers.{name}]\ndialect = "{name}"\nbase_url = "{url}{DOORS[name]}"\nkey_env = "LAB_KEY"\n'


@pytest.fixture
def gateway(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """A running gateway whose token is the key of every provider of the project; it is looked at without patience."""

    async def hurried(_: SystemClock, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.1))  # noqa: TID251 - this is a clock

    monkeypatch.setattr(SystemClock, "sleep", hurried)
    vg.generate("a kite", provider="local", duration=1, size="640x360")
    gateway = Gateway(home)
    monkeypatch.setenv("LAB_KEY", gateway.token)
    (home / "videogen.toml").write_text("".join(row(name, gateway.url) for name in DOORS))
    Path("cat.png").write_bytes(_png(np.full((36, 64, 3), 90, np.uint8)))
    yield gateway
    gateway.kill()


def test_every_service_has_a_page() -> None:
    """And no other has."""
    assert {path.stem for path in SERVICES.glob("*.md")} == set(facts.SERVICES) == set(builtin.BUILT_IN) == set(CLIPS)


def test_every_example_of_every_service_gives_its_clip(gateway: Gateway) -> None:
    """Cells and Python, as written but for address, key and model, and cut to a small second."""
    with Shell() as shell:
        shell.names.update(vg=vg)
        for name in (one for one in facts.SERVICES if one not in COMFY):
            before = {job.id for job in vg.jobs()}
            for example in examples(name):
                said = shell.run(here(example, name, gateway))
                assert said.error is None, (name, example, said.look, said.error)
            made = [job for job in vg.jobs() if job.id not in before]
            assert [job.state for job in made] == ["succeeded"] * CLIPS[name], [job.record.failure for job in made]
        blocks = re.findall(r"```python\n(.*?)```", OVERVIEW.read_text("utf-8"), flags=re.DOTALL)
        assert len(blocks) == len(["the sandbox", "the gateway's address"])
        for block in blocks:  # each ends in a prompt that is refused
            text = block.replace("http://127.0.0.1:41234", gateway.url).replace('"…"', repr(gateway.token))
            said = shell.run(LENGTHS.sub(r"\g<1>1", text))
            assert isinstance(said.error, vg.ContentPolicyError), said.error


@pytest.mark.parametrize("name", sorted(COMFY))
def test_every_example_of_a_workflow_gives_its_clip(name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for those whose models are workflows, and whose twin is no gateway of ours."""
    home.mkdir()
    (home / "workflows").mkdir()
    for model, graph in (("wan-t2v", TEXT_TO_VIDEO), ("wan-i2v", image_to_video())):
        (home / "workflows" / f"{model}.json").write_text(json.dumps(graph))
    Path("cat.png").write_bytes(png(36, 64))
    Path("my-workflow.json").write_text(json.dumps(TEXT_TO_VIDEO))
    monkeypatch.setenv("COMFY_CLOUD_API_KEY", "key-1")
    with ComfyServer() as server, Shell() as shell:
        row = (
            f'[providers.{name}]\nbase_url = "{server.url}"\nkey_env = "COMFY_CLOUD_API_KEY"\nworkflows = "workflows"\n'
        )
        (home / "videogen.toml").write_text(row)
        shell.names.update(vg=vg)
        for example in examples(name):
            said = shell.run(example)
            assert said.error is None, (name, example, said.look, said.error)
        for job in vg.jobs():
            assert job.result(timeout=60), job.record.failure
        assert len(server.creates) == CLIPS[name]


def here(example: str, name: str, gateway: Gateway) -> str:
    """Return an example as it can be run here."""
    door = f"{gateway.url}{DOORS.get(name, '/v1')}"
    text = MODELS.sub("local/scenes", example.replace("http://localhost:8080/v1", door))
    small = LENGTHS.sub(r"\g<1>1", text.replace("1280x720", "640x360"))
    return small.replace('api_key="…"', f"api_key={gateway.token!r}")
