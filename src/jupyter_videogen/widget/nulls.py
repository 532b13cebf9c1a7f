"""`None` on its way to the page, from a kernel in a browser's tab.

Pyodide turns `None` into `undefined` ("Type translations" in its documentation), and a message to the page is JSON, which
leaves out what is undefined. The page expects every key: it would read a missing number as "undefined".
"""

from __future__ import annotations

from importlib import import_module

from jupyter_videogen.core import platform


def keep_nulls(message: object) -> object:
    """Return a message that arrives with `null` wherever it holds None; outside of a browser, the message itself."""
    return _replaced(message, import_module("pyodide.ffi").jsnull) if platform.is_browser() else message


def _replaced(value: object, null: object) -> object:
    if isinstance(value, dict):
        return {name: _replaced(item, null) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(item, null) for item in value]
    return null if value is None else value
