"""What votes come to: who is ahead, how sure that is, what a win costs, and how far the raters can be trusted."""

from __future__ import annotations

from itertools import combinations
from statistics import fmean, median
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from jupyter_videogen.core import votes as ballots
from jupyter_videogen.core.ranking import more_needed, rank, score

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jupyter_videogen.core.ranking import Ranking
    from jupyter_videogen.core.votes import Pool, VoteRow

NAMED_PAIRS = 3
"""Pairs that a sentence names one by one; more are "the others"."""


class Contestant(NamedTuple):
    """Who is compared, such as a model, and what its clips took."""

    name: str
    seconds: tuple[float, ...] = ()
    """To make each clip, without waiting for a place."""
    costs: tuple[float | None, ...] = ()
    """Dollars of each clip; None where it is not known."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How one contestant did. Strengths are those of Bradley and Terry; scores are the same as points around 1,000."""

    name: str
    strength: float
    low: float
    """The lower end of the strength's 95 % interval."""
    high: float
    score: float
    score_low: float
    score_high: float
    wins: int
    ties: int
    losses: int
    share: float
    """Of its votes won, 0 to 1; a tie is half a win."""
    seconds: float | None
    """The median time to make a clip."""
    cost: float | None
    """Dollars of a clip, the mean; None where it is not known for all."""
    seconds_per_win: float | None
    cost_per_win: float | None
    """The price of a clip divided by the share of wins; None without a win."""

    @property
    def votes(self) -> int:
        """Votes that it was in."""
        return self.wins + self.ties + self.losses


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """How often one contestant met another."""

    name: str
    other: str
    wins: int
    ties: int
    losses: int

    @property
    def votes(self) -> int:
        """How often they met."""
        return self.wins + self.ties + self.losses


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What the votes of a ballot come to."""

    by: str
    """What is compared, such as "model"."""
    votes: int
    """Votes that count: without those taken back and the repeats, of raters who have finished."""
    raters: tuple[str, ...]
    """Those who have finished."""
    open_raters: int
    """Those who have not: their votes are not shown before they have."""
    min_votes: int
    """Votes that each two contestants need before anything is said."""
    missing: tuple[Meeting, ...]
    """Contestants that have met less often; there are no standings while there are any. Without wins."""
    standings: tuple[Standing, ...] = ()
    """The strongest first."""
    meetings: tuple[Meeting, ...] = ()
    """Each contestant with each other, in the order of the standings, both ways."""
    verdict: str = ""
    """What the intervals allow to say, and no more."""
    advice: str = ""
    """How many more votes should settle what is open."""
    notes: tuple[str, ...] = ()
    """How it was counted, and how far the raters agree with each other and with themselves."""


def evaluate(
    pool: Pool, contestants: Sequence[Contestant], rows: Sequence[VoteRow], *, by: str, min_votes: int
) -> Result:
    """Return what the rows of a ballot come to."""
    done = ballots.finished(rows)
    known = [vote for vote in ballots.standing(rows) if pool.knows(vote)]
    counted = [vote for vote in known if vote.rater in done]
    first = [vote for vote in counted if not vote.is_repeat]
    met = {
        (i, j): _meeting(pool, contestants, first, i, j)
        for i in range(len(contestants))
        for j in range(len(contestants))
    }
    pairs = sorted(sorted(pair) for pair in pool.pairs)
    result = Result(
        by=by,
        votes=len(first),
        raters=tuple(sorted({vote.rater for vote in counted})),
        open_raters=len({vote.rater for vote in known} - done),
        min_votes=min_votes,
        missing=tuple(
            msgspec.structs.replace(met[i, j], wins=0, ties=met[i, j].votes, losses=0)
            for i, j in pairs
            if met[i, j].votes < min_votes
        ),
    )
    if result.missing or not pairs:
        return msgspec.structs.replace(result, notes=tuple(_withheld(result)))
    ranking = rank(pool.wins(first, len(contestants)))
    order = sorted(range(len(contestants)), key=lambda one: -ranking.strengths[one])
    return msgspec.structs.replace(
        result,
        standings=tuple(
            _standing(contestants[one], one, ranking, [met[one, other] for other in order]) for one in order
        ),
        meetings=tuple(met[one, other] for one in order for other in order if one != other),
        verdict=_verdict(contestants, ranking, order),
        advice=_advice(contestants, ranking, order, len(first)),
        notes=tuple(_notes(rows, counted, ranking, result)),
    )


def _meeting(pool: Pool, contestants: Sequence[Contestant], votes: Iterable[VoteRow], one: int, other: int) -> Meeting:
    pair = {one, other}
    of_both = [vote for vote in votes if one != other and pool.contestants_of(vote.clips) == pair]
    winners = [vote.winner and pool.entries[vote.winner].contestant for vote in of_both]
    return Meeting(
        name=contestants[one].name,
        other=contestants[other].name,
        wins=winners.count(one),
        ties=winners.count(None),
        losses=winners.count(other),
    )


def _standing(contestant: Contestant, one: int, ranking: Ranking, met: Sequence[Meeting]) -> Standing:
    wins, ties, losses = (sum(getattr(meeting, kind) for meeting in met) for kind in ("wins", "ties", "losses"))
    low, high = ranking.interval(one)
    share = (wins + ties / 2) / max(wins + ties + losses, 1)
    seconds = median(contestant.seconds) if contestant.seconds else None
    known = [cost for cost in contestant.costs if cost is not None]
    cost = fmean(known) if known and len(known) == len(contestant.costs) else None
    return Standing(
        name=contestant.name,
        strength=ranking.strengths[one],
        low=low,
        high=high,
        score=score(ranking.strengths[one]),
        score_low=score(low),
        score_high=score(high),
        wins=wins,
        ties=ties,
        losses=losses,
        share=share,
        seconds=seconds,
        cost=cost,
        seconds_per_win=None if seconds is None or share == 0 else seconds / share,
        cost_per_win=None if cost is None or share == 0 else cost / share,
    )


def _verdict(contestants: Sequence[Contestant], ranking: Ranking, order: Sequence[int]) -> str:
    """Say who beats whom where the intervals do not overlap, and of the others that nothing can be said."""
    sentences, unsure = [], []
    for at, one in enumerate(order):
        rest = order[at + 1 :]
        if beaten := [contestants[other].name for other in rest if not ranking.overlap(one, other)]:
            sentences.append(f"{contestants[one].name} beats {_listed(beaten)}.")
        unsure += [(contestants[one].name, contestants[other].name) for other in rest if ranking.overlap(one, other)]
    return " ".join(sentences + _undecided(unsure, len(order), everyone=not sentences))


def _undecided(unsure: Sequence[tuple[str, str]], count: int, *, everyone: bool) -> list[str]:
    """Name the pairs of which nothing can be said; where that is many, or everyone, all of them at once."""
    if not unsure:
        return []
    named = " or ".join(f"between {one} and {other}" for one, other in unsure)
    if len(unsure) > NAMED_PAIRS or (everyone and count > 2):  # noqa: PLR2004 - two are named
        named = f"between these {count}" if everyone else "between the others"
    return [f"There is no difference {named} that this many votes can show."]


def _advice(contestants: Sequence[Contestant], ranking: Ranking, order: Sequence[int], votes: int) -> str:
    """Say how many votes should part the next two neighbours."""
    unsure = [(one, other) for one, other in combinations(order, 2) if ranking.overlap(one, other)]
    if not unsure:
        return ""
    needed = {(one, other): more_needed(ranking, votes, one, other) for one, other in unsure}
    known = {pair: more for pair, more in needed.items() if more is not None}
    if not known:
        return "What is left between them is too little for 10,000 more votes to show."
    (one, other), more = min(known.items(), key=lambda item: item[1])
    names = f"{contestants[one].name} from {contestants[other].name}"
    return f"About {max(more, 1)} more votes should part {names}, if the margin stays as it is."


def _notes(rows: Sequence[VoteRow], counted: Sequence[VoteRow], ranking: Ranking, result: Result) -> Iterable[str]:
    first = [vote for vote in counted if not vote.is_repeat]
    if ties := sum(vote.winner is None for vote in first):
        yield f"Ties count as half a win: {ties} of {len(first)} votes, {sum(vote.kind == 'bad' for vote in first)} of them “both bad”."
    if ranking.prior:
        yield "Some won, or lost, every vote against the others, so the strengths have no maximum: each was given one draw against an average one."
    agreed = ballots.agreement(counted)
    if agreed.pairs:
        kappa = "" if agreed.kappa is None else f" ({agreed.name} {agreed.kappa:.2f})"
        yield f"The raters agree on {agreed.alike} of {agreed.pairs} pairs that they share{kappa}."
    again = ballots.consistency(counted)
    if again.of:
        yield f"Shown a pair twice, they answered alike {again.alike} of {again.of} times."
    left = ballots.left_share(counted)
    if left.of:
        yield f"Left was chosen in {100 * left.alike / left.of:.0f} % of {left.of} decided votes."
    if skipped := len({row.left for row in rows if row.kind == "skip"}):
        yield f"{skipped} {'clip was' if skipped == 1 else 'clips were'} left out, because a browser could not play {'it' if skipped == 1 else 'them'}."
    if result.open_raters:
        yield _open_words(result.open_raters)


def _withheld(result: Result) -> Iterable[str]:
    if result.open_raters:
        yield _open_words(result.open_raters)
    if not result.missing:
        return
    least = min(result.missing, key=lambda meeting: meeting.votes)
    yield (
        f"Each two need {result.min_votes} votes before anything is said; {least.name} and {least.other} have {least.votes}. "
        f"That takes {sum(result.min_votes - meeting.votes for meeting in result.missing)} votes more."
    )


def _open_words(count: int) -> str:
    return (
        f"{count} {'rater has' if count == 1 else 'raters have'} not finished; their votes are not shown before that."
    )


def _listed(words: Sequence[str]) -> str:
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last
