"""How late an end is seen and how many looks that takes, on a simulated clock: our schedule, fourteen others, and the best there can be.

    python benchmarks/simulation.py [JOBS]

Each row watches 100,000 jobs. A look takes a lognormal round trip (median 0.25 s), and tells how the job stood half-way through
it; the lag is from the job's end to when the client knows. The others' schedules are written down from their sources. Ours is
the shipped code, taught by jobs that it watched itself.
"""

from __future__ import annotations

import math
import random
import sys
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jupyter_videogen.core.timing import JobKind, JobTiming, ProgressSample
from jupyter_videogen.runtime.polling.duration_model import Calibration, fit, fit_progress, progress_tenth
from jupyter_videogen.runtime.polling.schedule import PollSchedule, wait_for_all

if TYPE_CHECKING:
    from collections.abc import Callable

    Draw = Callable[[int], np.ndarray]
    Steps = Callable[[float], float]

TRIP, TRIP_SPREAD = 0.25, 0.35
REFUSED = 20.0
"""Seconds under which a job of the bimodal law was refused."""
TAUGHT = 100
"""Beliefs that a row is averaged over, each learnt from jobs of its own."""
NOVICE = 20
"""Jobs after which a client is taught anew only at every twentieth, for the benchmark's own time."""
chance, dice = random.Random(20), np.random.default_rng(20)  # noqa: S311 - a simulation
KIND = JobKind("m")


def lognormal(count: int) -> np.ndarray:
    """Draw seconds with median 90 and spread 0.35."""
    return 90.0 * np.exp(0.35 * dice.standard_normal(count))


def bimodal(count: int) -> np.ndarray:
    """Draw seconds of which a tenth are refusals about 6, most about 60, and three in ten about 240."""
    speeds = dice.choice([6.0, 60.0, 240.0], count, p=[0.1, 0.6, 0.3])
    return np.asarray(speeds * np.exp(0.25 * dice.standard_normal(count)))


LAWS: dict[str, Draw] = {"lognormal": lognormal, "bimodal": bimodal}


class Row(NamedTuple):
    """What came of one policy on one law."""

    mean: float
    late: float
    looks: float

    @classmethod
    def of(cls, lags: np.ndarray | list[float], looks: float) -> Row:
        return cls(float(np.mean(lags)), float(np.quantile(lags, 0.95)), looks)


# ---- the others -------------------------------------------------------------------------------------------------


class Policy(NamedTuple):
    """A client's way to wait: `pause(n)` draws waits before look n of many jobs; some look first, or ask once more at the end."""

    pause: Callable[[int, int], np.ndarray | float]
    first: bool = False
    more: int = 0


def _fixed(seconds: float, number: int, count: int) -> float:  # noqa: ARG001 - always the same
    return seconds


def _growing(longest: float, number: int, count: int) -> float:  # noqa: ARG001 - all alike
    return min(1.5 ** (number - 1), longest)


def _spread(low: float, high: float, number: int, count: int) -> np.ndarray:  # noqa: ARG001 - always the same
    return dice.uniform(low, high, count)


def _full_jitter(number: int, count: int) -> np.ndarray:
    return dice.uniform(0.0, min(1.5 ** (number - 1), 20.0), count)


POLICIES = {
    "fal-client 0.1 s": Policy(partial(_fixed, 0.1), first=True, more=1),
    "replicate 0.5 s": Policy(partial(_fixed, 0.5)),
    "openai 1 s": Policy(partial(_fixed, 1.0), first=True),
    "litellm helper 2 s": Policy(partial(_fixed, 2.0)),
    "Vercel AI SDK 5 s": Policy(partial(_fixed, 5.0)),
    "runway 6 ± 1.5 s": Policy(partial(_spread, 4.5, 7.5)),
    "fixed 8 s": Policy(partial(_fixed, 8.0)),
    "google-genai 10 s": Policy(partial(_fixed, 10.0)),
    "Qubax's sample 10 s": Policy(partial(_fixed, 10.0), first=True),
    "boto3 15 s": Policy(partial(_fixed, 15.0), first=True),
    "azure 30 s": Policy(partial(_fixed, 30.0), first=True),
    "api_core 0 to d, d 1 to 20 s": Policy(_full_jitter, first=True),
    "exponential 1 to 30 s": Policy(partial(_growing, 30.0), first=True),
    "exponential 1 to 10 s": Policy(partial(_growing, 10.0), first=True),
}
KNOWN = {
    "lognormal": {
        "fal-client 0.1 s": (0.33, 0.57, 264), "replicate 0.5 s": (0.52, 0.90, 126), "openai 1 s": (0.77, 1.36, 77),
        "litellm helper 2 s": (1.27, 2.29, 42.9), "Vercel AI SDK 5 s": (2.77, 5.14, 18.7), "runway 6 ± 1.5 s": (3.32, 6.54, 15.8),
        "fixed 8 s": (4.27, 7.98, 12.1), "google-genai 10 s": (5.28, 9.89, 9.9), "Qubax's sample 10 s": (5.27, 9.89, 10.8),
        "boto3 15 s": (7.74, 14.6, 7.8), "azure 30 s": (15.2, 28.9, 4.7), "api_core 0 to d, d 1 to 20 s": (6.90, 15.8, 16.4),
        "exponential 1 to 30 s": (14.75, 28.6, 11.0), "exponential 1 to 10 s": (5.27, 9.90, 14.5),
    },
    "bimodal": {
        "fal-client 0.1 s": (0.33, 0.57, 310), "replicate 0.5 s": (0.52, 0.91, 148), "openai 1 s": (0.77, 1.36, 90),
        "litellm helper 2 s": (1.27, 2.29, 50.2), "Vercel AI SDK 5 s": (2.75, 5.14, 21.9), "runway 6 ± 1.5 s": (3.31, 6.54, 18.5),
        "fixed 8 s": (4.24, 7.98, 14.1), "google-genai 10 s": (5.24, 9.85, 11.5), "Qubax's sample 10 s": (5.27, 9.86, 12.4),
        "boto3 15 s": (7.93, 14.6, 8.9), "azure 30 s": (15.9, 28.7, 5.2), "api_core 0 to d, d 1 to 20 s": (6.46, 15.7, 17.8),
        "exponential 1 to 30 s": (12.7, 27.5, 11.2), "exponential 1 to 10 s": (4.93, 9.80, 16.0),
    },
}  # fmt: skip
"""What another simulation of the same clients, with other code, gave: mean lag, 95th percentile, looks."""


def trips(count: int) -> np.ndarray:
    """Draw the seconds of round trips."""
    return TRIP * np.exp(TRIP_SPREAD * dice.standard_normal(count))


def others(policy: Policy, ends: np.ndarray) -> Row:
    """Watch all jobs at once by a fixed policy."""
    lags, looks = np.zeros(len(ends)), 0
    left, now, number = ends, np.zeros(len(ends)), 0
    where = np.arange(len(ends))
    while len(left):
        if number or not policy.first:
            now = now + policy.pause(max(number, 1) + (not policy.first and number > 0), len(left))
        trip = trips(len(left))
        looks += len(left)
        seen, now = now + trip / 2.0 >= left, now + trip
        lags[where[seen]] = (now - left)[seen]
        left, now, where, number = left[~seen], now[~seen], where[~seen], number + 1
    return Row.of(lags, looks / len(ends) + policy.more)


# ---- the best there can be --------------------------------------------------------------------------------------


def oracle(law: Draw, worth: float, *, step: float = 0.5, longest: int = 120) -> Row:
    """Return what an exact dynamic programme comes to that knows the law: no gap over a minute, no look under a second apart."""
    ends = np.sort(law(400_000))
    grid = np.arange(0.0, ends[-1] + 2 * step, step)
    passed = np.searchsorted(ends, grid, side="right")
    left = 1.0 - passed / len(ends)
    sums = np.concatenate([[0.0], np.cumsum(ends)])[passed] / len(ends)
    value, following = np.zeros(len(grid)), np.zeros(len(grid), dtype=int)
    for here in range(len(grid) - 2, -1, -1):
        if left[here] <= 0.0:
            following[here] = here + 1
            continue
        there = np.arange(here + 2, min(here + longest, len(grid) - 1) + 1)
        if not len(there):
            following[here] = here + 1
            continue
        lag = grid[there] * (left[here] - left[there]) - (sums[there] - sums[here])
        cost = lag + worth * left[here] + value[there]
        best = int(np.argmin(cost))
        value[here], following[here] = cost[best], there[best]
    times, here = [], 0
    while here < len(grid) - 1:
        here = max(following[here], here + 1)
        times.append(grid[here])
    found = np.searchsorted(times, ends)
    looked = np.append(times, ends[-1])
    return Row.of(looked[found] - ends + float(np.mean(trips(100_000))) / 2.0, float(np.mean(found + 1)))


# ---- ours -------------------------------------------------------------------------------------------------------


class Watched(NamedTuple):
    """One job watched by the schedule: what it cost, and what it teaches."""

    lag: float
    looks: int
    run: JobTiming


def watch(schedule: PollSchedule, end: float, steps: Steps | None = None) -> Watched:
    """Watch one job to its end; `steps` gives the per cent that the service reports at each share of the way."""
    now, looks, seen, mark = 0.0, 0, 0.0, None
    marks: dict[int, ProgressSample] = {}
    while True:
        now += schedule.wait(now, mark=mark, jitter=chance.uniform(-1.0, 1.0))
        trip = TRIP * math.exp(TRIP_SPREAD * chance.gauss(0.0, 1.0))
        stood, now, looks = now + trip / 2.0, now + trip, looks + 1
        if stood >= end:
            taught = JobTiming(seconds=(now + seen) / 2.0, well=end > REFUSED, model="m", marks=tuple(marks.values()))
            return Watched(now - end, looks, taught)
        seen = now
        if steps is not None and (mark is None or steps(stood / end) > mark.progress):
            mark = ProgressSample(now, steps(stood / end))
            marks.setdefault(progress_tenth(mark.progress), mark)


@cache
def taught(law: Draw, jobs: int, number: int, steps: Steps | None = None) -> PollSchedule:  # noqa: ARG001 - each another
    """Return the schedule of a client that has watched so many jobs before; `number` tells one such client from another."""
    runs: list[JobTiming] = []
    for count, end in enumerate(law(jobs)):
        if count <= NOVICE or count % NOVICE == 0:
            schedule = PollSchedule(fit(runs, KIND))
        runs.insert(0, watch(schedule, end, steps).run)
    return PollSchedule(fit(runs, KIND), fit_progress(runs, "m") if steps else Calibration())


def ours(law: Draw, jobs: int, lessons: int, *, steps: Steps | None = None, scale: float = 1.0) -> Row:
    """Watch jobs with schedules that were taught by `lessons` jobs; `scale` is how wrong they turn out."""
    times = TAUGHT if lessons else 1
    seen: list[Watched] = []
    for number in range(times):
        schedule = taught(law, lessons, number, steps)
        seen += [watch(schedule, end * scale, steps) for end in law(jobs // times)]
    return Row.of([one.lag for one in seen], float(np.mean([one.looks for one in seen])))


def listed(law: Draw, jobs: int, at_once: int, *, refill: bool = True) -> Row:
    """Watch by one list for all: each that ends makes place for another, or a batch is watched to its end.

    An end counts as seen when the look that confirms it is answered.
    """
    lags: list[float] = []
    calls = 0
    while len(lags) < jobs:
        schedule = taught(law, 20, len(lags) % TAUGHT)
        some, more = _list_once(
            schedule, law, at_once, max(jobs // NOVICE, at_once) if refill else at_once, refill=refill
        )
        lags += some
        calls += more
    return Row.of(lags, calls / len(lags))


def _list_once(schedule: PollSchedule, law: Draw, at_once: int, jobs: int, *, refill: bool) -> tuple[list[float], int]:
    started = [-(chance.uniform(0.0, 95.0) if refill else 0.0) for _ in range(at_once)]
    running = [(start, start + float(law(1)[0])) for start in started]
    running = [(start, end) for start, end in running if end > 0.0]
    now, calls, lags = 0.0, 0, list[float]()
    while len(lags) < jobs and running:
        now += wait_for_all([(schedule, now - start) for start, _ in running])
        trip, calls = float(trips(1)[0]), calls + 1
        stood, now = now + trip / 2.0, now + trip
        ended = [one for one in running if one[1] <= stood]
        calls += len(ended)
        lags += [now + float(trips(1)[0]) - end for _, end in ended]
        running = [one for one in running if one[1] > stood]
        while refill and len(running) < at_once:
            running.append((now, now + float(law(1)[0])))
    return lags, calls


PROGRESS: dict[str, Steps] = {
    "honest, in steps of 1 %": lambda share: math.floor(100.0 * share),
    "in quarters": lambda share: 25.0 * math.floor(4.0 * share),
    "racing to 90 %, then still": lambda share: min(90.0, math.floor(300.0 * share)),
    "at random": lambda share: chance.uniform(0.0, 100.0) if share < 1.0 else 100.0,
}


# ---- the table --------------------------------------------------------------------------------------------------


def main(jobs: int) -> None:
    """Print the tables, ours beside the others."""
    print(
        "Mean lag / 95th percentile, in seconds, and looks per job; 'x' is how many times the product of lag and looks is ours.\n"
    )
    ends = {name: law(jobs) for name, law in LAWS.items()}
    best = {name: ours(law, jobs, 20) for name, law in LAWS.items()}
    rows = {name: {law: others(policy, ends[law]) for law in LAWS} for name, policy in POLICIES.items()}
    off = max(
        abs(got / said - 1.0)
        for law in LAWS
        for name in POLICIES
        for got, said in zip(rows[name][law], KNOWN[law][name], strict=True)
    )
    rows["**ours, nothing learnt**"] = {name: ours(law, jobs, 0) for name, law in LAWS.items()}
    rows["**ours, after 20 jobs**"] = best
    rows["**ours, after 100 jobs**"] = {name: ours(law, jobs, 100) for name, law in LAWS.items()}
    for worth in (0.5, 0.25, 0.1):
        rows[f"best possible, {worth} s a look"] = {name: oracle(law, worth) for name, law in LAWS.items()}
    print("| client | lognormal | looks | x | bimodal | looks | x |\n|---|---|---|---|---|---|---|")
    for name, row in rows.items():
        cells = [
            f"{lag:.2f} / {late:.1f} | {looks:.1f} | {lag * looks / (best[law].mean * best[law].looks):.2f}"
            for law, (lag, late, looks) in row.items()
        ]
        print(f"| {name} | {' | '.join(cells)} |")
    print(f"\nThe others' rows are within {100 * off:.1f} % of what another simulation of the same clients gave.\n")
    _print_extras(jobs)


def _print_extras(jobs: int) -> None:
    print("| ours, lognormal | mean / 95th | looks |\n|---|---|---|")
    extras = {
        f"progress {name}, after 100 jobs": ours(lognormal, jobs // 5, 100, steps=steps)
        for name, steps in PROGRESS.items()
    }
    extras |= {
        f"after 20 jobs, then {scale} times as long": ours(lognormal, jobs // 5, 20, scale=scale)
        for scale in (0.2, 0.4, 2.5, 5.0)
    }
    extras |= {f"{count} jobs always running, one list": listed(lognormal, jobs // 5, count) for count in (3, 10, 30)}
    extras["10 jobs begun together, one list"] = listed(lognormal, jobs // 20, 10, refill=False)
    for name, (lag, late, looks) in extras.items():
        print(f"| {name} | {lag:.2f} / {late:.1f} | {looks:.1f} |")
    print("\nWith a list, the lag ends when the look that confirms the end is answered, and that look is counted.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
