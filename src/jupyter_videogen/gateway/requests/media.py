"""Pictures, sounds and clips that come with an order: checked, and given to the engine by what they are for."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_videogen.gateway.requests.body import UploadedFile
from jupyter_videogen.gateway.requests.order import invalid

MEDIA_BYTES = 20 * 1024 * 1024

_MAGIC = {
    "image": re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8|RIFF.{4}WEBP", re.DOTALL),
    "audio": re.compile(rb"ID3|\xff[\xe0-\xff]|RIFF.{4}WAVE|OggS|fLaC|.{4}ftyp", re.DOTALL),
    "video": re.compile(rb".{4}ftyp|\x1a\x45\xdf\xa3", re.DOTALL),
}
_FORMS = {"image": "a PNG, JPEG, WebP or GIF", "audio": "an MP3, WAV, OGG, FLAC or M4A", "video": "an MP4 or WebM"}
ADDRESS = re.compile(r"(https?|gs)://\S+")
_DATA = re.compile(r"data:[^,]*;base64,(.*)", re.DOTALL)


KINDS = {"image": "image", "last_frame": "image", "video": "video", "audio": "audio"}
"""What an order can have for the engine, and of which kind each is."""


@dataclass(frozen=True, slots=True)
class InputFiles:
    """The files that came with an order, by what they are for, and the fields that they came in."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    names: frozenset[str] = frozenset()

    def without(self, purpose: str) -> "InputFiles":
        """Return the others; the field of this one has had its effect all the same."""
        return InputFiles({kept: data for kept, data in self.files.items() if kept != purpose}, self.names)


NO_INPUTS = InputFiles()


def read_inputs(fields: Mapping[str, Any], places: Mapping[str, str]) -> InputFiles:
    """Return the files in some fields, each named with what it is for; an address is passed over, for nothing is fetched.

    A clip begins as one thing: with a picture, or where a video ends.
    """
    found: dict[str, bytes] = {}
    names: dict[str, str] = {}
    for name, purpose in places.items():
        data = read_media(fields, name, KINDS[purpose])
        if data is not None and purpose not in found:
            found[purpose], names[purpose] = data, name
    if "image" in found and "video" in found:
        raise invalid(
            names["video"], f"Send {names['image']} or {names['video']}, not both: a clip can start from only one."
        )
    return InputFiles(found, frozenset(names.values()))


def read_media(fields: Mapping[str, Any], name: str, kind: str = "image") -> bytes | None:
    """Return a file, or what is in a data address or base64 text; refuse what cannot be what it has to be.

    None where nothing is sent, or an address: nothing is fetched.
    """
    value = fields.get(name)
    if isinstance(value, Mapping):
        value = value.get("image_url") or value.get("file_id") or ""
        if isinstance(value, str) and value and not _DATA.fullmatch(value):
            return None
    if value is None or (isinstance(value, str) and ADDRESS.fullmatch(value)):
        return None
    data = value.data if isinstance(value, UploadedFile) else _decode(name, kind, value)
    if len(data) > MEDIA_BYTES:
        raise invalid(name, f"{name} must not be larger than {MEDIA_BYTES} bytes.")
    if not _MAGIC[kind].match(data):
        raise invalid(name, f"{name} must be {_FORMS[kind]}.")
    return data


def _decode(name: str, kind: str, value: object) -> bytes:
    text = value if isinstance(value, str) else ""
    match = _DATA.fullmatch(text)
    try:
        return base64.b64decode(re.sub(r"\s", "", match[1] if match else text), validate=True)
    except (binascii.Error, ValueError):
        raise invalid(name, f"{name} must be a file, a URL, or {_FORMS[kind]} in base64.") from None
