"""Write the tables of options and line magics into docs/magic.md, from the schema; with --check say whether they are current."""

from __future__ import annotations

import sys
from pathlib import Path

from jupyter_videogen import help as words

PAGE = Path(__file__).parent.parent / "docs" / "magic.md"
TABLES = {"options": words.table, "commands": words.commands_table}


def written(page: str) -> str:
    """Give the page with its tables as the schema has them."""
    for name, table in TABLES.items():
        head, tail = f"<!-- {name}: written by scripts/tables.py -->\n", "<!-- end -->"
        start = page.index(head) + len(head)
        page = f"{page[:start]}{table()}\n{page[page.index(tail, start) :]}"
    return page


def main() -> int:
    """Write the page, or check it."""
    page = PAGE.read_text("utf-8")
    if "--check" in sys.argv:
        return int(page != written(page))
    PAGE.write_text(written(page), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
