"""What a model takes and can do, as data, and the check of a request against it before anything is sent."""

from __future__ import annotations

from math import prod
from typing import Literal

import msgspec

from jupyter_videogen.core.request import pixels
from jupyter_videogen.core.timing import JobKind

MOST_NAMED = 20
"""The most models that one sentence names."""


class SizeRange(msgspec.Struct, frozen=True):
    """The range of further sizes of a model: any with even sides within bounds."""

    side: tuple[int, int]
    """The limits of each side, in pixels."""
    smallest: str
    """The smallest and the largest in area, as "WxH"."""
    largest: str
    multiple: int = 2
    """Both sides are multiples of this many pixels."""

    def __str__(self) -> str:
        sides = "even size" if self.multiple == 2 else f"size in multiples of {self.multiple}"  # noqa: PLR2004 - a word of its own
        return f"any {sides} from {self.smallest} to {self.largest}, sides from {self.side[0]} to {self.side[1]}"

    def holds(self, size: str) -> bool:
        """Return whether a size is within the bounds; raises `ValueError` for what is no size."""
        sides, area = pixels(size), [prod(pixels(bound)) for bound in (self.smallest, self.largest)]
        fit = all(side % self.multiple == 0 and self.side[0] <= side <= self.side[1] for side in sides)
        return fit and area[0] <= prod(sides) <= area[1]


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """One model: what it takes and what its provider can do. Lengths in seconds, sizes as "WxH"."""

    model: str
    title: str = ""
    takes: frozenset[str]
    """The request's fields that reach the model; any other given field is a warning on the job."""
    durations: tuple[int, ...] = ()
    """Offered lengths; empty when every whole number from `shortest` to `longest` is taken."""
    shortest: int = 1
    longest: int | None = None
    """None when only the service knows."""
    default_duration: int | None = None
    sizes: tuple[str, ...] = ()
    """Offered sizes; empty when only the provider knows."""
    frame: SizeRange | None = None
    """The bounds of further sizes, if it makes other sizes than those it offers."""
    default_size: str | None = None
    aspects: tuple[str, ...] = ()
    resolutions: tuple[str, ...] = ()
    fps: tuple[int, int] | None = None
    """The fewest and the most frames per second; None when only the service knows."""
    most: int = 1
    """How many clips one request may ask for."""
    prompt_optional: bool = False
    image_matches_size: bool = False
    """The start image must have the requested size, pixel for pixel."""
    progress: bool = True
    """Whether looks report a percent."""
    cancel: Literal["any", "queued"] | None = None
    lists: bool = False
    """Whether the provider lists its jobs, so that a lost one can be found."""
    synchronous: bool = False
    """Whether the create stays open until the clip exists."""

    @property
    def kind(self) -> JobKind:
        """The kind of a job that leaves everything to the model."""
        return JobKind(self.model, self.default_duration, self.default_size)


def supports_size(size: str, model: Capabilities) -> bool:
    """Return whether a model is known to make a size, "WxH"."""
    return size in model.sizes or (model.frame is not None and model.frame.holds(size))


def supports_duration(duration: int, model: Capabilities) -> bool:
    """Return whether a model is known to make a length, in seconds; where nobody knows the longest, any from the shortest."""
    if model.durations:
        return duration in model.durations
    return model.shortest <= duration and (model.longest is None or duration <= model.longest)


def can_cancel(state: str, model: Capabilities) -> bool:
    """Return whether a job in this state can still be cancelled at its provider."""
    return state == "queued" if model.cancel == "queued" else model.cancel == "any" and state in {"queued", "running"}
