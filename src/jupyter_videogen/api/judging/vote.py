"""`vg.vote`: a blind vote on pairs of clips. Every vote is in the ledger before the next pair is shown."""

from __future__ import annotations

import random
import threading
from statistics import median
from typing import TYPE_CHECKING, Any, Protocol, get_args, runtime_checkable

from jupyter_videogen.api import client
from jupyter_videogen.api.job import Job
from jupyter_videogen.api.judging.ballot import Voted, clips_of, make_ballot
from jupyter_videogen.api.tables.leaderboard import Leaderboard
from jupyter_videogen.core import environment, hidden_characters
from jupyter_videogen.core import votes as ballots
from jupyter_videogen.core.clip import ClipRecord
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.leaderboard import evaluate
from jupyter_videogen.core.votes import Choice, Side, VoteRow
from jupyter_videogen.runtime import process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jupyter_videogen.api.judging.ballot import Ballot
    from jupyter_videogen.core.votes import Pairing, RowKind

LONGEST_NAME = 40
"""Characters of a rater's name."""
LONGEST_VOTE = 3600.0
"""Seconds; a longer time says that somebody went away."""
ENOUGH = 5
"""Votes after which a rater's own pace is told."""


@runtime_checkable
class NamedJobs(Protocol):
    """What has jobs and a name, as a grid does."""

    @property
    def name(self) -> str:
        """The name that its votes are kept under."""

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs whose clips are voted on."""


def vote(  # noqa: PLR0913 - keywords, each of its own
    clips: NamedJobs | Iterable[Job | ClipRecord],
    *,
    by: str = "model",
    name: str = "",
    rater: str = "",
    pairs: int | None = None,
    min_votes: int = ballots.MIN_VOTES,
) -> Vote:
    """Return a blind vote on the finished clips of a grid, or of jobs: two of the same prompt at a time, without names.

    `by` is what is compared: "model", "provider" or a field of the request such as "size". `rater` is who votes; `pairs` how
    many of them, by default 20 for each two contestants; `min_votes` how many each two need before anything is said. The same
    clips, or the same `name`, go on where they were. Raises `InvalidRequest` where nothing can be compared.
    """
    if isinstance(clips, NamedJobs):
        voted, name = clips_of(job.record for job in clips.jobs), name or clips.name
    else:
        voted = [one for given in clips for one in _voted(given)]
    project = str(environment.project(environment.folder()))
    return Vote(make_ballot(voted, project=project, name=name, by=by), rater=rater, pairs=pairs, min_votes=min_votes)


def _voted(given: Any) -> Iterator[Voted]:  # noqa: ANN401 - what a user passes can be anything
    if isinstance(given, Job):
        yield from clips_of([given.record])
    elif isinstance(given, ClipRecord):
        record = client.job(given.job_id).record
        yield from (one for one in clips_of([record]) if one.clip.sha256 == given.sha256)
    else:
        raise InvalidRequest(
            f"{given!r} is neither a job nor a clip.", next="Pass a grid, jobs, or clips.", field="clips"
        )


class Vote:
    """A blind vote. Shows itself in a notebook; `pair`, `choose` and `undo` do the same in code."""

    def __init__(
        self,
        ballot: Ballot,
        *,
        rater: str = "",
        pairs: int | None = None,
        min_votes: int = ballots.MIN_VOTES,
        randomness: random.Random | None = None,
    ) -> None:
        if min_votes < 1 or (pairs is not None and pairs < 1):
            raise InvalidRequest("pairs and min_votes are whole numbers from 1.", field="pairs")
        self.ballot = ballot
        self.min_votes = min_votes
        self.listeners: list[Callable[[], None]] = []
        self._ledger, self._clock = process.runtime().ledger.votes, process.runtime().clock
        self._random = randomness or random.Random()  # noqa: S311 - sides are shuffled, nothing is kept secret by it
        self._lock = threading.RLock()
        self._rater = _check_rater(rater or environment.user() or "me")
        self._pairs = ballots.with_repeats(min(pairs or ballots.PAIRS * len(ballot.pool.pairs), ballot.pool.count))
        self._unplayable: set[str] = set()
        self._since_opened: list[VoteRow] = []
        self._pair: Pairing | None = None
        self._total = 0
        self._begin()

    @property
    def name(self) -> str:
        """The grid, or the ballot, that is voted on."""
        return self.ballot.key.name

    @property
    def rater(self) -> str:
        """Who votes. Set it to let another go on: raters do not see each other's votes before they have finished."""
        return self._rater

    @rater.setter
    def rater(self, name: str) -> None:
        with self._lock:
            self._rater = _check_rater(name)
            self._begin()
        self._tell()

    @property
    def raters(self) -> tuple[str, ...]:
        """Everybody who has voted, and the present rater."""
        return tuple(sorted({row.rater for row in self._rows()} | {self._rater}))

    @property
    def done(self) -> int:
        """How many pairs this rater has judged."""
        return len(self._own())

    @property
    def total(self) -> int:
        """How many there are to judge; some of them come twice."""
        return self._total

    @property
    def finished(self) -> bool:
        """Whether this rater has finished; going on is always possible."""
        return self._rater in ballots.finished(self._rows())

    @property
    def pair(self) -> Pairing | None:
        """The pair to judge now, None after the last."""
        with self._lock:
            return None if self.finished else self._pair

    @property
    def prompt(self) -> str:
        """What the pair's clips answer."""
        return "" if self._pair is None else self.ballot.clips[self._pair.left].job.request.prompt

    @property
    def last(self) -> Choice | None:
        """What was chosen last since it was opened."""
        return None if not self._since_opened else self._since_opened[-1].kind  # type: ignore[return-value]

    @property
    def seconds_left(self) -> float | None:
        """About how long the rest takes at the rater's own pace; None before a few votes."""
        times = [vote.seconds for vote in self._own() if vote.seconds is not None]
        return median(times) * (self.total - self.done) if len(times) >= ENOUGH else None

    @property
    def votes(self) -> list[dict[str, Any]]:
        """Return the votes that count, of everybody who has finished, as plain values; the oldest first."""
        rows = self._rows()
        done = ballots.finished(rows)
        return [self._facts(row) for row in ballots.standing(rows) if row.rater in done and self.ballot.pool.knows(row)]

    @property
    def leaderboard(self) -> Leaderboard:
        """What the votes of everybody who has finished come to."""
        ballot = self.ballot
        result = evaluate(ballot.pool, ballot.contestants, self._rows(), by=ballot.key.by, min_votes=self.min_votes)
        return Leaderboard(self.name, result)

    def choose(self, choice: Choice, seconds: float | None = None) -> Vote:
        """Vote on the pair: "left", "right", "tie", or "bad" for both; `seconds` is how long it took."""
        if choice not in get_args(Choice):
            raise InvalidRequest(
                f"{choice!r} is no vote.", next=f"Pass one of {', '.join(ballots.CHOICES)}.", field="choice"
            )
        with self._lock:
            if (pair := self.pair) is None:
                raise InvalidRequest("There is no pair left to judge.", next="See .leaderboard.")
            took = None if seconds is None else min(max(seconds, 0.0), LONGEST_VOTE)
            self._since_opened.append(self._add(choice, pair, seconds=took))
            self._advance()
        self._tell()
        return self

    def undo(self) -> Vote:
        """Take the last vote back, as far as the first since it was opened, and show its pair again."""
        with self._lock:
            if not self._since_opened:
                raise InvalidRequest("There is no vote to take back.", next="Vote first.")
            row = self._since_opened.pop()
            self._add("undo", undoes=row.id)
            self._pair = ballots.Pairing(row.left or "", row.right or "", row.is_repeat)
        self._tell()
        return self

    def skip(self, side: Side) -> Vote:
        """Leave a clip out that can't be played here: it is said in the result, and counts for nobody."""
        with self._lock:
            if (pair := self.pair) is not None:
                clip = pair.left if side == "left" else pair.right
                self._unplayable.add(clip)
                self._write(self._row("skip", left=clip))
                self._advance()
        self._tell()
        return self

    def finish(self) -> Vote:
        """End this rater's vote: names and results are shown."""
        with self._lock:
            if not self.finished:
                self._add("finish")
        self._tell()
        return self

    def go_on(self, pairs: int | None = None) -> Vote:
        """Vote on more pairs, by default as many again."""
        with self._lock:
            self._total = self.done + (pairs or self._pairs)
            if self.finished:
                self._add("open")
            self._advance()
        self._tell()
        return self

    def __repr__(self) -> str:
        if self.finished:
            return repr(self.leaderboard)
        return f"Blind vote on {self.name}: {self.done} of {self.total} pairs judged by {self._rater}."

    def _begin(self) -> None:
        self._since_opened = []
        self._total = max(self._pairs, self.done)
        self._pair = None
        if not self.finished:
            self._find_pair()

    def _advance(self) -> None:
        """Show the next pair; after the last, this rater has finished."""
        self._find_pair()
        if self._pair is None and self.done and not self.finished:
            self._add("finish")

    def _find_pair(self) -> None:
        """Find the next pair; nothing is written, for a vote that is only looked at is no vote."""
        self._pair = None
        if self.done < self._total:
            without = self._unplayable
            self._pair = ballots.next_pair(self.ballot.pool, self._rows(), self._rater, self._random, without=without)
        if self._pair is None:
            self._total = self.done

    def _add(
        self, kind: RowKind, pair: Pairing | None = None, *, seconds: float | None = None, undoes: int | None = None
    ) -> VoteRow:
        left, right, again = pair or (None, None, False)
        return self._write(self._row(kind, left=left, right=right, is_repeat=again, seconds=seconds, undoes=undoes))

    def _row(self, kind: RowKind, **facts: Any) -> VoteRow:
        return VoteRow(id=0, rater=self._rater, kind=kind, voted_at=self._clock.now(), **facts)

    def _write(self, row: VoteRow) -> VoteRow:
        return self._ledger.add(self.ballot.key, row)

    def _rows(self) -> list[VoteRow]:
        return self._ledger.rows(self.ballot.key)

    def _own(self) -> list[VoteRow]:
        rows = (row for row in ballots.standing(self._rows()) if row.rater == self._rater)
        return [row for row in rows if self.ballot.pool.knows(row)]

    def _facts(self, row: VoteRow) -> dict[str, Any]:
        left, right = (self.ballot.clips[clip] for clip in (row.left or "", row.right or ""))
        names = [self.ballot.contestants[self.ballot.pool.entries[one.name].contestant].name for one in (left, right)]
        return {
            "rater": row.rater,
            "prompt": left.job.request.prompt,
            "left": names[0],
            "right": names[1],
            "choice": row.kind,
            "winner": {"left": names[0], "right": names[1]}.get(row.kind),
            "is_repeat": row.is_repeat,
            "seconds": row.seconds,
            "voted_at": row.voted_at,
            "left_job": left.job.id,
            "right_job": right.job.id,
        }

    def _tell(self) -> None:
        for listener in self.listeners:
            listener()


def _check_rater(name: str) -> str:
    """Return a rater's name as one line of visible text; raises `InvalidRequest` for none, or a very long one."""
    shown = hidden_characters.escape_text(" ".join(name.split()))
    if not 0 < len(shown) <= LONGEST_NAME:
        raise InvalidRequest(
            f"A rater's name has 1 to {LONGEST_NAME} characters.", next="Pass a short name.", field="rater"
        )
    return shown
