"""Captions of a clip: a WebVTT file beside it, which never touches the clip.

The format: W3C, "WebVTT: The Web Video Text Tracks Format", sections 4 and 6. SubRip (`.srt`) is read and stored as WebVTT.
"""

from __future__ import annotations

import base64
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.filesystem.bounded_read import read_bounded
from jupyter_videogen.media.clip_store import existing_path, replacing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    from jupyter_videogen.core.clip import ClipRecord

SUFFIX = ".vtt"
ARROW = "-->"
LARGEST = 1_000_000
"""Bytes of a file of captions: those of a film of two hours have a tenth of it."""
LARGEST_EMBEDDED = 64_000
"""Bytes that a notebook, a page or a message to the page holds."""
TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)[.,](\d{3})"
TIMING = re.compile(rf"{TIME}[ \t]+{ARROW}[ \t]+{TIME}(?:[ \t].*)?")
LINE_END = re.compile(r"\r\n|\r|\n")
TAG = re.compile(r"<[^>]*>")
NAMED = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": "\N{NO-BREAK SPACE}", "&lrm;": "", "&rlm;": ""}
SAMPLE = "00:01.000 --> 00:04.000"


class Cue(NamedTuple):
    """One caption."""

    start: float
    """Seconds."""
    end: float
    """Seconds."""
    text: str
    """Plain words, one line or more."""


def captions_path(clip: ClipRecord) -> Path:
    """Return where a clip's captions are, or would be."""
    return Path(clip.path).with_suffix(SUFFIX)


def read_text(clip: ClipRecord, *, largest: int = LARGEST) -> str:
    """Return a clip's captions as WebVTT; empty where there are none, where they are broken, or have more than `largest` bytes."""
    try:
        text = _decode(read_bounded(captions_path(clip), largest))
        parse(text)
    except (OSError, InvalidRequest):
        return ""
    return text


def read(clip: ClipRecord) -> tuple[Cue, ...]:
    """Return a clip's captions, in their order; empty where there are none, or where their file is broken."""
    text = read_text(clip)
    return parse(text) if text else ()


def save(
    clip: ClipRecord, captions: str | PathLike[str] | Iterable[tuple[float, float, str]], *, overwrite: bool = False
) -> Path:
    """Write captions beside a clip and return their file.

    `captions` is WebVTT or SubRip as text or in a file, or cues: (start, end, text) in seconds. Raises `InvalidRequest`, before
    anything is written, for captions that are none, and where the clip has others, unless `overwrite`.
    """
    text = _as_webvtt(captions)
    existing_path(clip)
    target = captions_path(clip)
    with replacing(target, overwrite=overwrite) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return target


def copy(clip: ClipRecord, target: Path, *, overwrite: bool) -> None:
    """Put a clip's captions beside a copy of it; does nothing where it has none. Raises as `save` does."""
    if text := read_text(clip):
        with replacing(target.with_suffix(SUFFIX), overwrite=overwrite) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")


def render_track(clip: ClipRecord) -> str:
    """Return captions as an element for a video in HTML, with all of them inside; empty where there are none."""
    text = read_text(clip, largest=LARGEST_EMBEDDED)
    if not text:
        return ""
    data = base64.b64encode(text.encode()).decode()
    return f'<track kind="captions" label="Captions" src="data:text/vtt;base64,{data}" default>'


def parse(text: str) -> tuple[Cue, ...]:
    """Return the cues of WebVTT or SubRip; raises `InvalidRequest`, which names the line, for anything else."""
    lines = LINE_END.split(text)
    cues = tuple(_cues(lines))
    if not cues:
        raise _refuse("The captions have no cue.", f"Give each its times on a line of their own, such as {SAMPLE}.")
    return cues


def _cues(lines: list[str]) -> Iterator[Cue]:
    """Read block after block; a block without times (a style, a region, a note) has no cue."""
    borders = [-1, *(at for at, line in enumerate(lines) if not line.strip()), len(lines)]
    for before, after in pairwise(borders):
        block = lines[before + 1 : after]
        timed = next((at for at, line in enumerate(block[:2]) if ARROW in line), None)
        if timed is not None:
            yield _cue(block[timed:], before + timed + 2)


def _cue(block: list[str], number: int) -> Cue:
    """Read a cue whose times stand on line `number`, counted from 1."""
    found = TIMING.fullmatch(block[0].strip())
    if found is None:
        raise _refuse(
            f"Line {number} of the captions has no times that can be read: {block[0][:60]!r}.", f"Write {SAMPLE}."
        )
    start, end = _seconds(*found.groups()[:4]), _seconds(*found.groups()[4:])
    if end <= start:
        raise _refuse(
            f"Line {number} of the captions ends before it begins: {block[0][:60]!r}.", "Put the earlier time first."
        )
    return Cue(start, end, _plain("\n".join(block[1:])))


def _seconds(hours: str | None, minutes: str, seconds: str, thousandths: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(thousandths) / 1000


def _plain(text: str) -> str:
    """Return a cue's words without its marks: voices, classes, times."""
    bare = TAG.sub("", text)
    return re.sub("|".join(NAMED), lambda found: NAMED[found[0]], bare)


def _as_webvtt(captions: str | PathLike[str] | Iterable[tuple[float, float, str]]) -> str:
    if isinstance(captions, str) and (ARROW in captions or captions.lstrip("\ufeff").startswith("WEBVTT")):
        return _checked(captions)
    if isinstance(captions, str) or hasattr(captions, "__fspath__"):
        return _checked(_read_file(Path(captions).expanduser()))  # type: ignore[arg-type]
    return _checked("WEBVTT\n\n" + "\n\n".join(map(_render_cue, captions)))


def _checked(text: str) -> str:
    """Return captions as WebVTT, once each of their cues can be read."""
    whole = LINE_END.sub("\n", text.lstrip("\ufeff"))
    if "\0" in whole or len(whole.encode()) > LARGEST:
        raise _refuse("The captions are no text of at most 1 MB.", "Give WebVTT or SubRip.")
    parse(whole)
    if whole.startswith("WEBVTT"):
        return f"{whole.rstrip()}\n"
    return "WEBVTT\n\n" + re.sub(rf"(?m)^{TIME}([ \t]+{ARROW}[ \t]+){TIME}", _with_points, whole).strip() + "\n"


def _with_points(found: re.Match[str]) -> str:
    """Write the times of SubRip, which have commas, with points."""
    return found[0].replace(",", ".")


def _render_cue(cue: tuple[float, float, str]) -> str:
    """Write a cue; no blank line and no mark of the format in its words ends it early."""
    try:
        start, end, words = float(cue[0]), float(cue[1]), str(cue[2])
    except (TypeError, ValueError, LookupError):
        raise _refuse(f"{cue!r:.80} is no cue.", "Give (start, end, text), times in seconds.") from None
    if not 0 <= start < end < float("inf"):
        raise _refuse(f"A cue can't last from {start:g} to {end:g} s.", "Give (start, end, text), times in seconds.")
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    escaped = "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{_clock(start)} {ARROW} {_clock(end)}\n{escaped}"


def _clock(seconds: float) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{thousandths:03}"


def _read_file(path: Path) -> str:
    try:
        return _decode(read_bounded(path, LARGEST))
    except OSError as error:
        raise _refuse(
            f"{path} can't be read as captions: {error.strerror or error}.", "Give a file of WebVTT."
        ) from None


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refuse("The captions are not in UTF-8.", "Save them as UTF-8.") from None


def _refuse(message: str, remedy: str) -> InvalidRequest:
    return InvalidRequest(message, next=f"{remedy} Nothing was written.", field="captions")
