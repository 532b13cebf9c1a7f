"""Credentials: found by name, carried without ever being shown.

A provider's key is looked for, in this order, in its environment variable, in this process (typed by somebody), in the
keyring of the operating system, and in Colab's secrets. Every `Secret` remembers where it came from.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.core.errors import AuthError
from jupyter_videogen.core.secrets import Secret, check_variable

if TYPE_CHECKING:
    from collections.abc import Callable

SERVICE = "jupyter-videogen"
"""The service name of keys in the keyring; the user name is the provider's name."""


KERNEL, KEYRING, COLAB = "this kernel", "keyring", "Colab secrets"


FRESH = 5.0
"""Seconds for which "no key found" is cached: a list of a thousand jobs asks the keyring once."""


def find_key(provider: str, variable: str | None) -> Secret | None:
    """Return a provider's key from the first place that has one; raises `AuthError` if the value is not a key."""
    return from_environment(variable) or _typed.get(provider) or _stored(provider, variable)


def from_environment(variable: str | None) -> Secret | None:
    """Return the key in an environment variable, None when it is not set.

    Raises `AuthError` when it is no key, `InvalidRequest` for a name that is none.
    """
    if variable is not None:
        check_variable(variable)
    value = os.environ.get(variable or "")  # noqa: TID251 - keys is where keys are read
    try:
        return None if variable is None or value is None else Secret(value, source=variable)
    finally:
        del value


def remember(provider: str, secret: Secret, *, keep: bool) -> str:
    """Store a typed key, with `keep` in the keyring; return where it is now, "keyring" or "this kernel"."""
    kept = keep and _to_keyring(provider, secret)
    _typed[provider] = secret
    secret.source = KEYRING if kept else KERNEL
    return secret.source


def forget(provider: str) -> list[str]:
    """Remove a typed or stored key; return where it was. Raises `AuthError` if the keyring refuses."""
    typed = _typed.pop(provider, None)
    places = [KERNEL] if typed and typed.source == KERNEL else []
    ring = keyring()
    if ring.name and _asked(lambda: ring.module.get_password(SERVICE, provider)):
        _remove(ring, provider)
        places.append(KEYRING)
    return places


def _remove(ring: Keyring, provider: str) -> None:
    try:
        ring.module.delete_password(SERVICE, provider)
    except Exception as error:
        raise AuthError(
            f"{ring.name} did not delete the key ({type(error).__name__}).",
            next=f"Remove the entry {SERVICE} from it yourself.",
        ) from None


class Keyring(NamedTuple):
    """The keyring of the operating system, as far as it can be used."""

    module: Any = None
    name: str = ""
    """What stores the keys, such as "macOS Keyring"; empty if nothing does."""
    trouble: str = ""
    """Why nothing stores them."""


def keyring() -> Keyring:
    """Return the keyring; never raises. Imported here: it is an extra, and looking for its back end takes a moment."""
    try:
        module = importlib.import_module("keyring")
    except ImportError:
        return Keyring(trouble="not installed")
    except Exception as error:
        return Keyring(trouble=f"broken ({type(error).__name__})")
    try:
        backend = module.get_keyring()
        usable, name = backend.priority > 0, str(backend.name)
    except Exception as error:
        return Keyring(trouble=f"broken ({type(error).__name__})")
    return Keyring(module, name) if usable else Keyring(trouble="installed, but this system has no keyring")


_typed: dict[str, Secret] = {}
"""Keys typed into this process, and keys found in the keyring or in Colab, by provider."""


_absent: dict[str, float] = {}
"""When a key was last not found, by provider; monotonic seconds."""


def _stored(provider: str, variable: str | None) -> Secret | None:
    """Look in the keyring, then in Colab's secrets, where a look can cost a question to a person: once."""
    if time.monotonic() - _absent.get(provider, float("-inf")) < FRESH:
        return None
    found = _from_keyring(provider) or _from_colab(variable)
    if found is None:
        _absent[provider] = time.monotonic()
        return None
    return _typed.setdefault(provider, found)


def _from_keyring(provider: str) -> Secret | None:
    ring = keyring()
    return _wrapped(lambda: ring.module.get_password(SERVICE, provider), KEYRING) if ring.name else None


def _from_colab(variable: str | None) -> Secret | None:
    """Ask Colab, where this is Colab: its kernel has the module loaded, and only the page can grant the secret."""
    if variable is None or "google.colab" not in sys.modules:
        return None
    return _wrapped(lambda: importlib.import_module("google.colab.userdata").get(variable), COLAB)


def _wrapped(ask: Callable[[], object], source: str) -> Secret | None:
    value = _asked(ask)
    try:
        return Secret(value, source=source) if isinstance(value, str) and value else None
    finally:
        del value


def _asked(ask: Callable[[], object]) -> object:
    """Return a key from a store; a store that is locked, absent or refuses has none."""
    try:
        return ask()
    except Exception:
        return None


def _to_keyring(provider: str, secret: Secret) -> bool:
    ring = keyring()
    if not ring.name:
        return False
    try:
        ring.module.set_password(SERVICE, provider, secret.reveal())
    except Exception:
        return False
    return True
