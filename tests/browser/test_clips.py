"""From a finished file to moving pictures: below a hub's address, from outside the server's folder, when it is wanted."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect

from support.finished_jobs import noise, put
from support.jupyter_servers import Server
from support.jupyterlab_page import Lab, plays

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator


LOAD = "%load_ext jupyter_videogen"
FLOOD = """\
import threading, time
flooding = threading.Event()
def flood():
    while not flooding.is_set():
        print("\\r" + "x" * 1000, end="")
        time.sleep(0.0003)
threading.Thread(target=flood, daemon=True).start()"""
"""About 2 MB a second, twice of what a server passes on; each line takes the place of the one before, as a bar's does."""
SHA256 = """async (video) => {
  const bytes = await (await fetch(video.currentSrc)).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}"""
DROPPED = """() => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  window.dropped = new Promise((done) => kernel.iopubMessage.connect((_, message) => {
    if (message.content.text?.includes("IOPub data rate exceeded")) done(true);
  }));
}"""
LAST_SECOND = """(video) => new Promise((done, failed) => {
  video.addEventListener("seeked", () => done(video.currentTime), { once: true });
  video.addEventListener("error", failed, { once: true });
  video.currentTime = video.duration - 0.5;
})"""
SLOW = 90_000
"""Milliseconds for anything to come; only ever reached by a failure."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as a hub runs one: below a user's address, with notebooks in folders, and without routes for clips."""
    folder = tmp_path_factory.mktemp("hub")
    (folder / "notebooks").mkdir()
    server = Server(folder / "notebooks", folder / "home", base_url="/user/me/", serves=False)
    server.home.mkdir(exist_ok=True)
    yield server
    server.close()


def opened(browser: Browser, hub: Server, path: Path, *, then: str = "") -> Lab:
    """Open a notebook in a folder whose second cell shows a job of this clip; `then` is the third. Only the first is run."""
    job = put(hub.home, path, path.stem)
    name = f"a folder/{job}.ipynb"
    hub.notebook(name, LOAD, f"%videogen show {job}", then)
    lab = Lab(browser, hub, name)
    lab.run(0)
    return lab


def shown(browser: Browser, hub: Server, path: Path, *, then: str = "") -> Lab:
    """Open it, and show the clip."""
    lab = opened(browser, hub, path, then=then)
    lab.run(1)
    return lab


def ends(video: Locator) -> None:
    """Go to the last second of a clip, and see that it is there."""
    assert video.evaluate(LAST_SECOND) == pytest.approx(video.evaluate("(video) => video.duration") - 0.5, abs=0.1)


def test_a_clip_beside_its_notebook_plays_from_the_server(browser: Browser, hub: Server) -> None:
    """Below `/user/me/`, in a folder with a space: the address is the server's, and its end is reached by Range."""
    (hub.root / "a folder" / "videogen").mkdir(parents=True, exist_ok=True)
    lab = shown(browser, hub, noise(hub.root / "a folder" / "videogen" / "near & far#1.mp4", 12))
    video = lab.card.locator(".videogen-result video")
    plays(video)
    address = video.evaluate("(video) => video.currentSrc")
    assert "/user/me/files/a%20folder/videogen/near%20%26%20far%231.mp4" in address
    ends(video)
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


def test_a_large_clip_beside_its_notebook_is_not_brought_whole(browser: Browser, hub: Server) -> None:
    """150 MB by address: it plays, and its last second is there, by Range and not by waiting for all of it."""
    folder = hub.root / "a folder" / "videogen"
    folder.mkdir(parents=True, exist_ok=True)
    lab = shown(browser, hub, noise(folder / "large.mp4", 150))
    video = lab.card.locator(".videogen-result video")
    plays(video)
    ends(video)
    assert "/user/me/files/a%20folder/videogen/large.mp4" in video.evaluate("(video) => video.currentSrc")
    lab.close()


def test_a_large_clip_comes_when_it_is_wanted(browser: Browser, hub: Server, tmp_path: Path) -> None:
    """150 MB do not come by themselves; asked for, they come whole, play, and end where they should."""
    path = noise(tmp_path / "large.mp4", 150)
    lab = shown(browser, hub, path)
    lab.card.get_by_role("button", name="Load").click()
    assert whole(lab) == path.stat().st_size
    video = lab.card.locator(".videogen-result video")
    plays(video)
    ends(video)
    lab.close()


def test_a_flood_of_output_loses_no_byte(browser: Browser, hub: Server, tmp_path: Path) -> None:
    """The server drops what a thread prints, and pieces with it, and tells nobody: what arrives is the very file."""
    path = noise(tmp_path / "flooded.mp4", 70)
    lab = shown(browser, hub, path, then=FLOOD)
    lab.page.evaluate(DROPPED)
    lab.run(2)
    assert lab.page.evaluate("window.dropped")
    lab.card.get_by_role("button", name="Load").click()
    video = lab.card.locator(".videogen-result video")
    expect(video).to_be_visible(timeout=SLOW)
    with path.open("rb") as file:
        assert video.evaluate(SHA256) == hashlib.file_digest(file, "sha256").hexdigest()
    ends(video)
    lab.close()


def test_a_server_without_range_is_passed_over(browser: Browser, hub: Server) -> None:
    """A contents manager that only gives whole files: the clip comes in pieces, so that its last second can be reached."""
    folder = hub.root / "a folder" / "videogen"
    folder.mkdir(parents=True, exist_ok=True)
    path = noise(folder / "remote.mp4", 6)
    lab = opened(browser, hub, path)
    lab.page.route("**/files/**", lambda route: route.fulfill(status=200, path=path))
    lab.run(1)
    assert whole(lab) == path.stat().st_size
    ends(lab.card.locator(".videogen-result video"))
    lab.close()


def test_a_deleted_clip_is_told_and_comes_back(browser: Browser, hub: Server, tmp_path: Path) -> None:
    """The page says that it can't be played and where it was; put back, it plays at the next try."""
    path = noise(tmp_path / "deleted.mp4", 6)
    lab = opened(browser, hub, path)
    kept = path.rename(tmp_path / "kept.mp4")
    lab.run(1)
    expect(lab.card).to_contain_text("The clip can't be played from here", timeout=SLOW)
    expect(lab.card).to_contain_text(path.name)
    kept.rename(path)
    lab.card.get_by_role("button", name="Find it").click()
    plays(lab.card.locator(".videogen-result video"))
    lab.close()


SHOWN = "(video) => [...(video.textTracks[0]?.activeCues ?? [])].map((cue) => cue.text)"
HELD = "(video) => { video.pause(); video.currentTime = 0.5; }"


def test_captions_are_shown_by_card_record_and_page(browser: Browser, hub: Server, tmp_path: Path) -> None:
    """Written beside a clip, they are in the card that shows it, in its saved record, and in an exported page; a key hides them."""
    path = noise(tmp_path / "spoken.mp4", 2)
    path.with_suffix(".vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nWind &amp; &lt;i&gt;waves&lt;/i&gt;\n")
    page = tmp_path / "page.html"
    lab = shown(browser, hub, path, then=f"import jupyter_videogen as vg\nvg.jobs()[0].result().export({str(page)!r})")
    video = lab.card.locator(".videogen-result video")
    video.wait_for(state="attached", timeout=SLOW)
    video.evaluate(HELD)
    lab.page.wait_for_function(f"(video) => ({SHOWN})(video).length", arg=video.element_handle(), timeout=SLOW)
    assert video.evaluate(SHOWN) == ["Wind &amp; &lt;i&gt;waves&lt;/i&gt;"]
    toggle = lab.card.get_by_role("button", name="Captions")
    toggle.press("Enter")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    assert video.evaluate("(video) => video.textTracks[0].mode") == "hidden"
    assert 'src=\\"data:text/vtt;base64,' in json.dumps(lab.outputs(1))
    lab.run(2)
    lab.page.goto(page.as_uri())
    lab.page.locator("video").evaluate(HELD)
    lab.page.wait_for_function(f"() => ({SHOWN})(document.querySelector('video')).length", timeout=SLOW)
    lab.close()
