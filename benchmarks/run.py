"""Run every benchmark of this folder and write `docs/benchmarks.md`: `python benchmarks/run.py [NAME…]`.

What a benchmark prints becomes its section, under the first line of its docstring; those that are not run keep theirs.
"""

from __future__ import annotations

import ast
import os
import platform
import re
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
OURS = ("httpx", "msgspec", "numpy")
HEAD = """# Benchmarks

Written by `make bench`, which measures all of it anew; `python benchmarks/run.py NAME` measures one section. In each table the
clients take turns on one machine, and figures are medians with their range.
"""


def machine() -> str:
    """Say what this was measured on."""
    model = "unknown processor"
    if (facts := Path("/proc/cpuinfo")).exists():
        found = re.search(r"model name\s*: (.*)", facts.read_text())
        model = found[1] if found else model
    parts = ", ".join(f"{name} {version(name)}" for name in OURS)
    lists = ", ".join(line for path in sorted(HERE.glob("*.txt")) for line in path.read_text().split())
    return f"{model}, {os.cpu_count()} processors, {platform.system()} {platform.release()}, Python {platform.python_version()}, {parts}; beside {lists}"


def section(script: Path) -> str:
    """Run one benchmark and give its part of the page."""
    title = (ast.get_docstring(ast.parse(script.read_text())) or script.stem).splitlines()[0]
    done = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout)
    said = done.stdout if done.returncode == 0 else f"It ended with an error.\n\n{done.stdout}"
    return f"{title}\n\n{time.strftime('%d %b %Y')}, {machine()}.\n\n{said.strip()}\n"


def sections() -> dict[str, str]:
    """Read the page as it is, section by section."""
    if not PAGE.exists():
        return {}
    parts = re.split(r"^## (\S+)\n\n", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def main(names: list[str]) -> None:
    """Run these, or all, and write the page after each."""
    scripts = {path.stem: path for path in sorted(HERE.glob("*.py")) if path != Path(__file__)}
    kept = sections()
    for name in names or scripts:
        kept[name] = section(scripts[name])
        body = "\n".join(f"## {one}\n\n{kept[one].rstrip()}\n" for one in sorted(kept))
        PAGE.write_text(f"{HEAD}\n{body}", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
