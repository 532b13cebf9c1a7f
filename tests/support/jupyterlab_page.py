"""A page on JupyterLab as a person uses it: open, run, watch, save, close."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, Any

import nbformat
from nbformat.sign import NotebookNotary

from support.jupyter_servers import TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

    from support.jupyter_servers import Server

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
"""How the browser is started."""
HOSTS_OWN = {
    "Cannot read properties of undefined (reading 'schema')",
    "Command 'filebrowser:open-path' not registered.",
}
"""What Notebook 7.6 throws by itself, also without this extension: the second where its file browser restores the path of the
address before its own command is there (`restoreBrowser` of @jupyterlab/filebrowser-extension)."""
SLOW = 60_000
"""Milliseconds for anything to come; only ever reached by a failure."""
READY = """async (wantKernel) => {
  const app = window.jupyterapp;
  await app.restored;
  const until = async (ready) => { while (!ready()) await new Promise((next) => requestAnimationFrame(next)); };
  await until(() => app.shell.currentWidget?.content?.model && app.shell.currentWidget.context);
  const panel = app.shell.currentWidget;
  await panel.context.ready;
  if (!wantKernel) return;
  await panel.sessionContext.ready;
  const kernel = () => panel.sessionContext.session?.kernel;
  await until(() => kernel()?.status === "idle" && kernel()?.connectionStatus === "connected");
}"""
RUN = """async ([index, wait]) => {
  const panel = window.jupyterapp.shell.currentWidget;
  panel.content.activeCellIndex = index;
  panel.content.deselectAll();
  const running = window.jupyterapp.commands.execute("notebook:run-cell");
  if (wait) await running;
}"""
OUTPUTS = "(index) => window.jupyterapp.shell.currentWidget.content.model.cells.get(index).toJSON().outputs"
SAVE = "async () => { await window.jupyterapp.shell.currentWidget.context.save(); }"
TRUST = "async () => { await window.jupyterapp.commands.execute('notebook:trust'); }"
RESTART = """async () => {
  const { session } = window.jupyterapp.shell.currentWidget.sessionContext;
  await session.kernel.restart();
}"""
NEW_VIEW = """async (index) => {
  window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
  await window.jupyterapp.commands.execute("notebook:create-output-view");
}"""
CLIP = ".videogen-result video, .videogen-record video"
MOVED_ON = "([bar, since]) => Number(bar.getAttribute('aria-valuenow')) > since"
BRIGHTNESS = """(video) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [64, 36];
  const paper = canvas.getContext("2d");
  paper.drawImage(video, 0, 0, 64, 36);
  const pixels = paper.getImageData(0, 0, 64, 36).data;
  let sum = 0;
  for (let at = 0; at < pixels.length; at += 4) sum += pixels[at] + pixels[at + 1] + pixels[at + 2];
  return sum / (64 * 36 * 3);
}"""
PLAYS = """async (video) => {
  video.muted = true;
  video.pause();
  video.currentTime = 0;  // it loops: later there may be nothing left before the end
  await video.play();
  await new Promise((done) => video.addEventListener("timeupdate", () => video.currentTime > 0.2 && done()));
  return { width: video.videoWidth, height: video.videoHeight, duration: video.duration };
}"""


class Lab:
    """One notebook open in one tab of JupyterLab."""

    address = "lab/tree/{name}?token={token}&reset"

    def __init__(
        self, browser: Browser, server: Server, name: str, *, kernel: bool = True, width: int = 1200, height: int = 1000
    ) -> None:
        self.server, self.name = server, name
        self.page: Page = browser.new_page(viewport={"width": width, "height": height})
        self.look = ""
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.open(kernel=kernel)

    def open(self, *, kernel: bool = True) -> None:
        """Open the notebook, afresh; without `kernel`, do not wait for one."""
        address = self.address.format(name=self.name, token=TOKEN)
        self.page.goto(self.server.url(address), wait_until="domcontentloaded")
        self.page.wait_for_function("() => window.jupyterapp?.shell", timeout=60_000)
        self.page.evaluate(READY, kernel)
        if not kernel:
            self.page.locator(".jp-Dialog").get_by_role("button", name="No Kernel", exact=True).click()

    def run(self, index: int, *, wait: bool = True) -> None:
        """Run one cell, and wait for its reply or not."""
        self.page.evaluate(RUN, [index, wait])

    def outputs(self, index: int) -> list[dict[str, Any]]:
        return list(self.page.evaluate(OUTPUTS, index))

    def save(self) -> None:
        self.page.evaluate(SAVE)

    def restart(self) -> None:
        """Restart the kernel, as the button does."""
        self.page.evaluate(RESTART)

    def new_view(self, index: int) -> None:
        """Open a cell's output in a panel of its own: its menu's “Create New View for Output”."""
        self.page.evaluate(NEW_VIEW, index)

    def theme(self, name: str) -> None:
        self.page.evaluate(
            "(name) => window.jupyterapp.commands.execute('apputils:change-theme', { theme: name })", name
        )

    def close(self) -> None:
        self.page.close()

    @property
    def card(self) -> Locator:
        return self.page.locator("section.videogen")

    @property
    def record(self) -> Locator:
        return self.page.locator(".videogen-record video")

    @property
    def clip(self) -> Locator:
        """The clip that is on view: in its card, or in its record where there is no card."""
        return self.page.locator(CLIP).filter(visible=True)


class Notebook(Lab):
    """One notebook open in one tab of Notebook 7."""

    address = "notebooks/{name}?token={token}"


def plays(video: Locator) -> dict[str, Any]:
    """Play a video as a click would, and give its facts; fails when it does not move or shows black."""
    video.wait_for(state="visible", timeout=60_000)
    facts = dict(video.evaluate(PLAYS))
    assert video.evaluate(BRIGHTNESS) > 8, "the picture is black"
    return facts


def appears(folder: Path, pattern: str) -> Path:
    """Wait for a file that another process writes."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := next(iter(folder.glob(pattern)), None):
            return found
        threading.Event().wait(0.1)
    raise TimeoutError(pattern)


def percent(card: Locator) -> float:
    """The percent of the bar, 0 before there is one."""
    return float(card.get_by_role("progressbar").get_attribute("aria-valuenow") or 0)


def moved_on(card: Locator, since: float) -> None:
    """Wait until the percent is past `since`."""
    bar = card.get_by_role("progressbar").element_handle(timeout=SLOW)
    card.page.wait_for_function(MOVED_ON, arg=[bar, since], timeout=SLOW)


def ask(form: Locator, prompt: str) -> None:
    """Type a prompt and press the button."""
    form.get_by_role("textbox", name="Prompt").fill(prompt)
    form.get_by_role("button", name=re.compile("^Generate")).click()


def leave_for_the_day(server: Server, path: Path, *, trusted: bool) -> None:
    """Shut the kernels down and make the file what a fresh machine sees: no kernel for it, its outputs signed or not."""
    server.end_sessions()
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = {"kernelspec": {"name": "nothing", "display_name": "No such kernel", "language": "nothing"}}
    nbformat.write(notebook, path)
    if trusted:
        NotebookNotary(data_dir=str(server.state / "data")).sign(notebook)
