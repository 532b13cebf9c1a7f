"""Every prompt of the notebooks, the README and the documents is one that the local engine can draw."""

from __future__ import annotations

import ast
import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jupyter_videogen.commands import parser
from jupyter_videogen.gateway.engine.prompt.subjects import find_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MAKERS = {"generate", "submit", "compare", "VideoGen", "remix", "extend"}
PICTURED = {"image", "video"}
"""Fields that show something of the user's own, whatever the prompt says."""


def sources(path: Path) -> Iterator[str]:
    """Return the code of a page or a notebook."""
    if path.suffix == ".md":
        blocks = re.findall(r"^```(\w*)\n(.*?)^```", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
        ours = {"python": "", "sh": "jupyter"}  # what a block of each language begins with that is about this package
        yield from (code for language, code in blocks if code.startswith(ours.get(language, "%")))
    else:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        yield from ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def prompts(source: str) -> Iterator[str]:
    """Return the prompts of a cell, of a shell's lines, or of calls in Python, but for those with a picture of one's own."""
    if source.startswith("%%videogen"):
        line, cell = parser.join_lines(*source.removeprefix("%%videogen").split("\n", 1))
        pictured = PICTURED & parser.parse_line(line, lambda word: word).values.keys()
        yield from () if pictured else parser.split_prompts(cell, raw=False)
    elif source.startswith(("jupyter", "%videogen")):
        yield from typed(source)
    else:
        lines = (line for line in source.splitlines() if not line.startswith(("%", "!")))
        yield from called(ast.parse("\n".join(lines)))


def typed(source: str) -> Iterator[str]:
    for line in source.splitlines():
        words = re.sub(r"^(jupyter videogen|%videogen) ", "", line)
        if words.startswith("generate "):
            yield next(word for word in shlex.split(words)[1:] if " " in word)
        elif " -- " in words:
            yield words.partition(" -- ")[2]


def called(tree: ast.AST) -> Iterator[str]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        given = {word.arg: word.value for word in call.keywords}
        prompt = call.args[0] if call.args else given.get("prompt")
        if name in MAKERS and not PICTURED & given.keys() and isinstance(prompt, ast.Constant):
            yield str(prompt.value)


@pytest.mark.parametrize("path", [*PAGES, *NOTEBOOKS], ids=lambda path: path.name)
def test_no_example_asks_for_what_is_not_drawn(path: Path) -> None:
    """A reader who runs an example sees what it says."""
    found = [prompt for source in sources(path) for prompt in prompts(source)]
    assert {prompt: words for prompt in found if (words := find_unknown(prompt))} == {}


def test_the_examples_are_found() -> None:
    """Cells, calls and command lines; a page that shows none would pass whatever it said."""
    found = {
        path.stem: [prompt for source in sources(path) for prompt in prompts(source)] for path in [*PAGES, *NOTEBOOKS]
    }
    assert "Northern lights over a mountain lake" in found["06-compare"]
    assert "A paper boat crossing a neon-lit puddle" in found["terminal"]
    assert "Waves at sunset" in found["guide"]
    assert sum(map(len, found.values())) > 50
