"""Workflows as ComfyUI exports them, and its dialects with one of them at hand."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.catalog import builtin as rows
from jupyter_videogen.dialects.comfyui import ComfyCloud, ComfyUI

if TYPE_CHECKING:
    from jupyter_videogen.core.http import Call
    from jupyter_videogen.core.request import GenerationRequest

TEXT_TO_VIDEO: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 82628696717253,
            "steps": 30,
            "cfg": 6.0,
            "model": ["48", 0],
            "positive": ["6", 0],
            "negative": ["7", 0],
            "latent_image": ["40", 0],
        },
        "_meta": {"title": "KSampler"},
    },
    "6": {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": "a fox in the snow", "clip": ["38", 0]},
        "_meta": {"title": "CLIP Text Encode (Positive Prompt)"},
    },
    "7": {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": "static, blurred", "clip": ["38", 0]},
        "_meta": {"title": "CLIP Text Encode (Negative Prompt)"},
    },
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["39", 0]}},
    "37": {"class_type": "UNETLoader", "inputs": {"unet_name": "wan2.1_t2v_1.3B_fp16.safetensors"}},
    "38": {"class_type": "CLIPLoader", "inputs": {"clip_name": "umt5_xxl_fp8.safetensors", "type": "wan"}},
    "39": {"class_type": "VAELoader", "inputs": {"vae_name": "wan_2.1_vae.safetensors"}},
    "40": {
        "class_type": "EmptyHunyuanLatentVideo",
        "inputs": {"width": 832, "height": 480, "length": 33, "batch_size": 1},
    },
    "48": {"class_type": "ModelSamplingSD3", "inputs": {"shift": 8, "model": ["37", 0]}},
    "49": {"class_type": "CreateVideo", "inputs": {"fps": 16, "images": ["8", 0]}},
    "50": {"class_type": "SaveVideo", "inputs": {"filename_prefix": "video/ComfyUI", "video": ["49", 0]}},
}
"""Wan 2.1, from words: the nodes of ComfyUI's own template."""


def changed(graph: dict[str, Any], **inputs: Any) -> dict[str, Any]:
    """Return a graph with inputs changed or added, by names such as "n3_steps"."""
    graph = deepcopy(graph)
    for name, value in inputs.items():
        node, _, input_ = name.removeprefix("n").partition("_")
        graph[node]["inputs"][input_] = value
    return graph


def image_to_video() -> dict[str, Any]:
    """Return Wan 2.1 from a picture, with a last frame."""
    graph = deepcopy(TEXT_TO_VIDEO)
    wan = {"positive": ["6", 0], "negative": ["7", 0], "width": 512, "height": 512, "length": 33, "batch_size": 1}
    graph["40"] = {
        "class_type": "WanFirstLastFrameToVideo",
        "inputs": {**wan, "start_image": ["52", 0], "end_image": ["53", 0]},
    }
    graph["52"] = {"class_type": "LoadImage", "inputs": {"image": "first.png"}}
    graph["53"] = {"class_type": "LoadImage", "inputs": {"image": "last.png"}}
    graph["3"]["inputs"] |= {"positive": ["40", 0], "negative": ["40", 1], "latent_image": ["40", 2]}
    return graph


def _with_workflow(request: GenerationRequest) -> GenerationRequest:
    return msgspec.structs.replace(request, workflow=request.workflow or TEXT_TO_VIDEO)


class ReadyComfyUI(ComfyUI):
    """Runs the same workflow for every model."""

    def create(self, request: GenerationRequest) -> Call:
        """Send it."""
        return super().create(_with_workflow(request))


class UncheckedComfyUI(ReadyComfyUI):
    """The same without the check before a create, for tests that script every answer; the check has tests of its own."""

    check_server = None  # type: ignore[assignment]  # as if it was not there


class ReadyComfyCloud(ComfyCloud):
    """Runs the same workflow for every model."""

    def create(self, request: GenerationRequest) -> Call:
        """Send it."""
        return super().create(_with_workflow(request))


COMFYUI = msgspec.structs.replace(rows.COMFYUI, dialect=ReadyComfyUI())
UNCHECKED_COMFYUI = msgspec.structs.replace(COMFYUI, dialect=UncheckedComfyUI())
COMFY_CLOUD = msgspec.structs.replace(rows.COMFY_CLOUD, dialect=ReadyComfyCloud())
FILM = {"node_id": "50", "name": "ComfyUI_00001_.mp4", "type": "image", "content_type": "video/mp4", "id": "a1"}
"""An output as the proxy gives it."""
