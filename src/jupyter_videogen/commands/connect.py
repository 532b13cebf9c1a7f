"""`%videogen connect NAME`: read a key from a hidden input, test it for free, and store it in the system's keyring."""

from __future__ import annotations

import getpass
import time
import warnings
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.catalog.model_lists import Listings
from jupyter_videogen.config import credentials, trust
from jupyter_videogen.core import command_names, environment, secrets
from jupyter_videogen.core.errors import AuthError, InvalidRequest
from jupyter_videogen.runtime import process

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.catalog.registry import Registry
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.runtime.key_check import KeyCheck, Verdict

SHARED = "This computer is shared: use a key you can revoke."


def connect(words: str, config: Configuration) -> str:
    """Test and store a provider's key, or remove it with `--forget`; return a sentence that says what is so now.

    Raises `InvalidRequest` for a name that is none, `AuthError` for what cannot be a key, where nobody can be asked, for a
    provider of a project's file that nobody has agreed to, and for a key that the provider refuses.
    """
    names = [word for word in words.split() if word != "--forget"]
    if len(names) != 1:
        raise InvalidRequest(
            "No provider given.",
            next=f"Use {command_names.spell('connect', 'NAME')} with one of: {_choices(config.registry)}.",
        )
    row = config.registry.find(names[0])
    if row.key_env is None:
        return f"{row.title} needs no key."
    if "--forget" in words.split():
        return _forget(row, config)
    if refusal := config.untrusted_error(row):
        raise refusal
    secret = secrets.Secret(_ask(f"Key for {row.title}: "), source="what was typed")
    return store_key(row, secret, config, keep=not environment.is_shared()).summary


class StoredKey(NamedTuple):
    """What a free call found of a key, and in words also where the key is now."""

    verdict: Verdict
    summary: str


def store_key(row: Provider, secret: secrets.Secret, config: Configuration, *, keep: bool) -> StoredKey:
    """Test a key by a free call and store it; return what was found and where it is.

    A key that cannot be tested is stored, and that is said. Raises `AuthError` for one that the provider refuses.
    """
    found = process.runtime().check_key(row, secret)
    if found.verdict == "refused":
        raise AuthError(
            f"{row.title} refused this key: {found.reason}",
            next="Copy it again from the provider's site. It was not stored.",
            charged="no",
        )
    place = credentials.remember(config.key_name(row), secret, keep=keep)
    if found.models:
        Listings(environment.home()).keep(row.base_url, found.models, now=time.time())
    summary = " ".join(filter(None, [_describe_check(row, found), _where(place), _shadow(row, secret)]))
    return StoredKey(found.verdict, summary)


def _describe_check(row: Provider, found: KeyCheck) -> str:
    match found.verdict:
        case "valid":
            return f"The key works: {row.title} accepts it{_listed(found)}."
        case "no_credit":
            return f"{row.title} knows the key, but says: {found.reason} Add credit there before you generate."
        case "unreachable":
            return f"The key was not tested, because {row.title} could not be reached: {found.reason}."
    return f"{row.title} can't check the key without a charge: {found.reason}."


def _listed(found: KeyCheck) -> str:
    count = len(found.models)
    return f" and lists {count} {'model' if count == 1 else 'models'}" if count else ""


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


def _where(place: str) -> str:
    if place == credentials.KEYRING:
        return f"The key is stored in {credentials.keyring().name} and will be found there."
    if not environment.in_ipython():
        return f"The key is not kept, because {_why_not_kept()}. To keep it, {_cure()}."
    if environment.is_shared():
        return f"The key is kept only in this kernel, until it stops. {SHARED}"
    return f"The key is kept only in this kernel, until it stops, because {_why_not_kept()}. To keep a key, {_cure()}."


def _why_not_kept() -> str:
    if environment.is_shared():
        return "this computer is shared"
    trouble = credentials.keyring().trouble
    return f"the keyring is {trouble}" if trouble else "the keyring refused it"


def _cure() -> str:
    installs = credentials.keyring().trouble == "not installed" and not environment.is_shared()
    return "pip install 'jupyter-videogen[keyring]'" if installs else "set its environment variable"


def _shadow(row: Provider, secret: secrets.Secret) -> str:
    """Warn if the typed key will not be used because the environment takes precedence."""
    if credentials.from_environment(row.key_env) in {None, secret}:
        return ""
    return f"But {row.key_env} is set and takes precedence: remove it to use this key."


def _forget(row: Provider, config: Configuration) -> str:
    places = credentials.forget(config.key_name(row))
    gone = (
        f"{row.title}'s key was removed from: {', '.join(places)}." if places else f"No key for {row.title} was stored."
    )
    left = config.find_key(row, row.key_env)
    return f"{gone} A key from {left.source} remains." if left else gone


def _choices(registry: Registry) -> str:
    return ", ".join(row.name for row in registry.providers.values() if row.key_env)
