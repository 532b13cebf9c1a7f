"""Providers of every dialect as functions, for whole jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_videogen.catalog import builtin as rows
from jupyter_videogen.core.http import Call, Reply
from support import comfy_workflows
from support.fakes import MP4
from support.runner_bench import Bench, said
from support.speeches import SPEECHES, Speech

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from jupyter_videogen.catalog.provider import Provider


ROWS = {
    "qubax": rows.QUBAX,
    "indoxhub": rows.INDOXHUB,
    "openai": rows.AIHUBMIX,
    "bifrost": rows.BIFROST,
    "openrouter": rows.OPENROUTER,
    "local": rows.LOCAL,
    "comfyui": comfy_workflows.UNCHECKED_COMFYUI,
    "comfycloud": comfy_workflows.COMFY_CLOUD,
    "vllm_omni": rows.VLLM_OMNI,
    "sglang": rows.SGLANG,
}

FREE = frozenset({"local", "comfyui", "vllm_omni", "sglang"})
"""Those that nobody could charge for: drawn here, or made by a server of one's own on this machine."""

EVERY = [*sorted(ROWS), "qubrid"]

CREATED = {"id": "j1", "job_id": "j1"}


def done(name: str) -> dict[str, Any]:
    return {**CREATED, "status": "completed", **SPEECHES[name].finished}


def service(name: str, looks: Iterable[Any], clips: Iterable[Any] = ()) -> Callable[[Call], Reply]:
    """A provider that takes the job and then says these things: bodies, replies, or errors of the line."""
    speech: Speech = SPEECHES[name]
    saying, giving, look = iter(looks), iter(clips), speech.look.format("j1")

    def answer(call: Call) -> Reply:
        if call.method == "POST":
            return said(CREATED)
        if call.url == f"{look}/events":
            return said({}, 501)
        return as_reply(next(saying) if call.url == look else next(giving, MP4))

    return answer


def as_reply(word: Any) -> Reply:
    if isinstance(word, Exception):
        raise word
    return word if isinstance(word, Reply) else said(word)


def bench(folder: Path, row: Provider, answer: Callable[[Call], Reply]) -> Bench:
    return Bench(folder, row, answer)
