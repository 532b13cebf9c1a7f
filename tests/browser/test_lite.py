"""The site of notebooks that `make lite` builds: clips play before any kernel, and nobody else is asked for anything."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import lite
from support.static_site import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
APPS = ("notebooks", "lab")
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
    lite.build(lesson, folder / "site")
    with serve(folder / "site") as address:
        yield address


@pytest.mark.parametrize("app", APPS)
def test_a_saved_clip_plays_without_a_kernel(browser: Browser, address: str, app: str) -> None:
    """No question about kernels lies over it, and every request goes to the site itself."""
    context = browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(f"{address}/{app}/index.html?path=01-first-clip.ipynb")
    video = page.locator("video")
    video.wait_for(timeout=60_000)
    video.evaluate("video => { video.muted = true; }")
    assert video.evaluate(PLAYS) == 640
    page.locator("[title*='No Kernel'], :text('No Kernel')").first.wait_for()
    assert page.locator(".jp-Dialog").count() == 0
    assert [one for one in asked if not one.startswith((address, "blob:", "data:"))] == []
    assert any("jupyter-videogen" in one for one in asked)
    context.close()
