"""Record the moving picture of the README from the real thing: JupyterLab, a kernel, the local engine, a browser.

`make capture` writes `docs/images/first-clip.webp`. Every picture is a screenshot; only the pace is made even: typing and the
clip are shown as fast as they are, the waiting in a few seconds.
"""

from __future__ import annotations

import io
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT / "tests"), str(ROOT / "scripts")]

import av  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from browser import find  # noqa: E402
from support.jupyter_servers import Server  # noqa: E402
from support.jupyterlab_page import ARGUMENTS, Lab  # noqa: E402
from support.local_gateways import Gateway  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = ROOT / "docs" / "images" / "first-clip.webp"
LARGEST = 1_000_000
BOAT = "A paper boat crossing a neon-lit puddle"
CELLS = ("%load_ext jupyter_videogen", f"%%videogen\n{BOAT}")
SETTINGS = '[defaults]\nduration = 4\nsize = "640x360"\nseed = 4\n'
WIDTH, HEIGHT = 960, 600
QUALITY = "68"
RATE = 8
"""Pictures a second while the clip plays."""
TYPED, WAITED, STAYED = 70, 160, 1500
"""Milliseconds of a picture while somebody types, while the card reports, and of the last."""
REPORTS = 24
"""Pictures of the waiting that are kept, evenly."""
TIDY = """() => {
  const { commands, shell } = window.jupyterapp;
  commands.execute("application:toggle-left-area");
  commands.execute("application:toggle-side-tabbar", { side: "left" });
  commands.execute("application:toggle-side-tabbar", { side: "right" });
  commands.execute("statusbar:toggle");
}"""
WRITE = """([index, text]) => {
  const { content } = window.jupyterapp.shell.currentWidget;
  content.activeCellIndex = index;
  content.model.cells.get(index).sharedModel.setSource(text);
}"""
SEEK = """(video, seconds) => new Promise((done) => {
  video.controls = false;  // as while it plays and nobody points at it
  video.pause();
  video.addEventListener("seeked", () => requestAnimationFrame(() => requestAnimationFrame(done)), { once: true });
  video.currentTime = seconds;
})"""

Shot = tuple[bytes, int]
"""A PNG, and for how many milliseconds it is shown."""


def shoot(page: Page) -> bytes:
    return page.screenshot(type="png", caret="initial")


def typing(lab: Lab) -> Iterator[Shot]:
    """The sentence comes into the cell, letter by letter."""
    first, _, sentence = CELLS[1].partition("\n")
    for end in range(0, len(sentence) + 1, 2):
        lab.page.evaluate(WRITE, [1, f"{first}\n{sentence[:end]}"])
        yield shoot(lab.page), TYPED * 2
    lab.page.evaluate(WRITE, [1, CELLS[1]])
    yield shoot(lab.page), TYPED * 6


def waiting(lab: Lab) -> Iterator[Shot]:
    """The cell runs, and the card says what the engine reports, until the clip is there."""
    lab.run(1, wait=False)
    found: list[bytes] = []
    while not lab.clip.count():
        found.append(shoot(lab.page))
    step = max(len(found) / REPORTS, 1)
    yield from ((found[int(number * step)], WAITED) for number in range(min(REPORTS, len(found))))


def playing(lab: Lab) -> Iterator[Shot]:
    """The clip plays in its place, once round."""
    video = lab.clip
    video.evaluate("(video) => { video.preload = 'auto'; video.muted = true; }")
    seconds = 4
    for number in range(seconds * RATE):
        video.evaluate(SEEK, number / RATE + 0.01)
        yield shoot(lab.page), 1000 // RATE
    yield shoot(lab.page), STAYED


def encode(shots: list[Shot], path: Path) -> None:
    """Write pictures as an animated WebP that runs for ever."""
    with av.open(str(path), "w", format="webp", options={"loop": "0"}) as container:
        stream = container.add_stream("libwebp_anim", rate=1000, options={"quality": QUALITY, "compression_level": "6"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        at = 0
        for png, milliseconds in [*shots, (shots[-1][0], 1)]:  # the last gives the one before it its length
            with av.open(io.BytesIO(png)) as picture:
                frame = next(picture.decode(video=0)).reformat(format="yuv420p")
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            container.mux(stream.encode(frame))
            at += milliseconds
        container.mux(stream.encode(None))


def main() -> None:
    """Play it, record it, and say what came of it."""
    folder = Path(tempfile.mkdtemp(prefix="videogen-capture-"))
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "videogen.toml").write_text(SETTINGS)
    server = Server(folder / "notebooks", folder / "home")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
            server.notebook("first-clip.ipynb", *CELLS)
            lab = Lab(browser, server, "first-clip.ipynb", width=WIDTH, height=HEIGHT)
            lab.page.evaluate(TIDY)
            lab.run(0)
            shots = [shot for part in (typing, waiting, playing) for shot in part(lab)]
            lab.close()
    finally:
        server.close()
        Gateway(server.home).kill()
    encode(shots, TARGET)
    size, seconds = TARGET.stat().st_size, sum(milliseconds for _, milliseconds in shots) / 1000
    print(f"{TARGET.relative_to(ROOT)}  {size / 1000:.0f} kB  {seconds:.1f} s  {len(shots)} pictures")
    sys.exit(f"More than {LARGEST} bytes." if size > LARGEST else 0)


if __name__ == "__main__":
    main()
