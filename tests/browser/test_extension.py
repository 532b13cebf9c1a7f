"""Our extension of JupyterLab: a saved notebook shows its clips, whatever has become of its kernel."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from playwright.sync_api import Browser, expect

from support.jupyterlab_page import PLAYS, SLOW, Lab, ask, leave_for_the_day, moved_on, plays
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
    return cell(lab, index).get_by_role("region", name="Video generation")


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
    expect(cell(lab, GROUPS).locator("details[open] video")).to_have_count(2, timeout=SLOW)
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
    assert {one[MIME]["kind"] for one in data if MIME in one} == {"form", "compare", "card", "records"}
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
