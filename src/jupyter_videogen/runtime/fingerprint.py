"""The name of a request by its content: the same request has the same fingerprint on every machine and day."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from jupyter_videogen.core.request import GenerationRequest


def fingerprint(request: GenerationRequest, *, origin: str, account: str = "", take: int = 1) -> str:
    """Hash everything that decides the result and the bill: where it goes, for whom, and every setting, as sent.

    A seed that was left open stays open here, though one is chosen for the call: running a cell again asks for
    the same thing again. `take` tells several clips of one request apart, from 1.
    """
    content: dict[str, object] = {
        "v": 1,
        "origin": origin,
        "account": account,
        "model": request.model or "",
        "request": _by_content(msgspec.to_builtins(request)),
    }
    if take > 1:
        content["take"] = take
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def _by_content(value: object) -> object:
    """Leave out where a file lies: its hash says what it is."""
    if isinstance(value, dict):
        return {name: _by_content(part) for name, part in value.items() if not (name == "path" and "sha256" in value)}
    return [_by_content(part) for part in value] if isinstance(value, list | tuple) else value
