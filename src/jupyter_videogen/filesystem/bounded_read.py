"""Reading a small file that anybody may have put there: a device, a pipe, or one that has no end is refused, not waited for."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MOST = 1 << 20
"""Bytes of a file that a person writes."""


def read_bounded(path: Path, most: int = MOST) -> bytes:
    """Return a file's bytes; raises `OSError` for one that is no ordinary file, or larger than `most` bytes."""
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most >> 10} kB")
    return content


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
