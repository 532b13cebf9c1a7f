"""The thread of a Jupyter server that reads the ledger along and watches what nobody watches.

It costs a few microseconds a second. The rest of the package is loaded when there is something to take up.
"""

from __future__ import annotations

import logging
import threading
import time
from importlib import import_module
from typing import TYPE_CHECKING

from jupyter_videogen.ledger.glance import Glance
from jupyter_videogen.server import events

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from jupyter_videogen.ledger.glance import Seen
    from jupyter_videogen.runtime.watcher import Watcher
    from jupyter_videogen.server.events import Event

log = logging.getLogger("jupyter_videogen")
PACE = 1.0
"""Seconds between two looks into the ledger."""
PATIENCE = 5.0
"""Seconds that the end of the server waits for jobs to be let go."""
LONGEST_STAY = 24 * 3600.0
"""Seconds for which an unfinished job keeps its server from being stopped as idle."""


class WatchThread:
    """Looks into the ledger once a second; tells of news and of paid jobs that are open, on its own thread."""

    def __init__(
        self, home: Path, *, grace: float, tell: Callable[[Sequence[Event]], None], stay: Callable[[], None]
    ) -> None:
        """Take the callbacks: `tell` gets an event for each job that has changed, `stay` is called while a paid job is open.

        `grace` is in seconds, as for `Watcher`.
        """
        self._glance, self._grace, self._tell, self._stay = Glance(home), grace, tell, stay
        self._watcher: Watcher | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="videogen-watch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let every job go and end; another process can take them up at once."""
        self._stopping.set()
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        try:
            while not self._stopping.wait(PACE):
                self._try_turn()
        finally:
            self._glance.close()
            if self._watcher is not None:
                self._watcher.close()

    def _try_turn(self) -> None:
        try:
            self._turn()
        except Exception:
            log.exception("Watching the jobs met an internal error; it goes on.")

    def _turn(self) -> None:
        if news := self._glance.look():
            self._tell([events.describe(job, self._glance.watcher_of(job) or "") for job in news])
        if self._watcher is None and self._glance.unwatched:
            load = import_module("jupyter_videogen.runtime.watcher").Watcher
            self._watcher = load(self._glance, "server", grace=self._grace)
        if self._watcher is not None:
            self._watcher.round()
        if any(map(self._is_worth_staying, self._glance.open)):
            self._stay()

    def _is_worth_staying(self, job: Seen) -> bool:
        """Whether the server must not be stopped as idle: a clip that is paid for is on its way, and was sent within a day."""
        young = time.time() - job.created_at < LONGEST_STAY
        return job.charged and young and not job.let_go and self._glance.watcher_of(job) is not None
