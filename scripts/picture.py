"""Draw docs/images/architecture.svg from the import contracts and the docstrings of the packages; with --check say whether it is current.

It asks for light or dark by itself, and needs no font, script or file but its own.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from html import escape
from pathlib import Path

PICTURE = Path(__file__).parent.parent / "docs" / "images" / "architecture.svg"
PROJECT = Path(__file__).parent.parent
PACKAGE = PROJECT / "src" / "jupyter_videogen"


def contract() -> tuple[tuple[str, ...], ...]:
    """Return the layers that the linter holds, from the top, each with its modules and packages."""
    rules = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = (rule["layers"] for rule in rules if rule["type"] == "layers")
    return tuple(tuple(name for name in row.split(" | ") if name != "gateway") for row in layers)


def job(name: str) -> str:
    """Return what a package holds: the first sentence of its docstring, after the colon."""
    folder = PACKAGE / name
    source = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    words = ast.get_docstring(ast.parse(source.read_text("utf-8"))) or ""
    return words.partition(": ")[2].partition(".")[0].partition("\n")[0]


LAYERS = contract()
STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1d2530 }
  .name { font-weight: 600 } .head { font-weight: 600; font-size: 14px } .soft { fill: #5b6675; font-size: 12px }
  .code { font: 12px ui-monospace, "DejaVu Sans Mono", Consolas, monospace }
  .house { fill: #f5f7fa; stroke: #c3ccd6 } .row { fill: #ffffff; stroke: #d5dce4 } .far { fill: #fff7e8; stroke: #dcc48f }
  .disk { fill: #eef6ee; stroke: #a9c8a9 } .page { fill: #eef4fc; stroke: #a8c4e6 }
  .line { stroke: #66717f; stroke-width: 1.5; fill: none } .line.paid { stroke: #b45309; stroke-width: 2 } .tip { fill: #66717f } .paid-tip { fill: #b45309 } .paid-word { fill: #9a4a08 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e4e9ef } .soft { fill: #a3adb9 }
    .house { fill: #1b1f24; stroke: #3d4650 } .row { fill: #24292f; stroke: #434c56 } .far { fill: #2c2617; stroke: #6d5a2a }
    .disk { fill: #1b2a1e; stroke: #3f6146 } .page { fill: #182434; stroke: #3a5a80 }
    .line { stroke: #93a0ae } .line.paid { stroke: #f0a24a } .tip { fill: #93a0ae } .paid-tip { fill: #f0a24a } .paid-word { fill: #f5b469 }
  }
"""
HEAD = """\
<!-- written by scripts/picture.py -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 {height}" role="img" aria-labelledby="title about">
<title id="title">How jupyter-videogen is built</title>
<desc id="about">The page speaks to the kernel through traits and messages. In the kernel layers of packages, imports pointing
down. The transport alone speaks to a provider, and sends a paid request once. The ledger, the clips and the notebook are on the disk.
The local gateway is a process of its own.</desc>
<style>{style}</style>
<defs>{tips}</defs>
"""
TIP = '<marker id="{0}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" class="{0}"/></marker>'
TOP, ROW = 190, 34
"""Where the first layer stands, and how high each is, in pixels."""


def box(x: int, y: int, width: int, height: int, kind: str) -> str:
    """Return a box with round corners."""
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" class="{kind}"/>'


def text(x: int, y: int, words: str, kind: str = "") -> str:
    """Return a line of words."""
    return f'<text x="{x}" y="{y}" class="{kind}">{escape(words)}</text>'


def line(path: str, kind: str = "", *, both: bool = False) -> str:
    """Return a line with a tip at its end, or at both."""
    tip = "paid-tip" if kind == "paid" else "tip"
    start = f' marker-start="url(#{tip})"' if both else ""
    return f'<path d="{path}" class="line {kind}" marker-end="url(#{tip})"{start}/>'


def layer(number: int) -> list[str]:
    """Draw one layer: its packages, and what each is for."""
    names = LAYERS[number]
    y, width = TOP + number * (ROW + 4), 600 // len(names)
    parts = [box(40, y, 600, ROW, "row")]
    for place, name in enumerate(names):
        x = 56 + place * width
        parts.append(text(x, y + 22, name, "name"))
        if len(names) == 1:
            parts.append(text(x + 96, y + 22, job(name), "soft"))
    return parts


def drawing() -> str:
    """Return the whole picture."""
    bottom = TOP + len(LAYERS) * (ROW + 4)
    wire = TOP + LAYERS.index(("transport",)) * (ROW + 4) + ROW // 2
    parts = [
        HEAD.format(height=bottom + 130, style=STYLE, tips="".join(TIP.format(name) for name in ("tip", "paid-tip"))),
        box(20, 20, 640, 76, "page"),
        text(40, 48, "The page", "head"),
        text(40, 70, "one ES module (preact, signals): form, card, player, history", "soft"),
        line("M180 96V144"),
        text(192, 124, "requests: messages, each answered by an ack", "soft"),
        line("M500 144V96"),
        text(512, 124, "state: traits", "soft"),
        box(20, 144, 640, bottom - 136, "house"),
        text(40, 172, "The kernel's process", "head"),
        text(208, 172, "imports point down; one daemon thread owns one loop", "soft"),
        *(part for number in range(len(LAYERS)) for part in layer(number)),
        box(720, 144, 220, 116, "far"),
        text(740, 172, "A paid provider", "head"),
        text(740, 194, "Qubax · Qubrid · IndoxHub", "soft"),
        text(740, 212, "AIHubMix · OpenRouter · Bifrost", "soft"),
        text(740, 230, "any /v1/videos server", "soft"),
        line(f"M640 {wire - 8}H690V226H720", "paid"),
        text(702, 300, "a create: sent once", "paid-word"),
        text(702, 320, "looks and downloads:", "soft"),
        text(702, 338, "free, repeated", "soft"),
        box(720, wire + 16, 220, 128, "house"),
        text(740, wire + 44, "The local gateway", "head"),
        text(740, wire + 66, "a process of its own", "soft"),
        text(740, wire + 84, "speaks all their dialects", "soft"),
        text(740, wire + 102, "draws real MP4s", "soft"),
        text(740, wire + 120, "shares no code with the client", "soft"),
        line(f"M640 {wire + 8}H690V{wire + 60}H720"),
        line(f"M122 {bottom + 8}V{bottom + 46}", both=True),
        line(f"M340 {bottom + 8}V{bottom + 46}"),
        line(f"M558 {bottom + 8}V{bottom + 46}"),
        line(f"M830 {bottom + 46}V{wire + 144}", both=True),
        *disk(20, bottom + 46, 204, "ledger.sqlite3", "every job, before it leaves"),
        *disk(238, bottom + 46, 204, "videogen/*.mp4", "clips, whole or not at all"),
        *disk(456, bottom + 46, 204, "notebook.ipynb", "a record each, plain HTML"),
        *disk(720, bottom + 46, 220, "gateway/", "its own jobs, clips and log"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def disk(x: int, y: int, width: int, name: str, what: str) -> list[str]:
    """Draw something that stays on the disk."""
    return [box(x, y, width, 64, "disk"), text(x + 16, y + 27, name, "code name"), text(x + 16, y + 48, what, "soft")]


def main() -> int:
    """Draw it, or check it."""
    if "--check" in sys.argv:
        return int(PICTURE.read_text("utf-8") != drawing())
    PICTURE.write_text(drawing(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
