"""Two kernels and a paid provider with no time of their own: every wait, answer, nap and death comes when a test says so.

Runtime, Runner, Ledger and Job are the real ones; the loop's thread, the clock and the line are not.
"""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, suppress
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.api.job import Job
from jupyter_videogen.catalog.validation import ValidatedRequest
from jupyter_videogen.core.budget import Budget
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.http import Call, Lost, NotSent, Reply
from jupyter_videogen.core.job import JobRecord
from jupyter_videogen.core.prices import Estimate
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.ledger import ledger as ledgers
from jupyter_videogen.ledger import liveness
from jupyter_videogen.ledger.rows import decode_job
from jupyter_videogen.runtime import connection_pool, job_draft, runtime
from jupyter_videogen.runtime.order import Order, SubmitOptions
from jupyter_videogen.runtime.runtime import Runtime
from jupyter_videogen.runtime.transfer import transfer
from jupyter_videogen.transport.connection import Connection
from support.fakes import MP4, SLOW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    import pytest

LINE = Connection(SLOW)
ASKED = GenerationRequest(prompt="a kite", model="m", duration=4, size="640x360", seed=7)
ORDER = Order(LINE, ASKED, ValidatedRequest(ASKED, (), SLOW.dialect.create(ASKED)), Estimate(None, "unknown"))
TURNS = 12
"""Rounds of a loop in which all that can go on does."""


class Inline(ThreadPoolExecutor):
    """Does at once what would go to a thread."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*args, **named))
        except BaseException as error:  # noqa: BLE001 - as an executor does
            done.set_exception(error)
        return done


class HandLoop:
    """A loop that runs only when it is turned."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_default_executor(Inline(1))

    def submit(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> Future[Any]:
        future: Future[Any] = Future()
        task = self.loop.create_task(work())  # type: ignore[arg-type]  # a partial of one
        task.add_done_callback(lambda done: transfer(done, future))
        future.add_done_callback(lambda done: task.cancel() if done.cancelled() else None)
        return future

    def call(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        future = self.submit(work)
        while not future.done():
            self.turn()
        return future.result()

    def turn(self) -> None:
        """Run what is ready, and what that makes ready."""
        for _ in range(TURNS):
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()

    def stop(self, last: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.turn()
        if last is not None:
            self.loop.run_until_complete(last())
        self.loop.close()


class Kernel:
    """One process: its clock is the world's, and its line leads to the world's provider."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name
        self.asleep = False
        self.timers: list[tuple[float, asyncio.Future[None]]] = []
        self.gates: list[tuple[asyncio.Future[Reply], Reply | Exception]] = []
        """Creates that the provider has heard and not answered yet."""
        world.starting = self
        self.runtime = Runtime(world.home, clock=self)
        self.jobs: dict[str, Job] = {}
        for record in self.runtime.ledger.unfinished():
            self.runtime.watch(record, LINE)
        self.turn()

    def now(self) -> float:
        return self.world.time

    monotonic = now

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self.timers.append((self.world.time + seconds, future))
        await future

    @property
    def loop(self) -> HandLoop:
        return self.runtime.loop  # type: ignore[return-value]  # put there by the world

    def turn(self) -> None:
        """Let the process go on, unless it sleeps."""
        if self.asleep:
            return
        due = [future for at, future in self.timers if at <= self.world.time]
        self.timers = [(at, future) for at, future in self.timers if at > self.world.time]
        for future in due:
            if not future.done():
                future.set_result(None)
        self.loop.turn()

    def job(self, job_id: str) -> Job:
        """Return the view of a job that was first taken here: it may be old."""
        record = self.runtime.ledger.find(job_id)
        if record.id not in self.jobs:
            self.jobs[record.id] = Job(self.runtime, self.runtime.watch(record, LINE), LINE)
        return self.jobs[record.id]

    def answer(self) -> None:
        """Let the oldest answer arrive."""
        future, reply = self.gates.pop(0)
        if not future.done():
            future.set_exception(reply) if isinstance(reply, Exception) else future.set_result(reply)

    def die(self) -> None:
        """Be gone from one moment to the next."""
        self.world.dead.add(self.runtime.ledger._presence.owner.token)
        self.runtime.ledger._file._connection.close()  # as the system does
        self.world.graves.append(self)  # its tasks are taken apart when nobody looks any more


class ModelLine:
    """What stands for a transport: the provider's answer comes when the world lets it."""

    def __init__(self, *_: object, **__: object) -> None:
        self._kernel: Kernel = World.now.starting

    async def send(self, call: Call) -> Reply:
        world = self._kernel.world
        if call.method != "POST":
            return world.told(call)
        reply = world.heard(call)
        if isinstance(reply, NotSent):
            raise reply
        gate: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._kernel.gates.append((gate, reply))
        return await gate

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Any]:
        yield _Whole(await self.send(call))

    async def renew(self) -> None:
        """Nothing to mend."""

    refresh = close = renew


class _Whole:
    def __init__(self, reply: Reply) -> None:
        self.status, self.headers, self._reply = reply.status, reply.headers, reply

    async def pieces(self) -> AsyncIterator[bytes]:
        yield self._reply.body

    async def reply(self) -> Reply:
        return self._reply


class World:
    """All there is: time, the provider's book, two kernels, one home."""

    now: World

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        World.now = self
        self.home, self.time, self.mode = home, 1_000.0, "ok"
        self.dead: set[str] = set()
        self.graves: list[Kernel] = []
        self.book: list[str] = []
        """The idempotency key of every create that was accepted; its place is the id."""
        self.delivered: set[str] = set()
        """Ids that reached a kernel."""
        self.called_unsent: set[str] = set()
        """The keys of requests that somebody was told were not sent."""
        self.lies: list[str] = []
        self.finished = False
        self.clicks = 0
        self.starting: Kernel
        self._holder: sqlite3.Connection | None = None
        monkeypatch.setattr(runtime, "start_loop", HandLoop)
        monkeypatch.setattr(connection_pool, "open_transport", ModelLine)
        monkeypatch.setattr(ledgers.Ledger, "at", classmethod(lambda cls, path: cls(path)))
        monkeypatch.setattr(ledgers, "MOMENT", 0.0)
        monkeypatch.setattr("jupyter_videogen.ledger.database.PATIENCE", 0.0)
        monkeypatch.setattr("jupyter_videogen.ledger.database.TURN", 0.0)
        monkeypatch.setattr("jupyter_videogen.runtime.creator.RECORD_TRIES", 2)
        monkeypatch.setattr(liveness, "_lives", lambda other: other.token not in self.dead)
        numbers = count()
        monkeypatch.setattr(
            job_draft, "new_id", lambda: f"aaaaaa{next(numbers):02}"
        )  # so that a story is told alike each time
        self.kernels = {name: Kernel(self, name) for name in "AB"}

    # ---- the provider ----------------------------------------------------------------------------------------

    def heard(self, call: Call) -> Reply | Exception:
        """Take a create, and give what will be answered."""
        if self.mode == "unsent":
            return NotSent("ConnectError")
        if self.mode == "busy":
            return Reply(429, {"retry-after": "5"}, b'{"error": {"code": "rate_limited"}}')
        key = call.headers["idempotency-key"]
        self.lies += ["sent after it was called unsent"] * (key in self.called_unsent)
        self.book.append(key)
        if self.mode == "lost":
            return Lost("ReadError")
        return Reply(200, {}, msgspec.json.encode({"id": f"r{len(self.book)}"}))

    def told(self, call: Call) -> Reply:
        """Answer a look or a download."""
        if call.url.startswith("/clips/"):
            state = {"state": "succeeded", "urls": ["/file"]} if self.finished else {"state": "running"}
            return Reply(200, {}, msgspec.json.encode(state))
        return Reply(200, {"content-length": str(len(MP4))}, MP4)

    # ---- what people and machines do ------------------------------------------------------------------------

    def click(self, name: str, *, new: bool = False) -> None:
        """Order the clip; a click that joins a job that is there pays nothing."""
        kernel = self.kernels[name]
        with suppress(VideogenError):
            submitted = kernel.runtime.submit(ORDER._replace(options=SubmitOptions(new=new)), Budget())
            self.clicks += not submitted.reused
            record = submitted.watch.record
            kernel.jobs.setdefault(record.id, Job(kernel.runtime, submitted.watch, LINE))

    def press(self, name: str, button: str) -> None:
        """Press a button of the first job that looks lost in a kernel, however old its view is."""
        kernel = self.kernels[name]
        looks = [job for job in kernel.jobs.values() if job.state == "unknown_outcome"] or list(kernel.jobs.values())
        for job in looks[:1]:
            with suppress(VideogenError):
                lost = kernel.runtime.ledger.find(job.id).state == "unknown_outcome"
                getattr(job, button)()
                self.clicks += lost and button == "send_again"

    def show(self, name: str) -> None:
        """Show the newest job in a kernel."""
        with suppress(VideogenError):
            self.kernels[name].job("last")

    def kill(self, name: str) -> None:
        """End a kernel and start another in its place."""
        self.kernels[name].die()
        self.kernels[name] = Kernel(self, name)

    def answer(self, name: str) -> None:
        """Let an answer reach a kernel."""
        kernel = self.kernels[name]
        _, reply = kernel.gates[0]
        if isinstance(reply, Reply) and reply.ok and not kernel.asleep:
            self.delivered.add(reply.json["id"])
        kernel.answer()

    def pass_by(self, seconds: float) -> None:
        """Let time pass, in steps of a heartbeat."""
        end = self.time + seconds
        while self.time < end:
            self.time = min(end, self.time + 5.0)
            self.turn()

    def turn(self) -> None:
        for kernel in self.kernels.values():
            self.starting = kernel
            kernel.turn()

    @property
    def waiting(self) -> list[str]:
        """The kernels that wait for the answer to a create."""
        return [name for name, kernel in self.kernels.items() if kernel.gates]

    @property
    def looks_lost(self) -> bool:
        """Whether some kernel shows a job whose outcome is unknown."""
        return any(job.state == "unknown_outcome" for kernel in self.kernels.values() for job in kernel.jobs.values())

    @property
    def locked(self) -> bool:
        return self._holder is not None

    def lock(self) -> None:
        """Hold the ledger's write lock, as another program may."""
        self._holder = sqlite3.connect(self.path, isolation_level=None, timeout=0)
        self._holder.execute("BEGIN IMMEDIATE")

    def unlock(self) -> None:
        if self._holder is not None:
            self._holder.close()
            self._holder = None

    def delete(self) -> None:
        """Delete the ledger; whoever has it open writes it anew at the next heartbeat."""
        self.unlock()
        for tail in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + tail).unlink(missing_ok=True)

    def fill(self, name: str, *, full: bool) -> None:
        """Let a kernel's file grow no more, or grow again."""
        db = self.kernels[name].runtime.ledger._file._connection
        pages = db.execute("PRAGMA page_count").fetchone()[0] if full else 1_000_000
        db.execute(f"PRAGMA max_page_count = {pages}")

    # ---- what must be true ----------------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        return self.home / "ledger.sqlite3"

    def records(self) -> dict[str, JobRecord]:
        """Return all that is written down, or will be by a process that lives."""
        found: dict[str, JobRecord] = {}
        connections = [kernel.runtime.ledger._file._connection for kernel in self.kernels.values()]
        with closing(sqlite3.connect(self.path)) as db:
            for one in [*connections, db]:
                with suppress(sqlite3.Error):
                    for content, version in one.execute("SELECT content, version FROM jobs"):
                        record = decode_job(content, version)
                        if record.id not in found or found[record.id].version <= version:
                            found[record.id] = record
        return found

    def known_ids(self) -> set[str]:
        """Return the ids that are written down, spilled, or owed by a process that lives."""
        owed = [record for kernel in self.kernels.values() for record in kernel.runtime.ledger.owing]
        spilled = [
            msgspec.json.decode(line, type=JobRecord)
            for path in self.home.parent.rglob("videogen-unwritten-*.jsonl")
            for line in path.read_bytes().splitlines()
        ]
        return {str(record.handle["id"]) for record in [*self.records().values(), *owed, *spilled] if record.handle}

    def check(self) -> None:
        """Hold the promises against the book."""
        assert not self.lies, self.lies[0]
        assert len(self.book) <= self.clicks, f"{len(self.book)} creates for {self.clicks} clicks"
        assert self.delivered <= self.known_ids(), "an accepted id is lost"
        for record in self.records().values():
            if record.failure is not None and "no" in {record.failure.sent, record.failure.charged}:
                self.called_unsent.add(record.idempotency_key)
                assert record.idempotency_key not in self.book, f"called unsent or free: {record.failure.message}"

    @property
    def state(self) -> tuple[object, ...]:
        """What tells one state of the world from another."""
        kernels = tuple(
            (kernel.asleep, len(kernel.gates), tuple(sorted(job.state for job in kernel.jobs.values())))
            for kernel in self.kernels.values()
        )
        jobs = tuple(sorted((record.state, record.in_doubt) for record in self.records().values()))
        return kernels, jobs, self.mode, self.locked, self.finished, len(self.book)

    def close(self) -> None:
        self.unlock()
        for kernel in self.kernels.values():
            kernel.asleep = False
            kernel.runtime.close()
        for kernel in self.graves:
            kernel.loop.stop()
            kernel.runtime.ledger.close()
