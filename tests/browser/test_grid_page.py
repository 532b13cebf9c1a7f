"""A grid in JupyterLab: its module comes from the kernel, tiles fill, keys reach the ledger, and nothing below it moves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect

from jupyter_videogen.ledger.ledger import Ledger
from support.full_grid import PLAN, fill_grid
from support.jupyterlab_page import SLOW, Lab
from support.widget_gallery import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway

AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
LOAD = "%load_ext jupyter_videogen\nimport jupyter_videogen as vg"
MAKE = """vg.grid(["Waves at sunset", "Snow on the mountains", "A campfire at night"], models=["local/ink", "local/grain"],
        seeds=[1, 2], name="study-1", duration=1, size="320x192")"""
TAKES = 'vg.grid(["Waves at sunset"], models=["local/ink"], takes=6, name="takes-1", duration=1, size="320x192")'
BELOW = """() => {
  const below = () => document.querySelectorAll(".jp-Cell")[2].getBoundingClientRect().top;
  [window.tops, window.tallies] = [new Set(), new Set()];
  const look = () => {
    window.tops.add(below());
    window.tallies.add(document.querySelector(".videogen-tally")?.textContent);
    window.looking = requestAnimationFrame(look);
  };
  look();
}"""
SEEN = "() => { cancelAnimationFrame(window.looking); return [[...window.tops], window.tallies.size]; }"
LEAP = "(sheet) => { sheet.scrollTop = sheet.scrollHeight / 2; }"
FAULTS = """async () => {
  const { violations } = await axe.run(".videogen");
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}"""


@pytest.fixture
def lab(browser: Browser, server: Server, gateway: Gateway) -> Iterator[Lab]:
    """A notebook in which grids are made."""
    server.notebook("grid.ipynb", LOAD, MAKE, "print('below')", TAKES)
    lab = Lab(browser, server, "grid.ipynb")
    lab.run(0)
    yield lab
    assert not lab.errors
    lab.close()
    Ledger.forget()


def tile(lab: Lab, line: int, column: int) -> Locator:
    return lab.card.locator(f'.videogen-tile[data-at="{line}/{column}"]')


def test_a_grid_fills_and_nothing_below_it_moves(lab: Lab) -> None:
    """Twelve clips come to their tiles; rated, starred, opened and shown by keys alone."""
    lab.run(1)
    lab.page.evaluate(BELOW)
    expect(lab.card.locator(".videogen-tally")).to_contain_text("12 of 12 ready", timeout=SLOW)
    for column in range(4):
        expect(tile(lab, 2, column)).to_have_attribute("data-state", "ready", timeout=SLOW)
    tops, tallies = lab.page.evaluate(SEEN)
    assert len(tops) == 1, tops
    assert tallies > 2, "it filled before anybody looked"
    lab.page.add_script_tag(path=AXE)
    assert lab.page.evaluate(FAULTS) == []

    tile(lab, 0, 0).focus()
    expect(tile(lab, 0, 0).locator("video[loop]")).to_be_attached(timeout=SLOW)
    lab.page.keyboard.press("ArrowDown")
    lab.page.keyboard.press("4")
    expect(tile(lab, 1, 0)).to_have_accessible_name(re.compile("rated 4 of 5"))
    lab.page.keyboard.press("s")
    expect(tile(lab, 1, 0)).to_have_accessible_name(re.compile("starred"))
    expect(lab.card.locator(".videogen-figures")).to_contain_text("4.0 of 1 rated", timeout=SLOW)

    lab.page.keyboard.press("o")
    opened = lab.card.locator(".videogen-opened")
    expect(opened.locator("video")).to_have_count(4, timeout=SLOW)
    expect(opened.get_by_role("button", name="Pause", exact=True)).to_be_visible(timeout=SLOW)
    lab.page.keyboard.press("Escape")
    expect(tile(lab, 1, 0)).to_be_focused()
    lab.page.keyboard.press("Enter")
    expect(lab.card.get_by_role("dialog").locator("video")).to_be_visible(timeout=SLOW)
    lab.page.keyboard.press("Escape")
    expect(lab.card.get_by_role("dialog")).to_have_count(0)
    expect(tile(lab, 1, 0)).to_be_focused()

    lab.page.keyboard.press("/")
    lab.page.keyboard.type("snow")
    expect(lab.card.get_by_role("grid")).to_have_attribute("aria-rowcount", "6", timeout=SLOW)
    expect(tile(lab, 0, 0)).to_have_accessible_name(re.compile("rated 4 of 5"))


def test_takes_are_one_contact_sheet(lab: Lab) -> None:
    """Six takes of one prompt, as one output of fixed height."""
    lab.run(3)
    expect(lab.card.locator(".videogen-tally")).to_contain_text("6 of 6 ready", timeout=SLOW)
    grid = lab.card.get_by_role("grid", name="Takes of Waves at sunset")
    expect(grid.get_by_role("gridcell")).to_have_count(6)
    expect(tile(lab, 0, 5)).to_have_accessible_name(re.compile(r"^Take 6, seed \d+, ready, not rated$"), timeout=SLOW)
    lab.card.get_by_role("button", name="Play all").click()
    expect(lab.card.locator("video[loop]")).to_have_count(6, timeout=SLOW)


def test_two_thousand_clips_scroll(lab: Lab, server: Server) -> None:
    """Of 2,004 cells only those in view are in the page, each with its picture."""
    plan = PLAN.format(rows=334, models=["local/ink", "local/grain", "local/scenes"], seeds=[1, 2], name="many")
    lab.close()
    server.notebook("grid.ipynb", LOAD, plan, "seen")
    lab.page = lab.page.context.browser.new_page(viewport={"width": 1400, "height": 1000})  # type: ignore[union-attr]
    lab.open()
    lab.run(0)
    lab.run(1)
    fill_grid(server.home, server.root, str(server.root), "many", ready=1900)
    lab.run(2)
    tiles = lab.card.locator(".videogen-tile")
    expect(tiles.first.locator("img")).to_be_visible(timeout=SLOW)
    lab.card.locator(".videogen-scroll").evaluate(LEAP)
    expect(lab.card.locator('[aria-rowindex="170"] .videogen-tile img').first).to_be_visible(timeout=SLOW)
    assert tiles.count() < 90
    tiles.nth(20).focus()
    lab.page.keyboard.press("Control+Home")
    expect(tile(lab, 0, 0)).to_be_focused()
    lab.page.keyboard.press("Control+End")
    expect(tile(lab, 333, 5)).to_be_focused()
    expect(tile(lab, 333, 5)).to_have_accessible_name(re.compile("^334, local/scenes, seed 2, waiting"), timeout=SLOW)
