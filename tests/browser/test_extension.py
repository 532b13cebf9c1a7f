"""Our extension of JupyterLab: a saved notebook shows its clips, whatever has become of its kernel."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from playwright.sync_api import Browser, expect

from support.jupyterlab_page import CLIP, PLAYS, SLOW, Lab, Notebook, ask, leave_for_the_day, moved_on, plays
from support.local_gateways import Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator

    from support.jupyter_servers import Server


LOAD = "import jupyter_videogen as vg\n%load_ext jupyter_videogen"
FORM = "%videogen -d 1 --size 640x360 --seed 7"
GROUP = "%%videogen -d 1 --size 640x360 --seed 7\nwaves at sunset\n---\nrain on a city at night"
COMPARISON = (
    "vg.compare('northern lights over a lake', models=['local/scenes', 'local/ink'], duration=1, size='640x360')"
)
CARD = "%%videogen -d 20 --seed 7\na lighthouse in the fog"
FORMS, GROUPS, COMPARISONS, CARDS = 1, 2, 3, 4
"""The cells of the notebook."""
VIEW = "application/vnd.jupyter.widget-view+json"
MIME = "application/vnd.jupyter-videogen+json"
NOT_FOUND = "model not found"
FACTS = {"width": 640, "height": 360, "duration": 1}
DIRTY = "() => window.jupyterapp.shell.currentWidget.context.model.dirty"


def cell(lab: Lab, index: int) -> Locator:
    """The outputs of a cell."""
    return lab.page.locator(".jp-CodeCell").nth(index).locator(".jp-OutputArea").first


def widgets(lab: Lab, index: int) -> Locator:
    """The widgets that live in a cell's outputs."""
    return cell(lab, index).locator("section.videogen")


def clip(lab: Lab, index: int) -> Locator:
    """The clip that is on view in a cell's outputs."""
    return cell(lab, index).locator(CLIP).filter(visible=True)


def data_of(path: Path) -> list[dict[str, Any]]:
    """The data of every output in a saved notebook."""
    cells = nbformat.read(path, 4).cells
    return [output["data"] for one in cells for output in one.get("outputs", ()) if "data" in output]


def make_all(lab: Lab) -> None:
    """Run a notebook with a form, a group, a comparison and a card that goes on for long; wait for the first three's clips."""
    for index in range(4):
        lab.run(index)
    ask(widgets(lab, FORMS), "a kite over the sea")
    plays(cell(lab, FORMS).locator(".videogen-result video"))
    expect(clip(lab, GROUPS)).to_have_count(2, timeout=SLOW)
    expect(cell(lab, COMPARISONS).locator(".videogen-clip video")).to_have_count(2, timeout=SLOW)
    lab.run(CARDS, wait=False)
    moved_on(widgets(lab, CARDS), 0)


@pytest.fixture(scope="module")
def saved(browser: Browser, server: Server) -> Iterator[Path]:
    """A notebook with finished clips in every arrangement and one that is still being made, saved, its kernel gone."""
    gateway = Gateway(server.home)
    path = server.notebook("everything.ipynb", LOAD, FORM, GROUP, COMPARISON, CARD)
    lab = Lab(browser, server, "everything.ipynb")
    make_all(lab)
    lab.save()
    assert not lab.errors
    lab.close()
    server.end_sessions()
    gateway.kill()
    yield path
    shutil.rmtree(server.home, ignore_errors=True)


def test_what_is_saved_holds_no_widget(saved: Path) -> None:
    """Not one view of a widget is in the file; what stands for it are the records, open."""
    data = data_of(saved)
    assert not [one for one in data if VIEW in one]
    assert {one[MIME]["kind"] for one in data if MIME in one} == {"form", "compare", "card", "record", "records"}
    assert "<details>" not in saved.read_text("utf-8")


def opened(browser: Browser, server: Server, saved: Path, how: str) -> Lab:
    """Open a copy of the notebook: with a new kernel, without one, or without one and without trust."""
    copy = saved.with_name(f"{how}.ipynb")
    shutil.copy(saved, copy)
    if how == "new-kernel":
        NotebookNotary(data_dir=str(server.state / "data")).sign(nbformat.read(copy, 4))
    else:
        leave_for_the_day(server, copy, trusted=how == "no-kernel")
    return Lab(browser, server, copy.name, kernel=how == "new-kernel")


@pytest.mark.parametrize("how", ["new-kernel", "no-kernel", "untrusted"])
def test_a_saved_notebook_shows_its_clips(browser: Browser, server: Server, saved: Path, how: str) -> None:
    """Every finished clip stands open and plays at a click, in its arrangement; what is unfinished says how to go on."""
    lab = opened(browser, server, saved, how)
    for index, count in ((FORMS, 1), (GROUPS, 2), (COMPARISONS, 2)):
        videos = cell(lab, index).locator(".videogen-record video")
        expect(videos).to_have_count(count, timeout=SLOW)
        for number in range(count):
            assert plays(videos.nth(number)) == FACTS
    left, right = (cell(lab, COMPARISONS).locator("video").nth(number).bounding_box() for number in (0, 1))
    assert left
    assert right
    assert (left["y"], left["x"] + left["width"] < right["x"]) == (right["y"], True)
    expect(cell(lab, CARDS)).to_contain_text("not finished when this was written", timeout=SLOW)
    expect(cell(lab, CARDS)).to_contain_text("%videogen show")
    expect(cell(lab, FORMS)).to_contain_text("Run the cell again to get this form back.")
    said = lab.page.locator("body").inner_text()
    assert NOT_FOUND not in said
    assert "Loading widget" not in said
    if how == "new-kernel":  # elsewhere the host itself writes down that no kernel was chosen
        assert not lab.page.evaluate(DIRTY)
    lab.close()


def test_converted_it_shows_its_clips(browser: Browser, saved: Path) -> None:
    """The page that nbconvert makes of it lacks the words, and every clip plays from beside it."""
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--output", "converted.html", saved.name]
    subprocess.run(command, cwd=saved.parent, check=True, capture_output=True)
    page = browser.new_page()
    page.goto((saved.parent / "converted.html").as_uri(), wait_until="domcontentloaded")
    assert NOT_FOUND not in page.content()
    videos = page.locator("details[open] video")
    expect(videos).to_have_count(6)
    for number in range(5):
        assert videos.nth(number).evaluate(PLAYS) == FACTS
    page.close()


def test_what_lives_comes_back_with_the_page(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Saved, and the page loaded anew beside its kernel: form and comparison work, their records are folded below them."""
    server.notebook("again.ipynb", LOAD, FORM, COMPARISON)
    lab = Lab(browser, server, "again.ipynb")
    for index in range(3):
        lab.run(index)
    ask(widgets(lab, 1), "a kite over the sea")
    plays(cell(lab, 1).locator(".videogen-result video"))
    expect(cell(lab, 2).locator(".videogen-clip video")).to_have_count(2, timeout=SLOW)
    lab.save()
    expect(widgets(lab, 1)).to_be_visible()  # what is saved leaves what is on view alone
    lab.open()
    for index in (1, 2):
        expect(widgets(lab, index)).to_be_visible(timeout=SLOW)
        expect(cell(lab, index).locator(".videogen-records")).not_to_have_attribute("open", timeout=SLOW)
    ask(widgets(lab, 1), "waves at sunset")
    plays(cell(lab, 1).locator(".videogen-result video[aria-label='waves at sunset']"))  # not the clip of before
    cell(lab, 1).locator(".videogen-records > summary").click()
    expect(cell(lab, 1).locator(".videogen-record video").first).to_be_visible()
    assert not lab.errors
    lab.close()


def test_a_living_form_stays_through_a_restart(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Its page is there, and is the one to say that the kernel has gone; its records don't spring open below it."""
    server.notebook("restarted.ipynb", LOAD, FORM)
    lab = Lab(browser, server, "restarted.ipynb")
    lab.run(0)
    lab.run(1)
    ask(widgets(lab, 1), "a kite over the sea")
    plays(cell(lab, 1).locator(".videogen-result video"))
    lab.restart()
    lab.save()
    expect(widgets(lab, 1)).to_be_visible()
    expect(cell(lab, 1).locator(".videogen-records")).not_to_have_attribute("open")
    lab.close()


def test_a_card_stays_when_its_clip_is_there(browser: Browser, server: Server, gateway: Gateway) -> None:
    """With its buttons, and through a restart; its record is unseen below it, and is all that is saved. A remix is kept too."""
    path = server.notebook("stays.ipynb", LOAD, "%%videogen -d 1 --size 640x360 --seed 7\nwaves at sunset", "_.id")
    lab = Lab(browser, server, "stays.ipynb")
    lab.run(0)
    lab.run(1, wait=False)
    expect(widgets(lab, 1).get_by_role("progressbar")).to_be_visible(timeout=SLOW)
    height = cell(lab, 1).evaluate("(node) => node.getBoundingClientRect().height")
    video = widgets(lab, 1).locator(".videogen-result video")
    assert plays(video) == FACTS
    expect(cell(lab, 1).locator(".videogen-record")).to_be_hidden()
    assert cell(lab, 1).evaluate("(node) => node.getBoundingClientRect().height") == height
    lab.run(2)
    first = lab.outputs(2)[0]["data"]["text/plain"].strip("'")
    lab.save()
    assert [VIEW in one for one in data_of(path)[:2]] == [False, False]
    assert data_of(path)[1][MIME]["jobs"][0]["id"] == first
    widgets(lab, 1).get_by_role("button", name="Remix").click()
    ask(widgets(lab, 1), "a kite over the sea")
    expect(cell(lab, 1).locator(".videogen-records > summary")).to_have_text("2 clips of this card", timeout=SLOW)
    assert plays(widgets(lab, 1).locator(".videogen-result video[aria-label='a kite over the sea']"))["width"] == 640
    lab.restart()
    expect(widgets(lab, 1)).to_be_visible()
    lab.save()
    lab.close()
    leave_for_the_day(server, path, trusted=False)
    lab = Lab(browser, server, "stays.ipynb", kernel=False)
    videos = cell(lab, 1).locator(".videogen-record video")
    expect(videos).to_have_count(2, timeout=SLOW)
    assert [plays(videos.nth(number))["width"] for number in range(2)] == [640, 640]
    assert NOT_FOUND not in lab.page.locator("body").inner_text()
    lab.close()


OLDER = (
    '<figure class="videogen-record" style="margin:0"><details><summary>waves at sunset</summary>'
    "<video controls preload=none src=videogen/waves.mp4></video></details></figure>"
)


def older(lab: Lab) -> Path:
    """Make of an open notebook a trusted one that was saved without the extension: a widget view, a folded record below."""
    lab.save()
    lab.close()
    path = lab.server.root / lab.name
    notebook = nbformat.read(path, 4)
    view = {"version_major": 2, "version_minor": 0, "model_id": "6a0f3f0c3a0e4d2f8b1c"}
    data = ({VIEW: view, "text/plain": "videogen"}, {"text/html": OLDER, "text/plain": "waves at sunset"})
    notebook.cells[0].outputs = [nbformat.v4.new_output("display_data", one) for one in data]
    nbformat.write(notebook, path)
    NotebookNotary(data_dir=str(lab.server.state / "data")).sign(notebook)
    return path


@pytest.mark.parametrize("host", [Lab, Notebook])
def test_an_older_notebook_is_mended_on_view(browser: Browser, server: Server, host: type[Lab]) -> None:
    """Words for the widget, the record open, the notebook not changed; what is then saved is whole."""
    server.notebook(f"older-{host.__name__}.ipynb", FORM)
    path = older(Lab(browser, server, f"older-{host.__name__}.ipynb"))
    lab = host(browser, server, path.name)
    expect(cell(lab, 0)).to_contain_text("Run the cell again to get it back.", timeout=SLOW)
    expect(cell(lab, 0).locator("video")).to_be_visible()
    assert NOT_FOUND not in lab.page.locator("body").inner_text()
    assert not lab.page.evaluate(DIRTY)
    lab.save()
    assert [VIEW in one for one in data_of(path)] == [False, False]
    lab.close()
    server.end_sessions()


LANGUAGES = """(wanted) => {
  const { widgets } = window.jupyterapp.shell.currentWidget.content;
  return wanted.every((mime, index) => widgets[index].model.mimeType === mime);
}"""
SET = """([index, source]) =>
  window.jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.setSource(source)"""


def test_the_text_of_a_cell_is_prose(browser: Browser, server: Server) -> None:
    """As long as it begins with the magic: the word `for` is none of Python's, variables and options are coloured."""
    server.notebook("prose.ipynb", "%%videogen -d 4\na cat for {name} is not in\n---\nthe rain", "for x in y: pass")
    lab = Lab(browser, server, "prose.ipynb")
    first = lab.page.locator(".jp-Cell .cm-content").first
    expect(first.locator("span", has_text="{name}")).to_have_count(1, timeout=SLOW)
    expect(first.locator("span", has_text="%%videogen")).to_have_count(1)
    expect(first.locator("span", has_text=re.compile("^(for|is|not|in)$"))).to_have_count(0)
    lab.page.wait_for_function(LANGUAGES, arg=["text/x-videogen", "text/x-ipython"], timeout=SLOW)
    for index, source in ((0, "for x in y: pass"), (1, "%%videogen\nwaves for tea")):
        lab.page.evaluate(SET, [index, source])
    lab.page.wait_for_function(LANGUAGES, arg=["text/x-ipython", "text/x-videogen"], timeout=SLOW)
    expect(first.locator("span", has_text=re.compile("^for$"))).to_have_count(1, timeout=SLOW)
    lab.close()
    server.end_sessions()


INSERT = """(element) =>
  globalThis[Symbol.for("jupyter-videogen.lab")].insertBelow(element, "%%videogen\\nwaves")"""
SOURCES = (
    "() => [...window.jupyterapp.shell.currentWidget.content.model.cells].map((cell) => cell.sharedModel.getSource())"
)


def test_a_cell_is_inserted_below(browser: Browser, server: Server) -> None:
    """By what the page calls, below the cell that holds the element, and by the command; nothing is run."""
    server.notebook("insert.ipynb", "1", "2")
    lab = Lab(browser, server, "insert.ipynb")
    assert cell(lab, 0).evaluate(INSERT) is True
    assert lab.page.evaluate(SOURCES) == ["1", "%%videogen\nwaves", "2"]
    assert lab.outputs(1) == []
    assert lab.page.locator("body").evaluate(INSERT) is False
    command = "() => window.jupyterapp.commands.execute('jupyter-videogen:insert-cell-below', { source: '3' })"
    lab.page.evaluate(command)
    assert lab.page.evaluate(SOURCES) == ["1", "%%videogen\nwaves", "3", "2"]
    lab.close()
    server.end_sessions()


FAR = "\n".join(f"# {line}" for line in range(200))
SHORT = "%%videogen -d 1 --size 640x360\n"
TOAST = ".jp-Notification-Toast, .Toastify__toast"
SCROLL = "(cell) => cell.scrollIntoView({ block: 'end', behavior: 'instant' })"
QUIET = """async () => {
  const settings = await window.jupyterapp.serviceManager.settings.fetch("jupyter-videogen:outputs");
  return settings.schema.properties.notify.default;
}"""
SWITCH_OFF = """() =>
  window.jupyterapp.serviceManager.settings.save("jupyter-videogen:outputs", '{"notify": false}')"""


def test_an_end_is_told_when_nobody_sees_it(browser: Browser, server: Server, gateway: Gateway) -> None:
    """A notification for a clip that is out of view, which shows it; none for one on view, and none when it is switched off."""
    server.notebook("toast.ipynb", LOAD, f"{SHORT}waves at sunset", f"{SHORT}a kite over the sea", FAR)
    lab = Lab(browser, server, "toast.ipynb", height=700)
    lab.run(0)
    lab.run(1)
    plays(clip(lab, 1))
    expect(lab.page.locator(TOAST)).to_have_count(0)
    gateway.stop()
    lab.run(2, wait=False)
    expect(widgets(lab, 2)).to_be_visible(timeout=SLOW)
    lab.page.locator(".jp-CodeCell").last.evaluate(SCROLL)
    expect(widgets(lab, 2)).not_to_be_in_viewport()
    gateway.go_on()
    toast = lab.page.locator(TOAST).filter(has_text="Video ready: a kite over the sea")
    expect(toast).to_be_visible(timeout=SLOW)
    toast.get_by_role("button", name="Show").click()
    expect(clip(lab, 2)).to_be_in_viewport()
    lab.close()


def test_notifications_can_be_switched_off(browser: Browser, server: Server, gateway: Gateway) -> None:
    """By the setting, which is there in the settings editor and is on at first."""
    server.notebook("quiet.ipynb", LOAD, f"{SHORT}waves at sunset", f"{SHORT}a kite over the sea", FAR)
    lab = Lab(browser, server, "quiet.ipynb", height=700)
    assert lab.page.evaluate(QUIET) is True
    lab.page.evaluate(SWITCH_OFF)
    lab.open()
    lab.run(0)
    lab.run(1)
    plays(clip(lab, 1))
    gateway.stop()
    lab.run(2, wait=False)
    expect(widgets(lab, 2)).to_be_visible(timeout=SLOW)
    lab.page.locator(".jp-CodeCell").last.evaluate(SCROLL)
    expect(widgets(lab, 2)).not_to_be_in_viewport()
    gateway.go_on()
    expect(clip(lab, 2)).to_be_visible(timeout=SLOW)
    expect(lab.page.locator(TOAST)).to_have_count(0)
    (server.state / "settings" / "jupyter-videogen" / "outputs.jupyterlab-settings").unlink()
    lab.close()


@pytest.mark.parametrize("host", [Lab, Notebook])
def test_the_oldest_hosts_have_it_too(browser: Browser, oldest: Server, host: type[Lab]) -> None:
    """A form is made, saved without its view, is back beside its kernel, and leaves its clip when that has gone."""
    path = oldest.notebook("oldest.ipynb", LOAD, FORM, "%%videogen -d 4\na cat for {name}")
    lab = host(browser, oldest, "oldest.ipynb")
    assert lab.page.evaluate("() => window.jupyterapp.version").startswith(("4.2.", "7.2."))
    expect(lab.page.locator(".jp-CodeCell").nth(2).locator(".cm-content span", has_text="{name}")).to_have_count(
        1, timeout=SLOW
    )
    for index in (0, 1):
        lab.run(index)
    ask(widgets(lab, 1), "waves at sunset")
    plays(cell(lab, 1).locator(".videogen-result video"))
    lab.save()
    assert {one[MIME]["kind"] for one in data_of(path) if VIEW not in one} == {"form", "records"}
    lab.open()
    expect(widgets(lab, 1)).to_be_visible(timeout=SLOW)
    lab.close()
    leave_for_the_day(oldest, path, trusted=True)
    lab = host(browser, oldest, "oldest.ipynb", kernel=False)
    assert plays(cell(lab, 1).locator(".videogen-record video")) == FACTS
    assert NOT_FOUND not in lab.page.locator("body").inner_text()
    lab.close()
