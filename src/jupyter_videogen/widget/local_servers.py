"""Servers of the user's own for the form: what answers at this machine's usual ports, and whether a click can choose it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jupyter_videogen.catalog.provider import is_this_machine
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.diagnostics.local_servers import describe, find_line, look_at_places
from jupyter_videogen.diagnostics.surroundings import current_surroundings
from jupyter_videogen.widget.protocol import ServerView

if TYPE_CHECKING:
    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.diagnostics.local_servers import Look


def find_servers(config: Configuration) -> tuple[ServerView, ...]:
    """Ask the usual ports of this machine; raises `VideogenError` where others share it, and asks nothing there."""
    place = current_surroundings(network=True)
    if place.is_shared or place.ask is None:
        raise VideogenError("Others share this machine, and its servers may be theirs.", next="Nothing was looked for.")
    return tuple(_view(look, config) for look in look_at_places(place.ask) if look.answer.status is not None)


def _view(look: Look, config: Configuration) -> ServerView:
    finding = describe(look)
    chosen = _chosen_by_name(look, config)
    return ServerView(
        title=finding.name,
        address=look.origin,
        words=finding.words,
        provider=chosen,
        model=look.server.models[0] if chosen and look.server and look.server.models else "",
        cell="" if chosen else find_line(look),
    )


def _chosen_by_name(look: Look, config: Configuration) -> str:
    """Return the provider whose requests go to this very port, as this configuration has it; empty for none."""
    if look.server is None or look.server.obstacle:
        return ""
    row = config.registry.providers.get(look.server.provider)
    return row.name if row and _goes_to(row, look) and (row.key_optional or row.key_env is None) else ""


def _goes_to(row: Provider, look: Look) -> bool:
    return is_this_machine(row.base_url) and urlsplit(row.base_url).port == look.usual.port
