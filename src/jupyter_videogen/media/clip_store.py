"""Clips on this disk: their names, their bytes, and the still picture beside them."""

from __future__ import annotations

import os
import posixpath
import re
import shutil
from base64 import b64decode
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4

from msgspec.structs import replace

from jupyter_videogen.core import command_names
from jupyter_videogen.core.clock import Clock, SystemClock
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.media import receipt
from jupyter_videogen.media.container import corrupt_error
from jupyter_videogen.media.partial_file import Stored, has_content, link_without_replacing, open_partial
from jupyter_videogen.transport import reply_spool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from os import PathLike

    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.job import JobRecord

FOLDER = "videogen"
"""Never hidden, because Jupyter servers refuse to serve hidden folders."""


USUAL, FOR_URLS = "+/", "-_"


SIGNS = {**dict.fromkeys(map(ord, "\r\n\t ")), ord("-"): "+", ord("_"): "/"}
"""White space is left out; the alphabet for URLs becomes the usual one."""


FILMS = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".ogv", ".gif", ".webp"})
"""Suffixes of films, in lower case. A clip's name ends in one: what a provider sends is never named as a program."""


STILLS = {b"\xff\xd8\xff": "jpeg", b"\x89PNG": "png"}


LARGEST_POSTER = 60_000
"""Bytes; it is stored in the notebook."""


LONGEST_SLUG = 40


MOST_LOOKED_AT = 20_000
"""Files among which one that was moved is looked for: a large project, and less than a second."""


def planned_path(folder: Path, prompt: str, job_id: str) -> Path:
    """Return the file a job's clip will have, before it exists: `videogen/<slug>-<job id>.mp4`."""
    return folder / FOLDER / f"{slug(prompt) or 'clip'}-{job_id}.mp4"


def slug(text: str) -> str:
    """Return the first words of a text as a part of a file's name: small letters of ASCII, digits and hyphens; may be empty."""
    words = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return words[:LONGEST_SLUG].rsplit("-", 1)[0] if len(words) > LONGEST_SLUG else words


def chosen_path(output: str, folder: Path, prompt: str, job_id: str) -> Path:
    """Return the file that a user chose, or one in the folder that a user chose, else the planned one.

    A folder is one that is there, or a name that ends in a slash.
    """
    planned = planned_path(folder, prompt, job_id)
    if not output:
        return planned
    chosen = Path.cwd() / Path(output).expanduser()
    if output.endswith(("/", os.sep)) or chosen.is_dir():
        return chosen / planned.name
    return chosen if chosen.suffix.lower() in FILMS else chosen.with_name(f"{chosen.name}.mp4")


def copy_to_output(clip: ClipRecord, output: str) -> str:
    """Return a clip that was made before the place that is asked for now, as a copy; nothing is overwritten.

    Gives where it is then. Raises `OSError`.
    """
    made = Path(clip.path)
    target = chosen_path(output, made.parent, clip.prompt, clip.job_id)
    if not output or os.path.lexists(target):
        return clip.path
    try:
        with replacing(target) as temporary:
            shutil.copyfile(made, temporary)
    except InvalidRequest:  # somebody was faster
        return clip.path
    return str(target)


def is_missing(record: JobRecord) -> bool:
    """Return whether a job has ended well and one of its files has been moved, deleted or replaced since."""
    return record.state == "succeeded" and not all(map(is_there, record.clips))


def is_there(clip: ClipRecord) -> bool:
    """Return whether a clip's file is where it was stored. One of another size is another film; its hash takes too long to see."""
    try:
        return Path(clip.path).stat().st_size == clip.bytes
    except OSError:
        return False


def find_moved(record: JobRecord, *folders: Path) -> tuple[ClipRecord, ...] | None:
    """Look for a job's clips where they may have been moved to; None unless all are there, byte for byte."""
    places = [clip.path if is_there(clip) else _find_moved(clip, folders) for clip in record.clips]
    if not all(places):
        return None
    return tuple(replace(clip, path=path) for clip, path in zip(record.clips, places, strict=True) if path)


def _find_moved(clip: ClipRecord, folders: Sequence[Path]) -> str | None:
    """Return a file below one of the folders that is this clip: of its kind, its size and its hash."""
    for path in islice(chain.from_iterable(map(_files, folders)), MOST_LOOKED_AT):
        if path.suffix == Path(clip.path).suffix and has_content(path, clip.bytes, clip.sha256):
            return str(path)
    return None


def _files(folder: Path) -> Iterator[Path]:
    for place, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names))


async def decode_base64(text: str) -> AsyncIterator[bytes]:
    """Return base64 text, or the text behind a spool's mark, as bytes, piece by piece; line breaks are no part of it.

    Nor is a data URL's head. Both alphabets are read (RFC 4648, sections 4 and 5; the second padded or not), and percent-encoded text.
    Raises `DownloadError` for anything else.
    """
    left, begun, escaped, signs = "", False, "", ""
    try:
        for chunk in reply_spool.chunks(text):
            body = chunk if begun or chunk[:5].lower() != "data:" else chunk.partition(",")[2]
            begun = True
            whole, escaped = _unescape(escaped + body)
            signs = _alphabet(whole, signs)
            left += whole.translate(SIGNS)
            end = max(len(left) - 4, 0) // 4 * 4
            yield b64decode(left[:end].replace("=", "!"), validate=True)  # padding is good at the very end only
            left = left[end:]
        left += escaped
        padding = "=" * (-len(left) % 4) if signs == FOR_URLS else ""
        yield b64decode(left + padding, validate=True)
    except ValueError:
        raise corrupt_error("is broken base64") from None


def _alphabet(text: str, known: str) -> str:
    """Return the alphabet of a text by the two signs that only one has, or what is known of it; raises `ValueError` for two."""
    seen = {known} | {signs for signs in (USUAL, FOR_URLS) if signs[0] in text or signs[1] in text}
    if {USUAL, FOR_URLS} <= seen:
        raise ValueError("two alphabets")
    return max(seen)


def _unescape(text: str) -> tuple[str, str]:
    """Undo the escapes of a URL in a text; returns apart what may be the beginning of one that goes on."""
    cut = text.find("%", max(len(text) - 2, 0))
    whole, rest = (text, "") if cut < 0 else (text[:cut], text[cut:])
    return unquote(whole) if "%" in whole else whole, rest


async def store(  # noqa: PLR0913 - keywords, each of its own
    pieces: AsyncIterator[bytes],
    path: Path,
    *,
    expected: int | None,
    report: Callable[[int], None],
    clock: Clock | None = None,
    job_id: str = "id",
) -> Stored:
    """Write pieces to `path`, or beside it where another file has the name; `report` is told the bytes so far.

    Raises `DownloadError` when the bytes are not `expected` in number or not a whole video; the target is untouched then.
    """
    with open_partial(path, job_id) as part:
        async for piece in pieces:
            part.append(piece)
            report(part.size)
        proven = await part.finish(expected)
        return await part.publish(clock or SystemClock(), proven=proven)


def copy(clip: ClipRecord, path: str | PathLike[str], *, overwrite: bool = False) -> Path:
    """Copy a clip and its receipt, to a file or into a folder that is there; returns the copy's path.

    Raises `InvalidRequest` if the clip is gone, or if the target exists and `overwrite` is False.
    """
    source = existing_path(clip)
    target = copy_target(source, path, overwrite=overwrite)
    with replacing(target, overwrite=overwrite) as temporary:
        shutil.copyfile(source, temporary)
    receipt.write_receipt(target, receipt.provenance(clip), overwrite=overwrite)
    return target


def copy_target(source: Path, path: str | PathLike[str], *, overwrite: bool = False) -> Path:
    """Return where a copy goes: a file, or one in a folder that is there; raises `InvalidRequest` where a name is taken."""
    target = Path(path).expanduser().absolute()
    target = target / source.name if target.is_dir() else target
    for taken in (target, receipt.receipt_path(target)):
        if os.path.lexists(taken) and not overwrite:
            raise exists_error(taken)
    return target


def existing_path(clip: ClipRecord) -> Path:
    """Return a clip's file; raises `InvalidRequest` where it has been moved, deleted or replaced."""
    path = Path(clip.path)
    if is_there(clip):
        return path
    again = command_names.spell("resume", clip.job_id)
    fetch = f"{again} downloads it again if the provider still has it; nothing is generated."
    told = f"Another file is at {path} now." if path.exists() else f"The clip is no longer at {path}."
    raise InvalidRequest(told, next=f"Put the clip back there, or {fetch}", field="path")


@contextmanager
def replacing(target: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Return a temporary file that gets the name `target` at a good end; no half file is ever seen, none is left.

    Raises `InvalidRequest` where another file has the name, unless `overwrite`.
    """
    if os.path.lexists(target) and not overwrite:
        raise exists_error(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".videogen-{uuid4().hex}.part")
    try:
        yield temporary
        if overwrite:
            temporary.replace(target)
        else:
            link_without_replacing(temporary, target)
    except FileExistsError:
        raise exists_error(target) from None
    finally:
        temporary.unlink(missing_ok=True)


def exists_error(path: Path) -> InvalidRequest:
    """Return the error for a name that is taken."""
    return InvalidRequest(f"{path} already exists.", next="Choose another name, or pass overwrite=True.", field="path")


def still_kind(picture: bytes) -> str | None:
    """Return "jpeg", "png" or "webp" for a still picture, by its first bytes; None for anything else."""
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "webp"
    return next((kind for head, kind in STILLS.items() if picture.startswith(head)), None)


def write_poster(picture: bytes, path: Path) -> str | None:
    """Keep a still picture under the suffix of its kind and give its path.

    None when it is no PNG, JPEG or WebP, or too large for a notebook.
    """
    kind = still_kind(picture)
    if len(picture) > LARGEST_POSTER or kind is None:
        return None
    path = path.with_suffix(f".{kind}".replace("jpeg", "jpg"))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with replacing(path, overwrite=True) as temporary:
        temporary.write_bytes(picture)
    return str(path)


def relative_path(path: str, folder: Path) -> str:
    """Return a clip's place relative to the notebook's folder, in POSIX form: how a saved notebook finds it.

    On another drive there is no way to it but its full path.
    """
    try:
        return Path(path).relative_to(folder, walk_up=True).as_posix()  # type: ignore[call-arg]  # 3.12
    except TypeError:
        return posixpath.relpath(Path(path).as_posix(), folder.as_posix())
    except ValueError:
        return Path(path).as_posix()
