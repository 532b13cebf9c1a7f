"""The moment when a clip is ready: nothing moves, it plays by itself without sound, and says what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from support.jupyterlab_page import SLOW, Lab, ask, moved_on, plays
from support.widget_gallery import Gallery, small_clip

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway

WATCH = """() => {
  window.shifts = [];
  window.shiftWatch?.disconnect();
  const element = (node) => node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement;
  const tell = ({ node, previousRect, currentRect }) => ({
    inside: Boolean(element(node)?.closest(".videogen-now")),
    moved: `${element(node)?.className}: ${JSON.stringify(previousRect)} to ${JSON.stringify(currentRect)}`,
  });
  window.shiftWatch = new PerformanceObserver((list) => {
    for (const { sources } of list.getEntries()) window.shifts.push(...sources.map(tell));
  });
  window.shiftWatch.observe({ type: "layout-shift", buffered: false });
}"""
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"
BOXES = """() => Object.fromEntries([".videogen", ".videogen-video-frame", ".videogen-state", ".videogen-footer"].map((part) => {
  const { x, y, width, height } = document.querySelector(part).getBoundingClientRect();
  return [part, [x, y, width, height]];
}))"""
CLIP = {"src": "videogen/a-train-k3q7x2ma.mp4", "bytes": 3_800_000, "seconds": 8, "poster": True}
START = 1_700_000_000
TWO_COLUMNS = 720
"""The width of a widget, in pixels, from which on the words stand beside the picture."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_clip(tmp_path_factory.mktemp("after"))


def life(size: str) -> list[dict[str, Any]]:
    """Return what the kernel says of a job from its start to its end."""
    width, height = map(int, size.split("x"))
    made = {**CLIP, "width": width, "height": height}
    return [
        {"state": "submitting"},
        {"state": "queued", "can_cancel": True},
        {"state": "running", "can_cancel": False},
        {"state": "running", "progress": 62, "cost": 0.8},
        {"state": "saving", "progress": 100, "saved_bytes": 3_100_000, "total_bytes": 9_800_000},
        {"state": "succeeded", "finished_at": START + 66, "clip": made, "clips": [made]},
    ]


def shifts(page: Page, *, but_words: bool) -> list[str]:
    """Return what the browser saw moving; with `but_words` without the words of the state."""
    page.evaluate(SETTLED)
    return [shift["moved"] for shift in page.evaluate("() => window.shifts") if not (but_words and shift["inside"])]


@pytest.mark.parametrize("width", [1100, 720, 420, 320])
@pytest.mark.parametrize("first", ["card, queued", "queued"])
def test_nothing_moves_in_a_whole_life(browser: Browser, clip: Path, first: str, width: int) -> None:
    """From the sending to the clip, a card and a form keep every box where it was: wide, tall, and small clips."""
    gallery = Gallery(browser, clip, width=width)
    for size in ("1280x720", "720x1280", "640x360", "256x144"):
        gallery.show(first)
        lives(gallery.page, size)
        # Beside the picture of a cell the words stand at the foot, and other words above the actions take their place.
        assert shifts(gallery.page, but_words=first.startswith("card") and width >= TWO_COLUMNS) == [], size
    gallery.close()


def lives(page: Page, size: str) -> None:
    """Let a job live, and compare the boxes of every state with those of the first."""
    first, *others = life(size)
    send = "(change) => window.gallery.send(change)"
    page.evaluate(send, {**first, "size": size, "id": "another0"})
    page.evaluate(SETTLED)
    page.evaluate(WATCH)
    boxes = page.evaluate(BOXES)
    for change in others:
        page.evaluate(send, change)
        page.evaluate(SETTLED)
        assert page.evaluate(BOXES) == boxes, (size, change)
    expect(page.locator(".videogen-result video")).to_have_attribute("data-reveal", "open", timeout=SLOW)
    assert page.evaluate(BOXES) == boxes, size


NOTE = 'No scene for "cat" or "piano": drew silk. It can draw: sea, city in rain, mountains, snow, campfire, forest.'


@pytest.mark.parametrize("width", [1100, 720, 500, 420])
@pytest.mark.parametrize("first", ["empty form", "empty form of the local engine"])
def test_nothing_moves_between_the_click_and_a_late_note(browser: Browser, clip: Path, first: str, width: int) -> None:
    """From the sentence on every box of the form stays: sending, made, refused words and prompts to try instead."""
    gallery = Gallery(browser, clip, width=width)
    gallery.show(first)
    page = gallery.page
    page.evaluate(SETTLED)
    empty = page.evaluate(BOXES)
    page.get_by_role("textbox", name="Prompt").fill("A cat playing the piano")
    page.evaluate(SETTLED)
    assert page.evaluate(BOXES) == empty
    page.evaluate(WATCH)
    page.evaluate("() => document.querySelector('.videogen-form').requestSubmit()")
    simulated = first.endswith("engine")
    made = {**CLIP, "width": 1280, "height": 720}
    note = {"warnings": [NOTE], "suggestions": ["Waves at sunset", "A paper boat in neon rain"]} if simulated else {}
    job = {"prompt": "A cat playing the piano", "simulated": simulated}
    for change in (
        {**job, "state": "submitting"},
        {"state": "running", "progress": 40},
        note,
        {"state": "succeeded", "finished_at": START + 66, "clip": made, "clips": [made]},
    ):
        page.evaluate("(change) => window.gallery.send(change)", change)
        page.evaluate(SETTLED)
        assert page.evaluate(BOXES) == empty, change
    assert shifts(page, but_words=False) == []
    gallery.close()


@pytest.mark.parametrize("size", ["1280x720", "720x1280", "256x144"])
def test_a_clip_is_never_scaled_up(browser: Browser, clip: Path, size: str) -> None:
    """Its box is at most the clip's own, 560 px wide in a cell, and 60 % of the window high."""
    width, height = map(int, size.split("x"))
    gallery = Gallery(browser, clip, width=1100)
    gallery.show("card, queued")
    gallery.page.evaluate("(change) => window.gallery.send(change)", {"size": size, "id": "another0"})
    gallery.page.evaluate(SETTLED)
    box = gallery.page.locator(".videogen-video-frame").bounding_box()
    gallery.close()
    assert box is not None
    assert box["width"] == pytest.approx(min(560, width, 0.6 * 900 * width / height), abs=1)
    assert box["height"] == pytest.approx(box["width"] * height / width, abs=1)


def test_controls_come_by_pointer_and_focus(browser: Browser, clip: Path) -> None:
    """At rest only Pause is seen; over the picture, or with the focus inside, the controls are."""
    gallery = Gallery(browser, clip, width=1100)
    gallery.show("card, ready")
    page = gallery.page
    controls, rest = page.locator(".videogen-controls"), page.locator(".is-rest")
    page.mouse.move(0, 0)
    expect(controls).to_have_css("opacity", "0")
    expect(rest).to_have_css("opacity", "1")
    page.locator(".videogen-video-frame").hover()
    expect(controls).to_have_css("opacity", "1")
    expect(rest).to_have_css("opacity", "0")
    page.mouse.move(0, 0)
    expect(controls).to_have_css("opacity", "0")
    page.keyboard.press("Tab")
    expect(controls).to_have_css("opacity", "1")
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')") == "Pause"
    page.keyboard.press("k")
    page.wait_for_function("() => document.querySelector('.videogen-result video').paused")
    gallery.close()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_clip_plays_on_screen_and_never_under_reduced_motion(browser: Browser, clip: Path, motion: str) -> None:
    """Muted and looping where it is seen, paused where it is not; with reduced motion a disc waits for a click."""
    gallery = Gallery(browser, clip, width=1100)
    page = gallery.page
    page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]  # one of its literals
    page.add_style_tag(content="body { padding-block-end: 3000px !important }")
    gallery.show("card, ready")
    video = page.locator(".videogen-result video")
    disc = page.locator(".videogen-disc")
    if motion == "reduce":
        expect(disc).to_be_visible()
        page.evaluate(SETTLED)
        assert video.evaluate("(video) => video.paused && video.currentTime === 0")
        disc.click()
        expect(disc).to_be_hidden()
    expect(video).to_be_visible()
    page.wait_for_function("() => document.querySelector('.videogen-result video').currentTime > 0.2")
    assert video.evaluate("(video) => video.muted && video.loop")
    page.evaluate("() => scrollTo(0, 2000)")
    page.wait_for_function("() => document.querySelector('.videogen-result video').paused")
    at = video.evaluate("(video) => video.currentTime")
    page.evaluate("() => scrollTo(0, 0)")
    page.wait_for_function("() => !document.querySelector('.videogen-result video').paused")
    assert at > 0
    gallery.close()


HEIGHTS = """(node) => {
  window.heights = new Set();
  new ResizeObserver(() => window.heights.add(node.getBoundingClientRect().height)).observe(node);
}"""


@pytest.mark.parametrize(
    ("width", "prompt"),
    [
        (1100, "Waves at sunset"),
        (420, "Northern lights over a lake"),
        (1100, "A cat playing the piano"),
        (420, "A cat"),
    ],
)
def test_nothing_moves_in_a_notebook(
    browser: Browser, server: Server, gateway: Gateway, width: int, prompt: str
) -> None:
    """The form in JupyterLab, with the local engine: from the click to the clip, and its note, the result keeps its height."""
    server.notebook("still.ipynb", "%load_ext jupyter_videogen", "%videogen -d 1 --size 640x360 --seed 7", "after = 1")
    lab = Lab(browser, server, "still.ipynb", width=width)
    lab.page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    for index in (0, 1):
        lab.run(index)
    result = lab.card.locator(".videogen-result")
    result.evaluate(HEIGHTS)
    ask(lab.card, prompt)
    expect(result.locator("video[data-reveal=open]")).to_be_visible(timeout=SLOW)
    if "cat" in prompt:
        expect(result.get_by_role("toolbar", name="Try one")).to_be_visible(timeout=SLOW)
    lab.page.evaluate(SETTLED)
    heights = lab.page.evaluate("() => [...window.heights]")
    lab.close()
    assert len(heights) == 1, heights


def test_a_form_goes_on_in_a_restarted_kernel(browser: Browser, server: Server, gateway: Gateway) -> None:
    """The kernel is restarted in the middle of a job: one click, no cell, and the form has its job, its clip and its words."""
    server.notebook("again.ipynb", "%load_ext jupyter_videogen", "%videogen -d 12 --size 640x360 --seed 7")
    lab = Lab(browser, server, "again.ipynb")
    for index in (0, 1):
        lab.run(index)
    ask(lab.card, "a train in the snow")
    moved_on(lab.card, 0)
    gateway.stop()
    lab.card.get_by_role("textbox", name="Prompt").fill("a train in the fog")
    lab.restart()
    veil = lab.card.locator(".videogen-veil")
    expect(veil).to_contain_text("The kernel was restarted", timeout=SLOW)
    gateway.go_on()
    veil.get_by_role("button", name="Reconnect").click()
    expect(veil).to_have_count(0, timeout=SLOW)
    assert plays(lab.card.locator(".videogen-result video"))["duration"] == pytest.approx(12)
    expect(lab.card.get_by_role("textbox", name="Prompt")).to_have_value("a train in the fog")
    assert gateway.posts() == ["POST /v1/videos"]
    ask(lab.card, "a train in the fog")
    expect(lab.card.locator('.videogen-result video[aria-label="a train in the fog"]')).to_be_visible(timeout=SLOW)
    assert not lab.errors
    lab.close()
