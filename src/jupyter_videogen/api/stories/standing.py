"""How the shots of a story stand: each with its chosen take, the job that makes it, and what it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from jupyter_videogen.api.tables.cells import state_of
from jupyter_videogen.core.story import Link, StoryRecord, job_of, link_of
from jupyter_videogen.media import clip_store

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.core.story import Shot, Take
    from jupyter_videogen.ledger.grids import CellWithJob

ShotState = Literal["planned", "waiting", "sending", "making", "ready", "failed", "undecided", "cancelled", "gone"]
"""`planned`: nobody has agreed to its cost; `waiting`: for a place, or for the shot before; `gone`: its file is missing."""
STUCK = frozenset({"failed", "undecided", "cancelled", "gone", "planned"})
"""States out of which a shot comes by a person alone."""
DEFAULT_SECONDS = 4.0
"""A shot whose length nobody knows is drawn as long as this."""


class ShotStanding(NamedTuple):
    """One shot as it stands."""

    number: int
    """Its place, from 1."""
    shot: Shot
    state: ShotState
    link: Link
    one: CellWithJob | None
    """The cell of its chosen take; None for one that is not started, and for a clip that was there."""
    before: ShotStanding | None
    """The shot before, if it starts on its frame."""

    @property
    def job(self) -> JobRecord | None:
        """The job of its chosen take."""
        return self.one.job if self.one is not None and self.one.cell.state == "taken" else None

    @property
    def clip(self) -> ClipRecord | None:
        """Its finished clip, also where the file is gone."""
        if self.shot.clip is not None:
            return self.shot.clip
        return self.job.clips[0] if self.job is not None and self.job.clips else None

    @property
    def job_id(self) -> str | None:
        """The job whose clip it shows."""
        return self.shot.clip.job_id if self.shot.clip is not None else self.job.id if self.job is not None else None

    @property
    def waits_for(self) -> ShotStanding | None:
        """The shot whose clip has to come first, where this one is not started."""
        before = self.before
        return before if before is not None and self.link == "waiting" and before.state != "ready" else None

    @property
    def seconds(self) -> float:
        """Its length: that of its clip, else as it is asked for."""
        known = self.clip.duration if self.clip is not None else None
        asked = self.one.cell.request.duration if self.one is not None else None
        own = self.shot.take.fields.get("duration") if self.shot.take is not None else None
        return float(known or asked or (own if isinstance(own, int | float) else 0) or 0.0)


class Standing(NamedTuple):
    """A story and the cells of its takes, at one moment."""

    story: StoryRecord
    cells: Mapping[str, CellWithJob]
    """By their keys."""
    agreed: Collection[tuple[int, int]] = ()
    """The takes, by shot and number, that this process may start."""

    @property
    def jobs(self) -> dict[str, str]:
        """The job of each cell that has one, by the cell's key."""
        return {key: one.cell.job for key, one in self.cells.items() if one.cell.job and one.cell.state == "taken"}

    def shots(self) -> list[ShotStanding]:
        """Return the shots in order."""
        jobs, found = self.jobs, list[ShotStanding]()
        for number, shot in enumerate(self.story.shots, 1):
            link = link_of(self.story, number, jobs)
            before = found[-1] if found and shot.linked else None
            one = self.cells.get(shot.take.key) if shot.take is not None else None
            found.append(ShotStanding(number, shot, self.state(shot, shot.take), link, one, before))
        return found

    def state(self, shot: Shot, take: Take | None) -> ShotState:
        """Return the state of one take of a shot, or of the clip that stands in its place."""
        if take is None:
            return "ready" if shot.clip is not None and clip_store.is_there(shot.clip) else "gone"
        if not take.key:
            return "waiting" if (shot.id, take.number) in self.agreed else "planned"
        one = self.cells.get(take.key)
        if one is None:
            return "gone"
        state: ShotState = state_of(one)  # type: ignore[assignment]  # a cell's states are among these
        return "gone" if state == "ready" and one.job is not None and clip_store.is_missing(one.job) else state

    def clip_of(self, job_id: str) -> ClipRecord | None:
        """Return the clip of one of the story's jobs or shots; None for any other."""
        for shot in self.story.shots:
            if shot.clip is not None and shot.clip.job_id == job_id:
                return shot.clip
        for one in self.cells.values():
            if one.job is not None and one.job.id == job_id and one.job.clips:
                return one.job.clips[0]
        return None

    def unused(self) -> list[CellWithJob]:
        """Return the finished takes that are not chosen, or whose shots were taken out."""
        used = {shot.take.key for shot in self.story.shots if shot.take is not None}
        return [one for key, one in self.cells.items() if key not in used and state_of(one) == "ready"]


def job_before(story: StoryRecord, number: int, jobs: Mapping[str, str]) -> str | None:
    """Return the job that a linked shot starts on, as the list is now; None for a cut."""
    if number == 1 or not story.shot(number).linked:
        return None
    return job_of(story.shot(number - 1), jobs)


def first_not_ready(shots: Sequence[ShotStanding]) -> int | None:
    """Return the number of the first shot without a clip; None where all are ready."""
    return next((one.number for one in shots if one.state != "ready"), None)
