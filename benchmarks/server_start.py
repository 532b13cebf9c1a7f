"""What the extension costs a Jupyter server: processor and memory at its start, and of a look into the ledger that has not changed.

`python benchmarks/server_start.py` prints medians; processor time, because a busy machine makes wall-clock time anything.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from jupyter_videogen.ledger.glance import Glance
from jupyter_videogen.ledger.ledger import Ledger

RUNS, LOOKS = 15, 20_000
LOAD = """
import os
from pathlib import Path
from jupyter_events import EventLogger
import jupyter_server.serverapp, jupyter_server.extension.application
logger = EventLogger()
def held(): return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
import time
spent_before, held_before, began = time.process_time(), held(), time.perf_counter()
import jupyter_videogen
jupyter_videogen._jupyter_server_extension_points()
from jupyter_videogen.server import events
logger.register_event_schema(events.SCHEMA)
print((time.process_time() - spent_before) * 1e3, held() - held_before)
"""


def measure_start() -> tuple[float, float]:
    """Return milliseconds of processor and megabytes that loading the extension takes, as medians."""
    command = [sys.executable, "-c", LOAD]
    said = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(RUNS)]
    return statistics.median(float(ms) for ms, _ in said), statistics.median(float(mb) for _, mb in said)


def measure_look() -> float:
    """Return microseconds of processor that a look takes while nobody writes."""
    with tempfile.TemporaryDirectory() as folder, closing(Ledger(Path(folder) / "ledger.sqlite3")):
        glance = Glance(Path(folder))
        glance.look()
        began = time.process_time()
        for _ in range(LOOKS):
            glance.look()
        spent = time.process_time() - began
        glance.close()
    return spent / LOOKS * 1e6


if __name__ == "__main__":
    milliseconds, megabytes = measure_start()
    print(f"start: {milliseconds:.1f} ms of processor, {megabytes:.2f} MB (medians of {RUNS})")
    print(f"a look while nothing changes: {measure_look():.1f} µs of processor, once a second")
