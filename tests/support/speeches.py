"""How each dialect says what all of them say."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from jupyter_videogen.dialects.base import Artifact, Reply
from jupyter_videogen.dialects.bifrost import Bifrost
from jupyter_videogen.dialects.indoxhub import IndoxHub
from jupyter_videogen.dialects.local import Local
from jupyter_videogen.dialects.openai import OpenAI
from jupyter_videogen.dialects.openrouter import OpenRouter
from jupyter_videogen.dialects.qubax import Qubax

HANDLE = {"id": "j1"}


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
}

SPEECHES["local"] = SPEECHES["openai"]._replace(dialect=Local())


def reply(body: object, status: int = 200, **headers: str) -> Reply:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)
