"""A story from a cell: `%%videogen --story NAME`, its shots divided by lines of dashes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_videogen.api.stories import call as stories
from jupyter_videogen.commands import request_fields
from jupyter_videogen.core.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jupyter_videogen.api.stories.story import Story
    from jupyter_videogen.commands.parser import ParsedLine

ELSEWHERE = {
    "rows": ("grid", "--rows is for grids.", "Write the shots into the cell."),
    "grid": ("grid", "A cell makes a grid or a story.", "Remove --grid or --story."),
    "n": ("n", "A shot of a story is made once.", "Remove -n; story.retake(2) makes another take of shot 2."),
}
"""Options that mean nothing for a story: the field at fault, what is wrong, and what to do."""


def story_of_cell(line: ParsedLine, texts: Sequence[str], names: Mapping[str, Any]) -> Story:
    """Make, or go on with, the story of a cell; an empty cell opens the story by its name."""
    name = line.values.get("story")
    if not any(texts):
        return stories.story(name=name)
    return stories.story(list(texts), name=name, **arguments_of(line, names))


def describe_cell(line: ParsedLine, texts: Sequence[str], names: Mapping[str, Any]) -> str:
    """Return what a cell's story would send, without sending it."""
    return stories.describe(list(texts), name=line.values.get("story"), **arguments_of(line, names))


def arguments_of(line: ParsedLine, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line's options as arguments of `vg.story`; raises `InvalidRequest` for those that a story has not."""
    for option, (field, message, todo) in ELSEWHERE.items():
        if line.values.get(option) is not None:
            raise InvalidRequest(message, next=todo, field=field)
    given = {name: value for name, value in request_fields.collect_fields(line, names).items() if value is not None}
    models = given.pop("model", None)
    if isinstance(models, list):
        if len(models) > 1:
            raise InvalidRequest("A story has one model for all its shots.", next="Name one model.", field="model")
        models = models[0]
    return {**given, **({"model": models} if models else {}), "chain": line.values.get("chain", True)}
