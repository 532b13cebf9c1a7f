"""What people hand over as pictures, sounds and videos, made into checked files or left as URLs.

Paths, URLs, bytes, open files, PIL images, NumPy arrays, matplotlib figures and clips of ours are told apart by what they can do; no
imaging library is loaded to find out. What is no file yet becomes one in the home, named by its content, so that a job can
be sent, and told again, from what is on the disk.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import zlib
from collections import deque
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .capabilities import did_you_mean, pixels
from .errors import InvalidRequest, Unsupported
from .values import MEDIA, Clip, Media

if TYPE_CHECKING:
    from collections.abc import Iterator
LARGEST: dict[str, int] = {"image": 32 << 20, "audio": 64 << 20, "video": 256 << 20}
"""Bytes; what services take is less as a rule, and theirs to say."""
FITS = ("cover", "contain", "pad")
HEAD = 64
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
)
"""Where to look, what for, and what it then is."""


def collect(fields: dict[str, Any], home: Path) -> dict[str, Any]:
    """Give a request's fields with every medium in them made a `Media`; raises `InvalidRequest` with the field."""
    made = dict(fields)
    for field, kind in MEDIA.items():
        value = made.get(field)
        if value is None:
            continue
        if field == "references":
            made[field] = tuple(medium(one, kind, field, home) for one in value)
        else:
            made[field] = medium(value, kind, field, home)
    return made


def medium(value: Any, kind: str, field: str, home: Path) -> Media:  # noqa: ANN401 - anything a person may hand over
    """Make one value a `Media` of this kind; raises `InvalidRequest`."""
    if isinstance(value, Media):
        return value
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return Media(kind=kind, url=value)  # type: ignore[arg-type]  # MEDIA holds no other words
    still = isinstance(value, Clip) and kind == "image"
    path = _kept(_png(_last_frame(Path(value.path))), home / "inputs") if still else _as_file(value, home)
    if path is None:
        raise InvalidRequest(
            f"{field} can't be made from a {type(value).__name__}.",
            next="Give a path, a URL, bytes, an open file, a PIL image, a uint8 array, a figure or a clip.",
            field=field,
        )
    return _checked(path, kind, field)


def fitted(image: Media, size: str, how: str, home: Path) -> Media:
    """Make a picture of exactly `size` ("WxH"): "cover" fills and crops, "contain" adds bars, "pad" also never enlarges.

    Needs PyAV (the extra `[local]`); raises `Unsupported` without, `InvalidRequest` for another word.
    """
    if how not in FITS:
        raise InvalidRequest(f"There is no fit {how}.", next=did_you_mean(how, FITS), field="fit")
    width, height = pixels(size)
    if image.path is None or (image.width, image.height) == (width, height):
        return image
    return _checked(_kept(_png(_drawn(Path(image.path), width, height, how)), home / "inputs"), "image", "image")


def _drawn(path: Path, width: int, height: int, how: str) -> Any:  # noqa: ANN401 - an array
    """Scale a picture onto a canvas of the size, by the library that also decodes it."""
    import numpy as np  # noqa: PLC0415 - only where it is used

    with _pictures(path) as frames:
        frame = next(frames)
    across, down = width / frame.width, height / frame.height
    scale = max(across, down) if how == "cover" else min(across, down)
    scale = min(scale, 1.0) if how == "pad" else scale
    wide, high = max(round(frame.width * scale), 1), max(round(frame.height * scale), 1)
    picture = frame.reformat(wide, high, "rgb24").to_ndarray()
    if how == "cover":
        left, top = (wide - width) // 2, (high - height) // 2
        return np.ascontiguousarray(picture[top : top + height, left : left + width])
    canvas = np.zeros((height, width, 3), np.uint8)
    left, top = (width - wide) // 2, (height - high) // 2
    canvas[top : top + high, left : left + wide] = picture
    return canvas


def _last_frame(path: Path) -> Any:  # noqa: ANN401 - an array
    """Give the last picture of a clip, from which another can go on."""
    with _pictures(path) as frames:
        return deque(frames, maxlen=1)[0].to_ndarray(format="rgb24")


@contextmanager
def _pictures(path: Path) -> Iterator[Iterator[Any]]:
    """Give the decoded pictures of a file; raises `Unsupported` without PyAV."""
    if find_spec("av") is None:
        raise Unsupported("Reading pictures needs PyAV.", next="pip install 'jupyter-videogen[local]'.")
    import av  # noqa: PLC0415 - only where it is used

    with av.open(str(path)) as container:
        yield container.decode(video=0)


def _as_file(value: Any, home: Path) -> Path | None:  # noqa: ANN401 - as above
    if isinstance(value, Clip):
        return Path(value.path)
    if isinstance(value, str | os.PathLike):
        return Path(value).expanduser().absolute()
    content = _as_bytes(value)
    return None if content is None else _kept(content, home / "inputs")


def _as_bytes(value: Any) -> bytes | None:  # noqa: ANN401 - as above
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if hasattr(value, "read"):
        content = value.read()
        return content if isinstance(content, bytes) else None
    if hasattr(value, "savefig"):
        return _written(lambda file: value.savefig(file, format="png"))
    if hasattr(value, "save") and hasattr(value, "mode"):
        return _written(lambda file: value.convert("RGB").save(file, format="PNG"))
    if hasattr(value, "__array_interface__"):
        return _png(value)
    return None


def _written(write: Any) -> bytes:  # noqa: ANN401 - a function that takes a file
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def _png(array: Any) -> bytes:  # noqa: ANN401 - NumPy is not loaded here
    """Write a uint8 array (H, W, 3) as a PNG, without an imaging library."""
    shape = tuple(array.shape)
    if len(shape) != 3 or shape[2] != 3 or str(array.dtype) != "uint8":  # noqa: PLR2004 - rows, columns, RGB
        raise InvalidRequest(
            f"An array of shape {shape} and type {array.dtype} is no picture.", next="Use uint8 of shape (H, W, 3)."
        )
    height, width = shape[:2]
    rows = b"".join(b"\0" + array[row].tobytes() for row in range(height))
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def _kept(content: bytes, folder: Path) -> Path:
    """Keep bytes under the name of their hash."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / hashlib.sha256(content).hexdigest()
    if not path.exists():
        temporary = path.with_suffix(f".{os.getpid()}.part")
        temporary.write_bytes(content)
        temporary.replace(path)
    return path


def _checked(path: Path, kind: str, field: str) -> Media:
    """Open a file once, see that it is one, of this kind and not too large, and give its facts."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            size = _size(file.fileno(), path, field)
            head = file.read(HEAD)
            content_type = next((name for at, mark, name in SIGNATURES if head[at:].startswith(mark)), "")
            if content_type.partition("/")[0] != kind:
                raise InvalidRequest(f"{field}: {path.name} is no {kind} that services take.", field=field)
            if size > LARGEST[kind]:
                raise InvalidRequest(
                    f"{field}: {path.name} has {size >> 20} MB; at most {LARGEST[kind] >> 20}.", field=field
                )
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            width, height = picture_size(path) if kind == "image" else (None, None)
    except OSError as error:
        raise InvalidRequest(f"{field}: {path} can't be read ({error.strerror}).", field=field) from None
    return Media(
        kind=kind,  # type: ignore[arg-type]  # MEDIA holds no other words
        content_type=content_type,
        path=str(path),
        sha256=digest,
        width=width,
        height=height,
    )


def _without_waiting(path: str, flags: int) -> int:
    """Open without waiting for the other end, so that a pipe with nobody there is refused, not waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _size(descriptor: int, path: Path, field: str) -> int:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise InvalidRequest(f"{field}: {path} is no ordinary file.", field=field)
    return status.st_size


def picture_size(path: Path) -> tuple[int | None, int | None]:
    """Give width and height of a PNG, JPEG or WebP; None where the file does not say."""
    content = path.read_bytes()[: 1 << 20]
    if content.startswith(b"\x89PNG"):
        return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    if content.startswith(b"\xff\xd8"):
        return _jpeg_size(content)
    if content[12:16] == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if content[12:16] == b"VP8 ":
        return (
            int.from_bytes(content[26:28], "little") & 0x3FFF,
            int.from_bytes(content[28:30], "little") & 0x3FFF,
        )
    return None, None


def _jpeg_size(content: bytes) -> tuple[int | None, int | None]:
    """Walk the segments to the frame header, which has the size."""
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:  # noqa: PLR2004 - a segment begins
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:  # noqa: PLR2004 - the frame headers' marks
            return int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        at += 2 + length
    return None, None
