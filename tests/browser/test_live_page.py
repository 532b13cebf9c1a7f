"""The live page in Chromium: a whole visit, from a disk and from a server, with nothing asked of anybody else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import live
from support.static_site import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page

ROOT = Path(__file__).parents[2]
AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
KINDS = ("form", "grid", "compare", "vote")
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>Live</title></head>
<body data-theme="{theme}"><main><h1>Live</h1>{places}</main><script src="live/live.js"></script></body></html>"""
PLACE = '<h2>{0}</h2><div data-videogen-live="{0}" style="min-height: 500px"></div>'
IS_PLAYING = "node => [...node.shadowRoot?.querySelectorAll('video') ?? []].some((video) => video.currentTime > 0)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    live.build(folder / "live")
    for theme in ("light", "dark"):
        places = "".join(map(PLACE.format, KINDS))
        (folder / f"{theme}.html").write_text(PAGE.format(theme=theme, places=places), "utf-8")
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with serve(site) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page at which nothing goes wrong, and which notes what it asks for."""
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    yield page
    page.close()
    assert trouble == []


def place(page: Page, kind: str) -> Locator:
    found = page.locator(f"[data-videogen-live={kind}]")
    found.scroll_into_view_if_needed()
    return found


def wait_for_play(found: Locator) -> None:
    handle = found.element_handle()
    assert handle
    found.page.wait_for_function(IS_PLAYING, arg=handle)


def visit_form(page: Page) -> None:
    """The clip that is there, one of one's own words, one that is refused."""
    form = place(page, "form")
    wait_for_play(form)
    form.get_by_role("textbox", name="Prompt").fill("Waves at sunset")
    page.keyboard.press("Control+Enter")
    form.get_by_role("progressbar").first.wait_for()
    form.locator("video[aria-label='Waves at sunset']").wait_for()
    wait_for_play(form)
    form.get_by_role("combobox", name="Model").click()
    form.get_by_role("option", name="Test: the prompt is refused").click()
    form.get_by_role("button", name="Generate").click()
    form.get_by_text("Content policy violation in prompt.").first.wait_for()
    form.get_by_text("Nothing was charged.").first.wait_for()


def visit_grid(page: Page) -> None:
    """All cells but one end well; that one does at its second try."""
    grid = place(page, "grid")
    grid.get_by_role("button", name="Retry failed").click(timeout=60_000)
    grid.get_by_text("9 of 9 ready").wait_for(timeout=60_000)


def visit_vote(page: Page) -> None:
    vote = place(page, "vote")
    for count, choice in enumerate(("Left is better", "Tie", "Right is better"), start=1):
        vote.locator("[aria-disabled=false]").filter(has_text=choice).click()
        vote.get_by_text(f"{count} of 3").wait_for()
    vote.get_by_role("button", name="Finish").first.click()
    vote.get_by_text("local/ink").first.wait_for()


@pytest.mark.parametrize("where", ["disk", "server"])
def test_a_whole_visit_asks_nobody_else(page: Page, site: Path, address: str, where: str) -> None:
    """Type, watch, see it fail, many clips, side by side, vote: from `file:` as from a host."""
    root = site.as_uri() if where == "disk" else address
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{root}/light.html")
    visit_form(page)
    visit_grid(page)
    wait_for_play(place(page, "compare"))
    visit_vote(page)
    assert [one for one in asked if not one.startswith((root, "blob:", "data:"))] == []
    assert any("clip-sea.js" in one for one in asked)


@pytest.mark.parametrize(("theme", "width"), [("light", 1100), ("dark", 1100), ("light", 420), ("dark", 420)])
def test_it_is_for_everybody(page: Page, address: str, theme: str, width: int) -> None:
    """No finding of axe in any place, in both themes, wide and narrow; the theme is the document's; nothing is cut off."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}/{theme}.html")
    for kind in KINDS:
        place(page, kind).locator(".videogen").wait_for()
    assert place(page, "form").locator(".videogen").get_attribute("data-theme") == theme
    wait_for_play(place(page, "form"))
    page.add_script_tag(path=AXE)
    found = page.evaluate(
        "axe.run({exclude: [['video']]}).then(({violations}) => violations.map(({id, nodes}) => [id, nodes[0].html]))"
    )
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
