"""Types that are decoded in several threads, made ready for it.

msgspec works out how to decode a type when it is first asked to. Two threads that ask at once end the process: one uses what
the other has not finished (msgspec 0.22.0; eight threads that convert one large type for the first time crash in ten of thirty
processes). So each type that `convert` or `decode` is given is worked out where it is defined, one after the other.
"""

from __future__ import annotations

import threading
from typing import TypeVar

import msgspec

T = TypeVar("T")
prepared: list[object] = []
"""The types that were made ready."""
_turn = threading.Lock()


def prepare(kind: T) -> T:
    """Work out how to decode a type, and return it; as a decorator of a class, or called with any other type."""
    with _turn:
        msgspec.json.Decoder(kind)  # types, unions and containers of types
        prepared.append(kind)
    return kind
