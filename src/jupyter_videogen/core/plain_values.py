"""Values that JSON can hold: what functions of users return is kept and shown as such."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

from jupyter_videogen.core.errors import InvalidRequest


def to_plain(value: object, *, source: str) -> Any:  # noqa: ANN401 - any of the kinds below
    """Return a value as numbers, texts, booleans, lists and dicts; numbers of NumPy become Python's.

    None is allowed inside lists and dicts, where it is JSON's null. Raises `InvalidRequest`, which names the type and its place in
    what `source` returned.
    """
    if value is None:
        raise _refused(source, "", value)
    return _plain(value, "", source)


def _plain(value: object, place: str, source: str) -> Any:  # noqa: ANN401 - any of the kinds above
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, list | tuple):
        return [_plain(one, f"{place}[{number}]", source) for number, one in enumerate(value)]
    if isinstance(value, dict):
        return {_key(name, place, source): _plain(one, f"{place}[{name!r}]", source) for name, one in value.items()}
    raise _refused(source, place, value)


def _key(name: object, place: str, source: str) -> str:
    if isinstance(name, str):
        return name
    raise InvalidRequest(
        f"{source} returned a dict with the key {name!r}{f' at {place}' if place else ''}, which is no text.",
        next="Use texts as keys, such as str(key).",
    )


def _refused(source: str, place: str, value: object) -> InvalidRequest:
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return InvalidRequest(
        f"{source} returned {'None' if value is None else f'a value of type {name}'}{f' at {place}' if place else ''}, which can't be kept.",
        next="Return numbers, texts, booleans, lists or dicts; .tolist() makes a list of an array.",
    )
