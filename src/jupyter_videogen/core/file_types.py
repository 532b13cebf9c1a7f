"""What a file is, by its first bytes and its headers: films, sounds and pictures, their tracks and codecs.

ISO 14496-12 (MP4, MOV, M4A), RFC 9559 (WebM, Matroska), RIFF, GIF89a. Only headers are read, never samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from jupyter_videogen.core.http import EBML, is_film

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST_HEADER = 32 << 20
"""Bytes of a `moov` box that are read; a film of hours has less."""
SOUNDS = {b"ID3": "audio (MP3)", b"OggS": "audio (Ogg)", b"fLaC": "audio (FLAC)"}
PICTURES = {
    b"\x89PNG": "a still image (PNG)",
    b"\xff\xd8\xff": "a still image (JPEG)",
    b"BM": "a still image (BMP)",
    b"%PDF": "a document (PDF)",
}
STILL_BRANDS = {
    **dict.fromkeys((b"avif",), "a still image (AVIF)"),
    **dict.fromkeys((b"heic", b"heix", b"mif1"), "a still image (HEIC)"),
}
SOUND_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P "})
SHORTEST_BMP = b"\0\0\0\0"
ANIMATED = 0x02
"""The bit of a WebP's flags that says so."""
CODECS = {
    **dict.fromkeys(("hvc1", "hev1", "dvh1", "dvhe"), "HEVC (H.265)"),
    **dict.fromkeys(("ap4h", "ap4x", "apch", "apcn", "apcs", "apco"), "ProRes"),
    **dict.fromkeys(("vvc1", "vvi1"), "VVC (H.266)"),
    "mp4v": "MPEG-4 Part 2",
}
"""Codecs in an MP4 that not every browser plays."""
PLAYERS = {"HEVC (H.265)": "Safari can play it, and so can Chrome and Edge on most machines with a hardware decoder"}
SEGMENT, TRACKS, TRACK, TRACK_TYPE = 0x18538067, 0x1654AE6B, 0xAE, 0x83
"""Elements of Matroska; a track's type is 1 for pictures."""
UNKNOWN_SIZE = (1 << 56) - 1


def begins_as_video(head: bytes) -> bool:
    """Return whether a body begins as a film does, or as a picture that may move."""
    return is_film(head) or head.startswith((b"GIF8", b"RIFF"))


def describe_non_video(head: bytes) -> str:
    """Say what a body is that certainly is no film; empty where it may be one. 32 bytes are enough."""
    for mark, what in (*SOUNDS.items(), *PICTURES.items()):
        if head.startswith(mark) and (mark != b"BM" or head[6:10] == SHORTEST_BMP):
            return what
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "audio (M4A)" if brand in SOUND_BRANDS else STILL_BRANDS.get(brand, "")
    if head.startswith(b"RIFF"):
        return _of_riff(head)
    return ""


def _of_riff(head: bytes) -> str:
    if head[8:12] == b"WAVE":
        return "audio (WAV)"
    moving = head[12:16] == b"VP8X" and len(head) > 20 and head[20] & ANIMATED
    return "a still image (WebP)" if head[8:12] == b"WEBP" and len(head) > 16 and not moving else ""


def describe_still_or_sound(path: Path) -> str:
    """Say what a whole file is that is no MP4 and no film: a GIF of one picture, a WebM without any; empty otherwise."""
    with path.open("rb") as file:
        head = file.read(4)
        if head.startswith(b"GIF8"):
            return "" if _gif_pictures(path.read_bytes()) != 1 else "a still image (GIF)"
        if head == EBML:
            kinds = set(_track_types(file.read(LARGEST_HEADER >> 3)))
            return "audio (WebM without pictures)" if kinds and 1 not in kinds else ""
    return ""


def track_kinds(path: Path) -> set[str]:
    """Return the kinds of an MP4's tracks, by their handlers ("vide", "soun"); empty where it does not say."""
    return {kind for kind, _ in _tracks(path)}


def video_codec(path: Path) -> str:
    """Return the four letters of the codec of an MP4's pictures; empty for anything else."""
    return next((code for kind, code in _tracks(path) if kind == "vide"), "")


def describe_unplayable(path: Path) -> str:
    """Return a note on a codec that not every browser can play, and what plays it; empty for any other."""
    name = CODECS.get(video_codec(path), "")
    players = PLAYERS.get(name, "a player such as VLC or mpv can play it")
    return f"The clip is in {name}, which not every browser can play: {players}." if name else ""


def _tracks(path: Path) -> Iterator[tuple[str, str]]:
    """Return handler and codec of each track of an MP4."""
    with path.open("rb") as file:
        if file.read(8)[4:] != b"ftyp":
            return
        moov = _find(file, b"moov", path.stat().st_size)
    for track in _children(moov, b"trak"):
        media = next(_children(track, b"mdia"), b"")
        handler = next(_children(media, b"hdlr"), b"")
        table = next((one for info in _children(media, b"minf") for one in _children(info, b"stbl")), b"")
        described = next(_children(table, b"stsd"), b"")
        yield handler[8:12].decode("latin-1"), described[12:16].decode("latin-1")


def _find(file: BinaryIO, wanted: bytes, end: int) -> bytes:
    """Return the body of the first top-level box of a kind; empty where there is none of sensible size."""
    at = 0
    while at < end:
        file.seek(at)
        head = file.read(16)
        size, kind, least = int.from_bytes(head[:4], "big"), head[4:8], 8
        if size == 1:
            size, least = int.from_bytes(head[8:16], "big"), 16
        size = end - at if size == 0 else size
        if size < least:
            return b""
        if kind == wanted:
            file.seek(at + least)
            return file.read(min(size - least, LARGEST_HEADER))
        at += size
    return b""


def _children(body: bytes, wanted: bytes) -> Iterator[bytes]:
    """Return the bodies of the boxes of a kind inside a box."""
    at = 0
    while at + 8 <= len(body):
        size = int.from_bytes(body[at : at + 4], "big") or len(body) - at
        if size < 8:
            return
        if body[at + 4 : at + 8] == wanted:
            yield body[at + 8 : at + size]
        at += size


def _gif_pictures(body: bytes) -> int:
    """Count the pictures of a GIF; 2 stands for more, 0 for a file that is cut before its first."""
    at, found = 13 + _table(body[10] if len(body) > 10 else 0), 0
    while at < len(body) and found < 2:
        if body[at] == 0x2C and at + 9 < len(body):
            found += 1
            at += 11 + _table(body[at + 9])
        elif body[at] == 0x21:
            at += 2
        else:
            break
        while at < len(body) and body[at]:
            at += 1 + body[at]
        at += 1
    return found


def _table(flags: int) -> int:
    """Return how many bytes of colours follow, by the flags of a screen or a picture."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _track_types(body: bytes) -> Iterator[int]:
    """Return the types of a Matroska file's tracks; `body` begins behind the mark of the first element."""
    size, at = _number(body, 0)
    yield from _types_in(body, at + size, len(body))


def _types_in(body: bytes, at: int, end: int) -> Iterator[int]:
    while at < end:
        kind, at = _element(body, at)
        size, at = _number(body, at)
        size = min(size, end - at)
        if size < 0 or not kind:
            return
        if kind == TRACK_TYPE:
            yield int.from_bytes(body[at : at + size], "big")
        elif kind in {SEGMENT, TRACKS, TRACK}:
            yield from _types_in(body, at, at + size)
        at += size


def _element(body: bytes, at: int) -> tuple[int, int]:
    """Read an element's id, its mark of length kept; returns where it ends too."""
    if at >= len(body) or not body[at]:
        return 0, at
    width = 9 - body[at].bit_length()
    return int.from_bytes(body[at : at + width], "big"), at + width


def _number(body: bytes, at: int) -> tuple[int, int]:
    """Read a size; returns where it ends too. -1 for none, all that there can be for one that is not known."""
    if at >= len(body) or not body[at]:
        return -1, at
    width = 9 - body[at].bit_length()
    mask = (1 << (7 * width)) - 1
    value = int.from_bytes(body[at : at + width], "big") & mask
    return (UNKNOWN_SIZE if value == mask else value), at + width
