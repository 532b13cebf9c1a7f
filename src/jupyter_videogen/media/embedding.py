"""Files inside a page, as data URLs."""

from __future__ import annotations

from base64 import b64encode
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from jupyter_videogen.core.errors import InvalidRequest

if TYPE_CHECKING:
    from jupyter_videogen.media.export_files import Part

EMBED_BYTES = 25_000_000
"""Bytes of clips that a page may hold inside: as base64 a third more, which mail and chat still take."""
TYPES = {".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm"}
"""Media types by suffix; what is no film is a picture of its suffix."""


def can_embed(size: int) -> bool:
    """Return whether clips of so many bytes may stand inside a page."""
    return size <= EMBED_BYTES


def check_embedding(size: int) -> None:
    """Raise `InvalidRequest` where clips of so many bytes are too large for the inside of a page."""
    if not can_embed(size):
        raise InvalidRequest(
            f"The clips are {size / 1e6:.1f} MB; a page holds at most {EMBED_BYTES / 1e6:.0f} MB inside.",
            next="Leave embed out, so that they lie beside the page.",
            field="embed",
        )


def embedded(part: Part) -> str:
    """Return a file as a data URL."""
    content = part.source if isinstance(part.source, bytes) else part.source.read_bytes()
    suffix = PurePosixPath(part.name).suffix
    return f"data:{TYPES.get(suffix) or f'image/{suffix[1:]}'};base64,{b64encode(content).decode()}"
