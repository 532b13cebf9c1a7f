"""Install the lowest versions that pyproject.toml allows, and see that the core, [frames], [local] and [mcp] work with them."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".cache" / "lowest"
PYTHON = FOLDER / "bin" / "python"
SMOKE = ROOT / "tests" / "packaging" / "lowest_smoke.py"


def bounds() -> list[str]:
    """Return every lower bound of the project as an exact requirement."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return sorted({re.sub(r">=([\d.]+).*", r"==\1", line) for line in lines})


def install(*what: str | Path) -> None:
    """Install into the environment, held to the lower bounds."""
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--constraint", str(FOLDER / "lowest.txt"), *map(str, what)], check=True)


def main() -> int:
    """Install a part and try it, then the next; returns the exit status."""
    subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)
    (FOLDER / "lowest.txt").write_text("\n".join(bounds()) + "\n")
    install("--upgrade", "pip>=25.1")
    install("hatchling", "editables")
    for part in ("core", "frames", "local", "mcp"):
        extra = "" if part == "core" else f"[{part}]"
        install("--no-build-isolation", "--editable", f"{ROOT}{extra}")
        with tempfile.TemporaryDirectory() as folder:
            ran = subprocess.run([PYTHON, "-W", "error::ResourceWarning", SMOKE, part], cwd=folder, check=False)
        print(f"lowest: {part} {'works' if ran.returncode == 0 else 'FAILED'}", flush=True)
        if ran.returncode:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
