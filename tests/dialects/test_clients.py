"""The Python API before providers on real sockets: waiting that ends, tasks that are cancelled, interrupts, cancelling."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import msgspec
import pytest

import jupyter_videogen as vg
from jupyter_videogen.core import backoff
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.job import CancelResult
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.runtime import process, recovery
from jupyter_videogen.runtime.polling import schedule
from support.fakes import MP4
from support.scripted_provider import CREATES, EVERY, KEY, ROWS, Asked, Host, Shop, answer, asks, open_shop
from support.whole_jobs import FREE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 30.0
"""Seconds for anything to happen; only ever reached by a failure."""
PAID = sorted(EVERY.keys() - {"local"})
"""The local engine knows all its models, so none that a test makes up."""
RUNNING = {"id": "j1", "job_id": "j1", "status": "in_progress"}


@pytest.fixture(params=PAID)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often, also into lists."""
    monkeypatch.setattr(backoff, "PACE", 0.02)
    monkeypatch.setattr(schedule, "USUAL", schedule.Economy(soonest=0.02, latest=0.02))
    monkeypatch.setattr(recovery, "WAITS", (0.0,))


class Door:
    """A provider that holds one kind of request until it is opened."""

    def __init__(self, name: str, held: str) -> None:
        self.arrived, self.open = threading.Event(), threading.Event()
        shop = Shop(name)
        usual: dict[str, Callable[[], bytes]] = {
            "create": shop.created,
            "look": lambda: answer(shop.done),
            "clip": lambda: answer(MP4),
        }

        def hold(_asked: Asked) -> bytes:
            self.arrived.set()
            self.open.wait(PATIENCE)
            return usual[held]()

        setattr(shop, f"_{held}", hold)
        self.host = open_shop(shop)

    def __enter__(self) -> Self:
        self.host.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self.open.set()
        self.host.__exit__(*exc)


def client(name: str, host: Host) -> vg.Client:
    return vg.Client(EVERY[name].name, base_url=host.url, api_key=KEY)


def accepted(job: vg.Job) -> vg.Job:
    """Wait for a job's id."""
    event = threading.Event()
    job.subscribe(lambda record: event.set() if record.handle else None)
    assert job.record.handle or event.wait(PATIENCE)
    return job


# ---- waiting ----------------------------------------------------------------------------------------------------


def test_waiting_ends_and_the_job_goes_on(name: str) -> None:
    """The error names the job; it is still watched, its clip arrives, and nothing was sent again."""
    with Door(name, "create" if name == "qubrid" else "look") as door:
        job = client(name, door.host).submit("a kite", **asks(name))
        assert door.arrived.wait(PATIENCE)
        with pytest.raises(vg.WaitTimeout) as caught:
            job.result(timeout="0.2s")
        assert caught.value.job is job
        assert caught.value.failure == Failure(
            code="wait_timeout",
            message=f"Stopped waiting for job {job.id}. The job continues and is still watched.",
            next=f"Get its clip with vg.job({job.id!r}).result().",
            sent="yes",
            charged="unknown",
        )
        door.open.set()
        assert Path(vg.job(job.id).result(PATIENCE).path).read_bytes() == MP4
    assert door.host.posts == 1


@pytest.mark.parametrize("held", ["create", "look", "clip"])
def test_a_cancelled_task_stops_waiting_and_loses_nothing(
    name: str, held: str, caplog: pytest.LogCaptureFixture
) -> None:
    """In the middle of the paid call, a look or the download: the task ends, nobody else's does, the clip arrives."""
    if (name, held) == ("qubrid", "look"):
        held = "create"

    async def give_up(door: Door) -> vg.Job:
        async with vg.AsyncClient(EVERY[name].name, base_url=door.host.url, api_key=KEY) as made:
            job = await made.submit("a kite", **asks(name))
            waiting = asyncio.ensure_future(_wait(job))
            assert await asyncio.to_thread(door.arrived.wait, PATIENCE)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert asyncio.all_tasks() == {asyncio.current_task()}
            return job

    with Door(name, held) as door:
        job = asyncio.run(give_up(door))
        door.open.set()
        assert Path(job.result(PATIENCE).path).read_bytes() == MP4
    assert process.runtime().ledger.find(job.id).state == "succeeded"
    assert job.record.handle == (None if name == "qubrid" else {"id": "j1"})
    assert door.host.posts == 1
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


async def _wait(job: vg.Job) -> vg.Clip:
    return await job


@pytest.mark.parametrize("held", ["look", "clip"])
@pytest.mark.parametrize("name", [name for name in PAID if name in ROWS])
def test_stopping_to_watch_leaves_no_task(name: str, held: str) -> None:
    """In the middle of a look or a download: no task of the job stays, no part of a file; it can be watched again."""
    runtime = process.runtime()
    before = runtime.loop.call(_settled)
    with Door(name, held) as door:
        job = client(name, door.host).submit("a kite", **asks(name))
        assert door.arrived.wait(PATIENCE)
        job.stop_waiting()
        assert runtime.loop.call(_settled) == before
        assert job.detached
        assert runtime.ledger.find(job.id).handle == {"id": "j1"}
        assert not Path(job.record.path).exists()
        door.open.set()
        assert Path(job.watch().result(PATIENCE).path).read_bytes() == MP4
    assert door.host.posts == 1


async def _settled() -> int:
    """Let what was cancelled end, and count the tasks beside this one."""
    while True:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        ending = [task for task in others if task.cancelling()]
        if not ending:
            return len(others)
        await asyncio.wait(ending)


# ---- interrupts -------------------------------------------------------------------------------------------------

SCRIPT = """
import json, sys
import jupyter_videogen as vg
from jupyter_videogen.core import backoff
from jupyter_videogen.runtime.polling import schedule

backoff.PACE = 0.02
schedule.USUAL = schedule.Economy(soonest=0.02, latest=0.02)
name, url, key, asked = sys.argv[1:]
try:
    vg.Client(name, base_url=url, api_key=key).generate("a kite", **json.loads(asked))
except KeyboardInterrupt:
    (job,) = vg.jobs()
    print(json.dumps([job.id, job.state]), flush=True)
job.result(60)
print(json.dumps([job.id, job.state, job.record.handle, job.clip.path]), flush=True)
"""


@pytest.fixture
def script() -> Iterator[Callable[[str, Host], subprocess.Popen[str]]]:
    """Start a program that makes a clip; ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(name: str, host: Host) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SCRIPT, EVERY[name].name, host.url, KEY, json.dumps(asks(name))]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for child in started:
        with child:
            child.kill()


def heard(process: subprocess.Popen[str]) -> list[Any]:
    assert process.stdout is not None
    return list(json.loads(process.stdout.readline()))


def test_an_interrupt_in_the_paid_call_loses_no_id(name: str, script: Any, home: Path) -> None:
    """The stop button while the provider holds the create: only the waiting stops, the id is written, the clip arrives."""
    with Door(name, "create") as door:
        process = script(name, door.host)
        assert door.arrived.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        id_, state = heard(process)
        assert state == "submitting"
        door.open.set()
        assert heard(process)[:3] == [id_, "succeeded", None if name == "qubrid" else {"id": "j1"}]
        assert process.wait(PATIENCE) == 0
    job = Ledger(home / "ledger.sqlite3").find(id_)
    assert (job.state, job.handle) == ("succeeded", None if name == "qubrid" else {"id": "j1"})
    assert Path(job.path).read_bytes() == MP4
    assert door.host.posts == 1


@pytest.mark.parametrize("held", ["look", "clip"])
@pytest.mark.parametrize("name", [name for name in PAID if name in ROWS])
def test_an_interrupt_in_a_look_or_a_download_loses_nothing(name: str, held: str, script: Any, home: Path) -> None:
    """The same while a look or the clip is on its way."""
    with Door(name, held) as door:
        process = script(name, door.host)
        assert door.arrived.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        id_, state = heard(process)
        assert state == {"look": "queued", "clip": "saving"}[held]
        door.open.set()
        assert heard(process)[:3] == [id_, "succeeded", {"id": "j1"}]
        assert process.wait(PATIENCE) == 0
    assert Path(Ledger(home / "ledger.sqlite3").find(id_).path).read_bytes() == MP4
    assert door.host.posts == 1


def test_a_process_that_dies_in_the_paid_call_is_told_of(name: str, script: Any) -> None:
    """Killed while the provider holds the create: the next process says that nobody knows, and sends nothing."""
    with Door(name, "create") as door:
        process = script(name, door.host)
        assert door.arrived.wait(PATIENCE)
        process.kill()
        process.wait(PATIENCE)
        door.open.set()
        (job,) = vg.jobs()
        with pytest.raises(vg.OutcomeUnknown) as caught:
            job.result(PATIENCE)
    assert msgspec.structs.replace(caught.value.failure, next="") == Failure(
        code="unknown_outcome",
        message="The kernel stopped while this was being sent, and the answer is lost.",
        sent="unknown",
        charged="unknown",
    )
    assert (job.state, job.record.base_url, door.host.posts) == ("unknown_outcome", door.host.url, 1)


# ---- cancelling -------------------------------------------------------------------------------------------------


class Clerk(NamedTuple):
    """How a provider is asked to cancel, and what it says where it did."""

    method: str
    target: str
    done: bytes


CANCELS = {
    "indoxhub": Clerk("POST", "/v1/videos/jobs/j1/cancel", answer({"message": "Job cancelled"})),
    "vllm_omni": Clerk("DELETE", "/v1/videos/j1", answer({"id": "j1", "deleted": True, "object": "video.deleted"})),
    "comfyui": Clerk("POST", "/v1/jobs/j1/cancel", answer({"id": "j1", "status": "canceling"})),
    "comfycloud": Clerk("POST", "/v1/jobs/j1/cancel", answer({"id": "j1", "status": "canceling"})),
}
cancelling = pytest.mark.parametrize("name", CANCELS)


class Desk(Shop):
    """A provider with a desk where jobs are cancelled; afterwards a look says `after`."""

    def __init__(self, name: str, verdict: bytes | None, after: dict[str, Any] | None = None) -> None:
        self.decided = threading.Event()
        super().__init__(name, look=lambda _asked: answer(self._said(after)))
        self._verdict = verdict

    def __call__(self, asked: Asked) -> bytes | None:
        if (asked.method, asked.target) != CANCELS[self.name][:2]:
            return super().__call__(asked)
        self.decided.set()
        return self._verdict

    def _said(self, after: dict[str, Any] | None) -> dict[str, Any]:
        if not self.decided.is_set():
            return {**RUNNING, "status": "pending"}
        return self.done if after is None else {**RUNNING, **after}


def order(name: str, host: Host) -> vg.Job:
    """Return a job that the provider has taken."""
    return accepted(client(name, host).submit("a kite", **asks(name)))


def creates(name: str, host: Host) -> int:
    """How many requests could have cost money."""
    return sum((one.method, one.target) == ("POST", CREATES[name]) for one in host.asked)


def bill(name: str) -> str:
    """What a job that goes on may come to."""
    return "It continues, and nothing is charged." if name in FREE else "It may finish and be charged."


@cancelling
@pytest.mark.parametrize("word", ["cancelled", "canceled", "failed", "pending"])
def test_a_cancelled_job_is_cancelled_whatever_looks_call_it(name: str, word: str) -> None:
    """The provider has confirmed it: that is the end, and no later word changes it."""
    desk = Desk(name, CANCELS[name].done, {"status": word, "error": {"message": "cancelled by user"}})
    with open_shop(desk) as host:
        job = order(name, host)
        assert job.cancel() == CancelResult(cancelled=True, reason=f"Cancelled at {EVERY[name].title}.")
        with pytest.raises(vg.VideogenError) as caught:
            job.result(PATIENCE)
        assert job.cancel() == CancelResult(cancelled=False, reason="The job has already ended: cancelled.")
    assert caught.value.failure == Failure(
        code="cancelled", message="The job ended as cancelled.", sent="yes", charged="unknown"
    )
    assert process.runtime().ledger.find(job.id).state == "cancelled"
    asked = [(one.method, one.target) for one in host.asked if one.method != "GET"]
    assert asked == [("POST", CREATES[name]), CANCELS[name][:2]]


@cancelling
@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (answer({"detail": "Only pending jobs can be cancelled."}, 400), "Only pending jobs can be cancelled."),
        (answer({"detail": "Job is running."}, 409), "Job is running."),
        (answer({"detail": "Job not found."}, 404), "Job not found."),
        (answer({}, 500), "The provider answered HTTP 500."),
    ],
)
def test_a_job_that_is_not_cancelled_goes_on(name: str, verdict: bytes, words: str) -> None:
    """Too late, or unknown there: told with the truth about the bill, and watched to its clip."""
    with open_shop(Desk(name, verdict)) as host:
        job = order(name, host)
        reason = f"{EVERY[name].title} did not cancel it: {words} {bill(name)}"
        assert job.cancel() == CancelResult(cancelled=False, reason=reason)
        assert Path(job.result(PATIENCE).path).read_bytes() == MP4
    assert creates(name, host) == 1


@pytest.mark.parametrize("name", sorted(EVERY.keys() - CANCELS.keys()))
def test_a_service_that_cannot_cancel_says_so(name: str) -> None:
    """Nothing is sent, what may come of the job and its bill is told, and its clip arrives."""
    with Door(name, "create" if name == "qubrid" else "look") as door:
        job = client(name, door.host).submit("a kite", model="local/scenes" if name == "local" else "m")
        assert door.arrived.wait(PATIENCE)
        assert job.cancel() == CancelResult(cancelled=False, reason=f"{EVERY[name].title} can't cancel. {bill(name)}")
        door.open.set()
        assert Path(job.result(PATIENCE).path).read_bytes() == MP4
    assert {(one.method, one.target) for one in door.host.asked if one.method != "GET"} == {("POST", CREATES[name])}


@pytest.mark.parametrize(
    "verdict",
    [
        answer({"message": "Job cancelled"}),
        answer(b"", 204),
        answer({}),
        answer({"job_id": "j1", "status": "cancelled", "error": "cancelled by user"}),
    ],
)
def test_a_2xx_that_does_not_take_it_back_is_a_cancel(verdict: bytes) -> None:
    """With words, with a job, or empty."""
    with open_shop(Desk("indoxhub", verdict, {"status": "cancelled"})) as host:
        assert order("indoxhub", host).cancel().cancelled


@cancelling
@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (answer({"success": False, "message": "Job is running."}), "Job is running."),
        (answer({"error": {"message": "Too late."}}), "Too late."),
        (answer(b"<html>Sign in</html>"), "Its response could not be read."),
        (answer(b'{"mess'), "Its response could not be read."),
    ],
)
def test_a_2xx_may_not_be_a_cancel(name: str, verdict: bytes, words: str) -> None:
    """A no in a 200, a network's own page, half an answer: the job is watched on to its clip, which may be paid for."""
    with open_shop(Desk(name, verdict)) as host:
        job = order(name, host)
        reason = f"{EVERY[name].title} did not cancel it: {words} {bill(name)}"
        assert job.cancel() == CancelResult(cancelled=False, reason=reason)
        assert Path(job.result(PATIENCE).path).read_bytes() == MP4
    assert creates(name, host) == 1


@cancelling
def test_a_cancel_whose_line_is_cut_is_told_and_the_job_goes_on(name: str) -> None:
    """Nobody knows whether it was heard: a look tells, and here it was not."""
    with open_shop(Desk(name, None)) as host:
        job = order(name, host)
        result = job.cancel()
        assert not result.cancelled
        assert result.reason.startswith(f"{EVERY[name].title} could not be reached (")
        assert result.reason.endswith("). The job continues.")
        assert Path(job.result(PATIENCE).path).read_bytes() == MP4


@pytest.mark.parametrize("word", ["cancelled", "canceled"])
def test_a_job_that_was_cancelled_elsewhere_is_cancelled(word: str) -> None:
    """In the provider's own console, say: a look finds it so."""
    with open_shop(Shop("indoxhub", look=answer({**RUNNING, "status": word}))) as host:
        job = client("indoxhub", host).submit("a kite", model="m")
        with pytest.raises(vg.VideogenError) as caught:
            job.result(PATIENCE)
    assert (job.state, caught.value.failure.message) == ("cancelled", "The job ended as cancelled.")
