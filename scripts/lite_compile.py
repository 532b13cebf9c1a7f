"""Add compiled code to wheels: Python in the tab then compiles nothing at its start.

Runs inside Pyodide (see `lite_compile.mjs`), since code is compiled for one version of Python. The sources stay, for tracebacks and
`??`; the compiled files are believed without a look at them (PEP 552, unchecked). Descriptions of other people's packages that only
Jedi reads, 5,000 small files, are left out: writing them took two seconds. `RECORD` stays as it was: nobody reads it in the tab.
"""

from __future__ import annotations

import compileall
import re
import warnings
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory

LEFT_OUT = ("jedi/third_party/django-stubs/", "jedi/third_party/typeshed/stubs/")
NOT_CODE = re.compile("/jedi/third_party/")


def compile_wheel(wheel: Path, target: Path) -> None:
    """Write a wheel anew, with compiled code beside its sources; a file that is no Python (a template) has none."""
    with TemporaryDirectory() as place:
        with zipfile.ZipFile(wheel) as source:
            source.extractall(place, [name for name in source.namelist() if not name.startswith(LEFT_OUT)])
        mode = PycInvalidationMode.UNCHECKED_HASH
        compileall.compile_dir(place, quiet=2, rx=NOT_CODE, stripdir=place, invalidation_mode=mode)
        with zipfile.ZipFile(target / wheel.name, "w", zipfile.ZIP_DEFLATED) as made:
            for path in sorted(filter(Path.is_file, Path(place).rglob("*"))):
                made.write(path, path.relative_to(place))


def main(source: str, target: str) -> None:
    """Compile every wheel of a folder into another."""
    warnings.simplefilter("ignore")  # SyntaxWarning, of other people's code
    for wheel in sorted(Path(source).glob("*.whl")):
        compile_wheel(wheel, Path(target))
