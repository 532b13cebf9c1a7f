"""Finished clips on their way into the configured storage: tried again until they are there, also by the next process.

A job that is owed an upload has a file of its name in the home's folder `uploads`, from before it is written down as finished
until its clips are in the storage. A process that dies in between leaves it to the next one. Two that put the same clip write
the same object, so the lease on the job only saves the work of one.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import queue
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from jupyter_videogen.config.files import own_storage
from jupyter_videogen.core import platform
from jupyter_videogen.core.clock import wait_for_event
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.filesystem.private_folder import make_private_folder
from jupyter_videogen.media.storage_folder import NotStored, StorageFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.clock import Clock
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.glance import LeaseKind
    from jupyter_videogen.ledger.ledger import Ledger
    from jupyter_videogen.runtime.loop import Loop

    Future = concurrent.futures.Future[None]

log = logging.getLogger("jupyter_videogen")
FOLDER = "uploads"
AT_ONCE = 4
"""Jobs whose clips are uploaded at the same time."""
SOONEST, LATEST = 5.0, 600.0
"""Seconds until the next try after a failed one; doubled each time, up to the second."""
NOT_YET = "Not in the storage yet: "
"""How the line of a job begins whose clips are here, and not in the storage."""


def pending(home: Path) -> list[str]:
    """Return the ids of the jobs of a home that are owed an upload, the oldest first."""
    with suppress(OSError):
        files = [(path.stat().st_mtime, path.name) for path in (home / FOLDER).iterdir()]
        return [name for _, name in sorted(files)]
    return []


class Uploads:
    """The uploads of one process; what is public may be called from any thread."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of one runtime
        self,
        home: Path,
        ledger: Ledger,
        clock: Clock,
        loop: Loop,
        change: Callable[[JobRecord], JobRecord],
        kind: LeaseKind = "kernel",
    ) -> None:
        self._home, self._folder, self._ledger, self._clock, self._loop = home, home / FOLDER, ledger, clock, loop
        self._change, self._kind = change, kind
        self._lock = threading.Lock()
        self._waiting: dict[str, Future] = {}
        """What is to be uploaded, in the order of its coming; a future is done after the first try."""
        self._resting = threading.Event()
        self._resting.set()
        self._news = asyncio.Event()
        self._threads = DaemonThreads(AT_ONCE)
        self.troubles: dict[str, str] = {}
        """Why the clips of a job are not in the storage yet, as the last try of this process has it."""

    # ---- from any thread -----------------------------------------------------------------------------------------

    @property
    def is_configured(self) -> bool:
        """Whether clips go into a storage at all; Python in a browser has no threads to put them there."""
        return not platform.is_browser() and own_storage(self._home) is not None

    def pending(self) -> list[str]:
        """Return the ids of the jobs that are owed an upload, the oldest first."""
        return pending(self._home)

    def expect(self, job_id: str) -> None:
        """Write down that a job's clips belong into the storage, before the job is written down as finished."""
        if not self.is_configured:
            return
        with suppress(OSError, VideogenError):  # the disk is full: this process uploads them all the same
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            make_private_folder(self._home)
            (self._folder / job_id).touch(mode=0o600)

    def begin(self, job_id: str) -> Future:
        """Upload a finished job's clips soon; the future is done after the first try, whatever came of it."""
        with self._lock:
            if not self.is_configured:
                return _done()
            future = self._waiting.get(job_id)
            if future is None or future.done():
                future = self._waiting[job_id] = concurrent.futures.Future()
            self._resting.clear()
        self._loop.soon(self._news.set)
        return future

    def ensure(self, clip: ClipRecord) -> Future:
        """Upload a clip that is not in the storage; done at once where nothing has to be done, else after the first try."""
        return _done() if clip.storage_url else self.ensure_job(clip.job_id)

    def ensure_job(self, job_id: str) -> Future:
        """Upload what of a finished job is not in the storage, as `ensure`."""
        if not self.is_configured:
            return _done()
        self.expect(job_id)
        return self.begin(job_id)

    def find(self, clip: ClipRecord) -> ClipRecord:
        """Return a clip as the ledger has it now, with its URL where it is in the storage."""
        with suppress(VideogenError):
            if kept := self._ledger.kept(clip.job_id):
                return next((one for one in kept.record.clips if one.sha256 == clip.sha256), clip)
        return clip

    @property
    def left(self) -> int:
        """How many jobs' clips this process has yet to upload."""
        with self._lock:
            return len(self._waiting)

    def rest(self, seconds: float) -> bool:
        """Wait for at most so many seconds until every upload was tried once; returns whether that is so."""
        return self._resting.wait(seconds)

    def close(self) -> None:
        """End the threads of the uploads; what is under way goes on while the process lives."""
        self._threads.close()

    # ---- on the loop ---------------------------------------------------------------------------------------------

    async def keep_up(self) -> None:
        """Upload what is owed, what processes that died have left included, for as long as this process lives."""
        for job_id in self.pending():
            self.begin(job_id)
        misses = 0
        while True:
            if not self._waiting:
                await self._news.wait()
            self._news.clear()
            misses = 0 if await self._round() else misses + 1
            if misses:
                await wait_for_event(self._news, self._clock, min(SOONEST * 2 ** (misses - 1), LATEST))

    async def _round(self) -> bool:
        """Try what was never tried, or all where that is all there is; return whether none failed."""
        with self._lock:
            fresh = [job_id for job_id, future in self._waiting.items() if not future.done()]
            chosen = {job_id: self._waiting.pop(job_id) for job_id in (fresh or list(self._waiting))[:AT_ONCE]}
        done = await asyncio.gather(*map(self._try, chosen))
        with self._lock:
            left = {job_id: chosen[job_id] for job_id, is_done in zip(chosen, done, strict=True) if not is_done}
            self._waiting |= left | self._waiting  # behind the others; what was asked for again meanwhile stays so
            if all(future.done() or future in left.values() for future in self._waiting.values()):
                self._resting.set()
        for future in chosen.values():
            if not future.done():
                future.set_result(None)
        return all(done)

    async def _try(self, job_id: str) -> bool:
        try:
            return await self._try_once(job_id)
        except Exception as error:
            log.exception("Internal error in the upload of job %s.", job_id)
            self.troubles[job_id] = f"an internal error, {type(error).__name__}"
            return False

    async def _try_once(self, job_id: str) -> bool:
        """Upload the clips of one job; return whether nothing is left to be done for it here."""
        url = own_storage(self._home)
        if url is None:
            return True  # the file stays: the storage may be configured again
        try:
            record = self._claimed(job_id)
        except VideogenError:
            return False  # the ledger is busy, or another process has the job
        if record is None or not record.clips:
            return True
        try:
            return await self._upload(record, url)
        finally:
            with suppress(VideogenError):
                self._ledger.release(job_id)

    def _claimed(self, job_id: str) -> JobRecord | None:
        """Return a job that is ours for the upload; None where nothing has to be done. Raises `VideogenError`."""
        kept = self._ledger.kept(job_id)
        if kept is None or (kept.record.ended and not _missing(kept.record)):
            self._forget(job_id)
            return None
        if not kept.record.ended:
            return None  # whoever finishes it begins the upload
        if not self._ledger.claim(job_id, now=self._clock.now(), kind=self._kind):
            raise VideogenError(f"Job {job_id} is being handled by another process.", next="Wait for it.")
        return kept.record

    async def _upload(self, record: JobRecord, url: str) -> bool:
        try:
            found = await self._threads.run(lambda: _put_all(record, url))
        except (NotStored, VideogenError, OSError) as error:
            self._note_trouble(record.id, _words(error))
            return False
        self.troubles.pop(record.id, None)
        return self._note_urls(record.id, found)

    def _note_urls(self, job_id: str, found: dict[str, str]) -> bool:
        """Write down where clips are; return whether that is written."""
        try:
            record = self._ledger.find(job_id)
            clips = tuple(replace(clip, storage_url=found.get(clip.sha256, clip.storage_url)) for clip in record.clips)
            kept = [words for words in record.warnings if not words.startswith(NOT_YET)]
            written = self._change(record.after(clips=clips, warnings=tuple(kept)))
        except VideogenError:
            return False
        if any(clip.storage_url is None and clip.sha256 in found for clip in written.clips):
            return False  # another process was faster; the next try finds the object there
        self._forget(job_id)
        return True

    def _note_trouble(self, job_id: str, words: str) -> None:
        """Tell of the first failure in the job's own lines; it costs nothing but that."""
        self.troubles[job_id] = words
        with suppress(VideogenError):
            record = self._ledger.find(job_id)
            if not any(line.startswith(NOT_YET) for line in record.warnings):
                line = f"{NOT_YET}{words}. The clip is here; the upload is tried again."
                self._change(record.after(warnings=(*record.warnings, line)))

    def _forget(self, job_id: str) -> None:
        with suppress(OSError):
            (self._folder / job_id).unlink(missing_ok=True)


class _Work(NamedTuple):
    call: Callable[[], dict[str, str]]
    future: concurrent.futures.Future[dict[str, str]]


class DaemonThreads:
    """A few threads for calls that block; the process may end while they hang. They begin with the first call."""

    def __init__(self, number: int) -> None:
        self._number, self._begun = number, 0
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()

    async def run(self, call: Callable[[], dict[str, str]]) -> dict[str, str]:
        """Call a function in one of the threads; returns and raises as it does."""
        work = _Work(call, concurrent.futures.Future())
        self._queue.put(work)
        if self._begun < self._number:
            self._begun += 1
            threading.Thread(target=self._serve, name="videogen-upload", daemon=True).start()
        return await asyncio.wrap_future(work.future)

    def close(self) -> None:
        """Let the threads end after what they are at; nobody waits for them."""
        for _ in range(self._begun):
            self._queue.put(None)

    def _serve(self) -> None:
        while work := self._queue.get():
            if work.future.set_running_or_notify_cancel():
                try:
                    work.future.set_result(work.call())
                except BaseException as error:  # noqa: BLE001 - whoever waits is told
                    work.future.set_exception(error)


_tidied: set[str] = set()
"""Folders in which this process has looked for what others left when they died."""


def _put_all(record: JobRecord, url: str) -> dict[str, str]:
    """Put the clips of a job into the storage; returns their URLs by hash. One that is no longer here is left out."""
    folder, found = StorageFolder(url), dict[str, str]()
    if url not in _tidied:
        _tidied.add(url)
        folder.remove_stale()
    for clip in _missing(record):
        with suppress(FileNotFoundError):  # moved or deleted by its owner
            found[clip.sha256] = folder.put(clip)
    return found


def _missing(record: JobRecord) -> list[ClipRecord]:
    return [clip for clip in record.clips if clip.storage_url is None]


def _words(error: Exception) -> str:
    if isinstance(error, VideogenError):
        return f"{error.message} {error.failure.next}".rstrip(". ")
    return f"the clip can't be read ({error.strerror})" if isinstance(error, OSError) else str(error)


def _done() -> Future:
    future: Future = concurrent.futures.Future()
    future.set_result(None)
    return future
