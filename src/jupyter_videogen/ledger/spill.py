"""The spill: records of paid jobs that the ledger could not write, one line each, so that no accepted id is lost.

The file is in the home; where that is full or closed, beside the notebook; else the news is printed, with the provider's id.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from jupyter_videogen.core import terminal
from jupyter_videogen.core.job import JobRecord

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

log = logging.getLogger("jupyter_videogen")
NAME = "videogen-unwritten"
"""How the files begin."""


class Spill:
    """The spill file; safe to call from any thread."""

    def __init__(self, home: Path, beside: Callable[[], Path]) -> None:
        """Take the home, and what gives the notebook's folder."""
        self._home, self._beside = home, beside
        self._token = uuid4().hex[:8]

    def write(self, record: JobRecord) -> None:
        """Add a job as it stands, on the disk when this returns; printed where no disk takes it."""
        line = msgspec.json.encode(record.redacted()) + b"\n"
        for folder in self._folders():
            with suppress(OSError):
                _append(folder / f"{NAME}-{self._token}.jsonl", line)
                return
        terminal.print_err(f"videogen: job {record.id} can't be recorded anywhere: {_essence(record)}")

    def empty(self, absorb: Callable[[JobRecord], None]) -> None:
        """Hand over the newest news of each job that was written here, by any process; a file goes when all of it is taken in.

        After a death on the way the same is handed over again, so `absorb` must do no harm the second time.
        """
        for folder in self._folders():
            for path in sorted(folder.glob(f"{NAME}-*.*")):
                with suppress(FileNotFoundError):  # another process was quicker
                    for record in _newest(path):
                        absorb(record)
                    path.unlink()

    def _folders(self) -> list[Path]:
        return list(dict.fromkeys([self._home, self._beside()]))


def _append(path: Path, line: bytes) -> None:
    """Add a line whole or not at all; raises OSError."""
    handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        if os.write(handle, line) < len(line):
            raise OSError("the disk is full")
        os.fsync(handle)
    finally:
        os.close(handle)


def _newest(path: Path) -> list[JobRecord]:
    """Return the last line of each job; one that was cut off is passed over, and said."""
    newest: dict[str, JobRecord] = {}
    for line in path.read_bytes().splitlines():
        try:
            record = msgspec.json.decode(line, type=JobRecord)
        except msgspec.MsgspecError:
            log.warning("A line of %s can't be read.", path.name)
        else:
            newest[record.id] = record
    return list(newest.values())


def _essence(record: JobRecord) -> str:
    """Say what is needed to find a job again."""
    handle = msgspec.json.encode(record.handle).decode() if record.handle else "no id yet"
    return f"{record.state} at {record.provider}, {handle}. Save this line."
