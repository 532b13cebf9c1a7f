"""The providers this process knows: built in, from installed packages, and from configuration."""

from __future__ import annotations

import logging
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.catalog.builtin import BUILT_IN
from jupyter_videogen.catalog.provider import Provider
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

GROUP = "jupyter_videogen.providers"
"""The entry points by which other packages bring a provider: each names a `Provider`."""
log = logging.getLogger("jupyter_videogen")
_declared: dict[str, Provider] = {}
"""Rows that the user's and the project's `videogen.toml` bring, by name."""
_claims: dict[str, Claim] = {}
"""Which of them come from a project's file and ask for a key, by name."""
_foreign: set[str] = set()
"""Which of them come from a project's file, by name."""
_broken: dict[str, str] = {}
"""Plug-ins that could not be loaded, and the kind of error each gave."""


@cache
def installed_providers() -> dict[str, Provider]:
    """Return ours, and those of other packages, which cannot replace ours; a plug-in that fails is left out, and said."""
    found = {}
    for entry in entry_points(group=GROUP):
        if entry.name in BUILT_IN:
            continue
        try:
            row = entry.load()
        except Exception as error:  # noqa: BLE001 - somebody else's code, and no reason for ours not to work
            _broken[entry.name] = type(error).__name__
            log.warning("The provider plug-in %s could not be loaded (%s).", entry.name, type(error).__name__)
            continue
        if isinstance(row, Provider):
            found[entry.name] = row
    return {**BUILT_IN, **found}


def broken_plugins() -> dict[str, str]:
    """Return the plug-ins that could not be loaded, by name, each with the kind of its error."""
    installed_providers()
    return dict(_broken)


@cache
def all_providers() -> dict[str, Provider]:
    """Return every provider by name: the packaged ones, and what the user or the project declared."""
    installed_providers.cache_clear()
    return {**installed_providers(), **_declared}


def declare(
    rows: Mapping[str, Provider], claims: Mapping[str, Claim] | None = None, foreign: Collection[str] = ()
) -> None:
    """Take the rows of the configuration in place of those that it brought before.

    `foreign` are those of a project's file, `claims` what they ask for.
    """
    _foreign.clear()
    _foreign.update(foreign)
    _claims.clear()
    _claims.update(claims or {})
    if rows != _declared:
        _declared.clear()
        _declared.update(rows)
        all_providers.cache_clear()


def find_claim(name: str) -> Claim | None:
    """Return what a provider of a project's file asks for; None for every other provider."""
    return _claims.get(name)


def is_foreign(name: str) -> bool:
    """Return whether a provider's address is the word of a project's file, and not the user's own."""
    return name in _foreign


def all_claims() -> tuple[Claim, ...]:
    """Return all that this project's file asks for."""
    return tuple(_claims.values())


def is_declared(name: str) -> bool:
    """Return whether a row comes from the configuration: keys that were typed or kept for a name are not for its address."""
    return name in _declared


def find_provider(name: str) -> Provider:
    """Return a provider by name; raises `InvalidRequest` with the nearest names."""
    if name in all_providers():
        return all_providers()[name]
    raise InvalidRequest(
        f"There is no provider named {name}.", next=did_you_mean(name, list(all_providers())), field="provider"
    )


class Claim(msgspec.Struct, frozen=True, order=True):
    """What a project's file asks for: that a variable's value be sent to an address as the provider's key."""

    path: str
    """Of the file, with links resolved."""
    provider: str
    address: str
    variable: str

    @property
    def words(self) -> str:
        """The claim as a sentence's part."""
        return f"{self.provider}: ${self.variable} is sent to {self.address}, as {self.path} says"
