"""The library in JupyterLab: its module comes from the kernel, thousands of clips scroll, and another notebook's are told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect

from jupyter_videogen.ledger.ledger import Ledger
from support.full_library import draw_still, fill, fill_home, make_record
from support.jupyterlab_page import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway

LOAD = "%load_ext jupyter_videogen"
JOBS = 3000
SLOW = 60_000
"""Milliseconds for anything to come; only ever reached by a failure."""
NATURAL = "(picture) => picture.complete && picture.naturalWidth"
LEAP = "(sheet) => { sheet.scrollTop = sheet.scrollHeight / 2; }"


@pytest.fixture
def lab(browser: Browser, server: Server, gateway: Gateway) -> Iterator[Lab]:
    """A notebook with a form, in a project of many clips."""
    fill_home(server.home, server.root, JOBS, draw_still())
    server.notebook("library.ipynb", LOAD, "%videogen")
    lab = Lab(browser, server, "library.ipynb")
    lab.run(0)
    lab.run(1)
    yield lab
    assert not lab.errors
    lab.close()
    Ledger.forget()


def test_thousands_of_clips(lab: Lab, server: Server) -> None:
    """Scroll to the middle, search, take a prompt over; a clip of another notebook waits for a click."""
    library = lab.card.locator(".videogen-history")
    tiles = library.locator("button.videogen-tile")
    total = library.locator(".videogen-total")
    expect(total).to_have_text("2,700 clips · $1,350.00", timeout=SLOW)
    expect(tiles.first).to_have_attribute("data-job", f"{JOBS - 2:08d}")
    lab.page.wait_for_function(NATURAL, arg=tiles.first.locator("img").element_handle())

    library.locator(".videogen-sheet").evaluate(LEAP)
    middle = library.locator('[aria-posinset="1351"] button[data-job]')
    expect(middle).to_be_attached(timeout=SLOW)
    assert tiles.count() < 40
    middle.focus()
    lab.page.keyboard.press("Home")
    expect(tiles.first).to_be_focused()

    lab.page.keyboard.press("/")
    lab.page.keyboard.type("écran de fumée, take 2999")
    expect(library.locator(".videogen-none-found")).to_contain_text("Nothing matches", timeout=SLOW)  # it has failed
    library.get_by_role("button", name="Failed 1").click()
    expect(total).to_have_text("1 clip", timeout=SLOW)
    tiles.first.click()
    detail = lab.card.get_by_role("group", name="Selected clip")
    expect(detail).to_contain_text("AIHubMix had a problem.", timeout=SLOW)
    detail.get_by_role("button", name="Use this prompt").click()
    prompt = lab.card.get_by_role("textbox", name="Prompt", exact=True)
    expect(prompt).to_have_value("Écran de fumée, take 2999")
    expect(prompt).to_be_focused()

    library.get_by_role("button", name="Clear filters").first.click()
    expect(total).to_have_text("2,700 clips · $1,350.00", timeout=SLOW)
    fill(Ledger.at(server.home / "ledger.sqlite3"), [make_record(JOBS + 1, server.root, state="running")])
    news = library.get_by_role("button", name="1 new")
    expect(news).to_be_visible(timeout=SLOW)
    expect(tiles.first).to_have_attribute("data-job", f"{JOBS - 2:08d}")  # where the pointer is, nothing moves
    news.click()
    expect(tiles.first).to_have_attribute("data-job", f"{JOBS + 1:08d}", timeout=SLOW)
    expect(tiles.first).to_be_focused()
    expect(tiles.first).to_have_accessible_name(
        re.compile("^Northern lights over a lake, take 3001, 62.%, kling-o3, 4.s, ")
    )
