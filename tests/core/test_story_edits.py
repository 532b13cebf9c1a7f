"""The edits of a story: each is a function from one list to the next, and a start that does not fit any more is seen."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_videogen.core import story as edits
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.story import Shot, StoryRecord, Take

if TYPE_CHECKING:
    from collections.abc import Callable


def shot(name: str, *, starts_on: str | None = None, linked: bool = True) -> Shot:
    """A shot that was made; its job is called as it is."""
    take = Take(number=1, prompt=name, key=f"key {name}", starts_on=starts_on, by="image" if starts_on else None)
    return Shot(id=0, takes=(take,), linked=linked, source=name)


def story(*shots: Shot) -> StoryRecord:
    made = StoryRecord(given=tuple(one.source for one in shots))
    for one in shots:
        made = edits.insert(made, 0, one)
    return made


ABC = story(shot("a", linked=False), shot("b", starts_on="a"), shot("c", starts_on="b"))


def jobs(made: StoryRecord) -> dict[str, str]:
    """The job of each cell: the first take's is called as its prompt, that of others has their number."""
    takes = [take for one in made.shots for take in one.takes if take.key]
    return {take.key: take.key.removeprefix("key ") for take in takes}


def links(made: StoryRecord) -> list[str]:
    return [edits.link_of(made, number, jobs(made)) for number in range(1, len(made.shots) + 1)]


def begun(made: StoryRecord, number: int, name: str, starts_on: str | None) -> StoryRecord:
    """Start the take that was asked for."""
    one = made.shot(number)
    assert one.take is not None
    take = msgspec.structs.replace(one.take, key=f"key {name}", starts_on=starts_on)
    return edits.started(made, one.id, take)


def names(made: StoryRecord) -> str:
    return "".join(one.prompt for one in made.shots)


def test_a_chain_holds_as_long_as_each_starts_on_the_one_before() -> None:
    """A new take of one makes the next one stale; the old take chosen again, it holds again."""
    assert links(ABC) == ["first", "linked", "linked"]
    asked = edits.retake(ABC, [2])
    assert links(asked) == ["first", "waiting", "stale"]
    made = begun(asked, 2, "b2", "a")
    assert links(made) == ["first", "linked", "stale"]
    assert links(edits.choose(made, 2, 1)) == ["first", "linked", "linked"]
    assert links(edits.make_cut(made, 3)) == ["first", "linked", "cut"]
    assert links(edits.link(edits.make_cut(ABC, 3), 3)) == ["first", "linked", "linked"]


def test_moving_makes_cuts_and_stale_starts() -> None:
    """What started on nothing becomes a cut, what started on another shot is stale."""
    moved = edits.move(ABC, 1, 3)
    assert (names(moved), links(moved)) == ("bca", ["first", "linked", "cut"])
    moved = edits.move(ABC, 3, 1)
    assert (names(moved), links(moved)) == ("cab", ["first", "cut", "linked"])
    moved = edits.move(ABC, 3, 2)
    assert (names(moved), links(moved)) == ("acb", ["first", "stale", "stale"])
    assert links(edits.move(moved, 2, 3)) == ["first", "linked", "linked"]


def test_a_removed_shot_comes_back_where_it_was() -> None:
    """The last one first; what follows it is stale as long as it is away."""
    removed = edits.remove(ABC, 2)
    assert (names(removed), links(removed)) == ("ac", ["first", "stale"])
    assert edits.restore(removed).shots == ABC.shots
    both = edits.remove(edits.remove(ABC, 1), 1)
    assert names(edits.restore(both)) == "bc"
    with pytest.raises(InvalidRequest, match="No shot was removed"):
        edits.restore(ABC)


def test_a_take_that_is_withdrawn_leaves_the_one_before() -> None:
    """Also where it was asked for twice; a shot that has no other keeps it."""
    twice = edits.retake(edits.retake(ABC, [2], prompt="x"), [2], prompt="y")
    assert [take.prompt for take in twice.shot(2).takes] == ["b", "y"]
    assert edits.withdraw(twice).shots == ABC.shots
    fresh = edits.insert(ABC, 2, Shot(id=0, takes=(Take(number=1, prompt="n"),)))
    assert edits.withdraw(fresh) == fresh


def test_chains() -> None:
    """From a shot over those that are linked one by one."""
    assert edits.chain_after(ABC, 2) == (2, 3)
    assert edits.chain_after(edits.make_cut(ABC, 3), 2) == (2,)


def test_what_a_call_changes() -> None:
    """New takes, inserted and removed shots; edits of the list stay, and a declined change is asked for again."""
    moved = edits.move(ABC, 3, 1)
    assert edits.merge(moved, [shot("a"), shot("b"), shot("c")]) == moved
    changed = edits.merge(ABC, [shot("a"), shot("x"), shot("c"), shot("d")])
    assert names(changed) == "axcd"
    assert [len(one.takes) for one in changed.shots] == [1, 2, 1, 1]
    back = edits.withdraw(changed)
    assert names(back) == "abcd"
    assert names(edits.merge(back, [shot("a"), shot("x"), shot("c"), shot("d")])) == "axcd"
    assert names(edits.merge(ABC, [shot("c")])) == "c"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda one: edits.link(one, 1), "first shot has none before it"),
        (lambda one: edits.choose(one, 1, 2), "no take 2"),
        (lambda one: edits.choose(one, 1, take=True), "no take True"),
        (lambda one: edits.move(one, 1, 4), "4 is no place"),
        (lambda one: edits.move(one, 1, 0), "0 is no place"),
        (lambda one: edits.insert(one, 5, shot("x")), "5 is no place"),
        (lambda one: one.number_of(99), "not in the story any more"),
    ],
)
def test_edits_that_are_none(edit: Any, words: str) -> None:
    """Each in its own words."""
    with pytest.raises(InvalidRequest, match=words):
        edit(ABC)


EDITS: dict[str, Callable[[StoryRecord, int, int], StoryRecord]] = {
    "move": edits.move,
    "cut": lambda now, number, _: edits.make_cut(now, number),
    "link": lambda now, number, _: edits.link(now, number),
    "remove": lambda now, number, _: edits.remove(now, number),
    "restore": lambda now, *_: edits.restore(now),
    "retake": lambda now, number, _: edits.retake(now, [number]),
    "insert": lambda now, _, place: edits.insert(now, place, shot("n")),
    "withdraw": lambda now, *_: edits.withdraw(now),
}


@st.composite
def edited(draw: st.DrawFn) -> list[StoryRecord]:
    """A story, and how it stands after each of some edits."""
    made = [ABC]
    for kind in draw(st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=12)):
        places = st.integers(1, max(len(made[-1].shots), 1))
        with suppress(InvalidRequest):  # such as a shot of an empty list
            made.append(EDITS[kind](made[-1], draw(places), draw(places)))
    return made


@given(edited())
def test_no_edit_loses_or_doubles_a_shot(made: list[StoryRecord]) -> None:
    """Every shot is in the list or among the removed ones; its chosen take is one of its own; it survives being written down."""
    for before, after in pairwise(made):
        ids = [one.id for one in after.shots] + [one.shot.id for one in after.removed]
        assert len(set(ids)) == len(ids)
        assert {one.id for one in before.shots} | {one.shot.id for one in before.removed} <= set(ids)
        assert all(one.take is not None for one in after.shots)
        assert links(after)[:1] in ([], ["first"])
        assert msgspec.json.decode(msgspec.json.encode(after), type=StoryRecord) == after
