"""Workflows as models, from a folder and from a call, through the whole client to a server on a real socket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.widget.widget import VideoGen
from support.comfy_server import ComfyServer
from support.comfy_workflows import TEXT_TO_VIDEO, changed, image_to_video
from support.png import png

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def comfy() -> Iterator[ComfyServer]:
    """A server of one's own."""
    with ComfyServer() as server:
        yield server


@pytest.fixture
def lab(comfy: ComfyServer) -> vg.Client:
    """A client of it."""
    return vg.Client("comfyui", base_url=comfy.url)


def folder(home: Path, url: str, row: str = "comfyui", **files: Any) -> None:
    """Write a configuration with a folder of workflows."""
    (home / "wf").mkdir(parents=True)
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (home / "wf" / f"{name}.json").write_text(text, "utf-8")
    (home / "videogen.toml").write_text(f'[providers.{row}]\nbase_url = "{url}"\nworkflows = "wf"\n')


def test_each_file_of_the_folder_is_a_model(home: Path, comfy: ComfyServer) -> None:
    """With what its nodes take, and the size and length that they have."""
    folder(home, comfy.url, wan=TEXT_TO_VIDEO, morph=image_to_video(), editor={"nodes": [], "links": []})
    models = {one.model: one for one in vg.Client("comfyui").models()}
    assert list(models) == ["comfyui/editor", "comfyui/morph", "comfyui/wan"]
    wan = models["comfyui/wan"]
    assert wan.takes == {"workflow", "duration", "size", "fps", "seed", "negative"}
    assert (wan.default_size, wan.default_duration, wan.cancel, wan.prompt_optional) == ("832x480", 2, "any", False)
    assert models["comfyui/morph"].takes - wan.takes == {"image", "last_frame"}


def test_the_form_shows_the_other_inputs_of_a_workflow(home: Path, comfy: ComfyServer) -> None:
    """With their values; none of a file that can't be used, of a value that is too long, and to visitors, who may set none."""
    folder(home, comfy.url, wan=changed(TEXT_TO_VIDEO, n50_note="x" * 3000), editor={"nodes": [], "links": []})
    models = {one["id"]: [*one["inputs"]] for one in VideoGen(provider="comfyui").form["models"]}
    assert models["comfyui/editor"] == []
    wan = {one["name"]: (one["node"], one["label"], one["kind"], one["value"]) for one in models["comfyui/wan"]}
    assert wan["3.steps"] == ("KSampler", "steps", "number", "30")
    assert wan["37.unet_name"] == ("UNETLoader", "unet name", "text", "wan2.1_t2v_1.3B_fp16.safetensors")
    assert "50.note" not in wan
    shared = VideoGen(provider="comfyui", shared=True).form["models"]
    assert [[*one["inputs"]] for one in shared] == [[], []]


def test_a_model_runs_its_workflow_and_costs_nothing(home: Path, comfy: ComfyServer) -> None:
    """What is not given stays, but for the seed: the same seed again would give ComfyUI's cached clip."""
    folder(home, comfy.url, wan=TEXT_TO_VIDEO)
    job = vg.submit("a kite", provider="comfyui", model="comfyui/wan", new=True)
    assert Path(job.result(timeout=60).path).exists()
    sent = comfy.creates[0]["workflow"]
    assert job.request.seed is not None
    assert sent == changed(TEXT_TO_VIDEO, n6_text="a kite", n3_seed=job.request.seed)
    assert (job.record.cost, job.record.charged) == (0, False)
    assert comfy.keys == {""}


def test_a_changed_file_is_another_request(home: Path, comfy: ComfyServer) -> None:
    """The same one is given again; what ran is kept with its job."""
    folder(home, comfy.url, wan=TEXT_TO_VIDEO)
    first, again = (vg.submit("a kite", provider="comfyui", model="comfyui/wan") for _ in range(2))
    assert first.result(timeout=60)
    (home / "wf" / "wan.json").write_text(json.dumps(changed(TEXT_TO_VIDEO, n3_steps=5)))
    other = vg.submit("a kite", provider="comfyui", model="comfyui/wan")
    assert other.result(timeout=60)
    assert (first.id == again.id, first.id == other.id, len(comfy.creates)) == (True, False, 2)
    assert first.request.workflow == TEXT_TO_VIDEO
    assert "<11 nodes>" in repr(first.request)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"nodes": [], "links": []}, "bad.json is in the editor's form"),
        ("{", "bad.json can't be read: it is not JSON"),
        ({"1": {"inputs": {}}}, "bad.json: node 1 has no class_type"),
        ({"1": {"class_type": "SaveImage", "inputs": {}}}, r"bad.json makes no video: it ends in 1 \(SaveImage\)"),
    ],
)
def test_a_bad_file_is_told_when_it_is_used(home: Path, comfy: ComfyServer, content: Any, words: str) -> None:
    """Others of the folder work all the same; nothing is sent."""
    folder(home, comfy.url, bad=content, wan=TEXT_TO_VIDEO)
    with pytest.raises(vg.InvalidRequest, match=words) as caught:
        vg.submit("a kite", provider="comfyui", model="comfyui/bad")
    assert (caught.value.field, caught.value.sent, caught.value.charged) == ("workflow", "no", "no")
    assert comfy.creates == []
    assert vg.generate("a kite", provider="comfyui", model="comfyui/wan", timeout=60)


@pytest.mark.parametrize(
    "how", [lambda path: path, str, lambda path: path.read_text(), lambda path: json.loads(path.read_text())]
)
def test_a_workflow_of_a_call(lab: vg.Client, comfy: ComfyServer, how: Any) -> None:
    """A path, JSON, or an object, with single inputs of it."""
    path = Path("wan.json")
    path.write_text(json.dumps(TEXT_TO_VIDEO))
    assert lab.generate("a kite", workflow=how(path), seed=4, set={"3.steps": 8}, timeout=60)
    assert comfy.creates[0]["workflow"] == changed(TEXT_TO_VIDEO, n6_text="a kite", n3_seed=4, n3_steps=8)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"workflow": "none.json"}, "none.json can't be read"),
        ({"workflow": "{"}, "The workflow can't be read: it is not JSON"),
        ({"workflow": changed(TEXT_TO_VIDEO, n3_note="x" * 300_000)}, "The workflow is larger than 256 kB"),
        ({"workflow": changed(TEXT_TO_VIDEO, n3_note=object())}, "holds what JSON has no word for"),
        ({"workflow": 5}, "The workflow is not a workflow in API form"),
        ({"workflow": TEXT_TO_VIDEO, "set": ["3.steps"]}, "set takes inputs by node and name"),
        ({"workflow": TEXT_TO_VIDEO, "set": {"3.stops": 1}}, r"Node 3 \(KSampler\) has no input stops"),
        ({"model": "m"}, "ComfyUI makes a clip from a workflow, and there is none"),
    ],
)
def test_what_cannot_run_is_not_sent(lab: vg.Client, comfy: ComfyServer, fields: dict[str, Any], words: str) -> None:
    """Each says what is wrong."""
    with pytest.raises(vg.InvalidRequest, match=words) as caught:
        lab.submit("a kite", **fields)
    assert (caught.value.sent, caught.value.charged, comfy.creates) == ("no", "no", [])


def test_other_providers_run_no_workflows() -> None:
    """They say so."""
    with pytest.raises(vg.InvalidRequest, match="runs no workflows"):
        vg.Client("local").submit("a kite", workflow=TEXT_TO_VIDEO)


def test_a_picture_goes_up_once(lab: vg.Client, comfy: ComfyServer) -> None:
    """By its content: again only where the server has it no more."""
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        Path(name).write_bytes(png(8, 8))
        if number == 2:
            comfy.assets.clear()
        assert lab.generate(f"take {number}", workflow=image_to_video(), image=name, timeout=60)
    images = [sent["workflow"]["52"]["inputs"]["image"]["info"]["id"] for sent in comfy.creates]
    assert (images, len(comfy.uploads)) == (["asset-0"] * 3, 2)


def test_a_picture_that_does_not_go_up_stops_the_order(lab: vg.Client, comfy: ComfyServer) -> None:
    """In the server's words; the paid call is not sent."""
    comfy.refuse_uploads = True
    Path("a.png").write_bytes(png(8, 8))
    with pytest.raises(vg.InvalidRequest, match="Upload exceeds 100 bytes") as caught:
        lab.generate("a kite", workflow=image_to_video(), image="a.png", timeout=60)
    assert (caught.value.field, caught.value.sent, caught.value.charged) == ("image", "no", "no")
    assert comfy.creates == []


@pytest.mark.parametrize("named", ["../wf", "/etc", ".wf", "a/../../b"])
def test_a_project_names_only_folders_below_itself(named: str) -> None:
    """What lies elsewhere is nobody's model."""
    Path("videogen.toml").write_text(f'[providers.comfyui]\nworkflows = "{named}"\n')
    with pytest.raises(vg.InvalidRequest, match=r"`workflows` of this project's videogen\.toml names"):
        vg.Client("comfyui")


def test_a_project_may_bring_its_workflows() -> None:
    """For the server at its usual address, with the key that it may need."""
    Path("wf").mkdir()
    Path("wf/wan.json").write_text(json.dumps(TEXT_TO_VIDEO))
    Path("videogen.toml").write_text('[providers.comfyui]\nworkflows = "wf"\n')
    lab = vg.Client("comfyui")
    assert [one.model for one in lab.models()] == ["comfyui/wan"]
    assert lab.estimate("a kite", model="comfyui/wan").cost == 0


def test_a_provider_without_workflows_has_no_folder_of_them(home: Path) -> None:
    """The row says what is wrong."""
    home.mkdir()
    (home / "videogen.toml").write_text('[providers.qubax]\nworkflows = "wf"\n')
    with pytest.raises(vg.InvalidRequest, match=r"\[providers.qubax\] has workflows, but Qubax runs none"):
        vg.Client("comfyui")
