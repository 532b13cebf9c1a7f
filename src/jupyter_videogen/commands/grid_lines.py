"""Grids from a line: `%%videogen --grid NAME` and `jupyter videogen grid`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.commands import request_fields
from jupyter_videogen.commands.arguments import parse_arguments
from jupyter_videogen.commands.options import Command
from jupyter_videogen.commands.parser import parse_words
from jupyter_videogen.core.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jupyter_videogen.api.grids.grid import Grid
    from jupyter_videogen.commands.arguments import Arguments
    from jupyter_videogen.commands.parser import ParsedLine

OWN = Command(
    "grid",
    "[FILE] --name NAME [--models A,B] [--seeds 1,2 | --takes 3] [OPTIONS]",
    "make a clip for every row of a CSV, JSONL or Parquet file, with every model and seed; the same call again sends only "
    "what is missing, and --name alone opens a grid",
    ("--extend",),
    (
        "--name",
        "--models",
        "--seeds",
        "--takes",
        "--vary",
        "--columns",
        "--template",
        "--concurrency",
        "--retries",
        "--order",
        "--export",
    ),
)
"""What the terminal's command takes beside the options of `generate`."""


class GridLine(NamedTuple):
    """A line of the terminal's command."""

    file: str | None
    given: dict[str, Any]
    """Arguments of `vg.grid`."""
    line: ParsedLine
    """The options that it shares with `generate`."""
    export: str | None


def grid_of_cell(line: ParsedLine, texts: Sequence[str], names: Mapping[str, Any]) -> Grid:
    """Make, or go on with, the grid of a cell: its prompts, or with `--rows` the table that its text is a template for.

    An empty cell opens the grid by its name.
    """
    from jupyter_videogen.api.grids import call as grids  # noqa: PLC0415 - few commands need grids

    name, file = line.values.get("grid"), line.values.get("rows")
    if name is None:
        raise InvalidRequest(
            "--rows needs --grid: a grid is found again by its name.", next="Add --grid study-1.", field="rows"
        )
    if file is None and not texts:
        return grids.grid(name=name)
    given = _fields_of_grid(line, names)
    if file is None:
        return grids.grid(list(texts), name=name, **given)
    if len(texts) > 1:
        raise InvalidRequest("With --rows the cell is one template.", next="Remove the lines of dashes.", field="rows")
    template = texts[0] if texts else None
    return grids.grid(file, name=name, template=template, **given)


def describe_cell(line: ParsedLine, texts: Sequence[str], names: Mapping[str, Any]) -> str:
    """Return what a cell's grid would send, without sending it."""
    from jupyter_videogen.api.grids import call as grids  # noqa: PLC0415 - few commands need grids

    given = {**_fields_of_grid(line, names), "name": line.values.get("grid")}
    file = line.values.get("rows")
    if file is None:
        return grids.describe(list(texts), **given)
    return grids.describe(file, **given, template=texts[0] if texts else None)


def _fields_of_grid(line: ParsedLine, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line's options as arguments of `vg.grid`: models are its columns, and `-n` its takes or seeds."""
    fields = {name: value for name, value in request_fields.collect_fields(line, names).items() if value is not None}
    takes, seed = fields.pop("n", None), fields.get("seed")
    if isinstance(takes, int) and isinstance(seed, int):
        fields["seeds"] = [fields.pop("seed") + number for number in range(takes)]
    elif takes is not None:
        fields["takes"] = takes
    if models := fields.pop("model", None):
        fields["models"] = models if isinstance(models, list) else [models]
    return fields


def read_words(words: Sequence[str]) -> GridLine:
    """Read the words of the terminal's command; raises `InvalidRequest` and `ParseError`."""
    own, rest = _split(words)
    line = parse_words(rest)
    files = [word.text for word in line.words]
    if len(files) > 1 or line.rest:
        raise InvalidRequest("grid takes one file of prompts.", next=f"Write: grid {OWN.usage}.")
    return GridLine(
        files[0] if files else None, {**_fields_of_grid(line, {}), **_own(own)}, line, own.values.get("--export")
    )


def _split(words: Sequence[str]) -> tuple[Arguments, list[str]]:
    """Return the command's own options, and the words that are left for those of `generate`."""
    own: list[str] = []
    rest: list[str] = []
    left = iter(words)
    for word in left:
        name, equals, _ = word.partition("=")
        if name in OWN.values:
            own += [word] if equals else [word, *_next(left)]
        elif word in OWN.marks:
            own.append(word)
        else:
            rest.append(word)
    return parse_arguments(OWN, own), rest


def _next(left: Iterator[str]) -> list[str]:
    value = next(left, None)
    return [] if value is None else [value]


def _own(given: Arguments) -> dict[str, Any]:
    values = given.values
    found: dict[str, Any] = {"name": values.get("--name"), "extend": "--extend" in given.marks}
    found |= {
        name: given.number(f"--{name}", 0) for name in ("takes", "concurrency", "retries") if f"--{name}" in values
    }
    found |= {name: values[f"--{name}"] for name in ("order", "template") if f"--{name}" in values}
    if "--models" in values:
        found["models"] = _several(values["--models"])
    if "--seeds" in values:
        found["seeds"] = [_seed(word) for word in _several(values["--seeds"])]
    for name in ("vary", "columns"):
        if f"--{name}" in values:
            key, equals, value = values[f"--{name}"].partition("=")
            if not equals:
                raise InvalidRequest(
                    f"--{name} takes NAME=VALUE.", next=f"Write --{name} {EXAMPLES[name]}.", field=name
                )
            found[name] = {key: [*map(_value, _several(value))] if name == "vary" else value}
    return found


EXAMPLES = {"vary": "size=1280x720,720x1280", "columns": "text=prompt"}


def _several(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def _value(word: str) -> int | str:
    return int(word) if word.isdecimal() else word


def _seed(word: str) -> int:
    if not word.lstrip("-").isdecimal():
        raise InvalidRequest(f"{word} is no seed.", next="Write --seeds 1,2.", field="seeds")
    return int(word)
