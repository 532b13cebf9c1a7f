"""The main path in Firefox and in WebKitGTK, in JupyterLab and Notebook 7: make, watch, play, compare, vote, save, open again.

`make test-browsers` runs this file, with the browsers that are there. Pictures of each step come to `build/engines/`.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine_programs import PROGRAMS, find
from support import lite_sites
from support.engines import Engine, Firefox, WebKit, wait
from support.jupyter_servers import TOKEN, Server
from support.jupyterlab_page import OUTPUTS, READY, RUN, SAVE, leave_for_the_day
from support.local_gateways import Gateway

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PICTURES = Path(__file__).parents[2] / "build" / "engines"
STARTERS: dict[str, Callable[[str], Engine]] = {"firefox": Firefox, "webkit": WebKit}
LOAD = "%load_ext jupyter_videogen\nimport jupyter_videogen as vg"
CELL = "%%videogen -d 2 --size 640x360 --seed 7\nwaves at sunset"
FORM = "vg.VideoGen(duration=2, size='640x360', seed=7)"
GRID = """vg.grid(["Waves at sunset", "Snow on the mountains"], models=["local/ink", "local/grain"], seeds=[1],
        name="study-1", duration=1, size="320x192")"""
VOTE = 'vg.grid(name="study-1").vote(rater="Mira")'
NO_KERNEL = (
    """() => [...document.querySelectorAll(".jp-Dialog button")].find((one) => one.textContent.includes("No Kernel"))"""
)
PLAYS = """async (selector) => {
  const video = [...document.querySelectorAll(selector)].find((one) => one.checkVisibility());
  if (!video) return null;
  video.muted = true;
  await video.play(); // a saved one loads nothing before
  return video.currentTime > 0.1 && video.videoWidth > 0 && [video.videoWidth, video.videoHeight];
}"""
ALL_PLAY = """([selector, count]) => {
  const videos = [...document.querySelectorAll(selector)];
  return videos.length === count && videos.every((one) => one.readyState > 2 && !one.paused && one.currentTime > 0);
}"""
READY_TILES = "() => document.querySelectorAll('.videogen-tile[data-state=ready]').length === 4"
COMPARE = """() => {
  const button = [...document.querySelectorAll(".videogen-grid-foot button")].find((one) => one.textContent.startsWith("Compare"));
  if (!button || button.disabled) return false;
  button.focus();
  return button === document.activeElement;
}"""
FOCUS = "(selector) => { const node = document.querySelector(selector); node?.focus(); return node === document.activeElement; }"
FOCUSED = "(selector) => document.activeElement?.matches(selector)"
SAID = "([selector, words]) => document.querySelector(selector)?.textContent.includes(words)"
HERE = "async (selector) => { document.querySelector(selector)?.scrollIntoView({ block: 'center' }); }"


@pytest.fixture(scope="module", params=list(PROGRAMS))
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """One window for all tests of a browser: it is slow to start."""
    program = find(request.param)
    assert program is not None, f"{request.param} is not here: `make test-browsers` says how to install it"
    window = STARTERS[request.param](program)
    window.name = request.param  # type: ignore[attr-defined]
    yield window
    window.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("engines")
    (folder / "notebooks").mkdir()
    server = Server(folder / "notebooks", folder / "home")
    yield server
    server.close()


@pytest.fixture(autouse=True)
def gateway(server: Server) -> Iterator[Gateway]:
    """The gateway of the server's home; after the test it is gone, and so is all it and the kernels knew."""
    gateway = Gateway(server.home)
    yield gateway
    server.end_sessions()
    gateway.kill()
    shutil.rmtree(server.home, ignore_errors=True)


def visit(engine: Engine, server: Server, name: str, *, host: str = "lab/tree", kernel: bool = True) -> None:
    """Open a notebook, with its kernel or with none."""
    engine.go(server.url(f"{host}/{name}?token={TOKEN}&reset"))
    wait(engine, "() => Boolean(window.jupyterapp?.shell)")
    engine.run(READY, kernel)
    if not kernel:
        wait(engine, f"() => {{ const button = ({NO_KERNEL})(); button?.click(); return button !== undefined; }}")


def cells(engine: Engine, *indices: int) -> None:
    for index in indices:
        engine.run(RUN, [index, True])


def picture(engine: Engine, of: str, selector: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    engine.run(HERE, selector)
    engine.screenshot(PICTURES / f"{of}-{engine.name}.png")  # type: ignore[attr-defined]


@pytest.mark.parametrize("host", ["lab/tree", "notebooks"])
def test_a_cell_becomes_a_clip_and_plays_from_the_saved_notebook(engine: Engine, server: Server, host: str) -> None:
    """`%%videogen` in JupyterLab and in Notebook 7: card, clip, record; saved and opened with no kernel, it plays."""
    path = server.notebook("cell.ipynb", LOAD, CELL)
    visit(engine, server, "cell.ipynb", host=host)
    cells(engine, 0, 1)
    assert wait(engine, PLAYS, ".videogen-result video") == [640, 360]
    picture(engine, f"card-{host[:3]}", ".videogen")
    engine.run(SAVE)
    assert "widget-view" not in path.read_text()
    leave_for_the_day(server, path, trusted=True)
    visit(engine, server, "cell.ipynb", host=host, kernel=False)
    assert wait(engine, PLAYS, ".videogen-record video") == [640, 360]
    picture(engine, f"saved-{host[:3]}", ".videogen-record")


def test_the_form_makes_a_clip(engine: Engine, server: Server) -> None:
    """Type a prompt and press Generate by keys alone; the clip plays."""
    server.notebook("form.ipynb", LOAD, FORM)
    visit(engine, server, "form.ipynb")
    cells(engine, 0, 1)
    wait(engine, FOCUS, ".videogen textarea")
    engine.press("northern lights over a lake", "Tab")
    wait(engine, FOCUS, ".videogen-form button[type=submit], .videogen-form .is-primary")
    engine.press("Enter")
    assert wait(engine, PLAYS, ".videogen-result video") == [640, 360]
    picture(engine, "form", ".videogen")


def test_a_grid_fills_is_compared_and_voted_on(engine: Engine, server: Server) -> None:
    """Four tiles, one over the whole screen; two in step; and one key for the vote on each prompt."""
    server.notebook("grid.ipynb", LOAD, GRID, VOTE)
    visit(engine, server, "grid.ipynb")
    cells(engine, 0, 1)
    wait(engine, READY_TILES)
    picture(engine, "grid", ".videogen")
    wait(engine, FOCUS, ".videogen-tile")
    engine.press("o")
    wait(engine, ALL_PLAY, [".videogen-opened video", 2])
    picture(engine, "row", ".videogen-opened")
    engine.press("Escape")
    wait(engine, FOCUSED, ".videogen-tile")
    engine.press("c", "ArrowRight", "c")
    wait(engine, COMPARE)
    engine.press("Enter")
    wait(engine, ALL_PLAY, [".videogen-compare video", 2])
    picture(engine, "compare", ".videogen-compare")
    engine.press("Escape")
    cells(engine, 2)
    wait(engine, FOCUS, ".videogen-pair-place")
    for key in ("ArrowLeft", "ArrowDown"):
        wait(engine, "() => document.querySelectorAll('.videogen-choices [aria-disabled=false]').length === 4")
        picture(engine, "vote", ".videogen-vote")
        before = engine.run("() => document.querySelector('.videogen-vote-head').textContent")
        engine.press(key)
        wait(
            engine,
            "(before) => document.querySelector('.videogen-vote-head').textContent !== before",
            before,
        )
    wait(engine, FOCUSED, ".videogen-verdict h4")
    assert engine.run(OUTPUTS, 2)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with lite_sites.serve_site(tmp_path_factory.mktemp("lite")) as address:
        yield address


@lite_sites.needed
def test_python_in_the_tab_makes_a_clip_that_plays_without_a_kernel(engine: Engine, site: str) -> None:
    """In a site of notebooks: a cell, and the `await` of a browser that cannot suspend Python; saved, it plays from its file."""
    if engine.name == "webkit":  # type: ignore[attr-defined]
        pytest.skip("Python in the tab was never tried in WebKitGTK: Chromium and Firefox are what is promised")
    _visit_site(engine, site, "tab")
    cells(engine, 0, 1)
    assert wait(engine, PLAYS, ".videogen-result video") == [640, 360]
    picture(engine, "tab", ".videogen")
    cells(engine, 3)
    wait(engine, "() => document.querySelectorAll('.videogen-result video, .videogen-record video').length > 1")
    assert "fog over a lake" in str(engine.run(OUTPUTS, 3))
    engine.run(SAVE)
    _visit_site(engine, site, "tab", kernel=False)
    assert wait(engine, PLAYS, ".videogen-record video") == [640, 360]


def _visit_site(engine: Engine, site: str, name: str, *, kernel: bool = True) -> None:
    engine.go(f"{site}/notebooks/index.html?path={name}.ipynb")
    wait(engine, "() => Boolean(window.jupyterapp?.shell)")
    engine.run(READY, kernel)
