"""Where a clip comes from: how it was made, what its content credentials say, and signed copies of it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.media import receipt, signing
from jupyter_videogen.media.provenance import credentials, library

if TYPE_CHECKING:
    from os import PathLike

    from jupyter_videogen.core.clip import ClipRecord


def provenance(clip: ClipRecord) -> dict[str, Any]:
    """Return how a clip was made; with the extra `[c2pa]` also the verdict on its content credentials; see `Clip.provenance`."""
    facts = receipt.provenance(clip)
    report = check(clip)
    if report is None:
        return facts
    return facts | {
        "content_credentials": report.state,
        "credentials": msgspec.json.decode(msgspec.json.encode(report)),
    }


def check(clip: ClipRecord) -> credentials.Report | None:
    """Check a clip's content credentials, offline; None where there are none, the clip is gone, or without the extra."""
    if not library.is_installed():
        return None
    try:
        return credentials.check(Path(clip.path))
    except OSError:
        return None


def save_signed(clip: ClipRecord, path: str | PathLike[str], *, overwrite: bool) -> Path:
    """Write a signed copy; see `Clip.save`. Warns where everybody who checks it will call its signer untrusted."""
    made, untrusted = signing.save_signed(clip, path, load_config().find_signing_files, overwrite=overwrite)
    if untrusted:
        warnings.warn(untrusted, stacklevel=3)
    return made
