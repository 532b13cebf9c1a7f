"""Cost estimates, from known prices. A price may be unknown; none is invented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core.request import pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.core.request import GenerationRequest


class Rate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Dollars a second under conditions; None is a condition that does not matter."""

    per_second: float
    resolution: str | None = None
    """Such as "720p"."""
    sound: bool | None = None
    image: bool | None = None
    """Whether the clip starts with a picture."""


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one model costs, in dollars: a row `[prices."provider:model"]` of `videogen.toml`, or what a provider lists."""

    per_clip: float | None = None
    per_second: float | None = None
    by_size: dict[str, float] = {}
    """Dollars per second at a size "WxH", where that differs."""
    rates: tuple[Rate, ...] = ()
    """Dollars per second by resolution, sound and start picture; with these, `per_second` and `by_size` are not looked at."""
    per_image: float | None = None
    """Dollars for each picture in the request, beside the length."""
    source: str = ""
    """The source of the price and its date."""


class Foreign(Price, frozen=True, kw_only=True):
    """A price from a project's file: it may raise a known price, never lower it."""


LINES = {1440: ("2k",), 2160: ("4k",)}
"""Further names of resolutions, by their lines."""
LARGEST = 1e6
"""The highest plausible price of a clip or second, in dollars."""
NONE = Price()
"""A price of which nothing is known."""
FREE = Price(per_clip=0.0, source="the local engine is free")


def is_price(value: float | None, *, free: bool = False) -> bool:
    """Return whether a figure can be a price: a finite number above 0, or with `free` 0 as well."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0.0 < value <= LARGEST or (free and value == 0.0)


def clean_price(price: Price, *, free: bool = False) -> Price | None:
    """Return a price without the figures that are none; None where nothing is left, which is an unknown price."""
    kept: dict[str, Any] = {
        name: value for name in ("per_clip", "per_second") if is_price(value := getattr(price, name), free=free)
    }
    by_size = {size: value for size, value in price.by_size.items() if is_price(value, free=free)}
    rates = tuple(rate for rate in price.rates if is_price(rate.per_second, free=free))
    if not (kept or by_size or rates):
        return None
    image = price.per_image if is_price(price.per_image, free=free) else None
    return Price(**kept, by_size=by_size, rates=rates, per_image=image, source=price.source)


def higher_price(mine: Price, theirs: Price | None) -> Price:
    """Return a price that is never below `mine`; ignore figures that only `theirs` has, because they can't be compared."""
    if theirs is None:
        return mine
    sizes = {size: max(value, theirs.by_size.get(size, 0.0)) for size, value in mine.by_size.items()}
    return Price(
        per_clip=_higher(mine.per_clip, theirs.per_clip),
        per_second=_higher(mine.per_second, theirs.per_second),
        by_size=sizes,
        rates=tuple(
            msgspec.structs.replace(rate, per_second=max(rate.per_second, theirs.per_second or 0.0))
            for rate in mine.rates
        ),
        per_image=_higher(mine.per_image, theirs.per_image),
        source=mine.source,
    )


def _higher(mine: float | None, theirs: float | None) -> float | None:
    return mine if mine is None or theirs is None else max(mine, theirs)


class Estimate(msgspec.Struct, frozen=True):
    """The estimated cost of a request: dollars, or None if no price is known, and how it was computed."""

    cost: float | None
    how: str

    def __repr__(self) -> str:
        return f"about {format_dollars(self.cost)} ({self.how})" if self.cost is not None else f"unknown ({self.how})"


def estimate(request: GenerationRequest, price: Price | None) -> Estimate:
    """Work out a request's cost by its model's price."""
    if price is None:
        return Estimate(None, "no price is known for this model; add one to videogen.toml")
    clips, of = request.n or 1, f"; {price.source}" if price.source else ""
    if price.per_clip is not None:
        return Estimate(clips * price.per_clip, f"{_times(clips)}{format_dollars(price.per_clip)} a clip{of}")
    second, most = _find_rate(request, price)
    if second is None or request.duration is None:
        return Estimate(None, f"the price list has no entry for this size or length{of}")
    pictures = count_pictures(request) * (price.per_image or 0.0)
    beside = f" and {format_dollars(pictures)} for pictures" if pictures else ""
    how = f"{_times(clips)}{request.duration} s x {most}{format_dollars(second)} a second{beside}{of}"
    return Estimate(clips * (request.duration * second + pictures), how)


def _find_rate(request: GenerationRequest, price: Price) -> tuple[float | None, str]:
    """Return dollars a second for a request, and "at most " where it leaves open what the price depends on.

    Of the rates that fit, those count that agree with most of what was asked for; of several of these, the highest.
    """
    if not price.rates:
        return price.by_size.get(request.size or "", price.per_second), ""
    scores = [(_agreement(request, rate), rate.per_second) for rate in price.rates]
    best = max((score for score, _ in scores if score is not None), default=None)
    found = {second for score, second in scores if score == best}
    return (None, "") if best is None else (max(found), "at most " if len(found) > 1 else "")


def _agreement(request: GenerationRequest, rate: Rate) -> int | None:
    """Return how many conditions of a rate a request meets; None where it contradicts one."""
    asked = resolution_names(request)
    met = {
        "resolution": None if rate.resolution is None or not asked else rate.resolution.lower() in asked,
        "sound": None if rate.sound is None or request.sound is None else rate.sound is request.sound,
        "image": None if rate.image is None else rate.image is (request.image is not None),
    }
    return None if False in met.values() else sum(value is True for value in met.values())


def resolution_names(request: GenerationRequest) -> frozenset[str]:
    """Return what the resolution of a request is called in price lists, in lower case; empty where it is left open.

    A size goes by its shorter side: 1280x720 is 720p, 3840x2160 is 2160p and 4k.
    """
    if request.resolution is not None or request.size is None:
        return frozenset({request.resolution.lower()} if request.resolution else ())
    try:
        lines = min(pixels(request.size))
    except ValueError:
        return frozenset()
    return frozenset({f"{lines}p", *LINES.get(lines, ())})


def count_pictures(request: GenerationRequest) -> int:
    """Return how many pictures a request holds."""
    return sum(one is not None for one in (request.image, request.last_frame)) + len(request.references)


def add_estimates(estimates: Sequence[Estimate]) -> Estimate:
    """Add up what several requests cost; one of unknown price makes the sum unknown."""
    if len(estimates) == 1:
        return estimates[0]
    unknown = next((one for one in estimates if one.cost is None), None)
    if unknown is not None:
        return Estimate(None, f"{len(estimates)} requests; for one of them {unknown.how}")
    return Estimate(
        sum(one.cost or 0.0 for one in estimates), f"{len(estimates)} requests; the first: {estimates[0].how}"
    )


def format_dollars(amount: float) -> str:
    """Write an amount: cents as a rule, more digits where cents would round it away."""
    return f"${amount:,.2f}" if amount == 0 or amount >= 0.1 else f"${amount:,.4f}".rstrip("0")  # noqa: PLR2004 - ten cents


def _times(clips: int) -> str:
    return f"{clips} clips x " if clips > 1 else ""
