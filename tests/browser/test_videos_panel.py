"""The panel "Videos", the status item, the notification and "New video", in JupyterLab and Notebook 7."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, expect

from support.jupyter_servers import Server
from support.jupyterlab_page import CLIP, HOSTS_OWN, SLOW, Lab, Notebook, plays

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page, ViewportSize

    from support.local_gateways import Gateway


LOAD = "%load_ext jupyter_videogen"
SHORT = "%%videogen -d 1 --size 640x360 --seed 7\nwaves at sunset"
LONG = "%%videogen -d 20 --seed 7\na lighthouse in the fog"
FAR = "\n".join(f"# {line}" for line in range(200))
SCROLL = "(cell) => cell.scrollIntoView({ block: 'end', behavior: 'instant' })"
SOURCES = (
    "() => [...window.jupyterapp.shell.currentWidget.content.model.cells].map((cell) => cell.sharedModel.getSource())"
)
TOAST = ".jp-Notification-Toast, .Toastify__toast"
OPEN = "async () => { await window.jupyterapp.commands.execute('jupyter-videogen:show-panel'); }"
NEW = "async () => { await window.jupyterapp.commands.execute('jupyter-videogen:new'); }"
SAVE_SETTINGS = "(text) => window.jupyterapp.serviceManager.settings.save('jupyter-videogen:outputs', text)"
DROP = """([target, id]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.setData("application/x-videogen-job", id);
  for (const type of ["dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, composed: true, dataTransfer }));
  }
}"""
DRAGGED = """(tile) => {
  const dataTransfer = new DataTransfer();
  tile.dispatchEvent(new DragEvent("dragstart", { bubbles: true, dataTransfer }));
  return dataTransfer.getData("application/x-videogen-job");
}"""


class Profile:
    """A browser whose tabs know of each other, as a person's do."""

    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context()

    def new_page(self, *, viewport: ViewportSize) -> Page:
        page = self.context.new_page()
        page.set_viewport_size(viewport)
        return page


class Beside(Lab):
    """A second tab of JupyterLab: in the workspace of the first one, it would load anew in another."""

    address = "lab/workspaces/beside/tree/{name}?token={token}&reset"


@pytest.fixture
def without_ours(tmp_path: Path) -> Iterator[Server]:
    """A server whose administrator has switched our routes off."""
    (tmp_path / "notebooks").mkdir()
    server = Server(tmp_path / "notebooks", tmp_path / "home", serves=False)
    yield server
    server.close()


def panel(lab: Lab) -> Locator:
    return lab.page.locator(".jp-videogen-panel")


def status(lab: Lab) -> Locator:
    return lab.page.locator(".jp-videogen-status").get_by_role("button")


def cell(lab: Lab, index: int) -> Locator:
    return lab.page.locator(".jp-CodeCell").nth(index)


@pytest.mark.parametrize("host", [Lab, Notebook])
def test_the_panel_shows_what_runs_and_what_was_made(
    browser: Browser, server: Server, gateway: Gateway, host: type[Lab]
) -> None:
    """The status item counts and opens the panel; the ring moves; a clip plays on hover, and its tile leads to its cell."""
    server.notebook("panel.ipynb", LOAD, SHORT, FAR, LONG)
    lab = host(browser, server, "panel.ipynb", height=700)
    expect(status(lab)).to_be_hidden()
    lab.run(0)
    lab.run(1)
    plays(cell(lab, 1).locator(CLIP).filter(visible=True))
    lab.run(3, wait=False)
    expect(status(lab)).to_have_text(re.compile(r"^1 video · \d+ %$"), timeout=SLOW)
    status(lab).click()
    making = panel(lab).get_by_role("progressbar", name="a lighthouse in the fog")
    expect(making).to_have_attribute("aria-valuenow", re.compile("^[1-9]"), timeout=SLOW)
    panel(lab).get_by_role("button", name="Cancel: a lighthouse in the fog").click()
    expect(status(lab)).to_be_hidden(timeout=SLOW)
    tile = panel(lab).get_by_role("button", name="waves at sunset")
    expect(tile).to_have_count(1, timeout=SLOW)
    lab.page.evaluate("() => document.activeElement.blur()")
    tile.hover()
    expect(tile.locator("video.is-playing")).to_have_count(1, timeout=SLOW)
    expect(cell(lab, 1).locator(CLIP).filter(visible=True)).not_to_be_in_viewport()
    tile.click()
    expect(cell(lab, 1).locator(CLIP).filter(visible=True)).to_be_in_viewport(timeout=SLOW)
    panel(lab).get_by_role("searchbox").fill("kite")
    expect(panel(lab)).to_contain_text("No clip is like this.", timeout=SLOW)
    panel(lab).get_by_role("searchbox").fill("WAVES")
    expect(tile).to_have_count(1, timeout=SLOW)
    panel(lab).get_by_role("combobox").select_option("This project")
    expect(tile).to_have_count(1, timeout=SLOW)
    assert not set(lab.errors) - HOSTS_OWN
    lab.close()


def test_a_tile_opens_its_notebook_and_is_dropped_as_a_cell(browser: Browser, server: Server, gateway: Gateway) -> None:
    """From another notebook, the tile opens the one with its cell; dropped on a cell it becomes one below, which is not run."""
    server.notebook("made.ipynb", LOAD, FAR, SHORT)
    lab = Lab(browser, server, "made.ipynb")
    lab.run(0)
    lab.run(2)
    plays(cell(lab, 2).locator(CLIP).filter(visible=True))
    lab.save()
    lab.close()
    server.notebook("other.ipynb", "1", "2")
    lab = Lab(browser, server, "other.ipynb", height=700)
    lab.page.evaluate(OPEN)
    tile = panel(lab).locator(".jp-videogen-tile").filter(has_text="waves at sunset")
    job = tile.evaluate(DRAGGED)
    lab.page.evaluate(DROP, [cell(lab, 0).element_handle(), job])
    assert lab.page.evaluate(SOURCES) == ["1", f"%videogen show {job}", "2"]
    assert lab.outputs(1) == []
    tile.click()
    expect(lab.page.locator(f"{CLIP}").filter(visible=True)).to_be_in_viewport(timeout=SLOW)
    assert lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path") == "made.ipynb"
    lab.close()


def test_two_tabs_tell_an_end_once(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Also in the tab of a notebook that has nothing to do with it; *Show* of the one that tells goes to the clip."""
    server.notebook("told.ipynb", LOAD, SHORT, FAR)
    server.notebook("beside.ipynb", "1")
    profile: Any = Profile(browser)
    lab = Lab(profile, server, "told.ipynb", height=700)
    beside = Beside(profile, server, "beside.ipynb")
    lab.page.bring_to_front()
    lab.run(0)
    lab.run(1)  # makes the home, and the gateway
    plays(cell(lab, 1).locator(CLIP).filter(visible=True))
    lab.page.evaluate("(text) => window.jupyterapp.shell.currentWidget.content.model.cells.get(1).sharedModel.setSource(text)",
                      SHORT.replace("waves", "a kite"))  # fmt: skip
    gateway.stop()
    lab.run(1, wait=False)
    expect(cell(lab, 1).locator("section.videogen").last).to_be_visible(timeout=SLOW)
    lab.page.locator(".jp-CodeCell").last.evaluate(SCROLL)
    gateway.go_on()
    toast = lab.page.locator(TOAST).filter(has_text="Video ready: a kite at sunset")
    expect(toast).to_be_visible(timeout=SLOW)
    toast.get_by_role("button", name="Show").click()
    expect(cell(lab, 1).locator(CLIP).filter(visible=True)).to_be_in_viewport()
    expect(beside.page.locator(TOAST)).to_have_count(0)
    profile.context.close()


def test_the_settings_take_each_part_away(browser: Browser, server: Server, gateway: Gateway) -> None:
    """At once, and the other parts stay; without them nothing is on view while a video is made."""
    server.notebook("off.ipynb", LOAD, LONG)
    lab = Lab(browser, server, "off.ipynb")
    lab.run(0)
    lab.run(1, wait=False)
    expect(status(lab)).to_be_visible(timeout=SLOW)
    lab.page.evaluate(SAVE_SETTINGS, json.dumps({"panel": False, "status": False}))
    lab.save()
    lab.open()
    expect(lab.page.locator(".videogen").first).to_be_visible(timeout=SLOW)
    expect(status(lab)).to_be_hidden()
    expect(lab.page.locator(".jp-videogen-tab")).to_have_count(0)
    (server.state / "settings" / "jupyter-videogen" / "outputs.jupyterlab-settings").unlink()
    lab.close()


def test_a_new_video_opens_the_form(browser: Browser, server: Server, gateway: Gateway) -> None:
    """On a kernel of its own, without a notebook and without code on view; what it makes plays there and is in the panel."""
    server.notebook("start.ipynb", "1")
    lab = Lab(browser, server, "start.ipynb")
    lab.page.evaluate(NEW)
    form = lab.page.locator(".jp-videogen-form section.videogen")
    expect(form).to_be_visible(timeout=SLOW)
    expect(lab.page.locator(".jp-videogen-form .jp-InputArea").filter(visible=True)).to_have_count(0)
    form.get_by_role("textbox", name="Prompt").fill("waves at sunset")
    form.get_by_role("button", name=re.compile("^Generate")).click()
    plays(form.locator(".videogen-result video"))
    lab.page.evaluate(OPEN)
    expect(panel(lab).get_by_role("button", name="waves at sunset")).to_have_count(1, timeout=SLOW)
    assert not lab.errors
    lab.close()


def test_without_the_server_extension_nothing_is_there(browser: Browser, without_ours: Server) -> None:
    """No panel, no status item, no error: the rest of the extension works as before."""
    without_ours.notebook("quiet.ipynb", "%%videogen\na {cat}")
    lab = Lab(browser, without_ours, "quiet.ipynb")
    expect(lab.page.locator(".cm-content span", has_text="{cat}")).to_have_count(1, timeout=SLOW)
    expect(lab.page.locator(".jp-videogen-tab")).to_have_count(0, timeout=SLOW)
    expect(status(lab)).to_be_hidden()
    assert not lab.errors
    lab.close()
