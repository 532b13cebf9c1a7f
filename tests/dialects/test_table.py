"""The table in README.md: every cell is filled, and every test that it names exists and runs with the dialect of its row."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = (HERE / "README.md").read_text("utf-8")
DIALECTS = (
    "openai",
    "qubax",
    "qubrid",
    "indoxhub",
    "bifrost",
    "openrouter",
    "local",
    "comfyui",
    "comfycloud",
    "vllm_omni",
    "sglang",
)
KINDS = ("4xx", "5xx", "cut", "odd 2xx", "not yet", "address", "id", "Retry-After", "words", "money")
OF_ONE = {f"test_{name}.py" for name in DIALECTS}
"""Files of one dialect alone, whose cases may name others."""
TESTS = dict(re.findall(r"^- ([A-Z]\d+): `([\w./]+\.py::\w+)`$", PAGE, re.MULTILINE))
REASONS = set(re.findall(r"^- (N\d+): \S", PAGE, re.MULTILINE))
TABLES = re.findall(r"^## (.+)\n\n\| dialect \| (.+) \|\n\|[ -|]+\|\n((?:\|.+\|\n)+)", PAGE, re.MULTILINE)
CELLS = [
    (phase, *(cell.strip() for cell in line.strip("|").split("|")))
    for phase, _, lines in TABLES
    for line in lines.splitlines()
]


def test_every_phase_has_every_dialect_and_every_kind() -> None:
    """Six tables of eleven rows and ten columns."""
    assert [phase for phase, _, _ in TABLES] == [
        "Create",
        "Look",
        "Clip",
        "List of jobs, to find one whose answer was lost",
        "Cancel and delete",
        "List of models",
    ]
    assert {tuple(kinds.split(" | ")) for _, kinds, _ in TABLES} == {KINDS}
    assert [(phase, name) for phase, name, *_ in CELLS] == [
        (phase, name) for phase, _, _ in TABLES for name in DIALECTS
    ]
    assert {len(cells) for cells in CELLS} == {2 + len(KINDS)}


def test_every_cell_names_a_test_or_why_there_is_none() -> None:
    """By marks that the page explains, each of which stands somewhere."""
    cells = [cell for _, _, *row in CELLS for cell in row]
    assert [cell for cell in cells if not re.fullmatch(r"- N\d+|[A-MO-Z]\d+( [A-MO-Z]\d+)*", cell)] == []
    assert {mark for cell in cells for mark in cell.removeprefix("- ").split()} == TESTS.keys() | REASONS


@cache
def functions(file: str) -> frozenset[str]:
    """Return the names of the tests in a file, as Python reads it."""
    tree = ast.parse((HERE / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("mark", TESTS)
def test_a_test_that_is_named_exists(mark: str) -> None:
    """A test that is renamed or taken out takes its cells along."""
    file, _, name = TESTS[mark].partition("::")
    assert name in functions(file)


def test_a_test_runs_with_the_dialect_of_its_row() -> None:
    """One that names dialects among its cases names this one; one that names none stands in the rows of one dialect."""
    files = sorted({str(HERE / test.partition("::")[0]) for test in TESTS.values()})
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        *files,
    ]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parents[1]).stdout
    cases: dict[str, set[str]] = {mark: set() for mark in TESTS}
    marks = {test: mark for mark, test in TESTS.items()}
    for file, name, case in re.findall(r"(\w+\.py)::(\w+)(?:\[(.*)\])?$", listed, re.MULTILINE):
        if (mark := marks.get(f"{file}::{name}")) is not None and file not in OF_ONE:
            cases[mark] |= {dialect for dialect in DIALECTS if dialect in re.split(r"\W+", case)}
    rows = {mark: {name for _, name, *row in CELLS for cell in row if mark in cell.split()} for mark in TESTS}
    assert {mark: rows[mark] - cases[mark] for mark in TESTS if cases[mark] and rows[mark] - cases[mark]} == {}
    assert {mark: rows[mark] for mark in TESTS if not cases[mark] and len(rows[mark]) > 1} == {}
