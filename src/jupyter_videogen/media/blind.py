"""The bytes of a clip without what says where it comes from, for a vote: the file itself is not touched.

Makers write their names into an MP4: a comment in `udta`, content credentials in a `uuid`, a track's handler. Each such box is
read as an empty `free` box of the same size (ISO/IEC 14496-12, 8.1.2), so that nothing else moves. Pictures and sound are as
they are; other containers are read as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PARENTS = {b"moov", b"trak", b"mdia"}
TELLING = {b"udta", b"meta", b"uuid", b"free", b"skip"}
NAME_AT = 24
"""Bytes in the body of a track's handler before its name (ISO/IEC 14496-12, 8.4.3)."""
MOST_BOXES = 100_000


class Box(NamedTuple):
    """Where a box is in a file."""

    kind: bytes
    start: int
    body: int
    end: int


class BlindClip:
    """A clip that is read without its maker's name."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        with self._path.open("rb") as file:
            self._hidden = list(_hidden(file, self._path.stat().st_size))

    def read(self, offset: int, length: int) -> bytes:
        """Return a piece of it; shorter, or empty, at its end."""
        with self._path.open("rb") as file:
            file.seek(offset)
            piece = bytearray(file.read(length))
        for start, content in self._hidden:
            first, last = max(start, offset), min(start + len(content), offset + len(piece))
            if first < last:
                piece[first - offset : last - offset] = content[first - start : last - start]
        return bytes(piece)


def _hidden(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    """Give what stands in the place of each telling part: where it begins, and its bytes."""
    for box in _walk(file, 0, size):
        if box.kind in TELLING:
            yield box.start + 4, b"free"
            yield box.body, bytes(box.end - box.body)
        elif box.kind == b"hdlr":
            yield box.body + NAME_AT, bytes(max(box.end - box.body - NAME_AT, 0))


def _walk(file: BinaryIO, at: int, end: int) -> Iterator[Box]:
    """Give all boxes between two places, and those inside of the ones that hold tracks; nothing of what is no MP4."""
    for _ in range(MOST_BOXES):
        file.seek(at)
        head = file.read(16)
        if at >= end or len(head) < 8:  # a box has its size and its kind at least
            return
        size, kind, body = int.from_bytes(head[:4], "big"), head[4:8], at + 8
        if size == 1:
            size, body = int.from_bytes(head[8:16], "big"), at + 16
        until = end if size == 0 else at + size
        if until <= at or until > end:
            return
        yield Box(kind, at, body, until)
        if kind in PARENTS:
            yield from _walk(file, body, until)
        at = until
