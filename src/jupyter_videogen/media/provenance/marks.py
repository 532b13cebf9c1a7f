"""The marks of origin in a file: content credentials (C2PA) and XMP. They are found here, never checked.

C2PA technical specification 2.4, appendix A, "Embedding manifests into BMFF-based assets": a `uuid` box with the purpose of
its content, an offset, and the manifests as JUMBF. Neither the specification nor its library has a place in WebM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from jupyter_videogen.core.clip import Marks
from jupyter_videogen.media.container import read_boxes
from jupyter_videogen.media.provenance import xmp

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_videogen.core.clip import Credentials
    from jupyter_videogen.media.container import Box

C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
PURPOSES = frozenset({b"manifest", b"original", b"update"})
"""What a box of manifests calls itself; "merkle" has only hashes."""
HEAD = 64
"""Bytes that hold a purpose, its offset and the head of the JUMBF box behind it."""
WORDS: dict[Credentials, str] = {
    "yes": "yes (unchecked)",
    "damaged": "damaged",
    "elsewhere": "named at an address (not fetched)",
    "none": "none",
    "unread": "not looked for in a file of this kind",
}


def read_marks(path: Path) -> Marks | None:
    """Read what a file says of its origin, from the boxes at its top; None where it can't be read."""
    try:
        with path.open("rb") as file:
            if file.read(12)[4:8] != b"ftyp":
                return Marks(credentials="unread")
            boxes = [
                (box, _read(file, box, 0, 16))
                for box in read_boxes(file, path.stat().st_size, measured=True)
                if box.kind == b"uuid"
            ]
            packets = [_read(file, box, 16, xmp.LARGEST) for box, uuid in boxes if uuid == xmp.UUID]
            found = [_judge(file, box) for box, uuid in boxes if uuid == C2PA]
    except OSError:
        return None
    return Marks(_strongest(found, packets), next(filter(None, map(xmp.find_source_type, packets)), ""))


def credentials_words(marks: Marks | None) -> str:
    """Return what to say of a file's content credentials."""
    return "not looked for" if marks is None else WORDS[marks.credentials]


def manifest_bytes(path: Path) -> int:
    """Return how many bytes the boxes of content credentials have together; raises `OSError`."""
    with path.open("rb") as file:
        boxes = read_boxes(file, path.stat().st_size, measured=True)
        return sum(box.size for box in boxes if box.kind == b"uuid" and _read(file, box, 0, 16) == C2PA)


def _strongest(found: list[Credentials], packets: list[bytes]) -> Credentials:
    """Return what holds for the file: one whole manifest is enough."""
    for credentials in ("yes", "damaged"):
        if credentials in found:
            return credentials
    return "elsewhere" if any(map(xmp.REMOTE.search, packets)) else "none"


def _judge(file: BinaryIO, box: Box) -> Credentials:
    """Tell whether a box of C2PA holds a whole JUMBF box."""
    head = _read(file, box, 16, HEAD)
    purpose, _, rest = head[4:].partition(b"\0")
    if purpose not in PURPOSES:
        return "none" if purpose == b"merkle" else "damaged"
    inner = box.size - box.head - 16 - 4 - len(purpose) - 1 - 8
    size, kind = int.from_bytes(rest[8:12], "big"), rest[12:16]
    return "yes" if kind == b"jumb" and 8 < size <= inner else "damaged"


def _read(file: BinaryIO, box: Box, start: int, most: int) -> bytes:
    """Read from a box's content, and never beyond the box."""
    file.seek(box.start + box.head + start)
    return file.read(max(0, min(most, box.size - box.head - start)))
