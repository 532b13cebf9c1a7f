"""Where calls go, what opens the door there, and the rules for carrying a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from jupyter_videogen.core import redaction
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.http import Forbidden
from jupyter_videogen.core.request import credentials
from jupyter_videogen.core.secrets import Secret
from jupyter_videogen.transport import url_policy

if TYPE_CHECKING:
    from jupyter_videogen.core.http import Call


class Endpoint(msgspec.Struct, frozen=True):
    """The address of calls and the credentials for it."""

    base_url: str
    secret: Secret | None = None
    headers: dict[str, str] = {}
    allow_insecure: bool = False
    """Whether a key may travel to a public host without encryption."""
    engine: Any = None
    """The `browser_engine.BrowserEngine` that answers inside this process; None where calls leave it."""

    def __repr__(self) -> str:
        return f"Endpoint({self.base_url!r})"

    @property
    def carries_secrets(self) -> bool:
        """Whether calls there carry something nobody else should read."""
        return self.secret is not None or bool(self.headers)


class Source(Protocol):
    """The source of an endpoint: a constant for a provider, a launcher for the local gateway."""

    async def endpoint(self) -> Endpoint:
        """Return the endpoint for the next call."""
        ...

    async def renew(self) -> None:
        """Note that the endpoint refused a connection: make sure the next one is good."""
        ...


class Fixed:
    """The source of a fixed endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def endpoint(self) -> Endpoint:
        """Return the same endpoint always."""
        return self._endpoint

    async def renew(self) -> None:
        """Do nothing: a provider can't be restarted from here."""


def auth_headers(endpoint: Endpoint) -> dict[str, str]:
    """Return the headers that only the endpoint itself may see."""
    secret = {} if endpoint.secret is None else {"authorization": f"Bearer {endpoint.secret.reveal()}"}
    return {**endpoint.headers, **secret}


def redact_secrets(endpoint: Endpoint, call: Call) -> None:
    """Have what a call carries kept out of every message: the key, headers of the user's, fields that hold credentials."""
    if endpoint.secret is not None:
        redaction.add_secret(endpoint.secret.reveal())
    for value in endpoint.headers.values():
        redaction.add_secret(str(value).removeprefix("Bearer "))
    for credential in credentials(call.json if call.form is None else call.form):
        redaction.add_secret(credential)


async def check_encryption(endpoint: Endpoint) -> None:
    """Refuse to send a key unencrypted over the public internet; the local machine and network are allowed."""
    if endpoint.allow_insecure or not endpoint.carries_secrets or url_policy.origin(endpoint.base_url)[0] != "http":
        return
    if not url_policy.is_loopback(endpoint.base_url) and await url_policy.is_public_host(endpoint.base_url):
        message = f"{url_policy.origin(endpoint.base_url)[1]} is reached without encryption, so others on the network could read the key."
        remedy = "Use its https address, or pass allow_insecure=True."
        raise Forbidden(
            message,
            failure=Failure(
                code="invalid_request", message=message, next=remedy, field="base_url", sent="no", charged="no"
            ),
        )
