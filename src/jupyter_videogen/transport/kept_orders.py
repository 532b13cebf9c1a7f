"""The orders of the browser engine, on the drive of the site: what one visit left unfinished, the next one draws again."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KEPT = 200
"""The newest orders that stay; one has some hundred bytes."""
ID = re.compile(r"video_[0-9a-f]{32}")


class KeptOrders:
    """One file for each order in a folder, under the id of its video. A drive that is full keeps none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, video_id: str, order: bytes) -> None:
        """Write an order down, and let the oldest go."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._path(video_id).write_bytes(order)
            files = sorted(self._folder.glob("video_*.json"), key=lambda path: path.stat().st_mtime)
            for path in files[:-KEPT]:
                path.unlink()

    def find(self, video_id: str) -> bytes | None:
        """Return the order of a video, if it is known."""
        if ID.fullmatch(video_id):
            with suppress(OSError):
                return self._path(video_id).read_bytes()
        return None

    def forget(self, video_id: str) -> None:
        """Drop an order that is not to be drawn any more."""
        with suppress(OSError):
            self._path(video_id).unlink()

    def _path(self, video_id: str) -> Path:
        return self._folder / f"{video_id}.json"
