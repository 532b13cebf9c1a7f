"""A library of 10,000 clips: a page of it from the ledger, and scrolling through it in JupyterLab.

    python benchmarks/library.py [JOBS]

One in ten jobs has failed; every clip has a still picture of 480 by 270 pixels. Pages are of 60 tiles and their times the medians of
30, in one process. Scrolling is by 40 pixels a frame through the grid of a form in a notebook, and by leaps through all of it;
script and layout are Chromium's own counts, divided by the frames that were drawn. Prints tables and writes nothing else.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

import msgspec  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from browser import find  # noqa: E402
from jupyter_videogen.ledger.ledger import Ledger  # noqa: E402
from jupyter_videogen.runtime import process  # noqa: E402
from jupyter_videogen.widget import history  # noqa: E402
from jupyter_videogen.widget.protocol import History  # noqa: E402
from support.full_library import draw_still, fill_home  # noqa: E402
from support.jupyter_servers import Server  # noqa: E402
from support.jupyterlab_page import ARGUMENTS, Lab  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

JOBS = 10_000
ROUNDS = 30
FRAMES = 300
STEP = 40
"""Pixels a frame: a fast turn of a wheel."""
QUESTIONS: dict[str, dict[str, Any]] = {
    "the newest": {},
    "from the middle": {"offset": 5000},
    "the oldest": {"offset": 8940},
    "one model": {"model": "wan-2.7"},
    "those that failed": {"stages": ("failed",)},
    "searched for text": {"search": "écran"},
}
SCROLL = """async ([frames, step, leap]) => {
  const sheet = document.querySelector(".videogen-sheet");
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const gaps = [];
  let last = await frame();
  for (let number = 0; number < frames; number += 1) {
    sheet.scrollTop = leap ? ((number * 7919) % 100) / 100 * sheet.scrollHeight : sheet.scrollTop + step;
    const now = await frame();
    gaps.push(now - last);
    last = now;
  }
  return { gaps, tiles: document.querySelectorAll(".videogen-item").length };
}"""


def ask(**terms: Any) -> tuple[float, int, int]:
    """Give the milliseconds of a page, its bytes as JSON, and how many tiles the filters leave."""
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        page = history.page(History(v=1, request_id="r", scope="all", **terms))
        text = msgspec.json.encode(page)
        took.append((time.perf_counter() - start) * 1000)
    return median(took), len(text), page.total


def measure_pages() -> None:
    """Print what a page costs the kernel."""
    for name, terms in QUESTIONS.items():
        took, size, total = ask(**terms)
        print(f"a page, {name:<20} {took:6.1f} ms {size / 1000:6.1f} kB of {total} tiles")
    ids = tuple(f"{number:08d}" for number in range(24))
    start = time.perf_counter()
    pictures = history.read_posters(ids)
    took = (time.perf_counter() - start) * 1000
    print(f"24 pictures                  {took:6.1f} ms {sum(map(len, pictures)) / 1000:6.1f} kB")


def read_counters(session: Any) -> dict[str, float]:
    """Read Chromium's counters of the page."""
    found = session.send("Performance.getMetrics")["metrics"]
    return {entry["name"]: entry["value"] for entry in found}


def scroll(lab: Lab, *, leap: bool) -> str:
    """Scroll, and say what a frame cost."""
    session = lab.page.context.new_cdp_session(lab.page)
    session.send("Performance.enable")
    before = read_counters(session)
    seen = lab.page.evaluate(SCROLL, [FRAMES, STEP, leap])
    after = read_counters(session)

    def spent(name: str) -> float:
        return (after[name] - before[name]) / FRAMES * 1000

    layout = spent("LayoutDuration") + spent("RecalcStyleDuration")
    late = quantiles(seen["gaps"], n=20)[-1]
    return (
        f"{spent('ScriptDuration'):5.2f} ms script, {layout:5.2f} ms style and layout, {spent('TaskDuration'):5.2f} ms in all a frame;"
        f" gaps {median(seen['gaps']):.1f} ms, one in twenty over {late:.1f} ms; {seen['tiles']} tiles in the page"
    )


def measure_scrolling(browser: Browser, server: Server) -> None:
    """Open a form whose library is full, and print what scrolling costs."""
    server.notebook(
        "library.ipynb", "import os; os.environ['VIDEOGEN_PROVIDER'] = 'local'\n%load_ext jupyter_videogen", "%videogen"
    )
    lab = Lab(browser, server, "library.ipynb")
    lab.run(0)
    lab.run(1)
    lab.page.locator(".videogen-tile img").first.wait_for()
    lab.page.locator(".videogen-sheet").scroll_into_view_if_needed()
    print("scrolling by a wheel        ", scroll(lab, leap=False))
    print("scrolling by leaps          ", scroll(lab, leap=True))
    lab.close()


def main() -> None:
    """Fill a home, and measure both halves."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else JOBS
    folder = Path(tempfile.mkdtemp(prefix="videogen-library-"))
    (folder / "notebooks").mkdir()
    os.environ["VIDEOGEN_HOME"] = str(folder / "home")
    fill_home(folder / "home", folder / "notebooks", jobs, draw_still())
    print(f"ledger of {jobs} jobs        {(folder / 'home' / 'ledger.sqlite3').stat().st_size / 1e6:6.1f} MB")
    measure_pages()
    process.close()
    server = Server(folder / "notebooks", folder / "home")
    try:
        with sync_playwright() as playwright:
            measure_scrolling(playwright.chromium.launch(executable_path=find(), args=ARGUMENTS), server)
    finally:
        server.close()
        Ledger.forget()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
