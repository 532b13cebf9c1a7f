"""The partial file of a clip: streamed to a temporary name beside its target, checked, synced, then renamed.

The target is absent or whole, never half, and what stands there already is never replaced.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from jupyter_videogen.core import command_names, platform
from jupyter_videogen.core.errors import DownloadError
from jupyter_videogen.media.container import HEAD, check_container, check_signature, check_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.core.clock import Clock

LARGEST = 4 * 1024**3
ROOM_EVERY = 32 * 1024**2
"""Bytes between two looks at the free space."""
STALE = 3600.0
"""Seconds after which a temporary file that nobody writes to is somebody's who died."""
NAME_TRIES = 5
NAME_PAUSE = 0.2
"""Seconds; scanners and players on Windows hold files for a moment."""
UNSYNCED = frozenset({errno.EINVAL, errno.EACCES, errno.EPERM, errno.ENOTSUP})
"""How file systems say that a folder is nothing they sync."""
WRITABLE = "Make that folder writable"
REMEDIES = {
    errno.EFBIG: "Raise the limit on the size of files",
    errno.EROFS: WRITABLE,
    errno.EACCES: WRITABLE,
    errno.EPERM: WRITABLE,
}


class Stored(msgspec.Struct, frozen=True):
    """What was written, and where."""

    bytes: int
    sha256: str
    path: Path
    proven: bool = True
    """Whether the file itself shows that nothing is missing at its end."""


class PartialFile:
    """The temporary file of a clip during its download, beside its target. Disk errors are `OSError`s."""

    def __init__(self, path: Path) -> None:
        self._target = path
        self._temporary = _workplace(path) / f".videogen-{uuid4().hex}.part"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._temporary.open("xb")
        self.restart()

    def discard(self) -> None:
        """Remove the temporary file."""
        with suppress(OSError):  # what could not be written cannot be flushed either
            self._file.close()
        with suppress(OSError):
            self._temporary.unlink()

    def restart(self) -> None:
        """Forget what has come so far."""
        self._file.seek(0)
        self._file.truncate()
        self.size, self._head, self._digest = 0, b"", hashlib.sha256()
        self.expected: int | None = None

    def reserve(self, total: int) -> None:
        """Refuse a clip of so many bytes when it is too large or there is no room for the rest of it."""
        self.expected = total
        _check_cap(total)
        self._require_space(total - self.size)

    def _require_space(self, room: int) -> None:
        if shutil.disk_usage(self._target.parent).free < room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @property
    def needs(self) -> str:
        """The needed disk space, as text."""
        return (
            f"it needs more than {self.size:,} bytes" if self.expected is None else f"it needs {self.expected:,} bytes"
        )

    def append(self, piece: bytes) -> None:
        """Add a piece; a body that begins as no video does is refused as soon as that shows."""
        before, self.size = self.size, self.size + len(piece)
        _check_cap(self.size)
        if before // ROOM_EVERY != self.size // ROOM_EVERY:
            self._require_space(ROOM_EVERY if self.expected is None else self.expected - before)
        if before < HEAD:
            self._head += piece[: HEAD - before]
            if self.size >= HEAD:
                check_signature(self._head)
        self._file.write(piece)
        self._digest.update(piece)

    async def finish(self, expected: int | None = None) -> bool:
        """Check the whole and bring it to the disk; tells whether the file itself shows that nothing is missing."""
        check_size(self.size, expected)
        self._file.flush()
        return await asyncio.to_thread(self._check_and_sync, measured=expected is not None)

    def _check_and_sync(self, *, measured: bool) -> bool:
        proven = check_container(self._temporary, measured=measured)
        os.fsync(self._file.fileno())
        return proven

    async def publish(self, clock: Clock, *, proven: bool = True) -> Stored:
        """Give the file its name, or a numbered one if another file has it; the same bytes are not kept twice."""
        stored = Stored(self.size, self._digest.hexdigest(), self._target, proven)
        self._file.close()  # Windows names no open file
        names = (self._target.with_stem(f"{self._target.stem}-{number}") for number in range(1, 1000))
        for path in chain([self._target], names):
            if await self._name(path, stored, clock):
                return msgspec.structs.replace(stored, path=path)
        raise FileExistsError(errno.EEXIST, "every similar name is taken")

    async def _name(self, path: Path, stored: Stored, clock: Clock) -> bool:
        """Try one name; False where something else has it or keeps it."""
        for tries in range(1, NAME_TRIES + 1):
            try:
                await asyncio.to_thread(_link_and_sync, self._temporary, path)
            except FileExistsError:
                return await asyncio.to_thread(has_content, path, stored.bytes, stored.sha256)
            except PermissionError:
                if tries == NAME_TRIES and path != self._target:
                    raise
                await clock.sleep(NAME_PAUSE)
            else:
                return True
        return False


@contextmanager
def open_partial(path: Path, job_id: str = "id") -> Iterator[PartialFile]:
    """Return the part of a clip that will be at `path`; whatever happens, no temporary file is left.

    Raises `DownloadError` where the disk does not take it.
    """
    part = None
    try:
        part = PartialFile(path)
        yield part
    except OSError as error:
        raise unwritable_error(error, path, part.needs if part else "", job_id) from error
    finally:
        if part is not None:
            part.discard()


_swept: dict[Path, float] = {}


def remove_stale(folder: Path, *, now: float) -> None:
    """Remove temporary files that nobody has written to for an hour: a kernel died over them. Looks once an hour."""
    if now - _swept.get(folder, -STALE) < STALE:
        return
    _swept[folder] = now
    for file in folder.glob(".videogen-*.part"):
        with suppress(OSError):  # somebody else's, or gone already
            if now - file.stat().st_mtime > STALE:
                file.unlink()


def unwritable_error(error: OSError, path: Path, needs: str, job_id: str) -> DownloadError:
    """Return the error for a clip that the disk did not take."""
    remedy = REMEDIES.get(error.errno or 0, "Make room there")
    fetch = f"{remedy}, then download it with {command_names.spell('resume', job_id)}; nothing is generated again."
    return DownloadError(
        f"The clip could not be written to {path} ({error.strerror or error}){needs and '; '}{needs}.",
        next="Download it from the provider's own site, if it offers that."
        if error.errno == errno.EOVERFLOW
        else fetch,
        sent="yes",
        charged="unknown",
    )


def _check_cap(size: int) -> None:
    if size > LARGEST:
        raise OSError(errno.EOVERFLOW, "it is larger than 4 GiB, the limit for downloads")


def link_without_replacing(temporary: Path, path: Path) -> None:
    """Name a file without ever replacing another: a hard link refuses that by itself. Raises `FileExistsError`."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except NotImplementedError:  # in a browser, where the two may be on different file systems
        _copy_without_replacing(temporary, path)
    except OSError:  # no hard links on this file system
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        temporary.replace(path)


def _copy_without_replacing(temporary: Path, path: Path) -> None:
    with temporary.open("rb") as whole, path.open("xb") as target:
        shutil.copyfileobj(whole, target)


def _workplace(path: Path) -> Path:
    """Return the folder of a file that is being written: beside its target, and in a browser in memory.

    The drive of a site stores a file when that is closed, so it could not be checked before.
    """
    return Path(tempfile.gettempdir()) if platform.is_browser() else path.parent


def _link_and_sync(temporary: Path, path: Path) -> None:
    link_without_replacing(temporary, path)
    _sync_folder(path.parent)


def has_content(path: Path, size: int, sha256: str) -> bool:
    """Return whether a file has just these bytes."""
    if not path.is_file() or path.stat().st_size != size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _sync_folder(folder: Path) -> None:
    """Sync a folder, so that a new name too survives a power cut."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in UNSYNCED:
            raise
    finally:
        os.close(opened)
