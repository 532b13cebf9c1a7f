"""A page that a grid was exported to, opened from the disk: it plays, filters and compares, and asks no network for anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect

import jupyter_videogen as vg
from support.jupyterlab_page import SLOW
from support.widget_gallery import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
PLAYS = "(video) => video.readyState > 2 && !video.paused && video.currentTime > 0"
IN_STEP = """() => {
  const videos = [...document.querySelectorAll(".videogen-compare video")];
  return videos.length === 4 && videos.every((one) => one.readyState > 2 && !one.paused && one.muted);
}"""
FAULTS = """async () => {
  const { violations } = await axe.run(document);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}"""


@pytest.fixture
def exported() -> Path:
    """Two prompts, two models, two seeds; one is rated, and one file is gone."""
    prompts = ["Waves at sunset </script><b>bold</b>", "A campfire by night"]
    models = ["local/ink", "local/grain"]
    grid = vg.grid(prompts, models=models, seeds=[1, 2], name="study", duration=1, size="320x192")
    clips = grid.result("2m")
    grid.rate(clips[0].job_id, 5)
    Path(clips[-1].path).unlink()
    with pytest.warns(UserWarning, match="1 clip is not where stored"):
        return grid.export("study.html").absolute()


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, exported: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page in a browser that tells of every request, and of everything that its policy stops."""
    context = browser.new_context(color_scheme=request.param, viewport={"width": 1100, "height": 900})
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asking: asked.append(asking.url))
    page.goto(exported.as_uri())
    yield page
    folder = exported.parent.as_uri()
    assert said == []
    assert [url for url in asked if not url.startswith((f"{folder}/study", "data:"))] == []
    context.close()


def test_a_page_from_the_disk_plays_filters_and_compares(page: Page) -> None:
    """By pointer and by keys, in both themes, without a server."""
    tiles = page.locator("button.videogen-tile")
    expect(tiles).to_have_count(7)
    gone = page.locator(".videogen-tile", has_text="Moved or deleted")
    expect(gone).to_have_count(1)
    expect(page.locator("table b", has_text="bold")).to_have_count(0)
    tiles.first.hover()
    video = tiles.first.locator("video")
    expect(video).to_be_attached()
    page.wait_for_function(PLAYS, arg=video.element_handle(), timeout=SLOW)
    page.mouse.move(0, 0)
    expect(video).to_have_count(0)

    page.keyboard.press("/")
    page.keyboard.type("CAMP night")
    expect(tiles).to_have_count(3)
    expect(page.get_by_role("status")).to_have_text("3 of 7 clips")
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Model").select_option(label="local/grain")
    expect(tiles).to_have_count(3)
    page.get_by_label("State").select_option("gone")
    expect(tiles).to_have_count(0)
    expect(gone).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Rating").select_option("5")
    expect(tiles).to_have_count(1)
    page.get_by_label("Rating").select_option("unrated")
    expect(tiles).to_have_count(6)
    page.get_by_role("button", name="Clear").click()

    head = page.locator(".videogen-study-head").first
    head.click()
    page.wait_for_function(IN_STEP, timeout=SLOW)
    page.get_by_role("button", name="Sound from B").click()
    assert page.evaluate("[...document.querySelectorAll('.videogen-compare video')].map((one) => one.muted)") == [
        True,
        False,
        True,
        True,
    ]
    page.keyboard.press("Escape")
    expect(page.locator(".videogen-compare")).to_have_count(0)
    expect(head).to_be_focused()

    tiles.nth(1).focus()
    page.keyboard.press("Enter")
    large = page.get_by_role("dialog")
    expect(large).to_contain_text("Waves at sunset </script><b>bold</b>")
    page.wait_for_function(PLAYS, arg=large.locator("video").element_handle(), timeout=SLOW)
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)
    expect(tiles.nth(1)).to_be_focused()


def test_two_clips_of_a_row_are_wiped(page: Page) -> None:
    """After a filter by model, the row has two: one over the other, with an edge that moves."""
    page.get_by_label("Model").select_option(label="local/ink")
    page.locator(".videogen-study-head").first.click()
    page.get_by_role("button", name="Wipe").click()
    edge = page.get_by_role("slider", name="Where A ends and B begins")
    edge.fill("20")
    shown = page.locator(".videogen-clip + .videogen-clip .videogen-video-frame")
    expect(shown).to_have_css("clip-path", "inset(0px 0px 0px 20%)")


def test_without_a_script_the_page_is_a_table_that_plays(browser: Browser, exported: Path) -> None:
    """Every clip has the browser's own controls; nothing is loaded before it is wanted."""
    context = browser.new_context(java_script_enabled=False)
    page, asked = context.new_page(), []
    page.on("request", lambda asking: asked.append(asking.url))
    page.goto(exported.as_uri())
    expect(page.locator("td video[controls]")).to_have_count(7)
    expect(page.get_by_role("cell", name="Moved or deleted")).to_be_visible()
    assert not [url for url in asked if url.endswith(".mp4")]
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_accessible(browser: Browser, exported: Path, theme: str) -> None:
    """No rule of axe is broken, also with a row open; its script needs a browser that sets the policy aside."""
    context = browser.new_context(color_scheme=theme, bypass_csp=True)
    page = context.new_page()
    page.goto(exported.as_uri())
    page.locator(".videogen-study-head").first.click()
    page.add_script_tag(path=AXE)
    assert page.evaluate(FAULTS) == []
    context.close()
