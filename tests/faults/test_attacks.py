"""Aimed attacks on money and jobs: real processes that sleep, die, lose their disk, their file or their key."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import threading
import time
import zlib
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.http import Call, Lost
from jupyter_videogen.core.secrets import Secret
from jupyter_videogen.ledger import ledger
from jupyter_videogen.notebook import completion
from jupyter_videogen.runtime import housekeeping, loop, process
from jupyter_videogen.runtime import runtime as runtime_module
from jupyter_videogen.transport import client as transport
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from support.kernel_process import Puppet

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.paid_server import Shop

LONGEST = 60.0
"""Seconds for anything to come; only ever reached by a failure."""


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is where a process that finds a job again looks for it."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    monkeypatch.setattr("jupyter_videogen.runtime.recovery.WAITS", (0.0,))


def lab(shop: Shop, **options: Any) -> vg.Client:
    return vg.Client("openai", base_url=shop.url, key_env="LAB_KEY", **options)


def comes(true: Callable[[], object]) -> bool:
    """Wait until something is so."""
    until = time.monotonic() + LONGEST
    while not true() and time.monotonic() < until:
        threading.Event().wait(0.05)
    return bool(true())


def home_ledger() -> Path:
    return environment.home() / "ledger.sqlite3"


def held(path: Path) -> sqlite3.Connection:
    """Take the write lock of the ledger, as another program may."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


# ---- sent, or not sent ---------------------------------------------------------------------------------------


def test_a_request_whose_last_bytes_left_is_never_called_unsent(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> None:
    """What tells that the bytes have left comes too late: the timeout finds them gone, and the outcome unknown."""
    library = {"httpx": "httpcore", "httpx2": "httpcore2"}[transport.httpx.__name__]
    stream_class = import_module(f"{library}._backends.anyio").AnyIOStream
    real = stream_class.write

    async def write(stream: Any, buffer: bytes, *limits: float | None, **named: float | None) -> None:
        await real(stream, buffer, *limits, **named)
        if buffer.endswith(b"--\r\n"):  # the last line of a form
            await asyncio.Event().wait()

    monkeypatch.setattr(stream_class, "write", write)

    async def run() -> None:
        line = Transport(Fixed(Endpoint(shop.url, Secret("k" * 20, source="test"))))
        try:
            await line.send(Call("POST", "/videos", form={"prompt": "a kite", "model": "m"}, timeout=0.5))
        finally:
            await line.close()

    with pytest.raises(Lost):
        asyncio.run(run())
    assert shop.asked.wait(LONGEST)


def test_a_kernel_that_sleeps_during_its_upload_sends_once(shop: Shop, tmp_path: Path) -> None:
    """Stopped for longer than its timeout while a picture of 3 MB is on its way; the provider reads on."""
    picture = tmp_path / "noise.png"
    picture.write_bytes(noise(1000))
    shop.reading.clear()
    with Puppet(shop.url) as kernel:
        kernel.do(f"lab = vg.Client('openai', base_url={shop.url!r}, key_env='LAB_KEY', timeout=2)")
        job = kernel.value(f"lab.submit('a kite', model='m', image={str(picture)!r}).id")
        assert shop.begun.wait(LONGEST)
        kernel.stop()
        shop.reading.set()
        threading.Event().wait(2.5)  # longer than its timeout
        kernel.go_on()
        assert comes(lambda: kernel.value(f"vg.job({job!r}).record.ended"))
        told = kernel.value(f"vg.job({job!r}).state")
    assert len(shop.book) <= 1
    assert (told, len(shop.book)) in {("succeeded", 1), ("unknown_outcome", 1), ("unknown_outcome", 0), ("failed", 0)}


def noise(side: int) -> bytes:
    """Return a square picture that cannot be packed."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    rows = b"".join(b"\0" + os.urandom(3 * side) for _ in range(side))
    head = side.to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")


# ---- the disk, and the file ----------------------------------------------------------------------------------

FULL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def fill(limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
"""


def test_an_answer_outlives_a_full_ledger_and_the_kernel(shop: Shop) -> None:
    """The disk takes no more of the ledger between a create and its answer: the id is spilled to a small file."""
    shop.held.clear()
    with Puppet(shop.url) as kernel:
        kernel.do(FULL)
        job = kernel.submit("a kite")
        assert shop.asked.wait(LONGEST)
        kernel.do(f"fill({Path(f'{home_ledger()}-wal').stat().st_size})")
        shop.held.set()
        assert comes(lambda: list(environment.home().glob("videogen-unwritten-*")))
        assert comes(lambda: kernel.value(f"vg.job({job!r}).record.warnings"))  # it is told after it is written
        words = kernel.value(f"vg.job({job!r}).record.warnings[-1]")
        kernel.kill()
    assert "can't be written to the ledger right now" in words
    found = vg.job(job)
    assert found.record.handle == {"id": "video_1"}
    assert found.result(LONGEST).prompt == "a kite"
    assert len(shop.book) == 1
    assert not list(environment.home().glob("videogen-unwritten-*"))


def test_an_answer_that_no_disk_takes_is_printed_and_written_later(shop: Shop) -> None:
    """With the provider's id; when there is room again the ledger has it, and the job ends well."""
    shop.held.clear()
    with Puppet(shop.url) as kernel:
        kernel.do(FULL)
        job = kernel.submit("a kite")
        assert shop.asked.wait(LONGEST)
        kernel.do("from jupyter_videogen.runtime import runtime")
        kernel.do("fill(0)")
        shop.held.set()
        assert comes(lambda: kernel.value("len(vg.job('last')._runtime.ledger.owing)"))
        kernel.do("fill(resource.RLIM_INFINITY)")
        assert comes(lambda: kernel.value(f"vg.job({job!r}).record.ended"))
        assert kernel.value(f"vg.job({job!r}).state") in {"succeeded", "saving"}
        told = kernel.kill()
    assert '{"id":"video_1"}' in told
    assert vg.job(job).record.handle == {"id": "video_1"}
    assert len(shop.book) == 1


@pytest.mark.parametrize("dies", [True, False])
def test_a_ledger_that_is_locked_between_a_create_and_its_answer_costs_nothing(shop: Shop, *, dies: bool) -> None:
    """Another program holds it for longer than anybody waits; the kernel dies meanwhile, or lives on."""
    shop.held.clear()
    with Puppet(shop.url) as kernel:
        job = kernel.submit("a kite")
        assert shop.asked.wait(LONGEST)
        with closing(held(home_ledger())) as other:
            shop.held.set()
            assert comes(lambda: list(environment.home().glob("videogen-unwritten-*")))
            if dies:
                kernel.kill()
            other.execute("ROLLBACK")
        if not dies:
            assert comes(lambda: kernel.value(f"vg.job({job!r}).state") == "succeeded")
    assert vg.job(job).result(LONGEST).prompt == "a kite"
    assert len(shop.book) == 1


def test_a_running_job_goes_on_while_the_ledger_is_locked(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Watching is not over because a state could not be written; the last state is written when it can be."""
    monkeypatch.setattr(ledger, "MOMENT", 0.01)
    monkeypatch.setattr(housekeeping, "TICK", 0.05)
    shop.held.clear()
    job = lab(shop).submit("a kite", model="m")
    assert shop.asked.wait(LONGEST)
    with closing(held(home_ledger())) as other:
        shop.held.set()
        assert comes(lambda: job.state == "succeeded")
        assert job.record.warnings[-1].startswith("The job can't be written to the ledger right now")
        other.execute("ROLLBACK")
    assert comes(lambda: not job.record.warnings)
    assert process.runtime().ledger.find(job.id).state == "succeeded"


def test_a_request_is_not_sent_that_cannot_be_written_down(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locked between the order and the sending: told as not sent, and that is true."""
    monkeypatch.setattr(ledger, "MOMENT", 0.01)
    monkeypatch.setattr("jupyter_videogen.runtime.creator.RECORD_TRIES", 1)
    client = lab(shop)
    begun, go = threading.Event(), threading.Event()

    def failpoint(name: str) -> None:
        if name == "planned":
            begun.set()
            go.wait(LONGEST)

    monkeypatch.setattr(environment, "failpoint", failpoint)
    job = client.submit("a kite", model="m")
    assert begun.wait(LONGEST)
    with closing(held(home_ledger())) as other:
        go.set()
        assert comes(lambda: job.state == "failed")
        other.execute("ROLLBACK")
    assert job.record.failure is not None
    assert (job.record.failure.sent, job.record.failure.charged, shop.book) == ("no", "no", [])


@pytest.mark.parametrize("how", ["deleted", "replaced", "with its folder"])
def test_a_job_after_the_ledger_was_deleted_is_in_the_file_at_its_path(shop: Shop, how: str) -> None:
    """Under a kernel that has it open, and that is killed after its next job."""
    shop.held.clear()
    with Puppet(shop.url) as kernel:
        first = kernel.submit("a kite")
        assert shop.asked.wait(LONGEST)
        for path in (
            [*environment.home().rglob("*")] if how == "with its folder" else environment.home().glob("ledger*")
        ):
            if path.is_file() and "gateway" not in path.parts:
                path.unlink()
        if how == "replaced":
            ledger.Ledger(home_ledger()).close()
        second = kernel.submit("a boat")
        assert comes(lambda: len(shop.book) == len("ab"))
        shop.held.set()
        assert comes(lambda: kernel.value(f"vg.job({second!r}).state") == "succeeded")
        kernel.kill()
    assert {job.id for job in vg.jobs()} == {first, second}
    assert all(job.result(LONGEST) for job in vg.jobs())
    assert len(shop.book) == len("ab")


def test_opening_the_ledger_again_in_one_process_takes_no_lock_away(shop: Shop) -> None:
    """Tab, a reload of the extension, a copied clip; then another kernel loads, and the first one dies."""
    other = (
        "from pathlib import Path; from jupyter_videogen.ledger.ledger import Ledger;"
        f"ledger = Ledger.at(Path({str(home_ledger())!r})); ledger.unfinished()"
    )
    shop.held.clear()
    with Puppet(shop.url) as kernel:
        kernel.submit("a kite")
        assert shop.asked.wait(LONGEST)
        kernel.do("from jupyter_videogen.notebook import completion; completion._jobs()")
        with Puppet(shop.url) as loading:
            loading.do(other)
            loading.do("ledger.close()")
        open_files = [str(file.readlink()) for file in Path(f"/proc/{kernel.process.pid}/fd").iterdir()]
        assert not [name for name in open_files if name.endswith("-wal (deleted)")]
        kernel.submit("a boat")
        assert comes(lambda: len(shop.book) == len("ab"))
        kernel.kill()
    shop.held.set()
    assert sorted(job.request.prompt for job in vg.jobs()) == ["a boat", "a kite"]


def test_completion_gives_the_ledger_of_the_process(shop: Shop) -> None:
    """It opens nothing of its own where a kernel has it open."""
    before = process.runtime().ledger
    completion._jobs()
    assert ledger.Ledger.at(home_ledger()) is before
    assert not before.closed


# ---- two kernels ---------------------------------------------------------------------------------------------


def test_a_stale_view_shows_what_is_true_and_pays_nothing(shop: Shop) -> None:
    """Another kernel has sent a lost request again; here it still looks lost."""
    shop.deaf, shop.listing = True, False
    job = lab(shop).submit("a kite", model="m")
    assert comes(lambda: job.state == "unknown_outcome")
    shop.deaf = False
    with Puppet(shop.url) as kernel:
        kernel.do(f"kernel_job = vg.job({job.id!r}); kernel_job.send_again()")
        assert comes(lambda: kernel.value("kernel_job.state") == "succeeded")
    assert job.state == "unknown_outcome"
    with pytest.raises(InvalidRequest, match="is succeeded"):
        job.send_again()
    assert job.state == "succeeded"
    assert job.watch().result(LONGEST).prompt == "a kite"
    assert len(shop.book) == len(["the lost one", "the one on purpose"])


def test_a_button_pays_nothing_for_a_job_that_another_kernel_is_at_work_on(shop: Shop) -> None:
    """It reads along from then on."""
    shop.deaf, shop.listing = True, False
    job = lab(shop).submit("a kite", model="m")
    assert comes(lambda: job.state == "unknown_outcome")
    shop.deaf = False
    shop.held.clear()
    with Puppet(shop.url) as kernel:
        kernel.do(f"kernel_job = vg.job({job.id!r}); kernel_job.send_again()")
        assert comes(lambda: len(shop.book) == len("ab"))
        job.send_again()
        assert job.state == "submitting"
        shop.held.set()
        assert job.result(LONGEST).prompt == "a kite"
    assert len(shop.book) == len("ab")


@pytest.mark.parametrize("wakes", [True, False])
def test_a_sender_that_sleeps_longer_than_its_lease_is_not_judged(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, *, wakes: bool
) -> None:
    """It waits after a 429 and is stopped; another kernel sends nothing for it while it lives, whoever asks."""
    monkeypatch.setattr(ledger, "LEASE", 0.1)
    monkeypatch.setattr(runtime_module, "OBSERVE", 0.05)
    shop.busy = 1
    with Puppet(shop.url) as kernel:
        kernel.do("from jupyter_videogen.ledger import ledger; ledger.LEASE = 0.1")
        name = kernel.submit("a kite")
        assert comes(lambda: not shop.busy and vg.job(name).state == "draft")
        kernel.stop()
        threading.Event().wait(0.5)  # longer than the lease
        again = lab(shop).submit("a kite", model="m")
        assert (again.id, again.reused) == (name, True)
        threading.Event().wait(0.5)  # ten looks of the other kernel
        assert (again.state, shop.book) == ("draft", [])
        if wakes:
            kernel.go_on()
            assert again.result(LONGEST).prompt == "a kite"
        else:
            kernel.kill()
            assert comes(lambda: again.state == "failed")
    assert len(shop.book) == wakes


def test_a_kernel_without_the_key_leaves_the_job_to_one_that_has_it(shop: Shop) -> None:
    """It takes no lease and writes nothing; the job is shown as one that cannot be looked at from there."""
    shop.done = False
    with Puppet(shop.url) as kernel:
        job = kernel.submit("a kite")
        assert comes(lambda: kernel.value(f"vg.job({job!r}).record.handle is not None"))
        kernel.kill()
    looks = shop.looks
    with Puppet(shop.url, key=False) as stranger:
        assert comes(lambda: stranger.value(f"vg.job({job!r}).state") == "unreachable")
        assert shop.looks == looks
        with closing(sqlite3.connect(home_ledger())) as db:
            state, owner = db.execute("SELECT state, lease_owner FROM jobs").fetchone()
        assert state == "accepted"
        assert owner is None or f"/{stranger.process.pid}/" not in owner
        shop.done = True
        assert vg.job(job).result(LONGEST).prompt == "a kite"
        assert comes(lambda: stranger.value(f"vg.job({job!r}).state") == "succeeded")
    assert len(shop.book) == 1


# ---- what must go on -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "name", "pace"),
    [("keep_leases", "renew", "HEARTBEAT"), ("pay_back", "owing", "TICK"), ("watch_clocks", "now", "TICK")],
)
def test_no_task_of_the_runtime_dies_of_an_error(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, task: str, name: str, pace: str
) -> None:
    """Each is killed once by an error nobody foresaw, and goes on."""
    monkeypatch.setattr(housekeeping, pace, 0.01)
    monkeypatch.setattr(loop, "AGAIN", 0.01)
    shop.held.clear()
    job = lab(shop).submit("a kite", model="m")
    run, hits = process.runtime(), [0]
    owner: Any = run.clock if name == "now" else run.ledger
    real = getattr(type(owner), name)

    def killing(*args: Any, **named: Any) -> Any:
        if sys._getframe(1).f_code.co_name == task:
            hits[0] += 1
            if hits[0] == 1:
                raise RuntimeError("killed")
        return real.fget(*args) if isinstance(real, property) else real(*args, **named)

    monkeypatch.setattr(type(owner), name, property(killing) if isinstance(real, property) else killing)
    assert comes(lambda: hits[0] > len("several"))
    shop.held.set()
    assert job.result(LONGEST)
    assert "it starts again" in caplog.text


def test_a_ledger_that_was_held_for_long_leaves_the_job_with_its_kernel(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The heartbeats that failed meanwhile are missed ones: the next gets through."""
    monkeypatch.setattr(ledger, "MOMENT", 0.01)
    monkeypatch.setattr(housekeeping, "HEARTBEAT", 0.02)
    shop.held.clear()
    job = lab(shop).submit("a kite", model="m")
    assert comes(lambda: job.record.handle is not None or shop.asked.is_set())
    with closing(held(home_ledger())) as other:
        threading.Event().wait(0.3)  # some heartbeats
        other.execute("ROLLBACK")

    def lease() -> float:
        with closing(sqlite3.connect(home_ledger())) as db:
            return float(db.execute("SELECT lease_until FROM jobs").fetchone()[0])

    before = lease()
    assert comes(lambda: lease() > before)
    shop.held.set()
    assert job.result(LONGEST)
