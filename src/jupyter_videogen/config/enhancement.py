"""`[enhance]`: a chat endpoint of the user's own, which improves a prompt when somebody asks for that.

It counts in the user's own file alone. An endpoint gets a key and prompts, and its answer may cost money: a project's file
has no say in where those go.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from jupyter_videogen.config import credentials
from jupyter_videogen.core import command_names, secrets
from jupyter_videogen.core.errors import AuthError, InvalidRequest

EXAMPLE = '[enhance] base_url = "https://…/v1", model = "…" and key_env = "…_API_KEY"'


class Enhance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[enhance]`: where prompts are improved, and by which model."""

    base_url: str | None = None
    """The address before `/chat/completions`."""
    model: str | None = None
    key_env: str | None = None
    """The variable that holds the key; None where the endpoint needs none."""


class ChatEndpoint(NamedTuple):
    """A chat endpoint that can be asked."""

    base_url: str
    model: str
    secret: secrets.Secret | None

    @property
    def title(self) -> str:
        """The name of its host, for messages."""
        return urlsplit(self.base_url).netloc


def check(said: Enhance) -> None:
    """Refuse an address that holds credentials or is none, and a name that is no variable's: all of them are shown."""
    if said.key_env is not None:
        secrets.check_variable(said.key_env)
    secrets.check_address(said.base_url or "")
    if said.base_url is not None and not secrets.ADDRESS.fullmatch(said.base_url):
        raise InvalidRequest("The base_url of [enhance] is not a web address.", next='Write it as "https://…/v1".')


def find_endpoint(said: Enhance) -> ChatEndpoint:
    """Return the endpoint with its key; raises `InvalidRequest` where none is configured, `AuthError` without its key."""
    if said.base_url is None or said.model is None:
        what = "no chat endpoint is configured" if said == Enhance() else "[enhance] needs a base_url and a model"
        raise InvalidRequest(
            f"The prompt can't be improved: {what}.",
            next=f"Write {EXAMPLE} into your own videogen.toml; {command_names.spell('config')} shows its folder as home.",
        )
    address = said.base_url.rstrip("/")
    secret = credentials.find_key(f"enhance at {address}", said.key_env)
    if secret is None and said.key_env is not None:
        raise AuthError(
            f"The prompt can't be improved: [enhance] names {said.key_env}, which is not set.",
            next=f"Set {said.key_env}, or remove key_env where the endpoint needs no key.",
        )
    return ChatEndpoint(address, said.model, secret)
