"""Types that are decoded are ready for several threads when their module is there."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src" / "jupyter_videogen"
PLAIN = {"str", "dict", "Memory"}
"""Types without a class of ours."""
INSIDE = {"Defaults": "Config", "Budget": "Config"}
"""Types that are worked out with another."""
AT_ONCE = """
import sys, threading
from {module} import {name} as kind
import msgspec
sys.setswitchinterval(1e-6)
start = threading.Barrier(8)
def convert():
    start.wait()
    try:
        msgspec.convert({{}}, kind)
    except msgspec.ValidationError:
        pass
threads = [threading.Thread(target=convert) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def _decoded() -> set[str]:
    """Return the classes that `convert` and `decode` are given anywhere in the package."""
    found = set()
    for path in SOURCES.rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func)
            if name == "msgspec.convert":
                kinds = call.args[1:2]
            elif name in {"msgspec.json.decode", "msgspec.json.Decoder"} and "gateway/" not in str(path):
                kinds = [word.value for word in call.keywords if word.arg == "type"]
            else:
                continue
            found |= {part.id for kind in kinds for part in ast.walk(kind) if isinstance(part, ast.Name)}
    return found - PLAIN - {"list", "tuple", "Any"}


def test_every_type_that_is_decoded_is_prepared() -> None:
    """A new one crashes a process now and then, when two threads are the first to ask."""
    prepared = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and "prepare" in {ast.unparse(one) for one in node.decorator_list}:
                prepared.add(node.name)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "prepare" and node.args:
                prepared.add(ast.unparse(node.args[0]))
    wanted = {INSIDE.get(name, name) for name in _decoded()}
    assert {"Config", "JobRecord", "PageMessage"} <= wanted
    assert wanted <= prepared


@pytest.mark.parametrize(
    ("module", "name"),
    [("jupyter_videogen.config.files", "Config"), ("jupyter_videogen.core.request", "GenerationRequest")],
)
def test_threads_may_be_the_first_to_decode_together(module: str, name: str) -> None:
    """Eight at once, in ten processes; without preparation a third of them crashed."""
    for _ in range(10):
        script = AT_ONCE.format(module=module, name=name)
        assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
