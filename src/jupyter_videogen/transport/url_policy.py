"""The URL policy. A URL from a reply is untrusted: no key, no downgrade to http, no private address."""

from __future__ import annotations

import asyncio
import re
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from jupyter_videogen.core import platform

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
PORTS = {"http": 80, "https": 443}
NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address."""
ODD = (IPv6Network("::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("2001::/32"))
"""Ways to write an IPv4 address, or a site's own, that no provider's files live at: IPv4-compatible, local NAT64, Teredo."""


class RefusedURL(ValueError):
    """A URL that is not followed; its text says why, without the URL's query."""


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of a URL; the port's default is filled in.

    Raises `Refused` for one that is none, or that names a user: where two readers of URLs disagree about "@", one of them
    would take a stranger's host for ours.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RefusedURL("it is not a web address") from None
    if "@" in parts.netloc or "\\" in parts.netloc:
        raise RefusedURL("it contains a user name")
    return parts.scheme.lower(), (parts.hostname or "").rstrip("."), port or PORTS.get(parts.scheme.lower())


def same_origin(one: str, other: str) -> bool:
    """Return whether two URLs have one origin: only there does a key go."""
    return origin(one) == origin(other)


async def resolve_allowed(url: str, *, base_url: str) -> Sequence[str]:
    """Return the addresses to connect to, resolved once; empty at the configured origin, which is the user's own word.

    Raises `Refused` for a URL that a reply must not send us to. Other private addresses are good where the configured
    origin is private itself (a gateway on one's own machine serves its clips from beside it), but for link-local ones:
    clouds keep credentials there.
    """
    if same_origin(url, base_url):
        return ()
    scheme, host, port = origin(url)
    if scheme not in PORTS or not host:
        raise RefusedURL(f"{scheme or 'nothing'} is not a web address")
    if scheme == "http" and urlsplit(base_url).scheme == "https":
        raise RefusedURL("it leads from https to plain http")
    found = await resolve(host, port)
    strange = [address for address in found if not is_public(address)]
    if strange and (any(map(_is_metadata, strange)) or not await is_private(base_url)):
        raise RefusedURL("it leads to a private address")
    return found


async def is_private(url: str) -> bool:
    """Return whether a URL's host has private addresses and no other.

    A public name that leads to a private address as well is nobody's own machine: its owner may have aimed it there.
    """
    found = await resolve(*origin(url)[1:])
    return bool(found) and not any(map(is_public, found))


async def is_public_host(url: str) -> bool:
    """Return whether any address of a URL's host is of the public internet; a name that only the browser looks up counts as one."""
    found = await resolve(*origin(url)[1:])
    return any(map(is_public, found)) or (platform.is_browser() and not found)


async def resolve(host: str, port: int | None) -> list[str]:
    """Return a host's addresses, none where it is not found; `2130706433` and `0177.1` are addresses to a resolver too.

    A browser looks names up itself and tells no address: only what is an address already is one there.
    """
    if platform.is_browser():
        return _literal_address(host)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError):  # not found, or no name at all
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _literal_address(host: str) -> list[str]:
    """Return the address that a host is, none for a name. A browser writes every way to spell an IPv4 address in this one."""
    try:
        return [str(ip_address(host.strip("[]")))]
    except ValueError:
        return ["127.0.0.1"] if host == "localhost" or host.endswith(".localhost") else []


def is_public(text: str) -> bool:
    """Return whether an address, however it is wrapped, is one of the public internet."""
    address = _unwrap_ipv4(text)
    if isinstance(address, IPv6Address) and any(address in network for network in ODD):
        return False
    return address.is_global and not address.is_multicast


def _unwrap_ipv4(text: str) -> IPv4Address | IPv6Address:
    """Return the IPv4 address inside a mapped, NAT64 or 6to4 one, else the address itself."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv4Address):
        return address
    nat64 = IPv4Address(int(address) & 0xFFFF_FFFF) if address in NAT64 else None
    return address.ipv4_mapped or nat64 or address.sixtofour or address


def _is_metadata(text: str) -> bool:
    address = _unwrap_ipv4(text)
    return address.is_link_local or address.is_multicast


def is_loopback(url: str) -> bool:
    """Tell by its name alone whether a URL stays on this machine."""
    host = origin(url)[1]
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def proxy(url: str) -> str | None:
    """Return the proxy that this machine's settings name for a URL; never one for this machine itself."""
    if is_loopback(url):
        return None
    scheme, host, _ = origin(url)
    settings = getproxies()
    found = settings.get(scheme) or settings.get("all")
    if not found or proxy_bypass(host):
        return None
    return found if "://" in found else f"http://{found}"


def resolve_location(base: str, location: str) -> str:
    """Return where a location leads, seen from a URL; raises `Refused` for one that is none."""
    try:
        return urljoin(base, location)
    except ValueError:
        raise RefusedURL("it is not a web address") from None


def url_below(base_url: str, place: str) -> str:
    """Return the URL of a path below a base URL, or of one below its host ("^/media/a.mp4"), or a whole URL as it is."""
    if place.startswith("^"):
        return urljoin(base_url, place[1:])
    return place if SCHEME.match(place) else base_url.rstrip("/") + place
