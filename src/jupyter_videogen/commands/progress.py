"""The progress of jobs in a terminal: one line that is overwritten on a screen, plain lines in a pipe."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

from jupyter_videogen.api.job import seconds
from jupyter_videogen.api.tables.cells import line as grid_line
from jupyter_videogen.core import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.grids.grid import Grid
    from jupyter_videogen.api.job import Job

PACE = 0.5
"""Seconds between two reads of the local state; no provider is asked."""
WORDS = {
    "draft": "sending",
    "submitting": "sending",
    "queued": "waiting to start",
    "running": "making the video",
    "saving": "saving",
    "succeeded": "ready",
    "unknown_outcome": "outcome unknown",
    "unreachable": "unreachable; the job continues",
}
CLEAR = "\r\x1b[K"
BAR = 20
"""Columns of the bar."""


class Progress:
    """Prints the progress of jobs until they have ended."""

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream, self._quiet = stream, quiet
        self._screen = stream.isatty()
        self._told: dict[str, str] = {}

    def follow(self, jobs: Sequence[Job], timeout: float | str | None) -> None:
        """Wait for jobs to end, well or not; raises `WaitTimeout` when only the waiting ended."""
        ends = None if timeout is None else time.monotonic() + seconds(timeout)
        try:
            for job in jobs:
                while not self._over(job, ends):
                    self._tell(jobs)
            self._tell(jobs)
        finally:
            self._clear()

    def _clear(self) -> None:
        if self._screen and not self._quiet:
            self._stream.write(CLEAR)
            self._stream.flush()

    def _over(self, job: Job, ends: float | None) -> bool:
        """Wait for a moment; tells whether the job has ended."""
        left = PACE if ends is None else min(PACE, ends - time.monotonic())
        if job.settled(max(left, 0.0)):
            return True
        if ends is not None and time.monotonic() >= ends:
            job.result(timeout=0)  # raises
        return False

    def _tell(self, jobs: Sequence[Job]) -> None:
        if self._quiet:
            return
        if self._screen:
            words = _cut(line_of_all(jobs), terminal.width(self._stream))
            self._stream.write(CLEAR + terminal.replace_unencodable(words, self._stream))
        else:
            for job in jobs:
                self._news(job)
        self._stream.flush()

    def _news(self, job: Job) -> None:
        """Write a line when the state changes, and at every quarter."""
        quarter = "" if job.progress is None or job.record.ended else f" {int(job.progress // 25) * 25} %"
        words = f"{job.id} {WORDS.get(job.state, job.state)}{quarter}"
        if self._told.get(job.id) != words:
            self._told[job.id] = words
            self._stream.write(f"{words}\n")


class GridProgress:
    """Prints the progress of a grid in one line, until nothing happens by itself any more."""

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream, self._quiet = stream, quiet
        self._screen, self._told = stream.isatty(), ""

    def follow(self, grid: Grid, timeout: float | str | None) -> None:
        """Wait for a grid; raises `WaitTimeout` when only the waiting ended, and what holds its cells back."""
        ends = None if timeout is None else time.monotonic() + seconds(timeout)
        try:
            while not grid.settled(PACE if ends is None else max(0.0, min(PACE, ends - time.monotonic()))):
                self._tell(grid)
                if ends is not None and time.monotonic() >= ends:
                    break
            self._tell(grid)
        finally:
            if self._screen and not self._quiet:
                self._stream.write(CLEAR)
                self._stream.flush()
        grid.result(timeout=0)

    def _tell(self, grid: Grid) -> None:
        words = f"{bar(grid.counts.progress)}{grid_line(grid.counts)}"
        if self._quiet or words == self._told:
            return
        self._told = words
        if self._screen:
            words = _cut(words, terminal.width(self._stream))
            self._stream.write(CLEAR + terminal.replace_unencodable(words, self._stream))
        else:
            self._stream.write(f"{grid_line(grid.counts)}\n")
        self._stream.flush()


def _cut(words: str, columns: int | None) -> str:
    """Shorten a line to the width of the screen: a wrapped line could not be overwritten."""
    return words if columns is None or len(words) < columns else f"{words[: columns - 2]}…"


def line_of_all(jobs: Sequence[Job]) -> str:
    """Return the line of one job, or one line for several: the bar of all, how many are ready, and the elapsed time."""
    if len(jobs) == 1:
        return line(jobs[0])
    ready = sum(job.state == "succeeded" for job in jobs)
    made = [job for job in jobs if not job.record.ended or job.state == "succeeded"]
    done = sum(100.0 if job.state == "succeeded" else job.progress or 0.0 for job in made)
    elapsed = max((job.elapsed for job in jobs), default=0.0)
    return f"{bar(done / len(made))}{ready} of {len(jobs)} ready {_clock(elapsed)}" if made else _clock(elapsed)


def line(job: Job) -> str:
    """Return the state of a job, the provider's percent with a bar, and the elapsed time."""
    known = job.progress is not None and not job.record.ended
    percent = f" {job.progress:.0f} %" if known else ""
    drawn = bar(job.progress) if known and job.progress is not None else ""
    return f"{drawn}{job.id} {WORDS.get(job.state, job.state)}{percent} {_clock(job.elapsed)}"


def bar(percent: float) -> str:
    """Return a bar, and the space after it."""
    full = round(BAR * min(percent, 100.0) / 100)
    return f"{'█' * full}{'░' * (BAR - full)} "


def _clock(elapsed: float) -> str:
    minutes, rest = divmod(int(elapsed), 60)
    return f"{minutes}:{rest:02}"
