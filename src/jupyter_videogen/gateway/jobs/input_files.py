"""The files that came with orders: kept as long as a job needs them."""

import os
import secrets
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from jupyter_videogen.gateway.requests.order import FILES, Order


def folder(clips: Path) -> Path:
    """Return where they are kept."""
    return clips / "inputs"


def keep(clips: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Write files to the disk, each under a name of its own; return the names by what the files are for."""
    if files:
        folder(clips).mkdir(mode=0o700, parents=True, exist_ok=True)
    names = {purpose: secrets.token_hex(12) for purpose in files}
    for purpose, data in files.items():
        # The order that names them is a promise to render it, so they have to outlive a power cut as it does.
        with (folder(clips) / names[purpose]).open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    return names


def names(order: Order) -> set[str]:
    """Return the names of the files of an order."""
    return {name for field in FILES if (name := getattr(order, field)) is not None}


def resolve_paths(clips: Path, order: Order) -> Order:
    """Return the order as an engine gets it: with paths in place of names."""
    paths = {field: str(folder(clips) / name) for field in FILES if (name := getattr(order, field)) is not None}
    return replace(order, **paths)  # type: ignore[arg-type]  # the fields of FILES are text


def forget(clips: Path, unused: Collection[str]) -> None:
    """Delete files that no job names any more."""
    for name in unused:
        (folder(clips) / name).unlink(missing_ok=True)


def sweep(clips: Path, used: Collection[str]) -> None:
    """Delete what a process left behind that ended between writing files and writing their order."""
    if folder(clips).is_dir():
        forget(clips, {path.name for path in folder(clips).iterdir()} - set(used))
