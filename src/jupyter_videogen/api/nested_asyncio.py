"""`asyncio.run` inside a cell, opt-in, and never needed for jobs, which run on their own loop."""

from __future__ import annotations

from importlib import import_module

from jupyter_videogen.core.errors import Unsupported


def allow_nested_asyncio() -> None:
    """Let `asyncio.run` and `run_until_complete` work where a loop runs already, as in a notebook's cells.

    For code that calls them; this package does not. Patches asyncio for the whole process, by nest-asyncio2 (the maintained
    successor of nest_asyncio, which loses clicks on ipykernel 7). Raises `Unsupported` where that is not installed.
    """
    try:
        nest = import_module("nest_asyncio2")
    except ImportError:
        raise Unsupported("nest-asyncio2 isn't installed.", next="pip install 'jupyter-videogen[nest]'.") from None
    nest.apply()
