"""Storages of fsspec on this disk whose writes, reads and answers go wrong when they are told to."""

from __future__ import annotations

import errno
import os
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem
from fsspec.registry import _registry

if TYPE_CHECKING:
    from collections.abc import Iterator


class Trouble:
    """What goes wrong from now on; counts what is asked for."""

    fail_at: int | None = None
    """A put ends after so many bytes."""
    error: Exception = ConnectionError("canary-1")
    corrupt = False
    """A put writes other bytes than it is given."""
    lost_answer = False
    """A put or a rename is done, and then raises."""
    unreadable = False
    """Nothing can be read back."""
    kill_at: int | None = None
    """The process is killed after so many bytes of a put."""

    def __init__(self) -> None:
        self.puts: list[str] = []
        self.moves: list[str] = []
        self.hold = threading.Event()
        """Puts begin only while this is set."""
        self.hold.set()


class Renaming(LocalFileSystem):
    """A store that shows what is half there, and renames: `renaming://`, below the folder `root`."""

    protocol = ("renaming",)
    cachable = False
    root: ClassVar[Path]
    trouble: ClassVar[Trouble]

    @classmethod
    def _strip_protocol(cls, path: Any) -> str:
        text = str(path)
        return text if text.startswith(str(cls.root)) else f"{cls.root}/{text.partition('://')[2] or text}".rstrip("/")

    def put_file(self, path1: str, path2: str, callback: Any = None, **others: Any) -> None:
        """Write piece by piece, as a network does."""
        self.trouble.puts.append(Path(path2).name)
        assert self.trouble.hold.wait(60)
        content = Path(path1).read_bytes()
        self._write(Path(self._strip_protocol(path2)), content[::-1] if self.trouble.corrupt else content)
        if self.trouble.lost_answer:
            raise self.trouble.error

    def _write(self, place: Path, content: bytes) -> None:
        with place.open("wb", buffering=0) as file:
            for at in range(0, len(content), 512):
                if self.trouble.kill_at is not None and at >= self.trouble.kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)
                if self.trouble.fail_at is not None and at >= self.trouble.fail_at:
                    raise self.trouble.error
                file.write(content[at : at + 512])

    def get_file(self, path1: str, path2: str, callback: Any = None, **others: Any) -> None:
        Path(path2).write_bytes(Path(self._strip_protocol(path1)).read_bytes())

    def mv(self, path1: str, path2: str, **others: Any) -> None:
        self.trouble.moves.append(Path(path2).name)
        super().mv(path1, path2, **others)
        if self.trouble.lost_answer:
            raise self.trouble.error

    def open(self, path: str, mode: str = "rb", **others: Any) -> Any:
        if self.trouble.unreadable:
            raise self.trouble.error
        return super().open(path, mode, **others)


class Plain(AbstractFileSystem):
    """A store without a rename: `plain://`."""

    protocol = ("plain",)


class Whole(Renaming):
    """A store in which an object is there when all of it has come: `s3://` in tests."""

    protocol = ("s3",)

    def _write(self, place: Path, content: bytes) -> None:
        part = place.with_name(f"{place.name}.multipart")
        super()._write(part, content)
        part.replace(place)


FULL = OSError(errno.ENOSPC, "canary-1")


def register(root: Path) -> None:
    """Make them known for as long as this process lives."""
    (root / "clips").mkdir(parents=True, exist_ok=True)
    Renaming.root, Renaming.trouble = root, Trouble()
    _registry.update({"renaming": Renaming, "s3": Whole, "plain": Plain})


@contextmanager
def installed(root: Path) -> Iterator[Trouble]:
    """Make both storages known to fsspec, with their objects below a folder, and give their trouble."""
    before = dict(_registry)
    register(root)
    try:
        yield Renaming.trouble
    finally:
        _registry.clear()
        _registry.update(before)
