"""Votes on pairs of clips: what is compared, which pair comes next, and what the votes of several raters say.

A ballot is append-only: a vote that is taken back stays, and a later row names it. So nothing is lost with a tab or a kernel.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, Literal, NamedTuple

from jupyter_videogen.core.ranking import rank

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator, Sequence

Choice = Literal["left", "right", "tie", "bad"]
CHOICES: tuple[Choice, ...] = ("left", "right", "tie", "bad")
"""`bad`: both are; it counts as a tie."""
RowKind = Literal["left", "right", "tie", "bad", "undo", "finish", "open", "skip"]
"""`finish` ends a rater's vote, `open` or another vote opens it again; `skip` leaves out a clip that a browser can't play."""
Side = Literal["left", "right"]
PAIRS, MIN_VOTES = 20, 10
"""For each two contestants: pairs that a rater judges, and votes before anything is said about them."""
REPEAT_EVERY, REPEAT_AT, REPEAT_DISTANCE = 20, 10, 5
"""One pair in twenty comes again with its sides swapped, the tenth of them, and at least five votes after its first time."""
SHARED_EVERY = 3
"""One pair in three is one that another rater has judged already, so that the two can be compared."""


class Entry(NamedTuple):
    """One clip on a ballot; clips of one group answer the same prompt."""

    clip: str
    """The job's id and the number of its clip, as "k3q7x2ma/0"."""
    contestant: int
    group: int
    seed: int | None = None


class Pairing(NamedTuple):
    """Two clips side by side."""

    left: str
    right: str
    is_repeat: bool = False

    @property
    def clips(self) -> frozenset[str]:
        """Both, whatever their sides."""
        return frozenset((self.left, self.right))


class VoteRow(NamedTuple):
    """One row of a ballot, as it was written down."""

    id: int
    rater: str
    kind: RowKind
    voted_at: float
    """Unix time, in seconds."""
    left: str | None = None
    right: str | None = None
    is_repeat: bool = False
    seconds: float | None = None
    """From when both clips could play to the vote."""
    undoes: int | None = None
    """The row that this one takes back."""

    @property
    def clips(self) -> frozenset[str]:
        """The two clips of a vote."""
        return frozenset(filter(None, (self.left, self.right)))

    @property
    def winner(self) -> str | None:
        """The clip that was chosen; None for a tie."""
        return {"left": self.left, "right": self.right}.get(self.kind)


def standing(rows: Iterable[VoteRow]) -> list[VoteRow]:
    """Return the votes that were not taken back."""
    rows = list(rows)
    undone = {row.undoes for row in rows if row.kind == "undo"}
    return [row for row in rows if row.kind in CHOICES and row.id not in undone]


def finished(rows: Iterable[VoteRow]) -> set[str]:
    """Return the raters who have finished: a vote after that opens their ballot again."""
    done: dict[str, bool] = {}
    for row in rows:
        if row.kind != "skip":
            done[row.rater] = row.kind == "finish"
    return {rater for rater, is_done in done.items() if is_done}


class Pool:
    """All pairs that can be judged: two clips of one group by two contestants, of the same seed where both have one."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = {entry.clip: entry for entry in entries}
        groups: dict[int, list[Entry]] = {}
        for entry in self.entries.values():
            groups.setdefault(entry.group, []).append(entry)
        self.pairs: dict[frozenset[int], list[frozenset[str]]] = {}
        """By the two contestants."""
        for group in groups.values():
            for one, other in _fair_pairs(group):
                contestants = frozenset((one.contestant, other.contestant))
                self.pairs.setdefault(contestants, []).append(frozenset((one.clip, other.clip)))

    @property
    def count(self) -> int:
        """How many pairs there are."""
        return sum(map(len, self.pairs.values()))

    def contestants_of(self, clips: Iterable[str]) -> frozenset[int]:
        """Return whose clips these are."""
        return frozenset(self.entries[clip].contestant for clip in clips)

    def knows(self, row: VoteRow) -> bool:
        """Return whether both clips of a vote are still on the ballot."""
        return all(clip in self.entries for clip in row.clips)

    def wins(self, votes: Iterable[VoteRow], count: int) -> list[list[float]]:
        """Return how often each of so many contestants beat each other one; a tie is half a win of each."""
        table = [[0.0] * count for _ in range(count)]
        for vote in votes:
            one, other = (self.entries[clip].contestant for clip in (vote.left or "", vote.right or ""))
            won = {"left": 1.0, "right": 0.0}.get(vote.kind, 0.5)
            table[one][other] += won
            table[other][one] += 1 - won
        return table


def _fair_pairs(group: Sequence[Entry]) -> Iterator[tuple[Entry, Entry]]:
    pairs = [pair for pair in combinations(group, 2) if pair[0].contestant != pair[1].contestant]
    alike = {_contestants(pair) for pair in pairs if pair[0].seed is not None and pair[0].seed == pair[1].seed}
    for one, other in pairs:
        if one.seed == other.seed or _contestants((one, other)) not in alike:
            yield one, other


def _contestants(pair: tuple[Entry, Entry]) -> frozenset[int]:
    return frozenset(entry.contestant for entry in pair)


def next_pair(
    pool: Pool, rows: Sequence[VoteRow], rater: str, randomness: random.Random, *, without: Iterable[str] = ()
) -> Pairing | None:
    """Return the pair that says most for this rater's next vote, None when there is none left.

    `rows` are those of all raters; clips of `without` can't be played. Of the contestants those come first whose difference
    is least sure and whose chances are closest; of their pairs the one that was judged least.
    """
    votes = [vote for vote in standing(rows) if pool.knows(vote)]
    own, lost = [vote for vote in votes if vote.rater == rater], set(without)
    if (again := _repeat(own, lost, randomness)) is not None:
        return again
    seen = {vote.clips for vote in own}
    open_pairs = {
        contestants: fresh
        for contestants, pairs in pool.pairs.items()
        if (fresh := [pair for pair in pairs if pair not in seen and not pair & lost])
    }
    if not open_pairs:
        return None
    contestants = _most_needed(pool, votes, list(open_pairs), randomness)
    pair = _least_judged(open_pairs[contestants], votes, own, randomness)
    return _with_sides(pool, pair, own, randomness)


def _repeat(own: Sequence[VoteRow], lost: set[str], randomness: random.Random) -> Pairing | None:
    """Return an earlier pair with its sides swapped, when its turn has come."""
    if len(own) % REPEAT_EVERY != REPEAT_AT - 1:
        return None
    repeated = {vote.clips for vote in own if vote.is_repeat}
    known = [
        vote
        for vote in own[:-REPEAT_DISTANCE]
        if vote.clips not in repeated and not vote.is_repeat and not vote.clips & lost
    ]
    if not known:
        return None
    vote = randomness.choice(known)
    return Pairing(vote.right or "", vote.left or "", is_repeat=True)


def _most_needed(
    pool: Pool, votes: Sequence[VoteRow], among: Sequence[frozenset[int]], randomness: random.Random
) -> frozenset[int]:
    """Return the two contestants whose next vote says most: what it tells, times how much is not known yet."""
    count = 1 + max(entry.contestant for entry in pool.entries.values())
    first = [vote for vote in votes if not vote.is_repeat]
    ranking = rank(pool.wins(first, count), prior=True)

    def need(contestants: frozenset[int]) -> float:
        return ranking.gain(*contestants)

    shuffled = randomness.sample(sorted(among, key=sorted), len(among))
    return max(shuffled, key=lambda contestants: round(need(contestants), 9))


def _least_judged(
    pairs: Sequence[frozenset[str]], votes: Sequence[VoteRow], own: Sequence[VoteRow], randomness: random.Random
) -> frozenset[str]:
    judged = Counter(vote.clips for vote in votes)
    shuffled = randomness.sample(sorted(pairs, key=sorted), len(pairs))
    if len(own) % SHARED_EVERY == SHARED_EVERY - 1 and (shared := [pair for pair in shuffled if judged[pair]]):
        return min(shared, key=judged.__getitem__)
    return min(shuffled, key=judged.__getitem__)


def _with_sides(pool: Pool, pair: frozenset[str], own: Sequence[VoteRow], randomness: random.Random) -> Pairing:
    """Put the contestant on the left that this rater has seen there less often beside the other; else as it falls."""
    one, other = randomness.sample(sorted(pair), 2)
    contestants = pool.contestants_of(pair)
    lefts = Counter(
        pool.entries[vote.left or ""].contestant for vote in own if pool.contestants_of(vote.clips) == contestants
    )
    swap = lefts[pool.entries[one].contestant] > lefts[pool.entries[other].contestant]
    return Pairing(other, one) if swap else Pairing(one, other)


def with_repeats(pairs: int) -> int:
    """Return how many votes it takes to judge so many different pairs: some of them come twice."""
    votes = pairs
    while votes - (votes + REPEAT_EVERY - REPEAT_AT) // REPEAT_EVERY < pairs:
        votes += 1
    return votes


class Share(NamedTuple):
    """So many of so many."""

    of: int
    alike: int

    def __add__(self, other: object) -> Share:
        return NotImplemented if not isinstance(other, Share) else Share(self.of + other.of, self.alike + other.alike)


def consistency(votes: Iterable[VoteRow]) -> Share:
    """Return how often raters answered alike when they saw a pair again; ties are alike, whatever they are called."""
    first: dict[tuple[str, frozenset[str]], str | None] = {}
    of = alike = 0
    for vote in votes:
        key = (vote.rater, vote.clips)
        if vote.is_repeat and key in first:
            of, alike = of + 1, alike + (first[key] == vote.winner)
        elif not vote.is_repeat:
            first[key] = vote.winner
    return Share(of, alike)


class Agreement(NamedTuple):
    """How far raters agree on the pairs that two or more of them judged."""

    pairs: int
    """Those that two or more judged."""
    alike: int
    """Those on which all of them did so alike."""
    kappa: float | None
    """1 is perfect, 0 is what chance alone gives; None where it says nothing."""
    name: Literal["Cohen's kappa", "Fleiss' kappa"]


def agreement(votes: Iterable[VoteRow]) -> Agreement:
    """Return how far raters agree: Cohen's kappa (1960) for two of them, Fleiss' (1971) for more.

    A pair's answers are its two clips and the tie. Where not all raters judged a pair, Fleiss' mean is over those who did.
    """
    judged: dict[frozenset[str], dict[str, str]] = {}
    for vote in votes:
        if not vote.is_repeat:
            answer = "tie" if vote.winner is None else "first" if vote.winner == min(vote.clips) else "second"
            judged.setdefault(vote.clips, {})[vote.rater] = answer
    shared = [answers for answers in judged.values() if len(answers) > 1]
    raters = sorted({rater for answers in shared for rater in answers})
    alike = sum(len(set(answers.values())) == 1 for answers in shared)
    if len(raters) == 2:  # noqa: PLR2004 - Cohen's kappa is for two
        kappa = cohen([(answers[raters[0]], answers[raters[1]]) for answers in shared])
        return Agreement(len(shared), alike, kappa, "Cohen's kappa")
    return Agreement(len(shared), alike, fleiss([Counter(answers.values()) for answers in shared]), "Fleiss' kappa")


def cohen(answers: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of two raters' answers, None where chance alone would agree always."""
    if not answers:
        return None
    count = len(answers)
    observed = sum(one == other for one, other in answers) / count
    ones, others = Counter(one for one, _ in answers), Counter(other for _, other in answers)
    expected = sum(ones[name] * others[name] for name in ones) / count**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def fleiss(items: Sequence[Counter[str]]) -> float | None:
    """Return Fleiss' kappa of the counts of answers to each item, None where chance alone would agree always."""
    if not items:
        return None
    observed = sum(
        sum(n * (n - 1) for n in answers.values()) / (answers.total() * (answers.total() - 1)) for answers in items
    ) / len(items)
    total = sum(items, Counter[str]())
    expected = sum((n / total.total()) ** 2 for n in total.values())
    return None if expected == 1 else (observed - expected) / (1 - expected)


def left_share(votes: Iterable[VoteRow]) -> Share:
    """Return how often the left clip was chosen, of all votes that chose one."""
    chosen = [vote.kind for vote in votes if vote.winner is not None]
    return Share(len(chosen), chosen.count("left"))
