"""What is shipped: the wheel and the sdist hold the page, so that installing needs no Node."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = {"widget.js", "widget.css", "THIRD_PARTY.md"}
STATIC = ROOT / "src" / "jupyter_videogen" / "static"


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


def test_the_list_of_licences_is_what_is_bundled() -> None:
    """The build writes down what went into the page, with every licence's text; the document names just that."""
    carried = (STATIC / "THIRD_PARTY.md").read_text("utf-8")
    bundled = re.findall(r"^## (\S+) \S+ \((.*)\)$", carried, re.MULTILINE)
    told = (ROOT / "docs" / "licences.md").read_text("utf-8").partition("## Installed beside it")[0]
    assert re.findall(r"^\| `(\S+)` \| (\S+) \|$", told, re.MULTILINE) == bundled
    assert set(json.loads((ROOT / "js" / "package.json").read_text("utf-8"))["dependencies"]) <= {
        name for name, _ in bundled
    }
    assert carried.count("Permission is hereby granted") == len(bundled)


def test_every_dependency_is_in_the_list_of_licences() -> None:
    """Those that are always installed, and those of the extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    beside = (ROOT / "docs" / "licences.md").read_text("utf-8").partition("## Installed beside it")[2]
    assert {re.split(r"[>=<]", one)[0] for one in wanted} <= set(re.findall(r"`([\w-]+)`", beside))
