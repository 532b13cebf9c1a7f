"""Find the browsers of other engines, and run the main path in those that are here.

`python scripts/engine_programs.py` is the stage `browsers`. A browser that is missing was not tried: that is said, with how to install it,
and it is no failure, unless VIDEOGEN_ENGINES names it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
MINI_BROWSERS = (
    "/usr/lib/*/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/*/webkitgtk-6.0/MiniBrowser",
    "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
)
CODECS = "gstreamer1.0-libav gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"
PROGRAMS = {
    "firefox": "apt-get install firefox-esr",
    "webkit": f"apt-get install webkit2gtk-driver xvfb {CODECS}",
}
"""The engines, each with what installs it on Debian and Ubuntu."""


def find(name: str) -> str | None:
    """Return the program of an engine, or None where it, or what drives it, is missing."""
    if name == "firefox":
        return shutil.which("firefox-esr") or shutil.which("firefox")
    if not (shutil.which("WebKitWebDriver") and shutil.which("Xvfb")):
        return None
    return next((str(path) for pattern in MINI_BROWSERS for path in Path("/").glob(pattern[1:])), None)


def main() -> int:
    """Run the main path in every engine that is here; tell of the others."""
    missing = [name for name in PROGRAMS if find(name) is None]
    for name in missing:
        print(f"browsers: {name} was NOT tried: it is not on this machine (Debian: {PROGRAMS[name]})", flush=True)
    wanted = set(filter(None, os.environ.get("VIDEOGEN_ENGINES", "").split(",")))
    if wanted & set(missing):
        return 1
    here = [name for name in PROGRAMS if name not in missing]
    if not here:
        return 0
    command = [sys.executable, "-m", "pytest", "--quiet", "tests/engines/main_path.py", "-k", " or ".join(here)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
