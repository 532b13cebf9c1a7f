"""The library of content credentials, c2pa-python, of the extra `[c2pa]`: always offline.

Its settings are those of c2pa-rs: no manifest and no certificate's status is fetched, whatever a file asks for.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from jupyter_videogen.core.errors import Unsupported

if TYPE_CHECKING:
    from pathlib import Path

    from c2pa import Context

TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/x-m4v",
    ".mov": "video/quicktime",
    ".avi": "video/avi",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
"""Media types by suffix, as the library knows them; it has none for WebM and Matroska."""
OFFLINE = {
    "version": 1,
    "verify": {
        "remote_manifest_fetch": False,
        "ocsp_fetch": False,
        "verify_after_reading": True,
        "verify_after_sign": False,
    },
    "builder": {"thumbnail": {"enabled": False}},
}


def is_installed() -> bool:
    """Return whether the extra is there."""
    return find_spec("c2pa") is not None


def require_library() -> None:
    """Refuse where the extra is missing; raises `Unsupported`."""
    if not is_installed():
        raise Unsupported(
            "Signing needs c2pa-python, which is missing. Nothing was written.",
            next="Install it with: pip install 'jupyter-videogen[c2pa]'.",
            code="c2pa_not_installed",
        )


def media_type(path: Path) -> str | None:
    """Return the media type of a file that can hold content credentials; None for any other."""
    return TYPES.get(path.suffix.lower())


def context() -> Context:
    """Return the library's settings for one use; close it, or use it in a `with`."""
    from c2pa import Context

    return Context.from_dict(OFFLINE)
