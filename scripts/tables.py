"""Write the tables of the documents that come from the code; with --check say whether they are current."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import facts
from jupyter_videogen.commands import help as words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DOCS = Path(__file__).parent.parent / "docs"
Tables = dict[str, "Callable[[], str]"]
PAGES: dict[str, Tables] = {
    "magic.md": {"options": words.table, "commands": words.commands_table},
    "terminal.md": {"usages": facts.usages},
    "services.md": {"services": facts.services},
    **{f"services/{name}.md": {"facts": partial(facts.service, name)} for name in facts.SERVICES},
    "errors.md": {"codes": facts.codes, "answers": facts.answers, "words": facts.words},
}


def written(page: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """Return the page with its tables as the code has them."""
    for name, table in tables.items():
        head, tail = f"<!-- {name}: written by scripts/tables.py -->\n", "<!-- end -->"
        start = page.index(head) + len(head)
        page = f"{page[:start]}{table()}\n{page[page.index(tail, start) :]}"
    return page


def main() -> int:
    """Write the pages, or check them."""
    stale = []
    for name, tables in PAGES.items():
        path = DOCS / name
        page = path.read_text("utf-8")
        if (new := written(page, tables)) != page:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(new, "utf-8")
    if "--check" not in sys.argv:
        return 0
    print("".join(f"stale: docs/{name}; run python scripts/tables.py\n" for name in stale), end="")
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
