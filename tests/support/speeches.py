"""How each dialect says what all of them say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.dialects.base import Artifact, Call, Reply
from jupyter_videogen.dialects.bifrost import Bifrost
from jupyter_videogen.dialects.indoxhub import IndoxHub
from jupyter_videogen.dialects.local import Local
from jupyter_videogen.dialects.openai import OpenAI
from jupyter_videogen.dialects.openrouter import OpenRouter
from jupyter_videogen.dialects.parsing.values import number
from jupyter_videogen.dialects.qubax import Qubax
from jupyter_videogen.dialects.sglang import SGLang
from jupyter_videogen.dialects.vllm_omni import VllmOmni
from support.comfy_workflows import FILM, ReadyComfyCloud, ReadyComfyUI

if TYPE_CHECKING:
    from collections.abc import Callable

HANDLE = {"id": "j1"}


def as_it_is(percent: object) -> object:
    return percent


class Speech(NamedTuple):
    """How one provider says the common things."""

    dialect: Any
    id_field: str
    look: str
    finished: dict[str, Any]
    """What else a finished job's body holds."""
    clips: tuple[Artifact, ...]
    status: str
    """Where ids stand in a look's path."""
    progress: Callable[[object], object] = as_it_is
    """How it says a percent."""


def fraction(percent: object) -> object:
    """Say a percent as the Comfy API does: from 0 to 1, beside how many nodes are done."""
    found = number(str(percent).strip("% ")) if isinstance(percent, str | int | float) else None
    return {"value": None if found is None or not 0 <= found <= 100 else found / 100, "nodes_done": 1, "nodes_total": 9}


def sent_prompt(call: Call) -> object:
    """Return the prompt of a create, which stands in a node where a workflow is sent."""
    body = call.json or call.form
    return body["workflow"]["6"]["inputs"]["text"] if "workflow" in body else body["prompt"]


SPEECHES = {
    "qubax": Speech(
        Qubax(), "id", "/video/generations/{}", {"output_count": 1}, (Artifact("/media/artifacts/j1/0"),), "status"
    ),
    "indoxhub": Speech(
        IndoxHub(),
        "job_id",
        "/videos/jobs/{}",
        {"result": {"url": "https://cdn.example/a.mp4"}},
        (Artifact("https://cdn.example/a.mp4"),),
        "status",
    ),
    "openai": Speech(
        OpenAI(),
        "id",
        "/videos/{}",
        {},
        (Artifact("/videos/j1/content", poster="/videos/j1/content?variant=thumbnail"),),
        "status",
    ),
    "bifrost": Speech(
        Bifrost(),
        "id",
        "/videos/{}",
        {"videos": [{"type": "url", "url": "https://cdn.example/a.mp4"}]},
        (Artifact("/videos/j1/content", others=("https://cdn.example/a.mp4",)),),
        "status",
    ),
    "openrouter": Speech(
        OpenRouter(),
        "id",
        "/videos/{}",
        {
            "unsigned_urls": ["https://openrouter.ai/api/v1/videos/j1/content?index=0"],
            "urls": ["https://cdn.example/a.mp4"],
        },
        (Artifact("/videos/j1/content?index=0", others=("https://cdn.example/a.mp4",)),),
        "status",
    ),
    "comfyui": Speech(
        ReadyComfyUI(), "id", "/jobs/{}", {"outputs": [FILM]}, (Artifact("/assets/a1/content"),), "status", fraction
    ),
    "comfycloud": Speech(
        ReadyComfyCloud(), "id", "/jobs/{}", {"outputs": [FILM]}, (Artifact("/assets/a1/content"),), "status", fraction
    ),
}

SPEECHES |= {
    name: SPEECHES["openai"]._replace(dialect=dialect)
    for name, dialect in (("local", Local()), ("vllm_omni", VllmOmni()), ("sglang", SGLang()))
}


def reply(body: object, status: int = 200, **headers: str) -> Reply:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)
