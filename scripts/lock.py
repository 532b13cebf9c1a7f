"""Write what CI and Binder install, each file with its hash, for every platform and for Python from 3.11 on.

The versions are those of constraints.txt. The index is PyPI, whatever pip is configured for, and no address is written: a
mirror serves files with the same hashes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / ".cache" / "lock"
UV = "uv==0.13.9"
INDEX = "https://pypi.org/simple"
EVERYTHING = ("c2pa", "fast", "local", "mcp")
HEADER = "# Written by `make lock`: install with `pip install --require-hashes --requirement`.\n"
LOCKS: dict[str, tuple[str, ...]] = {
    "requirements/ci.txt": (
        "pyproject.toml",
        "requirements/build.in",
        *(f"--extra={name}" for name in EVERYTHING),
        "--group=test",
        "--group=docs",
    ),
    "binder/requirements.txt": ("pyproject.toml", "binder/packages.in", "--extra=fast", "--extra=local"),
    "binder/build.txt": ("binder/build.in",),
}


def compile_lock(uv: Path, target: str, sources: tuple[str, ...]) -> None:
    """Write one file."""
    options = ("--quiet", "--universal", "--python-version=3.11", "--generate-hashes", "--no-header", "--no-annotate")
    command = [
        str(uv),
        "pip",
        "compile",
        *options,
        f"--default-index={INDEX}",
        "--constraint=constraints.txt",
        *sources,
    ]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    (ROOT / target).write_text(HEADER + done.stdout, "utf-8")


def main() -> None:
    """Install uv into a folder of its own, and write all files."""
    subprocess.run([sys.executable, "-m", "venv", TOOLS], check=True)
    python = TOOLS / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run([python / "pip", "install", "--quiet", UV], check=True)
    for target, sources in LOCKS.items():
        compile_lock(python / "uv", target, sources)


if __name__ == "__main__":
    main()
