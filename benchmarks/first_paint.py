"""How long the form takes to be seen, and how much it talks: beside a widget of one button, in the same JupyterLab session.

    python benchmarks/first_paint.py

Both are displayed in turn, each by a cell of its own, 15 times after a first one. First paint is from the cell's start to the end of
the first frame in which the widget's button has a place on the screen. Then one job runs
while the page counts the messages it gets from the form's comm. Prints a table and writes nothing else.
"""

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

from playwright.sync_api import sync_playwright  # noqa: E402

from browser import find  # noqa: E402
from support.jupyter_servers import Server  # noqa: E402
from support.jupyterlab_page import ARGUMENTS, SLOW, Lab, ask  # noqa: E402
from support.local_gateways import Gateway  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

STATIC = ROOT / "src" / "jupyter_videogen" / "static"
ROUNDS = 15
SECONDS = 12
"""Length of the clip whose messages are counted."""
KINDS = '''\
import anywidget
from jupyter_videogen import VideoGen

class Button(anywidget.AnyWidget):
    _esm = """export default { render({ model, el }) {
        const button = document.createElement("button");
        button.className = "one-button";
        button.textContent = "Press";
        button.addEventListener("click", () => model.send("pressed"));
        el.append(button);
    } };"""
'''
CELLS = {"one button": ("Button()", ".one-button"), "VideoGen()": ("VideoGen()", ".videogen button[type=submit]")}
PAINT = """async ([index, selector]) => {
  const app = window.jupyterapp;
  const panel = app.shell.currentWidget;
  panel.content.activeCellIndex = index;
  panel.content.deselectAll();
  const cell = panel.content.widgets[index].node;
  const old = cell.querySelector(selector);
  const start = performance.now();
  const running = app.commands.execute("notebook:run-cell");
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const seen = () => { const it = cell.querySelector(selector); return it && it !== old && it.getBoundingClientRect().width > 0; };
  while (!seen()) await frame();
  await frame();
  const took = performance.now() - start;
  await running;
  return took;
}"""
LISTEN = """() => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  window.heard = [];
  kernel.iopubMessage.connect((_, message) => {
    if (message.header.msg_type !== "comm_msg") return;
    const { method, state, content } = message.content.data;
    window.heard.push({ at: performance.now(), what: method === "custom" ? content?.type : Object.keys(state ?? {}).join() });
  });
}"""


def paints(lab: Lab) -> dict[str, list[float]]:
    """Display each in turn, and give milliseconds; the first of each loads what is loaded once."""
    took: dict[str, list[float]] = {name: [] for name in CELLS}
    for _ in range(ROUNDS + 1):
        for index, (name, (_, selector)) in enumerate(CELLS.items(), start=1):
            took[name].append(lab.page.evaluate(PAINT, [index, selector]))
    return took


def talk(lab: Lab) -> tuple[float, float, int]:
    """Run one job; give its seconds, comm messages a second over them, and the most in any one second."""
    lab.page.evaluate(LISTEN)
    ask(lab.card, "rain on a city at night")
    lab.card.locator(".videogen-result video").wait_for(timeout=SLOW)
    heard = [entry["at"] / 1000 for entry in lab.page.evaluate("window.heard")]
    lasted = heard[-1] - heard[0]
    most = max(sum(start <= at < start + 1 for at in heard) for start in heard)
    return lasted, len(heard) / lasted, most


def measure(browser: Browser, server: Server) -> None:
    """Measure in one notebook, and print."""
    form = f"VideoGen(duration={SECONDS}, seed=7)"
    server.notebook("paint.ipynb", KINDS, *(code for code, _ in CELLS.values()))
    server.notebook("talk.ipynb", KINDS, form)
    lab = Lab(browser, server, "paint.ipynb")
    lab.run(0)
    took = paints(lab)
    middle = {name: median(every[1:]) for name, every in took.items()}
    for name, (once, *every) in took.items():
        low, _, high = quantiles(every, n=4)
        spread = f"quartiles {low:.0f} to {high:.0f}, {len(every)} times; the first in the page {once:.0f}"
        print(f"first paint of {name:<12} {middle[name]:6.0f} ms ({spread})")
    print(f"ratio                       {middle['VideoGen()'] / middle['one button']:6.2f}")
    sizes = {file.name: len(gzip.compress(file.read_bytes(), 9)) / 1000 for file in sorted(STATIC.iterdir())}
    print(f"bundle, gzipped             {sum(sizes.values()):6.1f} kB {sizes}")
    lab.close()
    lab = Lab(browser, server, "talk.ipynb")
    lab.run(0)
    lab.run(1)
    lasted, rate, most = talk(lab)
    lab.close()
    print(f"comm messages of a job      {rate:6.2f} a second over {lasted:.0f} s, {most} in the busiest second")


def main() -> None:
    """Start a server and a browser for it, and end both."""
    folder = Path(tempfile.mkdtemp(prefix="videogen-paint-"))
    (folder / "notebooks").mkdir()
    server = Server(folder / "notebooks", folder / "home")
    gateway = Gateway(server.home)
    try:
        with sync_playwright() as playwright:
            measure(playwright.chromium.launch(executable_path=find(), args=ARGUMENTS), server)
    finally:
        server.close()
        gateway.kill()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
