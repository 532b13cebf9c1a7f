"""What becomes of None on its way to the page."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, cast

from jupyter_videogen.core import platform
from jupyter_videogen.widget.nulls import keep_nulls, read_nulls
from jupyter_videogen.widget.widget import VideoGen

if TYPE_CHECKING:
    import pytest

MESSAGE = {"n": None, "list": [1, None, {"size": None}], "text": "", "zero": 0, "off": False}


def test_outside_of_a_browser_a_message_stays_itself() -> None:
    assert keep_nulls(MESSAGE) is read_nulls(MESSAGE) is MESSAGE


def test_in_a_browser_none_is_sent_as_null_and_null_is_read_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a state and in a message; `undefined`, which None would become there, is left out of JSON."""
    form = VideoGen(provider="local", duration=1)
    null = object()
    monkeypatch.setattr(platform, "is_browser", lambda: True)
    monkeypatch.setitem(sys.modules, "pyodide.ffi", cast("ModuleType", SimpleNamespace(jsnull=null)))
    assert keep_nulls(MESSAGE) == {
        "n": null,
        "list": [1, null, {"size": null}],
        "text": "",
        "zero": 0,
        "off": False,
    }
    assert read_nulls(keep_nulls(MESSAGE)) == MESSAGE
    assert form.get_state("job") == {"job": null}
    assert form.get_state("form")["form"]["start"]["aspect"] is null
