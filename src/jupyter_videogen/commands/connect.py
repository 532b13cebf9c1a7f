"""`%videogen connect NAME`: read a key from a hidden input, and store it in the system's keyring."""

from __future__ import annotations

import getpass
import warnings
from typing import TYPE_CHECKING

from jupyter_videogen.config import credentials, trust
from jupyter_videogen.core import command_names, environment, secrets
from jupyter_videogen.core.errors import AuthError, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.catalog.registry import Registry

SHARED = "This computer is shared: use a key you can revoke."


def connect(words: str, registry: Registry) -> str:
    """Store a provider's key, or remove it with `--forget`; return a sentence that says where the key is.

    Raises `InvalidRequest` for a name that is none, `AuthError` for what cannot be a key or where nobody can be asked.
    """
    names = [word for word in words.split() if word != "--forget"]
    if len(names) != 1:
        raise InvalidRequest(
            "No provider given.",
            next=f"Use {command_names.spell('connect', 'NAME')} with one of: {_choices(registry)}.",
        )
    row = registry.find(names[0])
    if registry.is_declared(row.name):
        raise InvalidRequest(
            f"{row.title} comes from videogen.toml: its key is read from {row.key_env or 'no variable'} alone.",
            next=f"Set that variable, or key_env under [providers.{row.name}].",
        )
    if row.key_env is None:
        return f"{row.title} needs no key."
    return _forget(row) if "--forget" in words.split() else _take(row)


def update_trust(names: Sequence[str], registry: Registry, *, forget: bool = False) -> str:
    """Trust what this project's file asks for, all or by provider, or revoke that with `forget`; return the new state.

    Raises `InvalidRequest` for a name that asks for nothing here.
    """
    asked = {claim.provider: claim for claim in registry.claims}
    for name in names:
        if name not in asked:
            raise InvalidRequest(f"{name} asks for no key by a file of this project.", next=_asking(asked))
    chosen = [asked[name] for name in names] or list(asked.values())
    if not chosen:
        return "No file of this project asks for a key."
    (trust.remove_trusted if forget else trust.add_trusted)(environment.home(), chosen)
    head = "No longer trusted" if forget else "Trusted until the file changes"
    return "\n".join([f"{head}:", *(f"  {claim.words}" for claim in chosen)])


def _asking(asked: Iterable[str]) -> str:
    names = ", ".join(asked)
    return f"These do: {names}." if names else "There is nothing to trust."


def _take(row: Provider) -> str:
    secret = secrets.Secret(_ask(f"Key for {row.title}: "), source="what was typed")
    shared = environment.is_shared()
    place = credentials.remember(row.name, secret, keep=not shared)
    said = [f"{row.title} is connected. {_where(place, shared=shared)}", _shadow(row, secret)]
    return " ".join(filter(None, [*said, f"Nothing was sent. {command_names.spell('doctor')} tests the key for free."]))


def _ask(question: str) -> str:
    """Ask for a key without showing it; raises `AuthError` where that can't be done."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)  # it would go on and show what is typed
            return getpass.getpass(question)
    except (getpass.GetPassWarning, EOFError, OSError, NotImplementedError):
        raise AuthError(
            "No hidden input is available here to type a key into.",
            next="Set the provider's environment variable instead.",
        ) from None


def _where(place: str, *, shared: bool) -> str:
    if place == credentials.KEYRING:
        return f"The key is stored in {credentials.keyring().name} and will be found there."
    if shared:
        return f"The key is kept only in this kernel, until it stops. {SHARED}"
    trouble = credentials.keyring().trouble
    cure = "pip install 'jupyter-videogen[keyring]'" if trouble == "not installed" else "set its environment variable"
    why = f"the keyring is {trouble}" if trouble else "the keyring refused it"
    return f"The key is kept only in this kernel, until it stops, because {why}. To keep a key, {cure}."


def _shadow(row: Provider, secret: secrets.Secret) -> str:
    """Warn if the typed key will not be used because the environment takes precedence."""
    if credentials.from_environment(row.key_env) in {None, secret}:
        return ""
    return f"But {row.key_env} is set and takes precedence: remove it to use this key."


def _forget(row: Provider) -> str:
    places = credentials.forget(row.name)
    gone = (
        f"{row.title}'s key was removed from: {', '.join(places)}." if places else f"No key for {row.title} was stored."
    )
    left = credentials.find_key(row.name, row.key_env)
    return f"{gone} A key from {left.source} remains." if left else gone


def _choices(registry: Registry) -> str:
    return ", ".join(row.name for row in registry.providers.values() if row.key_env)
