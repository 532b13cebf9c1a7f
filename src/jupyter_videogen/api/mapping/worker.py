"""What runs where the work is done: a thread here, another process, or a machine elsewhere that has this package.

It reads no configuration and no ledger: a worker gets a clip, and returns a value.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from msgspec.structs import replace

from jupyter_videogen.api.clip import Clip
from jupyter_videogen.core.errors import InvalidRequest, Unsupported
from jupyter_videogen.core.plain_values import to_plain
from jupyter_videogen.media.partial_file import has_content
from jupyter_videogen.media.storage_folder import Content, NotStored, fetch

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.core.clip import ClipRecord


Source = Literal["path", "bytes", "url"]


class ClipTask(NamedTuple):
    """One clip, as it is sent to a worker."""

    name: str
    """That of the function."""
    clip: ClipRecord
    row: dict[str, Any] | None
    """The clip's row in the table, for a function that takes a path and a row."""
    sources: tuple[Source, ...] = ("path",)
    """Where the file may come from, the first choice first."""
    content: bytes | None = None
    """The file itself, where it came along."""


def run_task(function: Callable[..., Any], task: ClipTask) -> Any:  # noqa: ANN401 - a value of JSON
    """Call a function for one clip, and return its value as JSON has it.

    Raises what the function raises, and `InvalidRequest` where the file is not there or not the one that was delivered, and
    for a value that can't be kept.
    """
    with ExitStack() as stack:
        path = _file_of(task, stack)
        clip = Clip.of(replace(task.clip, path=str(path)))
        value = function(clip) if task.row is None else function(str(path), {**task.row, "path": str(path)})
        return to_plain(value, source=task.name)


def _file_of(task: ClipTask, stack: ExitStack) -> Path:
    """Return the clip's file: at its path, or a copy for the time of the call; a result is kept under the hash of just these bytes."""
    clip, troubles = task.clip, list[Exception]()
    for source in task.sources:
        try:
            path = SOURCES[source](task, stack)
        except (InvalidRequest, Unsupported, NotStored) as error:
            troubles.append(error)
            continue
        if path and has_content(path, clip.bytes, clip.sha256):
            return path
        if path:
            troubles.append(InvalidRequest(f"{path.name} is not the file that was delivered: its SHA-256 is another."))
    raise _not_here(task, troubles)


def _at_path(task: ClipTask, _: ExitStack) -> Path:
    path = Path(task.clip.path)
    if path.is_file():
        return path
    raise InvalidRequest(
        f"{path.name} is not at its path where the work is done.",
        next='Share its folder with the workers, name a storage in [storage], or pass clips="bytes" for clips of at most 8 MiB.',
    )


def _of_bytes(task: ClipTask, stack: ExitStack) -> Path | None:
    if task.content is None:
        return None
    copy = _copy_of(task, stack)
    copy.write_bytes(task.content)
    return copy


def _of_url(task: ClipTask, stack: ExitStack) -> Path | None:
    if task.clip.storage_url is None:
        return None
    copy = _copy_of(task, stack)
    fetch(task.clip.storage_url, copy, Content(task.clip.bytes, task.clip.sha256))
    return copy


def _copy_of(task: ClipTask, stack: ExitStack) -> Path:
    """Return where a copy of the clip goes that is gone after the call."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="videogen-", ignore_cleanup_errors=True))
    return Path(folder) / Path(task.clip.path).name


SOURCES: dict[Source, Callable[[ClipTask, ExitStack], Path | None]] = {
    "path": _at_path,
    "bytes": _of_bytes,
    "url": _of_url,
}


def _not_here(task: ClipTask, troubles: list[Exception]) -> Exception:
    """Return the error for a clip that none of its sources gave: what was wrong with the last of them."""
    error = troubles[-1]
    if isinstance(error, NotStored):
        name = Path(task.clip.path).name
        return InvalidRequest(
            f"{name} is not at its path where the work is done, and could not be fetched from the storage: {error}.",
            next="Give the workers the driver of the storage and its credentials.",
        )
    return error
