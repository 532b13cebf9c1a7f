"""Print the path of a browser for the tests: an installed Chromium or Chrome, else one that can be installed here.

Playwright's own Chromium will not do: it has no H.264.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

SHELL = "chromium-headless-shell"
"""Debian's Chromium without the windows that nobody sees: a suite takes a quarter less processor."""
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HELP = (
    "The browser tests need Chromium or Chrome, and neither is here nor could be installed.\n"
    "Install one (Debian, Ubuntu: apt-get install chromium; else https://www.google.com/chrome/) and run again."
)


def find() -> str | None:
    """Return an installed browser."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Try what this machine offers; standard output stays the path's alone."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        _run("apt-get", "update", "-qq")
        install = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "fonts-dejavu-core")
        if not _run(*install, SHELL):
            _run(*install, "chromium")
    else:
        _run(sys.executable, "-m", "playwright", "install", "chrome")


def _run(*command: str) -> bool:
    return subprocess.run(command, check=False, stdout=sys.stderr).returncode == 0


if __name__ == "__main__":
    if not find():
        install()
    print(find() or sys.exit(HELP))
