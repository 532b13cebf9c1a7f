"""`jupyter videogen watch`: what a Jupyter server does for jobs whose kernel is gone, without a server."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, TextIO

from jupyter_videogen.commands.options import Command
from jupyter_videogen.core import environment, terminal
from jupyter_videogen.ledger.glance import Glance
from jupyter_videogen.runtime.watcher import GRACE, HOPEFUL, Watcher

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jupyter_videogen.ledger.glance import Seen
    from jupyter_videogen.runtime.watcher import Standing

OWN = Command(
    "watch",
    "[--once] [-q]",
    "watch jobs whose kernel is gone and store their clips; --once ends when none is left that it can watch",
    ("--once", "-q", "--quiet"),
)
PACE = 1.0
"""Seconds between two looks into the ledger."""
CLEAR = "\r\x1b[K"
WORDS: dict[Standing, str] = {
    "elsewhere": "watched by another process",
    "free": "about to be watched",
    "draft": "not sent yet",
    "let_go": "let go",
    "needs_kernel": "for the kernel that sent it alone",
    "no_key": "whose key can't be read here",
    "no_provider": "of a provider that is not installed here",
    "no_ledger": "in a ledger that can't be used",
}
"""What follows the number of jobs that are not watched here."""


class Ended(NamedTuple):
    """How watching ended."""

    standing: Mapping[str, Standing]
    """How each unfinished job stands."""
    interrupted: bool


class _Line:
    """One line of progress: overwritten on a screen, written anew in a pipe when it changes."""

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self._stream, self._quiet, self._screen, self._told = stream, quiet, stream.isatty(), ""

    def tell(self, words: str) -> None:
        """Show the line as it is now."""
        if self._quiet or words == self._told:
            return
        self._told = words
        shown = terminal.replace_unencodable(words, self._stream)
        columns = terminal.width(self._stream)
        shown = shown if columns is None else shown[: columns - 1]
        self._stream.write(f"{CLEAR}{shown}" if self._screen else f"{shown}\n")
        self._stream.flush()

    def close(self) -> None:
        """Leave the line as it is."""
        if self._screen and self._told:
            self._stream.write("\n")
            self._stream.flush()


def watch(stream: TextIO, *, once: bool, quiet: bool = False, grace: float = GRACE) -> Ended:
    """Watch until somebody interrupts, or with `once` until no job is left that may end; every job is let go then.

    Tells of its progress on `stream`; `grace` is in seconds, as for `Watcher`.
    """
    glance, line, pause = Glance(environment.home()), _Line(stream, quiet=quiet), threading.Event()
    watcher = Watcher(glance, "terminal", grace=grace)
    standing: Mapping[str, Standing] = {}
    stored = 0
    try:
        with _interrupted_by_sigterm():
            while True:
                stored += sum(job.state == "stored" and standing.get(job.id) == "here" for job in glance.look())
                standing = watcher.round()
                line.tell(describe(standing, glance.open, stored))
                if once and HOPEFUL.isdisjoint(standing.values()):
                    return Ended(standing, interrupted=False)
                pause.wait(PACE)
    except KeyboardInterrupt:
        return Ended(standing, interrupted=True)
    finally:
        watcher.close()
        glance.close()
        line.close()


def describe(standing: Mapping[str, Standing], jobs: list[Seen], stored: int) -> str:
    """Return the line of progress."""
    counts = Counter(standing.values())
    known = [job.progress for job in jobs if standing.get(job.id) == "here" and job.progress is not None]
    at = f" at {sum(known) / len(known):.0f} %" if known else ""
    parts = [f"watching {_count(counts['here'])}{at}"] if counts["here"] else []
    parts += [f"{_count(counts[how])} {words}" for how, words in WORDS.items() if counts[how]]
    parts += [f"{_count(stored)} stored"] if stored else []
    words = " · ".join(parts) or "no job is unfinished"
    return f"{words[0].upper()}{words[1:]}"


def _count(number: int) -> str:
    return f"{number} job" if number == 1 else f"{number} jobs"


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """Let whatever stops services end the watching as Ctrl+C does: jobs are let go, and others can take them at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
