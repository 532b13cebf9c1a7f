"""The models that providers listed, kept for a day: one small file in the home."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jupyter_videogen.catalog.provider import Provider

DAY = 24 * 3600.0


class Listing(msgspec.Struct, frozen=True):
    """What one provider listed, and when; seconds since the epoch."""

    at: float
    names: tuple[str, ...]
    prices: dict[str, float] = {}
    """Dollars per clip, if the provider states it."""


class Listings:
    """The file of listings, by base URL; a file that can't be read is an empty one."""

    def __init__(self, home: Path) -> None:
        self._path = home / "models.json"

    def keep(self, base_url: str, names: Sequence[str], *, now: float, prices: dict[str, float] | None = None) -> None:
        """Write down what a provider listed."""
        kept = {**self._read(), base_url: Listing(now, tuple(names), prices or {})}
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".part")
        temporary.write_bytes(msgspec.json.encode(kept))
        temporary.replace(self._path)

    def of(self, provider: Provider, *, now: float) -> Provider:
        """Return a provider with the models that it listed, as far as they are known."""
        listing = self._read().get(provider.base_url)
        if listing is None:
            return provider
        lately = now - listing.at < DAY
        return msgspec.structs.replace(provider, listed=listing.names, listed_lately=lately, prices=listing.prices)

    def _read(self) -> dict[str, Listing]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Listing])
        except (OSError, msgspec.MsgspecError):
            return {}
