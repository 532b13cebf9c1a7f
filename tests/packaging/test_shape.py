"""The picture of the house as checks: layers, public names, what importing loads, generated types."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import jupyter_videogen as vg

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "jupyter_videogen"


def test_packages_import_only_what_is_below_them() -> None:
    """The contracts of `[tool.importlinter]`: layers, no cycles, the gateway apart, HTTP in one module."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert out.returncode == 0, out.stdout


def test_every_package_says_its_job() -> None:
    """One paragraph at the top of each: what it is for, and whom it may import."""
    for folder in {path.parent for path in PACKAGE.rglob("*.py")} - {PACKAGE}:
        words = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or ""
        assert len(words) > len("."), folder


def test_the_public_names_are_exactly_these() -> None:
    """Every announced name loads, and nothing else is announced."""
    assert {name: getattr(vg, name) is not None for name in vg.__all__} == dict.fromkeys(sorted(vg._PUBLIC), True)
    assert dir(vg) == sorted([*vg.__all__, "__version__"])


def test_an_unknown_name_is_an_ordinary_attribute_error() -> None:
    """Lazy loading looks like any module from outside."""
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = vg.nonsense


def test_importing_is_light() -> None:
    """`import jupyter_videogen` loads no gateway, no engine, no HTTP library and no widget."""
    heavy = {
        "jupyter_videogen.gateway",
        "av",
        "numpy",
        "httpx",
        "httpx2",
        "starlette",
        "anywidget",
        "ipywidgets",
        "IPython",
    }
    code = f"import jupyter_videogen, sys; print(sorted({heavy!r} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_submitting_from_a_script_loads_no_widget() -> None:
    """Without IPython there is nothing to draw, so nothing that draws is loaded."""
    code = "import sys, jupyter_videogen as vg; vg.submit; print({'anywidget', 'IPython', 'numpy'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"


def test_listing_jobs_loads_no_http_library() -> None:
    """A command that sends nothing does not wait for what sends."""
    code = "import sys; from jupyter_videogen import cli; cli.main(['jobs']); print({'httpx', 'httpx2'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.splitlines() == ["No jobs.", "set()"]


def test_the_types_of_the_page_are_current() -> None:
    """The TypeScript half of the contract is generated from the Python half."""
    assert subprocess.run([sys.executable, "scripts/protocol.py", "--check"], cwd=ROOT, check=False).returncode == 0


def test_version_and_changelog_agree() -> None:
    """The newest entry of the changelog is this version."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"\n## {vg.__version__}" in changelog
    assert f'version = "{vg.__version__}"' in (ROOT / "pyproject.toml").read_text("utf-8")
