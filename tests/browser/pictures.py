"""Take the pictures of the documentation from the real thing: JupyterLab, a kernel, the local engine, a browser.

`make pictures` writes `docs/images/*.png`.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT / "tests"), str(ROOT / "scripts")]

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from browser import find  # noqa: E402
from support.jupyter_servers import Server  # noqa: E402
from support.jupyterlab_page import ARGUMENTS, Lab  # noqa: E402
from support.local_gateways import Gateway  # noqa: E402
from support.widget_gallery import Gallery, small_clip  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGES = ROOT / "docs" / "images"
LOAD = "%load_ext jupyter_videogen"
PYTHON = f"import jupyter_videogen as vg\n{LOAD}"
BOAT = "A paper boat crossing a neon-lit puddle"
GRID = """\
vg.grid(
    ["Waves at sunset", "A city in rain", "Northern lights over a mountain lake", "A meadow in the wind", "A campfire by night"],
    models=["local/scenes", "local/ink", "local/grain"], seeds=[7], name="study-1", duration=2, size="640x360",
)"""
COMPARE = 'vg.compare("Waves at sunset", models=["local/scenes", "local/ink", "local/grain"], duration=2)'
VOTES = 13  # one pair of the twelve comes again
VOTE = """\
prompts = ["Waves at sunset", "A city in rain", "Northern lights over a mountain lake", "A meadow in the wind"]
grid = vg.grid(prompts, models=["local/scenes", "local/ink", "local/grain"], seeds=[7], name="styles", duration=2, size="640x360")
grid.result()
grid.vote(rater="Mira", min_votes=3)"""
HIDE = "() => window.jupyterapp.commands.execute('application:toggle-left-area')"


def cell(lab: Lab, gateway: Gateway) -> None:
    """A cell while its clip is made, and afterwards."""
    lab.run(0)
    lab.run(1)
    lab.page.wait_for_function(
        "() => Number(document.querySelector('.videogen [role=progressbar]')?.getAttribute('aria-valuenow')) > 25"
    )
    gateway.stop()
    lab.page.wait_for_timeout(1500)
    shoot(lab, "running")
    gateway.go_on()
    lab.clip.wait_for(timeout=60_000)
    lab.page.wait_for_timeout(1000)
    shoot(lab, "cell")


def form(lab: Lab, _gateway: Gateway) -> None:
    """The form, empty and with a clip."""
    lab.run(0)
    lab.run(1)
    lab.card.get_by_role("textbox", name="Prompt").wait_for()
    lab.page.wait_for_timeout(500)
    shoot(lab, "form-empty")
    lab.card.get_by_role("textbox", name="Prompt").fill("Northern lights over a mountain lake")
    lab.card.get_by_role("button", name=re.compile("^Generate")).click()
    video = lab.card.locator(".videogen-result video")
    video.wait_for(timeout=60_000)
    video.evaluate("(video) => new Promise((done) => { video.onseeked = done; video.currentTime = 1; })")
    lab.page.wait_for_timeout(1500)
    shoot(lab, "form")


def tab(lab: Lab, _gateway: Gateway) -> None:
    """What Tab offers, and the help."""
    lab.run(0)
    lab.run(2)
    editor = lab.page.locator(".jp-Cell .cm-content").nth(1)
    editor.click()
    editor.press("End")
    editor.press("Tab")
    lab.page.locator(".jp-Completer code").first.wait_for(timeout=60_000)
    lab.page.wait_for_timeout(500)
    shoot(lab, "tab")


def grid(lab: Lab, gateway: Gateway) -> None:
    """A grid while it fills."""
    lab.run(0)
    lab.run(1)
    lab.page.wait_for_function("() => document.querySelectorAll('.videogen-grid video, .videogen-grid img').length > 8")
    gateway.stop()
    lab.page.wait_for_timeout(1500)
    shoot(lab, "grid-running")
    gateway.go_on()


def compare(lab: Lab, gateway: Gateway) -> None:
    """Three models at one prompt: while they are made, and when they play."""
    lab.run(0)
    lab.run(1)
    lab.page.wait_for_function("() => document.querySelectorAll('.videogen-clip video').length === 1")
    gateway.stop()
    lab.page.wait_for_timeout(1500)
    shoot(lab, "compare-running")
    gateway.go_on()
    lab.page.locator(".videogen-playback-bar").wait_for(timeout=120_000)
    lab.page.wait_for_timeout(1500)
    shoot(lab, "compare")


def vote(lab: Lab, _gateway: Gateway) -> None:
    """A pair of a blind vote, and what the votes come to."""
    lab.run(0)
    lab.run(1)
    pair = lab.page.locator(".videogen-pair-place")
    ready = lab.page.locator(".videogen-choices [aria-disabled=false]").first
    ready.wait_for(timeout=120_000)
    lab.page.wait_for_timeout(1500)
    shoot(lab, "vote")
    pair.focus()
    for number in range(VOTES):
        ready.wait_for(timeout=60_000)
        lab.page.keyboard.press(("ArrowLeft", "ArrowRight", "ArrowDown", "ArrowLeft")[number % 4])
        lab.page.wait_for_timeout(600)
    lab.page.locator(".videogen-vote-result").wait_for(timeout=60_000)
    shoot(lab, "vote-result")


def shoot(lab: Lab, name: str) -> None:
    """Write one picture."""
    lab.page.screenshot(path=str(IMAGES / f"{name}-{lab.look}.png"))


SCENES: dict[str, tuple[list[str], Callable[[Lab, Gateway], None]]] = {
    "cell": ([LOAD, f"%%videogen -d 6 --seed 4\n{BOAT}"], cell),
    "form": ([LOAD, "%videogen -d 4 --seed 4"], form),
    "compare": ([PYTHON, COMPARE], compare),
    "grid": ([PYTHON, GRID], grid),
    "vote": ([PYTHON, VOTE], vote),
    "tab": ([LOAD, "%%videogen -m local/scenes --", "%videogen help"], tab),
}
LOOKS = {
    "light": (1200, 900, "JupyterLab Light"),
    "dark": (1200, 900, "JupyterLab Dark"),
    "narrow": (560, 1100, "JupyterLab Light"),
}


def take(browser: Browser, server: Server, gateway: Gateway, scene: str, look: str) -> None:
    """Play one scene in one look."""
    cells, play = SCENES[scene]
    width, height, theme = LOOKS[look]
    server.notebook(f"{scene}.ipynb", *cells)
    lab = Lab(browser, server, f"{scene}.ipynb", width=width, height=height)
    lab.look = look
    lab.theme(theme)
    lab.page.evaluate(HIDE)
    play(lab, gateway)
    lab.close()
    server.end_sessions()


def sheets(browser: Browser, folder: Path) -> None:
    """Take every state of the widget, wide and narrow, light and dark."""
    clip = small_clip(folder)
    for shade in ("light", "dark"):
        for name, width in {"wide": 900, "narrow": 400}.items():
            gallery = Gallery(browser, clip, dark=shade == "dark", width=width)
            gallery.sheet(IMAGES / f"gallery-{name}-{shade}.jpg")
            gallery.close()


def album(browser: Browser, folder: Path, look: str) -> None:
    """Take every scene in one look; in a home of its own, for what was made once is not made again."""
    (folder / "notebooks").mkdir(parents=True)
    server = Server(folder / "notebooks", folder / "home")
    gateway = Gateway(server.home)
    try:
        for scene in SCENES:
            take(browser, server, gateway, scene, look)
    finally:
        server.close()
        gateway.kill()


def main() -> None:
    """Take every scene in every look, and the sheets of all states."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="videogen-pictures-"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        sheets(browser, folder)
        for look in LOOKS:
            album(browser, folder / look, look)


if __name__ == "__main__":
    main()
