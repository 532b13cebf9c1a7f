"""Keys: cleaned, refused in words that hold nothing of them, never shown."""

from __future__ import annotations

import copy
import pickle
import sys
import time
import traceback
import types

import pytest

import jupyter_videogen as vg
from jupyter_videogen.config import credentials
from jupyter_videogen.config.credentials import from_environment
from jupyter_videogen.core import secrets
from jupyter_videogen.core.secrets import Secret
from support.keyring_in_memory import KEY, Ring


@pytest.mark.parametrize("pasted", [KEY, f" {KEY}\n", f"Bearer {KEY}", f"\t{KEY}\r\n"])
def test_what_a_paste_leaves_around_a_key_is_cleaned(pasted: str) -> None:
    """C34: a trailing newline would be printed in full by the HTTP library's error."""
    assert Secret(pasted, source="X").reveal() == KEY


@pytest.mark.parametrize("pasted", ["", "  \n", f"{KEY} {KEY}", f"{KEY}\n{KEY}", "ключ", f"{KEY}\x00"])
def test_what_is_no_key_is_refused_without_quoting_it(pasted: str) -> None:
    """C34: blank, two of them, not ASCII: named by where it came from."""
    with pytest.raises(vg.AuthError, match="The value from QUBAX_API_KEY is not a valid key") as caught:
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


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    """A keyring that works and is empty."""
    ring = Ring()
    monkeypatch.setitem(sys.modules, "keyring", ring)
    return ring


def test_keys_are_looked_for_in_order(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable, then what was typed here, then the keyring, then Colab; each key knows where it is from."""
    colab = types.SimpleNamespace(get={"QUBAX_API_KEY": "from-colab"}.__getitem__)
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setitem(sys.modules, "google.colab.userdata", colab)
    assert source("qubax") == "Colab secrets"
    credentials.forget("qubax")
    ring.kept["jupyter-videogen", "qubax"] = "from-the-ring"
    assert source("qubax") == "keyring"
    credentials.remember("qubax", Secret("typed", source="a box"), keep=False)
    assert source("qubax") == "this kernel"
    monkeypatch.setenv("QUBAX_API_KEY", "from-outside")
    assert source("qubax") == "QUBAX_API_KEY"


def source(provider: str) -> str | None:
    found = credentials.find_key(provider, f"{provider.upper()}_API_KEY")
    return found and found.source


def test_a_key_that_is_kept_is_there_in_the_next_process(ring: Ring) -> None:
    """With `keep` it goes to the keyring, under our name; forgetting takes it from both places."""
    assert credentials.remember("qubrid", Secret(KEY, source="a box"), keep=True) == "keyring"
    assert ring.kept == {("jupyter-videogen", "qubrid"): KEY}
    credentials._typed.clear()
    assert source("qubrid") == "keyring"
    assert credentials.forget("qubrid") == ["keyring"]
    assert (source("qubrid"), ring.kept) == (None, {})


def test_a_key_that_is_not_kept_stays_in_this_process(ring: Ring) -> None:
    """Without `keep` nothing is written anywhere."""
    assert credentials.remember("qubrid", Secret(KEY, source="a box"), keep=False) == "this kernel"
    assert ring.kept == {}
    assert credentials.forget("qubrid") == ["this kernel"]
    assert source("qubrid") is None


def test_a_keyring_that_keeps_a_key_for_good_is_told(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forgetting says what to do; of the keyring's error only the kind is told."""
    credentials.remember("qubrid", Secret(KEY, source="a box"), keep=True)
    monkeypatch.setattr(ring, "kept", types.MappingProxyType(ring.kept))
    with pytest.raises(
        vg.AuthError, match=r"Test Keychain did not delete the key \(TypeError\)\. Remove the entry jupyter-videogen"
    ):
        credentials.forget("qubrid")


def test_a_locked_keyring_stops_nobody(ring: Ring) -> None:
    """It has no key to give, takes none, and its error goes nowhere; the key is used all the same."""
    ring.locked = True
    assert source("qubrid") is None
    assert credentials.remember("qubrid", Secret(KEY, source="a box"), keep=True) == "this kernel"
    assert credentials.find_key("qubrid", "QUBRID_API_KEY") == Secret(KEY, source="x")


@pytest.mark.parametrize(
    ("module", "trouble"),
    [
        (None, "not installed"),
        (types.SimpleNamespace(get_keyring={}.popitem), "broken (KeyError)"),
        (
            types.SimpleNamespace(get_keyring=lambda: types.SimpleNamespace(priority=0, name="fail")),
            "installed, but this system has no keyring",
        ),
    ],
)
def test_a_system_without_a_keyring_is_said_to_have_none(
    module: types.ModuleType, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not installed, broken, or with nothing behind it: never an error."""
    monkeypatch.setitem(sys.modules, "keyring", module)
    assert credentials.keyring() == credentials.Keyring(trouble=trouble)
    assert credentials.remember("qubax", Secret(KEY, source="a box"), keep=True) == "this kernel"


def test_a_long_list_asks_the_keyring_once(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is not there is not looked for a thousand times; one that appears is soon found."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    assert [source("qubax") for _ in range(1000)] == [None] * 1000
    assert ring.asked == 1
    ring.kept["jupyter-videogen", "qubax"] = KEY
    now[0] += credentials.FRESH
    assert source("qubax") == "keyring"


def test_what_somebody_else_keeps_is_not_looked_for(ring: Ring) -> None:
    """Another address, or another variable than the provider's own: only a key that was named counts."""
    ring.kept["jupyter-videogen", "openai"] = KEY
    assert vg.Client("openai")._access.connection._secret is not None
    assert vg.Client("openai", base_url="http://127.0.0.1:9/v1")._access.connection._secret is None
    with pytest.raises(vg.AuthError, match="Set MY_KEY, or pass api_key="):
        vg.Client("openai", key_env="MY_KEY")


def test_the_one_provider_with_a_kept_key_is_the_default(ring: Ring) -> None:
    """A key in the keyring counts as much as one in the environment."""
    ring.kept["jupyter-videogen", "indoxhub"] = KEY
    assert vg.Client().provider.name == "indoxhub"


@pytest.mark.parametrize("query", ["?key=", "#"])
@pytest.mark.parametrize("userinfo", ["", f"me:{KEY}@"])
def test_an_address_holds_no_key(userinfo: str, query: str) -> None:
    """An address is written down and shown: user names, passwords and queries are refused, and not quoted."""
    address = f"http://{userinfo}127.0.0.1:9/v1{query if not userinfo else ''}"
    with pytest.raises(vg.InvalidRequest, match="base_url contains a user name, a password or a query") as caught:
        vg.Client("openai", base_url=address)
    assert KEY not in str(caught.value)
    assert caught.value.field == "base_url"
    secrets.check_address("http://127.0.0.1:9/v1/@me")


def test_hidden_values_show_their_names_only() -> None:
    """Headers of one's own and extra fields may hold keys too."""
    hidden = secrets.Hidden({"x-api-key": KEY})
    assert f"{hidden} {hidden!r} {hidden!s} {[hidden]}".count("{'x-api-key': …}") == 4
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            leak(hidden)
