"""What is voted on: finished clips, which of them answer the same prompt, and who made them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.leaderboard import Contestant
from jupyter_videogen.core.request import SETTINGS, GenerationRequest
from jupyter_videogen.core.suggestions import did_you_mean
from jupyter_videogen.core.votes import Entry, Pool
from jupyter_videogen.ledger.votes import BallotKey
from jupyter_videogen.media import clip_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.job import JobRecord

MAKERS = ("model", "provider")
COMPARABLE = (*MAKERS, *SETTINGS)
"""What a vote can compare."""


class Voted(NamedTuple):
    """A clip, and the job that made it."""

    job: JobRecord
    take: int

    @property
    def clip(self) -> ClipRecord:
        """The clip."""
        return self.job.clips[self.take]

    @property
    def name(self) -> str:
        """What it is called on a ballot."""
        return f"{self.job.id}/{self.take}"


class Ballot(NamedTuple):
    """What is voted on."""

    key: BallotKey
    contestants: tuple[Contestant, ...]
    pool: Pool
    clips: dict[str, Voted]
    """By their names."""
    gone: int
    """Clips whose files are not where they were stored; they are left out."""


def clips_of(jobs: Iterable[JobRecord]) -> list[Voted]:
    """Return all clips of jobs, each once."""
    return [Voted(job, take) for job in {job.id: job for job in jobs}.values() for take in range(len(job.clips))]


def make_ballot(clips: Sequence[Voted], *, project: str, name: str, by: str) -> Ballot:
    """Return a ballot of clips; raises `InvalidRequest` where nothing can be compared."""
    if by not in COMPARABLE:
        raise InvalidRequest(f"A vote can't compare by {by!r}.", next=did_you_mean(by, COMPARABLE), field="by")
    there = {one.name: one for one in clips if clip_store.is_there(one.clip)}
    gone = len({one.name for one in clips}) - len(there)
    if not there:
        raise InvalidRequest(
            "There is no finished clip to vote on."
            if not gone
            else "The files of these clips are not where they were.",
            next="Wait for them with .result()." if not gone else "Fetch them again with their cards.",
        )
    found = [(one, _contestant(one, by)) for one in there.values()]
    names = sorted({contestant for _, contestant in found})
    if len(names) == 1:
        raise InvalidRequest(
            f"All of these clips have the same {by}, {_told(names[0], names)}.",
            next="Compare two, or name what differs with by=, such as by='seed'.",
            field="by",
        )
    pool = _pool(found, names, by)
    if not pool.pairs:
        raise InvalidRequest(
            "No two of these clips answer the same prompt.",
            next="Vote on clips of one prompt, or on a grid.",
            field="by",
        )
    contestants = tuple(_with_figures(_told(one, names), [voted for voted, of in found if of == one]) for one in names)
    key = BallotKey(project, name or _name(there), by)
    return Ballot(key, contestants, pool, there, gone)


def _contestant(one: Voted, by: str) -> tuple[str, str]:
    """Return whose clip it is: the value that is compared, and for a model its provider."""
    if by == "model":
        return one.job.model, one.job.provider
    value = one.job.provider if by == "provider" else getattr(one.job.request, by)
    if by == "seed" and value is None:
        value = one.clip.seed
    return "not set" if value is None else str(value), ""


def _told(contestant: tuple[str, str], among: Sequence[tuple[str, str]]) -> str:
    """Return a name, with its provider where two have the same."""
    value, provider = contestant
    return f"{provider}:{value}" if sum(value == other for other, _ in among) > 1 else value


def _pool(found: Sequence[tuple[Voted, tuple[str, str]]], names: Sequence[tuple[str, str]], by: str) -> Pool:
    """Return the pairs of clips that differ in nothing but `by`; where there are none, those of the same prompt and media."""
    for same in (_alike, _same_prompt):
        pool = Pool(_entries(found, names, by, same))
        if pool.pairs:
            return pool
    return pool


def _entries(
    found: Sequence[tuple[Voted, tuple[str, str]]],
    names: Sequence[tuple[str, str]],
    by: str,
    same: Callable[[Voted, str], bytes],
) -> Iterable[Entry]:
    groups: dict[bytes, int] = {}
    for one, contestant in found:
        group = groups.setdefault(same(one, by), len(groups))
        seed = None if by == "seed" else one.job.request.seed
        yield Entry(one.name, names.index(contestant), group, seed)


def _alike(one: Voted, by: str) -> bytes:
    changed: dict[str, Any] = {"seed": None} if by in MAKERS else {"seed": None, by: None}
    request = msgspec.structs.replace(one.job.request, model=None, n=None, **changed)
    maker = () if by in MAKERS else (one.job.provider, one.job.model)
    return msgspec.json.encode((request, *maker))


def _same_prompt(one: Voted, _by: str) -> bytes:
    request = one.job.request
    asked = GenerationRequest(
        prompt=request.prompt,
        image=request.image,
        last_frame=request.last_frame,
        references=request.references,
        video=request.video,
    )
    return msgspec.json.encode(asked)


def _with_figures(name: str, clips: Sequence[Voted]) -> Contestant:
    return Contestant(
        name,
        tuple(seconds for one in clips if (seconds := _seconds(one.job)) is not None),
        tuple(None if (cost := one.job.best_cost) is None else cost / len(one.job.clips) for one in clips),
    )


def _seconds(job: JobRecord) -> float | None:
    return None if job.finished_at is None or job.accepted_at is None else job.finished_at - job.accepted_at


def _name(clips: Iterable[str]) -> str:
    """Return the name of a ballot that was given none: the same clips have the same."""
    return f"vote-{hashlib.sha256(' '.join(sorted(clips)).encode()).hexdigest()[:8]}"
