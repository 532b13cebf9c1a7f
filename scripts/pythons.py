"""Run the Python suite, without browser and soak, on the oldest and the newest supported Python of this machine.

The Python that runs this is left out: `make test` has it. So are the documents and the built packages, which are the same
on every Python. Here the suite runs without the extra `fast`, so with plain httpx.

Arguments go to pytest: `--most 2` tries at most two cases of each test, which is quicker.

They are looked for in VIDEOGEN_PYTHONS (paths, divided as PATH is), else on PATH and under pyenv. Each gets an environment
of its own under .cache. With fewer than two versions it says so in one line and, where CI is set, fails.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from stages import WORKERS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".cache" / "pythons"
OLDEST = (3, 11)
ELSEWHERE = ("browser", "docs", "packaging")
"""Folders of tests that say nothing of a Python: `make test` has them."""
ASK = "import json, sys, venv; print(json.dumps([*sys.version_info[:3], sys.version_info.releaselevel, sys.implementation.name]))"
Version = tuple[int, ...]


def candidates() -> Iterator[Path]:
    """Return programs that may be Pythons."""
    named = os.environ.get("VIDEOGEN_PYTHONS")
    if named:
        yield from map(Path, filter(None, named.split(os.pathsep)))
        return
    for folder in os.get_exec_path():
        yield from (Path(folder) / name for name in _names(Path(folder)))
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from pyenv.glob("versions/*/bin/python3")


def _names(folder: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if re.fullmatch(r"python3(\.\d+)?", name))  # noqa: PTH208 - names alone
    except OSError:
        return []


def version(program: Path) -> Version | None:
    """Return a program's version when it is a released CPython that this package supports."""
    try:
        asked = subprocess.run([program, "-c", ASK], capture_output=True, timeout=20, check=True)
        *numbers, level, name = json.loads(asked.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    released = level == "final" and name == "cpython" and tuple(numbers) >= OLDEST
    return tuple(numbers) if released else None


def found() -> dict[Version, Path]:
    """Return the supported Pythons of this machine by version; a shim that leads to the same one counts once."""
    pythons: dict[Version, Path] = {}
    for program in candidates():
        known = version(program) if shutil.which(program) else None
        if known:
            pythons.setdefault(known, program)
    return pythons


def environment(number: str, program: Path) -> Path:
    """Make, or bring up to date, an environment for one Python; returns its interpreter."""
    folder = CACHE / number
    python, stamp = folder / "bin" / "python", folder / ".ready"
    wanted = "".join((ROOT / name).read_text() for name in ("pyproject.toml", "constraints.txt", "scripts/pythons.py"))
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    subprocess.run([program, "-m", "venv", "--clear", "--without-pip", folder], check=True)
    install = [sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet", "--no-compile"]
    install += ["--disable-pip-version-check", "--constraint", "constraints.txt"]
    subprocess.run([*install, "hatchling", "editables"], cwd=ROOT, check=True)
    what = ["--no-build-isolation", "--editable", ".[c2pa,local,mcp]", "--group", "test"]
    subprocess.run([*install, *what], cwd=ROOT, check=True)
    stamp.write_text(wanted)
    return python


def suite(python: Path) -> bool:
    """Run the suite with one interpreter; True when it passed."""
    skipped = [f"--ignore=tests/{name}" for name in ELSEWHERE]
    command = [str(python), "-m", "pytest", "--quiet", *skipped, "-m", "not soak", *WORKERS, *sys.argv[1:]]
    clean = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return subprocess.run(command, cwd=ROOT, env=clean, check=False).returncode == 0


def main() -> int:
    """Run the suite on both; returns the exit status."""
    pythons = found()
    minors = sorted(pythons)
    ends = sorted({minors[0], minors[-1]}) if minors else []
    names = [".".join(map(str, one)) for one in ends]
    print(f"pythons: {' and '.join(names) or 'none'} of {len(pythons)} found", flush=True)
    if len({one[:2] for one in ends}) < len(("oldest", "newest")):
        print("pythons: a second version of Python (3.11 or newer) was not found; name some in VIDEOGEN_PYTHONS")
        if os.environ.get("CI"):
            return 1
    others = [(name, one) for name, one in zip(names, ends, strict=True) if one[:2] != sys.version_info[:2]]
    passed = [suite(environment(name, pythons[one])) for name, one in others]
    return int(not all(passed))


if __name__ == "__main__":
    sys.exit(main())
