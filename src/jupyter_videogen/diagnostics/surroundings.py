"""What the doctor looks at: the machine, the home, the notebook's folder and the network, as one value."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.config.configuration import load_config_for_watching
from jupyter_videogen.core import environment
from jupyter_videogen.diagnostics import probe
from jupyter_videogen.diagnostics.report import Finding
from jupyter_videogen.filesystem import network_mounts

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_videogen.catalog.registry import Registry
    from jupyter_videogen.diagnostics.probe import Answer, Question


class Surroundings(NamedTuple):
    """The environment that is checked; a test passes its own."""

    home: Path
    folder: Path
    server_root: Path | None
    modules: Mapping[str, object]
    """What is loaded in this process."""
    version: Callable[[str], str | None]
    """The version of a distribution, None where it is not installed."""
    free: Callable[[Path], int]
    """Bytes free on a path's disk."""
    mounts: str
    """Linux's table of mounts, empty elsewhere."""
    registry: Registry
    """The providers that can be named."""
    now: Callable[[], float]
    """Seconds since the epoch."""
    ask: Callable[[Sequence[Question], float], list[Answer]] | None
    """Asks providers; None without a network."""
    is_shared: bool = False
    """Whether others may use this machine's account, as on Binder or a hub."""


Check = Callable[[Surroundings], Iterable[Finding]]


def current_surroundings(*, network: bool) -> Surroundings:
    """Return the surroundings of this process."""
    return Surroundings(
        home=environment.home(),
        folder=environment.folder(),
        server_root=environment.server_root(),
        modules=sys.modules,
        version=_installed_version,
        free=lambda path: shutil.disk_usage(path).free,
        mounts=network_mounts.read_mounts(),
        registry=load_config_for_watching().registry,
        now=time.time,
        ask=probe.ask_all if network else None,
        is_shared=environment.is_shared(),
    )


def _installed_version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
