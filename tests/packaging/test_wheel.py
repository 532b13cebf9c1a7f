"""What is shipped: the wheel and the sdist hold the page, so that installing needs no Node."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import jupyter_videogen as vg
from support.local_gateways import Gateway

ROOT = Path(__file__).parents[2]
PAGE = {
    "widget.js",
    "widget.css",
    "engine.js",
    "parts.js",
    "vote.js",
    "story.js",
    "grid.js",
    "study.js",
    "study.css",
    "THIRD_PARTY.md",
}
EXTENSION = r"package\.json|install\.json|schemas/jupyter-videogen/outputs\.json|static/remoteEntry\.[0-9a-f]{20}\.js"
"""The files of the JupyterLab extension, in its folder."""
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
    assert {*PAGE, "py.typed", "protocol.py"} <= names
    assert not any("node_modules" in name or "__pycache__" in name for name in sizes)
    (script,) = (size for name, size in sizes.items() if name.endswith("static/widget.js"))
    assert script > 10_000
    folder = "share/jupyter/labextensions/jupyter-videogen/" if kind == "wheel" else "/labextension/"
    extension = [name.partition(folder)[2] for name in sizes if folder in name]
    assert len(extension) == 4
    assert all(re.fullmatch(EXTENSION, name) for name in extension)
    enabling = "etc/jupyter" if kind == "wheel" else "jupyter-config"
    assert any(name.endswith(f"{enabling}/jupyter_server_config.d/jupyter_videogen.json") for name in sizes)
    assert kind == "sdist" or not any("labextension/" in name for name in sizes if folder not in name)


def test_the_checkout_has_its_extension_installed() -> None:
    """JupyterLab loads what this environment has: the newest bundle, which an editable install copies."""
    built, installed = ROOT / "labextension", Path(sys.prefix) / "share/jupyter/labextensions/jupyter-videogen"
    files = sorted(file.relative_to(built) for file in built.rglob("*") if file.is_file())
    assert files == sorted(file.relative_to(installed) for file in installed.rglob("*") if file.is_file())
    assert [(built / name).read_bytes() for name in files] == [(installed / name).read_bytes() for name in files]
    entry = json.loads((installed / "package.json").read_text("utf-8"))
    assert (installed / entry["jupyterlab"]["_build"]["load"]).exists()
    assert entry["version"] == vg.__version__


def test_the_page_and_its_modules_keep_their_budgets() -> None:
    """Every card's page is in the notebook, so its size counts; what comes on demand is a message."""
    budgets = json.loads((ROOT / "js" / "budgets.json").read_text("utf-8"))
    budgets.pop("labextension")
    files = {module: (f"{module}.js",) for module in budgets} | {
        "page": ("widget.js", "widget.css"),
        "study": ("study.js", "study.css"),
    }
    assert {name for names in files.values() for name in names} == PAGE - {"THIRD_PARTY.md"}
    sizes = {
        module: sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names) / 1000
        for module, names in files.items()
    }
    assert {module: size for module, size in sizes.items() if size > budgets[module]} == {}
    assert budgets["page"] <= 50


def test_the_list_of_licences_is_what_is_bundled() -> None:
    """The build writes down what went into the page, with every licence's text; the document names just that."""
    carried = (STATIC / "THIRD_PARTY.md").read_text("utf-8")
    bundled = re.findall(r"^## (\S+) \S+ \((.*)\)$", carried, re.MULTILINE)
    told = (ROOT / "docs" / "licences.md").read_text("utf-8").partition("## Dependencies")[0]
    assert re.findall(r"^\| `(\S+)` \| (\S+) \|$", told, re.MULTILINE) == bundled
    assert set(json.loads((ROOT / "js" / "package.json").read_text("utf-8"))["dependencies"]) <= {
        name for name, _ in bundled
    }
    assert carried.count("Permission is hereby granted") == len(bundled)


def test_every_dependency_is_in_the_list_of_licences() -> None:
    """Those that are always installed, and those of the extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    beside = (ROOT / "docs" / "licences.md").read_text("utf-8").partition("## Dependencies")[2]
    assert {re.split(r"[>=<]", one)[0] for one in wanted} <= set(re.findall(r"`([\w-]+)`", beside))


def without_node(folder: Path) -> dict[str, str]:
    """Return an environment in which neither Node nor npm is found, and this checkout isn't either."""
    folder.mkdir()
    for tool in ("sh", "env"):
        (folder / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # noqa: TID251 - another process's
    return kept | {"PATH": str(folder)}


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_what_is_shipped_installs_and_works_without_node(kind: str, tmp_path: Path) -> None:
    """Into an empty folder: the page is there, the version is right, and a clip can be made."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (shipped,) = tmp_path.glob("jupyter_videogen-*")
    env, home = without_node(tmp_path / "bin"), tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(home), str(shipped)], env=env, check=True, capture_output=True, cwd=tmp_path)
    env |= {"PYTHONPATH": str(home), "VIDEOGEN_HOME": str(tmp_path / "home")}
    assert (home / "jupyter_videogen" / "static" / "widget.js").stat().st_size > 10_000
    assert (home / "share/jupyter/labextensions/jupyter-videogen/package.json").exists()
    where = "import jupyter_videogen as vg; print(vg.__version__, vg.__file__)"
    said = subprocess.run([sys.executable, "-c", where], env=env, check=True, capture_output=True, text=True).stdout
    assert said.split() == [vg.__version__, str(home / "jupyter_videogen" / "__init__.py")]
    words = ["generate", "A kite over the sea", "-p", "local", "-d", "1", "--size", "640x360", "-o", "kite.mp4"]
    cli = [sys.executable, "-m", "jupyter_videogen.cli"]
    subprocess.run([*cli, *words], env=env, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "kite.mp4").stat().st_size > 10_000
    Gateway(tmp_path / "home").kill()


def test_the_version_is_told_alike_everywhere() -> None:
    """In the project's file, in Python, and at the head of the changelog."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    newest = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), flags=re.MULTILINE)[0]
    assert project["version"] == vg.__version__ == newest
