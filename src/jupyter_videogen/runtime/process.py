"""What this process has open: one runtime for each home, and the keys its clients were given."""

from __future__ import annotations

import atexit
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from jupyter_videogen.config.configuration import load_config_for_watching
from jupyter_videogen.core import command_names, environment, terminal
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.runtime.runtime import Runtime

if TYPE_CHECKING:
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core import secrets
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.glance import LeaseKind
    from jupyter_videogen.transport.connection import Connection

UPLOADING = 60.0
"""Seconds that the end of a process waits for clips that are on their way into a storage."""
MOST_NAMED = 8
"""Jobs named in one line."""
given: dict[tuple[str, str], secrets.Secret] = {}
"""Keys that clients of this process were given, by address and account: jobs found again can use them."""
_lock = threading.Lock()
_runtimes: dict[str, Runtime] = {}
_watching: dict[str, Runtime] = {}
"""Runtimes that can create no job; a process has one of either kind for a home, as its leases are those of the process."""


def runtime() -> Runtime:
    """Return this process's runtime for today's VIDEOGEN_HOME; at its first use, open jobs are watched again."""
    home = environment.home()
    with _lock:
        if str(home) in _runtimes:
            return _runtimes[str(home)]
        if watching := _watching.pop(str(home), None):
            watching.close()
        made = _runtimes[str(home)] = Runtime(home)
    if unfinished := made.ledger.unfinished():
        config = load_config_for_watching()
        for record in unfinished:
            made.watch(record, connection_of(made, record, config))
    return made


def watching_runtime(kind: LeaseKind) -> Runtime:
    """Return a runtime that watches jobs and can create none; the process's own where it has one. Watches nothing by itself."""
    home = environment.home()
    with _lock:
        _drop_replaced(str(home))
        if (found := opened()) is None:
            found = _watching[str(home)] = Runtime(home, kind=kind)
        return found


def _drop_replaced(home: str) -> None:
    """Close what watches nothing now and has the ledger of a home that was deleted: it would find no job of the new one.

    What does watch writes its leases, and follows the path by that, with the jobs that it knows.
    """
    found = _watching.get(home)
    if found is not None and (found.ledger.closed or found.ledger.replaced) and not found.busy:
        _watching.pop(home).close()


def opened() -> Runtime | None:
    """Return the runtime that this process has for today's VIDEOGEN_HOME, of either kind; None where it has none."""
    home = str(environment.home())
    return _runtimes.get(home, _watching.get(home))


def close() -> None:
    """Stop watching and close everything this process has open; the next use opens it again."""
    for opened in (_runtimes, _watching):
        while opened:
            opened.popitem()[1].close()


def connection_of(run: Runtime, record: JobRecord, config: Configuration) -> Connection:
    """Return the way back to where a job was sent; without its key the provider will say so."""
    here = config.provider_of_job(record)
    found = None
    with suppress(VideogenError):  # what is there is no key any more
        found = config.find_key(here, record.key_env)
    if found is None or found.account != record.account:
        found = given.get((record.base_url, record.account), found)
    return run.pool.connection_to(here, found)


def _farewell() -> None:
    """Print which jobs continue without this process."""
    for run in _runtimes.values():
        if jobs := run.going_on():
            names = " ".join(job.id for job in jobs[:MOST_NAMED]) + (" …" if len(jobs) > MOST_NAMED else "")
            again = command_names.spell("resume")
            terminal.print_err(f"videogen: {len(jobs)} job(s) continue: {names}. {again} watches them again.")
        _finish_uploads(run)


def _finish_uploads(run: Runtime) -> None:
    """Let clips that are on their way into a storage arrive, and tell of those that have not."""
    run.uploads.rest(UPLOADING)
    if left := run.uploads.left:
        again = f"the next start uploads them, and so does: {command_names.PROGRAM} upload"
        terminal.print_err(f"videogen: the clips of {left} job(s) are not in the storage yet; {again}")


_of_the_parent: list[object] = []
"""What a child process must neither use nor close."""


def _leave_to_the_parent() -> None:
    """Begin a child process with nothing open: it starts a thread, sockets and files of its own."""
    _of_the_parent.extend([*_runtimes.values(), *_watching.values(), *Ledger.forget()])
    _runtimes.clear()
    _watching.clear()


# Before the interpreter closes its thread pools, which name look-ups need; `atexit` proper comes after that.
getattr(threading, "_register_atexit", atexit.register)(_farewell)
os.register_at_fork(after_in_child=_leave_to_the_parent)
