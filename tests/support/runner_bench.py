"""One job with everything around it a fake but the ledger and the disk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.core.http import Reply
from jupyter_videogen.core.job import JobRecord
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.runtime.context import RunContext
from jupyter_videogen.runtime.runner import Runner
from jupyter_videogen.testing import FakeClock, FakeTransport
from support.fakes import MP4

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.http import Call


def said(body: object, status: int = 200, **headers: str) -> Reply:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, names, body if isinstance(body, bytes) else msgspec.json.encode(body))


def draft(provider: Provider, folder: Path) -> JobRecord:
    return JobRecord(
        id="k3q7x2ma",
        state="draft",
        request=GenerationRequest(prompt="a kite", model="m", duration=4, size="640x360", seed=7),
        provider=provider.name,
        base_url=provider.base_url,
        key_env=None,
        model="m",
        path=str(folder / "videogen" / "a-kite-k3q7x2ma.mp4"),
        fingerprint="f",
        take=0,
        idempotency_key="key-1",
        created_at=1_000.0,
    )


class Bench:
    """One job of one provider with everything around it a fake but the ledger and the disk."""

    def __init__(self, folder: Path, provider: Provider, answer: Callable[[Call], Reply]) -> None:
        self.clock, self.transport = FakeClock(), FakeTransport(answer)
        self.ledger = Ledger(folder / "ledger.sqlite3")
        self.states: list[str] = []
        self.failpoints: list[str] = []
        self.provider = provider
        self.job = self.ledger.add(draft(provider, folder))
        self.parts = RunContext(self.ledger, self.clock, folder / "posters", self.failpoints.append)

    def run(self) -> JobRecord:
        runner = Runner(self.job, self.provider, self.transport, self.parts, self._note)  # type: ignore[arg-type]
        return asyncio.run(runner.run())

    def _note(self, job: JobRecord) -> None:
        self.job = job
        self.states.append(job.state)

    @property
    def stored(self) -> JobRecord:
        return self.ledger.find("k3q7x2ma")


def looks(*bodies: object) -> Callable[[Call], Reply]:
    """A provider that takes the job, then gives these answers to looks (exceptions are raised), and any clip."""
    queue = list(bodies)

    def answer(call: Call) -> Reply:
        if call.method == "POST":
            return said({"id": "r1"})
        if call.url == "/clips/r1":
            body = queue.pop(0)
            if isinstance(body, Exception):
                raise body
            return body if isinstance(body, Reply) else said(body)
        return said(MP4, content_length=str(len(MP4)))

    return answer


DONE = {"state": "succeeded", "urls": ["/files/1.mp4"]}
