"""What goes along when a clip is handed to a worker: its path always, its bytes where it is small, or its URL in the storage."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_videogen.api.mapping.executors import ALONG, SMALL
from jupyter_videogen.api.mapping.worker import ClipTask

if TYPE_CHECKING:
    from concurrent.futures import Future

    from jupyter_videogen.api.mapping.executors import Place, Way
    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.runtime.uploads import Uploads


class Sender:
    """One way to hand clips over, which holds for all clips of a map."""

    def __init__(self, way: Way, place: Place, uploads: Uploads) -> None:
        self._way, self._place, self._uploads = way, place, uploads

    def upload(self, clip: ClipRecord) -> Future[None] | None:
        """Put a clip into the storage that its worker may need it from; None where there is nothing to wait for."""
        if self._way != "auto" or not self._place.is_elsewhere:
            return None
        if self._uploads.find(clip).storage_url or not self._uploads.is_configured:
            return None
        return self._uploads.ensure(clip)

    def task(self, name: str, clip: ClipRecord, row: dict[str, Any] | None) -> ClipTask:
        """Return what is sent to a worker; raises `OSError` where bytes are asked for and can't be read."""
        if self._way == "bytes":
            content = Path(clip.path).read_bytes() if clip.bytes <= SMALL else None
            return ClipTask(name, clip, row, ("bytes", "path"), content)
        if self._way == "path" or not self._place.is_elsewhere:
            return ClipTask(name, clip, row)
        clip = self._uploads.find(clip)
        return ClipTask(name, clip, row, ("path", "bytes", "url"), _small_content(clip))


def _small_content(clip: ClipRecord) -> bytes | None:
    """Return the bytes of a clip that is small and has no URL; its worker tells what is wrong where there are none."""
    if clip.storage_url is None and clip.bytes <= ALONG:
        with suppress(OSError):
            return Path(clip.path).read_bytes()
    return None
