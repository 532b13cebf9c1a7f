"""From a finished file to moving pictures: below a hub's address, from outside the server's folder, when it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lab import Lab, plays
from playwright.sync_api import Browser, expect
from server import Server
from shelf import noise, put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOAD = "%load_ext jupyter_videogen"
LAST_SECOND = """(video) => new Promise((done, failed) => {
  video.addEventListener("seeked", () => done(video.currentTime), { once: true });
  video.addEventListener("error", failed, { once: true });
  video.currentTime = video.duration - 0.5;
})"""
SLOW = 90_000
"""Milliseconds for anything to come; only ever reached by a failure."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as a hub runs one: below a user's address, with notebooks in folders."""
    folder = tmp_path_factory.mktemp("hub")
    (folder / "notebooks").mkdir()
    server = Server(folder / "notebooks", folder / "home", base_url="/user/me/")
    server.home.mkdir(exist_ok=True)
    yield server
    server.close()


def shown(browser: Browser, hub: Server, path: Path, *cells: str) -> Lab:
    """Open a notebook in a folder that shows a job of this clip."""
    job = put(hub.home, path, path.stem)
    name = "a folder/clips.ipynb"
    hub.notebook(name, LOAD, *cells, f"%videogen show {job}")
    lab = Lab(browser, hub, name)
    for index in range(len(cells) + 2):
        lab.run(index)
    return lab


def test_a_clip_beside_its_notebook_plays_from_the_server(browser: Browser, hub: Server) -> None:
    """Below `/user/me/`, in a folder with a space: the address is the server's, and its end is reached by Range."""
    (hub.root / "a folder" / "videogen").mkdir(parents=True, exist_ok=True)
    lab = shown(browser, hub, noise(hub.root / "a folder" / "videogen" / "near & far#1.mp4", 12))
    video = lab.card.locator(".videogen-result video")
    plays(video)
    address = video.evaluate("(video) => video.currentSrc")
    assert "/user/me/files/a%20folder/videogen/near%20%26%20far%231.mp4" in address
    assert video.evaluate(LAST_SECOND) == pytest.approx(video.evaluate("(video) => video.duration") - 0.5, abs=0.1)
    lab.close()


def whole(lab: Lab) -> int:
    """Wait for the player, and give the bytes it was given."""
    video = lab.card.locator(".videogen-result video")
    expect(video).to_be_visible(timeout=SLOW)
    assert video.evaluate("(video) => video.currentSrc").startswith("blob:")
    return int(video.evaluate("async (video) => (await (await fetch(video.currentSrc)).blob()).size"))


def test_a_clip_from_elsewhere_comes_from_the_kernel(browser: Browser, hub: Server, tmp_path: Path) -> None:
    """A file outside the server's folder comes in pieces, all of them, and plays."""
    path = noise(tmp_path / "elsewhere.mp4", 12)
    lab = shown(browser, hub, path)
    assert whole(lab) == path.stat().st_size
    plays(lab.card.locator(".videogen-result video"))
    lab.close()


def test_a_large_clip_comes_when_it_is_wanted(browser: Browser, hub: Server, tmp_path: Path) -> None:
    """70 MB do not come by themselves; asked for, they come whole."""
    path = noise(tmp_path / "large.mp4", 70)
    lab = shown(browser, hub, path)
    lab.card.get_by_role("button", name="Load").click()
    assert whole(lab) == path.stat().st_size
    lab.close()
