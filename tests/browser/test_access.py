"""The widget for who has no mouse, or no eyes for small things: focus, targets and names in every state of the gallery."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
from playwright.sync_api import expect

from support.widget_gallery import Gallery, small_clip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

CHUNKS = 3
"""The kinds of controls are pressed in as many tests, so that they run side by side."""
SMALL = """() => { // WCAG 2.2, 2.5.8: 24 by 24 pixels; a link in a sentence is excepted
  const controls = "button, a[href], input, select, textarea, summary, [role=option], [role=slider], [tabindex='0'], label:has(input)";
  const isInSentence = (node) => node.matches("a") && getComputedStyle(node).display === "inline" && node.closest("p, span")?.textContent.trim() !== node.textContent.trim();
  const target = (node) => (node.matches("input[type=radio], input[type=checkbox]") ? (node.closest("label") ?? node) : node);
  return [...document.querySelectorAll(".videogen")].flatMap((root) => [...root.querySelectorAll(controls)])
    .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest("[inert], .videogen-visually-hidden") && !isInSentence(node))
    .map((node) => [node, target(node).getBoundingClientRect()])
    .filter(([, { width, height }]) => width > 0 && (width < 24 || height < 24))
    .map(([node, { width, height }]) => `${width.toFixed()}×${height.toFixed()}: ${node.outerHTML.slice(0, 120)}`);
}"""
CONTROLS = "button, a[href], input, select, textarea, summary, [tabindex='0']"
LIST = """(controls) => { // each by its kind, its name, and what it is in
  const root = document.querySelector(".videogen");
  window.controls = [...root.querySelectorAll(controls)].filter(
    (node) => node.tabIndex >= 0 && !node.disabled && !node.closest("[inert]") && node.checkVisibility({ visibilityProperty: true }));
  const place = (node) => node.closest("[class]:not(button, input, a)")?.className ?? "";
  return window.controls.map((node) => [node.className, node.getAttribute("aria-label") ?? node.textContent.slice(0, 40), place(node)].join(" · "));
}"""
FOCUS = "(at) => { window.controls[at]?.focus(); return document.activeElement === window.controls[at]; }"
SETTLED = """async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
  const held = document.activeElement;
  return held === document.body || held === null ? "lost" : "";
}"""
STOPPED = "() => { addEventListener('click', (event) => event.target.closest('a') && event.preventDefault()); window.open = () => null; }"
LANDMARKS = """() => { // what a screen reader lists as places of the page
  const places = [...document.querySelectorAll("[role=region], [role=search], aside, nav, main, header, footer, section[aria-label], form[aria-label]")];
  return places.filter((node) => node.closest("section.videogen") && !node.matches("section.videogen")).map((node) => node.outerHTML.slice(0, 120));
}"""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_clip(tmp_path_factory.mktemp("access"))


@pytest.fixture(params=[960, 360])
def gallery(browser: Browser, clip: Path, request: pytest.FixtureRequest) -> Iterator[Gallery]:
    gallery = Gallery(browser, clip, width=request.param)
    yield gallery
    gallery.close()


def test_every_target_is_large_enough_and_every_widget_one_landmark(gallery: Gallery) -> None:
    """24 pixels in both directions, in every state, wide and narrow; no region inside the widget's own."""
    assert gallery.try_all(f"() => [...({SMALL})(), ...({LANDMARKS})()]") == {}


def test_a_key_is_connected_by_keys_alone(browser: Browser, clip: Path) -> None:
    """From the prompt to the button that connects, the key typed and sent, the verdict focused, and back to the form."""
    gallery = Gallery(browser, clip)
    gallery.show("no key yet")
    page = gallery.page
    tab_to(gallery, re.compile("^Connect"))
    page.keyboard.press("Enter")
    box = page.get_by_label(re.compile("API key$"))
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    assert page.evaluate(SETTLED) == ""
    tab_to(gallery, re.compile("^Connect"))
    page.keyboard.press("Enter")
    page.keyboard.type("sk-canary")
    page.keyboard.press("Enter")
    expect(page.locator(".videogen-key-panel")).to_contain_text("Testing")
    assert page.evaluate(SETTLED) == ""
    gallery.close()


def tab_to(gallery: Gallery, name: re.Pattern[str]) -> None:
    """Press Tab, from the first control on, until the button with a name has the focus."""
    page = gallery.page
    page.locator(".videogen textarea, .videogen input").first.focus()
    for _ in range(60):
        if name.search(page.evaluate("() => document.activeElement.innerText ?? ''")):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {name.pattern}")


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_key_loses_the_focus(browser: Browser, clip: Path, chunk: int) -> None:
    """Enter and Escape on every kind of control, in the first state that has it: the focus is not left on the page."""
    gallery = Gallery(browser, clip)
    gallery.page.evaluate(STOPPED)
    known, pressed, lost = set[str](), 0, list[str]()
    for name in gallery.names:
        gallery.show(name)
        controls = gallery.page.evaluate(LIST, CONTROLS)
        for at, control in enumerate(controls):
            if control not in known and crc32(control.encode()) % CHUNKS == chunk:
                pressed += 1
                for key in ("Escape", "Enter"):
                    if gallery.page.evaluate(LIST, CONTROLS) != controls:
                        gallery.show(name)
                        gallery.page.evaluate(LIST, CONTROLS)
                    lost += [f"{name}: {key} on {control}"] if loses(gallery.page, at, key) else []
            known.add(control)
    errors = gallery.errors
    gallery.close()
    assert lost == []
    assert errors == []
    assert pressed > 150 / CHUNKS


def loses(page: Page, at: int, key: str) -> bool:
    """Press a key on one of the controls of a state; whether the focus is left on the page."""
    if not page.evaluate(FOCUS, at):
        return False
    page.keyboard.press(key)
    return page.evaluate(SETTLED) != ""
