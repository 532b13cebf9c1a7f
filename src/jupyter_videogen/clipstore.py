"""Clips on this disk: their names, their bytes, and the still picture beside them."""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING

from . import spool
from .clock import Clock, SystemClock
from .container import bad
from .part import Stored, writing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from .values import JobRecord

FOLDER = "videogen"
"""Never hidden: Jupyter servers refuse to serve hidden folders."""
WHITE = dict.fromkeys(map(ord, "\r\n\t "))
LARGEST_POSTER = 60_000
"""Bytes; it is stored in the notebook."""
LONGEST_SLUG = 40


def planned_path(folder: Path, prompt: str, job_id: str) -> Path:
    """Give the file a job's clip will have, before it exists: `videogen/<slug>-<job id>.mp4`."""
    words = re.sub(r"[^a-z0-9]+", "-", prompt.lower()).strip("-")
    slug = words[:LONGEST_SLUG].rsplit("-", 1)[0] if len(words) > LONGEST_SLUG else words
    return folder / FOLDER / f"{slug or 'clip'}-{job_id}.mp4"


def missing(record: JobRecord) -> bool:
    """Tell whether a job has ended well and one of its files has been moved or deleted since."""
    return record.state == "succeeded" and not all(Path(clip.path).exists() for clip in record.clips)


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


async def store(  # noqa: PLR0913 - keywords, each of its own
    pieces: AsyncIterator[bytes],
    path: Path,
    *,
    expected: int | None,
    report: Callable[[int], None],
    clock: Clock | None = None,
    job_id: str = "id",
) -> Stored:
    """Write pieces to `path`, or beside it where another file has the name; `report` is told the bytes so far.

    Raises `DownloadError` when the bytes are not `expected` in number or not a whole video; the target is untouched then.
    """
    with writing(path, job_id) as part:
        async for piece in pieces:
            part.append(piece)
            report(part.size)
        proven = await part.finish(expected)
        return await part.publish(clock or SystemClock(), proven=proven)


def write_poster(picture: bytes, path: Path) -> str | None:
    """Keep a still picture and give its path; None when it is no PNG or JPEG, or too large for a notebook."""
    if len(picture) > LARGEST_POSTER or not picture.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        return None
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(picture)
    return str(path)
