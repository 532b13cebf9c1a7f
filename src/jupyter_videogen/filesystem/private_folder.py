"""Folders that only their owner can use."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from jupyter_videogen.core.errors import VideogenError

if TYPE_CHECKING:
    from pathlib import Path

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def make_private_folder(path: Path) -> Path:
    """Return a folder, made for its owner alone if it was not there; raises `VideogenError` for one that others may write to.

    Whoever can write there can put a ledger of their own in place of yours, and so learn what you send or have it sent
    again. A sticky bit, as on /tmp, does not help: it only keeps others from removing what is there already.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix" and path.stat().st_mode & OTHERS_WRITE:
        raise VideogenError(
            f"Other users can write to {path}, where the job ledger is.",
            next=f"Restrict it with: chmod go-w '{path}', or set VIDEOGEN_HOME to a folder of your own.",
            code="ledger",
        )
    return path
