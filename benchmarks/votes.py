"""Blind votes: chosen pairs beside random ones, intervals at their nominal rate, and the time of a vote."""

from __future__ import annotations

import random
import statistics
import time

import numpy as np

from jupyter_videogen.core import votes as ballots
from jupyter_videogen.core.ranking import chance, rank
from jupyter_videogen.core.votes import Entry, Pairing, Pool, VoteRow, next_pair

STUDIES = {
    "three models": (2.0, -1.0, -1.2),
    "five models": (2.0, 1.0, 0.0, -1.0, -2.0),
    "six close models": (1.0, 0.2, 0.0, -0.2, -0.4, -1.0),
}
VOTES, RUNS = 150, 30
STUDY_VOTES, STUDY_RUNS = 10_000, 200


def study(strengths: tuple[float, ...], seed: int, *, chosen: bool) -> float:
    """Return the mean width of the intervals after so many votes."""
    randomness, count = random.Random(seed), len(strengths)  # noqa: S311 - a simulation
    pool = Pool(Entry(f"{group}-{one}/0", one, group, 1) for group in range(200) for one in range(count))
    every = [sorted(pair) for pairs in pool.pairs.values() for pair in pairs]
    rows: list[VoteRow] = []
    for number in range(VOTES):
        pair = (
            next_pair(pool, rows, "a", randomness)
            if chosen
            else Pairing(*randomness.sample(randomness.choice(every), 2))
        )
        assert pair is not None
        left, right = (strengths[pool.entries[clip].contestant] for clip in (pair.left, pair.right))
        kind = "left" if randomness.random() < chance(left, right) else "right"
        rows.append(VoteRow(number + 1, "a", kind, 0.0, pair.left, pair.right))
    ranking = rank(pool.wins(rows, count), prior=True)
    return statistics.fmean(high - low for low, high in map(ranking.interval, range(count)))


def within() -> float:
    """Return how often known strengths lie within their intervals."""
    rng, hits = np.random.default_rng(1), 0
    for _ in range(STUDY_RUNS):
        true = rng.normal(0, 0.8, 5)
        true -= true.mean()
        wins = np.zeros((5, 5), int)
        ones = rng.integers(0, 5, STUDY_VOTES)
        others = (ones + rng.integers(1, 5, STUDY_VOTES)) % 5
        won = rng.random(STUDY_VOTES) < 1 / (1 + np.exp(true[others] - true[ones]))
        np.add.at(wins, (np.where(won, ones, others), np.where(won, others, ones)), 1)
        found = rank(wins.tolist())
        hits += sum(
            low <= value <= high for value, (low, high) in zip(true, map(found.interval, range(5)), strict=True)
        )
    return hits / (5 * STUDY_RUNS)


def main() -> None:
    """Print a table, and two sentences."""
    ballots.REPEAT_EVERY = 10**9  # repeats measure the rater, and nothing else
    print(f"Mean width of the 95 % intervals after {VOTES} votes, {RUNS} simulated studies each:\n")
    print("| | random pairs | chosen pairs | votes for the same width |\n|--|--|--|--|")
    for name, strengths in STUDIES.items():
        by_chance, chosen = (
            statistics.fmean(study(strengths, seed, chosen=one) for seed in range(RUNS)) for one in (False, True)
        )
        print(f"| {name} | {by_chance:.2f} | {chosen:.2f} | {(chosen / by_chance) ** 2:.2f} of random |")
    print(
        f"\nOf {STUDY_RUNS} studies of five models and {STUDY_VOTES:,} votes, {100 * within():.1f} % of the strengths lie within their interval."
    )
    table = np.random.default_rng(2).integers(1, 30, (20, 20)).tolist()
    began = time.perf_counter()
    rank(table)
    print(f"Ranking 20 models takes {1000 * (time.perf_counter() - began):.0f} ms.")


if __name__ == "__main__":
    main()
