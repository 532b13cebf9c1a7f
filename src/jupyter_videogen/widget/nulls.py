"""`None` between a kernel in a browser's tab and its page.

Pyodide turns `None` into `undefined`, and JavaScript's `null` into `JsNull` ("Type translations" in its documentation). A message
to the page is JSON, which leaves out what is undefined, though the page expects every key; and the kernel expects `None`.
"""

from __future__ import annotations

from importlib import import_module

from jupyter_videogen.core import platform


def keep_nulls(message: object) -> object:
    """Return a message that arrives with `null` wherever it holds None; outside of a browser, the message itself."""
    return _replaced(message, None, _null()) if platform.is_browser() else message


def read_nulls(message: object) -> object:
    """Return a message of the page with None wherever it holds `null`; outside of a browser, the message itself."""
    return _replaced(message, _null(), None) if platform.is_browser() else message


def _null() -> object:
    null: object = import_module("pyodide.ffi").jsnull
    return null


def _replaced(value: object, old: object, new: object) -> object:
    if isinstance(value, dict):
        return {name: _replaced(item, old, new) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(item, old, new) for item in value]
    return new if value is old else value
