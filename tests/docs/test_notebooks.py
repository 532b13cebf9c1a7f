"""The notebooks that visitors open: they run from top to bottom, twice, pay once, and are saved small and clean."""

from __future__ import annotations

import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import av
import nbformat
import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import notebooks  # noqa: E402
from jupyter_videogen.catalog import builtin  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 300_000
"""Bytes of a clip, and of a notebook: what a line of 1 Mbit/s brings in a little more than two seconds."""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the notebooks' folder, beside a home that they share as one visitor's do."""
    folder = tmp_path_factory.mktemp("visit")
    notebooks.prepare(folder / "notebooks")
    yield folder
    notebooks.end_gateway(folder / "home")


def paid_twice(home: Path) -> list[tuple[str, ...]]:
    """Every request of which there is more than one clip."""
    query = (
        "SELECT origin, model FROM jobs WHERE state = 'stored' GROUP BY origin, fingerprint, take HAVING count(*) > 1"
    )
    with closing(sqlite3.connect(home / "ledger.sqlite3")) as ledger:
        return ledger.execute(query).fetchall()


@pytest.mark.parametrize("name", notebooks.NAMES)
def test_all_of_it_runs_twice_and_is_paid_once(name: str, book: Path) -> None:
    """Every cell that isn't marked as expected to fail succeeds, both times, and no request is made again."""
    ran = notebooks.execute(book / "notebooks" / f"{name}.ipynb", book / "home", times=2)
    failed = [cell.id for cell in _cells(ran) if any(output.output_type == "error" for output in cell.outputs)]
    assert failed == [cell.id for cell in _cells(ran) if "raises-exception" in cell.metadata.get("tags", ())]
    assert notebooks.records(ran)
    assert paid_twice(book / "home") == []
    assert all(0 < clip.stat().st_size <= MOST for clip in (book / "notebooks" / "videogen").glob("*-????????.mp4"))


def _cells(notebook: nbformat.NotebookNode) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def saved(name: str) -> nbformat.NotebookNode:
    return nbformat.read(notebooks.FOLDER / f"{name}.ipynb", as_version=4)


@pytest.mark.parametrize("name", notebooks.NAMES)
def test_it_is_saved_without_what_a_run_leaves(name: str) -> None:
    """No counts, times, widgets or paths of a machine; outputs in the first notebook alone."""
    text = (notebooks.FOLDER / f"{name}.ipynb").read_text("utf-8")
    notebook = saved(name)
    nbformat.validate(notebook)
    assert len(text) < MOST
    assert not re.search(r"widget-view|/home/|/root/|/tmp/|[A-Z]:\\\\Users", text)
    assert "execution" not in {key for cell in notebook.cells for key in cell.metadata}
    assert all(cell.execution_count is None for cell in _cells(notebook))
    assert [cell.id for cell in _cells(notebook) if cell.outputs] == (["clip"] if name == notebooks.SHOWN else [])
    assert notebook.metadata.keys() == {"kernelspec", "language_info"}


def test_the_first_plays_before_there_is_a_kernel() -> None:
    """Its record names a clip that is committed beside it, small, and whole."""
    (output,) = next(cell.outputs for cell in _cells(saved(notebooks.SHOWN)) if cell.outputs)
    (source,) = re.findall(r'<video [^>]*src="([^"]+)"', output["data"]["text/html"])
    clip = notebooks.FOLDER / unquote(source)
    assert clip.stat().st_size <= MOST
    assert 'poster="data:image/webp;base64,' in output["data"]["text/html"]
    with av.open(str(clip)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 72


def test_every_way_to_fail_is_shown() -> None:
    """The notebook of failures has a cell for each test model of the local provider."""
    cells = "\n".join(cell.source for cell in _cells(saved("05-when-things-fail")))
    models = {model.model for model in builtin.LOCAL.models if model.model.startswith("test/")}
    assert set(re.findall(r"test/[a-z-]+", cells)) == models


def test_links_between_notebooks_lead_somewhere() -> None:
    """Every notebook can be reached from the first."""
    linked = {
        name: set(re.findall(r"\]\((0[^)]+)\)", "\n".join(cell.source for cell in saved(name).cells)))
        for name in notebooks.NAMES
    }
    assert set().union(*linked.values()) == {f"{name}.ipynb" for name in notebooks.NAMES}
    assert len(linked[notebooks.SHOWN]) == len(notebooks.NAMES) - 1
