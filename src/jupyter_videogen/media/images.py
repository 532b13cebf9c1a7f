"""Pictures as bytes: their size, orientation and completeness, and copies without private metadata.

JPEG (ITU T.81), Exif 2.32, PNG (third edition), WebP (RFC 9649). Nothing is decoded: headers and chunks are walked.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""What ends coded data in a JPEG: a marker that is neither a stuffed zero nor a restart."""
END, SCAN = 0xD9, 0xDA
PRIVATE_SEGMENTS = frozenset({0xE1, 0xED, 0xFE})
"""Exif and XMP, Photoshop's notes, comments. Colour profiles and Adobe's own mark stay."""
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Marks of the header that has a JPEG's size."""
EXIF = b"Exif\0\0"
PRIVATE_CHUNKS = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
PRIVATE_PARTS = frozenset({b"EXIF", b"XMP "})
EXIF_FLAG, XMP_FLAG = 0x08, 0x04
"""Bits of a WebP's header that announce those parts."""
ORIENTATION, SHORT = 0x0112, 3
LENGTHWISE = frozenset({5, 6, 7, 8})
"""Orientations that show a picture's columns as rows."""


class Piece(NamedTuple):
    """A piece of a file: its kind, where it begins and ends, and where its own bytes begin."""

    kind: bytes
    start: int
    body: int
    end: int


def is_whole(picture: bytes) -> bool:
    """Return whether a PNG, JPEG or WebP has its end; True for what is none of these, or too odd to tell."""
    if picture.startswith(JPEG):
        return any(piece.kind[0] == END for piece in _segments(picture))
    if picture.startswith(PNG):
        return picture[12:16] != b"IHDR" or b"IEND" in picture
    return not _is_webp(picture) or int.from_bytes(picture[4:8], "little") + 8 <= len(picture) + 1


def displayed_size(picture: bytes) -> tuple[int | None, int | None]:
    """Return width and height of a PNG, JPEG or WebP as it is shown; None where the file does not say."""
    width, height = _size(picture)
    return (height, width) if orientation(picture) in LENGTHWISE else (width, height)


def orientation(picture: bytes) -> int:
    """Return which way up a picture is, 1 to 8, as Exif counts; 1 where it does not say."""
    return next((found for notes in _exif(picture) if (found := _orientation(notes)) is not None), 1)


def strip_metadata(picture: bytes) -> bytes:
    """Return a picture without places, cameras, makers' notes and comments; its pixels and colours are the same.

    Which way up it is stays, in the smallest Exif that says so.
    """
    kept = orientation(picture)
    if picture.startswith(JPEG):
        return _clean_jpeg(picture, kept)
    if picture.startswith(PNG):
        walked = any(piece.kind == b"IEND" for piece in _chunks(picture))
        return _clean_png(picture, kept) if walked else picture
    return _clean_webp(picture, kept) if _is_webp(picture) else picture


def rotate_upright(array: Array, turn: int) -> Array:
    """Return an array (H, W, 3) of stored pixels as it is shown in an orientation of Exif, 1 to 8."""
    turned = array.swapaxes(0, 1) if turn in LENGTHWISE else array
    down, right = turn in {3, 4, 7, 8}, turn in {2, 3, 6, 7}
    return turned[:: -1 if down else 1, :: -1 if right else 1]


def _is_webp(picture: bytes) -> bool:
    return picture[:4] == b"RIFF" and picture[8:12] == b"WEBP"


def _segments(picture: bytes) -> Iterator[Piece]:
    """Walk a JPEG from its first marker to its end; coded data belongs to the scan before it."""
    at = 2
    while at + 2 <= len(picture) and picture[at] == 0xFF:
        mark = picture[at + 1]
        if mark == 0xFF:
            at += 1
            continue
        if mark == END:
            yield Piece(bytes([mark]), at, at + 2, at + 2)
            return
        end = at + 2 + int.from_bytes(picture[at + 2 : at + 4], "big")
        if end > len(picture):
            return
        if mark == SCAN:
            found = MARKER.search(picture, end)
            end = found.start() if found else len(picture)
        yield Piece(bytes([mark]), at, at + 4, end)
        at = end


def _chunks(picture: bytes) -> Iterator[Piece]:
    at = len(PNG)
    while at + 12 <= len(picture):
        end = at + 12 + int.from_bytes(picture[at : at + 4], "big")
        yield Piece(picture[at + 4 : at + 8], at, at + 8, end)
        if picture[at + 4 : at + 8] == b"IEND":
            return
        at = end


def _parts(picture: bytes) -> Iterator[Piece]:
    at = 12
    while at + 8 <= len(picture):
        size = int.from_bytes(picture[at + 4 : at + 8], "little")
        yield Piece(picture[at : at + 4], at, at + 8, at + 8 + size + size % 2)
        at += 8 + size + size % 2


def _size(picture: bytes) -> tuple[int | None, int | None]:
    if picture.startswith(PNG):
        return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")
    if picture.startswith(JPEG):
        head = next((one for one in _segments(picture) if one.kind[0] in FRAMES), None)
        at = head.body if head else 0
        read = int.from_bytes(picture[at + 3 : at + 5], "big"), int.from_bytes(picture[at + 1 : at + 3], "big")
        return read if head else (None, None)
    return _webp_size(picture) if _is_webp(picture) else (None, None)


def _webp_size(picture: bytes) -> tuple[int | None, int | None]:
    """Read the header of a plain, a lossless, or an extended WebP; an animation is of the last kind."""
    if picture[12:16] == b"VP8X":
        return 1 + int.from_bytes(picture[24:27], "little"), 1 + int.from_bytes(picture[27:30], "little")
    if picture[12:16] == b"VP8L":
        bits = int.from_bytes(picture[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if picture[12:16] == b"VP8 ":
        width, height = (int.from_bytes(picture[at : at + 2], "little") & 0x3FFF for at in (26, 28))
        return width, height
    return None, None


def _exif(picture: bytes) -> Iterator[bytes]:
    """Return the Exif notes of a picture, from their TIFF header on."""
    if picture.startswith(JPEG):
        bodies = (picture[one.body : one.end] for one in _segments(picture) if one.kind == b"\xe1")
        yield from (body[len(EXIF) :] for body in bodies if body.startswith(EXIF))
    elif picture.startswith(PNG):
        yield from (picture[one.body : one.end - 4] for one in _chunks(picture) if one.kind == b"eXIf")
    elif _is_webp(picture):
        yield from (picture[one.body : one.end].removeprefix(EXIF) for one in _parts(picture) if one.kind == b"EXIF")


def _orientation(notes: bytes) -> int | None:
    """Read the orientation in a TIFF's first directory; None where it is not there or makes no sense."""
    order = "little" if notes[:2] == b"II" else "big"

    def number(at: int, width: int) -> int:
        return int.from_bytes(notes[at : at + width], order)  # type: ignore[arg-type]  # one of the two words

    start = number(4, 4)
    for at in range(start + 2, min(start + 2 + 12 * number(start, 2), len(notes) - 11), 12):
        if number(at, 2) == ORIENTATION and number(at + 2, 2) == SHORT:
            return found if 1 <= (found := number(at + 8, 2)) <= 8 else None
    return None


def _smallest_exif(turn: int) -> bytes:
    """Return Exif notes that say which way up a picture is, and nothing else."""
    entry = ORIENTATION.to_bytes(2, "big") + SHORT.to_bytes(2, "big") + b"\0\0\0\1" + turn.to_bytes(2, "big") + b"\0\0"
    return b"MM\0*\0\0\0\x08\0\x01" + entry + b"\0\0\0\0"


def _clean_jpeg(picture: bytes, turn: int) -> bytes:
    notes = EXIF + _smallest_exif(turn)
    said = b"\xff\xe1" + (len(notes) + 2).to_bytes(2, "big") + notes if turn != 1 else b""
    pieces = [one for one in _segments(picture) if one.kind[0] not in PRIVATE_SEGMENTS]
    leading = [one for one in pieces if one.kind == b"\xe0"]
    rest = [one for one in pieces if one.kind != b"\xe0"]
    return JPEG + b"".join([*(_bytes(picture, one) for one in leading), said, *(_bytes(picture, one) for one in rest)])


def _clean_png(picture: bytes, turn: int) -> bytes:
    pieces = [_bytes(picture, one) for one in _chunks(picture) if one.kind not in PRIVATE_CHUNKS]
    if turn != 1:
        notes = b"eXIf" + _smallest_exif(turn)
        said = (len(notes) - 4).to_bytes(4, "big") + notes + zlib.crc32(notes).to_bytes(4, "big")
        pieces.insert(1, said)  # behind the header
    return PNG + b"".join(pieces)


def _clean_webp(picture: bytes, turn: int) -> bytes:
    pieces = [bytearray(_bytes(picture, one)) for one in _parts(picture) if one.kind not in PRIVATE_PARTS]
    if pieces and pieces[0][:4] == b"VP8X":
        pieces[0][8] &= ~(EXIF_FLAG | XMP_FLAG)
        if turn != 1:
            notes = _smallest_exif(turn)
            pieces[0][8] |= EXIF_FLAG
            pieces.append(bytearray(b"EXIF" + len(notes).to_bytes(4, "little") + notes))
    body = b"WEBP" + b"".join(pieces)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _bytes(picture: bytes, piece: Piece) -> bytes:
    return picture[piece.start : piece.end]
