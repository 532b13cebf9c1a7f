"""Whether a file is a whole video, by its first bytes and its boxes.

The box walk of ISO 14496-12 finds every cut in an ordinary MP4, where HTTP alone does not (a body without a length may end
anywhere). What is below them is known to `boxes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from jupyter_videogen.core import file_types
from jupyter_videogen.core.errors import DownloadError

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 256
"""Bytes after which a body shows whether it is a video."""
MOST_BOXES = 100_000
BLANK = b"\0\r\n\t "
LONGEST_BLANK = 64 * 1024
"""Bytes behind the last box that may be blank: a line break of a script, the padding of a store."""


class Box(NamedTuple):
    """A box at the top of a file."""

    kind: bytes
    start: int
    """Bytes before it."""
    head: int
    """Bytes of its size and kind."""
    size: int
    """Bytes, with its head."""
    is_open: bool = False
    """Whether it says "to the end of the file"."""


def check_size(size: int, expected: int | None) -> None:
    """Refuse a body that is not as long as its head said, or empty; raises `DownloadError`."""
    if expected is not None and size != expected:
        raise corrupt_error(f"has {size:,} of {expected:,} bytes")
    if not size:
        raise corrupt_error("is empty")


def check_signature(head: bytes) -> None:
    """Refuse what does not begin as a video does: by what it is, else by its first line; raises `DownloadError`."""
    if what := file_types.describe_non_video(head):
        raise not_video_error(what)
    if not file_types.begins_as_video(head):
        raise corrupt_error(f"is not a video: {first_line(head)!r}")


def check_container(path: Path, *, measured: bool = False) -> bool:
    """Refuse what is no video or an MP4 that was cut; raises `DownloadError`.

    `measured` is that it has the length that was announced, so that a few zeros at its end are no box that was cut. Tells whether every cut would have shown: not in fragments (each could be the last), nor in other containers.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
        check_signature(head)
        if head[4:8] != b"ftyp":
            if what := file_types.describe_still_or_sound(path):
                raise not_video_error(what)
            return False
        boxes = read_boxes(file, path.stat().st_size, measured=measured)
        kinds = {box.kind for box in boxes}
        if not {b"moov", b"mdat"} <= kinds:
            raise corrupt_error("is truncated")
        if file_types.track_kinds(path) == {"soun"}:
            raise not_video_error("audio (an MP4 without pictures)")
        return b"moof" not in kinds and not boxes[-1].is_open


def read_boxes(file: BinaryIO, end: int, *, measured: bool) -> list[Box]:
    """Walk the top-level boxes; none when they do not fill the file, up to a blank rest. `measured` as for `check_container`."""
    boxes: list[Box] = []
    at = 0
    for _ in range(MOST_BOXES):
        if at >= end:
            return boxes if at == end else []
        file.seek(at)
        head = file.read(16)
        cut = not measured and end - at < 8 and not head[0]
        if not head[:4].strip(BLANK) and not cut and _is_blank(file, at, end):
            return boxes
        size, kind, least = int.from_bytes(head[:4], "big"), head[4:8], 8
        if size == 0:
            return [*boxes, Box(kind, at, 8, end - at, is_open=True)] if len(kind) == 4 else []
        if size == 1:
            size, least = int.from_bytes(head[8:16], "big"), 16
        if size < least:  # a box is at least its own head
            return []
        boxes.append(Box(kind, at, least, size))
        at += size
    return []


def _is_blank(file: BinaryIO, at: int, end: int) -> bool:
    """Return whether nothing but blank bytes follows, and not many of them."""
    file.seek(at)
    return end - at <= LONGEST_BLANK and not file.read().strip(BLANK)


def first_line(head: bytes) -> str:
    """Return what a person would see first of a body that should have been a video."""
    lines = head.decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in lines if line.strip()), "")[:200]


def corrupt_error(what: str) -> DownloadError:
    """Return the error for bytes that are no whole clip."""
    return DownloadError(f"What the provider sent {what}.", sent="yes", charged="unknown")


def not_video_error(what: str) -> DownloadError:
    """Return the error for a file of another kind: asking again brings the same."""
    error = corrupt_error(f"is {what}, not a video")
    error.final = True
    return error
