"""Run programs of other people against ours, each in an environment of its own.

`python tests/interop/run.py [names…]`: a name is that of a requirements file beside this one. A line that begins with "@" or
"npm " is a package of npm; one that ends in "# alone" is installed without what it asks for; a file without packages of Python
needs no environment of them: our own client speaks.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ENVIRONMENTS = ROOT / ".cache" / "interop"
PEERS = {
    "openai3": "openai_peer.py",
    "openai2": "openai_peer.py",
    "indoxhub": "indoxhub_peer.py",
    "openrouter": "openrouter_peer.py",
    "litellm": "litellm_peer.py",
    "schemathesis": "schemathesis_peer.py",
    "aimock": "aimock_peer.py",
    "sglang": "sglang_peer.py",
    "vllm_omni": "vllm_omni_peer.py",
    "newapi": "newapi_peer.py",
    "comfyui": "comfyui_peer.py",
    "jupyter_mcp": "jupyter_mcp_peer.py",
    "jupyterhub": "jupyterhub_peer.py",
    "jupyterlite": "jupyterlite_peer.py",
    "s3": "s3_peer.py",
}
REAL = ("-m", "jupyter_videogen.gateway")
PUPPET = (str(HERE.parent / "support" / "held_gateway.py"),)
ALONE, NPM = "# alone", "npm "
PATIENCE_SECONDS = 600


def environment(name: str) -> Path:
    """Return the Python that runs a peer, with what it needs, installed when its list has changed."""
    folder = ENVIRONMENTS / name
    wanted, mark = (HERE / f"{name}.txt").read_text(), folder / "installed.txt"
    lines = [line for line in wanted.splitlines() if line and not line.startswith("#")]
    of_npm = [line.removeprefix(NPM) for line in lines if line.startswith(("@", NPM))]
    of_python = [line for line in lines if not line.startswith(("@", NPM))]
    if lines and (not mark.exists() or mark.read_text() != wanted):
        folder.mkdir(parents=True, exist_ok=True)
        if of_python:
            pip(folder, of_python)
        if of_npm:
            npm(folder, of_npm)
        mark.write_text(wanted)
    return program(folder) if of_python else Path(sys.executable)


def program(folder: Path) -> Path:
    """Return the Python of an environment."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def npm(folder: Path, lines: list[str]) -> None:
    """Install packages of npm into a folder."""
    command = shutil.which("npm") or "npm"
    subprocess.run([command, "install", "--silent", "--prefix", str(folder), *lines], check=True)


def pip(folder: Path, lines: list[str]) -> None:
    """Make an environment in a folder and install packages into it, those that come alone last.

    One pip serves all environments, and compiles nothing: a peer imports a small part of what it installs.
    """
    subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)], check=True)
    install = [sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet", "--no-compile"]
    alone = [line.removesuffix(ALONE) for line in lines if line.endswith(ALONE)]
    together = [line for line in lines if not line.endswith(ALONE)]
    for flags, packages in ((), together), (("--no-deps",), alone):
        if packages:
            names = [package.partition("#")[0].strip() for package in packages]
            subprocess.run([*install, *flags, *names], check=True)


@contextmanager
def gateway(*program: str) -> Iterator[dict[str, Any]]:
    """Run a gateway with a home of its own and quick test models."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, *program, "--home", home, "--pace", "0.2"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait()


def run(name: str, installed: Future[Path]) -> bool:
    """Run one peer, once its environment is there; True when it is content."""
    print(f"== {name}: {(HERE / f'{name}.txt').read_text().strip()}", flush=True)  # noqa: T201 it talks to its terminal
    python, started = installed.result(), time.monotonic()
    # A peer that orders hundreds of clips is not there for the pictures.
    with gateway(*(PUPPET if name == "schemathesis" else REAL)) as house:
        command = [str(python), str(HERE / PEERS[name]), house["url"], house["token"], sys.executable]
        command.append(str(ENVIRONMENTS / name))
        passed = subprocess.run(command, timeout=PATIENCE_SECONDS, check=False).returncode == 0
    word = "passed" if passed else "FAILED"
    print(f"== {name}: {word} in {time.monotonic() - started:.0f} s", flush=True)  # noqa: T201 the same
    return passed


if __name__ == "__main__":
    names = sys.argv[1:] or list(PEERS)
    with ThreadPoolExecutor(1) as installer:  # the next environment is made while a peer runs
        environments = {name: installer.submit(environment, name) for name in names}
        results = [run(name, environments[name]) for name in names]
    sys.exit(0 if all(results) else 1)
