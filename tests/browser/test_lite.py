"""The site of notebooks that `make lite` builds: clips play before any kernel, Python in the tab makes more, and nobody else is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import lite_sites
from support.jupyterlab_page import BRIGHTNESS, OUTPUTS, READY, RUN, SAVE, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

APPS = ("notebooks", "lab")
START = 120_000
"""Milliseconds that the kernel may take on a machine with other work."""
PLAYS = "video => video.play().then(() => new Promise((done) => video.requestVideoFrameCallback(() => done(video.videoWidth))))"
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


def played(video: Locator) -> int:
    """Play a film, and return how wide it is."""
    video.wait_for()
    video.evaluate("video => { video.muted = true; }")
    return int(video.evaluate(PLAYS))


@pytest.mark.parametrize("app", APPS)
def test_a_saved_clip_plays_without_a_kernel(context: BrowserContext, address: str, app: str) -> None:
    """It plays while the kernel begins: no question lies over it, and every request goes to the site itself."""
    page = visit(context, address, "01-first-clip", app, kernel=False)
    assert played(page.locator("video")) == 640
    assert page.locator(".jp-Dialog").count() == 0


def test_python_in_the_tab_makes_clips_that_stay(context: BrowserContext, address: str) -> None:
    """A typed prompt becomes a card, and a clip that moves; the form works too; saved, the clip plays from its file, with no kernel."""
    page = visit(context, address, "tab")
    for cell in (0, 1):
        page.evaluate(RUN, [cell, True])
    film = page.locator(CARD_CLIP)
    assert played(film) == 640
    first = film.evaluate(BRIGHTNESS)
    film.evaluate("video => new Promise((done) => { video.onseeked = done; video.currentTime = 0.9; })")
    assert film.evaluate(BRIGHTNESS) != first
    page.evaluate(RUN, [2, True])
    _make_by_form(page.locator("section.videogen").last)
    page.evaluate(SAVE)
    assert "data:video" not in page.evaluate(SAVED)
    page.close()
    page = visit(context, address, "tab", kernel=False)
    assert played(page.locator(RECORD_CLIP).first) == 640


def _make_by_form(form: Locator) -> None:
    """Type and press Generate: what Python leaves open arrives as nothing, not as a word."""
    form.get_by_role("textbox", name="Prompt").fill("northern lights over a lake")
    assert form.get_by_text("Kept, but").count() == 0
    form.get_by_role("button", name="Generate").click()
    assert played(form.locator(CARD_CLIP)) == 320


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
    assert played(page.locator(CARD_CLIP)) == 640
