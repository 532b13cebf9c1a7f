"""Strengths from wins: against another implementation, and against what is known."""

from __future__ import annotations

import choix
import numpy as np
import pytest

from jupyter_videogen.core.ranking import chance, more_needed, rank, score

VOTES, RUNS = 10_000, 200


def played(strengths: np.ndarray, votes: int, rng: np.random.Generator) -> list[list[int]]:
    """Return how often each beat each other in so many comparisons of random pairs."""
    count = len(strengths)
    wins = np.zeros((count, count), int)
    ones = rng.integers(0, count, votes)
    others = (ones + rng.integers(1, count, votes)) % count
    won = rng.random(votes) < 1 / (1 + np.exp(strengths[others] - strengths[ones]))
    np.add.at(wins, (np.where(won, ones, others), np.where(won, others, ones)), 1)
    return wins.tolist()


@pytest.mark.parametrize("seed", range(8))
def test_strengths_are_those_of_choix(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wins = played(rng.normal(0, 0.7, rng.integers(2, 9)), 900, rng)
    pairs = [(i, j) for i, row in enumerate(wins) for j, n in enumerate(row) for _ in range(n)]
    theirs = choix.opt_pairwise(len(wins), pairs, alpha=0.0, tol=1e-13)
    ours = rank(wins)
    assert not ours.prior
    np.testing.assert_allclose(ours.strengths, theirs - theirs.mean(), atol=1e-6)


def test_known_strengths_lie_within_their_intervals_as_often_as_these_say() -> None:
    rng = np.random.default_rng(20261129)
    within = total = 0
    for _ in range(RUNS):
        true = rng.normal(0, 0.8, 5)
        true -= true.mean()
        found = rank(played(true, VOTES, rng))
        inside = [low <= value <= high for value, (low, high) in zip(true, map(found.interval, range(5)), strict=True)]
        within, total = within + sum(inside), total + len(inside)
    assert within / total >= 0.93


def test_one_who_won_every_vote_is_given_a_draw_with_an_average_one() -> None:
    found = rank([[0, 8], [0, 0]])
    assert found.prior
    assert 0 < found.strengths[0] < 3
    assert found.strengths[0] == pytest.approx(-found.strengths[1])


def test_those_who_never_met_are_ranked_with_the_prior_alone() -> None:
    found = rank([[0, 3, 0, 0], [2, 0, 0, 0], [0, 0, 0, 4], [0, 0, 1, 0]])
    assert found.prior
    assert found.overlap(0, 2)


@pytest.mark.parametrize("wins", [[[0, 0], [0, 0]], [[0]]])
def test_no_votes_are_no_difference(wins: list[list[float]]) -> None:
    assert all(value == pytest.approx(0) for value in rank(wins).strengths)


def test_a_hundred_points_more_are_64_percent() -> None:
    found = rank([[0, 64], [36, 0]])
    assert score(found.strengths[0]) - score(found.strengths[1]) == pytest.approx(100, abs=0.1)
    assert chance(found.strengths[0], found.strengths[1]) == pytest.approx(0.64)
    assert not found.overlap(0, 1)


def test_more_votes_are_as_many_as_part_the_intervals_at_the_same_margin() -> None:
    few = rank([[0, 11], [9, 0]])
    assert few.overlap(0, 1)
    needed = more_needed(few, 20, 0, 1)
    assert needed is not None
    times = (20 + needed) / 20
    assert not rank([[0, 11 * times], [9 * times, 0]]).overlap(0, 1)
    assert rank([[0, 11 * times * 0.95], [9 * times * 0.95, 0]]).overlap(0, 1)


def test_a_margin_of_nothing_is_settled_by_no_number_of_votes() -> None:
    assert more_needed(rank([[0, 10], [10, 0]]), 20, 0, 1) is None


def test_ties_as_halves_make_no_interval_too_narrow() -> None:
    ties = rank([[0, 10], [10, 0]])
    wider = rank([[0, 5], [5, 0]])
    assert wider.error(0) > ties.error(0)
