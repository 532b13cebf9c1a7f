"""Whether the process that holds a job is alive, by proof: a sleeping laptop is silent, but not dead.

A process names itself by boot, process namespace, number and start time: within one boot and namespace, that tells for
certain. Across containers and boots, a lock tells: the system gives it back when its process dies, however it dies.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

BOOT = Path("/proc/sys/kernel/random/boot_id")
NAMESPACE = Path("/proc/self/ns/pid")
STARTED = 19
"""Where /proc/PID/stat has the start time, in clock ticks since the boot, counted after the name in brackets (proc(5))."""


class Owner(NamedTuple):
    """A process, told from every other; written as its parts with strokes between them."""

    host: str
    boot: str
    namespace: str
    pid: int
    started: str
    token: str

    def __str__(self) -> str:
        return "/".join(map(str, self))


def current_owner() -> Owner:
    """Name this process."""
    pid = os.getpid()
    host = socket.gethostname().replace("/", "")
    return Owner(host, _text(BOOT), _link(NAMESPACE), pid, _process_start(pid), uuid4().hex[:8])


def parse_owner(text: str) -> Owner | None:
    """Read the name of a process; None for what is none."""
    parts = text.split("/")
    if len(parts) != len(Owner._fields) or not parts[3].isdecimal():
        return None
    return Owner(parts[0], parts[1], parts[2], int(parts[3]), parts[4], parts[5])


class Presence:
    """The proof that this process lives: a lock on its own file in a shared folder."""

    def __init__(self, folder: Path) -> None:
        self.owner = current_owner()
        self._folder = folder
        self._held: int | None = None
        """The descriptor that holds the lock."""
        self._taking = threading.Lock()

    def show(self) -> None:
        """Take the lock; raises OSError where the file cannot be made."""
        with self._taking:
            if self._held is not None or fcntl is None:
                return
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._held = os.open(self._file(self.owner), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._held, fcntl.LOCK_EX)

    def close(self) -> None:
        """Release the lock."""
        if self._held is not None:
            self._file(self.owner).unlink(missing_ok=True)
            os.close(self._held)
            self._held = None

    def gone(self, text: str) -> bool:
        """Return whether it is proven that a process is dead; what cannot be told is not."""
        other = parse_owner(text)
        if other is None or other == self.owner:
            return False
        if (other.host, other.boot, other.namespace) == (self.owner.host, self.owner.boot, self.owner.namespace):
            return not _lives(other)
        return self._left(other)

    def _left(self, other: Owner) -> bool:
        """Return whether the lock of a process is there and nobody holds it."""
        if fcntl is None:
            return False
        with suppress(OSError):
            handle = os.open(self._file(other), os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            finally:
                os.close(handle)
            self._file(other).unlink(missing_ok=True)
            return True
        return False

    def _file(self, owner: Owner) -> Path:
        return self._folder / f"{''.join(filter(str.isalnum, owner.token))}.lock"


def _lives(other: Owner) -> bool:
    """Return whether there is a process of that number that began at that time."""
    if other.started:
        return _process_start(other.pid) == other.started
    try:
        os.kill(other.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _process_start(pid: int) -> str:
    """Return when a process began, empty where that cannot be told or there is none; a dead one nobody has asked after is none."""
    fields = _text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return fields[STARTED] if len(fields) > STARTED and fields[0] != "Z" else ""


def _text(path: Path) -> str:
    with suppress(OSError):
        return path.read_text().strip()
    return ""


def _link(path: Path) -> str:
    with suppress(OSError):
        return str(path.readlink()).replace("/", "")
    return ""
