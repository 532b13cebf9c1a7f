"""What runs where the work is done: a thread here, another process, or a machine elsewhere that has this package.

It reads no configuration and no ledger: a worker gets a clip, and returns a value.
"""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from jupyter_videogen.api.clip import Clip
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.plain_values import to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jupyter_videogen.core.clip import ClipRecord


class ClipTask(NamedTuple):
    """One clip, as it is sent to a worker."""

    name: str
    """That of the function."""
    clip: ClipRecord
    row: dict[str, Any] | None
    """The clip's row in the table, for a function that takes a path and a row."""
    content: bytes | None
    """The file itself, where the worker does not share the disk."""


def run_task(function: Callable[..., Any], task: ClipTask) -> Any:  # noqa: ANN401 - a value of JSON
    """Call a function for one clip, and return its value as JSON has it.

    Raises what the function raises, and `InvalidRequest` where the file is not there or not the one that was delivered, and
    for a value that can't be kept.
    """
    with _file_of(task) as path:
        if _sha256(path) != task.clip.sha256:  # its result would be kept under the hash of other bytes
            raise InvalidRequest(f"{path.name} is not the file that was delivered: its SHA-256 is another.")
        clip = Clip.of(replace(task.clip, path=str(path)))
        value = function(clip) if task.row is None else function(str(path), {**task.row, "path": str(path)})
        return to_plain(value, source=task.name)


@contextmanager
def _file_of(task: ClipTask) -> Iterator[Path]:
    """Give the clip's file; one that came along is written for the time of the call."""
    path = Path(task.clip.path)
    if task.content is None:
        yield _shared(path)
        return
    with tempfile.TemporaryDirectory(prefix="videogen-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(task.content)
        yield copy


def _shared(path: Path) -> Path:
    if path.is_file():
        return path
    raise InvalidRequest(
        f"{path.name} is not at its path where the work is done.",
        next='Share its folder with the workers, or pass clips="bytes" for clips of at most 8 MiB.',
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
