"""Stories in the ledger: an edit and what it takes out of the grid are one step, and a new file takes stories along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from jupyter_videogen.core import story as edits
from jupyter_videogen.core.errors import InvalidRequest, VideogenError
from jupyter_videogen.core.grid import Cell, GridColumn, GridPlan, GridRow
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.core.story import Shot, StoryRecord, Take
from jupyter_videogen.ledger.grids import GridKey
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.ledger.stories import Addition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = GridKey("/work", "harbour")
PLAN = GridPlan(columns=(GridColumn(provider="p", model="m"),), rows=())


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.at(tmp_path / "ledger.sqlite3")
    yield opened
    opened.close()


def new_story(*prompts: str) -> StoryRecord:
    made = StoryRecord()
    for prompt in prompts:
        made = edits.insert(made, 0, Shot(id=0, takes=(Take(number=1, prompt=prompt),), linked=True))
    return made


def start(ledger: Ledger, grid: int, shot: int) -> bool:
    """Start the chosen take of a shot as the cell of its id."""

    def add(story: StoryRecord, plan: GridPlan) -> Addition | None:
        take = story.shot(story.number_of(shot)).take
        if take is None or take.key:
            return None
        cell = Cell(
            position=len(plan.rows),
            row=len(plan.rows),
            column=0,
            key=f"key {shot}.{take.number}",
            origin="https://p",
            cost=0.5,
            request=GenerationRequest(prompt=take.prompt),
            provider="p",
        )
        rows = (*plan.rows, GridRow(label=str(shot), prompt=take.prompt))
        made = msgspec.structs.replace(take, key=cell.key)
        return Addition(edits.started(story, shot, made), msgspec.structs.replace(plan, rows=rows), cell)

    return ledger.stories.append(grid, add)


def test_a_take_and_its_cell_are_written_together_and_once(ledger: Ledger) -> None:
    """The second of two who start it is told that it is started."""
    grid = ledger.stories.create(KEY, PLAN, new_story("a", "b"), now=1.0).id
    assert [start(ledger, grid, 1), start(ledger, grid, 1)] == [True, False]
    assert [one.cell.key for one in ledger.grids.cells(grid)] == ["key 1.1"]
    assert ledger.stories.get(grid).shot(1).takes[0].key == "key 1.1"
    assert [row.prompt for row in ledger.grids.get(grid).plan.rows] == ["a"]


@pytest.mark.parametrize("edit", [lambda one: edits.remove(one, 1), lambda one: edits.retake(one, [1])])
def test_what_waits_and_is_not_chosen_any_more_leaves_the_grid(ledger: Ledger, edit: object) -> None:
    """Nobody pays for it; its take is as if it had not been started."""
    grid = ledger.stories.create(KEY, PLAN, new_story("a", "b"), now=1.0).id
    start(ledger, grid, 1)
    after = ledger.stories.change(grid, edit)  # type: ignore[arg-type]  # an edit
    assert ledger.grids.cells(grid) == []
    takes = [take for one in after.removed for take in one.shot.takes] + list(after.shots[0].takes)
    assert not any(take.key for take in takes)


def test_what_is_sent_stays_though_it_is_not_chosen(ledger: Ledger) -> None:
    """It was paid for, and can be chosen again."""
    grid = ledger.stories.create(KEY, PLAN, new_story("a"), now=1.0).id
    start(ledger, grid, 1)
    ledger.grids.set_state(grid, "running")
    assert ledger.grids.take(grid, "https://p", most=1, now=2.0) is not None
    after = ledger.stories.change(grid, lambda one: edits.retake(one, [1]))
    assert [take.number for take in after.shots[0].takes] == [1, 2]
    assert len(ledger.grids.cells(grid)) == 1


def test_an_edit_that_is_refused_changes_nothing(ledger: Ledger) -> None:
    """And a name has one story."""
    grid = ledger.stories.create(KEY, PLAN, new_story("a"), now=1.0).id
    with pytest.raises(InvalidRequest):
        ledger.stories.change(grid, lambda one: edits.remove(edits.remove(one, 1), 1))
    assert ledger.stories.get(grid) == new_story("a")
    assert ledger.stories.create(KEY, PLAN, new_story("x", "y"), now=2.0).id == grid
    assert ledger.stories.get(grid) == new_story("a")
    assert ledger.stories.names("/work") == ["harbour"]
    with pytest.raises(VideogenError, match="not in the ledger any more"):
        ledger.stories.get(99)


def test_a_story_comes_along_into_a_new_file(ledger: Ledger, tmp_path: Path) -> None:
    """As its cells do, where the file was deleted while it was in use."""
    grid = ledger.stories.create(KEY, PLAN, new_story("a", "b"), now=1.0).id
    start(ledger, grid, 1)
    for name in ("ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    after = ledger.stories.change(grid, lambda one: edits.make_cut(one, 2))
    assert [one.prompt for one in after.shots] == ["a", "b"]
    assert len(ledger.grids.cells(grid)) == 1
