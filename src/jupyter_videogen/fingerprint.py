"""The name of a request by its content: the same request has the same fingerprint on every machine and day."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from .values import GenerationRequest


def fingerprint(request: GenerationRequest, *, origin: str, model: str) -> str:
    """Hash everything that decides the result: where it goes and every setting, as asked.

    A seed that was left open stays open here, though one is chosen for the call: running a cell again asks for
    the same thing again.
    """
    content = {"v": 1, "origin": origin, "model": model, "request": msgspec.to_builtins(request)}
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()
