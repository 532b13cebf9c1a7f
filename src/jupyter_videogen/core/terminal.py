"""Text for terminals: in any encoding, at any width, into a pipe that may close."""

from __future__ import annotations

import codecs
import json
import os
import sys
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from jupyter_videogen.core import environment, hidden_characters

if TYPE_CHECKING:
    from typing import TextIO

ERRORS = "videogen-plain"
"""The name of our codec error handler."""
PLAIN = {
    "✓": "+", "✗": "x", "·": "-", "→": "->", "…": "...", "│": "|", "\u00d7": "x", "\u2013": "-", "—": "-",
    "\u2018": "'", "\u2019": "'", "“": '"', "”": '"', "█": "#", "░": ".",
}  # fmt: skip
"""Replacements of our own symbols for encodings that lack them; any other character becomes "?"."""
NARROWEST = 20
"""The narrowest width to which text is wrapped, in columns."""


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(PLAIN.get(sign, "?") for sign in missing), error.end


codecs.register_error(ERRORS, _plain)


def prepare(*streams: TextIO) -> None:
    """Make streams replace what their encoding lacks: cp1252, cp932 or ASCII never raise."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)  # a stream that was put in place of one may have none
        if reconfigure is not None:
            reconfigure(errors=ERRORS)


def print_out(words: str) -> None:
    """Print an answer on standard output; characters that its encoding lacks are replaced."""
    _write(sys.stdout, words)


def print_err(words: str) -> None:
    """Print a note or an error on standard error, in the same way; it fits the terminal."""
    _write(sys.stderr, fit(words, width(sys.stderr)))


def as_json(value: object) -> str:
    """Return JSON for standard output: where that can't hold all of Unicode it is escaped, so nothing is replaced."""
    whole = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"
    return hidden_characters.escape_json(json.dumps(value, ensure_ascii=not whole, indent=2))


def replace_unencodable(words: str, stream: Any) -> str:  # noqa: ANN401 - a kernel's stream is no TextIO
    """Return text in which what a stream's encoding lacks is replaced."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return words.encode(encoding, ERRORS).decode(encoding)


def width(stream: TextIO | None = None) -> int | None:
    """Return the columns of a terminal (standard output's where none is named), or None where there is no limit.

    COLUMNS wins, as in other programs. A pipe has no limit of its own; a notebook, whose server may have been started in a
    terminal, never has one.
    """
    if environment.in_kernel():
        return None
    stream = sys.stdout if stream is None else stream
    columns = environment.terminal_columns()
    if columns is None and stream.isatty():
        columns = _size(stream)
    return columns if columns is not None and columns >= NARROWEST else None


def fit(text: str, columns: int | None) -> str:
    """Break lines that are too long between words, indented below where they begin; words stay whole."""
    if columns is None:
        return text
    return "\n".join(part for line in text.splitlines() for part in _fitted(line, columns))


def close_quietly() -> None:
    """Send what is still buffered for a closed pipe nowhere: Python would complain of it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError):  # it is no file
            continue
    os.close(nowhere)


def _fitted(line: str, columns: int) -> list[str]:
    if len(line) <= columns:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    rest = f"{indent}  " if len(indent) < columns // 2 else "  "
    return wrap(
        line, columns, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False, replace_whitespace=False
    )


def _size(stream: TextIO) -> int | None:
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):  # it is no file
        return None


def _write(stream: Any, words: str) -> None:  # noqa: ANN401 - a kernel's stream is no TextIO
    stream.write(replace_unencodable(hidden_characters.escape_text(words), stream) + "\n")
    stream.flush()
