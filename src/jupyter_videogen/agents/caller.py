"""Who calls the tools: the program whose agent it is, as it calls itself."""

from __future__ import annotations

from contextvars import ContextVar

from jupyter_videogen.core.hidden_characters import escape_text

LONGEST = 40
"""Characters of a program's name."""
_name: ContextVar[str] = ContextVar("agent", default="agent")


def set_name(name: str) -> None:
    """Note the name of the program that calls, for the calls of this context; it comes from outside."""
    _name.set(escape_text(" ".join(name.split()))[:LONGEST] or "agent")


def name() -> str:
    """Return the name of the program that calls."""
    return _name.get()
