"""Processes that die, are forked, interrupted or left, and ledgers that cannot be written: nothing is paid twice or lost.

Children are real processes, killed at named points; the judge is the provider's own book.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import sqlite3
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.core import environment as settings
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.recovery import WAITS
from jupyter_videogen.runtime.takeover import UNSENT

if TYPE_CHECKING:
    from pathlib import Path

    from support.paid_server import Shop

LAB = 'import sys, jupyter_videogen as vg\nlab = vg.Client("openai", base_url=sys.argv[1], key_env="LAB_KEY")\n'
GENERATE = LAB + 'print(lab.generate("a kite", model="m").path)\n'


@pytest.fixture(autouse=True)
def setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in the environment, where a job that is found again looks for it; lists are asked at once."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    monkeypatch.setattr("jupyter_videogen.runtime.recovery.WAITS", (0.0,) * len(WAITS))


def child(code: str, shop: Shop, **environment: str) -> subprocess.Popen[str]:
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(
        [sys.executable, "-c", code, shop.url], env={**settings.Environment, **environment}, **pipes
    )


def ended(job: vg.Job) -> vg.Job:
    """Wait for a job's end, whatever it is."""
    try:
        job.result(30)
    except VideogenError:
        assert job.record.ended
    return job


@pytest.mark.parametrize(
    ("point", "state", "sales"),
    [
        ("planned", "failed", 0),
        ("sent", "unknown_outcome", 0),
        ("accepted", "succeeded", 1),
        ("stored", "succeeded", 1),
    ],
)
def test_a_process_killed_at_every_step(shop: Shop, point: str, state: str, sales: int) -> None:
    """The next process judges what the ledger says, sends nothing, and finishes what was accepted."""
    with child(GENERATE, shop, VIDEOGEN_FAILPOINT=point) as process:
        process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    (job,) = vg.jobs()
    assert (ended(job).state, len(shop.book)) == (state, sales)
    if state == "failed":
        assert job.record.failure == UNSENT
    if state == "unknown_outcome":
        assert job.record.failure is not None
        assert (job.record.failure.sent, job.record.failure.charged) == ("unknown", "unknown")


@pytest.mark.parametrize(("listing", "state"), [(True, "succeeded"), (False, "unknown_outcome")])
def test_a_process_killed_while_its_request_is_open(shop: Shop, *, listing: bool, state: str) -> None:
    """The provider has the job and nobody heard its answer: found in the list, or told as unknown."""
    shop.listing = listing
    shop.held.clear()
    with child(GENERATE, shop) as process:
        assert shop.asked.wait(30)
        process.kill()
        process.communicate(timeout=30)
    shop.held.set()
    (job,) = vg.jobs()
    assert (ended(job).state, len(shop.book)) == (state, 1)


def test_an_interrupt_while_waiting_stops_the_waiting_only(shop: Shop) -> None:
    """The line says how to get it back; the next process does."""
    shop.held.clear()
    with child(GENERATE, shop) as process:
        assert shop.asked.wait(30)
        process.send_signal(signal.SIGINT)
        shop.held.set()
        _, words = process.communicate(timeout=30)
    (job,) = vg.jobs()
    assert f"Only the waiting stopped. The job continues: vg.job('{job.id}').result()" in words
    assert job.record.handle == {"id": "video_1"}
    assert (ended(job).state, len(shop.book)) == ("succeeded", 1)


def test_a_script_that_ends_says_what_goes_on(shop: Shop) -> None:
    """It waits a moment for an answer that is on its way, so that the id is not lost."""
    code = (
        LAB
        + 'from jupyter_videogen.runtime import runtime\nruntime.PATIENCE = 60\nprint(lab.submit("a kite", model="m").id)\n'
    )
    shop.held.clear()
    with child(code, shop) as process:
        assert shop.asked.wait(30)
        threading.Timer(0.3, shop.held.set).start()
        name, words = process.communicate(timeout=30)
    found = Ledger(settings.home() / "ledger.sqlite3")
    assert found.find(name.strip()).handle == {"id": "video_1"}
    found.close()
    if words:  # the clip may have been quicker than the end of the script
        assert words.strip() == f"videogen: 1 job(s) continue: {name.strip()}. vg.resume() watches them again."


def submit_all(url: str, numbers: range) -> None:
    lab = vg.Client("openai", base_url=url, api_key="canary-1")
    for job in [lab.submit(f"kite {number}", model="m") for number in numbers]:
        job.result(60)
    process.close()


def test_four_processes_share_a_ledger(shop: Shop) -> None:
    """All four want the same twelve clips at once: twelve are paid for, all see all of them."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=submit_all, args=(shop.url, range(12))) for _ in range(4)]
    for child in processes:
        child.start()
    for child in processes:
        child.join(90)
    assert [child.exitcode for child in processes] == [0] * 4
    assert (len(shop.book), len(vg.jobs("succeeded"))) == (12, 12)


FORKED = (
    LAB
    + """
import os
lab.generate("a kite", model="m")
if os.fork() == 0:
    assert lab.generate("a kite", model="m").prompt == "a kite"
    print(lab.generate("a boat", model="m").prompt, flush=True)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
)


def test_a_forked_process_opens_its_own(shop: Shop) -> None:
    """No socket, thread or file handle of the parent is used again."""
    with child(FORKED, shop) as process:
        said, words = process.communicate(timeout=60)
    assert (said.split(), "Traceback" in words) == (["a", "boat", "0"], False)
    assert len(shop.book) == 2


def test_loops_of_the_users_own(shop: Shop) -> None:
    """One client under two `asyncio.run`, blocking inside a running loop, and from four threads."""
    many = vg.AsyncClient("openai", base_url=shop.url, api_key="canary-1")
    lab = vg.Client("openai", base_url=shop.url, api_key="canary-1")

    async def blocking() -> vg.Clip:
        return lab.generate("inside", model="m")

    clips = [asyncio.run(many.generate("one", model="m")), asyncio.run(many.generate("two", model="m"))]
    clips.append(asyncio.run(blocking()))
    threads = [
        threading.Thread(target=lambda n=n: clips.append(lab.generate(f"thread {n}", model="m"))) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(clips), len(shop.book)) == (7, 7)


FULL_DISK = (
    "import resource, signal\n"
    + LAB
    + """
vg.jobs()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    lab.submit("a kite", model="m")
except vg.VideogenError as error:
    print(error.failure.code, error.sent, error.charged)
"""
)


def test_what_cannot_be_recorded_is_not_sent(shop: Shop) -> None:
    """A disk that is full."""
    with child(FULL_DISK, shop) as process:
        said, _ = process.communicate(timeout=60)
    assert (said.split(), shop.book) == (["ledger", "no", "no"], [])


def test_a_ledger_that_somebody_holds_is_not_waited_for_in_vain(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """Locked beyond our patience: refused, and said."""
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **options: connect(path, **{**options, "timeout": 0.1}))
    lab = vg.Client("openai", base_url=shop.url, api_key="canary-1")
    vg.jobs()
    other = connect(home / "ledger.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(VideogenError, match=r"database is locked.*A job that can't be recorded is not sent"):
        lab.submit("a kite", model="m")
    other.execute("ROLLBACK")
    other.close()
    assert (lab.generate("a kite", model="m").prompt, len(shop.book)) == ("a kite", 1)


def test_a_file_system_that_cannot_share_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where SQLite cannot keep its write-ahead log, two kernels could not see each other."""

    class Stubborn(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            return super().execute("SELECT 'delete'" if "journal_mode" in sql else sql, *values)

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **options: connect(path, factory=Stubborn, **options))
    with pytest.raises(VideogenError, match=r"can't share it safely.*set VIDEOGEN_HOME to a local, writable folder"):
        Ledger(home / "ledger.sqlite3")


def test_a_network_home_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The locks of its file system cannot be relied on; a local folder within it is as good as any."""
    table = f"/dev/sda1 / ext4 rw 0 0\nserver:/h {home.parent} nfs4 rw 0 0\n/dev/sdb1 {home.parent}/local ext4 rw 0 0"
    monkeypatch.setattr("jupyter_videogen.filesystem.network_mounts.read_mounts", lambda: table)
    with pytest.raises(VideogenError, match=r"nfs4, where two kernels.*set VIDEOGEN_HOME to a local, writable folder"):
        Ledger(home / "ledger.sqlite3")
    Ledger(home.parent / "local" / "ledger.sqlite3").close()


@pytest.mark.parametrize("damage", [b"not a database at all " * 300, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_ledger_is_kept_aside(home: Path, damage: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A new one is begun, nothing is deleted, and a line says where the old one is."""
    home.mkdir()
    (home / "ledger.sqlite3").write_bytes(damage)
    ledger = Ledger(home / "ledger.sqlite3")
    assert ledger.recent() == []
    ledger.close()
    (aside,) = home.glob("ledger-damaged-*.sqlite3")
    assert aside.read_bytes() == damage
    assert aside.name in caplog.text


def test_a_key_that_stops_working_loses_no_job(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that is refused says so on the job, which is kept and goes on when the key is good again."""
    lab = vg.Client("openai", base_url=shop.url, api_key="canary-1")
    monkeypatch.setattr("jupyter_videogen.core.backoff.LATEST", 0.2)
    shop.locked = True
    job = lab.submit("a kite", model="m")
    refused = threading.Event()
    job.subscribe(lambda record: refused.set() if record.state == "unreachable" else None)
    assert refused.wait(10)
    assert job.record.failure is not None
    assert (job.record.failure.code, job.record.failure.message) == ("auth", "bad key")
    shop.locked = False
    assert job.result(20)
    assert (job.record.failure, len(shop.book)) == (None, 1)
