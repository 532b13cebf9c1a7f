"""Every state of the widget as a browser draws it: for everybody, in both themes, in longer words and from right to left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.widget_gallery import ROOT, Gallery, small_clip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = """async () => {
  const { violations } = await axe.run(".videogen");
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}"""
SPILLS = """() => { // what scrolls sideways may be wider
  const root = document.querySelector(".videogen");
  const edge = root.getBoundingClientRect();
  const hidden = (node) => node.closest(".videogen-visually-hidden, .videogen-queue, .videogen-suggestions, [hidden], .videogen-video-frame, select, .videogen-scroll, .videogen-strip, .videogen-standings-scroll, .videogen-matrix");
  return [...root.querySelectorAll("button, label, p, input, h3, b, small, a")]
    .filter((node) => !hidden(node) && node.getClientRects().length)
    .filter((node) => {
      const box = node.getBoundingClientRect();
      if (node.closest("[popover]")) return box.left < 0 || box.right > innerWidth;
      return box.left < edge.left - 1 || box.right > edge.right + 1;
    })
    .map((node) => node.outerHTML.slice(0, 160));
}"""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_clip(tmp_path_factory.mktemp("gallery"))


@pytest.fixture(params=[False, True], ids=["light", "dark"])
def gallery(browser: Browser, clip: Path, request: pytest.FixtureRequest) -> Iterator[Gallery]:
    gallery = Gallery(browser, clip, dark=request.param)
    yield gallery
    gallery.close()


def test_every_state_is_for_everybody(gallery: Gallery) -> None:
    """No rule of axe-core is broken by the widget, in any state, in either theme."""
    gallery.page.add_script_tag(path=AXE)
    assert gallery.try_all(VIOLATIONS) == {}


@pytest.mark.parametrize(("width", "direction"), [(960, "ltr"), (960, "rtl"), (360, "ltr"), (360, "rtl")])
def test_longer_words_stay_inside(browser: Browser, clip: Path, width: int, direction: str) -> None:
    """Words that are two fifths longer, from left and from right, on a phone's width too: nothing leaves the widget."""
    gallery = Gallery(browser, clip, width=width, words="pseudo", direction=direction)
    spilled = gallery.try_all(SPILLS)
    gallery.close()
    assert spilled == {}


FAILURES = ["key not accepted", "no credit left", "too many requests", "model retired", "prompt refused"]
FORM = [
    "percent known",
    "saving",
    "ready",
    "the provider had a problem",
    "outcome unknown",
    "expired",
    "connection lost",
]
FORM += ["key stopped working", "from the library", "a budget asks", "asked for what is being made", *FAILURES]
FORM += ["a preview of the clip", "needs this kernel", "ready, shared"]
FORM += ["a length that is not made", "refused by the kernel", "all models", "local servers"]
CARD = ["card, queued", "card, running", "card, saving", "card, ready", "card, failed", "card, clips to compare"]
CARD += ["card, a preview of the clip", "card, needs this kernel", "card, ready, shared", "card, ready, not shared"]
CARD += ["card, ready, with content credentials"]
CARD += [f"card, {name}" for name in FAILURES]
HEIGHT = "() => document.querySelector('.videogen-body, .videogen-card').getBoundingClientRect().height"


@pytest.mark.parametrize("width", [1068, 388])
@pytest.mark.parametrize("states", [FORM, CARD], ids=["form", "card"])
def test_no_state_moves_what_is_below(browser: Browser, clip: Path, width: int, states: list[str]) -> None:
    """A failure, a question, a list over the form: all have the height of a job that runs, to the pixel."""
    gallery = Gallery(browser, clip, width=width)
    heights = {}
    for name in states:
        gallery.show(name)
        heights[name] = gallery.page.evaluate(HEIGHT)
    gallery.close()
    usual = heights[states[0]]
    assert {name: height for name, height in heights.items() if height != usual} == {}


COMING = [
    "empty form",
    "empty form of the local engine",
    "no key yet",
    "form with a picture",
    "percent known",
    "a prompt of many lines",
]
SHOW = "(name) => { window.release = window.gallery.holdModules(); return window.gallery.show(name); }"
HIGH = "() => document.querySelector('.videogen-form-area').firstElementChild.getBoundingClientRect().height"


@pytest.mark.parametrize("width", [1068, 800, 600, 388])
def test_a_form_has_its_height_before_it_is_there(browser: Browser, clip: Path, width: int) -> None:
    """The module of the form comes after the widget: its place is as high as the form will be, to the pixel."""
    gallery = Gallery(browser, clip, width=width)
    moved = {}
    for name in COMING:
        gallery.page.evaluate(SHOW, name)
        before = gallery.page.evaluate(HIGH)
        gallery.page.evaluate("() => window.release()")
        gallery.page.wait_for_selector(".videogen-form")
        after = gallery.page.evaluate(HIGH)
        if before != after:
            moved[name] = (before, after)
    gallery.close()
    assert moved == {}
