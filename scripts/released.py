"""Whether a tag may be released: it is the version in both places where that stands, and the changelog has an entry for it.

`python scripts/released.py v1.2.3`
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
CODE = ROOT / "src" / "jupyter_videogen" / "core" / "version.py"


def find_problems(tag: str) -> list[str]:
    """Return what does not fit to a tag."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    code = re.search(r'VERSION = "([^"]+)"', CODE.read_text("utf-8"))
    changes = re.findall(r"^## ([\w.]+) \(\d{4}-\d\d-\d\d\)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    version = tag.removeprefix("v")
    said = {"pyproject.toml": project, CODE.name: code[1] if code else "no version"}
    wrong = [f"{name} says {told}, the tag {version}." for name, told in said.items() if told != version]
    return wrong if version in changes else [*wrong, f"CHANGELOG.md has no entry for {version} with a date."]


if __name__ == "__main__":
    sys.exit("\n".join(find_problems(sys.argv[1])) or None)
