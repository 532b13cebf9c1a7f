"""A picture of a clip that is being made. It is shown, and written down nowhere."""

from __future__ import annotations

import re

import msgspec

from jupyter_videogen.core.http import Malformed

LARGEST = 1 << 20
"""Bytes; ComfyUI's previews are at most 512 pixels wide (`--preview-size` in its cli_args.py), about 30 kB as JPEG."""
PICTURE = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF.{4}WEBP", re.DOTALL)
"""How JPEG, PNG and WebP begin; nothing else is shown, whatever the provider calls it."""


class Preview(msgspec.Struct, frozen=True):
    """The bytes of a JPEG, PNG or WebP; only a browser decodes them."""

    picture: bytes


def check_preview(said: Preview) -> Preview:
    """Return a preview that is a picture of a sensible size; raises `Malformed` for any other."""
    if len(said.picture) > LARGEST or not PICTURE.match(said.picture):
        raise Malformed("a preview that is no picture")
    return said
