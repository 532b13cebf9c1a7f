"""A grid that is killed again and again: run once more, it has every clip.

At the local engine, which charges nothing: there a clip whose answer was lost may be made twice.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.soak

CELLS, KILLS = 24, 4
SCRIPT = """
import jupyter_videogen as vg
prompts = [f"the sea at dawn, number {number}" for number in range(4)]
models = ["local/ink", "local/grain", "local/scenes"]
grid = vg.grid(prompts, models=models, seeds=[1, 2], name="killed", duration=1, size="256x144")
grid.result("5m")
print(grid.counts.ready, grid.counts.clips)
"""


def test_a_grid_that_is_killed_at_random_ends_with_all_its_clips(home: Path) -> None:
    """With SIGKILL at any moment; the seed is printed where it fails."""
    seed = random.randrange(10**6)
    chance, never = random.Random(seed), Event()
    for _ in range(KILLS):
        process = subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        never.wait(chance.uniform(0.3, 3.0))
        process.kill()
        process.wait()
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout == f"{CELLS} {CELLS}\n", (seed, done.stdout, done.stderr)
    with closing(sqlite3.connect(home / "ledger.sqlite3")) as ledger:
        cells = ledger.execute("SELECT count(DISTINCT job) FROM cells JOIN jobs ON jobs.id = cells.job").fetchone()
    assert cells == (CELLS,), seed
