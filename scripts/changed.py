"""Run the Python tests of what has changed: since the last commit, or in it when nothing has changed since.

A test belongs to a module that it imports, directly or by way of a helper beside it. Browser tests are left to `make test`.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from stages import WORKERS

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "jupyter_videogen"
TESTS = ROOT / "tests"


def changed() -> set[Path]:
    """Return the files that differ from the last commit, or those of the last commit."""
    for question in (["diff", "--name-only", "HEAD"], ["diff", "--name-only", "HEAD~1", "HEAD"]):
        names = _git(*question) + (
            _git("ls-files", "--others", "--exclude-standard") if "HEAD~1" not in question else []
        )
        if names:
            return {ROOT / name for name in names}
    return set()


def _git(*words: str) -> list[str]:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def imports(file: Path) -> set[str]:
    """Return the dotted names that a file imports, each `from x import y` as x and x.y."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def module(file: Path) -> str | None:
    """Return the dotted name by which a test imports a file."""
    if file.is_relative_to(PACKAGE):
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    if not file.is_relative_to(TESTS):
        return None
    return f"support.{file.stem}" if file.parent.name == "support" else file.stem


def chosen(files: set[Path]) -> list[Path]:
    """Return the test files that belong to files, by way of helpers too."""
    known = {file: imports(file) for file in TESTS.rglob("*.py") if "browser" not in file.parts}
    names = {name for file in files if file.suffix == ".py" and (name := module(file))}
    while more := {name for file, imported in known.items() if imported & names and (name := module(file))} - names:
        names |= {name for name in more if not name.startswith("test_")}
        if all(name.startswith("test_") for name in more):
            break
    tests = [
        file
        for file, imported in known.items()
        if file.stem.startswith("test_") and (imported & names or file in files)
    ]
    return sorted(tests)


def main() -> int:
    """Run them; returns the exit status."""
    tests = chosen(changed())
    print(f"changed: {len(tests)} test files", flush=True)
    if not tests:
        return 0
    command = [sys.executable, "-m", "pytest", "--quiet", "-m", "not soak", *WORKERS, *map(str, tests)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
