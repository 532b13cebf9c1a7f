"""Checks of this machine: packages, kernel, page, home, disks, the local engine and plug-ins. Nothing is sent."""

from __future__ import annotations

import asyncio
import os
import platform
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_videogen.catalog.registry import broken_plugins
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.diagnostics.report import Finding, format_bytes, shorten_home
from jupyter_videogen.filesystem import network_mounts
from jupyter_videogen.filesystem.private_folder import OTHERS_WRITE
from jupyter_videogen.transport import local_gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.diagnostics.report import State
    from jupyter_videogen.diagnostics.surroundings import Surroundings

LITTLE, SCARCE = 2 * 1024**3, 200 * 1024**2
"""Bytes of free space below which the doctor notes it, and below which it is a problem."""
SUBSHELLS, THREADS_MENDED = (7, 0), (7, 1)
"""Versions of ipykernel: the first with subshells, and the first where widgets can be set from a thread again."""
MUST = ("ipython", "anywidget", "ipywidgets", "httpx")
MAY = ("jupyterlab", "notebook")
BUNDLE = Path(__file__).parent.parent / "static" / "widget.js"


def check_versions(place: Surroundings) -> Iterator[Finding]:
    """Check the interpreter and the packages that matter."""
    yield Finding("Python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    ours = place.version("jupyter-videogen")
    yield Finding("jupyter-videogen", "ok", ours or "a source tree, not installed")
    found = {name: place.version(name) for name in (*MUST, *MAY)}
    words = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    if missing := [name for name in MUST if not found[name]]:
        cure = "Reinstall: pip install --force-reinstall jupyter-videogen."
        yield Finding("Packages", "problem", f"{', '.join(missing)} missing; {words}", cure)
    else:
        yield Finding("Packages", "ok", words)


def check_kernel(place: Surroundings) -> Iterator[Finding]:
    """Say what the version of ipykernel means for clicks while a cell runs."""
    number = place.version("ipykernel")
    if number is None:
        yield Finding("Kernel", "note", "ipykernel is not installed: the Python API works, but cells and forms do not.")
    elif (parsed := _parse_version(number)) < SUBSHELLS:
        words = f"ipykernel {number}: clicks such as Cancel wait until the running cell ends."
        yield Finding("Kernel", "note", words, "Upgrade: pip install -U ipykernel.")
    elif parsed < THREADS_MENDED:
        words = f"ipykernel {number}: jobs work, but other widgets that are updated from a thread fail in 7.0."
        yield Finding("Kernel", "note", words, "Upgrade: pip install 'ipykernel>=7.1'.")
    else:
        yield Finding("Kernel", "ok", f"ipykernel {number}")


def _parse_version(number: str) -> tuple[int, int]:
    """Return the first two parts of a version."""
    major, minor, *_ = [*number.split("."), "0"]
    return int(major), int(minor)


def check_nest_asyncio(place: Surroundings) -> Iterator[Finding]:
    """Find the archived `nest_asyncio`, which is known by its replacing `asyncio.run`."""
    patched = getattr(asyncio.run, "__module__", "")
    if "nest_asyncio" not in place.modules or patched == "nest_asyncio2":
        return
    if patched != "nest_asyncio":
        yield Finding("nest_asyncio", "ok", "Loaded, but not applied.")
        return
    yield Finding(
        "nest_asyncio",
        "problem",
        "Something here has applied nest_asyncio. It is no longer maintained, ends tasks of the kernel, and loses clicks on "
        "ipykernel 7.4 and newer. Jobs still finish; a click on Cancel may do nothing.",
        "Remove nest_asyncio.apply() and restart the kernel. If you need it, use its successor nest-asyncio2.",
    )


def check_page(place: Surroundings) -> Iterator[Finding]:
    """Check the part that runs in the browser, and how its videos reach it."""
    if not BUNDLE.exists():
        yield Finding("Page", "problem", "The form's JavaScript was not built.", "Run: python scripts/bundle.py.")
    elif environment.has_viewer():
        yield Finding("Page", "ok", "A page is connected to this kernel.")
    else:
        yield Finding("Page", "ok", "No page is connected: cells wait for their clips, and there is no form.")
    if place.server_root is not None:
        yield from _check_server_root(place.folder, place.server_root)


def _check_server_root(folder: Path, root: Path) -> Iterator[Finding]:
    """Find a folder whose files the Jupyter server does not give out."""
    if not folder.is_relative_to(root):
        words = f"Clips go to {shorten_home(folder)}, outside the server's folder {shorten_home(root)}: the page cannot play them by URL."
        yield Finding("Folder", "problem", words, "Open the notebook from a server started in a folder above it.")
    elif any(part.startswith(".") for part in folder.relative_to(root).parts):
        words = f"{shorten_home(folder)} is hidden, and the server serves no hidden folders: saved clips do not play."
        yield Finding("Folder", "problem", words, "Move the notebook to a folder whose name does not start with a dot.")


def check_home(place: Surroundings) -> Iterator[Finding]:
    """Check where jobs are written down, and who else can read and write there."""
    home = place.home
    if not home.exists():
        yield Finding("Home", "ok", f"{shorten_home(home)}, created with the first job")
        return
    yield _check_home_access(home)
    yield from _find_readable_ledger(home)
    if kind := network_mounts.remote_kind(home, place.mounts):
        words = f"{shorten_home(home)} is on a network file system ({kind}): SQLite's locks are unreliable there."
        yield Finding("Home", "problem", words, "Set VIDEOGEN_HOME to a folder on a local disk.")


def _check_home_access(home: Path) -> Finding:
    mode = stat.S_IMODE(home.stat().st_mode)
    if os.name == "posix" and mode & OTHERS_WRITE:
        words = f"Other users can write to {shorten_home(home)} (mode {mode:o}): nothing is sent until they can't."
        return Finding("Home", "problem", words, f"chmod go-w '{shorten_home(home)}'")
    if not os.access(home, os.W_OK | os.X_OK):
        cure = "Set VIDEOGEN_HOME to a folder of your own."
        return Finding("Home", "problem", f"{shorten_home(home)} can't be written to.", cure)
    return Finding("Home", "ok", f"{shorten_home(home)}, writable by its owner alone")


def _find_readable_ledger(home: Path) -> Iterator[Finding]:
    readable = [path.name for path in home.glob("ledger.sqlite3*") if os.name == "posix" and _others_read(path)]
    if readable:
        words = f"Other users can read {', '.join(sorted(readable))}, which contain your prompts."
        yield Finding("Home", "note", words, f"chmod go-rwx '{shorten_home(home)}'/ledger.sqlite3*")


def _others_read(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def check_configuration(_: Surroundings) -> Iterator[Finding]:
    """Find a `videogen.toml` that can't be used: no job is sent while it is so."""
    try:
        load_config()
    except VideogenError as error:
        yield Finding("Settings", "problem", error.message, error.failure.next)


def check_disk(place: Surroundings) -> Iterator[Finding]:
    """Check the space for the ledger and for clips, and whether clips can be put where they belong."""
    clips = place.folder / "videogen"
    yield _check_space("Disk of the home", place.home, place)
    yield _check_space("Disk of the clips", clips, place)
    folder = _nearest_folder(clips)
    if not os.access(folder, os.W_OK | os.X_OK):
        cure = "Work in a folder that you can write to: clips are saved beside the notebook."
        yield Finding("Clips", "problem", f"{shorten_home(folder)} can't be written to.", cure)


def _check_space(name: str, path: Path, place: Surroundings) -> Finding:
    free = place.free(_nearest_folder(path))
    state: State = "problem" if free < SCARCE else "note" if free < LITTLE else "ok"
    cure = "" if state == "ok" else "Free some space: a clip has 1 to 50 MB."
    return Finding(name, state, f"{format_bytes(free)} free at {shorten_home(path)}", cure)


def _nearest_folder(path: Path) -> Path:
    """Return a folder, or the nearest above it that is there."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def check_local_engine(place: Surroundings) -> Iterator[Finding]:
    """Say whether clips can be drawn here without any account."""
    try:
        local_gateway.check_installed()
    except VideogenError as error:
        yield Finding("Local engine", "note", error.message, error.failure.next)
        return
    words = "is running" if local_gateway.running(place.home) else "installed; it starts when needed"
    yield Finding("Local engine", "ok", words)


def check_plugins(_: Surroundings) -> Iterator[Finding]:
    """List providers of other packages that could not be loaded; the others work without them."""
    for name, kind in broken_plugins().items():
        yield Finding("Plug-in", "problem", f"{name} could not be loaded ({kind}).", "Repair or uninstall its package.")
