"""What is known of a function that is to be called for each clip: its name, its version, and what it takes."""

from __future__ import annotations

import hashlib
import inspect
from contextlib import suppress
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST = 60
"""Characters of a name, which is that of a column."""
PATH_AND_ROW = 2
PACKAGE = "jupyter_videogen"


class ClipFunction(NamedTuple):
    """A function with what tells its results from others."""

    call: Callable[..., Any]
    name: str
    version: str
    takes_row: bool
    """Called as `function(path, row)`; else as `function(clip)`."""


def describe(function: object, name: str | None, version: str | None) -> ClipFunction:
    """Return a function with its name, its version and what it takes; raises `InvalidRequest` for what can't be called so."""
    if not callable(function) or inspect.iscoroutinefunction(function):
        raise InvalidRequest(
            f"{function!r} is no function that can be called for each clip.",
            next="Pass a plain function of one clip, or of a path and a row.",
            field="function",
        )
    called = _checked_name(_name_of(function) if name is None else name)
    return ClipFunction(function, called, version or code_version(function), _takes_row(function, called))


def _name_of(function: Any) -> str:  # noqa: ANN401 - anything that can be called
    while isinstance(function, partial):
        function = function.func
    return str(getattr(function, "__name__", type(function).__name__)).lstrip("_")


def _checked_name(name: str) -> str:
    if name == "<lambda>":
        raise InvalidRequest(
            "A lambda has no name for its column.", next='Name it: grid.map(…, name="score").', field="name"
        )
    if not (isinstance(name, str) and name.isprintable() and 0 < len(name) <= LONGEST):
        raise InvalidRequest(f"{name!r} is no name of a column.", next=f"Use 1 to {LONGEST} characters.", field="name")
    return name


def _takes_row(function: Callable[..., Any], name: str) -> bool:
    """Return whether a function needs two arguments, the path and the row; one that does not say what it needs gets the clip."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    places = [one for one in parameters if one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD}]
    needed = sum(one.default is one.empty for one in places)
    is_open = any(one.kind is one.VAR_POSITIONAL for one in parameters)
    if needed > PATH_AND_ROW or not (places or is_open):
        raise InvalidRequest(
            f"{name} needs {needed} arguments.",
            next="Write it as function(clip), or as function(path, row).",
            field="function",
        )
    return needed == PATH_AND_ROW


# ---- the version ------------------------------------------------------------------------------------------------


def code_version(function: object) -> str:
    """Return a hash of a function's source, its defaults and what it encloses; of what can't be read, its name counts.

    Functions that it calls and globals that it reads are not followed.
    """
    digest = hashlib.sha256()
    for part in _parts(function, 0):
        digest.update(part.encode("utf-8", "surrogateescape") + b"\0")
    return digest.hexdigest()[:16]


DEEPEST = 6


def _parts(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - anything that a function holds
    """Return texts that change where a value does."""
    if depth > DEEPEST or value is None or isinstance(value, bool | int | float | str | bytes):
        yield repr(value) if depth <= DEEPEST else ""
    elif isinstance(value, list | tuple | dict):
        for one in value.items() if isinstance(value, dict) else value:
            yield from _parts(one, depth + 1)
    elif isinstance(value, partial):
        yield from _parts([value.func, value.args, value.keywords], depth)
    elif isinstance(value, MethodType):
        yield from _parts([value.__func__, value.__self__], depth)
    elif isinstance(value, FunctionType):
        yield from _function_parts(value, depth)
    else:
        yield from _object_parts(value, depth)


def _function_parts(function: FunctionType, depth: int) -> Iterator[str]:
    yield VERSION if function.__module__.partition(".")[0] == PACKAGE else ""
    yield _source(function) or _bytecode(function.__code__)
    held = list(_enclosed(function))
    yield from _parts([function.__defaults__, function.__kwdefaults__, held], depth + 1)


def _enclosed(function: FunctionType) -> Iterator[object]:
    """Return what a function encloses; a cell that is still empty holds nothing."""
    for cell in function.__closure__ or ():
        with suppress(ValueError):
            yield cell.cell_contents


def _object_parts(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - an object of any class
    kind = value if isinstance(value, type) else type(value)
    yield f"{kind.__module__}.{getattr(value, '__qualname__', kind.__qualname__)}"
    if kind.__module__ != "builtins":
        yield _source(kind)
        if kind is not value:
            yield from _parts(dict(getattr(value, "__dict__", {})), depth + 1)


def _source(of: Any) -> str:  # noqa: ANN401 - a function or a class
    try:
        return inspect.getsource(of)
    except (OSError, TypeError):
        return ""


def _bytecode(code: CodeType) -> str:
    consts = [_bytecode(one) if isinstance(one, CodeType) else repr(one) for one in code.co_consts]
    return repr((code.co_code, consts, code.co_names))
