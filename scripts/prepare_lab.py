"""Prepare a first visit: JupyterLab asks no question about news, and marks no notebook as changed when it opens it.

JupyterLab sets `kernelspec` and `language_info` to what the kernel says of itself, its Python's version included, and a
notebook that said anything else is a changed one (`NotebookPanel._updateLanguage` of JupyterLab 4). The repository keeps
no machine's version, so this is done where a notebook is opened: `python scripts/prepare_lab.py FOLDER` for those in a
folder, `python scripts/prepare_lab.py FROM FOLDER` for a copy of it; what is in the copy already stays.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from ipykernel.ipkernel import IPythonKernel

SPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
"""As ipykernel installs it."""
OVERRIDES = Path("share/jupyter/lab/settings/overrides.json")
"""The defaults of this environment's JupyterLab (jupyterlab.readthedocs.io, "overrides.json")."""
NOTIFICATION = "@jupyterlab/apputils-extension:notification"


def describe_kernel() -> dict[str, Any]:
    """Return the metadata of a notebook that this Python's kernel runs."""
    return {"kernelspec": SPEC, "language_info": dict(IPythonKernel.language_info)}


def match(path: Path) -> None:
    """Write that into a notebook; nothing else of it changes."""
    notebook = json.loads(path.read_text("utf-8"))
    notebook["metadata"] |= describe_kernel()
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")


def copy_new(source: Path, folder: Path) -> None:
    """Copy what a folder has not yet: work of before is left alone."""
    for file in (path for path in source.rglob("*") if path.is_file()):
        target = folder / file.relative_to(source)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)


def ask_no_news(prefix: Path) -> None:
    """Answer JupyterLab's question about news with no, for an environment; its other defaults stay."""
    file = prefix / OVERRIDES
    settings = json.loads(file.read_text("utf-8")) if file.exists() else {}
    settings[NOTIFICATION] = {**settings.get(NOTIFICATION, {}), "fetchNews": "false"}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(settings, indent=2) + "\n", "utf-8")


def main(folder: Path, source: Path | None = None) -> None:
    """Match the notebooks of a folder, a copy of another where one is named."""
    if source is not None:
        copy_new(source, folder)
    for path in sorted(folder.glob("*.ipynb")):
        match(path)
    ask_no_news(Path(sys.prefix))


if __name__ == "__main__":
    main(*map(Path, reversed(sys.argv[1:])))
