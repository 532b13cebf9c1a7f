"""`{name}` in a prompt: filled in where the user has such a variable, and left as it is everywhere else.

Prompts for video are often JSON, and hold LaTeX, CSS or code, so nothing in braces is ever an error. `{name}`,
`{name.attr}`, `{name[key]}`, each with `!r` and `:format`, are filled when the root is a variable of the user's; never a
call. `{{name}}` becomes `{name}`, but only where `{name}` would have been filled.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME = r"[^\W\d]\w*"
FIELD = re.compile(
    rf"(?<!\{{)(?P<open>\{{++)(?P<root>{NAME})(?P<path>(?:\.{NAME}|\[[^\[\]{{}}\n]*\])*)"
    r"(?:!(?P<conversion>[rsa]))?(?::(?P<format>[^{}\n]*))?(?P<close>\}+)"
)
STEP = re.compile(rf"\.({NAME})|\[([^\[\]]*)\]")
WHOLE = re.compile(r"-?\d+")
NOTATION = re.compile(r"[\\^_$}\w]")
"""What before a brace marks LaTeX, a shell or a template rather than a variable of the notebook."""
MOST_NOTES = 5
SHOWN = 40
"""Characters of a value in a note."""
CONVERSIONS: dict[str, Callable[[object], str]] = {"r": repr, "s": str, "a": ascii}


class Filled(NamedTuple):
    """A text with its variables filled in, what they were, and what was left unchanged though it looks like one."""

    text: str
    values: dict[str, str]
    notes: tuple[str, ...] = ()


class _Left(Exception):
    """This field stays unchanged."""


def fill_template(text: str, names: Mapping[str, Any]) -> Filled:
    """Fill in a text from the user's variables; never raises for anything the text holds."""
    values: dict[str, str] = {}
    notes: dict[str, str] = {}

    def put(match: re.Match[str]) -> str:
        try:
            said = _said(match, names)
        except _Left as left:
            if match[0] not in notes and len(notes) < MOST_NOTES and not NOTATION.match(text, match.start() - 1):
                notes[match[0]] = str(left) or _unknown(match, names)
            return match[0]
        opened, closed = len(match["open"]), len(match["close"])
        pairs = min(opened, closed)
        kept = pairs // 2
        if pairs % 2:
            values[_inner(match)] = said
        else:
            said = _inner(match)
        return "{" * (opened - pairs + kept) + said + "}" * (closed - pairs + kept)

    filled = FIELD.sub(put, text)
    return Filled(filled, values, tuple(filter(None, notes.values())))


def whole_value(text: str, names: Mapping[str, Any]) -> tuple[bool, Any]:
    """Return whether a text is one `{variable}` and nothing else, and give that variable's value as it is."""
    match = FIELD.fullmatch(text)
    plain = match is not None and len(match["open"]) == len(match["close"]) == 1
    if match is None or not plain or match["conversion"] or match["format"] is not None:
        return False, None
    try:
        return True, _value(match, names)
    except _Left:
        return False, None


def describe_values(values: Mapping[str, str]) -> str:
    """Say what was filled in, for a card: hero='Ada'."""
    return ", ".join(f"{name}={_short(value)!r}" for name, value in values.items())


def _inner(match: re.Match[str]) -> str:
    return match[0].strip("{}")


def _said(match: re.Match[str], names: Mapping[str, Any]) -> str:
    """Return what stands for a field; raises `_Left`."""
    value = _value(match, names)
    try:
        if convert := CONVERSIONS.get(match["conversion"] or ""):
            value = convert(value)
        return format(value, match["format"] or "")
    except Exception as error:
        raise _Left(f"{{{_inner(match)}}} was left unchanged: {type(error).__name__} while it was formatted.") from None


def _value(match: re.Match[str], names: Mapping[str, Any]) -> object:
    root, value = match["root"], None
    if root not in names:
        raise _Left
    value = names[root]
    for step in STEP.finditer(match["path"]):
        try:
            value = _step(value, step)
        except _Left:
            words = "private names and the environment are not filled in"
            raise _Left(f"{{{_inner(match)}}} was left unchanged: {words}.") from None
        except Exception as error:
            raise _Left(f"{{{_inner(match)}}} was left unchanged: {type(error).__name__} at {step[0]}.") from None
    return value


def _step(value: object, step: re.Match[str]) -> object:
    """Go one attribute or item further; private names and the environment are refused."""
    if (name := step[1]) is not None:
        if name.startswith("_"):
            raise _Left
        value = getattr(value, name)
    else:
        value = _item(value, step[2].strip())
    if type(value).__name__ in {"_Environ", "Secret"}:
        raise _Left
    return value


def _item(value: Any, key: str) -> Any:  # noqa: ANN401 - the user's own
    """Look up a key: a whole number is a place, or a key that is a number; anything else is text, quoted or not."""
    if not WHOLE.fullmatch(key):
        quoted = len(key) > 1 and key[0] == key[-1] and key[0] in "'\""
        return value[key[1:-1] if quoted else key]
    try:
        return value[int(key)]
    except (KeyError, TypeError):
        return value[key]


def _unknown(match: re.Match[str], names: Mapping[str, Any]) -> str:
    """Say that there is no such variable, where it looks as if one was meant: single braces around a name."""
    root = match["root"]
    if len(match["open"]) != 1 or len(match["close"]) != 1 or len(root) == 1 or root.startswith("_"):
        return ""
    words = f"{{{_inner(match)}}} was left unchanged: no variable named {root}."
    close = get_close_matches(root, [name for name in names if not name.startswith("_")], n=1, cutoff=0.6)
    return f"{words} Did you mean {close[0]}?" if close else words


def _short(value: str) -> str:
    return value if len(value) <= SHOWN else f"{value[: SHOWN - 1]}…"
