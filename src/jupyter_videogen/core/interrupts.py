"""Who takes part when an interrupt ends a wait: IPython's view of errors, where it is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

takers: list[Callable[[KeyboardInterrupt], None]] = []
"""Called with the interrupt before it is raised on."""


def note_interrupt(stop: KeyboardInterrupt) -> None:
    """Tell all of them."""
    for take in takers:
        take(stop)
