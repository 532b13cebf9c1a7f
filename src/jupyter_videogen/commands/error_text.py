"""Render an error below a cell: what is wrong, where on the line, what to do next, and whether anything was sent or charged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.commands import parser
from jupyter_videogen.core import terminal
from jupyter_videogen.core.errors import VideogenError, describe_charge

if TYPE_CHECKING:
    from jupyter_videogen.core.errors import Failure

WIDEST = 110
FLAG = re.compile(r"-[a-z](?![\w-])|-[a-z](?=\d)|--[a-z-]+")
NEAREST = re.compile(r"\A(Nearest: )(\S+\.)\Z")
BAR = "  │ "
"""The text before the line that was typed."""


class TypedLine(NamedTuple):
    """What was typed, and which part of it an error is about."""

    prefix: str
    """The text before the options, such as "%%videogen "."""
    options: str
    span: tuple[int, int] | None = None


def render_error(error: BaseException, typed: TypedLine | None = None) -> str:
    """Return an error in words, with its place on the line where that is known; it fits a narrow terminal."""
    columns = terminal.width()
    return terminal.fit(_words(error, typed, min(columns or WIDEST, WIDEST)), columns)


def _words(error: BaseException, typed: TypedLine | None, widest: int) -> str:
    if not isinstance(error, VideogenError):
        return f"videogen: {error}"
    failure = error.failure
    head, hint = _parted(failure.message) if typed and typed.span else (failure.message, "")
    place = _place(typed, hint, widest) if typed and typed.span else []
    if hint and not place:
        head, hint = failure.message, ""
    notes = [f"  {note}" for note in getattr(error, "__notes__", ())]
    todo = _as_typed(failure.next, typed) if place and typed else failure.next
    return "\n".join(
        [f"{_sign(failure)} videogen: {head}", *place, *notes, *_ending(todo, describe_charge(failure), widest)]
    )


def _as_typed(todo: str, typed: TypedLine) -> str:
    """Return the nearest value with the option that was typed, so that it can be copied."""
    flag = FLAG.match(typed.options, typed.span[0]) if typed.span else None
    return NEAREST.sub(lambda match: f"{match[1]}{flag[0]} {match[2]}", todo) if flag else todo


def _sign(failure: Failure) -> str:
    return "?" if failure.code == "unknown_outcome" and failure.sent != "no" else "✗"


def _ending(todo: str, cost: str, widest: int) -> list[str]:
    """Return what to do next and what it cost, on one line where there is room."""
    if not todo:
        return [f"  {cost}"]
    both = f"  → {todo}    {cost}"
    return [both] if len(both) <= widest else [f"  → {todo}", f"  {cost}"]


def _parted(message: str) -> tuple[str, str]:
    """Split a message into what is wrong, and what is supported, which goes beside the caret."""
    first, _, rest = message.partition(". ")
    return (f"{first}.", rest) if rest else (message, "")


def _place(typed: TypedLine, hint: str, widest: int) -> list[str]:
    """Return the line with a caret under the part at fault, without text that may be a key."""
    line, span = parser.displayable(typed.options, typed.span)
    if span is None:
        return []
    start, end = span[0] + len(typed.prefix), span[1] + len(typed.prefix)
    line = f"{typed.prefix}{line}"
    room = widest - len(BAR)
    if len(line) > room:
        cut = max(0, start - room * 2 // 3)  # most of what is shown stands before the caret
        line = f"{'…' if cut else ''}{line[cut : cut + room - bool(cut)]}"
        start, end = (at - cut + bool(cut) for at in (start, min(end, cut + room)))
    carets = " " * start + "^" * max(1, min(end, len(line)) - start)
    if len(carets) + 2 + len(hint) <= room or not hint:
        return [f"{BAR}{line}", f"{BAR}{carets}{f'  {hint}' if hint else ''}"]
    return [f"{BAR}{line}", f"{BAR}{carets}", f"{BAR}{hint}"]
