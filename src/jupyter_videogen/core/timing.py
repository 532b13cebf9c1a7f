"""How long jobs took: the records that duration estimates are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from jupyter_videogen.core.job import JobRecord


class ProgressSample(NamedTuple):
    """When progress was first seen to be so: the age in seconds, and per cent.

    Only then does progress tell of the pace: one that has stood still since says nothing new.
    """

    age: float
    progress: float


class JobTiming(msgspec.Struct, frozen=True, kw_only=True):
    """One job that has ended, as far as others can learn from it."""

    seconds: float
    """From when the service took it to when it was done there."""
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
    """Seconds from when the service took a job after which it is slower than usual; None where nothing is known."""
