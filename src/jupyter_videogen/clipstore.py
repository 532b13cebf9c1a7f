"""Finished bytes to a file beside the notebook: streamed to a temporary name, checked, synced, then renamed.

The target is absent or whole, never half. Container check: the box walk of ISO 14496-12 finds every cut in an
ordinary MP4, where HTTP alone does not (a body without a length may end anywhere).
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from base64 import b64decode
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from uuid import uuid4

import msgspec

from .errors import DownloadError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from .values import Clip, JobRecord

FOLDER = "videogen"
"""Never hidden: Jupyter servers refuse to serve hidden folders."""
PIECE = 4 * 65_536
"""Characters of base64 decoded at once; a multiple of four."""
WHITE = dict.fromkeys(map(ord, "\r\n\t "))
LARGEST = 4 * 1024**3
LARGEST_POSTER = 60_000
"""Bytes; it is stored in the notebook."""
LONGEST_SLUG = 40
SIGNATURES = {b"ftyp": slice(4, 8), b"\x1aE\xdf\xa3": slice(0, 4), b"GIF8": slice(0, 4), b"RIFF": slice(0, 4)}


class Stored(msgspec.Struct, frozen=True):
    """What was written."""

    bytes: int
    sha256: str


def planned_path(folder: Path, prompt: str, job_id: str) -> Path:
    """Give the file a job's clip will have, before it exists: `videogen/<slug>-<job id>.mp4`."""
    words = re.sub(r"[^a-z0-9]+", "-", prompt.lower()).strip("-")
    slug = words[:LONGEST_SLUG].rsplit("-", 1)[0] if len(words) > LONGEST_SLUG else words
    return folder / FOLDER / f"{slug or 'clip'}-{job_id}.mp4"


def missing(record: JobRecord) -> bool:
    """Tell whether a job has ended well and one of its files has been moved or deleted since."""
    return record.state == "succeeded" and not all(Path(clip.path).exists() for clip in record.clips)


async def decoded(text: str) -> AsyncIterator[bytes]:
    """Give base64 text as bytes, piece by piece; a data URL's head and line breaks are no part of it.

    Raises `DownloadError` for anything else.
    """
    body = text.partition(",")[2] if text.startswith("data:") else text
    body = body.translate(WHITE)
    try:
        for at in range(0, len(body), PIECE):
            yield b64decode(body[at : at + PIECE], validate=True)
    except ValueError:
        raise bad("is broken base64") from None


async def store(
    pieces: AsyncIterator[bytes], path: Path, *, expected: int | None, report: Callable[[int], None]
) -> Stored:
    """Write pieces to `path` and give size and hash; `report` is told the bytes so far.

    Raises `DownloadError` when the bytes are not `expected` in number or not a whole video; the target is untouched then.
    """
    temporary = path.with_name(f".videogen-{uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stored = await _write(pieces, temporary, report)
        check_size(stored.bytes, expected)
        await asyncio.to_thread(check_container, temporary)
        await asyncio.to_thread(_publish, temporary, path)
    except OSError as error:
        raise DownloadError(
            f"The clip could not be written to {path.parent} ({error.strerror or error}).",
            next="Make room there, then fetch it with vg.job(id).watch(): nothing is generated again.",
            sent="yes",
            charged="unknown",
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()
    return stored


async def _write(pieces: AsyncIterator[bytes], temporary: Path, report: Callable[[int], None]) -> Stored:
    digest, written = hashlib.sha256(), 0
    with temporary.open("wb") as file:
        async for piece in pieces:
            file.write(piece)
            digest.update(piece)
            written += len(piece)
            if written > LARGEST:
                raise bad("is larger than 4 GiB")
            report(written)
        await asyncio.to_thread(_sync, file)
    return Stored(written, digest.hexdigest())


def check_size(size: int, expected: int | None) -> None:
    """Refuse a body that is not as long as its head said; raises `DownloadError`."""
    if expected is not None and size != expected:
        raise bad(f"has {size:,} of {expected:,} bytes")


def check_container(path: Path) -> None:
    """Refuse what is no video or an MP4 that was cut; raises `DownloadError`."""
    with path.open("rb") as file:
        head = file.read(12)
        if not any(head[where] == mark for mark, where in SIGNATURES.items()):
            raise bad("is not a video")
        if head[4:8] == b"ftyp" and not {b"moov", b"mdat"} <= _boxes(file, path.stat().st_size):
            raise bad("is cut short")


def _boxes(file: BinaryIO, end: int) -> set[bytes]:
    """Walk the top-level boxes and give their kinds; empty when they do not fill the file exactly."""
    kinds: set[bytes] = set()
    at = 0
    while at < end:
        file.seek(at)
        head = file.read(16)
        size, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size == 0:
            return kinds | {kind}
        if size < 8:  # noqa: PLR2004 - a box is at least its own head
            return set()
        kinds.add(kind)
        at += size
    return kinds if at == end else set()


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


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _publish(temporary: Path, path: Path) -> None:
    """Rename, then sync the folder, so that the name too survives a power cut."""
    temporary.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
