"""A grid of 120 and of 2,004 clips in JupyterLab: what scrolling through it costs the page, and what it is told while it fills.

    python benchmarks/grid_page.py

All clips but ten are finished and have a still picture of 480 by 270 pixels. Scrolling is by 40 pixels a frame, and by leaps through all of
it. Script, style and layout are Chromium's own counts of processor time, divided by the frames. While the local engine fills a grid of the same size, the
messages of widgets are counted as they come over the kernel's socket. Prints a table and writes nothing else.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from base64 import b64decode
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

from playwright.sync_api import sync_playwright  # noqa: E402

from browser import find  # noqa: E402
from jupyter_videogen.ledger.ledger import Ledger  # noqa: E402
from support.full_grid import PLAN, fill_grid  # noqa: E402
from support.jupyter_servers import Server  # noqa: E402
from support.jupyterlab_page import ARGUMENTS, Lab  # noqa: E402

ROWS = (20, 334)
ACROSS = {"models": ["local/ink", "local/grain", "local/scenes"], "seeds": [1, 2]}
FILL = """import jupyter_videogen as vg
vg.grid([f"Waves at sunset, number {{number}}" for number in range({rows})], models={models}, seeds={seeds},
        name="filling", duration=1, size="320x192")"""
FILLING, TEXT = 30, 1
"""Seconds that are counted; the opcode of a text frame."""
FRAMES = 300
STEP = 40
"""Pixels a frame: a fast turn of a wheel."""
SCROLL = """async ([frames, step, leap]) => {
  const sheet = document.querySelector(".videogen-scroll");
  const length = sheet.scrollHeight - sheet.clientHeight;
  for (let number = 0; number < frames; number += 1) {
    sheet.scrollTop = leap ? ((number * 7919) % 100) / 100 * length : (number * step) % length;
    await new Promise((next) => requestAnimationFrame(next));
  }
  return document.querySelectorAll(".videogen-tile").length;
}"""


def scroll(lab: Lab, *, leap: bool) -> str:
    """Scroll, and say what a frame cost."""
    session: Any = lab.page.context.new_cdp_session(lab.page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def count() -> dict[str, float]:
        return {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}

    before = count()
    tiles = lab.page.evaluate(SCROLL, [FRAMES, STEP, leap])
    after = count()
    script, style, layout, task = (
        (after[name] - before[name]) / FRAMES * 1000
        for name in ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration", "TaskDuration")
    )
    return f"{script:5.2f} ms script, {style + layout:5.2f} ms style and layout, {task:5.2f} ms in all a frame; {tiles} tiles in the page"


def fill(lab: Lab) -> str:
    """Let the local engine make clips for a while, and say what the page is told meanwhile."""
    session: Any = lab.page.context.new_cdp_session(lab.page)
    told: list[int] = []

    def hear(event: dict[str, Any]) -> None:
        response = event["response"]
        data = b64decode(response["payloadData"]) if response["opcode"] != TEXT else response["payloadData"].encode()
        if b"comm_msg" in data:
            told.append(len(data))

    session.on("Network.webSocketFrameReceived", hear)
    session.send("Network.enable")
    lab.page.wait_for_timeout(FILLING * 1000)
    session.detach()
    each = (f"{len(told) / FILLING:.1f} messages", f"{sum(told) / FILLING / 1000:.1f} kB a second")
    return f"{each[0]}, {each[1]}, the largest {max(told, default=0) / 1000:.1f} kB"


def measure(lab: Lab, server: Server, rows: int) -> None:
    """Fill a grid of so many rows, show it, and print what scrolling costs."""
    fill_grid(server.home, server.root, str(server.root), f"rows-{rows}", ready=rows * 6 - 10)
    lab.run(2)
    lab.page.locator(".videogen-cell img").first.wait_for()
    lab.page.locator(".videogen-scroll").scroll_into_view_if_needed()
    print(f"{rows * 6:5} cells, by a wheel ", scroll(lab, leap=False))
    print(f"{rows * 6:5} cells, by leaps   ", scroll(lab, leap=True))


def measure_filling(lab: Lab, rows: int) -> None:
    """Make a grid of so many rows, and print what the page is told."""
    lab.run(3)
    lab.page.locator(".videogen-cell").last.wait_for()
    print(f"{rows * 6:5} cells, filling   ", fill(lab))


def main() -> None:
    """Measure each size in a home of its own."""
    for rows in ROWS:
        folder = Path(tempfile.mkdtemp(prefix="videogen-grid-"))
        (folder / "notebooks").mkdir()
        os.environ["VIDEOGEN_HOME"] = str(folder / "home")
        server = Server(folder / "notebooks", folder / "home")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
                plan = PLAN.format(rows=rows, name=f"rows-{rows}", **ACROSS)
                server.notebook(
                    "grid.ipynb", "%load_ext jupyter_videogen", plan, "seen", FILL.format(rows=rows, **ACROSS)
                )
                lab = Lab(browser, server, "grid.ipynb", width=1400)
                lab.run(0)
                lab.run(1)
                measure(lab, server, rows)
                measure_filling(lab, rows)
                lab.close()
        finally:
            server.close()
            Ledger.forget()
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
