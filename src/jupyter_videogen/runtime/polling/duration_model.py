"""The duration model: a mixture of lognormal distributions, fitted to similar jobs.

A few jobs shape one broad law (normal-inverse-gamma on the logarithm of seconds); from a dozen on, each is a narrow law of
its own beside that, so that a queue with two speeds shows as two humps. Part of every belief stays with a law that expects early
refusals and long tails: it is what keeps a wrong belief from being a blind one.
"""

from __future__ import annotations

from math import erfc, exp, fsum, log, pi, sqrt
from statistics import fmean, median, quantiles, stdev
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jupyter_videogen.core.timing import JobKind, JobTiming


MEDIAN = 90.0
"""Seconds that a clip takes if nothing is known."""


FEWEST = 3
"""The fewest jobs for which a narrower group is used instead of a wider one."""


MANY = 12
"""The number of jobs from which on each gets its own component."""


NEWEST, KERNELS, REFUSALS = 128, 32, 8


CONFIDENCE, FREEDOM, SPREAD = 1.0, 2.0, 0.45
"""The prior: its mean weighs as one job, its spread as four."""


NARROWEST, WIDEST = 0.10, 0.30
"""The spreads of a single job's component."""


MARKS = 20
"""The fewest jobs that must have shown a tenth of progress before it is used."""


BEGUN, DONE = 2.0, 100.0
"""The range of progress in per cent that is informative."""


SHARPEST = 0.02


FAINT = 1e-4
"""Weights below this are dropped."""


OUT_OF_SIGHT = 6.0
"""Standard deviations beyond which a component adds nothing."""


SHORTEST = 0.05
"""Seconds; nothing is quicker."""


CERTAIN = 1e-12


class Component(NamedTuple):
    """A lognormal distribution and its weight; `center` and `spread` are those of the logarithm of seconds."""

    weight: float
    center: float
    spread: float


BACKBONE = (Component(0.12 * 0.35, log(8.0), 0.7), Component(0.12 * 0.65, log(120.0), 1.1))
"""The component for early refusals and long tails: an eighth of every model."""


class DurationModel(NamedTuple):
    """The expected duration of a job: a mixture whose weights add up to one."""

    laws: tuple[Component, ...]
    runs: int = 0
    """Jobs like it that ended well and were learnt from."""
    typical: float | None = None
    """The median of their seconds; None of fewer than three."""

    def density_and_survival(self, seconds: float) -> tuple[float, float]:
        """Return how likely the end is at this age, and how likely it is later."""
        x = log(max(seconds, SHORTEST))
        density = survival = 0.0
        for weight, center, spread in self.laws:
            z = (x - center) / spread
            if z < -OUT_OF_SIGHT:
                survival += weight
            elif z < OUT_OF_SIGHT:
                density += weight * exp(-0.5 * z * z) / spread
                survival += weight * 0.5 * erfc(z / sqrt(2.0))
        return density / (max(seconds, SHORTEST) * sqrt(2.0 * pi)), survival

    def hazard(self, seconds: float) -> float:
        """Return the rate per second at which jobs of this age end; 0 where none should be left."""
        density, survival = self.density_and_survival(seconds)
        return density / survival if survival > CERTAIN else 0.0

    def quantile(self, share: float) -> float:
        """Return the age in seconds by which this share of jobs has ended."""
        low, high = SHORTEST, 1e7
        while high / low > 1.001:  # noqa: PLR2004 - a thousandth
            middle = sqrt(low * high)
            early = self.density_and_survival(middle)[1] > 1.0 - share
            low, high = (middle, high) if early else (low, middle)
        return sqrt(low * high)

    def left(self, age: float) -> float:
        """Return the seconds that a job of this age most likely still takes: the median of those that are left."""
        gone = 1.0 - self.density_and_survival(age)[1]
        return max(0.0, self.quantile(gone + (1.0 - gone) / 2.0) - age)

    def slow(self) -> float:
        """Return the age in seconds from which on a job is slower than usual: past nearly all, or four medians."""
        return min(self.quantile(0.995), 4.0 * (self.typical or self.quantile(0.5)))

    def condition(self, estimate: Estimate) -> DurationModel:
        """Return the model conditioned on an estimate of the end: each component moves towards it, and is weighted by its agreement."""
        drawn = []
        for weight, center, spread in self.laws:
            variance = spread**2 + estimate.spread**2
            agreement = exp(-0.5 * min((estimate.center - center) ** 2 / variance, 200.0)) / sqrt(variance)
            middle = (center * estimate.spread**2 + estimate.center * spread**2) / variance
            drawn.append(Component(weight * agreement, middle, spread * estimate.spread / sqrt(variance)))
        return self._replace(laws=_normed(drawn))


class Estimate(NamedTuple):
    """When a job may end, by its own progress: the logarithm of seconds, and the spread of that."""

    center: float
    spread: float


class Calibration(NamedTuple):
    """What a provider's progress has been worth: by tenth, how far t / p was from the end. An empty one believes nothing."""

    tenths: Mapping[int, Estimate] = MappingProxyType({})

    def estimate(self, age: float, progress: float) -> Estimate | None:
        """Return when a job that made this progress at this age may end; None where such progress has not proved itself."""
        if not BEGUN < progress < DONE or not 0.0 < age < float("inf"):
            return None
        known = self.tenths.get(progress_tenth(progress))
        return known and Estimate(log(100.0 * age / progress) + known.center, known.spread)


def progress_tenth(progress: float) -> int:
    """Return which tenth of the way a progress in per cent is in."""
    return min(int(progress // 10.0), 9)


def fit(runs: Sequence[JobTiming], kind: JobKind, *, usual: float = MEDIAN) -> DurationModel:
    """Fit the model of a job to a provider's newest runs, by the narrowest group of similar jobs that is large enough.

    `usual` is the median, in seconds, of a provider of which nothing is known.
    """
    center, believed = log(usual), _broad([], log(usual))
    took: list[float] = []
    for group in runs_like([run for run in runs if SHORTEST < run.seconds < float("inf")], kind):
        if len(group) >= FEWEST or not took:
            took = [run.seconds for run in group if run.well]
            logs = [log(seconds) for seconds in took]
            believed = _weighted(_broad(logs, center), 0.5 if len(logs) >= MANY else 1.0)
            believed += _kernels(logs) if len(logs) >= MANY else []
            believed += _refused(group)
            center = fmean([*logs, center])
    typical = median(took) if len(took) >= FEWEST else None
    return DurationModel(_normed([*_weighted(believed, 0.88), *BACKBONE]), len(took), typical)


def fit_progress(runs: Sequence[JobTiming], model: str) -> Calibration:
    """Return what the progress of a model's jobs has been worth; a tenth that fewer than twenty showed is left out."""
    errors: dict[int, list[float]] = {}
    for run in runs:
        for age, progress in run.marks:
            if run.well and run.model == model and 0.0 < age <= run.seconds and BEGUN < progress < DONE:
                errors.setdefault(progress_tenth(progress), []).append(log(run.seconds * progress / (100.0 * age)))
    return Calibration(
        {
            bucket: Estimate(fmean(found), max(stdev(found) * (1.0 + 1.0 / len(found)), SHARPEST))
            for bucket, found in errors.items()
            if len(found) >= MARKS
        }
    )


def runs_like(runs: Sequence[JobTiming], kind: JobKind) -> list[list[JobTiming]]:
    """Return the newest runs like a kind, from the widest group to the narrowest: provider, model, the same request."""
    same_model = [run for run in runs if run.model == kind.model]
    same = [run for run in same_model if (run.duration, run.size, run.kind) == kind[1:]]
    return [list(group[:NEWEST]) for group in (runs, same_model, same)]


def _broad(logs: list[float], center: float) -> list[Component]:
    """Return one component for a few jobs: the predictive distribution of a normal-inverse-gamma posterior."""
    count = len(logs)
    mean = fmean(logs) if logs else center
    confidence, freedom = CONFIDENCE + count, FREEDOM + count / 2.0
    scatter = fsum((x - mean) ** 2 for x in logs) + CONFIDENCE * count * (mean - center) ** 2 / confidence
    rest = FREEDOM * SPREAD**2 + scatter / 2.0
    middle = (CONFIDENCE * center + count * mean) / confidence
    return [Component(1.0, middle, sqrt(rest * (confidence + 1.0) / (freedom * confidence)))]


def _kernels(logs: list[float]) -> list[Component]:
    """Return narrow laws, half a belief in all: one for each of many jobs, or for as many points of their distribution."""
    width = min(max(1.4 * stdev(logs) * len(logs) ** -0.2, NARROWEST), WIDEST)
    points = logs if len(logs) <= KERNELS else quantiles(logs, n=KERNELS + 1)
    return [Component(0.5 / len(points), point, width) for point in points]


def _refused(group: list[JobTiming]) -> list[Component]:
    """Return the components of the failed jobs, weighted by their share."""
    logs = [log(run.seconds) for run in group if not run.well]
    share = len(logs) / (len(group) - len(logs) + 1.0)
    points = logs if len(logs) <= REFUSALS else quantiles(logs, n=REFUSALS + 1)
    return [Component(share / len(points), point, WIDEST) for point in points]


def _weighted(laws: list[Component], whole: float) -> list[Component]:
    weight = fsum(law.weight for law in laws)
    return [law._replace(weight=whole * law.weight / weight) for law in laws]


def _normed(laws: list[Component]) -> tuple[Component, ...]:
    """Normalize the weights, and drop negligible components."""
    whole = fsum(law.weight for law in laws)
    kept = [law for law in laws if law.weight > FAINT * whole]
    return tuple(_weighted(kept, 1.0)) if kept else tuple(laws)
