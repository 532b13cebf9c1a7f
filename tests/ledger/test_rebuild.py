"""Files of older versions: brought up to date once, whole, and by whoever comes first; a death or a full disk on the way costs nothing."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.job import JobRecord
from jupyter_videogen.ledger import database, rebuild
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.ledger.queries import HistoryFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDED = Path(__file__).with_name("ledger-version-12.sql")
"""Six jobs, a grid, votes and runs, as version 12 wrote them."""
OLD_UPDATE = "UPDATE jobs SET state = ?, record = ?, handle = ?, cost = ?, charged = ?, version = version + 1 WHERE id = ? AND version = ?"
OLD_INSERT = """
INSERT INTO jobs (id, provider, origin, model, fingerprint, take, idempotency_key, notebook, project, created_at, agent,
    state, record, handle, cost, charged, lease_owner, lease_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
"""The statements of version 12, as a kernel that was not restarted runs them."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recorded file of version 12."""
    path = tmp_path / "home" / "ledger.sqlite3"
    path.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(RECORDED.read_text("utf-8"))
        db.execute("PRAGMA journal_mode = WAL")
    return path


def old_rows(path: Path) -> dict[str, dict[str, Any]]:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        return {row["id"]: dict(row) for row in db.execute("SELECT * FROM jobs ORDER BY rowid")}


def many(path: Path, count: int) -> None:
    """Add copies of the first job."""
    with closing(sqlite3.connect(path)) as db, db:
        names = [row[1] for row in db.execute("PRAGMA table_info(jobs)")]
        first = db.execute(f"SELECT {', '.join(names)} FROM jobs LIMIT 1").fetchone()  # noqa: S608 - names of columns
        for number in range(count):
            row = dict(zip(names, first, strict=True))
            record = msgspec.json.decode(row["record"], type=JobRecord)
            changes = {"id": f"copy{number:04}", "idempotency_key": f"key{number}", "take": number + 10}
            row |= changes | {"record": msgspec.json.encode(record.after(**changes))}
            db.execute(f"INSERT INTO jobs VALUES ({', '.join('?' * len(names))})", tuple(row.values()))  # noqa: S608 - marks


def whole(path: Path, before: dict[str, dict[str, Any]]) -> None:
    """Hold a file that was brought up to date to its old rows."""
    with closing(Ledger(path)) as ledger:
        assert {record.id for record in ledger.recent(limit=10_000)} == set(before)
        for job_id, row in before.items():
            kept = ledger.kept(job_id)
            assert kept is not None
            assert kept.record == msgspec.json.decode(row["record"], type=JobRecord).after(version=row["version"])
            assert (kept.starred, kept.let_go) == (bool(row["starred"]), bool(row["let_go"]))
            assert (kept.lease_owner, kept.lease_until, kept.lease_kind) == tuple(
                row[name] for name in ("lease_owner", "lease_until", "lease_kind")
            )
            latest = ledger.latest(kept.record.fingerprint)
            assert latest is None or latest.fingerprint == kept.record.fingerprint


def test_a_recorded_file_is_read_as_before(path: Path) -> None:
    """Every job, with its star and its lease; money, names, references and grids are found as they were."""
    before = old_rows(path)
    whole(path, before)
    with closing(Ledger(path)) as ledger:
        spent = sum(row["cost"] or 0.0 for row in before.values() if row["charged"])
        assert sum(cost.spent + cost.in_flight for cost in ledger.costs("day")) == pytest.approx(spent)
        assert sum(group.jobs for group in ledger.history_groups(HistoryFilter())) == sum(
            not row["removed"] for row in before.values()
        )
        assert {job.id for job in ledger.unfinished()} == {"running01", "searching"}
        assert [job.id for job in ledger.find_named("boat")] == ["stored01"]
        held = ledger.holder("https://api.example/v1", {"id": "video_1"})
        assert held is not None
        assert held.id == "stored01"
        assert ledger.grids.names("/home/ann/film") == ["lights"]


def test_the_old_file_is_kept_aside(path: Path) -> None:
    """As it was, for its owner only; opening the new one again makes no second copy."""
    before = old_rows(path)
    for _ in range(2):
        Ledger(path).close()
    (aside,) = (file for file in path.parent.iterdir() if file.suffix == ".sqlite3" and file != path)
    assert aside.name == "ledger-version-12.sqlite3"
    assert aside.stat().st_mode & 0o777 == 0o600
    assert old_rows(aside) == before
    assert not list(path.parent.glob("*.part"))


@pytest.mark.parametrize("version", range(1, len(database.MIGRATIONS) - 1))
def test_every_older_version_is_brought_up_to_date(tmp_path: Path, version: int) -> None:
    """Whatever version wrote the file first."""
    path = tmp_path / "ledger.sqlite3"
    job = msgspec.json.decode(old_rows_of_recording(tmp_path)["stored01"]["record"], type=JobRecord)
    columns = (
        "id, state, provider, origin, model, fingerprint, take, idempotency_key, notebook, project, created_at, record"
    )
    with closing(sqlite3.connect(path)) as db, db:
        for script in filter(lambda one: isinstance(one, str), database.MIGRATIONS[:version]):
            db.executescript(str(script))
        values = (
            job.id,
            "stored",
            job.provider,
            job.base_url,
            job.model,
            job.fingerprint,
            1,
            "key",
            job.notebook,
            job.project,
        )
        db.execute(
            f"INSERT INTO jobs ({columns}) VALUES ({', '.join('?' * 12)})",  # noqa: S608 - marks
            (*values, job.created_at, msgspec.json.encode(job)),
        )
        db.execute(f"PRAGMA user_version = {version}")
    with closing(Ledger(path)) as ledger:
        assert ledger.find(job.id) == job.after(version=0)


def old_rows_of_recording(tmp_path: Path) -> dict[str, dict[str, Any]]:
    with closing(sqlite3.connect(tmp_path / "recorded.sqlite3")) as db:
        db.executescript(RECORDED.read_text("utf-8"))
    return old_rows(tmp_path / "recorded.sqlite3")


KILLED = """
import os, signal, sys
from pathlib import Path
from jupyter_videogen.ledger import rebuild
from jupyter_videogen.ledger.ledger import Ledger

rebuild.AT_ONCE = 20
name, count = sys.argv[2], int(sys.argv[3])
real, calls = getattr(rebuild._Rebuilding, name), []

def die_within(self, *given):
    result = real(self, *given)  # done, and where it is a step of a transaction, not committed
    calls.append(name)
    if len(calls) == count:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(rebuild._Rebuilding, name, die_within)
Ledger(Path(sys.argv[1]))
"""


@pytest.mark.parametrize(
    ("step", "times"),
    [("_copy_aside", 1), ("_start", 1), ("_copy", 1), ("_step", 2), ("_copy", 4), ("_finish", 1), ("_index_words", 1)],
)
def test_a_process_that_is_killed_on_the_way_costs_nothing(path: Path, step: str, times: int) -> None:
    """SIGKILL in the middle of each step: the next process goes on, and every job is there once."""
    many(path, 100)
    before = old_rows(path)
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), step, str(times)], check=False)
    assert done.returncode == -signal.SIGKILL
    whole(path, before)
    asides = list(path.parent.glob("ledger-version-12*.sqlite3"))
    assert len(asides) >= 1  # two where it died between the name and the commit: neither is ever replaced
    assert all(old_rows(aside) == before for aside in asides)
    assert not list(path.parent.glob("*.part"))


def test_what_was_done_is_not_done_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second process begins after the last step of the first."""
    many(path, 100)
    subprocess.run([sys.executable, "-c", KILLED, str(path), "_step", "3"], check=False)
    copied: list[int] = []
    real = rebuild._new_row
    monkeypatch.setattr(rebuild, "_new_row", lambda number, *row: copied.append(number) or real(number, *row))  # type: ignore[func-returns-value]
    Ledger(path).close()
    assert len(copied) == 106 - 3 * 20


class Between:
    """Lets something happen between two steps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.todo: Iterator[Any] = iter(())
        real = rebuild._Rebuilding._step
        monkeypatch.setattr(rebuild, "AT_ONCE", 2)

        def step(work: Any) -> bool:
            next(self.todo, None)
            return real(work)

        monkeypatch.setattr(rebuild._Rebuilding, "_step", step)


def test_what_an_older_program_writes_meanwhile_is_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that was not restarted records an answer, stars a job and adds one between two steps."""
    between = Between(monkeypatch)
    with closing(sqlite3.connect(path, isolation_level=None)) as old:

        def write() -> Iterator[None]:
            yield
            row = old_rows(path)["running01"]
            record = msgspec.json.decode(row["record"], type=JobRecord).after(state="succeeded")
            old.execute(
                OLD_UPDATE, ("stored", msgspec.json.encode(record), row["handle"], 0.5, 1, "running01", row["version"])
            )
            old.execute("UPDATE jobs SET starred = 1 WHERE id = 'failed01'")
            new = record.after(id="late0001", idempotency_key="late", take=7)
            where = (
                new.id,
                new.provider,
                new.base_url,
                new.model,
                new.fingerprint,
                7,
                "late",
                None,
                None,
                new.created_at,
                "",
            )
            old.execute(OLD_INSERT, (*where, "sent", msgspec.json.encode(new), None, 0.5, 1, None, 0.0))
            yield

        between.todo = write()
        Ledger(path).close()
    with closing(Ledger(path)) as ledger:
        assert ledger.find("running01").state == "succeeded"
        assert ledger.is_starred("failed01")
        assert ledger.find("late0001").take == 7
        assert sum(cost.jobs for cost in ledger.costs("day")) == len(
            ["stored", "searching", "running", "removed", "late"]
        )


def test_an_older_program_can_write_no_record_afterwards(path: Path) -> None:
    """Its statements are refused, so that it sends nothing; the lease on its job it can renew."""
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("SELECT count(*) FROM jobs").fetchone()
        Ledger(path).close()
        with pytest.raises(sqlite3.OperationalError, match="no such column: record"):
            old.execute(OLD_UPDATE, ("stored", b"{}", None, 0.5, 1, "running01", 0))
        with pytest.raises(sqlite3.OperationalError, match="no column named record"):
            old.execute(OLD_INSERT, ("x",) * 18)
        assert old.execute("UPDATE jobs SET lease_until = 9 WHERE id = 'running01'").rowcount == 1
    with closing(Ledger(path)) as ledger:
        assert ledger.find("running01").state == "running"


def test_a_file_that_a_newer_program_has_changed_meanwhile_is_written_no_more(path: Path) -> None:
    """It was opened as one of this version; nothing is written before anything is sent."""
    with closing(Ledger(path)) as ledger:
        job = ledger.find("running01")
        with closing(sqlite3.connect(path)) as db:
            db.execute(f"PRAGMA user_version = {database.VERSION + 1}")
        with pytest.raises(VideogenError, match="newer version") as caught:
            ledger.save(job.after(progress=50.0))
        assert "restart the kernel" in str(caught.value.failure.next)
        with closing(sqlite3.connect(path)) as db:
            db.execute(f"PRAGMA user_version = {database.VERSION}")
        assert ledger.save(job.after(progress=50.0)).version == job.version + 1


FULL = """
import resource, sys
from pathlib import Path
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.ledger import rebuild
from jupyter_videogen.ledger.ledger import Ledger

real = getattr(rebuild._Rebuilding, sys.argv[2])

def on_a_full_disk(self, *given):
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    return real(self, *given)

setattr(rebuild._Rebuilding, sys.argv[2], on_a_full_disk)
try:
    Ledger(Path(sys.argv[1]))
except VideogenError as error:
    print(error)
"""


@pytest.mark.parametrize("step", ["_copy_aside", "_step", "_finish"])
def test_a_disk_that_is_full_on_the_way_leaves_the_old_file_whole(path: Path, step: str) -> None:
    """While the copy is made, and while the new table is: the words say how much is needed, and the next try succeeds."""
    many(path, 600)
    before = old_rows(path)
    done = subprocess.run([sys.executable, "-c", FULL, str(path), step], check=True, capture_output=True, text=True)
    assert "could not be brought up to date" in done.stdout, done.stdout
    assert "All jobs are still there: free some space" in done.stdout
    assert old_rows(path) == before
    assert not list(path.parent.glob("*.part"))
    whole(path, before)


def test_several_that_open_it_at_once_share_the_work(path: Path) -> None:
    """None waits for ever, and none does a job twice."""
    many(path, 400)
    before = old_rows(path)
    code = f"from pathlib import Path; from jupyter_videogen.ledger import rebuild; rebuild.AT_ONCE = 10; from jupyter_videogen.ledger.ledger import Ledger; Ledger(Path({str(path)!r})).close()"
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [one.wait() for one in running] == [0, 0, 0]
    whole(path, before)
    assert not list(path.parent.glob("*.part"))


@pytest.mark.parametrize("instruction", [1, 10, 100])
def test_one_that_is_overtaken_while_it_copies_goes_on(path: Path, instruction: int) -> None:
    """The one that came first removes the other's copy: at the tenth instruction SQLite (3.40) then reports a disk error."""
    many(path, 400)
    before = old_rows(path)
    seen = 0

    def overtake() -> None:
        nonlocal seen
        if any(path.parent.glob("*.part")):
            seen += 1
            if seen == instruction:
                Ledger(path).close()

    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.create_function("casefold", 1, str.casefold, deterministic=True)
        db.set_progress_handler(overtake, 1)
        rebuild.rebuild(db, path, database._begin_patiently)
    assert seen >= instruction
    whole(path, before)
    assert not list(path.parent.glob("*.part"))
    assert len(list(path.parent.glob("*-version-12*"))) == 1
