"""When to look again: a pure function of the duration model, age, progress and hints.

A look at age t is worth most where the end is most likely: looks per second follow the square root of the hazard, which is
what makes mean lag + worth x looks smallest. The next look is where that rate, summed up from now, comes to one.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from math import fsum, sqrt
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.core.backoff import LATEST, SOONEST
from jupyter_videogen.runtime.polling.duration_model import Calibration, DurationModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.core.timing import ProgressSample

BRIEF = 1.0
"""A suggestion of at most this many seconds is followed: such a provider knows that its jobs are short."""


PAGE_COST = 1.78
"""The cost of a page of a list, in looks."""


STRIDE = 1.0
"""Seconds between two sums over many jobs."""


STEP, STEPS = 0.25, 240
"""The grid: a quarter of a second, and past a minute a 240th of the age."""


class Economy(NamedTuple):
    """What a look costs, and the bounds between two looks, in seconds."""

    worth: float = 0.235
    """The lag in seconds that one saved look is worth."""
    soonest: float = 1.0
    latest: float = 20.0


USUAL, UNPROVED = Economy(), Calibration()


class PollSchedule:
    """The schedule of looks for jobs with one duration model. It holds no job's state: similar jobs share it and its cached sums."""

    def __init__(
        self,
        belief: DurationModel,
        calibration: Calibration = UNPROVED,
        economy: Economy | None = None,
    ) -> None:
        self.belief, self.economy = belief, economy or USUAL
        self._calibration = calibration
        self._sums = _Sums(belief, self.economy, 0.0)

    def wait(
        self, age: float, *, mark: ProgressSample | None = None, poll_after: float | None = None, jitter: float = 0.0
    ) -> float:
        """Return the seconds until the next look at a job of this age, in seconds, that last made progress at `mark`.

        A suggestion is a lower bound, and one of a second or less is followed. `jitter` from -1 to 1 moves the look by up
        to a tenth of the wait, so that jobs begun together are not looked at together. Never raises on odd numbers.
        """
        if poll_after is not None and poll_after <= BRIEF:
            return max(poll_after, SOONEST)
        _, soonest, latest = self.economy
        age = max(age, 0.0)  # a clock that was set back makes no job younger than new
        wait = self._sums_after(age, mark).wait(age) if age < float("inf") else latest
        wait = min(max(wait * (1.0 + 0.1 * jitter), soonest), latest)
        return max(wait, min(poll_after, LATEST)) if poll_after is not None else wait

    def expected(self, age: float, mark: ProgressSample | None = None) -> float:
        """Return the seconds that a job most likely still takes."""
        return self._believed(mark).left(age)

    def rate(self, age: float) -> float:
        """Return the looks per second that a job of this age is worth."""
        return self._sums.rate(max(age, 0.0)) if age < float("inf") else 1.0 / self.economy.latest

    @cached_property
    def slow(self) -> float:
        """The age in seconds from which on a job is slower than usual."""
        return self.belief.slow()

    def _believed(self, mark: ProgressSample | None) -> DurationModel:
        estimate = self._calibration.estimate(*mark) if mark else None
        return self.belief.condition(estimate) if estimate else self.belief

    def _sums_after(self, age: float, mark: ProgressSample | None) -> _Sums:
        believed = self._believed(mark)
        return self._sums if believed is self.belief else _Sums(believed, self.economy, age)


class _Sums:
    """The integral of the look rate over age, computed as far as needed."""

    def __init__(self, belief: DurationModel, economy: Economy, start: float) -> None:
        self._belief, self._economy = belief, economy
        self._ages, self._sums, self._rates = [start], [0.0], [0.0]

    def wait(self, age: float) -> float:
        """Return the seconds after which the sum has grown by one."""
        age = max(age, self._ages[0])
        self._reach_age(age)
        target = self._at(age) + 1.0
        while self._sums[-1] < target:
            self._grow()
        place = bisect_left(self._sums, target)
        low, high = self._sums[place - 1], self._sums[place]
        share = (target - low) / (high - low)
        return self._ages[place - 1] + share * (self._ages[place] - self._ages[place - 1]) - age

    def rate(self, age: float) -> float:
        """Return the rate at an age, without bounds."""
        self._reach_age(age)
        return self._rates[max(bisect_left(self._ages, age), 1)]

    def _at(self, age: float) -> float:
        place = max(bisect_left(self._ages, age), 1)
        share = (age - self._ages[place - 1]) / (self._ages[place] - self._ages[place - 1])
        return self._sums[place - 1] + share * (self._sums[place] - self._sums[place - 1])

    def _reach_age(self, age: float) -> None:
        while self._ages[-1] < age or len(self._ages) == 1:
            self._grow()

    def _grow(self) -> None:
        worth, soonest, latest = self._economy
        age = self._ages[-1]
        step = max(STEP, age / STEPS)
        rate = sqrt(self._belief.hazard(age + step / 2.0) / (2.0 * worth))
        self._ages.append(age + step)
        self._rates.append(rate)
        self._sums.append(self._sums[-1] + step * min(max(rate, 1.0 / latest), 1.0 / soonest))


def wait_for_all(jobs: Sequence[tuple[PollSchedule, float]], *, calls: float = 1.0) -> float:
    """Return the seconds until one listing, of so many calls, should tell of all these jobs, each with its age.

    The hazards of the jobs add up, and a page costs nearly twice what a look does: it is longer, and an end that it tells of is
    looked at once more.
    """
    lag, waited = 0.0, 0.0
    while lag < 1.0 and waited < USUAL.latest:
        together = sqrt(fsum(schedule.rate(age + waited) ** 2 for schedule, age in jobs) / (PAGE_COST * calls))
        step = min(STRIDE, (1.0 - lag) / together)
        waited, lag = waited + step, lag + together * step
    return max(waited, USUAL.soonest)
