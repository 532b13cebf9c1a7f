"""Paths from a project's file, a page or a receipt: they stay below the project, outside hidden folders and links.

A hidden folder may be one that other programs run things from, and a link may lead to one.
"""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_videogen.core.errors import InvalidRequest

LONGEST = 1024
"""Characters of a path that a project's file may name."""


def path_below(named: str, root: Path, base: Path | None = None, *, what: str, field: str | None = None) -> Path:
    """Return the path that an untrusted relative path names, seen from `base`, else from `root`.

    Raises `InvalidRequest` for a place outside the root, in a hidden folder, or behind a link.
    """
    top = root.resolve()
    start = top if base is None else base.resolve()
    top = top if start.is_relative_to(top) else start
    if not named or len(named) > LONGEST or not named.isprintable() or "\\" in named or Path(named).is_absolute():
        raise _path_error(named, what, field, "is not a relative path")
    place = Path(os.path.normpath(start / named))
    if not place.is_relative_to(top):
        raise _path_error(named, what, field, "leads out of the project")
    for length in range(1, len(place.relative_to(top).parts) + 1):
        step = top.joinpath(*place.relative_to(top).parts[:length])
        if step.name.startswith((".", "~")):
            raise _path_error(named, what, field, "is hidden")
        if step.is_symlink():
            raise _path_error(named, what, field, f"passes a link ({step.name})")
    return place


def check_folder(folder: Path, root: Path) -> None:
    """Raise `InvalidRequest` where a folder that nobody named is a link that leads out of the project.

    A cloned repository can bring such a link.
    """
    if folder.is_symlink() and not folder.resolve().is_relative_to(root.resolve()):
        raise InvalidRequest(
            f"The folder {folder.name} is a link out of this project, to {folder.resolve()}.",
            next="To save clips there, name it with output= or -o, or in your own videogen.toml.",
            field="output",
        )


def _path_error(named: str, what: str, field: str | None, why: str) -> InvalidRequest:
    shown = named[:80].encode("unicode_escape").decode("ascii")
    return InvalidRequest(
        f"{what} names {shown}, which {why}.",
        next="Choose a folder below the project that has no hidden folder or link in its path.",
        field=field,
    )
