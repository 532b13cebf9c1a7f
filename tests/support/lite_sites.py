"""A JupyterLite site for tests: a notebook with a saved clip, and one for Python in the tab."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import lite
from support.static_site import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
needed = pytest.mark.skipif(
    not (lite.PLACE / ".ready").exists(), reason="JupyterLite is no part of `make setup`: `make test-lite` installs it"
)
"""For tests of the site."""
LOAD = "%load_ext jupyter_videogen\nimport jupyter_videogen as vg"
NOTEBOOKS = {
    "tab": (
        LOAD,
        "%%videogen -d 1\na paper boat at sunset",
        "vg.VideoGen(duration=1, size='320x192', seed=7)",
        "await vg.submit('fog over a lake', duration=1, size='320x192')",
    ),
    "long": (LOAD, "%%videogen -d 8 --size 640x360\na storm at night over the sea", "%videogen show"),
}
"""The cells of the notebooks that Python in the tab runs."""


@contextmanager
def serve_site(folder: Path) -> Iterator[str]:
    """Build a site in a folder, and give its address. Its page exposes the application to scripts, by which tests run cells."""
    lesson = folder / "lesson"
    (lesson / "videogen").mkdir(parents=True)
    shutil.copy(ROOT / "notebooks" / "01-first-clip.ipynb", lesson)
    shutil.copytree(ROOT / "notebooks" / "videogen", lesson / "videogen", dirs_exist_ok=True)
    for name, cells in NOTEBOOKS.items():
        (lesson / f"{name}.ipynb").write_text(json.dumps(_notebook(*cells)), "utf-8")
    lite.build(lesson, folder / "site")
    settings = folder / "site" / "jupyter-lite.json"
    config = json.loads(settings.read_text("utf-8"))
    config["jupyter-config-data"]["exposeAppInBrowser"] = True
    settings.write_text(json.dumps(config), "utf-8")
    with serve(folder / "site") as address:
        yield address


def _notebook(*cells: str) -> dict[str, object]:
    """Return a notebook for Python in the tab."""
    code = [
        {
            "cell_type": "code",
            "id": f"cell{number}",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(cells)
    ]
    kernel = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": code}
