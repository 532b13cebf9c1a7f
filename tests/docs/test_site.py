"""The site of the documents: what its check finds, and that what pages say of code and tests is so."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import documents
import facts
import jupyter_videogen as vg
import picture
from jupyter_videogen.config import files
from jupyter_videogen.core import budget, errors
from jupyter_videogen.core.errors import Failure

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), ROOT / "README.md", ROOT / "SECURITY.md"]
WRONG = {
    "a page that is missing": '<a href="two.html">',
    "a heading that is missing": '<a href="#nowhere">',
    "a heading of another page": '<a href="other.html#nowhere">',
    "a script of elsewhere": '<script src="https://cdn.example/x.js"></script>',
    "a style of elsewhere": '<link rel="stylesheet" href="//cdn.example/x.css">',
    "a picture of elsewhere": '<img srcset="https://cdn.example/x.png 2x">',
    "a font in a style": "<style>@font-face{src:url('https://fonts.example/x.woff2')}</style>",
    "an import in a style": "<style>@import 'https://fonts.example/x.css';</style>",
    "a style on an element": '<p style="background:url(http://cdn.example/x.png)">',
    "a picture in a drawing": '<svg><image href="https://cdn.example/x.png"/></svg>',
}
GOOD = (
    '<h1 id="one"><a href="other.html#two">x</a><a href="#one">x</a><a href="https://example.org/far">x</a>'
    '<img src="data:image/png;base64,AA"><link rel="canonical" href="https://example.org/">'
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of two pages."""
    (tmp_path / "other.html").write_text('<h2 id="two">x</h2>')
    return tmp_path


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_site_is_found(site: Path, wrong: str) -> None:
    """A link to nowhere, or anything that a browser would fetch from a network."""
    (site / "index.html").write_text(GOOD + wrong)
    assert len(list(documents.broken(site))) == 1


def test_a_style_sheet_may_fetch_nothing_either(site: Path) -> None:
    """Neither a font nor a file that is not there."""
    (site / "site.css").write_text("@font-face{src:url(https://fonts.example/x.woff2)} p{background:url(missing.png)}")
    assert len(list(documents.broken(site))) == 2


def test_a_sound_site_has_nothing_wrong(site: Path) -> None:
    """Links inside and links that only lead away."""
    (site / "index.html").write_text(GOOD)
    assert list(documents.broken(site)) == []


def test_the_readme_leads_to_what_is_there() -> None:
    """Every file, and every heading of it by the anchor that GitHub makes."""
    links = re.findall(r"\]\(([^):]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert len(links) > 20
    for link in links:
        name, _, anchor = link.partition("#")
        assert (ROOT / name).exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", (ROOT / name).read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}, link


def test_every_error_has_a_paragraph() -> None:
    """Each code once, and no other; each says what was charged and what to do."""
    text = (DOCS / "errors.md").read_text("utf-8")
    parts = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^##)", text, flags=re.DOTALL | re.MULTILINE))
    assert set(parts) == {kind.code for kind in facts.kinds()}
    assert set(facts.OTHERS) <= set(parts)
    for code, words in parts.items():
        assert re.search(r"charged", words), code
        assert code == "error" or "**Do:**" in words, code


def test_every_public_name_has_an_entry_in_the_reference() -> None:
    """And none that is gone."""
    named = set(
        re.findall(r"auto\w+:: jupyter_videogen\.(\w+)$", (DOCS / "reference.md").read_text("utf-8"), re.MULTILINE)
    )
    assert named == {*vg.__all__, "events", "functions", "testing"}


def test_every_test_that_is_named_is_there() -> None:
    """A promise names its test, by file or by name."""
    text = "\n".join(path.read_text("utf-8") for path in PAGES)
    known = {
        name
        for path in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text("utf-8"))
    }
    assert set(re.findall(r"`(test_\w+)`", text)) - known == set()
    files = set(re.findall(r"`((?:tests|benchmarks|scripts)/[\w/.]*)`", text))
    assert [name for name in sorted(files) if not (ROOT / name).exists()] == []


def test_every_yes_names_its_test() -> None:
    """In the table of where it works every cell is proven by a letter, or unproven, or a dash."""
    text = (DOCS / "hosts.md").read_text("utf-8")
    cells = [
        cell.strip() for row in re.findall(r"^\| (?:[^|]*) \|(.*)\|$", text, re.MULTILINE) for cell in row.split("|")
    ]
    letters = Counter(letter for cell in cells if " · " in cell for letter in cell.rpartition(" · ")[2].split())
    rows = re.findall(r"^\| ([A-Z]) \| (.*) \|$", text, re.MULTILINE)
    assert sorted(letters) == [letter for letter, _ in rows]
    assert all("`" in tests for _, tests in rows)
    assert not any(cell.startswith("yes") and " · " not in cell for cell in cells)


def test_the_picture_is_current() -> None:
    """It is drawn by `python scripts/picture.py`, from the import contracts and the packages' docstrings."""
    assert picture.PICTURE.read_text("utf-8") == picture.drawing()


def test_the_architecture_page_says_what_the_packages_say() -> None:
    """Its table holds every package of the contract with the first words of its docstring."""
    text = (DOCS / "internals" / "architecture.md").read_text("utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", text, re.MULTILINE))
    packages = [name for row in picture.LAYERS for name in row if (picture.PACKAGE / name).is_dir()]
    docstrings = {
        name: ast.get_docstring(ast.parse((picture.PACKAGE / name / "__init__.py").read_text("utf-8"))) or ""
        for name in packages
    }
    assert told == {name: words.partition(" Imports ")[0] for name, words in docstrings.items()}


def test_paths_that_the_internals_name_exist() -> None:
    """A reader who follows a path finds a file."""
    for page in (*(DOCS / "internals").glob("*.md"), ROOT / "CONTRIBUTING.md"):
        for path in re.findall(r"`((?:[a-z_]+/)+[a-z_.]+\.(?:py|tsx?|gen\.ts))`", page.read_text("utf-8")):
            assert (ROOT / path).exists() or (picture.PACKAGE / path).exists(), f"{page.name}: {path}"


def test_what_is_said_of_money_is_what_is_said() -> None:
    """The page's sentences are those of the errors."""
    text = (DOCS / "safety.md").read_text("utf-8")
    rows = re.findall(r"^\| (yes|no|unknown) \| (yes|no|unknown) \| (.*) \|$", text, re.MULTILINE)
    assert len(rows) == 5
    for sent, charged, words in rows:
        assert errors.describe_charge(Failure(code="x", message="x", sent=sent, charged=charged)) == words


@pytest.mark.parametrize("page", ["safety.md", "promises.md", "services/openai.md"])
def test_settings_that_pages_show_are_taken(page: str, home: Path) -> None:
    """Every table and key in them exists."""
    (text,) = re.findall(r"```toml\n(.*?)```", (DOCS / page).read_text("utf-8"), flags=re.DOTALL)
    Path("videogen.toml").write_text(text)
    found = files.load(home, Path.cwd(), {})
    assert isinstance(found.budget, budget.Budget)
    assert {one.name.partition(".")[0] for one in files.list_settings(files.layers(home, Path.cwd(), {}))} == set(
        tomllib.loads(text)
    )
