"""Test a key before anything is paid: a free call with it, and the same call with a wrong key as its control.

Many providers list their models for everybody, AIHubMix and OpenRouter among them, so that an accepted call proves nothing
of a key. Only where a wrong key is refused has the right one been tested.
"""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal, NamedTuple
from uuid import uuid4

import msgspec

from jupyter_videogen.core.http import Lost, Malformed, NotSent
from jupyter_videogen.core.secrets import Secret
from jupyter_videogen.dialects import sanitize
from jupyter_videogen.dialects.base import ChecksKeys, ListedModel, ListsModels
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from jupyter_videogen.transport.opening import open_transport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.http import Call, Reply

Verdict = Literal["valid", "refused", "no_credit", "untested", "unreachable"]
REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
BROKEN = 500
LIMIT = 10.0
"""Seconds to wait for an answer: somebody sits there and waits."""
PUBLIC = "its list of models is open to everybody"
NO_CALL = "it has no free call"


class KeyCheck(NamedTuple):
    """What a free call says of a key."""

    verdict: Verdict
    reason: str = ""
    """The provider's own words where it refuses, else why the key could not be tested; empty for a valid key."""
    models: tuple[ListedModel, ...] = ()
    """What the provider listed on the way."""


def free_call(provider: Provider) -> Call | None:
    """Return a call that costs nothing and that a provider may refuse to a wrong key; None where there is none."""
    dialect = provider.dialect
    call = dialect.check_key() if isinstance(dialect, ChecksKeys) else None
    call = dialect.models() if call is None and isinstance(dialect, ListsModels) else call
    return msgspec.structs.replace(call, timeout=LIMIT) if call else None


async def check_key(provider: Provider, secret: Secret) -> KeyCheck:
    """Test a key; never raises for what a provider answers, or doesn't."""
    call = free_call(provider)
    if call is None:
        return KeyCheck("untested", NO_CALL)
    try:
        reply = await _send(provider, call, secret)
        return await _judge(provider, reply, lambda: _send(provider, call, wrong_key()))
    except (NotSent, Lost) as error:
        return KeyCheck("unreachable", str(error))


async def _send(provider: Provider, call: Call, secret: Secret) -> Reply:
    transport = open_transport(Fixed(Endpoint(provider.base_url, secret)))
    try:
        return await transport.send(call)
    finally:
        await transport.close()


def wrong_key() -> Secret:
    """Return a key that nobody was ever given."""
    return Secret(f"sk-{uuid4().hex}", source="a test")


async def _judge(provider: Provider, reply: Reply, control: Callable[[], Awaitable[Reply]]) -> KeyCheck:
    if reply.ok:
        return _judge_accepted(provider, reply, await control())
    failure = sanitize.sanitize_dialect(provider.dialect).read_failure(reply)
    if failure.code == "out_of_credit":
        return KeyCheck("no_credit", failure.message)
    if reply.status == HTTPStatus.FORBIDDEN and (await control()).status == HTTPStatus.UNAUTHORIZED:
        return KeyCheck("untested", failure.message)  # it is known, and may not list models: OpenAI's restricted keys
    if reply.status in REFUSED:
        return KeyCheck("refused", failure.message)
    return KeyCheck("unreachable" if reply.status >= BROKEN else "untested", failure.message)


def _judge_accepted(provider: Provider, reply: Reply, control: Reply) -> KeyCheck:
    models: tuple[ListedModel, ...] = ()
    with suppress(Malformed):
        models = tuple(sanitize.read_models(provider.dialect, reply).models)
    if control.status in REFUSED:
        return KeyCheck("valid", models=models)
    return KeyCheck("untested", PUBLIC if control.ok else f"a wrong key got HTTP {control.status}", models)
