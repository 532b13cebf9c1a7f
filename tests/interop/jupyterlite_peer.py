"""A JupyterLite site with the extension: what needs a server is not there, saved clips play, and nothing fails in the page."""

import functools
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(HERE.parent))

from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402 - as the next

from support.jupyterlab_page import ARGUMENTS, SLOW, plays  # noqa: E402 - once its folder can be imported from

OURS = sys.argv[3]
NOTEBOOK = "01-first-clip.ipynb"
PAGES = (f"lab/index.html?path={NOTEBOOK}", f"notebooks/index.html?path={NOTEBOOK}", "tree/index.html")
SERVED = ("jupyter-videogen:new", "jupyter-videogen:show-panel")
"""The commands that need a server."""
IS_VISIBLE = "(names) => names.filter((name) => window.jupyterapp.commands.isVisible(name))"


class Quiet(SimpleHTTPRequestHandler):
    """Any static host."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
        """Say nothing."""


def build(folder: Path) -> Path:
    """Build a site with a notebook of ours, saved with its clip, and return it."""
    extensions = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
    shutil.rmtree(extensions / "jupyter-videogen", ignore_errors=True)
    shutil.copytree(ROOT / "labextension", extensions / "jupyter-videogen")
    shutil.copytree(ROOT / "notebooks", folder / "contents")
    apps = [f"--apps={name}" for name in ("lab", "notebooks", "tree")]
    command = [
        sys.executable,
        "-m",
        "jupyterlite_core",
        "build",
        "--contents",
        "contents",
        "--output-dir",
        "site",
        *apps,
    ]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    config = folder / "site" / "jupyter-lite.json"
    settings = json.loads(config.read_text())
    settings["jupyter-config-data"]["exposeAppInBrowser"] = True
    config.write_text(json.dumps(settings))
    return folder / "site"


@contextmanager
def hosting(site: Path) -> Iterator[str]:
    """Serve a folder, and give its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def open_page(browser: Browser, address: str, faults: list[str]) -> Page:
    """Open a page, and write down whatever fails in it."""
    page = browser.new_page(viewport={"width": 1100, "height": 800})
    page.on("pageerror", lambda error: faults.append(f"{address}: {error}"))
    page.on(
        "response", lambda answer: answer.status >= 400 and faults.append(f"{address}: {answer.status} {answer.url}")
    )
    page.goto(address)
    page.wait_for_function("() => window.jupyterapp?.restored", timeout=SLOW)
    page.evaluate("async () => { await window.jupyterapp.restored; }")
    return page


def check(browser: Browser, base: str) -> None:
    """Visit each application."""
    faults: list[str] = []
    for path in PAGES:
        page = open_page(browser, base + path, faults)
        assert page.evaluate("() => window.jupyterapp.commands.hasCommand('jupyter-videogen:insert-cell-below')")
        assert page.evaluate(IS_VISIBLE, list(SERVED)) == []
        expect(page.locator(".jp-videogen-tab, .jp-videogen-panel")).to_have_count(0)
        expect(page.locator(".jp-videogen-status").filter(visible=True)).to_have_count(0)
        if NOTEBOOK in path:
            assert plays(page.locator(".videogen-record video").first)["width"] > 0
            expect(page.locator(".cm-content span", has_text="%%videogen").first).to_be_visible(timeout=SLOW)
        page.close()
    ours = [fault for fault in faults if not fault.endswith("favicon.ico")]
    assert not ours, ours


def main() -> None:
    """Build a site, and visit it."""
    path = subprocess.run([OURS, ROOT / "scripts" / "browser.py"], capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder, hosting(build(Path(folder))) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path.strip(), args=ARGUMENTS)
        check(browser, base)
        browser.close()
    print("lab, notebook and tree of a static site: clips play, what needs a server is not there, nothing fails")  # noqa: T201


if __name__ == "__main__":
    main()
