"""Build a JupyterLite site of the notebooks, whose clips play before any kernel: static files, and nothing of other hosts.

`python scripts/lite.py` runs the notebooks that need no key, so that they have their clips, and builds `build/lite`;
`python scripts/lite.py FOLDER` takes a folder of notebooks as they are saved. JupyterLite has an environment of its own,
`.cache/lite`, since it is no part of a development installation.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

import notebooks

ROOT = Path(__file__).parent.parent
SITE = ROOT / "build" / "lite"
PLACE = ROOT / ".cache" / "lite"
CONFIG = ROOT / "docs" / "lite"
EXTENSION = ROOT / "labextension"
RUN = ["01-first-clip", "02-the-widget", "03-from-a-picture", "06-compare", "07-many-clips"]
"""The notebooks that the local engine can run."""


def install() -> Path:
    """Return JupyterLite's own environment, with our extension in it as it is built now."""
    wanted = (CONFIG / "requirements.txt").read_text("utf-8")
    ready = PLACE / ".ready"
    if not ready.exists() or ready.read_text("utf-8") != wanted:
        shutil.rmtree(PLACE, ignore_errors=True)
        venv.create(PLACE, with_pip=True)
        pip = [str(PLACE / "bin" / "python"), "-m", "pip", "install", "--quiet", "--requirement"]
        subprocess.run([*pip, str(CONFIG / "requirements.txt")], check=True)
        ready.write_text(wanted, "utf-8")
    target = PLACE / "share" / "jupyter" / "labextensions" / "jupyter-videogen"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(EXTENSION, target)
    return PLACE / "bin" / "jupyter"


def run_notebooks() -> Path:
    """Run the notebooks, and return their folder."""
    notebooks.main(RUN)
    return ROOT / "build" / "notebooks" / "notebooks"


def build(contents: Path, site: Path = SITE) -> None:
    """Build the site of a folder of notebooks."""
    jupyter = install()
    shutil.rmtree(site, ignore_errors=True)
    where = ["--contents", str(contents.resolve()), "--output-dir", str(site.resolve()), "--lite-dir", str(CONFIG)]
    command = [str(jupyter), "lite", "build", *where, "--no-sourcemaps", "--settings-overrides", "overrides.json"]
    done = subprocess.run(command, cwd=CONFIG, check=False, capture_output=True, text=True)
    (CONFIG / ".jupyterlite.doit.db").unlink(missing_ok=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def main(arguments: list[str]) -> None:
    """Build; says how large the site is, and how long it took."""
    began = time.monotonic()
    build(Path(arguments[0]) if arguments else run_notebooks())
    size = sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file())
    first = f"{SITE.relative_to(ROOT)}/notebooks/index.html?path={RUN[0]}.ipynb"
    print(f"{size / 1e6:.0f} MB in {time.monotonic() - began:.0f} s: {first}")


if __name__ == "__main__":
    main(sys.argv[1:])
