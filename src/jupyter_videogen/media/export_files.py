"""Files that are handed out: clips are copied with proof; a folder, a page or an archive is written aside, then put in place.

What is there is never replaced unless it is asked for, and a folder only where every file in it was written by an export.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import zipfile
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple
from uuid import uuid4

import msgspec

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.filesystem import bounded_read
from jupyter_videogen.media import clip_store, receipt
from jupyter_videogen.media.partial_file import has_content

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jupyter_videogen.core.clip import ClipRecord

MANIFEST = "export.json"
"""Names the files of an exported folder: by it the folder is known as ours."""
LARGEST_MANIFEST = 16 << 20
CHUNK = 1 << 20
MOST_OF_A_NAME = 1000


class Part(NamedTuple):
    """A file of an export."""

    name: str
    """Its path below the folder, in POSIX form."""
    source: Path | bytes
    sha256: str = ""
    """Of a source on the disk; the copy is held to it."""


def is_proven(clip: ClipRecord) -> bool:
    """Return whether a clip's file is there, byte for byte; the whole file is read."""
    try:
        return has_content(Path(clip.path), clip.bytes, clip.sha256)
    except OSError:
        return False


def files_beside(page: Path) -> Path:
    """Return the folder of a page's clips."""
    return page.with_name(f"{page.stem}_files")


def free_targets(folder: Path, name: str, kind: str) -> Iterator[Path]:
    """Return files of a name that are free, and the folders beside them too; further ones have a number.

    Raises `InvalidRequest` where there are none left.
    """
    for number in range(1, MOST_OF_A_NAME):
        target = folder / (f"{name}.{kind}" if number == 1 else f"{name}-{number}.{kind}")
        if not is_taken(target):
            yield target
    raise InvalidRequest(
        f"{folder} has too many files named {name}.", next="Choose a name of your own: export(path).", field="path"
    )


def named_target(folder: Path, name: str, kind: str) -> Path:
    """Return a free file for the export of a grid or a story of this name; raises as `free_targets`."""
    return next(free_targets(folder, "".join(sign if sign.isalnum() else "-" for sign in name), kind))


def is_taken(target: Path) -> bool:
    """Return whether something has the name of a file, or of the folder beside it; a broken link has, too."""
    return os.path.lexists(target) or os.path.lexists(files_beside(target))


def check_target(target: Path, *, overwrite: bool) -> None:
    """Raise `InvalidRequest` where a file or folder has the name, before anything is read or written."""
    if os.path.lexists(target) and not (overwrite and target.is_file()):
        raise clip_store.exists_error(target)


def check_folder(folder: Path, *, overwrite: bool) -> None:
    """Raise `InvalidRequest` where a folder has the name, unless it is to be replaced and holds nothing of anybody else."""
    if not os.path.lexists(folder):
        return
    if stranger := _find_stranger(folder):
        raise InvalidRequest(
            f"{folder} is there already and holds {stranger}, which no export wrote. Nothing in it was changed.",
            next="Choose another name, or move that folder.",
            field="path",
        )
    if not overwrite:
        raise clip_store.exists_error(folder)


def _find_stranger(folder: Path) -> str:
    """Return the name of something in a folder that no export wrote; "" where there is nothing of that kind."""
    if folder.is_symlink() or not folder.is_dir():
        return "something else"
    ours = _read_manifest(folder)
    files = (Path(place, name).relative_to(folder).as_posix() for place, _, names in os.walk(folder) for name in names)
    return next((name for name in files if name not in ours), "")


def _read_manifest(folder: Path) -> set[str]:
    try:
        told = msgspec.json.decode(bounded_read.read_bounded(folder / MANIFEST, LARGEST_MANIFEST))
    except (OSError, ValueError):
        return set()
    if not isinstance(told, dict) or told.get("generator") != receipt.GENERATOR:
        return set()
    return {MANIFEST, *map(str, told.get("files", ()))}


def write_file(target: Path, content: bytes, *, overwrite: bool = False) -> Path:
    """Write a file, whole or not at all; raises `InvalidRequest` where it can't be."""
    with explained(target), clip_store.replacing(target, overwrite=overwrite) as temporary:
        temporary.write_bytes(content)
    return target


def write_folder(
    folder: Path, parts: Sequence[Part], *, page: tuple[Path, bytes] | None = None, overwrite: bool = False
) -> None:
    """Write a folder, and a page beside it; at any failure, what was there before is there again.

    Raises `InvalidRequest` where a name is taken, a clip changes meanwhile or the disk is full.
    """
    check_folder(folder, overwrite=overwrite)
    if page is not None:
        check_target(page[0], overwrite=overwrite)
    aside = folder.with_name(f".videogen-{uuid4().hex}.part")
    with explained(folder):
        try:
            _fill(aside, parts)
            with _put_in_place(aside, folder), _beside(page, overwrite=overwrite):
                pass
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def write_archive(target: Path, parts: Iterable[Part], *, overwrite: bool = False) -> Path:
    """Write parts into a ZIP file, whole or not at all; raises `InvalidRequest` as `write_folder` does."""
    with (
        explained(target),
        clip_store.replacing(target, overwrite=overwrite) as temporary,
        zipfile.ZipFile(temporary, "x") as archive,
    ):
        for part in parts:
            with archive.open(_entry(part), "w", force_zip64=True) as out:
                _copy(part, out)
    return target


def _entry(part: Part) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(part.name, time.localtime()[:6])
    is_text = isinstance(part.source, bytes)
    entry.compress_type = zipfile.ZIP_DEFLATED if is_text else zipfile.ZIP_STORED  # films are dense already
    return entry


def _fill(folder: Path, parts: Sequence[Part]) -> None:
    names = [part.name for part in parts]
    manifest = msgspec.json.format(msgspec.json.encode({"generator": receipt.GENERATOR, "files": names}), indent=1)
    for part in [*parts, Part(MANIFEST, manifest)]:
        target = folder / part.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            _copy(part, out)


def _copy(part: Part, out: IO[bytes]) -> None:
    """Copy a part, and prove that the copy is what was meant."""
    if isinstance(part.source, bytes):
        out.write(part.source)
        return
    digest = hashlib.sha256()
    with part.source.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            out.write(chunk)
    if digest.hexdigest() != part.sha256:
        raise InvalidRequest(f"{part.source.name} changed while it was copied.", next="Export again.", field="path")


@contextmanager
def _put_in_place(aside: Path, folder: Path) -> Iterator[None]:
    """Give a folder its name; what had the name goes at a good end, and comes back at a bad one."""
    before = folder.with_name(f".videogen-{uuid4().hex}.old") if folder.exists() else None
    is_placed = False
    if before is not None:
        folder.rename(before)
    try:
        aside.rename(folder)
        is_placed = True
        yield
    except BaseException:
        if is_placed:
            folder.rename(aside)
        if before is not None:
            before.rename(folder)
        raise
    if before is not None:
        shutil.rmtree(before, ignore_errors=True)


@contextmanager
def _beside(page: tuple[Path, bytes] | None, *, overwrite: bool) -> Iterator[None]:
    with clip_store.replacing(page[0], overwrite=overwrite) if page else nullcontext() as temporary:
        if page and temporary:
            temporary.write_bytes(page[1])
        yield


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Say in words why a disk refused: an `OSError` becomes an `InvalidRequest`."""
    try:
        yield
    except OSError as error:
        raise InvalidRequest(
            f"{target} can't be written: {error.strerror}. Nothing that was there was changed.",
            next="Make room, or choose another folder.",
            field="path",
        ) from None
