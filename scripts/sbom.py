"""List what a user of the wheel gets: its dependencies and what the page holds, as CycloneDX, into build/sbom.

The lists are made by tools: cyclonedx-py looks into an environment with the wheel and nothing else, npm into its lock file.
The page of licences is then held to them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bundle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "build" / "sbom"
TOOLS, EMPTY = ROOT / ".cache" / "sbom-tools", ROOT / ".cache" / "sbom-wheel"
TOOL = "cyclonedx-bom==7.5.0"
LICENCES = ROOT / "docs" / "licences.md"
NAMED = re.compile(r"`([@\w/.-]+)`")


def page_components() -> list[dict[str, Any]]:
    """Return what the page holds, by npm's own list: components of CycloneDX."""
    return list(json.loads(_npm_sbom())["components"])


def missing_from_page(names: Iterable[str], text: str) -> list[str]:
    """Return the packages that the page of licences does not name."""
    known = set(NAMED.findall(text))
    return sorted(name for name in names if name not in known)


def licence_of(component: Mapping[str, Any]) -> str:
    """Return a component's licence as its list has it; empty where it has none."""
    told = [
        one.get("expression") or one["license"].get("id") or one["license"]["name"]
        for one in component.get("licenses", ())
    ]
    return " and ".join(told)


def _npm_sbom() -> str:
    options = ("--omit=dev", "--package-lock-only", "--sbom-format=cyclonedx", "--sbom-type=library")
    return bundle.npm_output("sbom", *options)


def _wheel_sbom() -> None:
    """Install the wheel alone, with the versions of constraints.txt, and let the tool look."""
    run = subprocess.run
    built = TARGET / "dist"
    run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", built], cwd=ROOT, check=True)
    (wheel,) = (TARGET / "dist").glob("*.whl")
    for folder, packages in ((TOOLS, [TOOL]), (EMPTY, ["--constraint", str(ROOT / "constraints.txt"), str(wheel)])):
        venv.create(folder, clear=True, with_pip=True)
        run([_program(folder, "pip"), "install", "--quiet", *packages], check=True)
    run([_program(EMPTY, "pip"), "uninstall", "--quiet", "--yes", "pip"], check=True)
    options = ("environment", "--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible")
    target = str(TARGET / "wheel.cdx.json")
    run(
        [str(_program(TOOLS, "cyclonedx-py")), *options, "--output-file", target, str(_program(EMPTY, "python"))],
        check=True,
    )
    wheel.unlink()


def _program(folder: Path, name: str) -> Path:
    return folder / ("Scripts" if sys.platform == "win32" else "bin") / name


def _direct(told: Mapping[str, Any]) -> list[str]:
    """Return what the wheel itself asks for."""
    names = {one["bom-ref"]: one["name"] for one in told["components"]}
    own = told["metadata"]["component"]["bom-ref"]
    wanted = next(one for one in told["dependencies"] if one["ref"] == own)
    return sorted(names[ref] for ref in wanted.get("dependsOn", ()) if ref in names)


def main() -> None:
    """Write both lists; exits with what the page of licences lacks."""
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "page.cdx.json").write_text(_npm_sbom(), "utf-8")
    _wheel_sbom()
    told = json.loads((TARGET / "wheel.cdx.json").read_text("utf-8"))
    direct = _direct(told)
    names = [*direct, *(one["name"] for one in page_components())]
    lacking = missing_from_page(names, LICENCES.read_text("utf-8"))
    unlicensed = [one["name"] for one in told["components"] if one["name"] in direct and not licence_of(one)]
    print(f"{len(told['components'])} packages with the wheel, {len(page_components())} in the page: {TARGET}")
    if lacking or unlicensed:
        sys.exit(f"docs/licences.md does not name {lacking}; without a licence: {unlicensed}")


if __name__ == "__main__":
    main()
