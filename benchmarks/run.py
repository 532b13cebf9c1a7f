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

## Where our time goes

**Many jobs.** py-spy on 500 jobs at once, with a list, by time that holds the interpreter: saving clips 42 % (the clip 22 %, its
poster 16 %), creates 19 %, looks and lists 18 %, checking orders and writing them down 9 %. Over all of these the HTTP library has
52 %: an exchange takes 2.2 ms of processor here, and a job has four, for order, look, clip and poster. The openai SDK has fifteen looks and
fetches nothing. Three exchanges alone, without the poster or anything of ours, are the 0.15 of its time that would be wanted: with this
library it is out of reach. What the profile found and is gone: the configuration's types were worked out anew five times an
order (28 %), one failing import (12 %), a search for pieces left behind at each clip (5 %); certificates were read twice (2.5 MB),
and each job had a random generator of its own (2.5 kB).

**A download.** The checksum of 512 MB takes 0.8 s of the 2.5; without it ours has 1.06 times the speed of the plain client, which has none.
On a thread of its own it takes as long, for server and client share two processors.

**A submit.** Beyond the plain request: three commits that wait for the disk 1.2 ms, checking and pricing 1.2 ms, and the
rest for a connection that nothing else uses, and for handing over to the thread that watches.

**The engine.** Two threads draw, and one interpreter serves both: [where a frame's time goes](engine.md#what-it-costs).

Where the machine has other work, a client that looks every second is slowed down until it looks less often, and its processor
time per job falls with its looks: read it together with its calls per job and its lag.
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
