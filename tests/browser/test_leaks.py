"""What a form leaves in the browser when it is closed: no more than a widget of one button does."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from jupyter_videogen.widget.base import STATIC
from support.jupyterlab_page import SLOW, Lab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession

    from support.jupyter_servers import Server
    from support.local_gateways import Gateway

KINDS = '''\
import anywidget
from IPython.display import display
from jupyter_videogen import VideoGen

class Button(anywidget.AnyWidget):
    _esm = """export default { render({ model, el }) {
        const button = document.createElement("button");
        button.className = "one-button";
        button.addEventListener("click", () => model.send("pressed"));
        el.append(button);
    } };"""

shown = []
def show(kind):
    for _ in range(10):
        shown.append(kind())
        display(shown[-1])

def close():
    while shown:
        shown.pop().close()
'''
ROUNDS, EACH = 5, 10
COUNT_BLOBS = """() => {
  const { createObjectURL, revokeObjectURL } = URL;
  window.blobs = new Set();
  URL.createObjectURL = (it) => { const url = createObjectURL.call(URL, it); window.blobs.add(url); return url; };
  URL.revokeObjectURL = (url) => { window.blobs.delete(url); revokeObjectURL.call(URL, url); };
}"""
THERE_ARE = "([selector, count]) => document.querySelectorAll(selector).length === count"
SOURCE = sum(path.stat().st_size for path in STATIC.iterdir())
"""Bytes of source and style, which every widget leaves in the browser as a part of its state."""
SLACK = {"JSEventListeners": 5.0, "Nodes": 5.0, "JSHeapUsedSize": SOURCE + 70_000.0}
"""By how much a closed form may outgrow a closed button, each: the page's own noise, and in bytes what is kept of its state."""


def held(developer: CDPSession) -> dict[str, float]:
    """What the page holds after a thorough clearing."""
    for _ in range(2):
        developer.send("HeapProfiler.collectGarbage")
    metrics = developer.send("Performance.getMetrics")["metrics"]
    return {metric["name"]: metric["value"] for metric in metrics if metric["name"] in SLACK}


def growth(lab: Lab, developer: CDPSession, cell: int, selector: str) -> dict[str, float]:
    """What one widget leaves behind: the median of five rounds, after one that loads what is loaded once."""
    seen = []
    for _ in range(ROUNDS + 1):
        for index, count in ((cell, EACH), (3, 0)):
            lab.run(index)
            lab.page.wait_for_function(THERE_ARE, arg=[selector, count], timeout=SLOW)
        seen.append(held(developer))
    steps = list(pairwise(seen))
    return {name: median(after[name] - before[name] for before, after in steps) / EACH for name in SLACK}


def test_fifty_closed_forms_leave_no_more_than_fifty_buttons(
    browser: Browser, server: Server, gateway: Gateway
) -> None:
    """Listeners, nodes, memory and Blob URLs, after fifty forms and fifty buttons in one page."""
    server.notebook("leaks.ipynb", KINDS, "show(Button)", "show(VideoGen)", "close()")
    lab = Lab(browser, server, "leaks.ipynb")
    lab.page.evaluate(COUNT_BLOBS)
    developer = lab.page.context.new_cdp_session(lab.page)
    developer.send("Performance.enable")
    lab.run(0)
    button = growth(lab, developer, 1, ".one-button")
    form = growth(lab, developer, 2, ".videogen")
    print(f"left by a button: {button}\nleft by a form: {form}")  # noqa: T201 - figures for whoever asks with -s
    over = {name: form[name] - button[name] for name in SLACK if form[name] - button[name] > SLACK[name]}
    assert not over, (button, form)
    assert lab.page.evaluate("window.blobs.size") == 0
    lab.close()
