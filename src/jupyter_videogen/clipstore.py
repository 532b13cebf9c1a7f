"""Finished bytes to a file beside the notebook: streamed to a temporary name, checked, synced, then renamed.

The target is absent or whole, never half, and what stands there already is never replaced. Container check: the box walk of ISO 14496-12 finds every cut in an
ordinary MP4, where HTTP alone does not (a body without a length may end anywhere).
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import re
import shutil
from base64 import b64decode
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from uuid import uuid4

import msgspec

from . import spool
from .clock import Clock, SystemClock
from .errors import DownloadError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from .values import Clip, JobRecord

FOLDER = "videogen"
"""Never hidden: Jupyter servers refuse to serve hidden folders."""
WHITE = dict.fromkeys(map(ord, "\r\n\t "))
LARGEST = 4 * 1024**3
LARGEST_POSTER = 60_000
"""Bytes; it is stored in the notebook."""
LONGEST_SLUG = 40
SIGNATURES = {b"ftyp": slice(4, 8), b"\x1aE\xdf\xa3": slice(0, 4), b"GIF8": slice(0, 4), b"RIFF": slice(0, 4)}
HEAD = 256
"""Bytes after which a body shows whether it is a video."""
MOST_BOXES = 100_000
ROOM_EVERY = 32 * 1024**2
"""Bytes between two looks at the free space."""
STALE = 3600.0
"""Seconds after which a temporary file that nobody writes to is somebody's who died."""
NAME_TRIES = 5
NAME_PAUSE = 0.2
"""Seconds; scanners and players on Windows hold files for a moment."""
UNSYNCED = frozenset({errno.EINVAL, errno.EACCES, errno.EPERM, errno.ENOTSUP})
"""How file systems say that a folder is nothing they sync."""
REMEDIES = {
    errno.EFBIG: "Free the limit on file sizes there, or save elsewhere",
    errno.EROFS: "Make that folder writable",
    errno.EACCES: "Make that folder writable",
    errno.EPERM: "Make that folder writable",
}


class Stored(msgspec.Struct, frozen=True):
    """What was written, and where."""

    bytes: int
    sha256: str
    path: Path
    proven: bool = True
    """Whether the file itself shows that nothing is missing at its end."""


def planned_path(folder: Path, prompt: str, job_id: str) -> Path:
    """Give the file a job's clip will have, before it exists: `videogen/<slug>-<job id>.mp4`."""
    words = re.sub(r"[^a-z0-9]+", "-", prompt.lower()).strip("-")
    slug = words[:LONGEST_SLUG].rsplit("-", 1)[0] if len(words) > LONGEST_SLUG else words
    return folder / FOLDER / f"{slug or 'clip'}-{job_id}.mp4"


async def decoded(text: str) -> AsyncIterator[bytes]:
    """Give base64 text, or the text behind a spool's mark, as bytes, piece by piece; line breaks are no part of it.

    Nor is a data URL's head. Raises `DownloadError` for anything else.
    """
    left, begun = "", False
    try:
        for chunk in spool.chunks(text):
            body = chunk if begun or not chunk.startswith("data:") else chunk.partition(",")[2]
            begun = True
            left += body.translate(WHITE)
            end = max(len(left) - 4, 0) // 4 * 4
            yield b64decode(left[:end].replace("=", "!"), validate=True)  # padding is good at the very end only
            left = left[end:]
        yield b64decode(left, validate=True)
    except ValueError:
        raise bad("is broken base64") from None


class Part:
    """A clip on its way: a temporary file of its own beside its target. What the disk refuses is an `OSError`."""

    def __init__(self, path: Path) -> None:
        self._target = path
        self._temporary = path.with_name(f".videogen-{uuid4().hex}.part")
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
        if total > LARGEST:
            raise OSError(errno.EFBIG, "it is larger than 4 GiB")
        self._need(total - self.size)

    def _need(self, room: int) -> None:
        if shutil.disk_usage(self._target.parent).free < room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @property
    def needs(self) -> str:
        """What room it takes, for people."""
        return (
            f"it needs more than {self.size:,} bytes" if self.expected is None else f"it needs {self.expected:,} bytes"
        )

    def append(self, piece: bytes) -> None:
        """Add a piece; a body that begins as no video does is refused as soon as that shows."""
        before, self.size = self.size, self.size + len(piece)
        if self.size > LARGEST:
            raise OSError(errno.EFBIG, "it is larger than 4 GiB")
        if before // ROOM_EVERY != self.size // ROOM_EVERY:
            self._need(ROOM_EVERY if self.expected is None else self.expected - before)
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
        proven = await asyncio.to_thread(check_container, self._temporary)
        await asyncio.to_thread(os.fsync, self._file.fileno())
        return proven

    async def publish(self, clock: Clock, *, proven: bool = True) -> Stored:
        """Give the file its name, or a numbered one where another file has that; the same bytes are not kept twice."""
        stored = Stored(self.size, self._digest.hexdigest(), self._target, proven)
        self._file.close()  # Windows names no open file
        names = (self._target.with_stem(f"{self._target.stem}-{number}") for number in range(1, 1000))
        for path in chain([self._target], names):
            if await self._name(path, stored, clock):
                await asyncio.to_thread(_sync_folder, path.parent)
                return msgspec.structs.replace(stored, path=path)
        raise FileExistsError(errno.EEXIST, "every name like it is taken")

    async def _name(self, path: Path, stored: Stored, clock: Clock) -> bool:
        """Try one name; False where something else has it or keeps it."""
        for tries in range(1, NAME_TRIES + 1):
            try:
                await asyncio.to_thread(_link, self._temporary, path)
            except FileExistsError:
                return await asyncio.to_thread(_holds, path, stored)
            except PermissionError:
                if tries == NAME_TRIES and path != self._target:
                    raise
                await clock.sleep(NAME_PAUSE)
            else:
                return True
        return False


@contextmanager
def writing(path: Path, job_id: str = "id") -> Iterator[Part]:
    """Give the part of a clip that will be at `path`; whatever happens, no temporary file is left.

    Raises `DownloadError` where the disk does not take it.
    """
    part = None
    try:
        part = Part(path)
        yield part
    except OSError as error:
        raise unwritable(error, path, part.needs if part else "", job_id) from error
    finally:
        if part is not None:
            part.discard()


async def store(
    pieces: AsyncIterator[bytes],
    path: Path,
    *,
    expected: int | None,
    report: Callable[[int], None],
    clock: Clock | None = None,
) -> Stored:
    """Write pieces to `path`, or beside it where another file has the name; `report` is told the bytes so far.

    Raises `DownloadError` when the bytes are not `expected` in number or not a whole video; the target is untouched then.
    """
    with writing(path) as part:
        async for piece in pieces:
            part.append(piece)
            report(part.size)
        proven = await part.finish(expected)
        return await part.publish(clock or SystemClock(), proven=proven)


def sweep(folder: Path, *, now: float) -> None:
    """Remove temporary files that nobody has written to for an hour: a kernel died over them."""
    with suppress(OSError):
        for file in folder.glob(".videogen-*.part"):
            if now - file.stat().st_mtime > STALE:
                file.unlink()


def unwritable(error: OSError, path: Path, needs: str, job_id: str) -> DownloadError:
    """Give the error for a clip that the disk did not take."""
    remedy = REMEDIES.get(error.errno or 0, "Make room there")
    return DownloadError(
        f"The clip could not be written to {path} ({error.strerror or error}){needs and '; '}{needs}.",
        next=f"{remedy}, then fetch it with vg.job({job_id!r}).watch(): nothing is generated again.",
        sent="yes",
        charged="unknown",
    )


def check_size(size: int, expected: int | None) -> None:
    """Refuse a body that is not as long as its head said, or empty; raises `DownloadError`."""
    if expected is not None and size != expected:
        raise bad(f"has {size:,} of {expected:,} bytes")
    if not size:
        raise bad("is empty")


def check_signature(head: bytes) -> None:
    """Refuse what does not begin as a video does, and show its first line; raises `DownloadError`."""
    if not any(head[where] == mark for mark, where in SIGNATURES.items()):
        raise bad(f"is not a video: {_first_line(head)!r}")


def check_container(path: Path) -> bool:
    """Refuse what is no video or an MP4 that was cut; raises `DownloadError`.

    Tells whether every cut would have shown: not in fragments (each could be the last), nor in other containers.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
        check_signature(head)
        if head[4:8] != b"ftyp":
            return False
        kinds = _boxes(file, path.stat().st_size)
        if not {b"moov", b"mdat"} <= kinds:
            raise bad("is cut short")
        return not kinds & {b"moof", OPEN_END}


OPEN_END = b"open"
"""Stands for a last box that says "to the end of the file"."""


def _boxes(file: BinaryIO, end: int) -> set[bytes]:
    """Walk the top-level boxes and give their kinds; empty when they do not fill the file exactly."""
    kinds: set[bytes] = set()
    at = 0
    for _ in range(MOST_BOXES):
        if at >= end:
            return kinds if at == end else set()
        file.seek(at)
        head = file.read(16)
        size, kind, least = int.from_bytes(head[:4], "big"), head[4:8], 8
        if size == 0:
            return kinds | {kind, OPEN_END} if len(kind) == 4 else set()  # noqa: PLR2004 - a kind is four letters
        if size == 1:
            size, least = int.from_bytes(head[8:16], "big"), 16
        if size < least:  # a box is at least its own head
            return set()
        kinds.add(kind)
        at += size
    return set()


def _first_line(head: bytes) -> str:
    """Give what a person would see first of a body that should have been a video."""
    lines = head.decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in lines if line.strip()), "")[:200]


def bad(what: str) -> DownloadError:
    """Give the error for bytes that are no whole clip."""
    return DownloadError(f"What the service sent {what}.", sent="yes", charged="unknown")


def write_receipt(clip: Clip, record: JobRecord) -> None:
    """Write the sidecar JSON: how this clip was made. No key and no signed URL is ever in it."""
    receipt = {
        "generator": "jupyter-videogen",
        **msgspec.to_builtins(clip),
        "path": Path(clip.path).name,
        "request": msgspec.to_builtins(record.request.redacted()),
        "sent_at": record.sent_at,
        "accepted_at": record.accepted_at,
    }
    text = msgspec.json.format(msgspec.json.encode(receipt), indent=2)
    Path(clip.path).with_suffix(".json").write_bytes(text + b"\n")


def write_poster(picture: bytes, path: Path) -> str | None:
    """Keep a still picture and give its path; None when it is no PNG or JPEG, or too large for a notebook."""
    if len(picture) > LARGEST_POSTER or not picture.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        return None
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(picture)
    return str(path)


def _link(temporary: Path, path: Path) -> None:
    """Name a file without ever replacing another: a hard link refuses that by itself. Raises `FileExistsError`."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # no hard links on this file system
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        temporary.replace(path)


def _holds(path: Path, stored: Stored) -> bool:
    """Tell whether a file has just these bytes."""
    if not path.is_file() or path.stat().st_size != stored.bytes:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == stored.sha256


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
