"""The configuration: `%config`, the environment, the project's `videogen.toml`, the user's; each value with its source.

A project's file comes with somebody's repository. What it may say is bounded here, before it is joined with what is the
user's own: its clips stay below the project, it lifts no cap, lowers no price, and asks for no key but its own provider's.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec

from jupyter_videogen.catalog import builtin, workflow_models
from jupyter_videogen.catalog.capabilities import Capabilities
from jupyter_videogen.catalog.registry import Claim, installed_providers
from jupyter_videogen.config import enhancement, retention, storage
from jupyter_videogen.config.enhancement import Enhance
from jupyter_videogen.config.provenance import Provenance
from jupyter_videogen.config.retention import Retention
from jupyter_videogen.config.storage import Storage
from jupyter_videogen.core import hidden_characters, prices, secrets
from jupyter_videogen.core.budget import AgentLimits, Budget, check_caps, stricter
from jupyter_videogen.core.decoding import prepare
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.prices import Price
from jupyter_videogen.core.request import RequestSettings
from jupyter_videogen.core.suggestions import did_you_mean
from jupyter_videogen.filesystem import bounded_read, project_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from jupyter_videogen.catalog.provider import Provider

NAME = "videogen.toml"
DIALECTS = tuple(name for name in builtin.BUILT_IN if name not in {builtin.LOCAL.name, builtin.BROWSER.name})
"""What a server of one's own can speak: the protocol of a provider, by the provider's name."""
PROVIDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""The pattern of a provider's name, which appears in commands, tables and model names."""
FILE_LIKE = re.compile(r"\.[A-Za-z]\w*")
"""The pattern of a file suffix; `v1.5` has none."""


class Defaults(RequestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[defaults]`: values for what a request leaves open, as far as its model takes them."""

    provider: str | None = None
    model: str | None = None
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
    workflows: str | None = None
    """The folder of workflows that are its models, beside this file."""
    concurrency: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    """How many jobs it is sent at once."""


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


@prepare
class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The configuration of one place, or of all together."""

    defaults: Defaults = Defaults()
    providers: dict[str, Row] = {}
    prices: dict[str, Price] = {}
    """By `provider:model`."""
    capabilities: dict[str, Described] = {}
    """By `provider:model`."""
    budget: Budget = Budget()
    agents: AgentLimits = AgentLimits()
    enhance: Enhance = Enhance()
    ledger: Retention = Retention()
    provenance: Provenance = Provenance()
    storage: Storage = Storage()


SECTIONS: dict[str, tuple[type[msgspec.Struct], bool]] = {
    "defaults": (Defaults, False),
    "budget": (Budget, False),
    "agents": (AgentLimits, False),
    "providers": (Row, True),
    "prices": (Price, True),
    "capabilities": (Described, True),
    "enhance": (Enhance, False),
    "ledger": (Retention, False),
    "provenance": (Provenance, False),
    "storage": (Storage, False),
}
"""The type of each section, and whether it is a table of such rows."""


class Setting(NamedTuple):
    """One effective value and its source."""

    name: str
    value: Any
    source: str
    overrides: str = ""
    """What weaker places say instead, each as "SOURCE says VALUE"."""


class Layer(NamedTuple):
    """The configuration of one place, without ignored values."""

    source: str
    config: Config
    foreign: bool = False
    """Whether it is a project's file, not the user's own."""
    ignored: tuple[Setting, ...] = ()
    """Values that are ignored, each with the reason as its source."""


def layers(
    home: Path,
    project: Path,
    around: Mapping[str, Mapping[str, Any]],
    below: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[Layer, ...]:
    """Return the places, the strongest first; raises `InvalidRequest` with the one at fault.

    `around` is what goes before the files and `below` what goes after them, by its name, as single values.
    """
    own = Layer(str(home / NAME), _placed(_read(home / NAME), lambda folder: home / folder))
    said = () if project / NAME == home / NAME else (_bounded(project, _read(project / NAME), own.config),)
    before, after = (
        [Layer(source, _of(source, values)) for source, values in each.items()] for each in (around, below or {})
    )
    return (*before, *said, own, *after)


def load(home: Path, project: Path, around: Mapping[str, Mapping[str, Any]] | None = None) -> Config:
    """Return what all places say together; as `layers`."""
    return merge_layers(layers(home, project, around or {}))


def own_storage(home: Path) -> str | None:
    """Return the URL of the folder that finished clips are put into as well; None where none is configured, or none can be read."""
    try:
        return _read(home / NAME).storage.clips
    except InvalidRequest:  # whoever sends a job is told
        return None


def merge_layers(said_in: Sequence[Layer]) -> Config:
    """Return what all places say together, out of `layers`."""
    weakest_first = [layer.config for layer in said_in][::-1]
    return Config(
        defaults=Defaults(**_joined([_given(one.defaults) for one in weakest_first])),
        providers=_joined([one.providers for one in weakest_first]),
        prices=_joined([one.prices for one in weakest_first]),
        capabilities=_joined([one.capabilities for one in weakest_first]),
        budget=Budget(**_joined([_given(one.budget) for one in weakest_first])),
        agents=AgentLimits(**_joined([_given(one.agents) for one in weakest_first])),
        enhance=Enhance(**_joined([_given(one.enhance) for one in weakest_first])),
        ledger=Retention(**_joined([_given(one.ledger) for one in weakest_first])),
        provenance=Provenance(**_joined([_given(one.provenance) for one in weakest_first])),
        storage=Storage(**_joined([_given(one.storage) for one in weakest_first])),
    )


def collect_claims(said_in: Sequence[Layer]) -> dict[str, Claim]:
    """Return what a project's file asks to be sent, by provider: a variable's value, to an address."""
    return {
        name: Claim(layer.source, name, _address(name, row), row.key_env)
        for layer in said_in
        if layer.foreign
        for name, row in layer.config.providers.items()
        if row.key_env
    }


def foreign_providers(said_in: Sequence[Layer]) -> dict[str, str]:
    """Return the providers whose address a project's file names, each with that address."""
    rows = (layer.config.providers for layer in said_in if layer.foreign)
    return {name: _address(name, row) for given in rows for name, row in given.items() if row.base_url is not None}


def list_settings(said_in: Sequence[Layer]) -> Iterator[Setting]:
    """Return every value that is set, each once, from the strongest place that sets it, then what does not count."""
    for section in SECTIONS:
        said: dict[str, list[Setting]] = {}
        for layer in said_in:
            for whole, name, value in _flat(section, getattr(layer.config, section)):
                said.setdefault(whole, []).append(Setting(name, value, layer.source))
        for values in said.values():
            yield from _strongest(values)
    for layer in said_in:
        yield from layer.ignored


def _strongest(values: Sequence[Setting]) -> Iterator[Setting]:
    """Return what the strongest of several places says of one thing, and what others say of each of its values."""
    for value in values:
        if value.source == values[0].source:
            others = (one for one in values if one.name == value.name and one.value != value.value)
            yield value._replace(overrides="; ".join(f"{PurePath(one.source).name} says {one.value}" for one in others))


def provider_rows(config: Config, foreign: Collection[str] = ()) -> dict[str, Provider]:
    """Return the providers that a configuration declares; raises `InvalidRequest`.

    A project's file can't make a provider free by calling its dialect that of a server of one's own.
    """
    rows = {name: _row(name, row) for name, row in config.providers.items()}
    named = {name for name in foreign if config.providers[name].base_url is not None}
    return {name: msgspec.structs.replace(row, own=False) if name in named else row for name, row in rows.items()}


def apply_config(row: Provider, config: Config) -> Provider:
    """Return a provider with what the configuration says of its models."""
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
    return msgspec.structs.replace(_declared(name, row), concurrency=row.concurrency)


def _declared(name: str, row: Row) -> Provider:
    _check_row(name, row)
    built_in = builtin.BUILT_IN.get(name)
    if built_in is not None and row.dialect is None:
        address = row.base_url or built_in.base_url
        key = row.key_env or (built_in.key_env if address == built_in.base_url else None)
        known = msgspec.structs.replace(
            built_in,
            base_url=address,
            key_env=key,
            key_optional=key is None or built_in.key_optional,
            billing=built_in.billing if address == built_in.base_url else "",
        )
        return _with_workflows(known, name, row)
    like = _provider_of(row.dialect)
    if like is None:
        what = f'has an unknown dialect, "{row.dialect}"' if row.dialect else "has no dialect"
        raise InvalidRequest(f"[providers.{name}] {what}.", next=did_you_mean(row.dialect or "", DIALECTS))
    if row.base_url is None:
        raise InvalidRequest(f"[providers.{name}] has no base_url.", next='Add base_url = "https://…".')
    declared = msgspec.structs.replace(
        like,
        name=name,
        label=name,
        base_url=row.base_url.rstrip("/"),
        billing="",  # its account is whose server it is
        key_env=row.key_env,
        key_optional=row.key_env is None,
        like=row.dialect,
    )
    return _with_workflows(declared, name, row)


def _with_workflows(known: Provider, name: str, row: Row) -> Provider:
    """Return a provider with the workflows of its folder as its models."""
    if row.workflows is None:
        return known
    if known.others is None or "workflow" not in known.others.takes:
        raise InvalidRequest(
            f"[providers.{name}] has workflows, but {known.title} runs none.", next='Set dialect = "comfyui".'
        )
    found = workflow_models.read_folder(row.workflows)
    models = workflow_models.models(found, known.others)
    return msgspec.structs.replace(known, models=models, workflows=found)


def _placed(said: Config, place: Callable[[str], Path]) -> Config:
    """Return a configuration whose folders of workflows are whole paths."""
    rows = {
        name: row if row.workflows is None else msgspec.structs.replace(row, workflows=str(place(row.workflows)))
        for name, row in said.providers.items()
    }
    return msgspec.structs.replace(said, providers=rows)


def _provider_of(dialect: str | None) -> Provider | None:
    """Return the provider whose protocol a name stands for: any provider's own name, and so "openai" for its shape."""
    return builtin.BUILT_IN[dialect] if dialect in DIALECTS else None


def _check_row(name: str, row: Row) -> None:
    """Refuse names and addresses that are none: they are shown, written down, and copied into commands."""
    if not PROVIDER.fullmatch(name):
        raise InvalidRequest(
            f"{name[:64]!r} is not a valid provider name.", next="Use letters, digits, dots, hyphens and underscores."
        )
    if row.key_env is not None:
        secrets.check_variable(row.key_env)
    secrets.check_address(row.base_url or "")
    if row.base_url is not None and not secrets.ADDRESS.fullmatch(row.base_url):
        raise InvalidRequest(
            f"The base_url of [providers.{name}] is not a web address.", next='Write it as base_url = "https://…".'
        )


def _address(name: str, row: Row) -> str:
    built_in = builtin.BUILT_IN.get(name)
    return (row.base_url or (built_in.base_url if built_in else "")).rstrip("/")


# ---- what a project's file may say ---------------------------------------------------------------------------------


def _bounded(project: Path, said: Config, own: Config) -> Layer:
    """Return a project's file as far as it counts beside the user's own; raises `InvalidRequest` for what it must not ask."""
    source = str((project / NAME).resolve())
    for name, row in said.providers.items():
        _check_claim(name, row)
    defaults, budget, more = _capped(said, own, source)
    costs, cheap = _priced(said, own, source)
    if said.defaults.output:
        defaults = msgspec.structs.replace(defaults, output=_folder_below(said.defaults.output, project))
    said = _placed(said, lambda folder: _workflows_below(folder, project))
    agents, lax = _bounded_agents(said.agents, own.agents, source)
    config = msgspec.structs.replace(
        said,
        defaults=defaults,
        budget=budget,
        agents=agents,
        prices=costs,
        enhance=Enhance(),
        ledger=Retention(),
        provenance=Provenance(),
        storage=Storage(),
    )
    return Layer(source, config, foreign=True, ignored=(*more, *lax, *cheap, *_unheard(said, source)))


def _unheard(said: Config, source: str) -> Iterator[Setting]:
    """Tell of what a project's file has no say in: who reads prompts and is paid, what is deleted, in whose name copies are signed, and where clips go."""
    for section in ("enhance", "ledger", "provenance", "storage"):
        for name, value in _given(getattr(said, section)).items():
            shown = hidden_characters.escape_text(str(value))
            yield Setting(f"{section}.{name}", shown, f"{source}, ignored: it counts in your own file alone")


def _check_claim(name: str, row: Row) -> None:
    """Let a project's file ask for the key of a provider of its own, by that provider's name, and for no other variable."""
    _check_row(name, row)
    taken = {known.name for known in installed_providers().values()}
    variables = {known.key_env for known in installed_providers().values()}
    own = f"{re.sub('[.-]', '_', name).upper()}_API_KEY"
    if row.key_env is None or (row.key_env == own and name not in taken and own not in variables):
        return
    why = "is the name of a known provider" if name in taken or own in variables else f"may ask only for {own}"
    raise InvalidRequest(
        f"[providers.{name}] of this project's {NAME} asks for the value of {row.key_env}, and {why}.",
        next=f"Put that provider into your own file ($VIDEOGEN_HOME/{NAME}), which may name any variable.",
    )


def _folder_below(named: str, project: Path) -> str:
    """Return the folder below the project that its file names for clips; the names of the files in it are ours."""
    what = f"`output` of this project's {NAME}"
    place = project_paths.path_below(named, project, what=what, field="output")
    if FILE_LIKE.fullmatch(place.suffix):
        raise InvalidRequest(
            f"{what} names a file, {place.name}; a project may name only a folder.",
            next="Name a folder, or pass the file with output= or -o.",
            field="output",
        )
    return f"{place}/"


def _workflows_below(named: str, project: Path) -> Path:
    return project_paths.path_below(named, project, what=f"`workflows` of this project's {NAME}", field="workflow")


def _capped(said: Config, own: Config, source: str) -> tuple[Defaults, Budget, list[Setting]]:
    """Keep the stricter of two caps, and tell of those that do not count."""
    kept: dict[str, dict[str, Any]] = {"budget": {}, "defaults": {}}
    ignored = []
    pairs = [("budget", name) for name in Budget.__struct_fields__] + [("defaults", "max_cost")]
    for section, name in pairs:
        theirs, mine = (getattr(getattr(config, section), name) for config in (said, own))
        kept[section][name] = cap = stricter(mine, theirs) if theirs is not None else None
        if cap is not None and cap == mine and theirs != mine:
            kept[section][name] = None
            ignored.append(Setting(f"{section}.{name}", theirs, f"{source}, ignored: yours is stricter"))
    defaults = msgspec.structs.replace(said.defaults, **kept["defaults"])
    return defaults, Budget(**kept["budget"]), ignored


def _bounded_agents(theirs: AgentLimits, mine: AgentLimits, source: str) -> tuple[AgentLimits, list[Setting]]:
    """Let a project's file allow agents less than the user's own, and nothing where that allows nothing."""
    kept: dict[str, Any] = {}
    ignored = []
    for name, value in _given(theirs).items():
        limit = getattr(mine, name)
        if name == "per_day" and limit is None:
            ignored.append(Setting(f"agents.{name}", value, f"{source}, ignored: it counts in your own file alone"))
        elif (cap := stricter(limit, value)) != limit:
            kept[name] = cap
        else:
            ignored.append(Setting(f"agents.{name}", value, f"{source}, ignored: yours is stricter"))
    return AgentLimits(**kept), ignored


def _priced(said: Config, own: Config, source: str) -> tuple[dict[str, Price], list[Setting]]:
    """Let a project's price raise what the user wrote down, never lower it, and never call anything free."""
    kept: dict[str, Price] = {}
    ignored = []
    for key, theirs in said.prices.items():
        price = prices.clean_price(theirs, free=False)
        mine = own.prices.get(key)
        price = price if mine is None else prices.higher_price(mine, price)
        if price not in (None, mine):
            kept[key] = prices.Foreign(**{**msgspec.structs.asdict(price), "source": price.source or source})
        if price != theirs:
            reason = "a price must be more than 0" if mine is None else "your higher price applies"
            told = [f"{name} {value}" for name, value in _given(theirs).items()]
            ignored.append(Setting(f'prices."{key}"', ", ".join(told), f"{source}, ignored: {reason}"))
    return kept, ignored


# ---- reading -------------------------------------------------------------------------------------------------------


def _read(path: Path) -> Config:
    try:
        said = tomllib.loads(bounded_read.read_bounded(path).decode("utf-8"))
    except FileNotFoundError:
        return Config()
    except RecursionError:
        raise InvalidRequest(f"{path} can't be read: it is nested too deeply.", next="Correct the file.") from None
    except (OSError, ValueError) as error:
        why = (error.strerror or error) if isinstance(error, OSError) else error
        raise InvalidRequest(f"{path} can't be read: {why}.", next="Correct the file, or move it away.") from None
    try:
        found = msgspec.convert(said, Config)
        check_caps(*(cap for said in (found.budget, found.agents) for cap in msgspec.structs.astuple(said)))
        enhancement.check(found.enhance)
        retention.check(found.ledger)
        storage.check(found.storage)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"{path}: {error}.", next=_nearest(said)) from None
    except OverflowError:
        raise InvalidRequest(f"{path}: a number in it is too large.", next="Check the numbers.") from None
    return found


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
    """Return single values as a place of their own; raises `InvalidRequest` for one of a wrong kind."""
    defaults = {name: value for name, value in values.items() if name in Defaults.__struct_fields__}
    budget = {name: value for name, value in values.items() if name in Budget.__struct_fields__}
    try:
        return Config(defaults=msgspec.convert(defaults, Defaults), budget=msgspec.convert(budget, Budget))
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"{source}: {error}.", next="Check the type of that value.") from None


def _flat(section: str, said: Any) -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401 - a struct or a table of them
    """Return what is set as a whole (a value, or a row of a table), the value's full name, and the value."""
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
    """Return what stands where nothing is said; working it out reads every annotation anew."""
    return {field.name: field.default for field in msgspec.structs.fields(kind)}


def _joined(said: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: value for one in said for name, value in one.items()}
