"""One job at a raw server: a real runner, transport, ledger and disk; only time is not real."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core.clip import ClipRecord, Marks
from jupyter_videogen.core.errors import DownloadError
from jupyter_videogen.core.http import Call
from jupyter_videogen.core.secrets import Secret
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.runtime.context import RunContext
from jupyter_videogen.runtime.runner import Runner
from jupyter_videogen.testing import FakeClock
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from support.fakes import SLOW, Slow, box
from support.raw_server import RawServer, says
from support.runner_bench import draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.dialects.base import Artifact
    from support.raw_server import Turn

KEY = "sk-canary-0123456789"
LONG = box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", b"\0" * 40) + box(b"mdat", bytes(range(256)) * 400)
"""A clip of 100 kB: long enough to break in the middle."""
HALF = len(LONG) // 2
ETAG = '"v1"'


def done(*urls: str) -> Turn:
    return says(msgspec.json.encode({"state": "succeeded", "urls": list(urls or ["/clip"])}))


class Impatient(Slow):
    """Waits half a second for the next piece of a download."""

    def fetch(self, artifact: Artifact) -> Call:
        return Call("GET", artifact.url, timeout=0.5)


class Stage:
    """A job, and what became of it."""

    def __init__(self, folder: Path, *clip: Turn, looks: list[Turn] | None = None, **others: list[Turn]) -> None:
        created = says(b'{"id": "r1"}')
        routes = {"/clips": [created], "/clips/r1": looks or [done()], "/clip": list(clip)}
        self.server = RawServer(routes | {f"/{name}": turns for name, turns in others.items()})
        self.clock, self.folder = FakeClock(), folder
        self.ledger = Ledger(folder / "ledger.sqlite3")
        self.ledger.add(draft(SLOW, folder))
        self.told: list[JobRecord] = []
        self.error: DownloadError | None = None
        self.before: Callable[[RawServer], None] = lambda _server: None

    def run(self) -> JobRecord:
        """Run the job as far as it goes, and give it as the ledger has it; `error` is what stopped it."""
        asyncio.run(self._run())
        return self.job

    async def _run(self) -> None:
        async with self.server.serving() as server:
            self.before(server)
            provider = msgspec.structs.replace(SLOW, base_url=server.url, dialect=Impatient())
            transport = Transport(Fixed(Endpoint(server.url, Secret(KEY, source="test"), {"x-bf-vk": KEY})))
            parts = RunContext(self.ledger, self.clock, self.folder / "posters", lambda _: None)
            try:
                self.error = None
                await Runner(self.job, provider, transport, parts, self.told.append).run()
            except DownloadError as error:
                self.error = error
            finally:
                await transport.close()

    @property
    def job(self) -> JobRecord:
        return self.ledger.find("k3q7x2ma")

    @property
    def left(self) -> list[str]:
        """The names in the clips' folder."""
        folder = self.folder / "videogen"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def asked(self, path: str = "/clip") -> list[str]:
        """What each download asked for: a range under a validator, or "all"."""
        lines = [line for line in self.server.lines if line.target.partition("?")[0] == path]
        return [f"{line.headers.get('range', 'all')} {line.headers.get('if-range', '')}".strip() for line in lines]

    def check_stored(self, body: bytes = LONG, *, total: bool = True, name: str = "", **changes: Any) -> None:
        """Assert that the job ended as it should: its whole record, the file, one POST, nothing left over."""
        clip = self._clip(body, name or "a-kite-k3q7x2ma")
        ended = draft(SLOW, self.folder).after(
            state="succeeded",
            take=1,
            sent_at=1_000.0,
            accepted_at=1_000.0,
            finished_at=self.clock.time,
            handle={"id": "r1"},
            progress=100.0,
            clips=(clip,),
            saved_bytes=len(body) if total else None,
            total_bytes=len(body) if total else None,
        )
        assert self.error is None
        assert self.job.after(version=0) == ended.after(**changes)
        assert Path(clip.path).read_bytes() == body
        assert self.server.posts == 1
        if not name:
            assert self.left == ["a-kite-k3q7x2ma.json", "a-kite-k3q7x2ma.mp4"]

    def check_kept(self, words: str, **changes: Any) -> None:
        """Assert that the job can still be fetched another day: its whole record, no file, one POST, nothing left over."""
        assert self.error is not None
        assert words in str(self.error), self.error
        kept = draft(SLOW, self.folder).after(
            state="saving",
            take=1,
            sent_at=1_000.0,
            accepted_at=1_000.0,
            handle={"id": "r1"},
            progress=100.0,
            failure=self.error.failure,
        )
        assert self.job.after(version=0) == kept.after(**changes)
        assert (self.error.sent, self.error.charged) == ("yes", "unknown")
        assert (self.left, self.server.posts) == ([], 1)

    def _clip(self, body: bytes, name: str) -> ClipRecord:
        return ClipRecord(
            path=str(self.folder / "videogen" / f"{name}.mp4"),
            bytes=len(body),
            sha256=sha256(body).hexdigest(),
            job_id="k3q7x2ma",
            prompt="a kite",
            provider="slow",
            model="m",
            duration=4,
            size="640x360",
            seed=7,
            created_at=self.clock.time,
            marks=Marks(),
        )
