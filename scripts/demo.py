"""Run the first notebook headless, as on a machine where nobody watches, and print the facts of its clip.

Everything it makes is in `build/demo/`, with a home of its own, so that its logs tell this run's story alone.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import av
import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "notebooks" / "01-first-clip.ipynb"
DEMO = ROOT / "build" / "demo"


def execute() -> Path:
    """Run a copy of the notebook and give its folder."""
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir(parents=True)
    os.environ |= {"VIDEOGEN_HOME": str(DEMO / "home"), "VIDEOGEN_PROVIDER": "local"}
    os.environ.pop("JPY_SESSION_NAME", None)
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(DEMO)}}).execute()
    nbformat.write(notebook, DEMO / NOTEBOOK.name)  # type: ignore[no-untyped-call]
    return DEMO / "videogen"


def facts(path: Path) -> str:
    """Decode a clip whole and say what it is."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = sum(1 for _ in container.decode(stream))
        rate = float(stream.average_rate or 0)
        size = f"{path.stat().st_size / 1e6:.2f} MB"
        return (
            f"{path.relative_to(ROOT)}  {size}  {frames / rate:.1f} s  {stream.width}x{stream.height}  {frames} frames"
        )


if __name__ == "__main__":
    for clip in sorted(execute().glob("*.mp4")):
        print(facts(clip))
