"""Many clips: 24 prompts at a provider that takes three jobs at once, killed once and run again; and 10,000 cells planned.

    python benchmarks/grid.py

A server of the OpenAI shape accepts three jobs at once, answers 429 to a fourth, and needs two seconds for a clip. Ours is one
`vg.grid`; beside it is the loop that one writes with the openai SDK: a pool of four threads, each with `create_and_poll` and
`download_content`, a clip that is a file already is left out. Both are killed once after eight accepted jobs, and run again to their
end. The server's own book says what was paid. Prints two tables and writes nothing else.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT / "tests"), str(HERE)]

from paid_creates import environment, version  # noqa: E402
from support.paid_server import Shop  # noqa: E402

PROMPTS, KILLED_AT = 24, 8
PATIENCE = 300.0
PLANNED = """
import resource, sys, time
import jupyter_videogen as vg
from jupyter_videogen.api.grids import call as grid
vg.grid
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
rows, models = map(int, sys.argv[1:])
prompts = [f"A kite over the sea, number {number}" for number in range(rows)]
given = {"provider": "openai", "base_url": "http://127.0.0.1:9/v1", "key_env": "K", "duration": 4}
names = [f"m{number}" for number in range(models)]
planned = grid.prepare(prompts, grid.GridArguments(name="big", models=names, fields=given))
checked = time.process_time()
stored = grid._store(planned, extend=False)
written = time.process_time()
stored.counts
counted = time.process_time()
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(checked - began, written - checked, counted - written, (after - before) / 1024)
"""


def run(client: str, shop: Shop, folder: Path, *, kill: bool) -> None:
    """Run a peer to its end, or until so many jobs were accepted."""
    python = Path(sys.executable) if client == "jupyter-videogen" else environment("openai")
    peer = HERE / "peers" / ("grid_ours.py" if client == "jupyter-videogen" else "grid_openai.py")
    process = subprocess.Popen(
        [python, peer, shop.url, str(PROMPTS)],
        cwd=folder,
        env={**os.environ, "VIDEOGEN_HOME": str(folder / "home"), "K": "k"},
        stderr=subprocess.DEVNULL,
    )
    until, pause = time.monotonic() + PATIENCE, threading.Event()
    while process.poll() is None and time.monotonic() < until:
        if kill and len(shop.book) >= KILLED_AT:
            break
        pause.wait(0.02)
    process.kill()
    process.wait()


def measure(client: str) -> list[str]:
    """Return the row of one client."""
    with tempfile.TemporaryDirectory() as name, Shop() as shop:
        folder = Path(name)
        shop.places, shop.lasts = 3, 2.0
        began = time.monotonic()
        run(client, shop, folder, kill=True)
        run(client, shop, folder, kill=False)
        took = time.monotonic() - began
        clips = {path.stem for path in folder.rglob("*.mp4")}
        twice = sum(count - 1 for count in Counter(sale.prompt for sale in shop.book).values())
        return [
            client,
            str(len(shop.book)),
            str(twice),
            f"{len(clips)} of {PROMPTS}",
            str(shop.too_many),
            f"{took:.0f} s",
        ]


def plan(rows: int, models: int) -> list[str]:
    """Return what planning so many rows for so many models takes."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-c", PLANNED, str(rows), str(models)],
            cwd=home,
            env={**os.environ, "VIDEOGEN_HOME": home, "K": "k"},
            capture_output=True,
            text=True,
            check=True,
        )
    checked, written, counted, memory = map(float, done.stdout.split())
    shape = f"{rows:,} × {models}"
    return [shape, f"{checked:.2f} s", f"{written:.2f} s", f"{counted * 1000:.0f} ms", f"{memory:.0f} MB"]


def table(head: list[str], rows: list[list[str]]) -> str:
    """Write rows as Markdown."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [
        "| " + " | ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)) + " |"
        for row in [head, *rows]
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


if __name__ == "__main__":
    head = ["client", "paid", "paid twice", "clips", "answers 429", "time"]
    rows = [measure("jupyter-videogen"), measure("openai")]
    rows[1][0] = f"openai {version('openai')}"
    print(table(head, rows))
    print()
    head = ["prompts × models", "checked (processor time)", "written", "counted", "memory"]
    print(table(head, [plan(1000, 10), plan(10_000, 1)]))
