"""The question before a grid is sent, where a page is open: nothing is sent before a person has pressed the button."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.api.grids import call as grid_call
from jupyter_videogen.core.errors import BudgetExceeded
from jupyter_videogen.notebook import display
from jupyter_videogen.runtime.process import runtime
from jupyter_videogen.widget.grid_widget import GridWidget
from support.form_messages import Visit

if TYPE_CHECKING:
    from support.paid_server import Shop

WORDS = "3 clips, about $0.36"


@pytest.fixture
def at(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What sends a grid to the paid provider, whose clips cost twelve cents."""
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    Path("videogen.toml").write_text('[prices."openai:a"]\nper_clip = 0.12\n')
    return {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "models": ["a"]}


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[vg.Grid]:
    """A page that listens; gives the grids that it was asked to show."""
    grids: list[vg.Grid] = []
    monkeypatch.setattr(grid_call, "pages", [lambda: grids.append])
    return grids


def prompts(count: int) -> list[str]:
    return [f"the sea, number {number}" for number in range(count)]


def press(widget: GridWidget, action: str = "send", **terms: Any) -> dict[str, Any]:
    """Press a button of the question; the answer."""
    question = widget.grid["question"] or {"token": ""}
    return dict(Visit(widget).say("grid_act", **{"action": action, "token": question["token"], **terms}))


def test_a_grid_is_planned_until_somebody_sends_it(shop: Shop, at: dict[str, Any], shown: list[vg.Grid]) -> None:
    """It is shown with its cells and what they cost; the button sends all of them, once."""
    grid = vg.grid(prompts(3), **at, name="g")
    assert shown == [grid]
    assert (grid.state, grid.counts.waiting, shop.book) == ("planned", 3, [])
    assert WORDS in repr(grid)
    widget = GridWidget(grid)
    question = widget.grid["question"]
    assert (question["clips"], question["cost"], question["unpriced"]) == (3, pytest.approx(0.36), 0)
    assert question["words"].startswith(WORDS)
    assert press(widget)["ok"] is True
    assert len(grid.result("1m")) == len(shop.book) == 3
    assert grid.question is None


def test_waiting_for_a_planned_grid_says_why_nothing_comes(
    shop: Shop, at: dict[str, Any], shown: list[vg.Grid]
) -> None:
    """In a cell that runs, nobody's click is heard."""
    grid = vg.grid(prompts(3), **at, name="g")
    with pytest.raises(BudgetExceeded, match=re.escape(WORDS)) as caught:
        grid.result()
    assert caught.value.failure.code == "confirm"
    assert shop.book == []


def test_not_now_sends_nothing_and_asks_again_later(shop: Shop, at: dict[str, Any], shown: list[vg.Grid]) -> None:
    """Going on is a question of its own, as long as nobody has agreed."""
    grid = vg.grid(prompts(3), **at, name="g")
    widget = GridWidget(grid)
    assert press(widget, "decline")["ok"] is True
    assert (grid.state, grid.question) == ("paused", None)
    assert press(GridWidget(grid), "resume")["ok"] is True
    assert (grid.state, shop.book) == ("planned", [])
    assert press(GridWidget(grid))["ok"] is True
    assert len(grid.result("1m")) == len(shop.book) == 3


def test_no_message_counts_twice(shop: Shop, at: dict[str, Any], shown: list[vg.Grid]) -> None:
    """A token is of one question: played again, made up, or of an earlier call, it sends nothing."""
    first = GridWidget(vg.grid(prompts(3), **at, name="g")).grid["question"]["token"]
    grid = vg.grid(prompts(3), **at, name="g")
    for token in ("", "made up", first):
        answer = press(GridWidget(grid), token=token)
        assert answer["error"]["code"] == "confirm"
    assert (grid.state, shop.book) == ("planned", [])
    own = grid.question.token if grid.question else ""
    assert press(GridWidget(grid))["ok"] is True
    grid.result("1m")
    vg.grid(prompts(5), **at, name="g")
    assert press(GridWidget(grid), token=own)["error"]["code"] == "confirm"
    assert len(shop.book) == 3


def test_no_other_click_sends_it(shop: Shop, at: dict[str, Any], shown: list[vg.Grid]) -> None:
    """A retry of one clip is not a yes to all that waits."""
    shop.refusal = (400, {"error": {"message": "no", "code": "moderation_blocked"}})
    grid = vg.grid(prompts(1), **at, name="g", yes=True)
    grid.result("1m")
    shop.refusal = None
    grid = vg.grid(prompts(3), **at, name="g")
    (failed,) = (one.cell.position for one in grid.cells() if one.job is not None)
    assert press(GridWidget(grid), "retry", cells=[failed])["ok"] is True
    assert (grid.state, shop.book) == ("planned", [])
    assert GridWidget(grid).grid["question"]["clips"] == 3


def test_a_grid_that_was_agreed_to_goes_on_by_one_click(shop: Shop, at: dict[str, Any], shown: list[vg.Grid]) -> None:
    """Pause and Go on ask nothing: it is the same money."""
    shop.done = False
    grid = vg.grid(prompts(3), **at, name="g", yes=True, concurrency=1)
    assert press(GridWidget(grid), "pause")["ok"] is True
    assert press(GridWidget(grid), "resume")["ok"] is True
    assert (grid.state, grid.question) == ("running", None)
    shop.done = True
    assert len(grid.result("1m")) == 3


def test_a_visitor_is_not_asked(shop: Shop, at: dict[str, Any], shown: list[vg.Grid]) -> None:
    """They see no question and no token, and a token that they have all the same is refused."""
    grid = vg.grid(prompts(3), **at, name="g")
    token = grid.question.token if grid.question else ""
    widget = GridWidget(grid)
    widget._visited = True
    widget.grid = widget._header()
    assert widget.grid["question"] is None
    assert token not in repr(widget.get_state())
    assert press(widget, token=token)["error"]["code"] == "permission"
    assert shop.book == []


def test_new_rows_of_a_running_grid_wait_for_the_answer(shop: Shop, at: dict[str, Any], shown: list[vg.Grid]) -> None:
    """Though its queue runs; what is being made goes on."""
    shop.done = False
    vg.grid(prompts(1), **at, name="g", yes=True)
    grid = vg.grid(prompts(3), **at, name="g")
    shop.done = True
    shop.asked.wait(30)
    assert grid.state == "planned"
    assert press(GridWidget(grid))["ok"] is True
    assert len(grid.result("1m")) == len(shop.book) == 3


def test_a_cap_is_kept_when_the_button_is_pressed(shop: Shop, at: dict[str, Any], shown: list[vg.Grid]) -> None:
    """What was set since the question was asked holds."""
    grid = vg.grid(prompts(3), **at, name="g")
    file = Path("videogen.toml")
    file.write_text(file.read_text() + "[budget]\nper_day = 0.2\n")
    answer = press(GridWidget(grid))
    assert answer["ok"] is False
    assert answer["error"]["code"] == "budget"
    assert (grid.state, shop.book) == ("planned", [])


def test_above_its_own_limit_it_is_not_offered(shop: Shop, at: dict[str, Any], shown: list[vg.Grid]) -> None:
    """`max_cost` refuses, and nothing is written down."""
    with pytest.raises(BudgetExceeded, match="max_cost"):
        vg.grid(prompts(3), **at, name="g", max_cost=0.1)
    assert shown == []


def test_where_no_page_listens_the_keyboard_is_asked(
    shop: Shop, at: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And where nobody can type, it is refused in words."""
    monkeypatch.setattr(grid_call, "pages", [lambda: None])
    with pytest.raises(BudgetExceeded, match=re.escape(WORDS)) as caught:
        vg.grid(prompts(3), **at, name="g")
    assert "yes=True" in (caught.value.failure.next or "")
    assert shop.book == []


@pytest.mark.parametrize(("kernel", "viewer", "published", "listens"), [
    (True, True, False, True), (False, True, False, False), (True, False, False, False), (True, True, True, False),
])  # fmt: skip
def test_a_page_listens_in_a_notebook_of_its_owner(
    monkeypatch: pytest.MonkeyPatch, *, kernel: bool, viewer: bool, published: bool, listens: bool
) -> None:
    """Not in a terminal, where nobody watches, or where visitors do."""
    for name, value in {"in_kernel": kernel, "has_viewer": viewer, "is_published": published}.items():
        monkeypatch.setattr(f"jupyter_videogen.core.environment.{name}", lambda value=value: value)
    assert (display.find_page() is not None) == listens


def test_the_widget_comes_last(
    shop: Shop, at: dict[str, Any], shown: list[vg.Grid], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its place comes first, then the table's line below it: once the widget is there, nothing below it moves. It is shown once."""
    for name, value in {"in_kernel": True, "has_viewer": True}.items():
        monkeypatch.setattr(f"jupyter_videogen.core.environment.{name}", lambda value=value: value)
    put: list[tuple[str, bool]] = []

    def publish(data: dict[str, Any], *, transient: dict[str, str], update: bool) -> None:
        put.append((transient["display_id"].rpartition("-")[0], update))

    monkeypatch.setattr(display, "publish_display_data", publish)
    monkeypatch.setattr(display, "_shown", {})
    grid = vg.grid(prompts(3), **at, name="g")
    display.show_grid(grid)
    display.show_grid(grid)  # as the value of the same cell
    assert put == [("videogen-grid", False), ("videogen-records", False), ("videogen-grid", True)]


def test_a_paused_grid_gives_no_cell_away(shop: Shop, at: dict[str, Any]) -> None:
    """Also to a queue that has read a moment ago that it runs."""
    shop.done = False
    grid = vg.grid(prompts(3), **at, name="g", yes=True, concurrency=1)
    grid.pause()
    grids, (origin,) = runtime().ledger.grids, {one.cell.origin for one in grid.cells()}
    assert grids.take(grid.record.id, origin, most=9, now=1e12) is None
    grids.set_state(grid.record.id, "running")
    assert grids.take(grid.record.id, origin, most=9, now=1e12) is not None
    shop.done = True
