"""How long `%load_ext jupyter_videogen` takes, beside `import anywidget` and `import openai`, in one run.

    python benchmarks/import_time.py

Each is timed in fresh interpreters that have IPython loaded already, as every kernel has, in turns, so that a busy moment is
everybody's. openai lives in an environment of its own under `.cache/bench`, with the version that `openai.txt` names and this
environment's IPython. Prints the medians, and what share of the others ours is.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
ROOT = HERE.parent
ENVIRONMENT = ROOT / ".cache" / "bench" / "openai"
ROUNDS = 15
SHELL = "from IPython.core.interactiveshell import InteractiveShell; shell = InteractiveShell.instance()"
TIMED = "import time; begun = time.perf_counter(); {}; print(time.perf_counter() - begun)"
SUBJECTS = {
    "%load_ext jupyter_videogen": "shell.run_line_magic('load_ext', 'jupyter_videogen')",
    "import jupyter_videogen": "import jupyter_videogen",
    "import anywidget": "import anywidget",
    "import openai": "import openai",
}
REACH = {"import anywidget": 1.3, "import openai": 0.4}
"""The share of the other's time that ours may take at most."""


def main() -> int:
    """Time them all in turns; the exit status is 1 where a share is beyond reach."""
    install()
    with tempfile.TemporaryDirectory() as home:
        for name in SUBJECTS:
            seconds(name, home)  # byte code is written once
        times: dict[str, list[float]] = {name: [] for name in SUBJECTS}
        for _ in range(ROUNDS):
            for name, taken in times.items():
                taken.append(seconds(name, home))
    middle = {name: median(taken) for name, taken in times.items()}
    for name, taken in times.items():
        print(
            f"{name:<28} {middle[name] * 1000:6.0f} ms   (fastest {min(taken) * 1000:.0f}, slowest {max(taken) * 1000:.0f})"
        )
    return max(beyond(other, middle) for other in REACH)


def beyond(other: str, middle: dict[str, float]) -> int:
    """Print our share of another's time; 1 where it is more than it may be."""
    share = middle["%load_ext jupyter_videogen"] / middle[other]
    print(f"ours is {share:.2f} of {other!r}; reach: at most {REACH[other]}")
    return int(share > REACH[other])


def seconds(name: str, home: str) -> float:
    """Time one subject in a fresh interpreter."""
    env = {**os.environ, "VIDEOGEN_HOME": home, "IPYTHONDIR": home, "PYTHONPATH": str(ROOT / "src")}
    if name == "import openai":
        env["PYTHONPATH"] = os.pathsep.join(map(str, sorted(ENVIRONMENT.glob("lib*/python*/site-packages"))))
    code = f"{SHELL}; {TIMED.format(SUBJECTS[name])}"
    out = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    return float(out.stdout.splitlines()[-1])


def install() -> None:
    """Make the environment of the other client, once; the benchmark of paid creates has the same."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", HERE / "openai.txt"], check=True)


if __name__ == "__main__":
    sys.exit(main())
