"""Test a provider without a network: a provider as a function, a fake clock, a conformance check.

    answers = {"/clips": Reply(200, body=b'{"id": "1"}'), ...}
    job = testing.run(PROVIDER, "a kite", lambda call: answers[call.url], folder)
    testing.check_dialect(Acme())

Provisional until a second dialect from outside exists.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jupyter_videogen.catalog.validation import validate
from jupyter_videogen.core.http import Call, Reply
from jupyter_videogen.core.job import JobRecord, new_id
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.dialects.base import UNREADABLE, Accepted, Dialect, Finished, Looks, Refused, StatusUpdate
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.media.clip_store import planned_path
from jupyter_videogen.runtime.context import RunContext
from jupyter_videogen.runtime.runner import Runner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from jupyter_videogen.catalog.provider import Provider

GARBAGE = (b"", b"null", b"[]", b'"text"', b"7", b"{}", b"<html></html>", b'{"id"', b"\xff\xfe", b'{"status": null}')
"""Bodies that some server has answered with a 200."""


class FakeClock:
    """A clock that advances only by `sleep`; `slept` lists the seconds of each call."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.time

    def monotonic(self) -> float:
        """Return the seconds that never jump."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Let time pass, at once."""
        self.slept.append(seconds)
        self.time += seconds


class _FakeStream:
    """A reply that is complete from the start."""

    def __init__(self, reply: Reply) -> None:
        self.status, self.headers, self._reply = reply.status, reply.headers, reply

    async def pieces(self) -> AsyncIterator[bytes]:
        """Return the body."""
        yield self._reply.body

    async def reply(self) -> Reply:
        """Return the reply."""
        return self._reply


class FakeTransport:
    """A transport that answers calls by a function, which may raise `NotSent` or `Lost`; `calls` lists all calls."""

    def __init__(self, answer: Callable[[Call], Reply]) -> None:
        self._answer = answer
        self.calls: list[Call] = []
        self.renewed = 0

    async def send(self, call: Call) -> Reply:
        """Exchange a call for its reply."""
        self.calls.append(call)
        return self._answer(call)

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[_FakeStream]:
        """Open a call."""
        yield _FakeStream(await self.send(call))

    async def renew(self) -> None:
        """Count how often the endpoint was asked to mend itself."""
        self.renewed += 1

    @property
    def posts(self) -> int:
        """How many calls could have cost money."""
        return sum(call.method == "POST" for call in self.calls)


def run(provider: Provider, prompt: str, answer: Callable[[Call], Reply], folder: Path, **fields: Any) -> JobRecord:
    """Run a job to its end against a provider that is a function; clips go to `folder`, time stands still."""
    request, warnings, call = validate(GenerationRequest(prompt=prompt, **fields), provider)
    job_id = new_id()
    ledger = Ledger(folder / "ledger.sqlite3")
    try:
        job = ledger.add(
            JobRecord(
                id=job_id,
                state="draft",
                request=request,
                provider=provider.name,
                base_url=provider.base_url,
                key_env=provider.key_env,
                model=request.model or "",
                path=str(planned_path(folder, prompt, job_id)),
                fingerprint=job_id,
                take=0,
                idempotency_key=str(uuid4()),
                created_at=1_000.0,
                warnings=warnings,
            )
        )
        context = RunContext(ledger, FakeClock(), folder / "posters", _nothing)
        transport: Any = FakeTransport(answer)
        return asyncio.run(Runner(job, provider, transport, context, _nothing).run(call))
    finally:
        ledger.close()


def check_dialect(dialect: Dialect) -> None:
    """Check the rules for every dialect; raises AssertionError with the broken rule.

    A create is pure, goes below the base URL and carries no credentials; replies of any shape are read or refused in one
    of the ways the runner expects, and nothing unreadable is ever a success.
    """
    request = GenerationRequest(prompt="a kite", model="some/model")
    call = dialect.create(request)
    _rule(call == dialect.create(request), "create must give the same call for the same request")
    _rule(call.url.startswith("/"), "create must give a path below the base URL")
    _rule("authorization" not in {name.lower() for name in call.headers}, "credentials are the transport's")
    for body in GARBAGE:
        _check_birth(dialect, body)
        if isinstance(dialect, Looks):
            _check_look(dialect, body)


def _check_birth(dialect: Dialect, body: bytes) -> None:
    try:
        born = dialect.read_create(Reply(200, {}, body))
    except UNREADABLE:
        return
    _rule(isinstance(born, Accepted | Finished | Refused), f"read_create gave {born!r} for {body!r}")
    _rule(not (isinstance(born, Finished) and not born.artifacts), f"read_create took {body!r} for a finished clip")


def _check_look(dialect: Looks, body: bytes) -> None:
    try:
        update = dialect.read_look(Reply(200, {}, body), {"id": "1"})
    except UNREADABLE:
        return
    _rule(isinstance(update, StatusUpdate), f"read_look gave {update!r} for {body!r}")
    _rule(not update.artifacts, f"read_look found a clip in {body!r}")


def _rule(kept: object, words: str) -> None:
    if not kept:
        raise AssertionError(words)


def _nothing(_: object) -> None:
    """Take no part."""
