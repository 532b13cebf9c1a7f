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

`make bench` writes this page and repeats all measurements; `python benchmarks/run.py NAME` measures one section. In each table the
clients take turns on one machine, and figures are medians with their range.

## Where our time goes

**Many jobs.** A py-spy profile of 500 simultaneous jobs, with a list, shows where the interpreter spends its time: saving clips 42 %
(the clip 22 %, its poster 16 %), creates 19 %, looks and lists 18 %, validating and recording orders 9 %. Within these, the HTTP library
takes 52 %: an exchange takes 2.2 ms of processor time here, and a job has four exchanges: order, look, clip and poster. The openai SDK
makes fifteen looks and downloads nothing. Three exchanges alone, without the poster or our own code, already take the target of 0.15 of
its time, so this library can't reach that target. The profile also showed costs that are now removed: the types of the configuration
were computed five times per order (28 %), one import failed (12 %), and each clip searched for leftover partial files (5 %); certificates
were read twice (2.5 MB), and each job had its own random generator (2.5 kB).

**A download.** The checksum of 512 MB takes 0.8 s of the 2.5; without it, ours has 1.06 times the speed of the plain client, which computes
none. In a separate thread it takes as long, because server and client share two processors.

**A submit.** In addition to the plain request, two commits wait for the disk: one before the request leaves, one for its answer. `submit` itself
returns after 2.0 ms, with the job checked, priced and recorded. The rest goes into a connection that nothing else uses, and into a loop
that also looks after the jobs sent before.

**The engine.** Two threads draw and share one interpreter: [the time for a frame](engine.md#processor-time-and-memory).

On a busy machine, a client that looks every second slows down until it looks less often, and its processor time per job falls with the
number of looks: compare it together with its calls per job and its lag.
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
    parts = re.split(r"^## ([a-z_]+)\n\n", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
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
