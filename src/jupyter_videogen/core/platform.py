"""Whether Python runs in a browser's tab, where there are no threads, no processes and no sockets."""

from __future__ import annotations

import sys


def is_browser() -> bool:
    """Return whether this is Python in a browser (Pyodide, PEP 776): one thread, whose loop belongs to the browser."""
    return sys.platform == "emscripten"
