"""One gateway per home: its lock, and the runtime file with its address."""

import http.client
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

_WAIT_SECONDS = 10.0
_LOOK_SECONDS = 0.2
_HEALTH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class RunningGateway:
    """The address and token of a running gateway."""

    url: str
    token: str
    pid: int

    def line(self) -> str:
        """Return the ready line."""
        return json.dumps(asdict(self))


class HomeTakenError(Exception):
    """Another process holds this home and does not respond."""


@contextmanager
def claim(folder: Path) -> Iterator[RunningGateway | None]:
    """Hold the home while the block runs and yield None, or yield the live gateway that holds it already."""
    # A lock on an SQLite file is the one exclusive lock that the standard library has on every system, and the
    # system takes it back when the process dies, however it dies. Nothing is ever written into the file.
    database = sqlite3.connect(folder / "lock.sqlite3", timeout=_LOOK_SECONDS, isolation_level=None)
    with closing(database):
        yield _take(database, folder)


def _take(database: sqlite3.Connection, folder: Path) -> RunningGateway | None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while not _lock(database):
        runtime = read(folder)
        if runtime is not None and answers(runtime):
            return runtime
        if time.monotonic() > deadline:
            raise HomeTakenError(f"Another process holds {folder} and does not respond; end it and try again.")
    return None


def _lock(database: sqlite3.Connection) -> bool:
    """Try for the lock as long as SQLite's own busy timeout lasts."""
    try:
        database.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def read(folder: Path) -> RunningGateway | None:
    """Return what the runtime file says, if there is one that can be read."""
    try:
        values = json.loads((folder / "gateway.json").read_text(encoding="utf-8"))
        return RunningGateway(url=str(values["url"]), token=str(values["token"]), pid=int(values["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(folder: Path, runtime: RunningGateway) -> None:
    """Replace the runtime file atomically; only the owner can ever read it."""
    descriptor, name = tempfile.mkstemp(prefix="gateway.json.", dir=folder)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(runtime.line())
    Path(name).replace(folder / "gateway.json")


def remove(folder: Path, runtime: RunningGateway) -> None:
    """Take the runtime file away, if it is still ours."""
    if read(folder) == runtime:
        (folder / "gateway.json").unlink(missing_ok=True)


def answers(runtime: RunningGateway) -> bool:
    """Return whether the gateway of a runtime file is there: its process lives, and it is this process that answers."""
    if not _lives(runtime.pid):
        return False
    try:
        parts = urlsplit(runtime.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_HEALTH_SECONDS)
        with closing(connection):
            connection.request("GET", "/health", headers={"Authorization": f"Bearer {runtime.token}"})
            answer = json.load(connection.getresponse())
    except (OSError, ValueError, http.client.HTTPException):
        return False
    return bool(answer == {"status": "ok", "pid": runtime.pid})


def _lives(pid: int) -> bool:
    if os.name != "posix":
        return True  # signal 0 asks only on POSIX; elsewhere it is a real signal, so the health answer has to do
    try:
        os.kill(pid, 0)
    except (OSError, OverflowError):
        return False
    return True
