"""Run the notebooks as on a machine where nobody watches, and save them as a visitor is to find them.

`python scripts/notebooks.py` runs each in a copy of its folder, under `build/notebooks/` with a home of its own, and then
writes the sources back without outputs; only the first keeps its clip, so that it plays before there is a kernel. Run twice
on one machine it writes the same bytes: the seed and the clip's name are fixed, and no time, path or count is kept.
`python scripts/notebooks.py NAME…` runs some of them, for a look, and writes nothing back.
"""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbclient import NotebookClient

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("0*.ipynb")))
SHOWN = "01-first-clip"
"""The notebook that is saved with its clip."""
SHOWN_ID = "firstone"
"""What stands for the id of its job, which is another each time."""
KILOBITS = 700
"""As on Binder: a clip of three seconds has at most 300 kB."""
SEED = 4
PATIENCE = 300
OPENED = re.compile(r"<details[^>]* open")
"""A record with something to see in it."""
TOLD = (
    (re.compile(r" · ready in \d+ s"), ""),  # how fast the machine was
    (re.compile(r" · \d\d \w{3} \d{4} \d\d:\d\d"), ""),  # when it was
    (re.compile(r" · show it again: <code>[^<]*</code>"), ""),  # the job is in this machine's ledger, not the visitor's
)
"""What a record tells of one run alone, and what stands in its place."""


def prepare(folder: Path) -> None:
    """Copy the notebooks and their settings into an empty folder, with the seed fixed."""
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("videogen", ".*"))
    settings = folder / "videogen.toml"
    settings.write_text(settings.read_text("utf-8").replace("[defaults]\n", f"[defaults]\nseed = {SEED}\n"), "utf-8")


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a kernel that nobody watches and that has no keys: only a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith(("_API_KEY", "SESSION_NAME"))}
    kept.pop("VIDEOGEN_PROVIDER", None)
    kept.pop("VIDEOGEN_DEFAULT_PROVIDER", None)
    return kept | {"VIDEOGEN_HOME": str(home), "VIDEOGEN_KILOBITS": str(KILOBITS)}


def execute(path: Path, home: Path, times: int = 1) -> nbformat.NotebookNode:
    """Run a notebook in its folder, all of it several times in one kernel if so wished, and give it with its outputs.

    The cells of a second run stand behind those of the first: nbclient files what is updated late by the cell it was in.
    """
    notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    once = notebook.cells
    for turn in range(1, times):
        again = copy.deepcopy(once)
        for cell in again:
            cell.id = f"{cell.id}-{turn}"
        notebook.cells = notebook.cells + again
    client = NotebookClient(notebook, timeout=PATIENCE, resources={"metadata": {"path": str(path.parent)}})
    client.execute(env=environment(home))
    return notebook


def end_gateway(home: Path) -> None:
    """End the local gateway of a home, so that nothing is left running."""
    with suppress(OSError, ValueError, KeyError):
        os.kill(json.loads((home / "gateway" / "gateway.json").read_text())["pid"], signal.SIGTERM)


def bare(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Drop what a run leaves: outputs, counts, times, widget state."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def records(notebook: nbformat.NotebookNode) -> dict[str, list[Any]]:
    """Return the finished records by the cells that show them."""
    cells = (cell for cell in notebook.cells if cell.cell_type == "code")
    found = {
        cell.id: [output for output in cell.outputs if OPENED.search(output.get("data", {}).get("text/html", ""))]
        for cell in cells
    }
    return {name: outputs for name, outputs in found.items() if outputs}


def keep_clip(outputs: Iterable[Any], made: Path, shown: Path) -> None:
    """Return a record's clip its lasting name, and its words what does not change from run to run."""
    for output in outputs:
        (name,) = set(re.findall(r"videogen/([a-z0-9-]+)\.mp4", output["data"]["text/html"]))
        lasting = f"{name.rpartition('-')[0]}-{SHOWN_ID}"
        shown.mkdir(exist_ok=True)
        shutil.copyfile(made / f"{name}.mp4", shown / f"{lasting}.mp4")
        output["data"] = {kind: _plain(text.replace(name, lasting)) for kind, text in output["data"].items()}


def _plain(text: str) -> str:
    for pattern, instead in TOLD:
        text = pattern.sub(instead, text)
    return text


def save(name: str, executed: nbformat.NotebookNode, made: Path) -> None:
    """Write a notebook back to where it came from."""
    kept = records(executed) if name == SHOWN else {}
    keep_clip((output for outputs in kept.values() for output in outputs), made, FOLDER / "videogen")
    for cell in bare(executed).cells:
        if cell.cell_type == "code":
            cell.outputs = kept.get(cell.id, [])
    nbformat.write(executed, FOLDER / f"{name}.ipynb")  # type: ignore[no-untyped-call]


def main(names: list[str]) -> None:
    """Run all notebooks and write them back, or run those that are named."""
    folder = ROOT / "build" / "notebooks"
    shutil.rmtree(folder, ignore_errors=True)
    prepare(folder / "notebooks")
    try:
        for name in names or NAMES:
            began = time.monotonic()
            executed = execute(folder / "notebooks" / f"{name}.ipynb", folder / "home")
            nbformat.write(executed, folder / "notebooks" / f"{name}.ipynb")  # type: ignore[no-untyped-call]
            print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
            if not names:
                save(name, executed, folder / "notebooks" / "videogen")
    finally:
        end_gateway(folder / "home")


if __name__ == "__main__":
    main(sys.argv[1:])
