"""Turn images, audio and videos of any type into checked files, or leave them as URLs.

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
from base64 import b64decode
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from jupyter_videogen.core import file_types
from jupyter_videogen.core.clip import ClipRecord
from jupyter_videogen.core.errors import InvalidRequest, Unsupported
from jupyter_videogen.core.request import MEDIA, Media, pixels
from jupyter_videogen.core.suggestions import did_you_mean
from jupyter_videogen.media import frames, images

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from av import VideoFrame

LARGEST: dict[str, int] = {"image": 32 << 20, "audio": 64 << 20, "video": 256 << 20}
"""Bytes; what providers take is less as a rule, and theirs to say."""
FITS = ("cover", "contain", "pad")
HEAD = 64
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
)
"""Where to look, what for, and what it then is."""
SOUND_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P "})
"""Of a file that does not say what its tracks are."""
DATA = "data:"
TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""What Pillow calls the step that undoes an orientation of Exif."""
DEEP = {"I;16": 65_535.0, "I;16L": 65_535.0, "I;16B": 65_535.0, "I;16N": 65_535.0}
"""Pillow's modes of two bytes, and what is white in them."""


def collect(fields: dict[str, Any], home: Path) -> dict[str, Any]:
    """Return a request's fields with every medium in them made a `Media`; raises `InvalidRequest` with the field."""
    made = dict(fields)
    for field, kind in MEDIA.items():
        value = made.get(field)
        if value is None:
            continue
        if field == "references":
            made[field] = tuple(load_media(one, kind, field, home) for one in value)
        else:
            made[field] = load_media(value, kind, field, home)
    return made


def load_media(value: Any, kind: str, field: str, home: Path) -> Media:  # noqa: ANN401 - anything a person may hand over
    """Make one value a `Media` of this kind; raises `InvalidRequest`."""
    if isinstance(value, Media):
        return value
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return Media(kind=kind, url=value)  # type: ignore[arg-type]  # MEDIA holds no other words
    still = isinstance(value, ClipRecord) and kind == "image"
    path = keep_upload(_png(_last_frame(Path(value.path))), home / "inputs") if still else _as_file(value, field, home)
    if path is None:
        raise InvalidRequest(
            f"{field} can't be made from a {type(value).__name__}.",
            next="Pass a path, a URL, bytes, an open file, a PIL image, a uint8 array, a figure or a clip.",
            field=field,
        )
    return _check_file(path, kind, field, home)


def fit_image(image: Media, size: str, how: str, home: Path) -> Media:
    """Make a picture of exactly `size` ("WxH"): "cover" fills and crops, "contain" adds bars, "pad" also never enlarges.

    Needs PyAV (the extra `[local]`); raises `Unsupported` without, `InvalidRequest` for another word.
    """
    if how not in FITS:
        raise InvalidRequest(f"Unknown fit {how}.", next=did_you_mean(how, FITS), field="fit")
    width, height = pixels(size)
    if image.path is None:
        return image
    turn = images.orientation(Path(image.path).read_bytes())
    if (image.width, image.height) == (width, height) and turn == 1:
        return image
    drawn = _draw_picture(Path(image.path), width, height, how, turn)
    return _check_file(keep_upload(_png(drawn), home / "inputs"), "image", "image", home)


def _draw_picture(path: Path, width: int, height: int, how: str, turn: int) -> object:
    """Scale a picture onto a canvas of the size, the right way up, by the library that also decodes it."""
    import numpy as np

    frame = _upright(path, turn)
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


def _upright(path: Path, turn: int) -> VideoFrame:
    """Decode a picture, and turn it as its Exif says; raises `InvalidRequest` where it cannot be decoded."""
    with _pictures(path) as decoded:
        frame = next(decoded)
    if turn == 1:
        return frame
    import numpy as np
    from av import VideoFrame

    turned = images.rotate_upright(frame.to_ndarray(format="rgb24"), turn)
    return VideoFrame.from_ndarray(np.ascontiguousarray(turned), format="rgb24")


def _last_frame(path: Path) -> object:
    """Return the last picture of a clip as it is shown, from which another can go on; raises `Unsupported`."""
    with frames.open_video(path) as reel:
        return reel.render(reel.last())


@contextmanager
def _pictures(path: Path) -> Iterator[Iterator[VideoFrame]]:
    """Return the decoded pictures of a file; raises `Unsupported` without PyAV."""
    if find_spec("av") is None:
        raise Unsupported("Reading images needs PyAV.", next="pip install 'jupyter-videogen[local]'.")
    import av

    with av.open(str(path)) as container:
        yield container.decode(video=0)


def _as_file(value: object, field: str, home: Path) -> Path | None:
    if isinstance(value, ClipRecord):
        return Path(value.path)
    if isinstance(value, str) and value[: len(DATA)].lower() == DATA:
        return keep_upload(_of_data_url(value, field), home / "inputs")
    if isinstance(value, str | os.PathLike):
        return Path(value).expanduser().absolute()
    content = _as_bytes(value, field)
    return None if content is None else keep_upload(content, home / "inputs")


def _of_data_url(text: str, field: str) -> bytes:
    """Return what stands in a data URL (RFC 2397); raises `InvalidRequest`, without its text."""
    head, comma, body = text.partition(",")
    content = unquote_to_bytes(body)
    if comma and not head.lower().endswith(";base64"):
        return content
    try:
        plain = b"".join(content.split()).translate(bytes.maketrans(b"-_", b"+/"))
        return b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except ValueError:
        raise InvalidRequest(
            f"{field}: that data URL can't be read.", next="Pass a path or bytes.", field=field
        ) from None


def _as_bytes(value: object, field: str) -> bytes | None:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if hasattr(value, "read"):
        return _read(value, field)
    if hasattr(value, "savefig"):
        return _write_bytes(lambda file: value.savefig(file, format="png"))
    if hasattr(value, "save") and hasattr(value, "mode"):
        return _write_bytes(lambda file: _plain(value).save(file, format="PNG"))
    if hasattr(value, "__array_interface__"):
        return _png(value, field)
    return None


def _read(file: Any, field: str) -> bytes | None:  # noqa: ANN401 - an open file
    """Read an open file; one that is at its end, for it was just written, from its beginning. None where it is no bytes.

    Raises `InvalidRequest` where nothing is left to read.
    """
    content = file.read()
    if content == b"" and file.seekable():
        file.seek(0)
        content = file.read()
    if content == b"":
        raise InvalidRequest(
            f"{field}: that file is empty, or at its end.", next="Rewind it, or pass its path.", field=field
        )
    return content if isinstance(content, bytes) else None


def _plain(picture: Any) -> Any:  # noqa: ANN401 - a PIL image
    """Return a PIL image in 8 bits of RGB and the right way up; its Exif is left behind."""
    turn = TURNS.get(picture.getexif().get(images.ORIENTATION, 1)) if hasattr(picture, "getexif") else None
    turned = picture if turn is None else picture.transpose(turn)
    made = _of_8_bits(turned).convert("RGB")
    getattr(made, "info", {}).clear()
    return made


def _of_8_bits(picture: Any) -> Any:  # noqa: ANN401 - a PIL image
    """Scale a PIL image of deeper modes: two bytes by their whole range, others by 1, 255 or 65535, as their values need."""
    if picture.mode not in {*DEEP, "I", "F"}:
        return picture
    deep = picture.convert("I") if picture.mode in DEEP else picture
    low, high = deep.getextrema()
    white = DEEP.get(picture.mode) or next((top for top in (1.0, 255.0, 65_535.0) if high <= top), high)
    white = 255.0 if picture.mode == "I" and white == 1.0 else white
    base = min(low, 0.0)
    scale = 255.0 / (white - base)
    return deep.convert("F").point(lambda level: level * scale - base * scale).convert("L")


def _write_bytes(write: Callable[[io.BytesIO], object]) -> bytes:
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def _png(array: Any, field: str = "image") -> bytes:  # noqa: ANN401 - NumPy is not loaded here
    """Write a uint8 array (H, W, 3) as a PNG, without an imaging library; raises `InvalidRequest` for any other."""
    shape = tuple(array.shape)
    if 0 in shape:
        raise InvalidRequest(
            f"{field}: an array of shape {shape} is an empty image.", next="Check how it was cut.", field=field
        )
    if len(shape) != 3 or shape[2] != 3 or str(array.dtype) != "uint8":
        raise InvalidRequest(
            f"An array of shape {shape} and type {array.dtype} is not an image.",
            next="Use uint8 of shape (H, W, 3).",
            field=field,
        )
    height, width = shape[:2]
    return _png_of_rows(width, height, b"".join(b"\0" + array[row].tobytes() for row in range(height)))


def _png_of_rows(width: int, height: int, rows: bytes) -> bytes:
    """Write a PNG of rows that each begin with their filter, 0."""
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def keep_upload(content: bytes, folder: Path) -> Path:
    """Keep bytes under the name of their hash."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / hashlib.sha256(content).hexdigest()
    if not path.exists():
        temporary = path.with_suffix(f".{os.getpid()}.part")
        temporary.write_bytes(content)
        temporary.replace(path)
    return path


def _check_file(path: Path, kind: str, field: str, home: Path) -> Media:
    """Open a file once, see that it is one, of this kind and not too large, and give its facts.

    A picture is kept anew where it holds more than a picture (`pictures.cleaned`); raises `InvalidRequest`.
    """
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            size = _size(file.fileno(), path, field)
            content_type = _content_type(file.read(HEAD), path, kind)
            if content_type.partition("/")[0] != kind:
                raise InvalidRequest(
                    f"{field}: {_display_name(path, home)} is not a supported {kind} file.", field=field
                )
            if size > LARGEST[kind]:
                raise InvalidRequest(
                    f"{field}: {_display_name(path, home)} has {size >> 20} MB; the limit is {LARGEST[kind] >> 20} MB.",
                    field=field,
                )
            file.seek(0)
            if kind == "image":
                return _picture(file.read(), content_type, path, field, home)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InvalidRequest(f"{field}: {path} can't be read ({error.strerror}).", field=field) from None
    return Media(kind=kind, content_type=content_type, path=str(path), sha256=digest)  # type: ignore[arg-type]  # one of MEDIA's


def _display_name(path: Path, home: Path) -> str:
    """Return the name of a file for people; what came as bytes has only that of its hash."""
    return "what was given" if path.parent == home / "inputs" else path.name


def _picture(content: bytes, content_type: str, path: Path, field: str, home: Path) -> Media:
    """Return the facts of a picture, without its notes; raises `InvalidRequest` for one that is truncated."""
    if not images.is_whole(content):
        raise InvalidRequest(
            f"{field}: {_display_name(path, home)} is truncated.",
            next="Save or download that image again.",
            field=field,
        )
    plain = images.strip_metadata(content)
    width, height = images.displayed_size(plain)
    return Media(
        kind="image",
        content_type=content_type,
        path=str(path if plain == content else keep_upload(plain, home / "inputs")),
        sha256=hashlib.sha256(plain).hexdigest(),
        width=width,
        height=height,
    )


def _content_type(head: bytes, path: Path, kind: str) -> str:
    """Tell what a file is by its beginning, and of the MP4 family by its tracks; a brand says little: phones write any."""
    if head[4:8] == b"ftyp":
        tracks = file_types.track_kinds(path)
        sound = "vide" not in tracks if tracks else kind == "audio" or head[8:12] in SOUND_BRANDS
        return "audio/mp4" if sound else "video/mp4"
    if _is_mp3(head):
        return "audio/mpeg"
    return next((name for at, mark, name in SIGNATURES if head[at:].startswith(mark)), "")


def _is_mp3(head: bytes) -> bool:
    """Return whether a file begins with the head of an MPEG audio frame: any version, layer and protection, not AAC's."""
    if len(head) < 3 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4
    return version != 1 and layer != 0 and rate != 15


def _without_waiting(path: str, flags: int) -> int:
    """Open without waiting for the other end, so that a pipe with nobody there is refused, not waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _size(descriptor: int, path: Path, field: str) -> int:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise InvalidRequest(f"{field}: {path} is not a regular file.", field=field)
    return status.st_size


def picture_size(path: Path) -> tuple[int | None, int | None]:
    """Return width and height of a PNG, JPEG or WebP as it is shown; None where the file does not say."""
    return images.displayed_size(path.read_bytes())


def blank_picture(width: int, height: int, home: Path) -> Media:
    """Return a grey picture of this size: it stands for one that is not made yet, where a request is checked and priced."""
    row = b"\0" + b"\x80" * (3 * width)
    return _check_file(keep_upload(_png_of_rows(width, height, row * height), home / "inputs"), "image", "image", home)
