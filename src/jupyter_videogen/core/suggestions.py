"""Known names that are close to a mistyped one."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def near(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words nearest to one that was mistyped, best first."""
    return difflib.get_close_matches(word, list(known), n=3, cutoff=0.4)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return a sentence that offers the nearest word, or all of them; where nothing is known, it says so."""
    if not known:
        return "There are none yet."
    matches = near(word, known)
    return f"Did you mean {matches[0]}?" if matches else f"Choose one of: {', '.join(known)}."
