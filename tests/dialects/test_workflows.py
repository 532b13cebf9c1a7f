"""Workflows of ComfyUI: what is refused before anything is sent, which inputs are found, and what is filled in."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.request import GenerationRequest, Media
from jupyter_videogen.dialects.workflows import MOST_SETTINGS, check, fill, find_inputs, list_settings
from support.comfy_workflows import TEXT_TO_VIDEO, changed, image_to_video

PICTURE = Media(kind="image", content_type="image/png", url="asset-1")


def found(graph: dict[str, Any]) -> dict[str, list[str]]:
    return {field: [str(slot) for slot in slots] for field, slots in find_inputs(graph).items()}


def titled(graph: dict[str, Any], **titles: str) -> dict[str, Any]:
    """Return a graph with titles, by nodes such as "n6"."""
    graph = deepcopy(graph)
    for node, title in titles.items():
        graph[node[1:]]["_meta"] = {"title": title}
    return graph


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (None, "has no nodes"),
        ([], "has no nodes"),
        ({}, "has no nodes"),
        ({"nodes": [], "links": [], "version": 0.4}, "editor's form"),
        ({"1": 5}, "node 1 has no class_type"),
        ({"1": {"inputs": {}}}, "node 1 has no class_type"),
        ({"1": {"class_type": "", "inputs": {}}}, "node 1 has no class_type"),
        ({"1": {"class_type": "SaveVideo"}}, "node 1 (SaveVideo) has no inputs"),
        (
            {"1": {"class_type": "SaveVideo", "inputs": {"video": ["7", 0]}}},
            "input video of node 1 (SaveVideo) comes from node 7, which is not there",
        ),
        (
            {"4": {"class_type": "SaveImage", "inputs": {}, "_meta": {"title": "Last"}}},
            "makes no video: it ends in 4 (SaveImage, Last)",
        ),
        (changed(TEXT_TO_VIDEO, n37_api_key="sk-1"), "input api_key of node 37 (UNETLoader) holds a credential"),
        ({str(number): {"class_type": "SaveVideo", "inputs": {}} for number in range(2001)}, "has 2,001 nodes"),
    ],
)
def test_what_cannot_run_is_refused_with_its_node(graph: object, words: str) -> None:
    """Nothing is sent, and nothing charged."""
    with pytest.raises(InvalidRequest, match=re.escape(words)) as caught:
        check(graph, "wan.json")
    assert (caught.value.field, caught.value.sent, caught.value.charged) == ("workflow", "no", "no")
    assert "sk-1" not in str(caught.value)


@pytest.mark.parametrize("kind", ["SaveVideo", "SaveWEBM", "VHS_VideoCombine", "VideoCombine", "Save Video (mp4)"])
def test_whatever_writes_a_video_is_an_end(kind: str) -> None:
    """ComfyUI's own nodes and the usual ones of others."""
    graph = deepcopy(TEXT_TO_VIDEO)
    graph["50"]["class_type"] = kind.replace(" ", "")
    assert check(graph) is graph


def test_inputs_are_found_by_what_they_lead_to() -> None:
    """The prompts by the sampler's links, the size where room for a clip is made."""
    assert found(TEXT_TO_VIDEO) == {
        "prompt": ["6.text"],
        "negative": ["7.text"],
        "seed": ["3.seed"],
        "width": ["40.width"],
        "height": ["40.height"],
        "length": ["40.length"],
        "fps": ["49.fps"],
    }


def test_prompts_are_found_through_nodes_between() -> None:
    """Wan's own conditioning has both kinds of links; the pictures are told apart by theirs."""
    assert found(image_to_video()) | {} == found(TEXT_TO_VIDEO) | {"image": ["52.image"], "last_frame": ["53.image"]}


def test_a_text_or_number_may_stand_in_a_node_of_its_own() -> None:
    """Links are followed to where the value is."""
    graph = changed(TEXT_TO_VIDEO, n6_text=["60", 0], n3_seed=["61", 0])
    graph["60"] = {"class_type": "PrimitiveStringMultiline", "inputs": {"value": "a fox"}}
    graph["61"] = {"class_type": "PrimitiveInt", "inputs": {"value": 4}}
    inputs = found(graph)
    assert (inputs["prompt"], inputs["negative"], inputs["seed"]) == (["60.value"], ["7.text"], ["61.value"])


def test_no_prompt_is_called_negative_because_it_was_zeroed() -> None:
    """ConditioningZeroOut makes a negative of the prompt's own node."""
    graph = deepcopy(TEXT_TO_VIDEO)
    graph["7"] = {"class_type": "ConditioningZeroOut", "inputs": {"conditioning": ["6", 0]}}
    assert "negative" not in find_inputs(graph)
    assert found(graph)["prompt"] == ["6.text"]


def test_a_title_goes_before_what_is_found() -> None:
    """Whoever names a node decides."""
    graph = titled(TEXT_TO_VIDEO, n7="Prompt", n6="NEGATIVE ")
    assert (found(graph)["prompt"], found(graph)["negative"]) == (["7.text"], ["6.text"])


def test_a_request_is_filled_in_and_nothing_else() -> None:
    """The workflow that was read is not changed."""
    before = deepcopy(TEXT_TO_VIDEO)
    asked = GenerationRequest(
        prompt='a "kite"\n🛶', negative="rain", seed=7, size="640x352", duration=3, extra={"3.steps": 8, "48.shift": 5}
    )
    expected = changed(
        TEXT_TO_VIDEO,
        n6_text='a "kite"\n🛶',
        n7_text="rain",
        n3_seed=7,
        n40_width=640,
        n40_height=352,
        n40_length=49,
        n3_steps=8,
        n48_shift=5,
    )
    assert fill(TEXT_TO_VIDEO, asked) == expected
    assert before == TEXT_TO_VIDEO


@pytest.mark.parametrize(
    ("kind", "duration", "fps", "length"),
    [
        ("EmptyHunyuanLatentVideo", 5, None, 81),
        ("EmptyHunyuanLatentVideo", 5, 24, 121),
        ("EmptyHunyuanLatentVideo", 1, 1, 1),
        ("EmptyLTXVLatentVideo", 4, 25, 97),
        ("EmptyMochiLatentVideo", 2, 24, 49),
        ("SVD_img2vid_Conditioning", 2, 7, 14),
    ],
)
def test_a_length_is_the_nearest_that_the_model_makes(kind: str, duration: int, fps: int | None, length: int) -> None:
    """In frames, by the step of its node."""
    graph = deepcopy(TEXT_TO_VIDEO)
    graph["40"]["class_type"] = kind
    filled = fill(graph, GenerationRequest(prompt="a kite", duration=duration, fps=fps))
    assert (filled["40"]["inputs"]["length"], filled["49"]["inputs"]["fps"]) == (length, fps or 16)


def test_pictures_are_references_to_what_was_uploaded() -> None:
    """Each in its own node."""
    filled = fill(image_to_video(), GenerationRequest(prompt="a kite", image=PICTURE))
    assert filled["52"]["inputs"]["image"] == {
        "__type": "core/ASSET",
        "info": {"id": "asset-1", "file_path": "image.png"},
    }
    assert filled["53"]["inputs"]["image"] == "last.png"


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"99.steps": 8}, "The workflow has no node 99"),
        ({"steps": 8}, "The workflow has no node steps"),
        ({"3.stops": 8}, "Node 3 (KSampler) has no input stops. Did you mean 3.steps?"),
        ({"49.images": ["99", 0]}, "comes from node 99, which is not there"),
        ({"extra_data": {"api_key_comfy_org": "k"}}, "The workflow has no node extra_data"),
    ],
)
def test_an_input_that_is_not_there_is_refused(extra: dict[str, Any], words: str) -> None:
    """By its node, or by what that node has."""
    with pytest.raises(InvalidRequest, match=re.escape(words)):
        fill(TEXT_TO_VIDEO, GenerationRequest(prompt="a kite", extra=extra))


def test_two_nodes_that_may_be_the_prompt_are_named() -> None:
    """It is not guessed which; a title settles it."""
    graph = deepcopy(TEXT_TO_VIDEO)
    graph["10"] = deepcopy(graph["3"])
    graph["11"] = deepcopy(graph["6"])
    graph["10"]["inputs"]["positive"] = ["11", 0]
    asked = GenerationRequest(prompt="a kite")
    with pytest.raises(InvalidRequest, match="has 2 inputs that may be the prompt") as caught:
        fill(graph, asked)
    assert caught.value.field == "prompt"
    assert fill(titled(graph, n11="Prompt"), asked)["11"]["inputs"]["text"] == "a kite"


def test_a_workflow_without_a_place_for_the_prompt_says_so() -> None:
    """One that makes a clip of a picture alone needs none."""
    graph = {"9": {"class_type": "SaveVideo", "inputs": {}}}
    assert fill(graph, GenerationRequest(prompt="")) == graph
    with pytest.raises(InvalidRequest, match="The workflow has no input for the prompt"):
        fill(graph, GenerationRequest(prompt="a kite"))


def test_what_no_field_fills_is_listed_with_its_value() -> None:
    """Samplers first, by their nodes' names; no links, no prompts, no sizes, no seeds."""
    graph = titled(changed(TEXT_TO_VIDEO, n50_tiled=True), n37="Film model")
    listed = [(str(one.slot), one.node, one.value) for one in list_settings(graph)]
    assert [name for name, *_ in listed[:2]] == ["3.steps", "3.cfg"]
    assert ("37.unet_name", "Film model", "wan2.1_t2v_1.3B_fp16.safetensors") in listed
    assert ("48.shift", "ModelSamplingSD3", 8) in listed
    assert ("50.tiled", "SaveVideo", True) in listed
    filled = {str(slot) for slots in find_inputs(graph).values() for slot in slots}
    assert not filled & {name for name, *_ in listed}


def test_each_that_is_listed_can_be_set() -> None:
    """By the name it is listed with."""
    changes = {str(one.slot): one.value for one in list_settings(TEXT_TO_VIDEO)}
    assert fill(TEXT_TO_VIDEO, GenerationRequest(prompt="a fox in the snow", extra=changes)) == TEXT_TO_VIDEO


def test_a_large_workflow_lists_only_so_many() -> None:
    """The rest is changed by name."""
    nodes = {f"n{number}": {"class_type": "Note", "inputs": {"text_": "x"}} for number in range(500)}
    assert len(list_settings({**TEXT_TO_VIDEO, **nodes})) == MOST_SETTINGS
