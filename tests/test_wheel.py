"""What is shipped: the wheel and the sdist hold the page, so that installing needs no Node."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = {"widget.js", "widget.css"}


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_what_is_shipped_holds_the_bundle(kind: str, tmp_path: Path) -> None:
    """Both carry the built page, the type marker and no tests' leftovers; the page is not a stub."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (shipped,) = tmp_path.glob("jupyter_videogen-*")
    if kind == "wheel":
        sizes = {entry.filename: entry.file_size for entry in zipfile.ZipFile(shipped).infolist()}
    else:
        with tarfile.open(shipped) as archive:
            sizes = {entry.name: entry.size for entry in archive.getmembers()}
    names = {name.rpartition("/")[2] for name in sizes}
    assert {*PAGE, "py.typed", "messages.py"} <= names
    assert not any("node_modules" in name or "__pycache__" in name for name in sizes)
    (script,) = (size for name, size in sizes.items() if name.endswith("static/widget.js"))
    assert script > 10_000
