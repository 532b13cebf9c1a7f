"""What is done before the first visit: metadata as JupyterLab will set it, and no question about news."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager

import prepare_lab

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_what_jupyterlab_would_make_of_it(path: Path, tmp_path: Path) -> None:
    """Format 4.5, an id for each cell, the kernel's own description; nothing else of it changes."""
    folder = tmp_path / "notebooks"
    prepare_lab.copy_new(ROOT / "notebooks", folder)
    prepare_lab.match(folder / path.name)
    before, after = (json.loads(file.read_text("utf-8")) for file in (path, folder / path.name))
    spec = KernelSpecManager().get_kernel_spec("python3")
    assert (after["nbformat"], after["nbformat_minor"]) == (4, 5)
    assert after["metadata"].keys() == {"kernelspec", "language_info"}
    told = {"display_name": spec.display_name, "language": spec.language, "name": "python3"}
    assert after["metadata"]["kernelspec"] == told
    assert after["metadata"]["language_info"]["version"] == sys.version.split()[0]
    assert len({cell["id"] for cell in after["cells"]}) == len(after["cells"])
    assert after["cells"] == before["cells"]


def test_a_copy_keeps_what_is_in_it(tmp_path: Path) -> None:
    """A visitor's own work of yesterday is not overwritten."""
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "a.txt").write_text("ours")
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "a.txt").write_text("mine")
    prepare_lab.copy_new(tmp_path / "from", tmp_path / "to")
    assert (tmp_path / "to" / "a.txt").read_text() == "mine"


def test_the_question_about_news_is_answered(tmp_path: Path) -> None:
    """With no; what else stands in the file stays."""
    file = tmp_path / prepare_lab.OVERRIDES
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"@jupyterlab/apputils-extension:themes": {"theme": "JupyterLab Dark"}}))
    prepare_lab.ask_no_news(tmp_path)
    settings = json.loads(file.read_text())
    assert settings[prepare_lab.NOTIFICATION] == {"fetchNews": "false"}
    assert settings["@jupyterlab/apputils-extension:themes"] == {"theme": "JupyterLab Dark"}


@pytest.mark.skipif(sys.platform == "win32", reason="postBuild is a script of Binder, which is Linux")
def test_binder_is_prepared(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its script runs: the settings are in the home, and the notebooks match the kernel."""
    for name in ("notebooks", "scripts", "binder"):
        shutil.copytree(ROOT / name, tmp_path / "repo" / name, ignore=shutil.ignore_patterns("__pycache__"))
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    code = f"import sys, runpy; sys.prefix = {str(tmp_path / 'prefix')!r}; sys.argv = sys.argv[1:]; "
    run = "exec(sys.argv[1]) if sys.argv[0] == '-c' else runpy.run_path(sys.argv[0], run_name='__main__')"
    (bin_folder / "python").write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}{run}" "$@"\n')
    (bin_folder / "pip").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path / "installed"}\n')
    for program in ("python", "pip"):
        (bin_folder / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(bin_folder), prepend=os.pathsep)
    monkeypatch.setenv("HOME", str(tmp_path))
    subprocess.run(["/bin/bash", "binder/postBuild"], cwd=tmp_path / "repo", check=True)
    builders, own = (line.split() for line in (tmp_path / "installed").read_text().splitlines())
    assert {"--require-hashes", "binder/build.txt"} <= set(builders)
    assert {"--no-deps", "--no-index", "."} <= set(own)  # what is needed is there, each with its hash
    assert not Path(builders[builders.index("--target") + 1]).exists()
    assert (home / "videogen.toml").read_text() == (ROOT / "notebooks" / "videogen.toml").read_text()
    first = json.loads((tmp_path / "repo" / "notebooks" / "01-first-clip.ipynb").read_text("utf-8"))
    assert first["metadata"]["language_info"]["version"] == sys.version.split()[0]
    assert (tmp_path / "prefix" / prepare_lab.OVERRIDES).exists()
