"""Votes: which pair comes next, what counts, and what several raters' votes come to."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations

import pytest

from jupyter_videogen.core import votes as ballots
from jupyter_videogen.core.leaderboard import Contestant, Result, evaluate
from jupyter_videogen.core.ranking import chance, rank
from jupyter_videogen.core.votes import Entry, Pairing, Pool, VoteRow, next_pair

NAMES = ("wan", "kling", "veo", "ltx", "sora")


def pool(contestants: int = 3, groups: int = 40) -> Pool:
    return Pool(Entry(f"{group}-{one}/0", one, group, 1) for group in range(groups) for one in range(contestants))


class Poll:
    """A ballot that is voted on by made-up raters."""

    def __init__(self, of: Pool, seed: int = 1) -> None:
        self.pool, self.rows, self.random = of, list[VoteRow](), random.Random(seed)

    def add(self, rater: str, kind: ballots.RowKind, pair: Pairing | None = None, **facts: object) -> VoteRow:
        left, right, again = pair or (None, None, False)
        row = VoteRow(len(self.rows) + 1, rater, kind, 0.0, left, right, again, 1.0, **facts)  # type: ignore[arg-type]
        self.rows.append(row)
        return row

    def vote(self, rater: str, strengths: tuple[float, ...] = (0.0,) * 5) -> Pairing | None:
        pair = next_pair(self.pool, self.rows, rater, self.random)
        if pair is not None:
            left, right = (strengths[self.pool.entries[clip].contestant] for clip in (pair.left, pair.right))
            self.add(rater, "left" if self.random.random() < chance(left, right) else "right", pair)
        return pair

    def result(self, contestants: int = 3, min_votes: int = 10) -> Result:
        names = [Contestant(name, (30.0, 50.0), (0.1, 0.1)) for name in NAMES[:contestants]]
        return evaluate(self.pool, names, self.rows, by="model", min_votes=min_votes)


def test_every_pair_is_of_one_prompt_and_two_contestants_and_comes_once() -> None:
    poll = Poll(pool(3, 4))
    pairs = [pair for _ in range(20) if (pair := poll.vote("mira")) is not None]
    fresh = [pair for pair in pairs if not pair.is_repeat]
    assert len({pair.clips for pair in fresh}) == len(fresh) == 12
    for pair in pairs:
        left, right = (poll.pool.entries[clip] for clip in (pair.left, pair.right))
        assert (left.group, left.seed) == (right.group, right.seed)
        assert left.contestant != right.contestant


def test_clips_of_the_same_seed_meet_where_both_have_it() -> None:
    of = Pool(Entry(f"{one}{seed}/0", one, 0, seed) for one in range(2) for seed in (1, 2))
    assert {tuple(sorted(pair)) for pair in of.pairs[frozenset((0, 1))]} == {("01/0", "11/0"), ("02/0", "12/0")}
    takes = Pool(Entry(f"{one}{take}/0", one, 0) for one in range(2) for take in (1, 2))
    assert takes.count == 4


def test_one_pair_in_twenty_comes_again_with_its_sides_swapped() -> None:
    poll = Poll(pool())
    pairs = [poll.vote("mira") for _ in range(60)]
    again = [at for at, pair in enumerate(pairs, 1) if pair and pair.is_repeat]
    assert again == [10, 30, 50]
    for at in again:
        (first,) = [one for one in pairs[: at - 1] if one and one.clips == pairs[at - 1].clips]  # type: ignore[union-attr]
        assert (first.left, first.right) == (pairs[at - 1].right, pairs[at - 1].left)  # type: ignore[union-attr]


def test_both_orders_occur_for_each_two_contestants() -> None:
    poll = Poll(pool())
    for _ in range(60):
        poll.vote("mira")
    sides = Counter(
        tuple(poll.pool.entries[clip].contestant for clip in (row.left or "", row.right or ""))
        for row in poll.rows
        if not row.is_repeat
    )
    for one, other in combinations(range(3), 2):
        assert abs(sides[one, other] - sides[other, one]) <= 1


def test_contestants_that_are_close_meet_more_often() -> None:
    poll = Poll(pool(4, 200))
    for _ in range(150):
        poll.vote("mira", (1.5, 1.5, -1.5, -1.5))
    met = Counter(poll.pool.contestants_of(row.clips) for row in poll.rows)
    close = met[frozenset((0, 1))] + met[frozenset((2, 3))]
    assert close / 2 > (met.total() - close) / 4


def test_chosen_pairs_need_fewer_votes_than_random_ones_for_the_same_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ballots, "REPEAT_EVERY", 10**9)  # repeats measure the rater, and nothing else
    strengths = (2.0, 1.0, 0.0, -1.0, -2.0)

    def width(seed: int, *, chosen: bool) -> float:
        poll = Poll(pool(5, 60), seed)
        every = [sorted(pair) for pairs in poll.pool.pairs.values() for pair in pairs]
        for _ in range(120):
            if chosen:
                poll.vote("mira", strengths)
                continue
            one, other = poll.random.choice(every)
            a, b = (strengths[poll.pool.entries[clip].contestant] for clip in (one, other))
            poll.add("mira", "left" if poll.random.random() < chance(a, b) else "right", Pairing(one, other))
        ranking = rank(poll.pool.wins(poll.rows, 5), prior=True)
        return sum(ranking.error(at) for at in range(5))

    chosen, by_chance = (sum(width(seed, chosen=one) for seed in range(10)) for one in (True, False))
    assert chosen < by_chance


def test_a_vote_that_was_taken_back_stays_in_the_ledger_and_does_not_count() -> None:
    poll = Poll(pool())
    first = poll.add("mira", "left", Pairing("0-0/0", "0-1/0"))
    poll.add("mira", "undo", undoes=first.id)
    second = poll.add("mira", "right", Pairing("0-0/0", "0-1/0"))
    assert len(poll.rows) == 3
    assert ballots.standing(poll.rows) == [second]


def test_raters_share_one_pair_in_three_so_that_they_can_be_compared() -> None:
    poll = Poll(pool())
    for rater in ("mira", "jon"):
        for _ in range(30):
            poll.vote(rater)
    assert ballots.agreement(ballots.standing(poll.rows)).pairs >= 8


def test_a_clip_that_cannot_be_played_is_in_no_pair() -> None:
    poll = Poll(pool(2, 2))
    pair = next_pair(poll.pool, [], "mira", poll.random, without={"0-1/0"})
    assert pair is not None
    assert pair.clips == {"1-0/0", "1-1/0"}
    assert next_pair(poll.pool, [], "mira", poll.random, without={"0-1/0", "1-0/0"}) is None


def test_kappas_are_those_of_the_published_examples() -> None:
    # Cohen: 50 grants, 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: 0.4 (https://en.wikipedia.org/wiki/Cohen%27s_kappa)
    grants = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert ballots.cohen(grants) == pytest.approx(0.4)
    # Fleiss: ten subjects, fourteen raters, five categories: 0.210 (https://en.wikipedia.org/wiki/Fleiss%27_kappa)
    table = [
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    ]  # fmt: skip
    assert ballots.fleiss([Counter(dict(zip("abcde", row, strict=True))) for row in table]) == pytest.approx(
        0.210, abs=5e-4
    )


def test_nothing_is_said_before_each_two_have_enough_votes() -> None:
    poll = Poll(pool())
    for _ in range(12):
        poll.vote("mira")
    poll.add("mira", "finish")
    few = poll.result()
    assert few.standings == few.meetings == ()
    assert not few.verdict
    assert all(meeting.wins == meeting.losses == 0 for meeting in few.missing)
    assert "10 votes" in few.notes[0]


def test_a_rater_who_has_not_finished_is_not_shown() -> None:
    poll = Poll(pool())
    for _ in range(40):
        poll.vote("mira")
    assert poll.result().votes == 0
    assert poll.result().open_raters == 1
    poll.add("mira", "finish")
    assert poll.result().votes == 38  # without the two repeats


def test_the_verdict_says_no_more_than_the_intervals_allow() -> None:
    poll = Poll(pool(3, 100))
    for _ in range(240):
        poll.vote("mira", (1.4, 0.0, -0.05))
    poll.add("mira", "finish")
    result = poll.result()
    assert result.verdict in {
        "wan beats kling and veo. There is no difference between kling and veo that this many votes can show.",
        "wan beats veo and kling. There is no difference between veo and kling that this many votes can show.",
    }
    assert result.standings[0].name == "wan"
    first = result.standings[0]
    assert first.seconds == 40.0
    assert first.cost_per_win == pytest.approx(0.1 / first.share)


def test_ties_are_half_a_win_of_each_and_said_so() -> None:
    poll = Poll(pool(2))
    for at in range(12):
        poll.add("mira", "tie" if at % 2 else "bad", Pairing(f"{at}-0/0", f"{at}-1/0"))
    poll.add("mira", "finish")
    result = poll.result(2)
    assert [row.share for row in result.standings] == [0.5, 0.5]
    assert "no difference" in result.verdict
    assert any("half a win" in note for note in result.notes)


def test_one_who_won_all_is_said_to_have_no_maximum() -> None:
    poll = Poll(pool(2))
    for at in range(12):
        poll.add("mira", "left", Pairing(f"{at}-0/0", f"{at}-1/0"))
    poll.add("mira", "finish")
    assert any("no maximum" in note for note in poll.result(2).notes)


@pytest.mark.parametrize(("pairs", "votes"), [(1, 1), (9, 9), (10, 11), (28, 29), (29, 31), (60, 63)])
def test_a_pair_that_comes_again_takes_the_place_of_none(pairs: int, votes: int) -> None:
    assert ballots.with_repeats(pairs) == votes
    poll = Poll(pool(2, pairs))
    judged = [poll.vote("mira") for _ in range(votes)]
    assert sum(pair is not None and not pair.is_repeat for pair in judged) == pairs
    assert None not in judged
