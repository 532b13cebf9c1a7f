"""Pictures, sounds and clips that come with an order: checked here, though the engine does not use them yet."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from jupyter_videogen.gateway.body import Upload
from jupyter_videogen.gateway.order import invalid

MEDIA_BYTES = 20 * 1024 * 1024

_MAGIC = {
    "image": re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8|RIFF.{4}WEBP", re.DOTALL),
    "audio": re.compile(rb"ID3|\xff[\xe0-\xff]|RIFF.{4}WAVE|OggS|fLaC|.{4}ftyp", re.DOTALL),
    "video": re.compile(rb".{4}ftyp|\x1a\x45\xdf\xa3", re.DOTALL),
}
_FORMS = {"image": "a PNG, JPEG, WebP or GIF", "audio": "an MP3, WAV, OGG, FLAC or M4A", "video": "an MP4 or WebM"}
_ADDRESS = re.compile(r"(https?|gs)://\S+")
_DATA = re.compile(r"data:[^,]*;base64,(.*)", re.DOTALL)


def check_media(fields: Mapping[str, Any], name: str, kind: str = "image") -> None:
    """Refuse a file, an address or base64 text that cannot be what it has to be; nothing is fetched."""
    value = fields.get(name)
    if isinstance(value, Mapping):
        value = value.get("image_url") or value.get("file_id") or ""
        if isinstance(value, str) and value and not _DATA.fullmatch(value):
            return
    if value is None or (isinstance(value, str) and _ADDRESS.fullmatch(value)):
        return
    data = value.data if isinstance(value, Upload) else _decode(name, kind, value)
    if len(data) > MEDIA_BYTES:
        raise invalid(name, f"{name} must not be larger than {MEDIA_BYTES} bytes.")
    if not _MAGIC[kind].match(data):
        raise invalid(name, f"{name} must be {_FORMS[kind]}.")


def _decode(name: str, kind: str, value: object) -> bytes:
    text = value if isinstance(value, str) else ""
    match = _DATA.fullmatch(text)
    try:
        return base64.b64decode(re.sub(r"\s", "", match[1] if match else text), validate=True)
    except (binascii.Error, ValueError):
        raise invalid(name, f"{name} must be a file, an address, or {_FORMS[kind]} in base64.") from None
