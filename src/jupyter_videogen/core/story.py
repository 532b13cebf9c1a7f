"""The values of a story: its shots in order, the takes of each, and the edits of the list.

Every edit is a function from one record to the next, and costs nothing. People count shots from 1; inside, a shot has an id
that stays when it moves.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec.structs import replace

from jupyter_videogen.core.clip import ClipRecord
from jupyter_videogen.core.decoding import prepare
from jupyter_videogen.core.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

StartBy = Literal["image", "references"]
"""How a take starts on the shot before: on its last frame, or with a sheet of its frames as a reference."""
Link = Literal["first", "linked", "stale", "cut", "waiting"]
"""`linked`: it starts on the last frame of the shot before as that is now; `stale`: on an older one; `waiting`: not started yet."""
MOST_SHOTS = 500


class Take(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One clip of a shot, made or to be made."""

    number: int
    """From 1."""
    prompt: str
    fields: dict[str, Any] = {}
    """The shot's own settings, as JSON has them."""
    key: str = ""
    """The key of its cell; empty as long as it is not started."""
    starts_on: str | None = None
    """The job whose last frame it starts on."""
    by: StartBy | None = None
    before: int | None = None
    """The take that was chosen when this one was asked for."""
    source: str = ""
    """Where a later call changed the shot: what it came from there."""

    @property
    def as_asked(self) -> Take:
        """The take as it was before it was started."""
        return replace(self, key="", starts_on=None, by=None)


class Shot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One shot: takes of which one is chosen, or a clip that was there."""

    id: int
    linked: bool = False
    """Whether it is to start on the last frame of the shot before."""
    takes: tuple[Take, ...] = ()
    chosen: int = 1
    """The number of the chosen take."""
    clip: ClipRecord | None = None
    """A clip that became a shot; it has no takes."""
    caption: str = ""
    """What is said while it is shown."""
    source: str = ""
    """What it came from in the call that made it; empty for a shot that was inserted."""

    @property
    def origin(self) -> str:
        """What it came from in the last call: changed there, it is made anew."""
        return next((take.source for take in reversed(self.takes) if take.source), self.source)

    @property
    def take(self) -> Take | None:
        """The chosen take; None where a clip stands in its place."""
        return next((take for take in self.takes if take.number == self.chosen), None)

    @property
    def prompt(self) -> str:
        """The prompt of the chosen take."""
        if self.clip is not None:
            return self.clip.prompt
        return self.take.prompt if self.take else ""


class Removed(msgspec.Struct, frozen=True):
    """A shot that was taken out, and its place from 1."""

    shot: Shot
    place: int


class Audio(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A narration or music under the whole film."""

    path: str
    """Absolute."""
    sha256: str
    name: str
    volume: float = 1.0
    """1 is as loud as the file."""
    fade: float = 0.0
    """Seconds in which it begins and ends."""


class Film(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The joined film, and what it was joined of."""

    clip: ClipRecord
    made_of: str
    """The hash of the clips in order, the sound and the captions."""
    words: str = ""
    """How it was joined."""


@prepare
class StoryRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A story as the ledger has it, beside the grid that its takes are cells of."""

    shots: tuple[Shot, ...] = ()
    removed: tuple[Removed, ...] = ()
    """Shots that were taken out, the last one last."""
    fields: dict[str, Any] = {}
    """Settings that all shots share, as JSON has them."""
    given: tuple[str, ...] = ()
    """What the shots of the last call came from, in order."""
    next_id: int = 1
    audio: Audio | None = None
    captions: bool = True
    film: Film | None = None

    def shot(self, number: int) -> Shot:
        """Return a shot by its place from 1; raises `InvalidRequest`."""
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= len(self.shots):
            have = f"It has shots 1 to {len(self.shots)}." if self.shots else "It has no shots yet."
            raise InvalidRequest(f"The story has no shot {number!r}.", next=have, field="shot")
        return self.shots[number - 1]

    def number_of(self, shot: int) -> int:
        """Return the place of a shot, from 1, by its id; raises `InvalidRequest` where it was taken out."""
        for number, one in enumerate(self.shots, 1):
            if one.id == shot:
                return number
        raise InvalidRequest(
            "This shot is not in the story any more.", next="Put it back with restore().", field="shot"
        )


def job_of(shot: Shot, jobs: Mapping[str, str]) -> str | None:
    """Return the job whose clip a shot shows; `jobs` has the job of each cell by its key."""
    if shot.clip is not None:
        return shot.clip.job_id
    return jobs.get(shot.take.key) if shot.take else None


def link_of(story: StoryRecord, number: int, jobs: Mapping[str, str]) -> Link:
    """Return how a shot, by its place from 1, hangs on the one before."""
    shot = story.shot(number)
    if number == 1:
        return "first"
    if not shot.linked or shot.take is None:
        return "cut"
    if not shot.take.key:
        return "waiting"
    before = job_of(story.shot(number - 1), jobs)
    return "linked" if before is not None and shot.take.starts_on == before else "stale"


def chain_after(story: StoryRecord, number: int) -> tuple[int, ...]:
    """Return the places from 1 of a shot and of those after it that are linked one by one."""
    last = number
    while last < len(story.shots) and story.shots[last].linked:
        last += 1
    return tuple(range(number, last + 1))


# ---- edits ---------------------------------------------------------------------------------------------------------------


def insert(story: StoryRecord, place: int, shot: Shot) -> StoryRecord:
    """Put a new shot at a place from 1, 0 for the end; its id is given here."""
    if len(story.shots) >= MOST_SHOTS:
        raise InvalidRequest(f"A story has at most {MOST_SHOTS} shots.", next="Begin another one.", field="shot")
    at = _place(story, place or len(story.shots) + 1, len(story.shots) + 1)
    shots = [*story.shots[: at - 1], replace(shot, id=story.next_id), *story.shots[at - 1 :]]
    return replace(story, shots=tuple(shots), next_id=story.next_id + 1)


def set_caption(story: StoryRecord, number: int, text: str) -> StoryRecord:
    """Let something else be said while a shot is shown; "" for nothing of its own."""
    return _changed(story, number, lambda shot: replace(shot, caption=text))


def remove(story: StoryRecord, number: int) -> StoryRecord:
    """Take a shot out; its takes stay in the library, and `restore` puts it back."""
    shot = story.shot(number)
    left = tuple(one for one in story.shots if one is not shot)
    return replace(story, shots=left, removed=(*story.removed, Removed(shot, number)))


def restore(story: StoryRecord) -> StoryRecord:
    """Put the shot back that was removed last, where it was."""
    if not story.removed:
        raise InvalidRequest("No shot was removed.", field="shot")
    *others, last = story.removed
    at = min(last.place, len(story.shots) + 1) - 1
    shots = (*story.shots[:at], last.shot, *story.shots[at:])
    return replace(story, shots=shots, removed=tuple(others))


def move(story: StoryRecord, number: int, place: int) -> StoryRecord:
    """Move a shot to a place from 1; a shot that was made without a start becomes a cut."""
    shot = story.shot(number)
    at = _place(story, place, len(story.shots))
    left = [one for one in story.shots if one is not shot]
    take = shot.take
    if take is not None and take.key and take.starts_on is None:
        shot = replace(shot, linked=False)
    return replace(story, shots=(*left[: at - 1], shot, *left[at - 1 :]))


def make_cut(story: StoryRecord, number: int) -> StoryRecord:
    """Let a shot begin without the frame of the one before; its take stays as it is."""
    return _changed(story, number, lambda shot: replace(shot, linked=False))


def link(story: StoryRecord, number: int) -> StoryRecord:
    """Let a shot start on the last frame of the one before, as far as it is made again; raises `InvalidRequest`."""
    if number == 1:
        raise InvalidRequest("The first shot has none before it.", next="Link shot 2 or a later one.", field="shot")
    if story.shot(number).clip is not None:
        raise InvalidRequest(
            f"Shot {number} is a clip that was there: it is always a cut.",
            next="Make it anew from a prompt.",
            field="shot",
        )
    return _changed(story, number, lambda shot: replace(shot, linked=True))


def choose(story: StoryRecord, number: int, take: int) -> StoryRecord:
    """Show another take of a shot; one that was asked for and not started is withdrawn. Raises `InvalidRequest`."""
    numbers = [one.number for one in story.shot(number).takes]
    if isinstance(take, bool) or take not in numbers:
        have = f"It has takes {', '.join(map(str, numbers))}." if numbers else "It is a clip that was there."
        raise InvalidRequest(f"Shot {number} has no take {take!r}.", next=have, field="take")

    def change(shot: Shot) -> Shot:
        kept = tuple(one for one in shot.takes if one.key or one.number == take)
        return replace(shot, takes=kept, chosen=take)

    return _changed(story, number, change)


def retake(
    story: StoryRecord, numbers: Iterable[int], *, prompt: str | None = None, fields: Mapping[str, Any] | None = None
) -> StoryRecord:
    """Ask for a new take of each of these shots, chosen at once; one that was asked for and not started makes way.

    Without a prompt it is that of the chosen take; fields go before those of that. Raises `InvalidRequest`.
    """
    for number in numbers:
        last = story.shot(number).take
        if last is None:
            raise InvalidRequest(
                f"Shot {number} is a clip that was there; it has no takes.",
                next="Insert a prompt instead.",
                field="shot",
            )
        new = replace(
            last, prompt=last.prompt if prompt is None else prompt, fields={**last.fields, **(fields or {})}, source=""
        )
        story = _with_take(story, number, new)
    return story


def _with_take(story: StoryRecord, number: int, take: Take) -> StoryRecord:
    """Let a shot have one take more, which is to be made; it is chosen."""

    def change(shot: Shot) -> Shot:
        kept, last = tuple(one for one in shot.takes if one.key), shot.take
        before = None if last is None else last.number if last.key else last.before
        following = max((one.number for one in kept), default=0) + 1
        new = replace(take, number=following, key="", starts_on=None, by=None, before=before)
        return replace(shot, takes=(*kept, new), chosen=following)

    return _changed(story, number, change)


def withdraw(story: StoryRecord) -> StoryRecord:
    """Take back takes that were asked for and not started, where a shot has others: those are chosen again.

    What a call changed is no longer taken for done: the same call asks again.
    """
    for number, shot in enumerate(story.shots, 1):
        asked, kept = shot.take, tuple(take for take in shot.takes if take.key)
        if asked is None or asked.key or not kept:
            continue
        chosen = asked.before if asked.before in {take.number for take in kept} else kept[-1].number
        back = replace(shot, takes=kept, chosen=chosen or kept[-1].number)
        story = _changed(story, number, lambda _, back=back: back)  # type: ignore[misc]  # bound at once
        if asked.source in story.given:
            given = [back.origin if one == asked.source else one for one in story.given]
            story = replace(story, given=tuple(given))
    return story


def forget(story: StoryRecord, keys: Collection[str]) -> StoryRecord:
    """Note that takes lost their cells before they were sent: they are as if they had never been started."""

    def change(shot: Shot) -> Shot:
        takes = [replace(one, key="", starts_on=None, by=None) if one.key in keys else one for one in shot.takes]
        kept = tuple(one for one in takes if one.key or one.number == shot.chosen)
        return replace(shot, takes=kept)

    removed = tuple(Removed(change(one.shot), one.place) for one in story.removed)
    return replace(story, shots=tuple(map(change, story.shots)), removed=removed)


def merge(story: StoryRecord, shots: Sequence[Shot]) -> StoryRecord:
    """Bring a story up to date with the shots of a call; what was edited since the last call stays.

    A shot that the call changed gets a new take, one that it added is inserted, one that it left out is removed.
    """
    old, new = list(story.given), [shot.source for shot in shots]
    ids = _ids_of_given(story)
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for kind, begin, end, first, last in reversed(matcher.get_opcodes()):
        if kind == "equal":
            continue
        both = min(end - begin, last - first)
        place = _place_after(story, ids[: begin + both])
        for offset, shot in enumerate(shots[first + both : last]):
            story = insert(story, place + offset, shot)
        for offset in reversed(range(both, end - begin)):
            story = _without(story, ids[begin + offset])
        for offset in reversed(range(both)):
            story = _replaced(story, ids[begin + offset], shots[first + offset])
    return replace(story, given=tuple(new))


def _ids_of_given(story: StoryRecord) -> list[int | None]:
    """Return the id of the shot that each place of the last call is now; None where it was removed."""
    left = list(story.shots)
    found: list[int | None] = []
    for source in story.given:
        shot = next((one for one in left if one.origin == source), None)
        found.append(None if shot is None else shot.id)
        if shot is not None:
            left.remove(shot)
    return found


def _place_after(story: StoryRecord, ids: Sequence[int | None]) -> int:
    """Return the place after the last of these shots that is there, from 1."""
    places = {shot.id: number for number, shot in enumerate(story.shots, 1)}
    return next((places[one] + 1 for one in reversed(ids) if one in places), 1)


def _without(story: StoryRecord, shot: int | None) -> StoryRecord:
    return story if shot is None else remove(story, story.number_of(shot))


def _replaced(story: StoryRecord, shot: int | None, new: Shot) -> StoryRecord:
    """Let a shot be what a call says now: a new take where both are made, else another shot in its place."""
    if shot is None:
        return story
    number = story.number_of(shot)
    if new.take is None or story.shot(number).take is None:
        return insert(remove(story, number), number, new)
    return _with_take(story, number, replace(new.take, source=new.source))


def started(story: StoryRecord, shot: int, take: Take) -> StoryRecord:
    """Note the cell of a take, and what it starts on; a take that was withdrawn meanwhile is left away."""

    def note(one: Shot) -> Shot:
        return replace(one, takes=tuple(take if old.number == take.number else old for old in one.takes))

    return replace(story, shots=tuple(note(one) if one.id == shot else one for one in story.shots))


def unstarted(story: StoryRecord) -> list[tuple[int, Shot, Take]]:
    """Return the chosen takes that were asked for and not started, each with its shot and the shot's place from 1."""
    found = ((number, shot, shot.take) for number, shot in enumerate(story.shots, 1))
    return [(number, shot, take) for number, shot, take in found if take is not None and not take.key]


def _changed(story: StoryRecord, number: int, change: Callable[[Shot], Shot]) -> StoryRecord:
    shot = story.shot(number)
    return replace(story, shots=tuple(change(one) if one is shot else one for one in story.shots))


def _place(story: StoryRecord, place: int, last: int) -> int:
    if isinstance(place, bool) or not isinstance(place, int) or not 1 <= place <= last:
        raise InvalidRequest(
            f"{place!r} is no place in a story of {len(story.shots)} shots.", next=f"Use 1 to {last}.", field="to"
        )
    return place
