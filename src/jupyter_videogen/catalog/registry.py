"""The providers that can be named: built in, from installed packages, and from configuration."""

from __future__ import annotations

import logging
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.catalog.builtin import BUILT_IN, SANDBOXES
from jupyter_videogen.catalog.provider import Provider
from jupyter_videogen.core.decoding import prepare
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

GROUP = "jupyter_videogen.providers"
"""The entry points of provider plug-ins: each names a `Provider`."""
log = logging.getLogger("jupyter_videogen")
_broken: dict[str, str] = {}
"""Plug-ins that could not be loaded, and the kind of error each gave."""


@cache
def installed_providers() -> dict[str, Provider]:
    """Return built-in providers and those of plug-ins, which can't replace ours; a failing plug-in is left out and logged."""
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


@prepare
class Claim(msgspec.Struct, frozen=True, order=True):
    """What a project's file asks for: that a variable's value be sent to an address as the provider's key."""

    path: str
    """The path of the file, with links resolved."""
    provider: str
    address: str
    variable: str

    @property
    def words(self) -> str:
        """The claim as text."""
        return f"{self.provider}: ${self.variable} is sent to {self.address}, as {self.path} says"


class Registry:
    """Every provider that can be named: the packaged ones, and those that one configuration declares."""

    def __init__(
        self,
        declared: Mapping[str, Provider] | None = None,
        claims: Mapping[str, Claim] | None = None,
        foreign: Collection[str] = (),
    ) -> None:
        self._declared = dict(declared or {})
        self._claims = dict(claims or {})
        """What the rows of a project's file ask for, by provider."""
        self._foreign = frozenset(foreign)
        """Names of the rows that come from a project's file."""
        self.providers: Mapping[str, Provider] = {**installed_providers(), **self._declared}

    def find(self, name: str) -> Provider:
        """Return a provider by name; raises `InvalidRequest` with the nearest names."""
        if name in self.providers:
            return self.providers[name]
        if name in SANDBOXES:
            return SANDBOXES[name]
        raise InvalidRequest(
            f"Unknown provider {name}.", next=did_you_mean(name, list(self.providers)), field="provider"
        )

    def find_claim(self, name: str) -> Claim | None:
        """Return what a provider of a project's file asks for; None for every other provider."""
        return self._claims.get(name)

    def is_foreign(self, name: str) -> bool:
        """Return whether a provider's address comes from a project's file, and not from the user."""
        return name in self._foreign

    def is_declared(self, name: str) -> bool:
        """Return whether a row comes from the configuration: keys that were typed or kept for a name are not for its address."""
        return name in self._declared

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All that this project's file asks for."""
        return tuple(self._claims.values())
