"""Tables of models and providers: what they take, what they cost, and whether they are ready to use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_videogen.api.access import open_access
from jupyter_videogen.api.client import list_models
from jupyter_videogen.api.tables.table import Table
from jupyter_videogen.catalog import builtin
from jupyter_videogen.config import files, trust
from jupyter_videogen.config.configuration import load_config, read_layers
from jupyter_videogen.core import command_names, environment
from jupyter_videogen.core.errors import InvalidRequest, VideogenError
from jupyter_videogen.core.prices import format_dollars
from jupyter_videogen.core.request import MEDIA
from jupyter_videogen.diagnostics import probe
from jupyter_videogen.diagnostics.report import shorten_home
from jupyter_videogen.diagnostics.service_checks import LIMIT, provider_question
from jupyter_videogen.dialects.base import Cancels, ListsJobs, Looks
from jupyter_videogen.runtime import process
from jupyter_videogen.transport.endpoint import Endpoint
from jupyter_videogen.transport.local_gateway import running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jupyter_videogen.api.access import Access
    from jupyter_videogen.catalog.capabilities import Capabilities
    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.prices import Price

UNPUBLISHED = "not published"
"""What stands where neither the provider nor we know a value: no range is made up."""
MOST_SHOWN = 4
"""The most sizes in one cell."""


class Models(Table):
    """A table of models, with a note on providers that could not be asked."""

    def __init__(self, rows: list[dict[str, Any]], notes: Sequence[str] = ()) -> None:
        empty = "No known model has that name." if not notes else ""
        super().__init__(rows, shown=[_model_words(row) for row in rows], empty=empty)
        self.notes = tuple(notes)

    def __repr__(self) -> str:
        return "\n".join(filter(None, [super().__repr__(), *self.notes]))


def models(
    text: str = "", *, provider: str | None = None, image: bool = False, test: bool = False, refresh: bool = False
) -> Models:
    """Return the models of a provider, or of all usable providers: what they take, cost, and how long jobs usually take.

    `text` is in the name; `image` keeps those that take a start image; `test` adds the local engine's test models, which
    play one behaviour of a provider each. Providers are asked for their list once a day, and
    with `refresh` again; it is free. Raises `InvalidRequest` or `AuthError` for a provider that is named.
    """
    config = load_config()
    rows, notes = [], []
    for name in [provider] if provider else _usable_providers(config):
        try:
            rows += list(_models(open_access(config, name), config, refresh=refresh))
        except VideogenError as error:
            if provider:
                raise
            notes.append(f"{name}: {error.message}")
    kept = [row for row in rows if text.lower() in f"{row['provider']}:{row['model']}".lower()]
    kept = [row for row in kept if test or not row["model"].startswith(builtin.TEST) or text.startswith(builtin.TEST)]
    return Models([row for row in kept if not image or "image" in row["inputs"]], notes)


def providers(*, network: bool = False) -> Table:
    """Return every provider: where its key was found (never the key), its address, and what it can do.

    With `network`, each provider is checked with a free call.
    """
    config = load_config()
    rows = list(config.registry.providers.values())
    answers = _answers(rows, config) if network else {}
    found = [_provider(row, config, answers.get(row.name, "")) for row in rows]
    return Table(found, shown=[_provider_words(row) for row in found], empty="There are no known providers.")


def _usable_providers(config: Configuration) -> list[str]:
    """Return the providers that are ready to use: first those that a key was found for, then those that need none."""
    usable = [name for name, row in config.registry.providers.items() if config.is_usable(row)]
    return sorted(usable, key=lambda name: not config.has_key(config.registry.providers[name]))


def _models(access: Access, config: Configuration, *, refresh: bool) -> Iterator[dict[str, Any]]:
    models = list_models(access, refresh=refresh)
    row = access.provider  # as it is after its list was loaded
    usual = process.runtime().history.usual_of_kinds(row.base_url)
    for model in models:
        yield _model(model, row, config.price_of(row, model.model)) | {"usual_seconds": usual(model.kind).seconds}


def _model(model: Capabilities, row: Provider, price: Price | None) -> dict[str, Any]:
    return {
        "provider": row.name,
        "model": model.model,
        "durations": list(model.durations) or [model.shortest, model.longest] if "duration" in model.takes else [],
        "any_duration": not model.durations,
        "sizes": list(model.sizes or model.aspects),
        "resolutions": list(model.resolutions),
        "inputs": [name for name in MEDIA if name in model.takes],
        "per_second": price and price.per_second,
        "highest_per_second": max(_per_second(price), default=None) if price else None,
        "lowest_per_second": min(_per_second(price), default=None) if price else None,
        "per_clip": price and price.per_clip,
        "price_source": price.source if price else "",
    }


def _per_second(price: Price) -> list[float]:
    """Return every price a second of a model."""
    plain = [] if price.per_second is None else [price.per_second]
    return [rate.per_second for rate in price.rates] or [*plain, *price.by_size.values()]


def _model_words(row: dict[str, Any]) -> dict[str, str]:
    lengths, sizes = row["durations"], row["sizes"] or row["resolutions"]
    more = f" and {len(sizes) - MOST_SHOWN} more" if len(sizes) > MOST_SHOWN else ""
    return {
        "model": f"{row['provider']}:{row['model']}",
        "lengths": _lengths(lengths, any_=row["any_duration"]),
        "sizes": ", ".join(sizes[:MOST_SHOWN]) + more or UNPUBLISHED,
        "inputs": ", ".join(row["inputs"]),
        "price": _price(row),
        "usually": f"{row['usual_seconds']:.0f} s" if row["usual_seconds"] else "",
    }


def _lengths(lengths: list[int | None], *, any_: bool) -> str:
    if any_ and lengths:
        return UNPUBLISHED if lengths[1] is None else f"{lengths[0]}-{lengths[1]} s"
    return f"{', '.join(map(str, lengths))} s" if lengths else ""


def _price(row: dict[str, Any]) -> str:
    if row["per_clip"] is not None:
        return "free" if row["per_clip"] == 0 else f"{format_dollars(row['per_clip'])} a clip"
    lowest, highest = row["lowest_per_second"], row["highest_per_second"]
    if highest is None:
        return UNPUBLISHED
    span = format_dollars(highest) if lowest == highest else f"{format_dollars(lowest)} to {format_dollars(highest)}"
    return f"{span} a second"


def _provider(row: Provider, config: Configuration, answer: str) -> dict[str, Any]:
    try:
        secret = config.find_request_key(row)
        source = secret.source if secret else None
    except VideogenError as error:
        source = error.message
    return {
        "provider": row.name,
        "key": source,
        "key_env": row.key_env,
        "key_needed": bool(row.key_env) and not row.key_optional,
        "base_url": row.base_url,
        "reachable": answer or None,
        "cancels": isinstance(row.dialect, Cancels),
        "lists": isinstance(row.dialect, ListsJobs),
        "resumes": isinstance(row.dialect, Looks),
    }


def _provider_words(row: dict[str, Any]) -> dict[str, str]:
    absent = f"none: set {row['key_env']}" if row["key_needed"] else "not needed"
    can = [word for word, able in (("cancel", "cancels"), ("list", "lists"), ("resume", "resumes")) if row[able]]
    return {
        "provider": row["provider"],
        "key": row["key"] or absent,
        "address": row["base_url"],
        "reachable": row["reachable"] or "not checked",
        "jobs can be": ", ".join(can) or "neither cancelled, listed nor resumed",
    }


def _answers(rows: Sequence[Provider], config: Configuration) -> dict[str, str]:
    """Check with a free call whether every provider responds; the local one is not started."""
    door = running(environment.home())
    questions = {
        row.name: asked for row in rows if row.base_url != builtin.LOCAL_ORIGIN and (asked := _question(row, config))
    }
    answers = probe.ask_all(list(questions.values()), LIMIT)
    words = {name: _answer(answer) for name, answer in zip(questions, answers, strict=True)}
    return words | {builtin.LOCAL.name: "running" if door else "starts when needed"}


def _question(row: Provider, config: Configuration) -> probe.Question | None:
    """Return the free call to a provider; None if its key can't or must not be used."""
    try:
        return provider_question(row, Endpoint(row.base_url, config.find_request_key(row)))
    except VideogenError:
        return None


def _answer(answer: probe.Answer) -> str:
    return answer.trouble or f"yes (HTTP {answer.status})"


def settings_table() -> Table:
    """Return every setting that has a value, and where it comes from."""
    folder = environment.project(environment.folder())
    places = read_layers()
    rows = [
        {"setting": "home", "value": str(environment.home()), "source": environment.home_source()},
        {
            "setting": "project",
            "value": str(folder),
            "source": "the nearest folder with videogen.toml or .git, else the current folder",
        },
        *(one._asdict() | {"setting": one.name} for one in files.list_settings(places)),
        *_trust(places),
    ]
    if not any(row["setting"] == "defaults.provider" for row in rows):
        rows.append(_provider_row())
    plain = [{name: row.get(name, "") for name in ("setting", "value", "source", "overrides")} for row in rows]
    shown = [
        {name: shorten_home(Path(value)) if _is_path(value) else str(value) for name, value in row.items()}
        for row in plain
    ]
    return Table(plain, shown=shown, empty="")


def _trust(places: Sequence[files.Layer]) -> Iterator[dict[str, Any]]:
    """Return whether the user trusts each key that this project's file asks for."""
    agreed = trust.load_trusted(environment.home())
    for name, claim in files.collect_claims(places).items():
        state = "trusted" if claim in agreed else f"not trusted: {command_names.spell('trust', name)}"
        words = f"{state} (${claim.variable} to {claim.address})"
        yield {"setting": f"trust.{name}", "value": words, "source": claim.path}


def _provider_row() -> dict[str, Any]:
    try:
        return {
            "setting": "provider",
            "value": load_config().default_provider(),
            "source": "the one that is ready to use here",
        }
    except InvalidRequest as error:
        return {"setting": "provider", "value": None, "source": error.message}


def _is_path(value: object) -> bool:
    return isinstance(value, str) and Path(value).is_absolute()
