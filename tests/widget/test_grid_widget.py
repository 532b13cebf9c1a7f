"""A grid as the page asks for it: the header, rows that come into view, word of their changes, and what a person does."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import jupyter_videogen as vg
from jupyter_videogen.widget import grid_widget
from jupyter_videogen.widget.grid_widget import GridWidget
from jupyter_videogen.widget.protocol import GridPage, GridRows, GridView
from support.form_messages import Visit

if TYPE_CHECKING:
    from support.paid_server import Shop

BOUND = 0.3
"""Seconds that a thread is given to overtake another; one that waits for its turn uses them up."""


@pytest.fixture
def at(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    return {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "models": ["a", "b"], "yes": True}


def header(widget: GridWidget) -> GridView:
    return msgspec.convert(widget.grid, GridView)


def rows(ack: dict[str, Any]) -> GridPage:
    return msgspec.convert(ack["rows"], GridPage)


def until(widget: GridWidget, wanted: Any) -> GridView:
    """Wait for a header."""
    there = Event()
    widget.observe(lambda _: there.set() if wanted(header(widget)) else None, names="grid")
    assert wanted(header(widget)) or there.wait(60), widget.grid
    return header(widget)


def test_a_header_says_how_the_grid_is(shop: Shop, at: dict[str, Any]) -> None:
    """Counts, money and columns; the foot has a row of figures for each model."""
    Path("videogen.toml").write_text('[prices."openai:a"]\nper_clip = 0.5\n')
    made = vg.grid(["the sea", "a city"], **at, name="study", seeds=[1, 2], duration=4)
    made.result("1m")
    view = header(GridWidget(made))
    assert (view.name, view.state, view.rows, view.clips, view.ready) == ("study", "ended", 2, 8, 8)
    assert [(one.model, one.seed) for one in view.columns] == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]
    assert (view.spent, view.estimate, view.unpriced, view.free) == (2.0, 2.0, 4, False)
    assert (view.progress, view.left, view.shared, view.prompt) == (100.0, None, "4 s", "")
    assert [(one.model, one.ready, one.cost, one.rating) for one in view.figures] == [
        ("a", 4, 0.5, None),
        ("b", 4, None, None),
    ]


def test_rows_come_as_they_are_asked_for(shop: Shop, at: dict[str, Any]) -> None:
    """Bounded, filtered, with all their cells; no absolute path and no key is in them."""
    made = vg.grid([f"the sea, {number}" for number in range(70)] + ["A City"], **at, name="g")
    page = Visit(GridWidget(made))
    first = rows(page.say("grid_rows", offset=0, limit=1000))
    assert (len(first.rows), first.total) == (grid_widget.MOST_ROWS, 71)
    assert [(cell.row, cell.column) for row in first.rows[:2] for cell in row.cells] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert len({cell.position for row in first.rows for cell in row.cells}) == 120
    found = rows(page.say("grid_rows", offset=0, limit=10, search=" city "))
    assert [(row.row, row.label, row.prompt) for row in found.rows] == [(70, "71", "A City")]
    assert rows(page.say("grid_rows", offset=-5, limit=-5)).rows == ()
    made.result("2m")
    ready = rows(page.say("grid_rows", offset=0, limit=2))
    assert {cell.state for row in ready.rows for cell in row.cells} == {"ready"}
    told = json.dumps(page.acks)
    assert str(Path.cwd()) not in told
    assert "canary" not in told


def test_changes_of_rows_on_view_are_told(shop: Shop, at: dict[str, Any]) -> None:
    """And of no others; each cell as it is at the end."""
    shop.done = False
    made = vg.grid(["the sea", "a city", "a forest"], **at, name="g")
    widget = GridWidget(made)
    page = Visit(widget)
    page.say("grid_rows", offset=1, limit=1)
    shop.done = True
    made.result("1m")
    until(widget, lambda view: view.ready == 6 and view.state == "ended")
    told = [cell for ack in page.acks if ack["type"] == "cells" for cell in ack["cells"]]
    assert {cell["row"] for cell in told} == {1}
    last = {cell["column"]: cell["state"] for cell in told}
    assert last == {0: "ready", 1: "ready"}


def test_a_person_acts_on_it(shop: Shop, at: dict[str, Any]) -> None:
    """Pause, go on, retry, rate, star, cancel and write the table, all from the page."""
    shop.refusal = (400, {"error": {"message": "no such thing", "code": "moderation_blocked"}})
    made = vg.grid(["the sea"], **at, name="g")
    made.result("1m")
    widget = GridWidget(made)
    page = Visit(widget)
    (row,) = rows(page.say("grid_rows", offset=0, limit=5)).rows
    assert {cell.state for cell in row.cells} == {"failed"}
    assert all(cell.reason and len(cell.reason.split()) <= 4 for cell in row.cells)
    shop.refusal = None
    assert page.say("grid_act", action="retry", cells=[row.cells[0].position])["ok"]
    made.result("1m")
    assert (made.counts.ready, made.counts.failed) == (1, 1)
    assert page.say("grid_act", action="retry")["ok"]
    assert len(made.result("1m")) == 2
    job = made.cells()[0].job
    assert job is not None
    assert page.say("rate", job_id=job.id, rating=4)["ok"]
    assert not page.say("rate", job_id=job.id, rating=6)["ok"]
    (kept,) = (json.loads(path.read_text()) for path in Path("videogen").glob(f"*{job.id}.json"))
    assert (kept["rating"], kept["job_id"]) == (4, job.id)
    assert page.say("star", job_id=job.id, on=True)["ok"]
    assert (made.df["rating"][0], bool(made.df["starred"][0])) == (4, True)
    assert page.say("export", kind="csv")["text"] == "g.csv"
    assert page.say("export", kind="csv")["text"] == "g-2.csv"
    Path("g_files").mkdir()
    assert page.say("export", kind="html")["text"] == "g-2.html"
    assert len(list(Path("g-2_files").glob("*.mp4"))) == 2
    assert page.say("grid_act", action="cancel")["ok"]
    until(widget, lambda view: view.state == "cancelled")


@pytest.mark.parametrize(
    "message",
    [
        {"type": "grid_rows", "offset": "0", "limit": 1},
        {"type": "grid_act", "action": "pay"},
        {"type": "grid_act", "action": "retry", "cells": ["a"]},
        {"type": "rate", "job_id": "nobody", "rating": "5"},
        {"type": "export", "kind": "exe"},
        {"type": "grid_act", "action": "retry", "cells": [10**18, -4]},
    ],
)
def test_any_message_is_answered(shop: Shop, at: dict[str, Any], message: dict[str, Any]) -> None:
    """What is none is refused, and nothing is sent for it."""
    made = vg.grid(["the sea"], **at, name="g")
    made.result("1m")
    kind = message.pop("type")
    assert Visit(GridWidget(made)).say(kind, **message)["type"] == "ack"
    assert len(shop.book) == 2


def test_visitors_look_and_change_nothing(shop: Shop, at: dict[str, Any]) -> None:
    """A published page's grid is seen, and cannot be sent again or written down by a stranger."""
    made = vg.grid(["the sea"], **at, name="g")
    made.result("1m")
    vg.generate("secret", model="a", **{name: at[name] for name in ("provider", "base_url", "key_env")})
    widget = GridWidget(made)
    widget._visited = True
    page = Visit(widget)
    (row,) = rows(page.say("grid_rows", offset=0, limit=5)).rows
    mine, secret = str(row.cells[0].job_id), vg.job("last").id
    assert widget._header()["guest"] is True
    assert page.say("posters", job_ids=[mine, secret])["ok"]  # of what is not on view there is no picture
    assert page.say("fetch", job_id=mine, take=0, offset=0, length=1)["ok"]
    refused = {
        "grid_act": {"action": "retry", "undecided": True},
        "export": {"kind": "csv"},
        "rate": {"job_id": mine, "rating": 1},
        "cancel": {"job_id": mine},
        "watch": {"job_id": mine},
        "poster": {"job_id": mine, "take": 0},
        "detail": {"job_id": secret},
    }
    for kind, facts in refused.items():
        assert page.say(kind, **facts)["error"]["code"] == "permission"
    assert not list(Path().glob("*.csv"))


def test_a_visitor_is_offered_no_step(shop: Shop, at: dict[str, Any]) -> None:
    """And sees no place of this machine in what failed."""
    shop.refusal = (400, {"error": {"message": f"No such file: {Path.cwd()}", "code": "moderation_blocked"}})
    made = vg.grid(["the sea"], **at, name="g")
    made.result("1m")
    widget = GridWidget(made)
    widget._visited = True
    (row,) = rows(Visit(widget).say("grid_rows", offset=0, limit=5)).rows
    assert {(cell.state, cell.step, cell.price) for cell in row.cells} == {("failed", "", None)}
    assert str(Path.cwd()) not in repr(row)


def test_two_views_are_told_of_their_own_rows(shop: Shop, at: dict[str, Any]) -> None:
    """A view that asks for other rows takes none from the other; one that is closed is told of nothing."""
    shop.done = False
    made = vg.grid(["the sea", "a city", "a forest"], **at, name="g")
    widget = GridWidget(made)
    page = Visit(widget)
    for view, offset in (("one", 0), ("other", 1), ("closed", 2)):
        page.say("grid_rows", view=view, offset=offset, limit=1)
    assert rows(page.say("grid_rows", view="closed", offset=2, limit=0)).rows == ()
    shop.done = True
    made.result("1m")
    until(widget, lambda view: view.ready == 6 and view.state == "ended")
    told = [cell for ack in page.acks if ack["type"] == "cells" for cell in ack["cells"]]
    assert {cell["row"] for cell in told} == {0, 1}


def test_a_page_can_have_only_so_many_views(shop: Shop, at: dict[str, Any]) -> None:
    """One that went without a word makes room."""
    widget = GridWidget(vg.grid(["the sea", "a city"], **at, name="g"))
    page = Visit(widget)
    for number in range(20):
        page.say("grid_rows", view=f"view {number}", offset=number % 2, limit=1)
    assert [*widget._on_view] == [f"view {number}" for number in range(12, 20)]


@pytest.mark.parametrize(
    ("vary", "fields", "box", "tiles"),
    [
        ({}, {"size": "720x1280"}, 3 / 4, {9 / 16}),
        ({"size": ["1280x720", "720x1280"]}, {}, 1.0, {16 / 9, 9 / 16}),
        ({"aspect": ["1:1"]}, {}, 1.0, {1.0}),
        ({}, {"size": "100x2000"}, 3 / 4, {9 / 16}),
        ({}, {}, 16 / 9, {16 / 9}),
    ],
)
def test_a_tile_has_the_shape_that_was_asked_for(
    shop: Shop, at: dict[str, Any], vary: dict[str, Any], fields: dict[str, Any], box: float, tiles: set[float]
) -> None:
    """The box is that of all tiles where they have one shape, else a square; nothing is a needle."""
    made = vg.grid(["the sea"], **at, **fields, vary=vary, name="g")
    widget = GridWidget(made)
    (row,) = rows(Visit(widget).say("grid_rows", offset=0, limit=1)).rows
    assert header(widget).aspect == pytest.approx(box)
    assert {round(cell.aspect, 4) for cell in row.cells} == {round(one, 4) for one in tiles}


def test_a_burst_of_changes_is_one_word_to_the_page(shop: Shop, at: dict[str, Any]) -> None:
    """However much happens at once, cells and header are told once in a while."""
    made = vg.grid(["the sea", "a city"], **at, name="g")
    made.result("1m")
    widget = GridWidget(made)
    page = Visit(widget)
    page.say("grid_rows", offset=0, limit=5)
    headers: list[dict[str, Any]] = []
    widget.observe(lambda change: headers.append(change.new), names="grid")
    for cell in made.cells():
        page.say("rate", job_id=cell.job.id if cell.job else "", rating=3)
    for _ in range(1000):
        widget._stir(None)
    until(widget, lambda view: [one.rated for one in view.figures] == [2, 2])
    cells = [ack for ack in page.acks if ack["type"] == "cells"]
    assert 1 <= len(cells) <= 2
    assert len(headers) <= 3


def test_what_is_newer_is_told_after_the_rows_that_were_asked_for(
    shop: Shop, at: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that got the older rows last would show them from then on."""
    monkeypatch.setattr(grid_widget, "PACE", 0.0)
    made = vg.grid(["the sea"], **at, name="g")
    made.result("1m")
    widget = GridWidget(made)
    told, send, make_page = Event(), list[str](), widget._page

    def late(asked: GridRows) -> GridPage:
        page = make_page(asked)
        widget._told = {}  # as if each cell had changed since
        widget._stir(None)
        told.wait(BOUND)
        return page

    def hear(content: Any, _buffers: object = None) -> None:
        send.append(content["type"])
        if content["type"] == "cells":
            told.set()

    monkeypatch.setattr(widget, "_page", late)
    widget.send = hear  # type: ignore[method-assign]
    widget._receive(widget, {"v": 1, "request_id": "rows", "type": "grid_rows", "offset": 0, "limit": 5}, [])
    assert told.wait(60)
    assert send == ["ack", "cells"]
