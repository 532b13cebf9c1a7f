"""The picture of the house as checks: layers, public names, what importing loads, generated types."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import jupyter_videogen as vg

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "jupyter_videogen"
LAYERS = [
    {"errors", "values", "wire", "messages", "events", "veil", "visible"},
    {
        *{"arguments", "options", "interpolation"},
        *{
            "adoption",
            "belief",
            "boxes",
            "budget",
            "capabilities",
            "dialect",
            "dialects",
            "failures",
            "fingerprint",
            "heard",
            "polling",
            "prices",
        },
        *{"provider", "reading", "reasons", "status"},
    },
    {
        *{
            "animation",
            "bounded",
            "clock",
            "clipstore",
            "config",
            "container",
            "database",
            "frames",
            "pictures",
            "inputs",
            "keys",
            "ledger",
            "listing",
            "liveness",
            "local",
            "loop",
            "origin",
        },
        *{
            "allowance",
            "experience",
            "logs",
            "mounts",
            "part",
            "places",
            "private",
            "receipt",
            "scene",
            "settings",
            "spill",
            "spool",
            "terminal",
            "transport",
            "trust",
        },
    },
    {"addresses", "download", "lookout", "runner", "saver", "search"},
    {"runtime", "tables", "ticket", "group", "line", "watch", "process", "routing", "orders", "client", "batch"},
    {
        "record",
        "view",
        "widget",
        "display",
        "magic",
        "catalogue",
        "cli",
        "code",
        "commands",
        "completion",
        "grammar",
        "help",
        "intake",
        "look",
        "nesting",
        "preview",
        "progress",
        "references",
        "form",
        "guest",
        "recall",
        "library",
        "checkup",
        "connect",
        "findings",
        "reach",
        "spending",
        "testing",
    },
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def imports(path: Path) -> set[str]:
    """The modules of ours that a file imports when it runs."""
    tree = ast.parse(path.read_text("utf-8"))
    guarded = {id(child) for node in ast.walk(tree) if _type_checking(node) for child in ast.walk(node)}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level and id(node) not in guarded:
            found |= {node.module.partition(".")[0]} if node.module else {alias.name for alias in node.names}
    return found & set(RANK)


def _type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


MODULES = {path.stem: imports(path) for path in PACKAGE.glob("*.py") if path.stem != "__init__"}
MODULES["dialects"] = set().union(*(imports(path) for path in (PACKAGE / "dialects").glob("*.py"))) - {"dialects"}


def test_every_module_stands_in_a_layer() -> None:
    """A new file is placed in the picture before it is used."""
    assert set(MODULES) == set(RANK)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_point_down(name: str) -> None:
    """No module knows one that stands above it."""
    assert {other for other in MODULES[name] if RANK[other] > RANK[name]} == set()


def test_there_are_no_cycles() -> None:
    """Within a layer, too, imports have an order."""
    left = {name: set(needs) - {name} for name, needs in MODULES.items()}
    while left:
        free = {name for name, needs in left.items() if not needs & set(left)}
        assert free, f"a cycle among {sorted(left)}"
        left = {name: needs for name, needs in left.items() if name not in free}


def test_the_gateway_is_a_house_of_its_own() -> None:
    """The server half shares no code with the client half, or a mistake would agree with itself."""
    for path in (PACKAGE / "gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.ImportFrom)
                and not node.level
                and (node.module or "").startswith("jupyter_videogen")
            ):
                assert node.module.startswith("jupyter_videogen.gateway"), path
    below = {path.stem for path in (PACKAGE / "gateway").iterdir()} | {"gateway"}
    assert not any("gateway" in needs for needs in MODULES.values()), below


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


def test_the_types_of_the_page_are_current() -> None:
    """The TypeScript half of the contract is generated from the Python half."""
    assert subprocess.run([sys.executable, "scripts/protocol.py", "--check"], cwd=ROOT, check=False).returncode == 0


def test_version_and_changelog_agree() -> None:
    """The newest entry of the changelog is this version."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"\n## {vg.__version__}" in changelog
    assert f'version = "{vg.__version__}"' in (ROOT / "pyproject.toml").read_text("utf-8")
