"""Which service a request goes to: by what was named, configured or can be used here; with which defaults, key and price."""

from __future__ import annotations

import logging
import sys
import time
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.catalog import builtin, registry
from jupyter_videogen.catalog.model_lists import Listings
from jupyter_videogen.catalog.provider import find_model
from jupyter_videogen.config import credentials as keys
from jupyter_videogen.config import files, trust
from jupyter_videogen.config.files import apply_config
from jupyter_videogen.core import environment, prices, secrets
from jupyter_videogen.core.errors import AuthError, InvalidRequest, VideogenError
from jupyter_videogen.core.prices import FREE, Foreign, Price
from jupyter_videogen.core.request import credentials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.config.files import Config, Defaults, Layer
    from jupyter_videogen.core.job import JobRecord

log = logging.getLogger("jupyter_videogen")
_told: set[files.Setting] = set()
LISTED = "the service's list"
SHAPE = frozenset({"size", "aspect", "resolution"})
"""Fields that go together: one that is given keeps the configured others away."""


def load_config() -> Config:
    """Return what was set beforehand, from all its places, and take the providers it declares; raises `InvalidRequest`."""
    places = files.layers(environment.home(), environment.project(environment.folder()), environment_settings())
    found = files.merge_layers(places)
    registry.declare(files.provider_rows(found), files.collect_claims(places), files.foreign_providers(places))
    _tell(places)
    return found


def _tell(places: Sequence[Layer]) -> None:
    """Say, once a process, what of a project's file does not count."""
    for setting in (one for layer in places for one in layer.ignored):
        if setting not in _told:
            _told.add(setting)
            log.warning("%s = %s stands in %s.", *setting)
    for name, address in files.foreign_providers(places).items():
        told = files.Setting(name, address, "")
        if name in registry.installed_providers() and told not in _told:
            _told.add(told)
            log.warning("This project's file sends what is for %s to %s; no key goes along.", name, address)


def check_credentials(row: Provider, headers: Mapping[str, str], fields: Mapping[str, Any]) -> None:
    """Raise `AuthError` where headers or fields of a request would give a credential to an address of a project's file."""
    if not registry.is_foreign(row.name) or is_trusted(row) or not (headers or any(credentials(dict(fields)))):
        return
    raise AuthError(
        f"The address of {row.title} is this project's file's, {row.base_url}: no credential of yours is sent there.",
        next="Name the address yourself with base_url=, or leave out headers and keys.",
        code="untrusted",
    )


def is_trusted(row: Provider) -> bool:
    """Return whether somebody has agreed to what a project's file asks for a provider."""
    claim = registry.find_claim(row.name)
    return claim is not None and claim in trust.load_trusted(environment.home())


def environment_settings() -> dict[str, dict[str, Any]]:
    """Return what was set outside of files, the strongest first, by the names of the defaults."""
    named = environment.provider()
    return {
        "%config VideogenMagics": dict(environment.session),
        "VIDEOGEN_PROVIDER": {"provider": named} if named else {},
    }


def default_provider() -> str:
    """Return the configured one, else the one that has a key, else the local engine where a person is typing."""
    if named := _named(load_config().defaults):
        return named
    ready = [name for name, row in registry.all_providers().items() if has_key(row)]
    if len(ready) == 1:
        return ready[0]
    if not ready and _in_ipython():
        return builtin.LOCAL.name
    known = ", ".join(ready or registry.all_providers())
    raise InvalidRequest(
        "No provider given, and there is no single default.",
        next=f"Pass provider=, or set VIDEOGEN_PROVIDER, to one of: {known}.",
        field="provider",
    )


def _named(defaults: Defaults) -> str | None:
    """Return the provider that the configuration names, itself or with its model."""
    return _whose(defaults.model)[0] or defaults.provider


def pop_provider(fields: dict[str, Any]) -> str:
    """Return the provider that a request names, in its model or itself, else the default; takes it out of `fields`."""
    secrets.hide(fields)
    load_config()  # it may declare providers
    named = fields.pop("provider", None)
    where, _, rest = _whose(fields.get("model"))
    if where:
        fields["model"] = rest
        return where
    return str(named or default_provider())


def _whose(model: object) -> tuple[str | None, str, str | None]:
    """Split `provider:model`; the provider is None where none is named."""
    prefix, colon, rest = str(model or "").partition(":")
    return (
        (prefix, colon, rest)
        if colon and prefix in registry.all_providers()
        else (None, "", str(model) if model else None)
    )


def resolve_provider(name: str) -> Provider:
    """Return a provider with what its service listed, key or no key; raises `InvalidRequest`."""
    config = load_config()
    return Listings(environment.home()).of(apply_config(registry.find_provider(name), config), now=time.time())


def provider_of_job(record: JobRecord) -> Provider:
    """Return the endpoint that a job was sent to."""
    row = registry.all_providers().get(record.provider)
    if row is None or row.like != record.like:  # the configuration has changed since: the job's own dialect counts
        row = builtin.BUILT_IN.get(record.like or record.provider, builtin.OPENAI)
        row = msgspec.structs.replace(row, name=record.provider, label=record.provider) if record.like else row
    return msgspec.structs.replace(row, base_url=record.base_url, key_env=record.key_env)


def price_of(row: Provider, model: str, config: Config) -> Price | None:
    """Return the price that the user wrote down, else the service's own; the local engine is free.

    A price is a finite number above 0; the user's own file may call a model free as well. One of a project's file lowers
    neither, under whichever of the service's names it stands.
    """
    if row.simulated:
        return FREE
    given = [config.prices.get(f"{name}:{model}") for name in dict.fromkeys((row.label, row.name))]
    own = [
        price for one in given if one and not isinstance(one, Foreign) and (price := prices.clean_price(one, free=True))
    ]
    theirs = next((one for one in given if isinstance(one, Foreign)), None)
    if not own and prices.is_price(row.prices.get(model)):
        own = [Price(per_clip=row.prices[model], source=LISTED)]
    return prices.higher_price(own[0], theirs) if own else theirs


def with_defaults(provider: Provider, fields: Mapping[str, Any], defaults: Defaults) -> dict[str, Any]:
    """Fill in the configured defaults, as far as they are about this provider and its model takes them."""
    given = {name: value for name, value in fields.items() if value is not None}
    model = _whose(defaults.model)[2]
    if "model" not in given and model and _named(defaults) in {None, provider.name} and _may_have(provider, model):
        given["model"] = model
    try:
        takes = find_model(given.get("model"), provider).takes
    except VideogenError:
        return given
    skipped = SHAPE if SHAPE & set(given) else frozenset()
    open_ = ((takes | {"fit"}) & set(defaults.__struct_fields__)) - {"model", *given} - skipped
    return given | {name: value for name in open_ if (value := getattr(defaults, name)) is not None}


def _may_have(provider: Provider, model: str) -> bool:
    return provider.others is not None or model in {one.model for one in provider.models}


def find_request_key(row: Provider) -> secrets.Secret | None:
    """Find the key that requests to a provider would carry.

    Raises `AuthError` when what is there is no key, or where a project's file asks for it and nobody has agreed to that.
    """
    if refusal := untrusted_error(row):
        raise refusal
    return find_key(row, row.key_env)


def untrusted_error(row: Provider) -> AuthError | None:
    """Return the error, with the code "untrusted", for a provider of a project's file that nobody has agreed to."""
    claim = registry.find_claim(row.name)
    return (
        trust.untrusted_key_error(claim)
        if claim is not None and claim not in trust.load_trusted(environment.home())
        else None
    )


def is_usable(row: Provider) -> bool:
    """Return whether requests to a provider would have the key that they need."""
    return not row.key_env or row.key_optional or has_key(row)


def has_key(row: Provider) -> bool:
    """Return whether there is a key for a provider, and it may be used."""
    try:
        return find_request_key(row) is not None
    except VideogenError:
        return False


def find_key(row: Provider, variable: str | None) -> secrets.Secret | None:
    """Find a provider's key; at another address than its own only a key that was named counts."""
    known = None if registry.is_declared(row.name) else registry.all_providers().get(row.name)
    at_home = known is not None and (known.base_url, known.key_env) == (row.base_url, variable)
    return keys.find_key(row.name, variable) if at_home else keys.from_environment(variable)


def describe_key_sources(row: Provider, variable: str, *, at_home: bool) -> str:
    """Say how to hand a key over."""
    typed = f", type it into %videogen connect {row.name}" if at_home and _in_ipython() else ""
    return f"Set {variable}{typed}, or pass api_key=."


def _in_ipython() -> bool:
    shell = sys.modules.get("IPython")
    return shell is not None and shell.get_ipython() is not None
