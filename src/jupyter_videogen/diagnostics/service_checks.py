"""Checks of the way to the providers: proxies, keys, whether they answer, and their clocks."""

from __future__ import annotations

from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from jupyter_videogen.catalog import builtin
from jupyter_videogen.config import credentials
from jupyter_videogen.core import command_names
from jupyter_videogen.core.errors import AuthError
from jupyter_videogen.core.http import Call
from jupyter_videogen.diagnostics.probe import Question
from jupyter_videogen.diagnostics.report import Finding
from jupyter_videogen.dialects.base import ChecksKeys, ListsModels
from jupyter_videogen.runtime.key_check import free_call, wrong_key
from jupyter_videogen.transport import local_gateway, url_policy
from jupyter_videogen.transport.endpoint import Endpoint, Fixed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.catalog.registry import Registry
    from jupyter_videogen.core.secrets import Secret
    from jupyter_videogen.diagnostics.probe import Answer
    from jupyter_videogen.diagnostics.surroundings import Surroundings

LIMIT = 10.0
"""Seconds to wait for a provider's answer."""
SKEW, WRONG = 60.0, 300.0
"""Seconds by which this clock may differ from a provider's; signed links are good for minutes."""
ACCEPTED, REFUSED, BROKEN = range(200, 300), (401, 403), 500
KEY_PREFIXES = {"qubax": "qbx_live_", "aihubmix": "sk-", "openai": "sk-"}
"""What a provider's keys begin with, by its own documentation."""


class Reachable(NamedTuple):
    """A provider that can be asked: where its key came from, and a question that is free."""

    provider: Provider
    key_source: str
    question: Question


def check_proxies(place: Surroundings) -> Iterator[Finding]:
    """List the proxies on the way to providers, by their hosts: a proxy's address may hold a password."""
    proxies = {url_policy.proxy(row.base_url) for row in place.registry.providers.values() if row.key_env} - {None}
    yield from map(_describe_proxy, sorted(filter(None, proxies)))
    if not proxies:
        yield Finding("Proxy", "ok", "none")


def _describe_proxy(proxy: str) -> Finding:
    try:
        parts = urlsplit(proxy)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return Finding("Proxy", "problem", "the proxy's address can't be read", "Check HTTPS_PROXY and ALL_PROXY.")
    words = f"providers are reached through {parts.scheme}://{parts.hostname}{port}"
    return Finding("Proxy", "note", f"{words}; this machine's own addresses are not")


def check_keys(place: Surroundings) -> Iterator[Finding]:
    """Say where each provider's key comes from, and whether it can be one; never the key."""
    providers, without = _keyed_providers(place.registry), []
    for row in providers:
        try:
            secret = credentials.find_key(row.name, row.key_env)
        except AuthError as error:
            yield Finding(f"{row.title} key", "problem", error.message, error.failure.next)
            continue
        if secret is None:
            without.append(row.title)
        else:
            yield _check_key_format(row, secret)
    if without:
        adds = f"{command_names.spell('connect', 'NAME')} adds one" if command_names.has_magic() else "Set its variable"
        cure = "" if len(without) < len(providers) else f"{adds}; the local engine needs none."
        yield Finding("No key for", "ok", ", ".join(without), cure)
    ring = credentials.keyring()
    yield Finding("Keyring", "ok", ring.name or f"{ring.trouble}: a typed key is kept only by the kernel")


def _keyed_providers(registry: Registry) -> list[Provider]:
    """Return the providers that take a key."""
    return [row for row in registry.providers.values() if row.key_env and not registry.is_declared(row.name)]


def _check_key_format(row: Provider, secret: Secret) -> Finding:
    prefix = KEY_PREFIXES.get(row.name, "")
    if secret.begins(prefix):
        return Finding(f"{row.title} key", "ok", f"found in {secret.source}; its format is valid")
    words = f"found in {secret.source}, but it does not begin with {prefix} as {row.title}'s keys do"
    return Finding(f"{row.title} key", "note", words, "Check that it is this provider's key.")


def check_providers(place: Surroundings) -> Iterator[Finding]:
    """Check whether each provider that has a key is there and takes it, and what its clock says."""
    if place.ask is None:
        yield Finding("Providers", "note", "Not checked: the network is off.")
        return
    rows = list(_find_reachable(place))
    if not rows:
        yield Finding("Providers", "ok", "none has a key: none was checked")
        return
    answers = place.ask([row.question for row in rows], LIMIT)
    yield from map(_judge_answer, rows, answers, _ask_with_wrong_keys(place.ask, rows, answers))
    yield from _check_clock(next((answer.date for answer in answers if answer.date), ""), place.now())


def _ask_with_wrong_keys(
    ask: Callable[[Sequence[Question], float], list[Answer]], rows: Sequence[Reachable], answers: Sequence[Answer]
) -> list[Answer | None]:
    """Ask again, with a key that is none, where a key was accepted: an answer that everybody gets says nothing of a key."""
    asked = zip(rows, answers, strict=True)
    accepted = [row for row, answer in asked if row.provider.key_env and answer.status in ACCEPTED]
    questions = [provider_question(row.provider, Endpoint(row.question.base_url, wrong_key())) for row in accepted]
    controls = dict(zip((row.provider.name for row in accepted), ask(questions, LIMIT), strict=True))
    return [controls.get(row.provider.name) for row in rows]


def _find_reachable(place: Surroundings) -> Iterator[Reachable]:
    """Return the providers that can be asked, and the local gateway where it runs."""
    for row in _keyed_providers(place.registry):
        with suppress(AuthError):  # `check_keys` has reported it
            if secret := credentials.find_key(row.name, row.key_env):
                yield Reachable(row, secret.source, provider_question(row, Endpoint(row.base_url, secret)))
    if endpoint := local_gateway.running(place.home):
        yield Reachable(builtin.LOCAL, "its runtime file", provider_question(builtin.LOCAL, endpoint))


def provider_question(row: Provider, endpoint: Endpoint) -> Question:
    """Return a free call that tests the key, which is mostly the list of models; where there is none, any without the key."""
    if call := free_call(row):
        return Question(Fixed(endpoint), call, endpoint.base_url)
    return Question(Fixed(Endpoint(endpoint.base_url)), Call("GET", "/", timeout=LIMIT), endpoint.base_url)


def _judge_answer(row: Reachable, answer: Answer, control: Answer | None) -> Finding:
    name = "Local gateway" if row.provider.key_env is None else row.provider.title
    if answer.status is None:
        cure = "Check the network and the proxy. Running jobs are checked again when the provider is back."
        return Finding(name, "problem", f"not reached: {answer.trouble}", cure)
    if answer.status >= BROKEN:
        words = f"reached, but it answers HTTP {answer.status}"
        return Finding(name, "note", words, "Try again later: the problem is at the provider.")
    if not isinstance(row.provider.dialect, ListsModels):
        return Finding(name, "ok", "reached; it has no free way to test the key")
    return _judge_status(name, row, answer.status, control)


def _rekey(name: str, variable: str) -> str:
    return command_names.spell("connect", name) if command_names.has_magic() else f"Set {variable} to a valid key."


def _judge_status(name: str, row: Reachable, status: int, control: Answer | None) -> Finding:
    """Return what the status of the free call says of the key, and what it says of a wrong one."""
    if status in REFUSED:
        cure = _rekey(row.provider.name, row.provider.key_env) if row.provider.key_env else "Restart the kernel."
        words = f"reached, but it does not accept the key from {row.key_source} (HTTP {status})"
        return Finding(name, "problem", words, cure)
    is_tested = row.provider.key_env is None or (control is not None and control.status in REFUSED)
    if status in ACCEPTED and is_tested:
        return Finding(name, "ok", f"reached, and it accepts the key from {row.key_source}")
    if status in ACCEPTED:
        return Finding(name, "ok", "reached; it lists its models for everybody, so the key can't be tested for free")
    what = "its test of keys" if isinstance(row.provider.dialect, ChecksKeys) else "its list of models"
    return Finding(name, "note", f"reached, but {what} answers HTTP {status}")


def _check_clock(date: str, now: float) -> Iterator[Finding]:
    """Compare this clock with a provider's: links that were signed expire by the provider's."""
    with suppress(ValueError):
        skew = now - parsedate_to_datetime(date).timestamp()
        words = f"{abs(skew):.0f} seconds {'ahead of' if skew > 0 else 'behind'} the provider's clock"
        if abs(skew) <= SKEW:
            yield Finding("Clock", "ok", "agrees with the provider's clock")
        else:
            yield Finding("Clock", "problem" if abs(skew) > WRONG else "note", words, "Correct this machine's clock.")
