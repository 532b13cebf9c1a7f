"""`%videogen connect`: where a typed key goes, and what is said about it."""

from __future__ import annotations

import getpass
import sys
import warnings
from typing import TYPE_CHECKING

import pytest

import jupyter_videogen as vg
from jupyter_videogen.commands import connect as connecting
from jupyter_videogen.config import credentials
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import environment, secrets
from jupyter_videogen.dialects.base import ListedModel
from jupyter_videogen.runtime.key_check import NO_CALL, KeyCheck
from jupyter_videogen.runtime.runtime import Runtime
from support.keyring_in_memory import KEY, Ring

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def connect(words: str) -> str:
    """Connect as a user without a configuration."""
    return connecting.connect(words, load_config())


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    ring = Ring()
    monkeypatch.setitem(sys.modules, "keyring", ring)
    return ring


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> dict[str, KeyCheck]:
    """What the test of a key finds, by provider; every other key is valid."""
    finds: dict[str, KeyCheck] = {}
    valid = KeyCheck("valid", models=(ListedModel(name="a"), ListedModel(name="b")))
    monkeypatch.setattr(Runtime, "check_key", lambda _self, row, _secret: finds.get(row.name, valid))
    return finds


@pytest.fixture(autouse=True)
def typed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody pastes a key into a kernel, line end included; this machine is nobody else's."""
    monkeypatch.setattr(getpass, "getpass", lambda _: f"{KEY}\n")
    monkeypatch.setattr(environment, "in_ipython", lambda: True)
    monkeypatch.setattr("jupyter_videogen.core.environment.Environment", {"VIDEOGEN_HOME": str(home)})


def test_a_typed_key_is_kept_in_the_keyring(ring: Ring) -> None:
    """It says that the key works, and where it went; the key itself is not in it."""
    said = connect("qubax")
    assert said.startswith(
        "The key works: Qubax accepts it and lists 2 models. The key is stored in Test Keychain and will be found there."
    )
    assert ring.kept == {("jupyter-videogen", "qubax"): KEY}
    assert KEY not in said
    assert vg.Client("qubax")._access.connection._secret == secrets.Secret(KEY, source="x")


@pytest.mark.parametrize("mark", ["BINDER_SERVICE_HOST", "JUPYTERHUB_USER"])
def test_on_a_shared_machine_it_stays_in_the_kernel(
    ring: Ring, mark: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says to use a key that can be revoked."""
    monkeypatch.setattr("jupyter_videogen.core.environment.Environment", {mark: "x", "VIDEOGEN_HOME": str(home)})
    said = connect("qubax")
    assert "kept only in this kernel, until it stops. This computer is shared: use a key you can revoke." in said
    assert ring.kept == {}


def test_without_a_keyring_it_says_how_to_get_one() -> None:
    """Or, where there is no such thing, what to do instead."""
    assert "pip install 'jupyter-videogen[keyring]'" in connect("qubax")


def test_a_keyring_that_refuses_is_told(ring: Ring) -> None:
    """Locked, or its owner said no."""
    ring.locked = True
    assert "the keyring refused it. To keep a key, set its environment variable." in connect("qubax")


def test_a_variable_that_goes_first_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else one would wonder why the new key changes nothing."""
    monkeypatch.setenv("QUBAX_API_KEY", "another-key")
    assert "But QUBAX_API_KEY is set and takes precedence: remove it to use this key." in connect("qubax")
    monkeypatch.setenv("QUBAX_API_KEY", KEY)
    assert "goes first" not in connect("qubax")


def test_forgetting_says_what_is_left(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    """From both places; a variable is not ours to remove."""
    connect("qubax")
    assert connect("qubax --forget") == "Qubax's key was removed from: keyring."
    monkeypatch.setenv("QUBAX_API_KEY", KEY)
    assert connect("--forget qubax") == "No key for Qubax was stored. A key from QUBAX_API_KEY remains."
    assert ring.kept == {}


@pytest.mark.parametrize("words", ["", "qubax qubrid", "--forget"])
def test_a_name_is_needed(words: str) -> None:
    """One, and which there are."""
    with pytest.raises(
        vg.InvalidRequest,
        match=r"one of: qubax, qubrid, indoxhub, aihubmix, openrouter, bifrost, openai, comfyui, comfycloud, vllm-omni, sglang\.",
    ):
        connect(words)


def test_what_needs_no_key_takes_none() -> None:
    """The local engine; and a name that is none gets its neighbour."""
    assert connect("local") == "Local engine needs no key."
    with pytest.raises(vg.InvalidRequest, match="Did you mean qubax"):
        connect("qubaxx")


def echoing(_: str) -> str:
    """What `getpass` does at a terminal whose echo can't be turned off: it warns, and shows what is typed."""
    warnings.warn("Can not control echo on the terminal.", getpass.GetPassWarning, stacklevel=1)
    return KEY


def nobody(_: str) -> str:
    raise EOFError


@pytest.mark.parametrize("box", [echoing, nobody])
def test_a_key_is_never_asked_for_in_the_open(box: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it would be shown, or nobody is there, the variable is the way."""
    monkeypatch.setattr(getpass, "getpass", box)
    with pytest.raises(vg.AuthError, match="No hidden input is available here to type a key into"):
        connect("qubax")
    assert credentials.find_key("qubax", "QUBAX_API_KEY") is None


def test_a_refused_key_is_not_stored(ring: Ring, found: dict[str, KeyCheck]) -> None:
    """It is found before a prompt is written, and said in the provider's words."""
    found["qubax"] = KeyCheck("refused", "Invalid API key.")
    with pytest.raises(vg.AuthError, match=r"Qubax refused this key: Invalid API key\. Copy it again") as raised:
        connect("qubax")
    assert raised.value.charged == "no"
    assert ring.kept == {}
    assert credentials.find_key("qubax", "QUBAX_API_KEY") is None


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (KeyCheck("untested", NO_CALL), "Qubax can't check the key without a charge: it has no free call."),
        (
            KeyCheck("no_credit", "Your balance is 0."),
            "Qubax knows the key, but says: Your balance is 0. Add credit there",
        ),
        (
            KeyCheck("unreachable", "nothing answers at its address"),
            "The key was not tested, because Qubax could not be reached: nothing answers at its address.",
        ),
    ],
)
def test_a_key_that_may_be_good_is_stored(check: KeyCheck, words: str, ring: Ring, found: dict[str, KeyCheck]) -> None:
    """With what is known of it."""
    found["qubax"] = check
    assert connect("qubax").startswith(words)
    assert ring.kept == {("jupyter-videogen", "qubax"): KEY}


def test_a_declared_provider_has_a_key_for_its_address_alone(
    ring: Ring, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of one's own may name a provider; the same name at another address does not get its key."""
    monkeypatch.setattr(environment, "Environment", {"VIDEOGEN_HOME": str(home)})
    home.mkdir(exist_ok=True)
    text = '[providers.mine]\ndialect = "openai"\nbase_url = "https://{host}/v1"\nkey_env = "MINE_KEY"\n'
    (home / "videogen.toml").write_text(text.format(host="one.example"))
    assert connect("mine").startswith("The key works: mine accepts it")
    config = load_config()
    assert config.find_request_key(config.find_provider("mine")) == secrets.Secret(KEY, source="x")
    (home / "videogen.toml").write_text(text.format(host="two.example"))
    config = load_config()
    assert config.find_request_key(config.find_provider("mine")) is None


def test_in_a_terminal_without_a_keyring_it_says_that_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends: a key in its memory is none."""
    monkeypatch.setattr(environment, "in_ipython", lambda: False)
    assert "The key is not kept, because the keyring is not installed. To keep it, pip install" in connect("qubax")
