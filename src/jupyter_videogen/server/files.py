"""Files that are served: opened once, checked on the descriptor, and read through it."""

from __future__ import annotations

import mimetypes
import os
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""No link is followed, and a pipe without a writer holds nothing up; Windows knows the last one alone."""


class NotServed(Exception):
    """A file that is not there, or is another one than was stored."""


class OpenFile:
    """A regular file, open for reading."""

    def __init__(self, path: Path, *, tag: str, size: int | None = None) -> None:
        """Open what is at a path; raises `NotServed` for a link, for what is no file, and for another `size` in bytes.

        `tag` tells its content from any other.
        """
        try:
            if path.is_symlink():  # where the flag is not known
                raise NotServed
            self._descriptor = os.open(path, FLAGS)
        except OSError:
            raise NotServed from None
        facts = os.fstat(self._descriptor)
        if not stat.S_ISREG(facts.st_mode) or (size is not None and facts.st_size != size):
            os.close(self._descriptor)
            raise NotServed
        self.size, self.tag = facts.st_size, tag
        self.modified = datetime.fromtimestamp(int(facts.st_mtime), UTC)
        self.content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def seek(self, offset: int) -> None:
        """Go on at so many bytes from the beginning."""
        os.lseek(self._descriptor, offset, os.SEEK_SET)

    def read(self, count: int) -> bytes:
        """Return at most so many bytes from here."""
        return os.read(self._descriptor, count)
