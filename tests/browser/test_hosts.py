"""The form at home elsewhere: Notebook 7, Voila and marimo, each as its own users start it."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from support.jupyter_servers import Marimo, Voila, write
from support.jupyterlab_page import Notebook, ask, leave_for_the_day, moved_on, percent, plays

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from support.jupyter_servers import App, Server
    from support.local_gateways import Gateway

LOAD = "%load_ext jupyter_videogen"
FORM = "from jupyter_videogen import VideoGen\nform = VideoGen(duration=8, size='640x360', seed=7)\nform"
LISTEN = "told = []\nform.observe(lambda change: told.append(change.new['progress']), names='job')"
TOLD = "import json\nprint(json.dumps(told))"
MARIMO = """\
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from jupyter_videogen import VideoGen

    form = mo.ui.anywidget(VideoGen(duration=8, size="640x360", seed=7))
    form
    return


if __name__ == "__main__":
    app.run()
"""
FACTS = {"width": 640, "height": 360, "duration": 8}
ONE_POST = ["POST /v1/videos"]


def card(page: Page) -> Locator:
    return page.locator("section.videogen")


def visit(browser: Browser, app: App) -> Page:
    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    page.goto(app.url())
    return page


def comes_and_plays(form: Locator) -> str:
    """Wait for the clip in the form, see it move, and give where it came from."""
    video = form.locator(".videogen-result video")
    assert plays(video) == FACTS
    return str(video.evaluate("(video) => video.currentSrc"))


def test_notebook_makes_a_clip_and_plays_it_again_without_a_kernel(
    browser: Browser, server: Server, gateway: Gateway
) -> None:
    """Notebook 7: type, generate, see the provider's own percent, play; saved and opened with no kernel, it plays."""
    path = server.notebook("seven.ipynb", LOAD, FORM, LISTEN, TOLD)
    notebook = Notebook(browser, server, "seven.ipynb")
    for index in (0, 1, 2):
        notebook.run(index)
    ask(notebook.card, "a lighthouse in the fog")
    moved_on(notebook.card, 0)
    gateway.stop()
    first = percent(notebook.card)
    gateway.go_on()
    moved_on(notebook.card, first)
    assert plays(notebook.card.locator(".videogen-result video")) == FACTS
    notebook.run(3)
    told = json.loads(notebook.outputs(3)[0]["text"])
    assert first in {int(progress) for progress in told if progress is not None}
    assert gateway.posts() == ONE_POST
    notebook.save()
    notebook.close()
    assert path.stat().st_size < 100_000
    leave_for_the_day(server, path, trusted=True)
    notebook = Notebook(browser, server, "seven.ipynb", kernel=False)
    assert plays(notebook.clip) == FACTS
    notebook.close()


def test_a_cell_of_notebook_becomes_a_video(browser: Browser, server: Server, gateway: Gateway) -> None:
    """Notebook 7: `%%videogen` in a cell; its clip plays, and again from the saved notebook without a kernel."""
    cell = "%%videogen -d 2 --size 640x360 --seed 7\nwaves at sunset"
    path = server.notebook("cell-seven.ipynb", LOAD, cell)
    notebook = Notebook(browser, server, "cell-seven.ipynb")
    for index in (0, 1):
        notebook.run(index)
    assert plays(notebook.clip) == {**FACTS, "duration": 2}
    notebook.save()
    notebook.close()
    leave_for_the_day(server, path, trusted=True)
    notebook = Notebook(browser, server, "cell-seven.ipynb", kernel=False)
    assert plays(notebook.clip) == {**FACTS, "duration": 2}
    notebook.close()


@pytest.mark.parametrize("films", [False, True])
def test_voila_makes_a_clip(browser: Browser, server: Server, gateway: Gateway, *, films: bool) -> None:
    """Voila gives out pictures alone: the clip comes from the kernel; with the option that adds films, from its address."""
    folder = server.root / f"voila-{films}"
    write(folder / "app.ipynb", FORM)
    with closing(Voila(folder, server.home, films=films)) as voila:
        page = visit(browser, voila)
        ask(card(page), "a paper boat")
        moved_on(card(page), 0)
        assert comes_and_plays(card(page)).startswith("blob:") is not films
        assert gateway.posts() == ONE_POST
        page.close()


def test_marimo_makes_a_clip(browser: Browser, server: Server, gateway: Gateway) -> None:
    """marimo: the form as an element of its own; generate, and the clip comes from the kernel."""
    folder = server.root / "marimo"
    folder.mkdir()
    (folder / "app.py").write_text(MARIMO)
    with closing(Marimo(folder, server.home)) as marimo:
        page = visit(browser, marimo)
        ask(card(page), "a paper kite")
        moved_on(card(page), 0)
        assert comes_and_plays(card(page)).startswith("blob:")
        assert gateway.posts() == ONE_POST
        page.close()
