"""Functions for `grid.map`: each takes a clip or the path of a file, and returns what JSON can hold.

    from jupyter_videogen import functions
    grid.map(functions.check)
    grid.map(functions.frames(every=1.0))
    grid.map(functions.embed(model), name="embedding")

They read the file and nothing else, so that they run in a process or on a machine elsewhere. All need the extra `[frames]`.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_videogen.core.checks import Expected
from jupyter_videogen.core.clip import ClipRecord
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.media import pictures
from jupyter_videogen.media.checks.check import check_file
from jupyter_videogen.media.frames import sample_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    Video = ClipRecord | str | PathLike[str]

__all__ = ["check", "contact_sheet", "embed", "frames"]


def check(clip: Video) -> dict[str, Any]:
    """Return what `vg.check` finds in a clip: `ok`, `findings` and `facts`; a clip is held to its length in seconds.

    What its job had ordered beyond that is known to `grid.check()` alone. Raises `InvalidRequest` where the file can't be read,
    `Unsupported` without PyAV.
    """
    expected = Expected(duration=clip.duration) if isinstance(clip, ClipRecord) else Expected()
    path = _path(clip)
    try:
        return check_file(path, expected).to_dict()
    except OSError as error:
        raise InvalidRequest(f"{path.name} can't be read: {error.strerror or error}.", next="Check its path.") from None


def frames(every: float = 1.0, *, width: int = 160) -> Callable[[Video], list[str]]:
    """Return a function that gives the frames nearest to 0, `every`, 2·`every` … seconds as small JPEGs, at most 60.

    Each is a text, `data:image/jpeg;base64,…`, of about 5 kB at 160 pixels' width. `width` in pixels, at most 480.
    Raises `InvalidRequest` for a step or width that is none.
    """
    if not every > 0:
        raise InvalidRequest(
            f"every={every} is not a valid step.", next="Use a number of seconds above 0.", field="every"
        )
    return partial(_frames, every=every, width=_checked_width(width))


def contact_sheet(clip: Video, columns: int = 4, rows: int = 3, width: int = 480) -> str:
    """Return evenly spaced frames as one small JPEG of at most `width` pixels, as `data:image/jpeg;base64,…`.

    It is about 20 kB at 480 pixels. Raises as `Clip.contact_sheet`.
    """
    return pictures.sheet(_path(clip), columns, rows, _checked_width(width))


def embed(model: Callable[[Any], Any], every: float | None = 1.0) -> Callable[[Video], list[Any]]:
    """Return a function that gives what `model` makes of a clip's frames, as a list of numbers.

    `model` gets frames as uint8 (N, H, W, 3), those nearest to each `every` seconds or with None all, and returns an array or
    a list. It has to be importable where it is called; pass `version=` to `map` where its weights change.
    """
    return partial(_embed, model=model, every=every)


def _frames(clip: Video, *, every: float, width: int) -> list[str]:
    return pictures.small_frames(_path(clip), every, width)


def _embed(clip: Video, *, model: Callable[[Any], Any], every: float | None) -> list[Any]:
    path = _path(clip)
    found = model(sample_file(path, every))
    return list(found.tolist() if hasattr(found, "tolist") else found)


def _path(clip: Video) -> Path:
    return Path(clip.path if isinstance(clip, ClipRecord) else clip)


def _checked_width(width: int) -> int:
    if not pictures.NARROWEST <= width <= pictures.WIDEST:
        raise InvalidRequest(
            f"A width of {width} pixels is not possible.",
            next=f"Use {pictures.NARROWEST} to {pictures.WIDEST}.",
            field="width",
        )
    return width
