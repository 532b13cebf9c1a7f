"""What befalls a kernel beside the line and death: sleep, a locked ledger, a full disk, a ledger that is taken away."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, NamedTuple

from http1 import pause

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


class Spans(NamedTuple):
    """How long each lasts, in seconds: longer than the lease, and than anybody waits."""

    sleep: float = 66.0
    lock: float = 35.0
    full: float = 12.0


class Trouble:
    """Troubles of the process that `client` names at the time."""

    def __init__(self, home: Path, client: Callable[[], int | None], spans: Spans) -> None:
        self._ledger, self._client, self._spans = home / "ledger.sqlite3", client, spans
        self.count = dict.fromkeys(("sleep", "lock", "full", "gone"), 0)

    @property
    def kinds(self) -> list[Callable[[], Awaitable[None]]]:
        """Each of them once."""
        return [self.sleep, self.lock, self.full, self.gone]

    async def sleep(self) -> None:
        """Hold the process still, as a lid that is closed."""
        if self._signal(pid := self._client(), signal.SIGSTOP):
            await pause(self._spans.sleep)
            self._signal(pid, signal.SIGCONT)
            self.count["sleep"] += 1

    async def lock(self) -> None:
        """Hold the ledger, as another program may."""
        if not self._ledger.exists():
            return
        other = sqlite3.connect(self._ledger, timeout=20, isolation_level=None)
        with closing(other), suppress(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")
            await pause(self._spans.lock)
            other.execute("ROLLBACK")
            self.count["lock"] += 1

    async def full(self) -> None:
        """Let no file of the process grow beyond what its ledger has now."""
        pid = self._client()
        with suppress(OSError, TypeError):
            room = os.stat(f"{self._ledger}-wal").st_size  # noqa: PTH116 - beside the ledger
            resource.prlimit(pid or 0, resource.RLIMIT_FSIZE, (max(room, 4096), resource.RLIM_INFINITY))
            await pause(self._spans.full)
            self.count["full"] += 1
            resource.prlimit(pid or 0, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    async def gone(self) -> None:
        """Take the ledger away under all that have it open; it is kept for the judge."""
        number = self.count["gone"] + 1
        for tail in ("-shm", "-wal", ""):
            path = self._ledger.with_name(f"{self._ledger.name}{tail}")
            with suppress(FileNotFoundError):
                path.rename(path.with_name(f"ledger-gone-{number}.sqlite3{tail}"))
        self.count["gone"] = number

    def _signal(self, pid: int | None, number: signal.Signals) -> bool:
        with suppress(ProcessLookupError):
            if pid is not None:
                os.kill(pid, number)
                return True
        return False
