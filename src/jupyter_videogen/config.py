"""What was set beforehand: `%config`, the environment, the project's `videogen.toml`, the user's; each value with its source."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from . import provider as providers
from .budget import Budget
from .capabilities import Capabilities, did_you_mean
from .errors import InvalidRequest
from .prices import Price

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from .dialect import Provider

NAME = "videogen.toml"
DIALECTS = ("openai", "qubax", "qubrid", "indoxhub", "bifrost")


class Defaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[defaults]`: values for what a request leaves open, as far as its model takes them."""

    provider: str | None = None
    model: str | None = None
    duration: int | None = None
    size: str | None = None
    aspect: str | None = None
    resolution: str | None = None
    fps: int | None = None
    seed: int | None = None
    n: int | None = None
    negative: str | None = None
    sound: bool | None = None
    draft: bool | None = None
    enhance: bool | None = None
    fit: str | None = None
    output: str | None = None
    wait: bool | None = None
    timeout: float | str | None = None
    max_cost: float | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[providers.NAME]`: a server of one's own, or another address for one we know."""

    dialect: str | None = None
    base_url: str | None = None
    key_env: str | None = None


class Described(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[capabilities."provider:model"]`: what a model takes, where the user knows better; see `Capabilities`."""

    title: str | None = None
    takes: frozenset[str] | None = None
    durations: tuple[int, ...] | None = None
    shortest: int | None = None
    longest: int | None = None
    default_duration: int | None = None
    sizes: tuple[str, ...] | None = None
    default_size: str | None = None
    aspects: tuple[str, ...] | None = None
    resolutions: tuple[str, ...] | None = None
    fps: tuple[int, int] | None = None
    most: int | None = None
    prompt_optional: bool | None = None
    image_matches_size: bool | None = None


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one place says, or all of them together."""

    defaults: Defaults = Defaults()
    providers: dict[str, Row] = {}
    prices: dict[str, Price] = {}
    """By `provider:model`."""
    capabilities: dict[str, Described] = {}
    """By `provider:model`."""
    budget: Budget = Budget()


SECTIONS: dict[str, tuple[type[msgspec.Struct], bool]] = {
    "defaults": (Defaults, False),
    "budget": (Budget, False),
    "providers": (Row, True),
    "prices": (Price, True),
    "capabilities": (Described, True),
}
"""What stands in each section, and whether it is a table of such rows."""


class Setting(NamedTuple):
    """One value that holds, and where it came from."""

    name: str
    value: Any
    source: str


class Layer(NamedTuple):
    """What one place says."""

    source: str
    config: Config


def layers(home: Path, project: Path, around: Mapping[str, Mapping[str, Any]]) -> tuple[Layer, ...]:
    """Give the places, the strongest first; raises `InvalidRequest` with the one at fault.

    `around` is what goes before the files, by its name, as single values.
    """
    return (
        *(Layer(source, _of(source, values)) for source, values in around.items()),
        *(Layer(str(path), _read(path)) for path in dict.fromkeys((project / NAME, home / NAME))),
    )


def load(home: Path, project: Path, around: Mapping[str, Mapping[str, Any]] | None = None) -> Config:
    """Give what all places say together; as `layers`."""
    said = [layer.config for layer in layers(home, project, around or {})]
    weakest_first = said[::-1]
    return Config(
        defaults=Defaults(**_joined([_given(one.defaults) for one in weakest_first])),
        providers=_joined([one.providers for one in weakest_first]),
        prices=_joined([one.prices for one in weakest_first]),
        capabilities=_joined([one.capabilities for one in weakest_first]),
        budget=Budget(**_joined([_given(one.budget) for one in weakest_first])),
    )


def settings(places: tuple[Layer, ...]) -> Iterator[Setting]:
    """Give every value that is set, each once, from the strongest place that sets it."""
    for section in SECTIONS:
        owner: dict[str, str] = {}
        for source, config in places:
            for whole, name, value in _flat(section, getattr(config, section)):
                if owner.setdefault(whole, source) == source:
                    yield Setting(name, value, source)


def rows(config: Config) -> dict[str, Provider]:
    """Give the providers that a configuration declares; raises `InvalidRequest`."""
    return {name: _row(name, row) for name, row in config.providers.items()}


def describe(row: Provider, config: Config) -> Provider:
    """Give a provider with what the configuration says of its models."""
    described = {}
    for key, said in config.capabilities.items():
        where, _, model = key.partition(":")
        if where in {row.name, row.label}:
            described[model] = _described(row, model, said)
    return msgspec.structs.replace(row, described=described) if described else row


def _described(row: Provider, model: str, said: Described) -> Capabilities:
    known = {one.model: one for one in row.models}
    base = known.get(model) or row.others or Capabilities(model="", takes=frozenset())
    return msgspec.structs.replace(base, **{"model": model, "title": base.title or model, **_given(said)})


def _row(name: str, row: Row) -> Provider:
    built_in = providers.BUILT_IN.get(name)
    if built_in is not None and row.dialect is None:
        address = row.base_url or built_in.base_url
        key = row.key_env or (built_in.key_env if address == built_in.base_url else None)
        return msgspec.structs.replace(built_in, base_url=address, key_env=key, key_optional=key is None)
    if row.dialect not in DIALECTS:
        what = f"names the dialect {row.dialect}, which is none" if row.dialect else "names no dialect"
        raise InvalidRequest(f"[providers.{name}] {what}.", next=did_you_mean(row.dialect or "", DIALECTS))
    if row.base_url is None:
        raise InvalidRequest(f"[providers.{name}] names no base_url.", next='Add base_url = "https://…".')
    like = providers.BUILT_IN[row.dialect]
    return msgspec.structs.replace(
        like,
        name=name,
        label=name,
        base_url=row.base_url.rstrip("/"),
        key_env=row.key_env,
        key_optional=row.key_env is None,
        like=row.dialect,
    )


def _read(path: Path) -> Config:
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config()
    except (OSError, ValueError) as error:
        raise InvalidRequest(f"{path} can't be read: {error}.", next="Mend the file, or move it away.") from None
    try:
        return msgspec.convert(said, Config)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"{path}: {error}.", next=_nearest(said)) from None


def _nearest(said: dict[str, Any]) -> str:
    """Name the nearest section or setting to the first that is none."""
    for section, content in said.items():
        if section not in SECTIONS:
            return did_you_mean(section, list(SECTIONS))
        kind, many = SECTIONS[section]
        known = kind.__struct_fields__
        rows = list(content.values()) if many and isinstance(content, dict) else [content]
        for name in (name for row in rows if isinstance(row, dict) for name in row if name not in known):
            return did_you_mean(name, known)
    return "Check that value."


def _of(source: str, values: Mapping[str, Any]) -> Config:
    """Give single values as a place of their own; raises `InvalidRequest` for one of a wrong kind."""
    defaults = {name: value for name, value in values.items() if name in Defaults.__struct_fields__}
    budget = {name: value for name, value in values.items() if name in Budget.__struct_fields__}
    try:
        return Config(defaults=msgspec.convert(defaults, Defaults), budget=msgspec.convert(budget, Budget))
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"{source}: {error}.", next="Check the type of that value.") from None


def _flat(section: str, said: Any) -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401 - a struct or a table of them
    """Give what is set as a whole (a value, or a row of a table), the value's full name, and the value."""
    if not isinstance(said, dict):
        yield from ((name, f"{section}.{name}", value) for name, value in _given(said).items())
        return
    for row, content in said.items():
        head = f'{section}."{row}"' if ":" in row else f"{section}.{row}"
        yield from ((head, f"{head}.{name}", value) for name, value in _given(content).items())


def _given(said: msgspec.Struct) -> dict[str, Any]:
    defaults = _defaults(type(said))
    found = {name: getattr(said, name) for name in said.__struct_fields__}
    return {name: value for name, value in found.items() if value not in (None, {}, "") and value != defaults[name]}


@cache
def _defaults(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Give what stands where nothing is said; working it out reads every annotation anew."""
    return {field.name: field.default for field in msgspec.structs.fields(kind)}


def _joined(said: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: value for one in said for name, value in one.items()}
