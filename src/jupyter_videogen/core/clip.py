"""A finished clip, and where a provider keeps its bytes."""

from __future__ import annotations

import re
from typing import Literal

import msgspec


class Artifact(msgspec.Struct, frozen=True, omit_defaults=True):
    """The place of a finished clip at the provider, and what the provider says about it."""

    url: str
    """A path below the provider's base URL, or below its host where a "^" stands before it ("^/media/a.mp4"), or an
    absolute URL (a stranger: it never sees a key)."""
    poster: str | None = None
    """The address of a still image, if any."""
    duration: float | None = None
    """Seconds."""
    size: str | None = None
    """"WxH"."""
    inline: str | None = None
    """The bytes themselves in base64, where a reply carries them."""
    presumed: bool = False
    """Whether the place is presumed: a refusal there means that there is no clip."""
    others: tuple[str, ...] = ()
    """Other addresses of the same clip, as `url`; tried in order if the first has none."""


CostSource = Literal["reported", "estimated", "unknown"]


def cost_source(estimated: float | None, reported: float | None) -> CostSource:
    """Return which of two figures is the best known cost: what the provider reported goes before our estimate."""
    if reported is not None:
        return "reported"
    return "unknown" if estimated is None else "estimated"


Credentials = Literal["yes", "damaged", "elsewhere", "none", "unread"]
"""Whether content credentials (C2PA) are in a file: "elsewhere" where only an address is named, "unread" where no place for them
is known to us."""


class Marks(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a file says of its own origin, as it is read and not checked."""

    credentials: Credentials = "none"
    source_type: str = ""
    """The term of IPTC's Digital Source Type in its XMP, such as "trainedAlgorithmicMedia"; empty where there is none."""


class ClipRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is written down of a finished video on this disk, and where it came from."""

    path: str
    """Absolute."""
    bytes: int
    sha256: str
    job_id: str
    prompt: str
    provider: str
    model: str
    duration: float | None = None
    """Seconds, as the provider reported or the request asked."""
    size: str | None = None
    seed: int | None = None
    cost: float | None = None
    """The estimate when the job was sent, in dollars, for all clips of its job; None if no price is known."""
    reported_cost: float | None = None
    """What the provider reported for all clips of its job, in dollars; None where it reports none."""
    poster: str | None = None
    """Absolute path of a still picture, where the provider gave one."""
    created_at: float = 0.0
    """When it was stored; seconds since the epoch."""
    marks: Marks | None = None
    """What the file said of its origin when it was stored; None where nobody looked."""
    storage_url: str | None = None
    """Where it is in the storage that the user has configured, as an fsspec URL; None where it is on this disk alone."""

    @property
    def cost_source(self) -> CostSource:
        """Where the best known cost comes from: `reported_cost`, else `cost`."""
        return cost_source(self.cost, self.reported_cost)

    def __repr__(self) -> str:
        size = f", {self.size}" if self.size else ""
        name = re.split(r"[/\\]", self.path)[-1]  # saved notebooks are shown to others: the home's path is not theirs
        return f"<Clip {name}{size}: {self.prompt[:60]!r} by {self.provider}:{self.model}, job {self.job_id}>"
