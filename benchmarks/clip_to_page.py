"""From a finished file to its first frame in the page: ours by address and in pieces, beside `IPython.display.Video` and `ipywidgets.Video`.

    python benchmarks/clip_to_page.py [MEGABYTES...]

One JupyterLab, one Chromium. For each size the four take turns on a page that is loaded anew for each turn, each in a cell of its
own that is cleared before the next; the first turn is not counted. Times are from the cell's start to the frame after the video has a picture. Memory is the most the kernel held above what it held before.
The notebook is saved once with each alone in it. Prints tables and writes nothing else.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

from playwright.sync_api import sync_playwright  # noqa: E402

from browser import find  # noqa: E402
from support.finished_jobs import noise, put  # noqa: E402
from support.jupyter_servers import Server  # noqa: E402
from support.jupyterlab_page import ARGUMENTS, Lab  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROUNDS = {1: 5, 10: 5, 50: 5, 150: 3}
"""Megabytes of a clip, and how often it is shown by each."""
MOST_EMBEDDED = 50
"""Megabytes; a larger one is a message that what drives the browser cannot carry."""
HEAD = """\
%load_ext jupyter_videogen
import ipywidgets, os
from IPython.display import Video, display
print(os.getpid())"""
FREE = "import ctypes, gc\nif shown: shown.close()\nshown = None\ngc.collect()\nctypes.CDLL(None).malloc_trim(0)"
FIRST_FRAME = """async (index) => {
  const app = window.jupyterapp;
  const panel = app.shell.currentWidget;
  panel.content.activeCellIndex = index;
  panel.content.deselectAll();
  const cell = panel.content.widgets[index].node;
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const start = performance.now();
  const running = app.commands.execute("notebook:run-cell");
  const load = () => [...cell.querySelectorAll(".videogen-clip-progress button")][0];
  while (!([...cell.querySelectorAll("video")].some((video) => video.readyState >= 2))) {
    load()?.click();
    await frame();
  }
  await frame();
  const took = performance.now() - start;
  await running;
  return took;
}"""
CLEAR = """async (index) => {
  window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
  await window.jupyterapp.commands.execute("notebook:clear-cell-output");
}"""


class Shown(NamedTuple):
    """One showing: milliseconds to the first frame, MB of the kernel's memory at most."""

    milliseconds: float
    growth: float


def cells(server: Server, megabytes: int) -> dict[str, str]:
    """Make the clip, beside the notebook and elsewhere, and give each one's cell."""
    near = noise(server.root / f"clip{megabytes}.mp4", megabytes)
    far = Path(shutil.copy(near, server.home))
    every = {
        "embed": f"display(Video({str(near)!r}, embed=True))",
        "ipywidgets.Video": f"shown = ipywidgets.Video.from_file({str(near)!r}, autoplay=False)\ndisplay(shown)",
        "ours, by address": f"%videogen show {put(server.home, near, 'near')}",
        "ours, in pieces": f"%videogen show {put(server.home, far, 'far')}",
    }
    return every if megabytes <= MOST_EMBEDDED else {name: cell for name, cell in every.items() if name != "embed"}


def memory(pid: int, field: str) -> float:
    """Read a field of a process's status, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith(field))


def show(lab: Lab, pid: int, index: int) -> Shown:
    """Run one cell until its first frame."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")  # forgets the highest mark
    before = memory(pid, "VmRSS:")
    took = float(lab.page.evaluate(FIRST_FRAME, index))
    return Shown(took, memory(pid, "VmHWM:") - before)


def measure(browser: Browser, server: Server, megabytes: int) -> list[list[str]]:
    """Show one size by each, in turn, and give the table's rows."""
    each = cells(server, megabytes)
    name = f"clip{megabytes}.ipynb"
    path = server.notebook(name, f"{HEAD}\nshown = None", FREE, *each.values())
    lab = Lab(browser, server, name)
    lab.page.set_default_timeout(300_000)
    lab.run(0)
    pid = int(lab.outputs(0)[0]["text"].split()[-1])
    took: dict[str, list[Shown]] = {client: [] for client in each}
    sizes: dict[str, float] = {}
    for turn in range(ROUNDS[megabytes] + 1):
        lab.open()  # afresh: what the browser holds of earlier ones must not slow down later ones
        for index, client in enumerate(each, start=2):
            took[client].append(show(lab, pid, index))
            if turn == 0:
                lab.save()
                sizes[client] = path.stat().st_size / 1000
            lab.page.evaluate(CLEAR, index)
            lab.run(1)
    lab.close()
    server.end_sessions()
    return [row(client, took, sizes[client]) for client in each]


def row(client: str, took: dict[str, list[Shown]], size: float) -> list[str]:
    """Return one client's medians, how many times as soon as the two others' it is, and its notebook; the first turn is not counted."""
    middle = {name: median(one.milliseconds for one in every[1:]) for name, every in took.items()}
    times = [one.milliseconds for one in took[client][1:]]
    ratios = [
        f"{middle[other] / middle[client]:.2f}" if other in middle else "" for other in ("embed", "ipywidgets.Video")
    ]
    growth = median(one.growth for one in took[client][1:])
    return [
        client,
        f"{middle[client]:.0f} ({min(times):.0f}-{max(times):.0f})",
        *ratios,
        f"{growth:.0f}",
        f"{size:,.0f}",
    ]


def main(sizes: list[int]) -> None:
    """Start a server and a browser for it, and end both."""
    folder = Path(tempfile.mkdtemp(prefix="videogen-clips-"))
    (folder / "notebooks").mkdir()
    (folder / "home").mkdir()
    server = Server(folder / "notebooks", folder / "home")
    os.environ["NODE_OPTIONS"] = "--max-old-space-size=8192"  # for what drives the browser: it sees every message
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
            for megabytes in sizes or ROUNDS:
                print(
                    f"\n{megabytes} MB, {ROUNDS[megabytes]} rounds in turn; load of the machine {os.getloadavg()[0]:.1f}\n"
                )
                print(
                    "| shown by | ms to the first frame | times as soon as embed | as ipywidgets.Video | kernel MB at most | notebook kB |"
                )
                print("|---|---|---|---|---|---|", flush=True)
                for fields in measure(browser, server, megabytes):
                    print("|", " | ".join(fields), "|", flush=True)
            browser.close()
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
