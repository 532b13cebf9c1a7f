"""An improved prompt as the next cell: it is read, and changed, before anybody runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.commands import arguments, interpolation
from jupyter_videogen.core.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.commands.parser import ParsedLine

BETWEEN = "\n---\n"


def read_prompt(text: str) -> str:
    """Return the prompt on a line: as it stands, or in quotes."""
    try:
        words = arguments.split_words(text)
    except InvalidRequest:  # an apostrophe
        return text.strip()
    return words[0] if len(words) == 1 else text.strip()


def options_of(line: ParsedLine) -> str:
    """Return a line's options as they were written, without `--improve`."""
    start, end = line.span("improve") or (0, 0)
    return " ".join((line.text[:start] + line.text[end:]).split())


def render_cell(written: str, prompts: Sequence[str]) -> str:
    """Return the cell that orders improved prompts. What looks like a variable in them is none: it came from a model."""
    raw = len(prompts) == 1 and interpolation.FIELD.search(prompts[0]) and "--raw" not in written.split()
    options = " ".join(filter(None, [written, "--raw" if raw else ""]))
    return f"{f'%%videogen {options}'.rstrip()}\n{BETWEEN.join(prompts)}"
