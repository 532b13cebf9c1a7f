"""One grid on view, all its jobs at once: `python growth_ours.py URL JOBS`; prints what it took as JSON.

The page is a channel that counts what the kernel sends it; it shows the first fifty rows, as a page does.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import comm
from comm.base_comm import BaseComm

import jupyter_videogen as vg
from jupyter_videogen.ledger.database import Database
from jupyter_videogen.runtime import process
from jupyter_videogen.widget.grid_widget import GridWidget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

sent = {"messages": 0, "bytes": 0}
in_ledger = {"seconds": 0.0, "times": 0}
ROWS_ON_VIEW = 50
AT_ONCE = 1000


class Page(BaseComm):
    """A page that only counts."""

    def publish_msg(self, _kind: str, data: Any = None, *_: Any, **__: Any) -> None:
        sent["messages"] += 1
        sent["bytes"] += len(json.dumps(data, default=str))


def timed(use: Callable[..., Any]) -> Callable[..., Any]:
    """Add up the seconds inside the ledger's file, waiting for its lock and for the disk included."""

    @contextmanager
    def wrapped(*given: Any, **named: Any) -> Iterator[Any]:
        began = time.perf_counter()
        with use(*given, **named) as connection:
            yield connection
        in_ledger["seconds"] += time.perf_counter() - began
        in_ledger["times"] += 1

    return wrapped


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(url: str, jobs: int) -> None:
    import_module("httpx2")  # loaded before anything is counted
    comm.create_comm = Page
    Database.reading, Database.writing = timed(Database.reading), timed(Database.writing)  # type: ignore[method-assign]
    process.runtime()
    prompts = [f"The sea, number {number} of {jobs}" for number in range(jobs)]
    where = {"provider": "openai", "base_url": f"{url}/v1", "key_env": "K"}
    idle, before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, cpu(), time.monotonic()
    grid = vg.grid(
        prompts, models=["sora-2"], name=f"growth-{jobs}", concurrency=min(jobs, AT_ONCE), yes=True, duration=4, **where
    )
    page = GridWidget(grid)
    ask = {"v": 1, "type": "grid_rows", "request_id": "one", "view": "table", "offset": 0, "limit": ROWS_ON_VIEW}
    page._handle_custom_msg(ask, [])
    grid.result()
    said = {
        "elapsed": time.monotonic() - began,
        "cpu": cpu() - before,
        "rss": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle) * 1024,
        "good": grid.counts.ready,
        "ledger": in_ledger["seconds"],
        "commits": in_ledger["times"],
        **sent,
    }
    print(json.dumps(said))


main(sys.argv[1], int(sys.argv[2]))
