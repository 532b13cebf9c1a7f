"""Where requests go and with which key, settled before anything is sent."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.catalog.model_lists import Listings
from jupyter_videogen.config.configuration import describe_key_sources
from jupyter_videogen.config.credentials import from_environment
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import AuthError, VideogenError
from jupyter_videogen.core.secrets import Hidden
from jupyter_videogen.runtime import process
from jupyter_videogen.transport.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.secrets import Secret


class Access(NamedTuple):
    """A way to a provider, and what is still missing before something can be sent."""

    connection: Connection
    lacking: AuthError | None
    """What to raise where something is sent: there is no key, or none that may be used."""
    own_address: bool
    """Whether the caller named the address, and not a configuration."""
    keyless: bool
    """Whether it is for estimates and previews, which send nothing."""
    notes: tuple[str, ...] = ()
    """What to tell of how the provider was chosen."""

    @property
    def provider(self) -> Provider:
        """The endpoint."""
        return self.connection.provider

    def check_extra(self, config: Configuration, fields: Mapping[str, Any]) -> None:
        """Keep a second key, in `extra`, from an address that only a project's file names; raises `AuthError`."""
        if not self.own_address and not self.keyless:
            config.check_credentials(self.provider, {}, {"extra": fields.get("extra") or {}})


def open_access(  # noqa: PLR0913 - keywords, each of its own
    config: Configuration,
    provider: str | None = None,
    *,
    base_url: str | None = None,
    key_env: str | None = None,
    secret: Secret | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float | None = None,
    name: str | None = None,
    allow_insecure: bool = False,
    keyless: bool = False,
) -> Access:
    """Return the way to a provider; arguments as for `Client`. Raises `InvalidRequest`, and `AuthError` unless `keyless`."""
    row = config.find_provider(provider or config.default_provider())
    variable = key_env or (None if base_url else row.key_env)
    here = row if base_url is None else msgspec.structs.replace(row, base_url=base_url)
    lacking = None if secret or key_env or base_url else config.untrusted_error(row)
    key = _same_key(secret, variable) or (None if lacking else config.find_key(here, variable))
    if key is None and variable is not None and not row.key_optional and lacking is None:
        ways = describe_key_sources(row, variable, at_home=here is row)
        lacking = AuthError(f"{row.title} needs a key.", next=ways)
    if lacking and not keyless:
        raise lacking
    if base_url is None:
        config.check_credentials(row, headers or {}, {})
    here = msgspec.structs.replace(here, key_env=variable, label=name or row.label)
    here = Listings(environment.home()).of(here, now=time.time())
    if secret:
        process.given[here.base_url, secret.account] = secret
    connection = Connection(here, key, Hidden(headers or {}), allow_insecure=allow_insecure, timeout=timeout)
    return Access(connection, lacking, base_url is not None, keyless)


def access_for(fields: dict[str, Any], config: Configuration, *, keyless: bool = False) -> Access:
    """Return the way to the provider that a request names; takes what is about the provider out of `fields`."""
    where = {name: fields.pop(name) for name in ("base_url", "key_env") if name in fields}
    notes = () if config.names_provider(fields) else (config.overridden_provider,)
    access = open_access(config, config.pop_provider(fields), **where, keyless=keyless)
    return access._replace(notes=tuple(filter(None, notes)))


def _same_key(secret: Secret | None, variable: str | None) -> Secret | None:
    """Return a key that was passed; the variable's own where that holds the same, so that other processes can find it."""
    with suppress(VideogenError):  # what is there is no key, or no variable
        found = from_environment(variable)
        return found if secret is not None and found == secret else secret
    return secret
