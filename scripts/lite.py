"""Build a JupyterLite site of the notebooks: clips play before any kernel, Python runs in the tab, and nobody else is asked for anything.

`python scripts/lite.py` runs the notebooks that need no key, so that they have their clips, and builds `build/lite`;
`python scripts/lite.py FOLDER` takes a folder of notebooks as they are saved. JupyterLite has an environment of its own,
`.cache/lite`, since it is no part of a development installation; Pyodide and the wheels that Python in the tab needs are
beside it, compiled. All of them are pinned in `docs/lite`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import time
import venv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import bundle
import lite_licences
import notebooks

ROOT = Path(__file__).parent.parent
SITE = ROOT / "build" / "lite"
PLACE = ROOT / ".cache" / "lite"
CONFIG = ROOT / "docs" / "lite"
KERNEL_WHEELS = (
    PLACE / "share" / "jupyter" / "labextensions" / "@jupyterlite" / "pyodide-kernel-extension" / "static" / "pypi"
)
EXTENSION = ROOT / "labextension"
RUN = ["01-first-clip", "02-the-widget", "03-from-a-picture", "06-compare", "07-many-clips"]
"""The notebooks that the local engine can run."""
PYODIDE = "314.0.6"
"""The npm package of the version that the kernel in `docs/lite/requirements.txt` is made for."""
TARGET = ["--python-version", "3.14", "--implementation", "cp", "--abi", "cp314", "--abi", "none"]
PLATFORMS = ["--platform", "pyemscripten_2026_0_wasm32", "--platform", "any"]
"""What Pyodide runs, of PEP 783: its own wheels and those without compiled code."""
COMPILERS = [Path(__file__).with_name(f"lite_compile.{kind}") for kind in ("mjs", "py")]
MADE_OF = [CONFIG / "requirements.txt", CONFIG / "kernel.txt", *COMPILERS]
"""What the environment is made anew for, once it changes."""


def install() -> Path:
    """Return JupyterLite's own environment, with our extension in it as it is built now."""
    wanted = "".join(path.read_text("utf-8") for path in MADE_OF) + PYODIDE
    ready = PLACE / ".ready"
    if not ready.exists() or ready.read_text("utf-8") != wanted:
        shutil.rmtree(PLACE, ignore_errors=True)
        venv.create(PLACE, with_pip=True)
        _pip("install", "--requirement", str(CONFIG / "requirements.txt"))
        _download_kernel()
        ready.write_text(wanted, "utf-8")
    target = PLACE / "share" / "jupyter" / "labextensions" / "jupyter-videogen"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(EXTENSION, target)
    return PLACE / "bin" / "jupyter"


def _pip(*arguments: str) -> None:
    subprocess.run([str(PLACE / "bin" / "python"), "-m", "pip", "--quiet", *arguments], check=True)


def _download_kernel() -> None:
    """Bring Pyodide from npm, and from PyPI the wheels that Python in the tab needs; compile them with the kernel's own."""
    pyodide = PLACE / "pyodide"
    pyodide.mkdir()
    bundle.npm_output("pack", "--silent", f"pyodide@{PYODIDE}", "--pack-destination", str(pyodide))
    with tarfile.open(pyodide / f"pyodide-{PYODIDE}.tgz") as archive:
        archive.extractall(pyodide, filter="data")
    wheels = PLACE / "downloads"
    _pip(
        *("download", "--no-deps", "--only-binary", ":all:", *TARGET, *PLATFORMS),
        *("--requirement", str(CONFIG / "kernel.txt"), "--dest", str(wheels)),
    )
    for wheel in KERNEL_WHEELS.glob("*.whl"):
        if not wheel.name.startswith("widgetsnbextension-"):
            shutil.copy(wheel, wheels)
    _compile(wheels, PLACE / "wheels")


def _compile(wheels: Path, target: Path) -> None:
    """Write the wheels of a folder into another, with compiled code in them."""
    target.mkdir(exist_ok=True)
    program = [str(bundle.node()), str(COMPILERS[0])]
    subprocess.run([*program, str(PLACE / "pyodide" / "package"), str(wheels), str(target)], check=True)


def _build_wheel(target: Path) -> None:
    """Build our own wheel of what is here, compiled."""
    builder = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    with TemporaryDirectory() as folder:
        subprocess.run([*builder, "--wheel-dir", folder, str(ROOT)], check=True)
        _compile(Path(folder), target)


def run_notebooks() -> Path:
    """Run the notebooks, and return their folder."""
    notebooks.main(RUN)
    return ROOT / "build" / "notebooks" / "notebooks"


def build(contents: Path, site: Path = SITE) -> None:
    """Build the site of a folder of notebooks."""
    jupyter = install()
    shutil.rmtree(site, ignore_errors=True)
    wheels = site.parent / f"{site.name}-wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    shutil.copytree(PLACE / "wheels", wheels)
    _build_wheel(wheels)
    where = ["--contents", str(contents.resolve()), "--output-dir", str(site.resolve()), "--lite-dir", str(CONFIG)]
    command = [str(jupyter), "lite", "build", *where, "--no-sourcemaps", "--settings-overrides", "overrides.json"]
    done = subprocess.run(command, cwd=CONFIG, check=False, capture_output=True, text=True)
    (CONFIG / ".jupyterlite.doit.db").unlink(missing_ok=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    _add_pyodide(site, wheels)
    shutil.rmtree(wheels)
    lite_licences.write(site)


def _add_pyodide(site: Path, wheels: Path) -> None:
    """Put Pyodide into the site with the wheels that its kernel starts with, and let it look for packages nowhere else."""
    static = site / "static" / "pyodide"
    shutil.copytree(PLACE / "pyodide" / "package", static, ignore=shutil.ignore_patterns("*.map", "*.html", "*.d.ts"))
    chosen = sorted(wheels.glob("*.whl"))
    for wheel in chosen:
        shutil.copy(wheel, static)
    lock = static / "pyodide-lock.json"
    locked = json.loads(lock.read_text("utf-8")) | {"packages": dict(map(_locked, chosen))}
    lock.write_text(json.dumps(locked, indent=1), "utf-8")
    _set_kernel(site / "jupyter-lite.json", sorted(locked["packages"]))


def _locked(wheel: Path) -> tuple[str, dict[str, Any]]:
    """Return the entry of a wheel in Pyodide's list of packages: all of them are loaded together, so none names what it needs."""
    name, version = wheel.name.split("-")[:2]
    name = name.replace("_", "-").lower()
    entry = {
        "name": name,
        "version": version,
        "file_name": wheel.name,
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "install_dir": "site",
        "package_type": "package",
        "imports": [],
        "depends": [],
        "unvendored_tests": False,
    }
    return name, entry


def _set_kernel(path: Path, packages: list[str]) -> None:
    """Have the kernel begin with these packages."""
    settings: dict[str, Any] = json.loads(path.read_text("utf-8"))
    plugins = settings["jupyter-config-data"].setdefault("litePluginSettings", {})
    kernel = plugins.setdefault("@jupyterlite/pyodide-kernel-extension:kernel", {})
    kernel |= {"pyodideUrl": "./static/pyodide/pyodide.mjs", "disablePyPIFallback": True}
    kernel |= {"loadPyodideOptions": {"packages": packages}}
    path.write_text(json.dumps(settings, indent=2), "utf-8")


def main(arguments: list[str]) -> None:
    """Build; says how large the site is, and how long it took."""
    began = time.monotonic()
    build(Path(arguments[0]) if arguments else run_notebooks())
    size = sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file())
    first = f"{SITE.relative_to(ROOT)}/notebooks/index.html?path={RUN[0]}.ipynb"
    print(f"{size / 1e6:.0f} MB in {time.monotonic() - began:.0f} s: {first}")


if __name__ == "__main__":
    main(sys.argv[1:])
