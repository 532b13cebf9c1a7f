"""The configuration of one order: which provider a request goes to, with which defaults, key and price.

`load_config` reads every place once and changes nothing; what it returns is handed on.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.catalog import builtin
from jupyter_videogen.catalog.model_lists import Listings
from jupyter_videogen.catalog.provider import find_model
from jupyter_videogen.catalog.registry import Registry, installed_providers
from jupyter_videogen.config import credentials as keys
from jupyter_videogen.config import enhancement, files, provenance, trust
from jupyter_videogen.config.files import apply_config
from jupyter_videogen.core import command_names, environment, prices, secrets
from jupyter_videogen.core.budget import AgentBudget
from jupyter_videogen.core.errors import AuthError, InvalidRequest, VideogenError
from jupyter_videogen.core.prices import FREE, Foreign, Price
from jupyter_videogen.core.request import credentials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.config.enhancement import ChatEndpoint
    from jupyter_videogen.config.files import Config, Defaults, Layer
    from jupyter_videogen.config.provenance import SigningFiles
    from jupyter_videogen.core.budget import AgentLimits, Budget
    from jupyter_videogen.core.job import JobRecord


class Known(NamedTuple):
    """The configuration that some places gave: every order asks for it, and they seldom change between two."""

    layers: tuple[Layer, ...]
    installed: Mapping[str, Provider]
    configuration: Configuration


log = logging.getLogger("jupyter_videogen")
_known: list[Known] = []
"""The newest one, if any."""
_reported: set[files.Setting] = set()
"""Settings without effect that this process has warned of."""
SHAPE = frozenset({"size", "aspect", "resolution"})
"""Fields that belong together: if one is given, the configured others are not used."""


def load_config() -> Configuration:
    """Read every place that sets something, once; raises `InvalidRequest` for a file that can't be used."""
    layers = read_layers()
    _report_ignored(layers)
    if any(layer.config.providers for layer in layers):
        return _build(layers)  # their rows may stand on other files, which are read again
    installed = installed_providers()
    for known in _known:
        if known.installed is installed and known.layers == layers:
            return known.configuration
    made = _build(layers)
    _known[:] = [Known(layers, installed, made)]
    return made


def _build(layers: tuple[Layer, ...]) -> Configuration:
    merged = files.merge_layers(layers)
    claims, foreign = files.collect_claims(layers), files.foreign_providers(layers)
    rows = files.provider_rows(merged, foreign)
    own = files.merge_layers([layer for layer in layers if not layer.foreign])
    return Configuration(merged, Registry(rows, claims, foreign), _overridden_provider(layers), own.prices)


def read_layers() -> tuple[Layer, ...]:
    """Return every place that sets something, the strongest first; raises `InvalidRequest` for a file that can't be used."""
    folder, fallback = environment.project(environment.folder()), environment.fallback_provider()
    below = {"VIDEOGEN_DEFAULT_PROVIDER": {"provider": fallback}} if fallback else {}
    return files.layers(environment.home(), folder, environment_settings(), below)


def _overridden_provider(layers: Sequence[Layer]) -> str:
    """Return in words that a file's provider is not the default, since the environment or `%config` names another; else empty."""
    named = next((one for one in files.list_settings(layers) if one.name == "defaults.provider"), None)
    is_overridden = named is not None and named.source in environment_settings() and files.NAME in named.overrides
    return f"{named.source} says {named.value}; {named.overrides}." if named and is_overridden else ""


def load_config_for_watching() -> Configuration:
    """Return the configuration, or an empty one for a file that can't be used: jobs that are paid for are watched all the same."""
    try:
        return load_config()
    except VideogenError:
        return Configuration(files.Config(), Registry())


def environment_settings() -> dict[str, dict[str, Any]]:
    """Return what was set outside of files, the strongest first, by the names of the defaults."""
    named = environment.provider()
    return {
        "%config VideogenMagics": dict(environment.session),
        "VIDEOGEN_PROVIDER": {"provider": named} if named else {},
    }


class Configuration:
    """What was set beforehand, from all its places, and the providers that can be named with it."""

    def __init__(
        self, merged: Config, registry: Registry, overridden: str = "", own_prices: Mapping[str, Price] | None = None
    ) -> None:
        self._merged, self.registry, self._own_prices = merged, registry, dict(own_prices or {})
        self.overridden_provider = overridden
        """What to tell whoever relies on the default provider, where one place overrides another; else empty."""

    @property
    def defaults(self) -> Defaults:
        """Values for what a request leaves open."""
        return self._merged.defaults

    @property
    def budget(self) -> Budget:
        """The caps on paid jobs."""
        return self._merged.budget

    @property
    def agents(self) -> AgentLimits:
        """What agents may spend."""
        return self._merged.agents

    @property
    def keep(self) -> str | None:
        """For how long failed jobs are kept, such as "2y"; None for good."""
        return self._merged.ledger.keep

    @property
    def storage(self) -> str | None:
        """The URL of the folder that finished clips are put into as well, if any."""
        return self._merged.storage.clips

    def for_agents(self) -> Configuration:
        """Return the configuration for what an agent asks for: with the caps on agents, and without a project's prices.

        A project's file may come from anybody: its price for a model that nobody else has a price for would make a cap in
        dollars worthless.
        """
        mine, limits = self.budget, self.agents
        above = [limit for limit in (mine.confirm_above, limits.confirm_above) if limit is not None]
        budget = AgentBudget(
            per_notebook=mine.per_notebook,
            per_day=mine.per_day,
            confirm_above=min(above, default=None),
            agents=limits,
        )
        merged = msgspec.structs.replace(self._merged, budget=budget, prices=self._own_prices)
        return Configuration(merged, self.registry, self.overridden_provider, self._own_prices)

    @property
    def improves_prompts(self) -> bool:
        """Whether the user has named a chat endpoint."""
        return self._merged.enhance.base_url is not None

    def find_chat_endpoint(self) -> ChatEndpoint:
        """Return the user's own chat endpoint; raises `InvalidRequest` where there is none, `AuthError` without its key."""
        return enhancement.find_endpoint(self._merged.enhance)

    def find_signing_files(self) -> SigningFiles:
        """Return the user's certificate and key; raises `InvalidRequest` where one of them is not named."""
        return provenance.find_files(self._merged.provenance, environment.home())

    # ---- providers ------------------------------------------------------------------------------------------

    def default_provider(self) -> str:
        """Return the configured provider, else the only one with a key, else, in IPython, the engine that draws here."""
        if named := self._configured_provider:
            return named
        ready = [name for name, row in self.registry.providers.items() if self.has_key(row)]
        if len(ready) == 1:
            return ready[0]
        if not ready and environment.in_ipython():
            return builtin.ENGINE.name
        known = ", ".join(ready or self.registry.providers)
        raise InvalidRequest(
            "No provider given, and there is no single default.",
            next=f"Pass provider=, or set VIDEOGEN_PROVIDER, to one of: {known}.",
            field="provider",
        )

    @property
    def _configured_provider(self) -> str | None:
        """The provider that the configuration names, itself or with its model."""
        return self._split_model(self.defaults.model)[0] or self.defaults.provider

    def names_provider(self, fields: Mapping[str, Any]) -> bool:
        """Return whether a request says itself where it goes."""
        return bool(fields.get("provider") or self._split_model(fields.get("model"))[0])

    def pop_provider(self, fields: dict[str, Any]) -> str:
        """Return the provider that a request names, in its model or itself, else the default; takes it out of `fields`."""
        secrets.hide(fields)
        named = fields.pop("provider", None)
        where, model = self._split_model(fields.get("model"))
        if where:
            fields["model"] = model
            return where
        for engine in {builtin.ENGINE.name: builtin.ENGINE, builtin.LOCAL.name: builtin.LOCAL}.values():
            if not named and any(one.model == model for one in engine.models):
                return engine.name  # nobody else has a model of such a name
        return str(named or self.default_provider())

    def _split_model(self, model: object) -> tuple[str | None, str | None]:
        """Split `provider:model`; the provider is None where none is named."""
        prefix, colon, rest = str(model or "").partition(":")
        if colon and prefix in self.registry.providers:
            return prefix, rest
        return None, str(model) if model else None

    def find_provider(self, name: str) -> Provider:
        """Return a provider with what the configuration says of its models; raises `InvalidRequest`."""
        return apply_config(self.registry.find(name), self._merged)

    def find_provider_with_models(self, name: str) -> Provider:
        """Return a provider with the models that it listed lately as well; raises `InvalidRequest`."""
        return Listings(environment.home()).of(self.find_provider(name), now=time.time())

    def provider_of_job(self, record: JobRecord) -> Provider:
        """Return the endpoint that a job was sent to."""
        row = self.registry.providers.get(record.provider, builtin.SANDBOXES.get(record.provider))
        if row is None or row.like != record.like:  # the configuration has changed since: the job's own dialect counts
            row = builtin.BUILT_IN.get(record.like or record.provider, builtin.OPENAI)
            row = msgspec.structs.replace(row, name=record.provider, label=record.provider) if record.like else row
        billing = row.billing if record.base_url == row.base_url else ""
        return msgspec.structs.replace(row, base_url=record.base_url, key_env=record.key_env, billing=billing)

    # ---- defaults and prices --------------------------------------------------------------------------------

    def with_defaults(self, provider: Provider, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Fill in the configured defaults, as far as they are about this provider and its model takes them."""
        given = {name: value for name, value in fields.items() if value is not None}
        model, defaults = self._split_model(self.defaults.model)[1], self.defaults
        if model and "model" not in given and self._configured_provider in {None, provider.name}:
            given |= {"model": model} if _may_have(provider, model) else {}
        try:
            takes = find_model(given.get("model"), provider).takes
        except VideogenError:
            return given
        skipped = SHAPE if SHAPE & set(given) else frozenset()
        open_ = ((takes | {"fit"}) & set(defaults.__struct_fields__)) - {"model", *given} - skipped
        return given | {name: value for name in open_ if (value := getattr(defaults, name)) is not None}

    def price_of(self, row: Provider, model: str) -> Price | None:
        """Return the price that the user wrote down, else the provider's own, else that a server of one's own is free.

        The local engine is always free. A price is a finite number above 0; the user's own file may call a model free as well, and may set a price for a
        server on this machine, such as the rent of its GPU. One of a project's file lowers none, under whichever of the
        provider's names it stands.
        """
        if row.simulated:
            return FREE
        given = [self._merged.prices.get(f"{name}:{model}") for name in dict.fromkeys((row.label, row.name))]
        own = [
            price
            for one in given
            if one and not isinstance(one, Foreign) and (price := prices.clean_price(one, free=True))
        ]
        theirs = next((one for one in given if isinstance(one, Foreign)), None)
        if not own and (listed := prices.clean_price(row.prices.get(model, prices.NONE))):
            own = [listed]
        if not own and row.free:
            own = [FREE]
        return prices.higher_price(own[0], theirs) if own else theirs

    # ---- keys -----------------------------------------------------------------------------------------------

    def find_request_key(self, row: Provider) -> secrets.Secret | None:
        """Find the key that requests to a provider would carry.

        Raises `AuthError` when what is there is no key, or where a project's file asks for it and nobody has agreed to
        that.
        """
        if refusal := self.untrusted_error(row):
            raise refusal
        return self.find_key(row, row.key_env)

    def find_key(self, row: Provider, variable: str | None) -> secrets.Secret | None:
        """Find a provider's key; at another address than its own only a key that was named counts."""
        known = self.registry.providers.get(row.name)
        at_home = known is not None and (known.base_url, known.key_env) == (row.base_url, variable)
        return keys.find_key(self.key_name(row), variable) if at_home else keys.from_environment(variable)

    def key_name(self, row: Provider) -> str:
        """Return the name under which a typed key is kept: that of a declared provider is for its address alone.

        Else a project's file could give a known name to an address of its own, and get the key that was typed for another.
        """
        return f"{row.name} at {row.base_url}" if self.registry.is_declared(row.name) else row.name

    def has_key(self, row: Provider) -> bool:
        """Return whether there is a key for a provider, and it may be used."""
        try:
            return self.find_request_key(row) is not None
        except VideogenError:
            return False

    def is_usable(self, row: Provider) -> bool:
        """Return whether requests to a provider would have the key that they need."""
        return not row.key_env or row.key_optional or self.has_key(row)

    def untrusted_error(self, row: Provider) -> AuthError | None:
        """Return the error, with the code "untrusted", for a provider of a project's file that nobody has agreed to."""
        claim = self.registry.find_claim(row.name)
        if claim is None or claim in trust.load_trusted(environment.home()):
            return None
        return trust.untrusted_key_error(claim)

    def check_credentials(self, row: Provider, headers: Mapping[str, str], fields: Mapping[str, Any]) -> None:
        """Raise `AuthError` where headers or fields would give a credential to an address of a project's file."""
        if not self.registry.is_foreign(row.name) or self._is_trusted(row):
            return
        if not (headers or any(credentials(dict(fields)))):
            return
        raise AuthError(
            f"The address of {row.title}, {row.base_url}, comes from this project's videogen.toml, so none of your credentials is sent there.",
            next="Pass the address yourself with base_url=, or leave out headers and keys.",
            code="untrusted",
        )

    def _is_trusted(self, row: Provider) -> bool:
        """Return whether somebody has agreed to what a project's file asks for a provider."""
        claim = self.registry.find_claim(row.name)
        return claim is not None and claim in trust.load_trusted(environment.home())


def describe_key_sources(row: Provider, variable: str, *, at_home: bool) -> str:
    """Return how to set a key."""
    typed = (
        f", type it with {command_names.spell('connect', row.name)}" if at_home and command_names.has_magic() else ""
    )
    return f"Set {variable}{typed}, or pass api_key=."


def _may_have(provider: Provider, model: str) -> bool:
    return provider.others is not None or model in {one.model for one in provider.models}


def _report_ignored(layers: Sequence[Layer]) -> None:
    """Log, once per process, which values of a project's file are ignored."""
    for setting in (one for layer in layers for one in layer.ignored):
        if setting not in _reported:
            _reported.add(setting)
            log.warning("%s = %s is set in %s.", *setting[:3])
    for name, address in files.foreign_providers(layers).items():
        moved = files.Setting(name, address, "")
        if name in installed_providers() and moved not in _reported:
            _reported.add(moved)
            log.warning("This project's videogen.toml sends requests for %s to %s, without a key.", name, address)
