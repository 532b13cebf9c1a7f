"""How commands are written in a terminal, in a notebook, and in plain Python."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from jupyter_videogen.cli import USAGES
from jupyter_videogen.commands import options
from jupyter_videogen.core import command_names
from jupyter_videogen.core.command_names import spell
from support.ipython_shell import Shell

SOURCES = Path(command_names.__file__).parents[1]
TEXTS = {"magic.py", "line_magics.py", "help.py", "options.py", "saved_output.py", "code_export.py"}
"""Files about the magic itself, which is spoken of by its name."""
WAYS = [
    (("resume", "k3q7x2ma"), "jupyter videogen resume k3q7x2ma", "%videogen resume k3q7x2ma", "vg.job('k3q7x2ma').watch()"),
    (("resume",), "jupyter videogen resume", "%videogen resume", "vg.resume()"),
    (("wait", "k3q7x2ma"), "jupyter videogen resume k3q7x2ma", "%videogen wait k3q7x2ma", "vg.job('k3q7x2ma').result()"),
    (("jobs",), "jupyter videogen jobs", "%videogen jobs", "vg.jobs()"),
    (("doctor",), "jupyter videogen doctor", "%videogen doctor", "vg.doctor()"),
    (("trust", "lab"), "jupyter videogen trust lab", "%videogen trust lab", "jupyter videogen trust lab"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "terminal", "notebook", "python"), WAYS)
def test_each_place_has_its_own_words(words: tuple[str, ...], terminal: str, notebook: str, python: str) -> None:
    """The terminal's hold for a process of the command line, the magic's once it is loaded, else those of Python."""
    assert spell(*words) == python
    with Shell():
        assert spell(*words) == notebook
    command_names.speak_as_terminal()
    assert spell(*words) == terminal


@pytest.mark.parametrize("name", [*command_names.IN_PYTHON, *command_names.OF_A_JOB, "trust"])
def test_what_is_said_can_be_typed(name: str) -> None:
    """Every name is one of the magic's commands, and what the terminal says is one of its."""
    assert name in options.BY_COMMAND
    command_names.speak_as_terminal()
    assert spell(name, "x").split()[2] in USAGES


def test_no_message_spells_a_command_itself() -> None:
    """They would say it in the words of another place."""
    spelled = re.compile(r"%videogen [a-z]|jupyter videogen [a-z]|vg\.(resume|jobs|doctor)\(\)|\)\.watch\(\)")
    files = (path for path in SOURCES.rglob("*.py") if path.name not in {*TEXTS, "command_names.py"})
    found = [f"{path.name}: {text}" for path in files for text in _texts(path) if spelled.search(text)]
    assert found == []


def _texts(path: Path) -> list[str]:
    """Return the strings of a module without its docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    alone = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in alone)
    return [node.value for node in texts if isinstance(node.value, str)]
