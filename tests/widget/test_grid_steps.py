"""A grid's widget: the rows that the page asks for, the step that fits each cell, and what its buttons do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.widget.grid_widget import GridWidget
from support.form_messages import Visit

if TYPE_CHECKING:
    from support.paid_server import Shop

REFUSED = (400, {"error": {"message": "Your request was rejected by the safety system.", "code": "moderation_blocked"}})


@pytest.fixture
def at(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What sends a grid to the paid provider, whose clips cost twelve cents."""
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    Path("videogen.toml").write_text('[prices."openai:a"]\nper_clip = 0.12\n')
    return {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "models": ["a"], "yes": True}


def prompts(first: int, count: int) -> list[str]:
    return [f"the sea, number {number}" for number in range(first, first + count)]


def mixed(shop: Shop, at: dict[str, Any]) -> vg.Grid:
    """A grid of two clips, two that a filter held back, and one whose answer was lost."""
    vg.grid(prompts(0, 2), **at, name="mixed").result("1m")
    shop.refusal = REFUSED
    vg.grid(prompts(0, 4), **at, name="mixed").result("1m")
    shop.refusal = None
    shop.deaf, shop.listing = True, False
    grid = vg.grid(prompts(0, 5), **at, name="mixed")
    grid.result("2m")
    shop.deaf = False
    return grid


def ask(page: Visit, **terms: Any) -> dict[str, Any]:
    found: dict[str, Any] = page.say("grid_rows", **{"offset": 0, "limit": 20, "search": "", **terms})["rows"]
    return found


def steps(page: Visit) -> dict[str, tuple[str, str]]:
    """Of each row, its state and the step that fits it."""
    return {row["label"]: (row["cells"][0]["state"], row["cells"][0]["step"]) for row in ask(page)["rows"]}


def test_each_cell_has_the_step_that_fits_it(shop: Shop, at: dict[str, Any]) -> None:
    """What was not charged can be tried again; a lost answer is looked for; what is there needs none."""
    page = Visit(GridWidget(mixed(shop, at)))
    assert steps(page) == {
        "1": ("ready", ""),
        "2": ("ready", ""),
        "3": ("failed", "retry"),
        "4": ("failed", "retry"),
        "5": ("undecided", "look"),
    }
    header = page.widget.grid
    assert (header["failed"], header["undecided"]) == (2, 1)
    assert (header["retry_cost"], header["resend_cost"]) == (pytest.approx(0.24), pytest.approx(0.12))


def test_rows_that_failed_are_found(shop: Shop, at: dict[str, Any]) -> None:
    """Both filters combine, and count what fits."""
    page = Visit(GridWidget(mixed(shop, at)))
    assert [row["label"] for row in ask(page, only="failed")["rows"]] == ["3", "4", "5"]
    assert [row["label"] for row in ask(page, only="undecided")["rows"]] == ["5"]
    found = ask(page, only="failed", search="number 3")
    assert ([row["label"] for row in found["rows"]], found["total"]) == (["4"], 1)
    assert ask(page, offset=2, limit=1)["rows"][0]["label"] == "3"


def test_send_again_is_of_the_undecided_alone(shop: Shop, at: dict[str, Any]) -> None:
    """The button says what they cost: what was not charged is another button's."""
    grid = mixed(shop, at)
    page = Visit(GridWidget(grid))
    assert page.say("grid_act", action="retry", cells=[], undecided=True)["ok"] is True
    grid.result("1m")
    assert (grid.counts.ready, grid.counts.failed, grid.counts.undecided) == (3, 2, 0)
    page.say("grid_act", action="retry", cells=[], undecided=True)  # there are none left: nothing is sent
    grid.result("1m")
    assert grid.counts.failed == 2
    page.say("grid_act", action="retry", cells=[], undecided=False)
    assert len(grid.result("1m")) == 5


def test_retry_leaves_a_lost_one_alone(shop: Shop, at: dict[str, Any]) -> None:
    """Also where all that failed is meant."""
    grid = mixed(shop, at)
    page = Visit(GridWidget(grid))
    sent = len(shop.book)
    page.say("grid_act", action="retry", cells=[], undecided=False)
    grid.result("1m")
    assert (grid.counts.ready, grid.counts.undecided, len(shop.book)) == (4, 1, sent + 2)
