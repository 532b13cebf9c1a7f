"""The page of licences of a JupyterLite site lists what the site ships, out of its files."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

import lite_licences

if TYPE_CHECKING:
    from pathlib import Path


def wheel(site: Path, name: str, *about: str, text: str = "") -> None:
    """Put a wheel into a site."""
    site.mkdir(exist_ok=True)
    with zipfile.ZipFile(site / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}/METADATA", "Name: another\n")
        archive.writestr(f"{name}-1.0.dist-info/METADATA", "\n".join([f"Name: {name}", "Version: 1.0", *about]))
        if text:
            archive.writestr(f"{name}-1.0.dist-info/licenses/LICENSE.txt", text)


def package(folder: Path, **facts: str) -> None:
    """Put a package of npm into a site."""
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"version": "2.0", **facts}))


def test_everything_is_listed_by_its_own_words(tmp_path: Path) -> None:
    """Wheels by expression, classifier or first line; packages of npm; what is bundled; Python with Pyodide."""
    wheel(tmp_path, "plain", "License-Expression: MIT", text="Permission is granted")
    wheel(tmp_path, "classified", "Classifier: License :: OSI Approved :: BSD License")
    wheel(tmp_path, "lined", "License: Apache 2.0")
    wheel(tmp_path, "silent", text="All of it")
    package(tmp_path / "files" / "lesson", private="the author's own, and without a name")
    package(tmp_path / "static", name="pyodide", license="MPL-2.0")
    bundled = {"name": "left-pad", "versionInfo": "3.0", "licenseId": "WTFPL", "extractedText": "Do <what> you want"}
    (tmp_path / "third-party-licenses.json").write_text(json.dumps({"packages": [bundled]}))
    assert [part[:3] for part in lite_licences.write(tmp_path)] == [
        ("classified", "1.0", "BSD License"),
        ("left-pad", "3.0", "WTFPL"),
        ("lined", "1.0", "Apache 2.0"),
        ("plain", "1.0", "MIT"),
        ("pyodide", "2.0", "MPL-2.0"),
        ("Python", "", "PSF-2.0"),
        ("silent", "1.0", ""),
    ]
    page = (tmp_path / lite_licences.PAGE).read_text("utf-8")
    assert "Permission is granted" in page
    assert "Do &lt;what&gt; you want" in page
    assert "<td>silent<td>1.0<td><details><summary>as its text says</summary>" in page


def test_what_has_no_licence_stops_the_build(tmp_path: Path) -> None:
    """Nobody may publish it: each is named."""
    wheel(tmp_path, "nobodys")
    package(tmp_path / "extension", name="<b>theirs")
    with pytest.raises(ValueError, match="No licence is known of <b>theirs, nobodys: look it up"):
        lite_licences.write(tmp_path)
    assert not (tmp_path / lite_licences.PAGE).exists()
