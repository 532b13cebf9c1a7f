"""A visit to Binder, without Docker: its start script, its address below a hub, its settings, the first notebook.

`python tests/support/binder_visit.py PYTHON` plays it with another Python, such as that of an environment built from `binder/`,
prints what it took, and leaves pictures in `build/binder/`.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT / "tests"), str(ROOT / "scripts")]

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from browser import find  # noqa: E402
from support.jupyter_servers import TOKEN, Server  # noqa: E402
from support.jupyterlab_page import ARGUMENTS, SLOW, Lab, plays  # noqa: E402
from support.local_gateways import Gateway  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = "notebooks/01-first-clip.ipynb"
RUN_ALL = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
STYLES = "import jupyter_videogen as vg"
"""What the cell of the comparison begins with."""
SHOW = """(words) => {
  const { content } = window.jupyterapp.shell.currentWidget;
  const index = content.widgets.findIndex((cell) => cell.model.sharedModel.source.startsWith(words));
  content.activeCellIndex = index;
  return content.scrollToItem(index, "start");
}"""
"""JupyterLab hides what is far from view: bring a cell there as its reader would."""
MAKES = ("**/api/sessions**", "**/api/kernels**")
"""What a page asks for to get a kernel."""
PICTURE = ROOT / "docs" / "images" / "form-dark.png"
NEW = "video:not([src*='firstone'])"
"""A clip of this visit: the saved one has a name of its own."""


class Binder(Server):
    """A server as Binder starts one: by `binder/start`, below a user's address, with the repository as its root."""

    def __init__(self, folder: Path, python: str = sys.executable) -> None:
        self.launcher = (str(ROOT / "binder" / "start"), python)
        shutil.copytree(ROOT / "notebooks", folder / "repo" / "notebooks", ignore=shutil.ignore_patterns(".*"))
        super().__init__(folder / "repo", folder / "home", base_url="/user/me/")

    def _environment(self) -> dict[str, str]:
        kept = super()._environment() | {"BINDER_LAUNCH_HOST": "https://mybinder.org/"}
        if self.launcher[-1] != sys.executable:
            kept.pop("PYTHONPATH", None)
        return {
            name: value
            for name, value in kept.items()
            if name not in {"VIDEOGEN_PROVIDER", "VIDEOGEN_DEFAULT_PROVIDER", "VIDEOGEN_KILOBITS"}
        }

    def memory(self) -> dict[str, float]:
        """Return the megabytes of the server and of all that it started, by what each runs."""
        parents, words, sizes = {}, {}, {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                status = (process / "status").read_text()
                words[int(process.name)] = (process / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            parents[int(process.name)] = int(re.findall(r"^PPid:\s+(\d+)", status, re.MULTILINE)[0])
            sizes[int(process.name)] = int((re.findall(r"^VmRSS:\s+(\d+)", status, re.MULTILINE) or ["0"])[0]) / 1000
        ours = {self._process.pid}
        while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
            ours |= more
        found: dict[str, float] = {}
        for pid in ours:
            name = next(
                (name for name in ("jupyter_videogen.gateway", "ipykernel", "jupyterlab") if name in words[pid]),
                "other",
            )
            found[name] = found.get(name, 0) + sizes[pid]
        return found


class Visitor(Lab):
    """Somebody who came by the badge: at first the page gets no kernel, as while one is still starting."""

    def open(self, *, kernel: bool = True) -> None:
        """Open the notebook; without `kernel`, with nothing but what was saved."""
        for address in MAKES:
            self.page.route(address, lambda route: route.abort()) if not kernel else self.page.unroute(address)
        if kernel:
            return super().open()
        self.page.goto(self.server.url(self.address.format(name=self.name, token=TOKEN)), wait_until="domcontentloaded")
        return self.record.first.wait_for(timeout=60_000)


def use_the_form(visitor: Visitor) -> None:
    """Drop a picture in, type a sentence, press Ctrl+Enter, and see the clip."""
    visitor.page.evaluate(SHOW, "%videogen")
    box = visitor.page.get_by_role("textbox", name="Prompt")
    tile = visitor.page.get_by_role("group", name="Start image")
    tile.locator("input[type=file]").set_input_files(PICTURE)
    tile.get_by_text("×").first.wait_for(timeout=SLOW)
    box.fill("The picture comes alive")
    box.press("Control+Enter")
    video = visitor.page.locator(".videogen-result video[aria-label='The picture comes alive']")
    video.wait_for(timeout=SLOW)
    plays(video)


def visit(browser: Browser, binder: Binder, look: Callable[[Lab, str], None]) -> dict[str, str]:
    """See the saved clip without a kernel, run all cells, see new ones; returns the places of the saved and the new clip."""
    visitor = Visitor(browser, binder, FIRST, kernel=False, height=1300)
    plays(visitor.record.first)
    places = {"saved": str(visitor.record.first.get_attribute("src"))}
    look(visitor, "1-before-the-kernel")
    visitor.open()
    visitor.page.evaluate(RUN_ALL)
    made = visitor.clip.and_(visitor.page.locator(NEW)).first
    plays(made)
    places["made"] = str(made.get_attribute("src"))
    look(visitor, "2-after-run-all")
    use_the_form(visitor)
    look(visitor, "3-the-form")
    styles = visitor.page.locator(".videogen-compare video")
    visitor.page.evaluate(SHOW, STYLES)
    styles.nth(2).wait_for(timeout=3 * SLOW)  # three clips, after those of all cells
    plays(styles.nth(2))
    look(visitor, "4-the-styles")
    visitor.close()
    return places


def main(python: str) -> None:
    """Play the visit with another Python and say what it took."""
    folder = Path(tempfile.mkdtemp(prefix="videogen-binder-"))
    pictures = ROOT / "build" / "binder"
    pictures.mkdir(parents=True, exist_ok=True)
    binder = Binder(folder, python)

    def look(visitor: Lab, name: str) -> None:
        visitor.page.screenshot(path=str(pictures / f"{name}.png"))
        print(name, {what: f"{size:.0f} MB" for what, size in binder.memory().items()}, flush=True)

    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
            print(visit(browser, binder, look))
        clips = (binder.root / "notebooks" / "videogen").glob("*.mp4")
        print({clip.name: f"{clip.stat().st_size / 1000:.0f} kB" for clip in clips})
    finally:
        binder.close()
        Gateway(binder.home).kill()


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else sys.executable)
