"""How Sphinx turns these pages into a site: Markdown as it stands, and the reference from docstrings.

`make docs` builds it into `build/docs`. Nothing in it is fetched from a network, neither when it is built nor when it is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_videogen import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "jupyter-videogen"
author = "The jupyter-videogen developers"
copyright = "2026, the jupyter-videogen developers"  # noqa: A001 - Sphinx's own name
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_heading_anchors = 4
"""Anchors as GitHub makes them, so that one link serves both."""
highlight_language = "none"
"""A block without a language is a cell or what a terminal says."""
smartquotes = False
default_role = "literal"
"""A docstring's `word` is code, as in Markdown."""

autoclass_content = "both"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
add_module_names = False
toc_object_entries_show_parents = "hide"
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]
"""Types in signatures are names to be read, many of them other packages'; links in the text are all checked."""

html_theme = "furo"
html_title = "jupyter-videogen"
html_static_path = ["_static", *(f"images/{name}-dark.png" for name in ("cell", "form", "running"))]
html_css_files = ["site.css"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b57a4", "color-brand-content": "#0b57a4"},
    "dark_css_variables": {"color-brand-primary": "#7db8f5", "color-brand-content": "#7db8f5"},
    "footer_icons": [],
}
html_copy_source = False
html_show_sphinx = False

LIVE = "live/live.js"
"""The stand-in kernel of the first page, which `scripts/documents.py` builds into `_static`."""


def add_live(app: Sphinx, page: str, _template: str, _context: dict[str, Any], _doctree: object) -> None:
    """Let the first page, and no other, draw the real form, grid, comparison and vote."""
    if page == "index":
        app.add_js_file(LIVE, loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register it."""
    app.connect("html-page-context", add_live)
