"""Keys: cleaned, refused in words that hold nothing of them, never shown."""

from __future__ import annotations

import copy
import pickle
import traceback

import pytest

import jupyter_videogen as vg
from jupyter_videogen.keys import Secret, from_environment

KEY = "sk-canary-0123456789"


@pytest.mark.parametrize("pasted", [KEY, f" {KEY}\n", f"Bearer {KEY}", f"\t{KEY}\r\n"])
def test_what_a_paste_leaves_around_a_key_is_cleaned(pasted: str) -> None:
    """C34: a trailing newline would be printed in full by the HTTP library's error."""
    assert Secret(pasted, source="X").reveal() == KEY


@pytest.mark.parametrize("pasted", ["", "  \n", f"{KEY} {KEY}", f"{KEY}\n{KEY}", "ключ", f"{KEY}\x00"])
def test_what_is_no_key_is_refused_without_quoting_it(pasted: str) -> None:
    """C34: blank, two of them, not ASCII: named by where it came from."""
    with pytest.raises(vg.AuthError, match="The key from QUBAX_API_KEY cannot be a key") as caught:
        Secret(pasted, source="QUBAX_API_KEY")
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert caught.value.sent == "no"


def test_a_key_is_never_shown() -> None:
    """Not by repr, str, format, an f-string or a container; not by pickling or copying."""
    secret = Secret(KEY, source="X")
    shown = f"{secret} {secret!r} {secret!s:>30} {[secret]} {(secret,)}"
    assert KEY not in shown
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            leak(secret)


def test_equal_keys_are_equal() -> None:
    """Jobs found again share the connections of their key."""
    assert len({Secret(KEY, source="a"), Secret(KEY, source="b"), Secret("other", source="a")}) == 2


def test_a_key_comes_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set, unset, and not needed."""
    assert from_environment("QUBAX_API_KEY") is None
    assert from_environment(None) is None
    monkeypatch.setenv("QUBAX_API_KEY", KEY)
    assert from_environment("QUBAX_API_KEY") == Secret(KEY, source="x")
