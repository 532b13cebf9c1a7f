"""The folders and names that VBench's evaluator reads: a folder for each model, `{prompt}-{index}.mp4` in it.

Source: `VBench.build_full_info_json` and `get_prompt_from_filename` of vbench 0.1.5. The standard mode looks for those names with
an index from 0; the mode `custom_input` takes the prompt from the name, or from a JSON file of names and prompts.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.api.exporting.facts import public_text
from jupyter_videogen.api.tables.words import varied_words
from jupyter_videogen.core import hidden_characters
from jupyter_videogen.media.export_files import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.exporting.facts import StudyCell
    from jupyter_videogen.core.grid import GridColumn, GridPlan

FOLDER = "vbench"
PROMPTS = "prompts.json"
LONGEST = 200
"""Bytes of a prompt in a file's name: file systems take 255, and the index, a hash and the suffix need some."""
UNSAFE = re.compile(r'[/\\:*?"<>|\n\t]')
"""What no name may hold on one of Linux, macOS and Windows; control characters are taken out before."""
RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
"""Names of devices on Windows, whatever their suffix."""


def parts(plan: GridPlan, cells: Sequence[StudyCell]) -> list[Part]:
    """Return the clips under their names, and a `prompts.json` for each folder."""
    folders, stems, indexes = _Names(), _Names(), Counter[tuple[str, str]]()
    films: list[Part] = []
    prompts: dict[str, dict[str, str]] = {}
    for cell in cells:
        if cell.clip is None:
            continue
        key, words = _condition(plan.columns[cell.one.cell.column], plan)
        folder, prompt = folders.find(key, folder_words(words)), public_text(cell.clip.prompt)
        stem = stems.find(prompt, file_words(prompt))
        name = f"{stem}-{indexes[folder, stem]}{Path(cell.clip.path).suffix.lower()}"
        indexes[folder, stem] += 1
        films.append(Part(f"{folder}/{name}", Path(cell.clip.path), cell.clip.sha256))
        prompts.setdefault(folder, {})[name] = prompt
    return [*films, *(Part(f"{folder}/{PROMPTS}", _json(told)) for folder, told in prompts.items())]


def _json(value: dict[str, str]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1)


def _condition(column: GridColumn, plan: GridPlan) -> tuple[str, str]:
    """Return what tells a folder from the others, and its words: the model and the varied settings, whatever the seed."""
    words = (column.model, *varied_words(column, plan))
    return " ".join((column.provider, *words)), public_text(" ".join(words))


class _Names:
    """Names as near to a text as every file system takes, one for each key; letter case alone tells no two apart."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}
        self._taken: set[str] = set()

    def find(self, key: str, name: str) -> str:
        """Return the name of a key: this one, or where it is taken, with a hash of the key."""
        if key not in self._found:
            if name.casefold() in self._taken:
                name = f"{name}~{hashlib.sha256(key.encode()).hexdigest()[:8]}"
            self._taken.add(name.casefold())
            self._found[key] = name
        return self._found[key]


def file_words(text: str) -> str:
    """Return a text as the beginning of a file's name: "_" stands for each sign that a name may not hold."""
    name = UNSAFE.sub("_", hidden_characters.HIDDEN.sub("_", text)) or "_"
    name = f"_{name}" if RESERVED.match(name) else re.sub(r"^\.", "_", name)
    return name.encode()[:LONGEST].decode(errors="ignore")


def folder_words(text: str) -> str:
    """Return a text as a folder's name: no system lets one end in a dot or a space."""
    return file_words(text.replace("/", "-")).rstrip(" .") or "_"
