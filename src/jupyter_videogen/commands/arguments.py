"""The arguments of a line magic or a terminal command: its options and its other words."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.core import command_names
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.commands.options import Command


class Arguments(NamedTuple):
    """Options with a value, options without, and words."""

    values: dict[str, str]
    marks: frozenset[str]
    words: tuple[str, ...]

    def number(self, name: str, otherwise: int) -> int:
        """Return a whole number; raises `InvalidRequest`."""
        value = self.values.get(name)
        if value is None:
            return otherwise
        if not value.isdecimal():
            raise InvalidRequest(f"{name} takes a whole number, not '{value}'.", next=f"Write it as {name} 20.")
        return int(value)


def split_words(text: str) -> list[str]:
    """Split a line by POSIX rules; raises `InvalidRequest`."""
    try:
        return shlex.split(text)
    except ValueError:
        raise InvalidRequest("The line can't be read: a quote is not closed.", next="Close the quote.") from None


def parse_arguments(command: Command, words: list[str]) -> Arguments:
    """Read the words after a command; raises `InvalidRequest` for an option that it does not have."""
    values: dict[str, str] = {}
    marks: set[str] = set()
    rest: list[str] = []
    left = iter(words)
    for word in left:
        name, equals, value = word.partition("=")
        if name in command.values:
            values[name] = value if equals else _next(command, name, left)
        elif word in command.marks:
            marks.add(word)
        elif word.startswith("-") and word != "-1":
            raise _unknown(command, word)
        else:
            rest.append(word)
    return Arguments(values, frozenset(marks), tuple(rest))


def _next(command: Command, name: str, left: Iterator[str]) -> str:
    value = next(left, None)
    if value is None:
        raise InvalidRequest(f"{name} needs a value.", next=command_names.spell(command.name, command.usage))
    return value


def _unknown(command: Command, word: str) -> InvalidRequest:
    known = [*command.marks, *command.values]
    cure = did_you_mean(word, known) if known else "It takes no options."
    return InvalidRequest(f"{command_names.spell(command.name)} has no option {word.partition('=')[0]}.", next=cure)
