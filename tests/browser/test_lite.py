"""The site of notebooks that `make lite` builds: clips play before any kernel, Python in the tab makes more, and nobody else is asked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import lite
from support.static_site import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
APPS = ("notebooks", "lab")
TAB = ("%load_ext jupyter_videogen", "%%videogen -d 1\na paper boat at sunset")
"""The cells of a notebook that Python in the tab runs."""
START = 300_000
"""Milliseconds that the kernel may take on a machine with other work."""
PLAYS = "video => video.play().then(() => new Promise((done) => video.requestVideoFrameCallback(() => done(video.videoWidth))))"

pytestmark = pytest.mark.skipif(
    not (lite.PLACE / ".ready").exists(),
    reason="JupyterLite is no part of `make setup`: `make lite` installs it",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("lite")
    lesson = folder / "lesson"
    (lesson / "videogen").mkdir(parents=True)
    shutil.copy(ROOT / "notebooks" / "01-first-clip.ipynb", lesson)
    shutil.copytree(ROOT / "notebooks" / "videogen", lesson / "videogen", dirs_exist_ok=True)
    (lesson / "tab.ipynb").write_text(json.dumps(_notebook(*TAB)), "utf-8")
    lite.build(lesson, folder / "site")
    with serve(folder / "site") as address:
        yield address


@pytest.mark.parametrize("app", APPS)
def test_a_saved_clip_plays_without_a_kernel(browser: Browser, address: str, app: str) -> None:
    """It plays while the kernel begins: no question lies over it, and every request goes to the site itself."""
    context = browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(f"{address}/{app}/index.html?path=01-first-clip.ipynb")
    video = page.locator("video")
    video.wait_for(timeout=60_000)
    video.evaluate("video => { video.muted = true; }")
    assert video.evaluate(PLAYS) == 640
    assert page.locator(".jp-Dialog").count() == 0
    assert [one for one in asked if not one.startswith((address, "blob:", "data:"))] == []
    assert any("jupyter-videogen" in one for one in asked)
    context.close()


@pytest.mark.skipif(
    not (ROOT / "src" / "jupyter_videogen" / "static" / "engine.js").exists(),
    reason="the browser engine is not built: `npm --prefix js run build` does that",
)
def test_python_in_the_tab_makes_a_clip_that_stays(browser: Browser, address: str) -> None:
    """A typed prompt becomes a clip on the site's drive; after a reload it plays."""
    context = browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(f"{address}/notebooks/index.html?path=tab.ipynb")
    _run_cells(page, 2)
    video = page.locator("video").first
    video.wait_for(timeout=START)
    video.evaluate("video => { video.muted = true; }")
    assert video.evaluate(PLAYS) == 640
    page.keyboard.press("Control+s")
    page.locator("[title*='Unsaved'], .jp-mod-dirty").first.wait_for(state="detached")
    page.reload()
    video = page.locator("video").first
    video.wait_for(timeout=60_000)
    video.evaluate("video => { video.muted = true; }")
    assert video.evaluate(PLAYS) == 640
    assert [one for one in asked if not one.startswith((address, "blob:", "data:"))] == []
    context.close()


def _run_cells(page: Page, number: int) -> None:
    for cell in range(number):
        page.locator(".jp-CodeCell .cm-content").nth(cell).click()
        page.keyboard.press("Shift+Enter")


def _notebook(*cells: str) -> dict[str, object]:
    """Return a notebook for Python in the tab."""
    code = [
        {
            "cell_type": "code",
            "id": f"cell{number}",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(cells)
    ]
    kernel = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": code}
