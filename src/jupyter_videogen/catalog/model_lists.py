"""The models that providers listed, with what they take and cost: one small file in the home, good for a day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.catalog.capabilities import Capabilities
from jupyter_videogen.core.decoding import prepare
from jupyter_videogen.dialects.base import ListedModel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.prices import Price

DAY = 24 * 3600.0


@prepare
class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one provider listed, and when; seconds since the epoch."""

    at: float
    models: tuple[ListedModel, ...]


class Listings:
    """The file of listings, by base URL; a file that can't be read is an empty one."""

    def __init__(self, home: Path) -> None:
        self._path = home / "models.json"

    def keep(self, base_url: str, models: Sequence[ListedModel], *, now: float) -> None:
        """Write down what a provider listed."""
        kept = {**self._read(), base_url: Listing(now, tuple(models))}
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".part")
        temporary.write_bytes(msgspec.json.encode(kept))
        temporary.replace(self._path)

    def of(self, provider: Provider, *, now: float) -> Provider:
        """Return a provider with the models that it listed, as far as they are known.

        What an old list says of a model's settings holds no request back; its prices are still the best that is known.
        """
        listing = self._read().get(provider.base_url)
        if listing is None:
            return provider
        lately, source = now - listing.at < DAY, describe_source(provider, listing.at)
        return msgspec.structs.replace(
            provider,
            listed=tuple(model.name for model in listing.models),
            listed_at=listing.at,
            listed_lately=lately,
            published={model.name: _capabilities(model, provider) for model in listing.models if lately},
            prices={model.name: _sourced(model.price, source) for model in listing.models if model.price},
        )

    def _read(self) -> dict[str, Listing]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Listing])
        except (OSError, msgspec.MsgspecError):
            return {}


def describe_source(provider: Provider, at: float) -> str:
    """Return where a listed figure comes from, and its date."""
    return f"{provider.title}'s list of {datetime.fromtimestamp(at, UTC).date().isoformat()}"


def _capabilities(model: ListedModel, provider: Provider) -> Capabilities:
    """Return what a listed model takes and can do: what all models of its provider do, and what the list says of it."""
    like = provider.others or Capabilities(model="", takes=frozenset())
    return msgspec.structs.replace(
        like,
        model=model.name,
        title=model.title or model.name,
        takes=like.takes - model.lacks,
        durations=model.durations or like.durations,
        sizes=model.sizes or like.sizes,
        aspects=model.aspects or like.aspects,
        resolutions=model.resolutions or like.resolutions,
    )


def _sourced(price: Price, source: str) -> Price:
    return msgspec.structs.replace(price, source=source)
