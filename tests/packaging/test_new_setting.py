"""A new setting of a request: the four changes that the documents name are all that it takes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "internals" / "add-a-dialect.md"
USE = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "jupyter_videogen")
shell.run_line_magic("config", "VideogenMagics.default_camera = 'pan'")
import jupyter_videogen as vg
from jupyter_videogen.catalog import builtin
from jupyter_videogen.commands import help
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.widget.protocol import RequestView
from jupyter_videogen.widget.views import form_view
shell.run_cell_magic("videogen", "-p local --camera orbit --dry-run", "a kite")
form = form_view(builtin.LOCAL, RequestView(camera="tilt"))
print("----")
print(json.dumps({
    "default": load_config().defaults.camera,
    "estimate": vg.estimate("a kite", provider="local", camera="orbit").cost,
    "form": (form.start.camera, "camera" in form.models[0].takes),
    "help": "--camera" in help.topic("camera"),
}))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package with the changes of the page."""
    shutil.copytree(ROOT / "src" / "jupyter_videogen", tmp_path / "src" / "jupyter_videogen")
    blocks = re.findall(r"```diff\n--- (\S+)\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    assert len({path for path, _ in blocks}) == 4
    for path, change in blocks:
        lines = change.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        text = (tmp_path / path).read_text("utf-8")
        assert text.count(old) == 1, path
        (tmp_path / path).write_text(text.replace(old, new), "utf-8")
    return tmp_path


def run(code: str, folder: Path, *paths: str) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own that finds modules in these folders first."""
    code = f"import sys; sys.path[:0] = {list(paths)!r}\n{code}"
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)


def test_four_changes_make_a_setting(package: Path) -> None:
    """It is sent, priced, shown in the form, explained, and has a default."""
    out = run(USE, package, str(package / "src"))
    preview, _, facts = out.stdout.partition("----")
    assert facts, out.stderr
    assert json.loads(preview)["json"]["camera_move"] == "orbit"
    expected = {"default": "pan", "estimate": 0.0, "form": ["tilt", True], "help": True}
    assert json.loads(facts) == expected


def test_the_page_learns_of_it(package: Path) -> None:
    """From the generated types and the table of settings that the form is drawn from."""
    code = "import protocol; print(protocol.render_types())"
    out = run(code, package, str(package / "src"), str(ROOT / "scripts"))
    assert '{ name: "camera", kind: "string", label: "Camera" }' in out.stdout, out.stderr
