"""Run every check in order and print the minutes each took; the first failure ends the run.

`python scripts/stages.py [names…]` runs only the named stages.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
PY = sys.executable
WORKERS = ["-n", str((os.cpu_count() or 1) + 1), "--dist", "worksteal"]
"""One process more than there are processors: tests wait for timers, servers and other processes half of their time."""
BROWSERS = ["-n", str(os.cpu_count() or 1), "--dist", "worksteal"]
"""A browser, its server, its kernels and a gateway keep a processor busy: with more of them, pages wait for their turn."""
STAGES: dict[str, list[list[str]]] = {
    "lint": [
        [PY, "-m", "ruff", "check"],
        [PY, "-m", "ruff", "format", "--check"],
        [str(Path(PY).parent / "lint-imports")],
        [PY, "scripts/bundle.py", "run", "--silent", "lint"],
    ],
    "types": [
        [PY, "-m", "mypy"],
        [PY, "scripts/protocol.py", "--check"],
        [PY, "scripts/engine_vocabulary.py", "--check"],
        [PY, "scripts/bundle.py", "run", "--silent", "check"],
    ],
    "documents": [[PY, "scripts/documents.py"]],
    "page": [[PY, "scripts/bundle.py", "run", "--silent", "test"]],
    "python": [[PY, "-m", "pytest", "--quiet", "--ignore=tests/browser", *WORKERS]],
    "browser": [[PY, "-m", "pytest", "--quiet", "tests/browser", *BROWSERS]],
}
ENV = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
"""Another environment that happens to be active is none of ours; IPython would warn of it."""


def run(name: str) -> bool:
    """Run one stage; True when all of it passed."""
    print(f"== {name}", flush=True)
    started = time.monotonic()
    passed = all(subprocess.run(command, cwd=ROOT, env=ENV, check=False).returncode == 0 for command in STAGES[name])
    print(f"== {name}: {'passed' if passed else 'FAILED'} in {(time.monotonic() - started) / 60:.1f} min", flush=True)
    return passed


if __name__ == "__main__":
    sys.exit(0 if all(run(name) for name in sys.argv[1:] or STAGES) else 1)
