"""The strengths of contestants from their wins over each other: the Bradley-Terry model.

One contestant beats another with probability 1 / (1 + exp(b - a)), where a and b are their strengths (Bradley and Terry,
1952). The strengths that make the observed wins most likely are found by Newton's method; their sum is zero. Intervals come
from the curvature there (the inverse of the observed information).
"""

from __future__ import annotations

from math import ceil, exp, log1p, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Table = list[list[float]]
Z = 1.959963984540054
"""Standard errors on either side of a strength: 95 % of a normal distribution lie within."""
CENTRE, POINTS = 1000.0, 400 / 2.302585092994046
"""The score of the mean strength, and points a unit of strength: 100 points more are a 64 % chance to win, as in chess (Elo)."""
STEPS, CLOSE = 200, 1e-12
"""Newton steps at most, and the change of a strength below which they end."""
MOST_MORE = 10_000
"""Beyond so many more votes nobody is told a number."""


class Ranking(NamedTuple):
    """Strengths in the order of the contestants, and how sure they are."""

    strengths: list[float]
    covariance: Table
    prior: bool
    """Whether a draw of each contestant against an average one was added, because the wins alone have no best strengths."""

    def error(self, one: int) -> float:
        """Return the standard error of a strength."""
        return sqrt(max(self.covariance[one][one], 0.0))

    def interval(self, one: int) -> tuple[float, float]:
        """Return the 95 % interval of a strength."""
        half = Z * self.error(one)
        return self.strengths[one] - half, self.strengths[one] + half

    def overlap(self, one: int, other: int) -> bool:
        """Return whether the intervals of two contestants overlap: nothing tells them apart yet."""
        (low, high), (other_low, other_high) = self.interval(one), self.interval(other)
        return low <= other_high and other_low <= high

    def doubt(self, one: int, other: int) -> float:
        """Return the variance of the difference of two strengths."""
        cov = self.covariance
        return max(cov[one][one] + cov[other][other] - 2 * cov[one][other], 0.0)

    def gain(self, one: int, other: int) -> float:
        """Return by how much one more comparison of two would reduce the sum of all variances (A-optimal design).

        It is a step of Sherman and Morrison on the covariance. Contestants that are close, or seldom seen, gain most.
        """
        told = _spread(self.strengths[one], self.strengths[other])
        moved = [row[one] - row[other] for row in self.covariance]
        return told * sum(value * value for value in moved) / (1 + told * self.doubt(one, other))


def chance(strength: float, other: float) -> float:
    """Return the probability that one contestant beats another."""
    return 1 / (1 + exp(min(other - strength, 700.0)))


def score(strength: float) -> float:
    """Return a strength as points around 1,000."""
    return CENTRE + POINTS * strength


def rank(wins: Sequence[Sequence[float]], *, prior: bool = False) -> Ranking:
    """Return the strengths of contestants; `wins[i][j]` counts how often i beat j, a tie as half a win of each.

    Where some contestants won every comparison with the others, or were never compared, the likelihood has no maximum (Ford,
    1957). Then, or with `prior`, each is given one draw against an average contestant.
    """
    table = [[float(value) for value in row] for row in wins]
    count, prior = len(table), prior or not _all_reach_all(wins)
    if prior:
        table = [*([*row, 0.5] for row in table), [*([0.5] * count), 0.0]]
    strengths = _climb(table)
    covariance = _inverse(_information(table, strengths))
    return Ranking(*_centred(strengths[:count], [row[:count] for row in covariance[:count]]), prior)


def more_needed(ranking: Ranking, votes: int, one: int, other: int) -> int | None:
    """Return how many more votes should part the intervals of two contestants at the observed margin; None for too many.

    The width of an interval falls with the root of the number of votes.
    """
    gap = abs(ranking.strengths[one] - ranking.strengths[other])
    widths = Z * (ranking.error(one) + ranking.error(other))
    if gap * sqrt(votes + MOST_MORE) <= widths * sqrt(votes):
        return None
    return max(0, ceil(votes * ((widths / gap) ** 2 - 1)))


def _all_reach_all(wins: Sequence[Sequence[float]]) -> bool:
    """Return whether each contestant has beaten each other one, or one who has, and so on."""
    return _reached(len(wins), lambda a, b: wins[a][b] > 0) and _reached(len(wins), lambda a, b: wins[b][a] > 0)


def _reached(count: int, beats: Callable[[int, int], bool]) -> bool:
    reached, new = {0}, [0]
    while new:
        one = new.pop()
        found = [other for other in range(count) if other not in reached and beats(one, other)]
        reached.update(found)
        new += found
    return len(reached) == count


def _climb(wins: Table) -> list[float]:
    """Find the most likely strengths; a step that would lead down is halved, which a concave likelihood allows."""
    strengths, height = [0.0] * len(wins), _likelihood(wins, [0.0] * len(wins))
    for _ in range(STEPS):
        step = _times(_inverse(_information(wins, strengths)), _gradient(wins, strengths))
        while True:
            tried = [at + by for at, by in zip(strengths, step, strict=True)]
            reached = _likelihood(wins, tried)
            if reached >= height or max(map(abs, step)) < CLOSE:
                break
            step = [by / 2 for by in step]
        strengths, height = tried, reached
        if max(map(abs, step)) < CLOSE:
            break
    return strengths


def _likelihood(wins: Table, strengths: Sequence[float]) -> float:
    """Return the logarithm of the likelihood."""
    pairs = ((won, strengths[j] - strengths[i]) for i, row in enumerate(wins) for j, won in enumerate(row) if won)
    return -sum(won * (log1p(exp(-abs(gap))) + max(gap, 0.0)) for won, gap in pairs)


def _gradient(wins: Table, strengths: Sequence[float]) -> list[float]:
    ids = range(len(wins))
    return [
        sum(wins[i][j] - (wins[i][j] + wins[j][i]) * chance(strengths[i], strengths[j]) for j in ids if j != i)
        for i in ids
    ]


def _information(wins: Table, strengths: Sequence[float]) -> Table:
    """Return the negative curvature; the ones added keep the mean of the strengths, of which the wins say nothing, at zero."""
    count = len(wins)
    ids, ones = range(count), 1 / count
    weights = [
        [0.0 if i == j else (wins[i][j] + wins[j][i]) * _spread(strengths[i], strengths[j]) for j in ids] for i in ids
    ]
    return [[ones + (sum(weights[i]) if i == j else -weights[i][j]) for j in ids] for i in ids]


def _spread(strength: float, other: float) -> float:
    won = chance(strength, other)
    return won * (1 - won)


def _centred(strengths: list[float], covariance: Table) -> tuple[list[float], Table]:
    """Return strengths, and their covariance, measured from their mean."""
    count = len(strengths)
    mean, means = sum(strengths) / count, [sum(row) / count for row in covariance]
    total = sum(means) / count
    shifted = [[value - means[i] - means[j] + total for j, value in enumerate(row)] for i, row in enumerate(covariance)]
    return [one - mean for one in strengths], shifted


def _times(matrix: Table, vector: Sequence[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _inverse(matrix: Table) -> Table:
    """Invert a symmetric, positive definite matrix (Gauss and Jordan, with the largest pivot of each column)."""
    count = len(matrix)
    rows = [[*row, *(float(i == j) for j in range(count))] for i, row in enumerate(matrix)]
    for at in range(count):
        best = max(range(at, count), key=lambda row: abs(rows[row][at]))
        rows[at], rows[best] = rows[best], rows[at]
        pivot = rows[at][at]
        rows[at] = [value / pivot for value in rows[at]]
        for other in range(count):
            if other != at:
                by = rows[other][at]
                rows[other] = [value - by * lead for value, lead in zip(rows[other], rows[at], strict=True)]
    return [row[count:] for row in rows]
