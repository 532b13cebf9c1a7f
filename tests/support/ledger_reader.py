"""Wait for what other processes write into the ledger of a home."""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_videogen.ledger.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.ledger.queries import KeptJob

PATIENCE = 60.0
PAUSE = 0.05


def until(is_so: Callable[[], object], what: str = "it") -> None:
    """Ask again and again until something is so; fails the test where that never happens."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        pause.wait(PAUSE)


class LedgerReader:
    """What a home's ledger says of jobs."""

    def __init__(self, home: Path) -> None:
        self.ledger = Ledger.at(home / "ledger.sqlite3")

    def kept(self, job_id: str) -> KeptJob:
        kept = self.ledger.kept(job_id)
        assert kept is not None
        return kept

    def watcher(self, job_id: str) -> str | None:
        """Return what kind of process watches a job."""
        return self.ledger.watcher_of(self.kept(job_id))

    def owner(self, job_id: str) -> int:
        """Return the process that has the lease on a job."""
        return int((self.kept(job_id).lease_owner or "///0").split("/")[3])

    def until_watched_by(self, kind: str | None, job_id: str) -> None:
        until(lambda: self.watcher(job_id) == kind, f"job {job_id} being watched by {kind}")

    def until_stored(self, job_id: str) -> ClipRecord:
        """Wait for a clip, and hold its file to what was written down of it."""
        until(lambda: self.kept(job_id).record.ended, f"the end of job {job_id}")
        record = self.kept(job_id).record
        assert record.state == "succeeded", record.failure
        (clip,) = record.clips
        content = Path(clip.path).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (clip.bytes, clip.sha256)
        assert [path.name for path in Path(clip.path).parent.glob("*.mp4")] == [Path(clip.path).name]
        return clip
