"""Write `licences.html` into a JupyterLite site: everything that the site ships, read from what is in it."""

from __future__ import annotations

import json
import zipfile
from email.parser import BytesParser
from html import escape
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = "licences.html"
PYTHON = "https://docs.python.org/3/license.html"
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Licences</title>
<style>body { font: 15px/1.5 system-ui, sans-serif; max-width: 960px; margin: 24px auto; padding: 0 16px }
table { border-collapse: collapse; inline-size: 100% } th, td { text-align: start; vertical-align: top; padding: 4px 12px 4px 0 }
pre { white-space: pre-wrap; overflow-wrap: anywhere }</style>
<h1>Licences</h1><p>What this site ships, and the licence of each. Nothing is loaded from another site.</p>
<table><tr><th>Package<th>Version<th>Licence</tr>"""


class Part(NamedTuple):
    """A package in a site; `text` is empty where the package has no file of its licence."""

    name: str
    version: str
    licence: str
    text: str = ""


def write(site: Path) -> list[Part]:
    """Write the page, and return what it lists.

    Raises:
        ValueError: a package has neither a licence nor its text.
    """
    parts = sorted({*_of_bundles(site), *_of_npm(site), *_of_wheels(site)}, key=lambda part: part.name.lower())
    unknown = [part.name for part in parts if not part.licence and not part.text]
    if unknown:
        raise ValueError(f"No licence is known of {', '.join(unknown)}: look it up before the site is published.")
    (site / PAGE).write_text(HEAD + "".join(map(_row, parts)) + "</table></html>", "utf-8")
    return parts


def _row(part: Part) -> str:
    licence = escape(part.licence or "as its text says")
    if part.text:
        licence = f"<details><summary>{licence}</summary><pre>{escape(part.text)}</pre></details>"
    return f"<tr><td>{escape(part.name)}<td>{escape(part.version)}<td>{licence}</tr>\n"


def _shipped(site: Path, pattern: str) -> Iterator[Path]:
    """Return files of the site itself: what lies in `files` is its author's."""
    return (path for path in site.rglob(pattern) if path.relative_to(site).parts[0] != "files")


def _of_bundles(site: Path) -> Iterator[Part]:
    """Return what the scripts of the page hold, by the lists that JupyterLab's builder makes."""
    for path in _shipped(site, "third-party-licenses.json"):
        for one in json.loads(path.read_bytes())["packages"]:
            yield Part(one["name"], one["versionInfo"], one["licenseId"], one["extractedText"].strip())


def _of_npm(site: Path) -> Iterator[Part]:
    """Return the applications, the extensions and Pyodide, which holds Python and its standard library."""
    for path in _shipped(site, "package.json"):
        told = json.loads(path.read_bytes())
        yield Part(told["name"], told["version"], told.get("license", ""))
        if told["name"] == "pyodide":
            yield Part("Python", "", "PSF-2.0", PYTHON)


def _of_wheels(site: Path) -> Iterator[Part]:
    for path in _shipped(site, "*.whl"):
        with zipfile.ZipFile(path) as wheel:
            yield _of_wheel(wheel)


def _of_wheel(wheel: zipfile.ZipFile) -> Part:
    about = [name for name in wheel.namelist() if PurePosixPath(name).parts[0].endswith(".dist-info")]
    (told,) = (BytesParser().parsebytes(wheel.read(name)) for name in about if name.endswith(".dist-info/METADATA"))
    texts = [wheel.read(name).decode("utf-8", "replace").strip() for name in about if _is_licence(name)]
    classified = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier", []) if one.startswith("License ::")]
    licence = told["License-Expression"] or " or ".join(classified) or (told["License"] or "").partition("\n")[0]
    return Part(told["Name"], told["Version"], licence, "\n\n".join(texts))


def _is_licence(name: str) -> bool:
    last = PurePosixPath(name).name.lower()
    return not name.endswith("/") and any(word in last for word in ("licen", "copying", "notice"))
