"""The site of notebooks that `make lite` builds: clips play before any kernel, Python in the tab makes more, and nobody else is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import lite_sites
from support.jupyterlab_page import BRIGHTNESS, OUTPUTS, READY, RUN, SAVE, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

APPS = ("notebooks", "lab")
START = 120_000
"""Milliseconds that the kernel may take on a machine with other work."""
PLAYS = """(selector) => {
  const film = [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility()).at(-1);
  if (!film) return false;
  film.muted = true;
  if (film.paused) film.play().catch(() => {});
  return film.getVideoPlaybackQuality().totalVideoFrames > 0 && film.currentTime > 0 && film.videoWidth;
}"""
"""Looks at the film that is there now: a card may give its place to a record between two looks."""
SAVED = "async () => JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.toJSON())"
CARD_CLIP = ".videogen-result video"
RECORD_CLIP = ".videogen-record video"

pytestmark = lite_sites.needed


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with lite_sites.serve_site(tmp_path_factory.mktemp("lite")) as address:
        yield address


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A visitor, who may ask nobody but the site."""
    context = browser.new_context()
    context.set_default_timeout(START)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    yield context
    context.close()
    assert [one for one in asked if not one.startswith((address, "blob:", "data:"))] == []
    assert any("jupyter-videogen" in one for one in asked)


def visit(context: BrowserContext, address: str, name: str, app: str = "notebooks", *, kernel: bool = True) -> Page:
    page = context.new_page()
    page.goto(f"{address}/{app}/index.html?path={name}.ipynb")
    page.wait_for_function("() => Boolean(window.jupyterapp?.shell)")
    page.evaluate(READY, kernel)
    return page


def played(page: Page, selector: str) -> int:
    """Play the last film that is asked for, and return how wide it is."""
    return int(page.wait_for_function(PLAYS, arg=selector).json_value())


@pytest.mark.parametrize("app", APPS)
def test_a_saved_clip_plays_without_a_kernel(context: BrowserContext, address: str, app: str) -> None:
    """It plays while the kernel begins: no question lies over it, and every request goes to the site itself."""
    page = visit(context, address, "01-first-clip", app, kernel=False)
    assert played(page, "video") == 640
    assert page.locator(".jp-Dialog").count() == 0


def test_python_in_the_tab_makes_clips_that_stay(context: BrowserContext, address: str) -> None:
    """A typed prompt becomes a card, and a clip that moves; the form works too; saved, the clip plays from its file, with no kernel."""
    page = visit(context, address, "tab")
    for cell in (0, 1):
        page.evaluate(RUN, [cell, True])
    film = page.locator(CARD_CLIP)
    assert played(page, CARD_CLIP) == 640
    first = film.evaluate(BRIGHTNESS)
    film.evaluate("video => new Promise((done) => { video.onseeked = done; video.currentTime = 0.9; })")
    assert film.evaluate(BRIGHTNESS) != first
    page.evaluate(RUN, [2, True])
    _make_by_form(page)
    page.evaluate(SAVE)
    assert "data:video" not in page.evaluate(SAVED)
    page.close()
    page = visit(context, address, "tab", kernel=False)
    assert played(page, RECORD_CLIP) == 640


def _make_by_form(page: Page) -> None:
    """Type and press Generate: what Python leaves open arrives as nothing, not as a word."""
    form = page.locator("section.videogen").last
    form.get_by_role("textbox", name="Prompt").fill("northern lights over a lake")
    assert form.get_by_text("Kept, but").count() == 0
    form.get_by_role("button", name="Generate").click()
    assert played(page, f'{CARD_CLIP}[aria-label^="northern lights"]') == 320


def test_what_a_closed_tab_was_making_is_made_at_the_next_visit(context: BrowserContext, address: str) -> None:
    """The job is told of and shown; it begins again, under the same id."""
    page = visit(context, address, "long")
    for cell in (0, 1):
        page.evaluate(RUN, [cell, True])
    card = page.locator("section.videogen")
    card.get_by_role("progressbar").wait_for()
    page.wait_for_function("() => Number(document.querySelector('.videogen [role=progressbar]').ariaValueNow) > 1")
    assert percent(card) < 100
    page.close()
    page = visit(context, address, "long")
    page.evaluate(RUN, [0, True])
    assert "1 video is still being made" in str(page.evaluate(OUTPUTS, 0))
    page.evaluate(RUN, [2, True])
    assert played(page, f"{CARD_CLIP}, {RECORD_CLIP}") == 640
