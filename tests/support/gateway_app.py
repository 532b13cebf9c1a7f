"""A gateway without a socket: an engine that obeys the test, and a client that speaks to the application itself."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx  # noqa: TID251 an independent client is the judge of a server

from jupyter_videogen.gateway.app import build
from jupyter_videogen.gateway.auth import Addresses, Guard, hosts
from jupyter_videogen.gateway.idle_exit import Idle
from jupyter_videogen.gateway.jobs.service import GatewayService
from jupyter_videogen.gateway.jobs.signing import Seal
from jupyter_videogen.gateway.jobs.store import JobStore
from jupyter_videogen.gateway.jobs.worker import Worker
from jupyter_videogen.gateway.requests.order import Order

TOKEN = "a-token-for-tests"
NOW = 1_800_000_000
CLIP = bytes(range(100))
SHEET = b"\xff\xd8 a sheet"
POSTER = b"\xff\xd8 a poster"
PATIENCE_SECONDS = 20


class PuppetEngine:
    """Renders when the gate is open, fails when told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.started = threading.Event()
        self.error: Exception | None = None
        self.poster_error: Exception | None = None
        self.clip = CLIP
        self.revised = ""
        self.orders: list[Order] = []

    def render(
        self, order: Order, path: Path, *, progress: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> SimpleNamespace:
        """Write the same hundred bytes for everyone."""
        self.orders.append(order)
        path.write_bytes(b"half")
        progress(42.9)
        self.started.set()
        while not self.gate.wait(0.01):
            if cancelled():
                raise RuntimeError("cancelled")
        if self.error is not None:
            raise self.error
        path.write_bytes(self.clip)
        return SimpleNamespace(scene="sea", mood="dawn", words=("sea", "dawn"), frames=24, revised=self.revised)

    def poster(self, path: Path) -> bytes:
        """Return the same picture for everyone."""
        if self.poster_error is not None:
            raise self.poster_error
        assert path.read_bytes() == self.clip
        return POSTER

    def sheet(self, path: Path) -> bytes:
        """Return the same sheet for everyone."""
        assert path.read_bytes() == self.clip
        return SHEET


@dataclass
class Time:
    """A clock that the test moves."""

    seconds: float = NOW + 0.9

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


@dataclass
class House:
    """One gateway, in this process."""

    folder: Path
    engine: PuppetEngine
    store: JobStore
    worker: Worker
    app: Guard
    settled: threading.Semaphore
    time: "Time"
    open: bool = True
    headers: dict[str, str] = field(default_factory=lambda: {"authorization": f"Bearer {TOKEN}"})

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request as the owner of the token; a header given as None is not sent at all."""
        headers = self.headers | options.pop("headers", {})
        kept = {name: value for name, value in headers.items() if value is not None}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4321") as client:
                return await client.request(method, path, headers=kept, **options)

        return asyncio.run(send())

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Send a GET."""
        return self.request("GET", path, **options)

    def create(self, headers: dict[str, str] | None = None, **fields: object) -> httpx.Response:
        """Send an order."""
        return self.request("POST", "/v1/videos", json=fields, headers=headers or {})

    def finished(self, **fields: object) -> str:
        """Return the id of a job that has been waited for."""
        job_id = self.create(**{"prompt": "a sea", "seed": 7} | fields).json()["id"]
        self.wait()
        return str(job_id)

    def held(self, **fields: object) -> str:
        """Return the id of a job that is being rendered until the gate opens."""
        self.engine.gate.clear()
        self.engine.started.clear()
        job_id = self.create(**{"prompt": "a sea", "seed": 7} | fields).json()["id"]
        assert self.engine.started.wait(PATIENCE_SECONDS)
        return str(job_id)

    def wait(self) -> None:
        """Wait until one more job has been settled."""
        assert self.settled.acquire(timeout=PATIENCE_SECONDS)

    def close(self) -> None:
        """Stop as the process does."""
        if self.open:
            self.open = False
            self.worker.cancel()
            self.worker.join(PATIENCE_SECONDS)
            self.store.close()


def build_house(
    folder: Path, engine: PuppetEngine | None = None, *, now: Callable[[], float] | None = None, pace: float = 1.0
) -> House:
    """Return a running gateway over a folder."""
    clips = folder / "clips"
    clips.mkdir(exist_ok=True)
    engine = engine or PuppetEngine()
    store = JobStore(folder / "jobs.sqlite3")
    store.requeue()
    settled = threading.Semaphore(0)
    time, seal = Time(), Seal(b"a secret of this test")
    worker = Worker(store, {"local/scenes": lambda: engine}, clips, settled.release)
    service = GatewayService(store, worker, clips, ("local/scenes",), seal, pace, now or time)
    app = Guard(
        build(service, pid=77),
        opens=seal.opener(TOKEN),
        addresses=Addresses(hosts("127.0.0.1", 4321)),
        idle=Idle(None, store.has_unfinished, lambda: None),
        leaving=lambda: False,
    )
    worker.start()
    return House(folder, engine, store, worker, app, settled, time)
