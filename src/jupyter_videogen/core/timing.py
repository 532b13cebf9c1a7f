"""How long jobs took: the records that duration estimates are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from jupyter_videogen.core.decoding import prepare

if TYPE_CHECKING:
    from jupyter_videogen.core.job import JobRecord


@prepare
class ProgressSample(NamedTuple):
    """The age in seconds at which a progress in per cent was first seen.

    Only the first time is informative: unchanged progress says nothing new about the pace.
    """

    age: float
    progress: float


class JobTiming(msgspec.Struct, frozen=True, kw_only=True):
    """The timing of an ended job, from which estimates for others are made."""

    seconds: float
    """From when the provider took it to when it was done there."""
    well: bool
    """Whether it ended with a clip."""
    model: str
    duration: float | None = None
    size: str | None = None
    kind: str = "text"
    """What it was made from, which decides how much work it is: "text", "image" or "video"."""
    marks: tuple[ProgressSample, ...] = ()
    """The first look at each tenth of progress."""


class JobKind(NamedTuple):
    """What decides how long a job takes: jobs of one kind are expected to take equally long."""

    model: str
    duration: float | None = None
    """Seconds of the clip."""
    size: str | None = None
    source: str = "text"
    """What the clip is made from: "text", "image" or "video"."""

    @classmethod
    def of(cls, job: JobRecord) -> JobKind:
        """Return a job's kind."""
        request = job.request
        source = "image" if request.image is not None or request.references else "text"
        source = "video" if request.video is not None else source
        return cls(job.model, request.duration, request.size, source)


class Usual(NamedTuple):
    """How long your jobs like one took: the median in seconds, None of fewer than three, and of how many."""

    seconds: float | None
    runs: int
    slow: float | None = None
    """Seconds from when the provider took a job after which it is slower than usual; None where nothing is known."""
