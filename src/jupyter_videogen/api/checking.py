"""`vg.check` and the checks of clips: what was found is kept in the ledger, and a clip is read once."""

from __future__ import annotations

import hashlib
import os
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event as Stop
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.core import environment, terminal
from jupyter_videogen.core.checks import CheckReport, CheckReports, Expected, Finding
from jupyter_videogen.core.clip import ClipRecord
from jupyter_videogen.core.errors import InvalidRequest, VideogenError
from jupyter_videogen.core.request import pixels
from jupyter_videogen.media import clip_store, frames
from jupyter_videogen.media.checks.check import THREADS, check_file
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.loop import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from os import PathLike

    from jupyter_videogen.ledger.checks import Checks
    from jupyter_videogen.ledger.grids import CellWithJob

AT_ONCE = 4
"""Clips that are read at the same time, at most: one of 1080p takes about 40 MB."""
PACE = 0.2
"""Seconds between two looks at how far it is."""
CHANGED = Finding(
    name="changed",
    value=1,
    unit="files",
    limit=1,
    short="file changed",
    words="The file is not the one that was delivered: its SHA-256 is another.",
)


def check(
    video: str | PathLike[str] | ClipRecord,
    *,
    duration: float | None = None,
    size: str | None = None,
    sound: bool | None = None,
    again: bool = False,
) -> CheckReport:
    """Check a clip or a file for faults that its pixels show.

    What a file is to be can be said: `duration` in seconds, `size` as "1280x720", `sound` as True. A clip is held to what was
    ordered; what was found in it is kept, and `again` reads it anew. Raises `InvalidRequest` for a file that is not there,
    `Unsupported` without PyAV (`pip install 'jupyter-videogen[frames]'`). A file that is no video is a finding.
    """
    if isinstance(video, ClipRecord):
        if (duration, size, sound) != (None, None, None):
            raise InvalidRequest(
                "A clip is held to what was ordered.", next="Pass its path: vg.check(clip.path, duration=4)."
            )
        return check_clip(video, again=again)
    path = Path(video).expanduser()
    expected = Expected(duration=duration, size=_checked_size(size), sound=sound)
    try:
        return check_file(path, expected)
    except OSError as error:
        raise InvalidRequest(
            f"{path} can't be read: {error.strerror or error}.", next="Check its path.", field="video"
        ) from None


def _checked_size(size: str | None) -> str | None:
    try:
        pixels(size or "1x1")
    except ValueError:
        raise InvalidRequest(f"{size!r} is no size.", next='Write it as "1280x720".', field="size") from None
    return size


def check_clip(clip: ClipRecord, *, again: bool = False) -> CheckReport:
    """Return what is wrong with a clip; raises as `Clip.check`."""
    frames.require_decoder()
    return _check_one(clip, _expected(clip), again=again, stop=Stop(), threads=THREADS)


def check_clips(clips: Sequence[ClipRecord], *, again: bool = False) -> CheckReports:
    """Check clips, several at a time, with a line that tells how far it is; see `Grid.check`."""
    frames.require_decoder()
    stop, workers = Stop(), max(min(AT_ONCE, os.cpu_count() or 1, len(clips)), 1)
    threads = max((os.cpu_count() or 1) // workers, 1)
    with ThreadPoolExecutor(workers, thread_name_prefix="videogen-check") as pool:
        try:
            started = [
                pool.submit(_check_safely, clip, _expected(clip), again=again, stop=stop, threads=threads)
                for clip in clips
            ]
            return _wait(started)
        except BaseException:  # a thread that reads a clip looks at this after every packet
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _wait(started: Sequence[Future[CheckReport]]) -> CheckReports:
    """Wait for all, and tell how far it is; interruptible."""
    progress = _Progress(len(started))
    try:
        for future in started:
            while not future.done():
                progress.tell(sum(one.done() for one in started))
                with suppress(TimeoutError):
                    wait_for(future, PACE)
        return CheckReports(future.result() for future in started)
    finally:
        progress.end(sum(one.done() and not one.cancelled() for one in started))


class _Progress:
    """One line that is written over, where somebody sees it."""

    def __init__(self, total: int) -> None:
        self._total, self._told = total, ""
        self._stream = sys.stderr if environment.in_kernel() or sys.stderr.isatty() else None

    def tell(self, done: int) -> None:
        words = f"Checked {done:,} of {self._total:,} clips"
        if self._stream is not None and words != self._told:
            self._told = words
            self._stream.write(f"\r{terminal.replace_unencodable(words, self._stream)}")
            self._stream.flush()

    def end(self, done: int) -> None:
        """Leave the line as it stands, if there is one."""
        if self._told and self._stream is not None:
            self.tell(done)
            self._stream.write("\n")
            self._stream.flush()


def _check_safely(clip: ClipRecord, expected: Expected, *, again: bool, stop: Stop, threads: int) -> CheckReport:
    """Check one of several clips: one that can't be read is a finding, and the others go on."""
    try:
        return _check_one(clip, expected, again=again, stop=stop, threads=threads)
    except (VideogenError, OSError, ValueError) as error:
        words = error.message if isinstance(error, VideogenError) else f"The file can't be read: {error}."
        gone = Finding(name="gone", value=0, unit="files", limit=1, short="file gone", words=words)
        return _named(CheckReport(clip="", findings=(gone,)), clip)


def _check_one(clip: ClipRecord, expected: Expected, *, again: bool, stop: Stop, threads: int) -> CheckReport:
    kept = process.runtime().ledger.checks
    known = None if again else kept.find(clip.sha256, expected)
    if known is not None:
        return _named(known, clip)
    path = clip_store.existing_path(clip)
    report = _named(check_file(path, expected, stopped=stop.is_set, threads=threads), clip)
    if _sha256(path) != clip.sha256:  # what was found in other bytes is not kept under the name of these
        return msgspec.structs.replace(report, findings=(CHANGED, *report.findings))
    with suppress(VideogenError):  # a report that can't be kept is a report
        kept.keep(clip.sha256, expected, report)
    return report


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _named(report: CheckReport, clip: ClipRecord) -> CheckReport:
    """Return a report with the name of this clip: another of the same bytes may have another."""
    return msgspec.structs.replace(report, clip=Path(clip.path).name, job_id=clip.job_id)


def _expected(clip: ClipRecord) -> Expected:
    """Return what was ordered of a clip; nothing is known of one whose job is not in the ledger."""
    with suppress(VideogenError):
        return Expected.of(process.runtime().ledger.find(clip.job_id).request)
    return Expected()


def with_words(cells: Iterable[CellWithJob], kept: Checks) -> list[CellWithJob]:
    """Return cells with what the checks of their clips found."""
    cells = list(cells)
    found = kept.words(one.job.clips[0].sha256 for one in cells if one.job is not None and one.job.clips)
    return [one._replace(checks=_words(one, found)) for one in cells] if found else cells


def _words(one: CellWithJob, found: dict[tuple[str, str], str]) -> str | None:
    if one.job is None or not one.job.clips:
        return None
    return found.get((one.job.clips[0].sha256, Expected.of(one.job.request).key))
