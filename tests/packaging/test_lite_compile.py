"""The wheels of the site hold compiled code, which Python believes without compiling again, beside the sources."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import lite_compile

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "boat/__init__.py": "ANSWER = 42\n",
    "boat/sail.py": "",
    "boat/template.py": "{{ name }} = \n",
    "boat/data.txt": "text",
    "jedi/third_party/typeshed/stubs/sails/sails.pyi": "",
    "jedi/third_party/typeshed/stdlib/abc.pyi": "",
    "boat-1.0.dist-info/METADATA": "Name: boat\n",
}
"""A wheel with a module, a file that is no Python, and descriptions that only Jedi reads."""
STUB = "jedi/third_party/typeshed/stubs/sails/sails.pyi"


def test_a_wheel_is_compiled_and_else_as_it_was(tmp_path: Path) -> None:
    """The compiled module is taken even where its source says another thing: nothing is looked at, or compiled, in the tab."""
    wheels, target = tmp_path / "wheels", tmp_path / "target"
    wheels.mkdir()
    target.mkdir()
    with zipfile.ZipFile(wheels / "boat-1.0-py3-none-any.whl", "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
    lite_compile.main(str(wheels), str(target))
    with zipfile.ZipFile(target / "boat-1.0-py3-none-any.whl") as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    compiled = {importlib.util.cache_from_source(name) for name in ("boat/__init__.py", "boat/sail.py")}
    assert names == FILES.keys() - {STUB} | compiled
    (tmp_path / "site" / "boat" / "__init__.py").write_text("raise RuntimeError('compiled again')\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "import boat; print(boat.ANSWER)"],
        cwd=tmp_path / "site",
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "42\n"
