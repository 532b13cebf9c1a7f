"""The file of jobs: written first, kept whole, shared between processes."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from jupyter_videogen.core.errors import InvalidRequest, VideogenError
from jupyter_videogen.ledger.database import VERSION, Database
from jupyter_videogen.ledger.ledger import LEASE, Ledger, Superseded
from support.fakes import SLOW
from support.runner_bench import draft

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "ledger.sqlite3"


def test_what_is_written_is_read_back_whole(path: Path) -> None:
    """A job comes back as the value it was, also through another connection."""
    job = Ledger(path).add(draft(SLOW, path.parent))
    assert Ledger(path).find(job.id) == job


def test_what_precedes_a_paid_call_is_synced_and_so_is_its_answer(path: Path) -> None:
    """A draft alone waits for no disk: what a power cut takes with it was never sent. Later writes come with all before them."""
    ledger, said = Ledger(path), list[str]()
    ledger._file._connection.set_trace_callback(said.append)
    job = ledger.add(draft(SLOW, path.parent))
    job = ledger.send(job.after(state="submitting", sent_at=1.0), now=1.0)
    job = ledger.save(job.after(state="queued", handle={"id": "v1"}))
    attached = draft(SLOW, path.parent).after(id="bbbbbbbb", idempotency_key="2", state="queued", handle={"id": "v2"})
    ledger.add(attached)
    asked = [statement.rpartition(" ")[2] for statement in said if statement.startswith("PRAGMA synchronous =")]
    assert asked == ["NORMAL", "FULL", "FULL", "FULL"]


def test_states_have_their_names_at_rest(path: Path) -> None:
    """draft, submitting, queued and succeeded are planned, sent, accepted and stored in the file."""
    ledger = Ledger(path)
    job = ledger.add(draft(SLOW, path.parent))
    at_rest = []
    for state in ("draft", "submitting", "queued", "running", "saving", "succeeded", "unknown_outcome"):
        job = ledger.save(job.after(state=state))
        with closing(sqlite3.connect(path)) as db:
            at_rest += db.execute("SELECT state FROM jobs").fetchone()
    assert at_rest == ["planned", "sent", "accepted", "running", "saving", "stored", "unknown_outcome"]


def test_only_its_owner_can_read_it(path: Path) -> None:
    """Folders 0700 and files 0600, write-ahead log and the signs of life included."""
    ledger = Ledger(path)
    ledger.add(draft(SLOW, path.parent))
    found = [path.parent, *path.parent.rglob("*")]
    assert {stat.S_IMODE(file.stat().st_mode) for file in found if file.is_file()} == {0o600}
    assert {stat.S_IMODE(file.stat().st_mode) for file in found if file.is_dir()} == {0o700}
    assert len(found) > len(["folder", "ledger", "log", "index", "running"])


def test_the_same_request_again_is_another_take(path: Path) -> None:
    """Takes of one fingerprint count up."""
    ledger, first = Ledger(path), draft(SLOW, path.parent)
    takes = [ledger.add(first.after(id=f"aaaaaaa{n}", idempotency_key=str(n))).take for n in "abc"]
    assert takes == [1, 2, 3]


def test_a_job_is_found_by_the_beginning_of_its_id(path: Path) -> None:
    """A unique beginning is enough, "last" is the newest, and what does not match says so."""
    ledger, job = Ledger(path), draft(SLOW, path.parent)
    ledger.add(job.after(id="aaaaaaaa", idempotency_key="1"))
    ledger.add(job.after(id="aabbbbbb", idempotency_key="2"))
    assert ledger.find("aab").id == ledger.find("last").id == "aabbbbbb"
    with pytest.raises(InvalidRequest, match="2 job ids start with aa"):
        ledger.find("aa")
    with pytest.raises(InvalidRequest, match="No job id starts with zz"):
        ledger.find("zz")


def test_unfinished_jobs_are_those_something_may_still_happen_to(path: Path) -> None:
    """Unreachable is unfinished; every end is not."""
    ledger, job = Ledger(path), draft(SLOW, path.parent)
    for n, state in enumerate(("queued", "unreachable", "succeeded", "failed", "unknown_outcome")):
        added = ledger.add(job.after(id=f"aaaaaaa{n}", idempotency_key=str(n), created_at=1_000.0 + n))
        ledger.save(added.after(state=state))
    assert [job.state for job in ledger.unfinished()] == ["queued", "unreachable"]


def test_one_process_watches_a_job_at_a_time(path: Path) -> None:
    """A lease is held until it is released or has been silent for a minute."""
    one, other = Ledger(path), Ledger(path)
    job = one.add(draft(SLOW, path.parent))
    job = one.save(job.after(state="queued", handle={"id": "r1"}))
    assert not other.claim(job.id, now=1_000)
    assert one.claim(job.id, now=1_000)
    assert one.claim(job.id, now=1_001)
    assert not other.claim(job.id, now=1_002)
    one.release(job.id)
    assert other.claim(job.id, now=1_003)
    assert not one.claim(job.id, now=1_003 + LEASE - 1)
    assert one.claim(job.id, now=1_003 + LEASE + 1)
    assert not other.renew(job.id, now=1_003 + LEASE + 2)


@pytest.mark.parametrize("state", ["draft", "submitting"])
def test_a_living_sender_keeps_its_job_however_long_it_is_silent(path: Path, state: str) -> None:
    """It may be asleep, and sends when it wakes; only when it gives the job up may others judge it."""
    one, other = Ledger(path), Ledger(path)
    job = one.add(draft(SLOW, path.parent))
    job = one.save(job.after(state=state))
    assert not other.claim(job.id, now=1_000_000.0)
    one.release(job.id)
    assert other.claim(job.id, now=1_000_000.0)
    with pytest.raises(Superseded):
        one.send(job, now=1_000_000.0)
    assert other.send(job.after(state="submitting"), now=1_000_000.0).version == job.version + 1


def test_a_write_by_an_older_record_is_refused(path: Path) -> None:
    """Whoever read the job before somebody else wrote it is given the job as it is."""
    one, other = Ledger(path), Ledger(path)
    job = one.add(draft(SLOW, path.parent))
    seen = other.find(job.id)
    ended = one.save(job.after(state="succeeded"))
    with pytest.raises(Superseded) as caught:
        other.save(seen.after(state="failed"))
    assert caught.value.record == ended == other.find(job.id)
    with pytest.raises(Superseded):
        other.keep(seen.after(state="failed"))


def test_an_answer_is_written_over_the_word_of_one_who_did_not_have_it(path: Path) -> None:
    """An accepted id is in the ledger, whoever judged the job meanwhile."""
    one, other = Ledger(path), Ledger(path)
    sent = one.save(one.add(draft(SLOW, path.parent)).after(state="submitting"))
    other.save(other.find(sent.id).after(state="unknown_outcome"))
    kept, written = one.keep(sent.after(state="queued", handle={"id": "r1"}))
    assert written
    assert other.find(sent.id) == kept
    assert kept.handle == {"id": "r1"}


def test_one_process_opens_a_ledger_once(path: Path) -> None:
    """Whoever asks gets the one that is open, until it is closed."""
    one = Ledger.at(path)
    assert Ledger.at(path) is one
    one.close()
    other = Ledger.at(path)
    assert other is not one
    other.close()


def test_the_lease_of_a_dead_process_is_free(path: Path) -> None:
    """A kernel that was killed does not keep its jobs for a minute."""
    ledger = Ledger(path)
    job = ledger.add(draft(SLOW, path.parent))
    ledger.release(job.id)
    code = f"from pathlib import Path; from jupyter_videogen.ledger.ledger import Ledger; Ledger(Path({str(path)!r})).claim({job.id!r}, now=1_010.0)"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert Ledger(path).claim(job.id, now=1_011.0)


def test_a_ledger_of_a_newer_version_is_left_alone(path: Path) -> None:
    """Never migrate down: say which program to upgrade."""
    Ledger(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(VideogenError, match="newer version of jupyter-videogen"):
        Ledger(path)


def test_what_cannot_be_recorded_says_so(tmp_path: Path) -> None:
    """A place that is no folder is a clear error, before anything is sent."""
    (tmp_path / "file").write_text("")
    with pytest.raises(VideogenError, match="can't be recorded is not sent") as caught:
        Ledger(tmp_path / "file" / "ledger.sqlite3")
    assert caught.value.sent == "no"


def test_closing_waits_for_what_is_under_way(path: Path) -> None:
    """A connection that is closed in the middle of another thread's statement takes the process down."""
    file = Database(path)
    inside, leave, closing_ended = Event(), Event(), Event()

    def write() -> None:
        with file.writing() as db:
            inside.set()
            leave.wait()
            db.execute("SELECT 1")

    def close() -> None:
        file.close()
        closing_ended.set()

    threads = [Thread(target=write), Thread(target=close)]
    threads[0].start()
    inside.wait()
    threads[1].start()
    assert not closing_ended.wait(0.1)
    leave.set()
    for thread in threads:
        thread.join()
    assert file.closed
    with pytest.raises(VideogenError, match="closed database"), file.reading() as db:
        db.execute("SELECT 1")


def test_progress_waits_for_nobody(path: Path) -> None:
    """It is read by others once written; while another program writes, it is left out, and nothing is owed for it."""
    ledger = Ledger(path)
    job = ledger.save(ledger.add(draft(SLOW, path.parent)).after(state="running", handle={"id": "r1"}))
    noted = ledger.note_progress(job.after(progress=40.0))
    assert (Ledger(path).find(job.id).progress, noted.version) == (40.0, job.version + 1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert ledger.note_progress(noted.after(progress=50.0)) == noted.after(progress=50.0)
        other.execute("ROLLBACK")
    assert (Ledger(path).find(job.id).progress, ledger.owing) == (40.0, [])
    with pytest.raises(Superseded):
        ledger.note_progress(job.after(progress=60.0))
