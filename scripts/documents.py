"""Build the site of the documentation into build/docs, with warnings as errors, and check what was built.

Every link inside it must lead somewhere, to the very heading, and nothing in it may be fetched from a network: no font, script,
style or picture of another host.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

import live

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
SITE = ROOT / "build" / "docs"
OF_CSS = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")
FETCHED = {"src", "srcset", "poster", "data", "xlink:href"}
"""Attributes whose address a browser fetches by itself, whatever the element."""
NOT_FETCHED = {"canonical", "next", "prev", "search", "index", "author", "license", "copyright"}
"""Kinds of <link> that only name a page."""
DRAWN = {"image", "use", "feimage"}
"""Elements of SVG that fetch what `href` names."""


class Page(HTMLParser):
    """The addresses in one page: those that are fetched, those that are followed, and the places links can lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.followed: list[str] = []
        self.places: set[str] = set()
        self._in_style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in one element."""
        given = {name: value or "" for name, value in attrs}
        self._in_style = tag == "style"
        self.places |= {given[name] for name in ("id", "name") if name in given}
        for name, value in given.items():
            if name in FETCHED:
                self.fetched += (
                    [part.split()[0] for part in value.split(",") if part.strip()] if "set" in name else [value]
                )
            elif name == "style":
                self.fetched += addresses(value)
        if "href" in given and (
            tag in DRAWN or (tag == "link" and not NOT_FETCHED & set(given.get("rel", "").split()))
        ):
            self.fetched.append(given["href"])
        elif "href" in given:
            self.followed.append(given["href"])

    def handle_data(self, data: str) -> None:
        """Take in the text of a <style>."""
        if self._in_style:
            self.fetched += addresses(data)

    def handle_endtag(self, tag: str) -> None:
        """Leave a <style>."""
        self._in_style = self._in_style and tag != "style"


def addresses(css: str) -> list[str]:
    """Return what a style sheet fetches."""
    return ["".join(found) for found in OF_CSS.findall(css)]


def is_local(address: str) -> bool:
    """Return whether an address is inside the site, or carries its own bytes."""
    parts = urlsplit(address)
    return parts.scheme == "data" or not (parts.scheme or parts.netloc)


def broken(site: Path) -> Iterator[str]:
    """Return a sentence for everything that is wrong with a built site."""
    pages = {path: Page(path.read_text("utf-8")) for kind in ("html", "svg") for path in site.rglob(f"*.{kind}")}
    for path in site.rglob("*.css"):
        pages[path] = Page(f"<style>{path.read_text('utf-8')}</style>")
    for path, page in sorted(pages.items()):
        name = path.relative_to(site)
        yield from (f"{name} fetches {address}" for address in page.fetched if not is_local(address))
        inside = [address for address in [*page.followed, *page.fetched] if is_local(address)]
        yield from (
            f"{name} leads to {address}, which is not there" for address in inside if not leads(address, path, pages)
        )


def leads(address: str, path: Path, pages: dict[Path, Page]) -> bool:
    """Return whether a local address leads from a file to a file that is there, and to a place in it."""
    parts = urlsplit(address)
    if parts.scheme == "data":
        return True
    target = Path(unquote(urlsplit(urljoin(path.as_uri(), parts.path)).path)) if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if not parts.fragment or target not in pages:
        return target.exists()
    return unquote(parts.fragment) in pages[target].places


def main() -> int:
    """Build and check; says how many pages there are, and how long it took."""
    started = time.monotonic()
    strict = ["--fail-on-warning", "--keep-going", "--nitpicky", "--quiet"]
    doctrees = ["--fresh-env", "--doctree-dir", str(SITE.with_name("doctrees"))]
    command = [sys.executable, "-m", "sphinx", *strict, *doctrees, str(ROOT / "docs"), str(SITE)]
    if status := subprocess.run(command, cwd=ROOT, check=False).returncode:
        return status
    live.build(SITE / "_static" / "live")
    live.build_states(SITE / "_static" / "live")
    wrong = list(broken(SITE))
    print(*wrong, sep="\n", end="\n" if wrong else "")
    count = sum(1 for _ in SITE.rglob("*.html"))
    print(f"{count} pages in {time.monotonic() - started:.1f} s: {SITE.relative_to(ROOT)}/index.html")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
