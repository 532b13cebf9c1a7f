"""What is measured of each frame, at a small size: brightness, movement, and whether it still is the picture from before.

Measures are taken in full range, 0 to 255, whatever the file's own range and depth are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from jupyter_videogen.core.checks import Facts

    Levels = np.ndarray[Any, np.dtype[np.uint8]]
    Signed = np.ndarray[Any, np.dtype[np.int16]]
    Numbers = np.ndarray[Any, np.dtype[np.float64]]
    Outlines = np.ndarray[Any, np.dtype[np.float32]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]

DARK = 26
"""Level up to which a pixel counts as black: a tenth of the range, as FFmpeg's blackdetect has it (`pixel_black_th`)."""
LIT = 64
"""Level from which on a pixel is seen on a dark screen: stars and titles make a dark picture no black one."""
CLIPPED = 250
"""Level from which on a pixel has no detail left; coders move white by a few levels."""
STILL_MEAN, STILL_MOST = 2.0, 16.0
"""Levels by which a picture that stands still may change, on average and in one pixel: what coders at low rates (x264 at
crf 35, VP9 in real time, MPEG-4 at 1 Mbit/s) change by at a key frame was measured as 1.7 and 13 at most."""
LEAST_MOST = 4.0
"""The same for one pixel of a picture almost without contrast, such as fog."""
CONTRAST = 0.4
"""The share of a picture's standard deviation that one pixel may change by, between those two."""


class Measures(NamedTuple):
    """The measures of one frame."""

    mean: float
    dark: float
    """Share of pixels that are black."""
    lit: float
    """Share of pixels that are seen even on a dark screen."""
    clipped: float
    """Share of pixels without detail in their light."""
    rest: float
    """Mean of the other pixels."""
    moved: float
    """Mean change since the frame before."""
    anchor: int
    """The number of the frame whose picture this one still is; its own where it is another."""


class FrameMeter:
    """Measures frames in order; two pictures are in memory."""

    def __init__(self) -> None:
        self._before: Signed | None = None
        self._anchor: Signed | None = None
        self._at, self._count, self._most = 0, 0, LEAST_MOST
        self.brightest: Levels | None = None
        """The most that each pixel ever had."""

    def measure(self, small: Levels) -> Measures:
        """Measure the next frame, given at its small size as uint8 (H, W)."""
        now = small.astype(np.int16)
        clipped = small >= CLIPPED
        share = float(clipped.mean())
        moved = 0.0 if self._before is None else float(np.abs(now - self._before).mean())
        self._keep_anchor(now)
        self._before, self._count = now, self._count + 1
        self.brightest = small.copy() if self.brightest is None else np.maximum(self.brightest, small)
        return Measures(
            mean=float(small.mean()),
            dark=float((small <= DARK).mean()),
            lit=float((small >= LIT).mean()),
            clipped=share,
            rest=float(small[~clipped].mean()) if share < 1 else 255.0,
            moved=moved,
            anchor=self._at,
        )

    def _keep_anchor(self, now: Signed) -> None:
        """Take a picture that is another than the anchor as the new one."""
        if self._anchor is not None:
            change = np.abs(now - self._anchor)
            if change.max() <= self._most and change.mean() <= STILL_MEAN:
                return
        self._anchor, self._at = now, self._count
        self._most = float(np.clip(CONTRAST * now.std(), LEAST_MOST, STILL_MOST))


@dataclass(frozen=True)
class Film:
    """A clip as it was measured; arrays have one value a frame."""

    facts: Facts
    times: Numbers
    """Seconds at which each frame begins, and at which the last one ends: one value more than there are frames."""
    mean: Numbers
    dark: Numbers
    lit: Numbers
    clipped: Numbers
    rest: Numbers
    moved: Numbers
    anchor: Numbers
    outlines: Outlines
    """Each frame in 18 rows of 32 pixels, with mean 0 and deviation 1, so that its brightness does not count: (N, 576)."""
    brightest: Levels
    """The most that each pixel ever had, as shown."""
    broken: tuple[float, ...] = ()
    """Seconds at which packets could not be decoded, or frames are damaged."""
    announced: int = 0
    """Frames that the file says it has; 0 where it does not say."""
    length: float = 0.0
    """Seconds that the file says its pictures last."""

    @property
    def count(self) -> int:
        """How many frames there are."""
        return len(self.mean)

    @property
    def step(self) -> float:
        """How long a frame usually lasts, in seconds."""
        return float(np.median(np.diff(self.times))) if self.count else 0.0

    def lasts(self, first: int, end: int) -> float:
        """Return how long the frames from `first` up to `end`, without it, are on the screen, in seconds."""
        return float(self.times[end] - self.times[first])

    def within(self, number: int, seconds: float) -> slice:
        """Return the frames at most so many seconds from one."""
        here = self.times[number]
        left, right = np.searchsorted(self.times[:-1], (here - seconds, here + seconds))
        return slice(int(left), max(int(right), int(left) + 1))


class Run(NamedTuple):
    """Frames one after the other."""

    first: int
    end: int
    """The first that is not among them."""


def runs(flags: Flags) -> list[Run]:
    """Return where frames are flagged one after the other."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [Run(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def similarity(film: Film, one: int, other: int) -> float:
    """Return how alike two frames' outlines are, from -1 to 1; 1 where one of them has none."""
    first, second = film.outlines[one], film.outlines[other]
    if not first.any() or not second.any():
        return 1.0
    return float((first * second).mean())
