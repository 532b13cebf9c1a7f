"""Every state of the widget, drawn from the real page with a kernel that says what it is told to."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_videogen.gateway.engine import Shot, render

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

ROOT = Path(__file__).parents[2]
BUILT = ROOT / ".cache" / "gallery"
THEMES = Path(sys.prefix) / "share" / "jupyter" / "lab" / "themes" / "@jupyterlab"
ADDRESS = "http://gallery.test"
PAGE = """<!doctype html><html lang="en" dir="{direction}"><head><title>Gallery</title><link rel="stylesheet" href="/theme.css">
<link rel="stylesheet" href="/gallery.css"><style>
body {{ margin: 0; padding: 16px; background: var(--jp-layout-color1); font-family: var(--jp-ui-font-family) }}
#stage {{ inline-size: {width}px }}
.is-sheet #stage {{ inline-size: auto; display: grid; grid-template-columns: repeat({columns}, {width}px); gap: 24px;
align-items: start; zoom: 0.5; color: var(--jp-ui-font-color0) }}
figure {{ margin: 0 0 32px; inline-size: {width}px }} figcaption {{ font-size: 26px; margin: 0 0 8px }}</style></head>
<body data-jp-theme-light="{light}"><main id="stage"></main><script src="/{words}.js"></script></body></html>"""


@cache
def build() -> Path:
    """Bundle the gallery, once."""
    subprocess.run(
        [sys.executable, "scripts/bundle.py", "run", "--silent", "gallery", "--", str(BUILT)], cwd=ROOT, check=True
    )
    return BUILT


def small_clip(folder: Path) -> Path:
    """Draw the clip that every player of the gallery plays."""
    path = folder / "clip.mp4"
    shot = Shot(prompt="A paper boat crossing a neon-lit puddle", width=640, height=360, seconds=2.0, fps=24, seed=4)
    render(shot, path, progress=lambda _: None, cancelled=lambda: False)
    return path


class Gallery:
    """One page of the gallery: in a theme, a width, a direction, and the page's own or longer words."""

    def __init__(
        self,
        browser: Browser,
        clip: Path,
        *,
        dark: bool = False,
        width: int = 960,
        words: str = "gallery",
        direction: str = "ltr",
    ) -> None:
        self.clip = clip
        theme = "theme-dark-extension" if dark else "theme-light-extension"
        self.served = {
            "/theme.css": THEMES / theme / "index.css",
            "/gallery.css": build() / "gallery.css",
            f"/{words}.js": build() / f"{words}.js",
        }
        self.html = PAGE.format(
            direction=direction, width=width, words=words, light=str(not dark).lower(), columns=1800 // width
        )
        self.page: Page = browser.new_page(viewport={"width": width + 32, "height": 900})
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.route(f"{ADDRESS}/**", self._serve)
        self.page.goto(f"{ADDRESS}/")
        self.page.wait_for_function("() => window.gallery")

    def _serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS)
        if path in self.served:
            route.fulfill(path=self.served[path])
        elif path.startswith("/clip.mp4") and route.request.headers.get("range") == "bytes=0-0":
            route.fulfill(status=206, headers={"content-range": "bytes 0-0/3800000"})
        elif path.startswith("/clip.mp4"):
            route.fulfill(path=self.clip, content_type="video/mp4")
        elif path == "/":
            route.fulfill(body=self.html, content_type="text/html; charset=utf-8")
        else:
            route.fulfill(status=404)

    def try_all(self, script: str) -> dict[str, list[str]]:
        """Run a script that names faults in every state; give those that have some, and what the page threw."""
        found = {}
        for name in self.names:
            self.show(name)
            if faults := self.page.evaluate(script):
                found[name] = list(faults)
        return found | ({"errors": self.errors} if self.errors else {})

    @property
    def names(self) -> list[str]:
        return list(self.page.evaluate("() => window.gallery.names"))

    def show(self, name: str) -> None:
        """Draw one state, and everything that is done to get there."""
        self.page.evaluate("(name) => window.gallery.show(name)", name)

    def sheet(self, path: Path) -> None:
        """Draw all states on one page, at half their size, and take its picture."""
        self.page.set_viewport_size({"width": 1000, "height": 900})
        self.page.emulate_media(reduced_motion="reduce")  # a hundred states that move are never at rest for a picture
        self.page.evaluate("() => window.gallery.sheet()")
        self.page.evaluate(
            "() => { document.body.className = 'is-sheet'; }"
        )  # each change of one would move the others
        self.page.screenshot(path=path, full_page=True, type="jpeg", quality=72)

    def close(self) -> None:
        self.page.close()
