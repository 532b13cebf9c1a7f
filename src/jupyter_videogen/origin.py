"""Whose a URL is. A URL that came in a reply is a stranger: no key, no way back to plain http, no private address."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv6Address, ip_address
from urllib.parse import urljoin, urlsplit

PORTS = {"http": 80, "https": 443}


class Refused(ValueError):
    """A URL that is not followed; its text says why, without the URL's query."""


def origin(url: str) -> tuple[str, str, int | None]:
    """Give scheme, host and port of a URL; the port's default is filled in."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise Refused("the port is no number") from None
    return parts.scheme.lower(), (parts.hostname or "").rstrip("."), port or PORTS.get(parts.scheme.lower())


def same(one: str, other: str) -> bool:
    """Tell whether two URLs have one origin: only there does a key go."""
    return origin(one) == origin(other)


async def check(url: str, *, base_url: str) -> None:
    """Raise `Refused` for a URL that a reply must not send us to.

    The configured origin is the user's own word and always good; so are other private addresses where that one is
    private itself (a gateway on one's own machine serves its clips from beside it).
    """
    if same(url, base_url):
        return
    scheme, host, port = origin(url)
    if scheme not in PORTS or not host:
        raise Refused(f"{scheme or 'nothing'} is no web address")
    if scheme == "http" and urlsplit(base_url).scheme == "https":
        raise Refused("it leads from https to plain http")
    if await _private(host, port) and not await _private(*origin(base_url)[1:]):
        raise Refused("it leads to a private address")


async def _private(host: str, port: int | None) -> bool:
    """Tell whether any address of a host is not of the public internet; a host that is not found is nobody's."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return any(_is_private(str(entry[4][0])) for entry in found)


def _is_private(text: str) -> bool:
    address = ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return not (mapped or address).is_global


def target(url: str, location: str) -> str:
    """Give where a redirect leads."""
    return urljoin(url, location)
