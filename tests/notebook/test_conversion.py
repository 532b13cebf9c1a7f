"""Where a notebook goes: run without a page, converted, moved; the record in it is whole and finds its clip."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import av
import nbformat
import pytest
from nbclient import NotebookClient

from support.kernel_client import Kernel
from support.local_gateways import KEYS, Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CELL = "%%videogen -d 1 --size 640x360 --new\nwaves at sunset"
MOST = 100_000
"""Bytes that a notebook of one clip may have."""
FREE = {"JPY_SESSION_NAME", "VIDEOGEN_FAILPOINT", *(f"{name}_API_KEY" for name in KEYS)}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of programs that run notebooks: a home whose local engine draws, no page, no key."""
    home = tmp_path_factory.mktemp("elsewhere") / "home"
    kept = {name: value for name, value in os.environ.items() if name not in FREE}  # noqa: TID251 - other programs' own
    yield kept | {"VIDEOGEN_HOME": str(home), "VIDEOGEN_PROVIDER": "local"}
    Gateway(home).kill()


def write(path: Path, *cells: str) -> Path:
    """Write a notebook that loads the extension and then runs these cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sources = ("%load_ext jupyter_videogen", *cells)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources]), path)
    return path


def execute(path: Path, env: dict[str, str]) -> Path:
    """Run a notebook by nbclient in its own folder, and save it."""
    notebook = nbformat.read(path, 4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}}).execute(env=env)
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="module")
def executed(engine: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook in a subfolder of its project, as nbclient leaves it."""
    return execute(write(tmp_path_factory.mktemp("made") / "project" / "chapter two" / "clip.ipynb", CELL), engine)


class Page(HTMLParser):
    """Collects the attributes of every video of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.videos: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "video":
            self.videos.append(dict(attrs))


def records(path: Path) -> list[dict[str, Any]]:
    """The outputs of a saved notebook that show a video."""
    cells = nbformat.read(path, 4).cells
    shown = [output.get("data", {}) for cell in cells for output in cell.get("outputs", ())]
    return [data for data in shown if "<video" in data.get("text/html", "")]


def plays(folder: Path, html: str) -> Path:
    """Check that a page in this folder has one video, which is relative, there, and a second long; returns its file."""
    (video,) = Page(html).videos
    src = unquote(str(video["src"]))
    assert not src.startswith(("/", "data:", "file:", "http"))
    file = folder / src
    assert file.parent == folder / "videogen"
    with av.open(str(file)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (640, 360)
        assert sum(1 for _ in container.decode(video=0)) / float(container.streams.video[0].average_rate) == 1
    return file


def check(path: Path) -> None:
    """A saved notebook holds one record, finished and whole, and little else."""
    (data,) = records(path)
    assert data.keys() == {"text/html", "text/markdown", "text/plain"}
    assert "<details open>" in data["text/html"]
    assert "ready in" in data["text/html"]
    assert 'poster="data:image/webp;base64,' in data["text/html"]
    file = plays(path.parent, data["text/html"])
    assert file.with_suffix(".json").exists()
    assert data["text/plain"] == f"waves at sunset: videogen/{file.name}"
    assert path.stat().st_size <= MOST
    assert "widget-view" not in path.read_text("utf-8")
    assert str(path.parent) not in str(data)


def test_run_by_nbclient(executed: Path) -> None:
    """The cell waits for its clip, and the saved notebook shows it."""
    check(executed)


def test_run_by_papermill(engine: dict[str, str], tmp_path: Path) -> None:
    """Called from another folder; `--cwd` is where clips and notebook are to be together."""
    source, out = write(tmp_path / "in.ipynb", CELL), tmp_path / "runs" / "out.ipynb"
    out.parent.mkdir()
    words = ["papermill", str(source), str(out), "--cwd", str(out.parent), "-k", "python3", "--no-progress-bar"]
    run(words, engine, tmp_path)
    check(out)


def test_run_by_nbconvert_from_another_folder(engine: dict[str, str], tmp_path: Path) -> None:
    """The kernel begins in the notebook's folder, wherever the command was given."""
    path = write(tmp_path / "deep" / "er" / "clip.ipynb", CELL)
    run(["nbconvert", "--to", "notebook", "--execute", "--inplace", str(path)], engine, tmp_path)
    check(path)


def run(words: list[str], env: dict[str, str], folder: Path) -> str:
    """Run a module with these words and give what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", *words], env=env, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_kernel_that_has_gone_elsewhere_keeps_to_its_notebook(engine: dict[str, str], tmp_path: Path) -> None:
    """Without a page too: the clip lies where the kernel began, not where a cell changed to."""
    (tmp_path / "data").mkdir()
    path = write(tmp_path / "book" / "clip.ipynb", f"import os\nos.chdir({str(tmp_path / 'data')!r})", CELL)
    plays(path.parent, records(execute(path, engine))[0]["text/html"])
    assert not list((tmp_path / "data").iterdir())


def test_a_page_s_kernel_that_has_gone_elsewhere_keeps_to_its_notebook(
    engine: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same where a page watches: the notebook's own path counts."""
    for name in ("VIDEOGEN_HOME", "VIDEOGEN_PROVIDER"):
        monkeypatch.setenv(name, engine[name])
    (tmp_path / "data").mkdir()
    kernel = Kernel(tmp_path / "work")
    kernel.run(f"%load_ext jupyter_videogen\nimport os; os.chdir({str(tmp_path / 'data')!r})")
    cell = kernel.start(CELL)
    html = kernel.output("<details open>", cell=cell)["content"]["data"]["text/html"]
    kernel.close()
    plays(tmp_path / "work", html)
    assert not list((tmp_path / "data").iterdir())


def test_a_moved_folder_takes_its_clips_along(executed: Path, tmp_path: Path) -> None:
    """Notebook and `videogen/` together: nothing in the record names the old place."""
    moved = shutil.copytree(executed.parent, tmp_path / "a new place" / "in it")
    check(moved / executed.name)


def test_converted_to_html_it_plays_from_its_folder(executed: Path, engine: dict[str, str], tmp_path: Path) -> None:
    """The link stays relative, to a file that is beside the page; the page holds no bytes of the clip."""
    moved = shutil.copytree(executed.parent, tmp_path / "site")
    run(["nbconvert", "--to", "html", str(moved / executed.name)], engine, tmp_path)
    html = (moved / "clip.html").read_text("utf-8")
    plays(moved, html)
    assert "data:video" not in html


def test_converted_to_markdown_it_links_to_the_clip(executed: Path, engine: dict[str, str], tmp_path: Path) -> None:
    """What shows no video still leads to it."""
    moved = shutil.copytree(executed.parent, tmp_path / "site")
    run(["nbconvert", "--to", "markdown", str(moved / executed.name)], engine, tmp_path)
    (clip,) = (moved / "videogen").glob("*.mp4")
    assert f"videogen/{clip.name}" in (moved / "clip.md").read_text("utf-8")


def test_a_terminal_is_told_the_path_in_one_line(engine: dict[str, str], tmp_path: Path) -> None:
    """IPython without a notebook: no HTML, no widget, the clip's place."""
    code = "%load_ext jupyter_videogen\n%videogen -d 1 --size 640x360 --new 'waves at sunset'"
    printed = run(["IPython", "--colors=NoColor", "--no-banner", "-c", code], engine, tmp_path)
    (clip,) = (tmp_path / "videogen").glob("*.mp4")
    (line,) = [line for line in printed.splitlines() if line.strip()]
    assert str(clip) in line
    assert line.count("waves at sunset") == 1
