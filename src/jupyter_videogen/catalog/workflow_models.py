"""Models that are workflows of the user's own: files of a folder, each a model of the provider that runs them."""

from __future__ import annotations

import json
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.request import SIZE
from jupyter_videogen.dialects import workflows
from jupyter_videogen.filesystem import bounded_read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_videogen.catalog.capabilities import Capabilities
    from jupyter_videogen.dialects.workflows import Graph, Inputs

PREFIX = "comfyui/"
GIVEN = f"{PREFIX}workflow"
"""The model's name for a workflow that has no file."""
MOST_FILES = 500
LARGEST = 256 << 10
"""Bytes of one file: it is written down with its job and in the receipt."""


class WorkflowFile(msgspec.Struct, frozen=True):
    """A workflow, or why it can't be used."""

    graph: dict[str, Any] | None = None
    problem: str = ""
    """One sentence, where there is no graph."""
    step: str = ""
    """What to do about it."""

    def usable(self) -> Graph:
        """Return the graph; raises `InvalidRequest` where it can't be used."""
        if self.graph is None:
            raise InvalidRequest(self.problem, next=self.step, field="workflow")
        return self.graph


def read_folder(folder: str) -> dict[str, WorkflowFile]:
    """Return the workflows of a folder by model name, in the order of their names; none for a folder that is not there."""
    try:
        paths = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() == ".json")
    except OSError:
        return {}
    return {f"{PREFIX}{path.stem}": read_file(path) for path in paths[:MOST_FILES] if path.stem.isprintable()}


def read_given(given: object) -> tuple[str, WorkflowFile]:
    """Read a workflow as it was handed over: a path, JSON, or the object that JSON would give. Return its model's name too."""
    if isinstance(given, str) and given.lstrip().startswith("{"):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return GIVEN, WorkflowFile(problem="The workflow can't be read: it is not JSON.", step=workflows.EXPORT)
    if isinstance(given, str | Path):
        path = Path(given).expanduser()
        return f"{PREFIX}{path.stem}", read_file(path)
    return GIVEN, read_graph(given, "The workflow")


def read_file(path: Path) -> WorkflowFile:
    """Read one file; what is wrong with it is told when it is used."""
    try:
        return read_graph(json.loads(bounded_read.read_bounded(path, LARGEST)), path.name)
    except (OSError, ValueError, RecursionError) as error:
        why = (error.strerror or str(error)) if isinstance(error, OSError) else "it is not JSON"
        return WorkflowFile(problem=f"{path.name} can't be read: {why}.", step=workflows.EXPORT)


def read_graph(given: object, name: str) -> WorkflowFile:
    """Check a graph; `name` is what it is called in messages."""
    try:
        graph = workflows.check(given, name)
        small = len(msgspec.json.encode(graph)) <= LARGEST
    except (TypeError, ValueError, RecursionError):
        return WorkflowFile(problem=f"{name} holds what JSON has no word for.", step=workflows.EXPORT)
    except InvalidRequest as error:
        return WorkflowFile(problem=error.failure.message, step=error.failure.next)
    words = f"{name} is larger than {LARGEST >> 10} kB."
    return WorkflowFile(graph) if small else WorkflowFile(problem=words, step="Choose a smaller one.")


def models(files: Mapping[str, WorkflowFile], like: Capabilities) -> tuple[Capabilities, ...]:
    """Return the capabilities of workflows, by what their nodes take; `like` says what their provider can do."""
    return tuple(_model(name, file, like) for name, file in files.items())


def _model(name: str, file: WorkflowFile, like: Capabilities) -> Capabilities:
    if file.graph is None:
        return msgspec.structs.replace(like, model=name, title=name.removeprefix(PREFIX))
    inputs = workflows.find_inputs(file.graph)
    return msgspec.structs.replace(
        like,
        model=name,
        title=name.removeprefix(PREFIX),
        takes=_takes(inputs),
        default_duration=_duration(file.graph, inputs),
        default_size=_size(file.graph, inputs),
        prompt_optional="prompt" not in inputs,
    )


def _takes(inputs: Inputs) -> frozenset[str]:
    same = {"negative", "seed", "fps", "image", "last_frame"} & inputs.keys()
    size = {"size"} if {"width", "height"} <= inputs.keys() else set()
    length = {"duration"} if {"length", "fps"} <= inputs.keys() else set()
    return frozenset({"workflow"} | same | size | length)


def _size(graph: Graph, inputs: Inputs) -> str | None:
    """Return the size that a workflow has; None where its nodes have several."""
    sides = [{_value(graph, slot) for slot in inputs.get(side, ())} for side in ("width", "height")]
    if not all(len(side) == 1 for side in sides):
        return None
    size = "x".join(str(side.pop()) for side in sides)
    return size if SIZE.fullmatch(size) else None


def _duration(graph: Graph, inputs: Inputs) -> int | None:
    """Return a workflow's length in whole seconds, only where asking for it leaves the workflow as it is."""
    rate, lengths = workflows.rate(graph, inputs), {_value(graph, slot) for slot in inputs.get("length", ())}
    if not rate or len(lengths) != 1:
        return None
    given = lengths.pop()
    seconds = round((given - 1) / rate)
    same = seconds > 0 and isclose(workflows.frames(graph, inputs, seconds), given)
    return seconds if same else None


def _value(graph: Graph, slot: workflows.Slot) -> Any:  # noqa: ANN401 - a number, as `find_inputs` has it
    return graph[slot.node]["inputs"][slot.name]
