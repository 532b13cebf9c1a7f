"""A story in JupyterLab: three shots made, one remade, cut, moved by keys, joined, and played over a seam; it stays without a kernel."""

from __future__ import annotations

import re
import wave
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect

from jupyter_videogen.ledger.ledger import Ledger
from support.jupyterlab_page import PLAYS, SLOW, Lab, leave_for_the_day
from support.widget_gallery import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway

AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
LOAD = "%load_ext jupyter_videogen\nimport jupyter_videogen as vg"
MAKE = """story = vg.story(["A paper boat on the sea at dawn", "The sun goes down, the boat sails on", "A storm comes up"],
                 model="local/scenes", name="boat", duration=1, size="320x192", fps=12)
story"""
FAULTS = """async () => {
  const { violations } = await axe.run(".videogen");
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}"""
SEAM = """async (screen) => {
  const seen = () => screen.querySelector("video[data-seen=true]");
  const first = seen();
  await new Promise((done) => first.addEventListener("ended", done, { once: true }));
  const next = await new Promise((done) => {
    const look = () => (seen() !== first && seen().currentTime > 0 ? done(seen()) : requestAnimationFrame(look));
    look();
  });
  return next.videoWidth;
}"""
"""Wait for the end of what is seen and for the first moment of what follows it; give the width of that."""

KEPT = """() => JSON.stringify(
  window.jupyterapp.shell.currentWidget.content.model.cells.get(1).toJSON().outputs).split("<video").length === 5"""
"""What stays of the story has its film and three shots: it is written anew every few seconds."""


@pytest.fixture
def lab(browser: Browser, server: Server, gateway: Gateway) -> Iterator[Lab]:
    """A notebook in which a story is told."""
    server.notebook("story.ipynb", LOAD, MAKE, "print('below')")
    lab = Lab(browser, server, "story.ipynb")
    lab.run(0)
    yield lab
    assert not lab.errors
    lab.close()
    Ledger.forget()


def tiles(lab: Lab) -> Locator:
    return lab.card.locator(".videogen-shot > .videogen-tile")


def ready(lab: Lab, count: int) -> None:
    expect(lab.card.locator('.videogen-shot > [data-state="ready"]')).to_have_count(count, timeout=SLOW)


def check_access(lab: Lab) -> None:
    lab.page.add_script_tag(path=AXE)
    assert lab.page.evaluate(FAULTS) == []


def lay_sound(lab: Lab, folder: Path) -> None:
    """Lay a second of a tone under the film, quieter by a key, and write a caption."""
    with wave.open(str(folder / "night.wav"), "wb") as file:
        file.setparams((1, 2, 22_050, 0, "NONE", ""))
        file.writeframes(bytes(44_100))
    lab.card.get_by_role("button", name="Add sound").press("Enter")
    lab.card.locator("input[type=file]").set_input_files(folder / "night.wav")
    button = lab.card.get_by_role("button", name="Sound: night.wav")
    expect(button).to_be_visible(timeout=SLOW)
    lab.card.get_by_role("slider", name="Level").press("ArrowLeft")
    said = lab.card.locator(".videogen-visually-hidden[role=status]")
    expect(said).to_have_text("The sound is changed", timeout=SLOW)
    expect(lab.card.get_by_role("slider", name="Level")).to_have_attribute("aria-valuetext", "95 percent")
    check_access(lab)
    lab.page.keyboard.press("Escape")
    expect(button).to_be_focused()
    tiles(lab).nth(0).press("Enter")
    lab.card.get_by_role("textbox", name="Caption").fill("It was still dark.")
    lab.page.keyboard.press("Enter")
    expect(lab.card.get_by_role("checkbox", name="Captions")).to_be_checked(timeout=SLOW)


def test_a_story_is_told_and_stays(lab: Lab, browser: Browser, tmp_path: Path) -> None:
    """By keys alone; the film plays in the same place, and from the saved notebook without a kernel."""
    lab.run(1)
    ready(lab, 3)
    frames = lab.card.locator(".videogen-joint img")
    expect(frames).to_have_count(2, timeout=SLOW)
    check_access(lab)

    tiles(lab).nth(1).focus()
    lab.page.keyboard.press("Enter")
    lab.card.get_by_role("textbox", name="Prompt of shot 2").fill("The sun goes down behind dunes")
    lab.card.get_by_role("button", name=re.compile("Remake shot 2")).press("Enter")
    expect(tiles(lab).nth(1)).to_have_accessible_name(re.compile("take 2 of 2, Ready"), timeout=SLOW)
    expect(tiles(lab).nth(2)).to_have_accessible_name(re.compile("Starts on an older frame"), timeout=SLOW)
    lab.page.keyboard.press("Escape")
    expect(tiles(lab).nth(1)).to_be_focused()
    check_access(lab)

    lab.page.keyboard.press("ArrowRight")
    lab.page.keyboard.press("l")
    expect(lab.card.get_by_role("button", name="Cut between shot 2 and 3. Press to link")).to_be_visible(timeout=SLOW)
    lab.page.keyboard.press("Alt+ArrowLeft")
    expect(tiles(lab).nth(1)).to_have_accessible_name(re.compile("^Shot 2, .*A storm comes up"), timeout=SLOW)
    expect(tiles(lab).nth(1)).to_be_focused()
    expect(lab.card.locator(".videogen-visually-hidden[role=status]")).to_have_text("Shot 3 is now shot 2")

    lab.page.keyboard.press("Home")
    lab.page.keyboard.press("Space")
    screen = lab.card.get_by_role("group", name="Screen")
    expect(screen.locator("video[data-seen=true]")).to_be_visible(timeout=SLOW)
    assert screen.evaluate(SEAM) == 320
    expect(lab.card.get_by_role("button", name="Play all", exact=True)).to_be_visible(timeout=SLOW)  # at its end

    lay_sound(lab, tmp_path)
    lab.card.get_by_role("button", name="Join 3 shots").click()
    expect(lab.card.get_by_role("link", name="Save the film")).to_be_visible(timeout=SLOW)
    expect(screen).to_contain_text("Film")
    check_access(lab)

    lab.page.wait_for_function(KEPT, timeout=SLOW)
    lab.save()
    lab.close()
    path = lab.server.root / "story.ipynb"
    leave_for_the_day(lab.server, path, trusted=True)
    lab.page = browser.new_page(viewport={"width": 1200, "height": 1000})
    lab.open(kernel=False)
    saved = lab.page.locator(".jp-OutputArea video")
    expect(saved).to_have_count(4, timeout=SLOW)  # the film, and each shot
    assert [saved.nth(at).evaluate(PLAYS)["width"] for at in range(4)] == [320] * 4
