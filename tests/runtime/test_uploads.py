"""Finished clips on their way into a storage: never in the way of a clip, tried again, and taken up by the next process."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.config import files
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.runtime import process, uploads
from jupyter_videogen.runtime.uploads import DaemonThreads, Uploads
from jupyter_videogen.testing import FakeClock
from support import faulty_storage
from support.fakes import MP4

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from jupyter_videogen.core.job import JobRecord
    from support.faulty_storage import Trouble
    from support.paid_server import Shop

URL = "renaming://clips"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def trouble(root: Path) -> Iterator[Trouble]:
    with faulty_storage.installed(root) as trouble:
        yield trouble


@pytest.fixture
def configured(trouble: Trouble, home: Path) -> Path:
    return configure(home)


def configure(home: Path, url: str = URL) -> Path:
    home.mkdir(exist_ok=True)
    (home / files.NAME).write_text(f'[storage]\nclips = "{url}"\n')
    return home / files.NAME


def objects(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "clips").iterdir()}


def finished(lab: vg.Client) -> vg.Job:
    """A job whose clip is here, and whose upload was tried."""
    job = lab.submit("a kite", model="m")
    assert Path(job.result(30).path).read_bytes() == MP4
    assert process.runtime().uploads.rest(30)
    return job


def record_of(job: vg.Job) -> JobRecord:
    return process.runtime().ledger.find(job.id)


def test_a_finished_clip_is_put_into_the_storage(lab: vg.Client, configured: Path, root: Path, shop: Shop) -> None:
    """Its record says where; nothing is owed any more, and the clip stays here."""
    job = finished(lab)
    (clip,) = record_of(job).clips
    assert clip.storage_url is not None
    assert objects(root) == {clip.storage_url.removeprefix(f"{URL}/"): MP4}
    assert Path(clip.path).read_bytes() == MP4
    assert job.clips[0].storage_url == clip.storage_url
    assert (record_of(job).warnings, process.runtime().uploads.pending(), len(shop.book)) == ((), [], 1)


def test_a_grid_is_uploaded_as_it_fills(
    lab: vg.Client, configured: Path, root: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its counts and its cost are those of a grid without a storage."""
    shop.is_numbered = True
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    at: dict[str, Any] = {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "yes": True}
    grid = vg.grid([f"sea {number}" for number in range(9)], models=["a"], name="study", **at)
    grid.result("1m")
    assert process.runtime().uploads.rest(30)
    rows = grid.facts()
    assert len({row["storage_url"] for row in rows}) == len(objects(root)) == len(shop.book) == 9
    assert {(row["state"], row["charged"], row["error"]) for row in rows} == {("ready", "yes", None)}
    assert (grid.counts.ready, grid.counts.making, grid.idle) == (9, 0, True)


def test_without_a_storage_nothing_is_written_down(lab: vg.Client, home: Path) -> None:
    """Neither a file nor a field."""
    job = finished(lab)
    assert record_of(job).clips[0].storage_url is None
    assert not (home / uploads.FOLDER).exists()


def test_a_failed_upload_is_one_line_and_is_tried_again(
    lab: vg.Client, configured: Path, trouble: Trouble, root: Path, shop: Shop
) -> None:
    """The job has succeeded all the same; the line goes when the clip is there."""
    trouble.fail_at = 1024
    job = finished(lab)
    run, record = process.runtime(), record_of(job)
    assert (record.state, record.clips[0].storage_url, objects(root)) == ("succeeded", None, {})
    assert record.warnings == (
        "Not in the storage yet: it can't be reached. The clip is here; the upload is tried again.",
    )
    run.uploads.begin(job.id).result(30)
    assert (record_of(job).warnings, run.uploads.pending()) == (record.warnings, [job.id])
    trouble.fail_at = None
    run.uploads.begin(job.id).result(30)
    assert (record_of(job).warnings, run.uploads.pending(), run.uploads.left) == ((), [], 0)
    assert list(objects(root).values()) == [MP4]
    assert len(shop.book) == 1


def test_the_next_process_takes_up_what_is_owed(
    lab: vg.Client, configured: Path, trouble: Trouble, root: Path, shop: Shop
) -> None:
    """At its start, without anybody asking."""
    trouble.error = PermissionError("canary-1")
    trouble.fail_at = 0
    job = finished(lab)
    process.close()
    trouble.fail_at = None
    run = process.runtime()
    assert run.uploads.begin(job.id).result(30) is None
    assert run.uploads.rest(30)
    assert (record_of(job).warnings, run.uploads.pending()) == ((), [])
    assert len(objects(root)) == len(shop.book) == 1


def test_a_start_uploads_by_itself(lab: vg.Client, home: Path, trouble: Trouble, root: Path) -> None:
    """What was owed when the process began is tried before it is asked for."""
    job = finished(lab)
    process.close()
    configure(home)
    (home / uploads.FOLDER).mkdir()
    (home / uploads.FOLDER / job.id).touch()
    ledger, threads = Ledger.at(home / "ledger.sqlite3"), _Direct()
    written = asyncio.Event()

    def change(record: JobRecord) -> JobRecord:
        written.set()
        return ledger.save(record)

    one = Uploads(home, ledger, FakeClock(), threads, change)
    asyncio.run(until(one.keep_up, written))
    assert ledger.find(job.id).clips[0].storage_url is not None
    assert (one.pending(), len(objects(root))) == ([], 1)


async def until(work: Callable[[], Coroutine[None, None, None]], event: asyncio.Event) -> None:
    """Let endless work go on until something happens."""
    task = asyncio.ensure_future(work())
    await event.wait()
    task.cancel()
    await asyncio.wait([task])


class _Nine(FakeClock):
    """A clock that stops when it has slept nine times."""

    def __init__(self) -> None:
        super().__init__()
        self.enough = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if len(self.slept) == 9:
            self.enough.set()
            await asyncio.Event().wait()


class _Direct:
    """A loop that calls at once."""

    def soon(self, work: Callable[[], object]) -> None:
        work()


def test_tries_are_further_and_further_apart(lab: vg.Client, home: Path, trouble: Trouble) -> None:
    """From five seconds to ten minutes."""
    job = finished(lab)
    process.close()
    configure(home)
    trouble.fail_at = 0
    clock, ledger = _Nine(), Ledger.at(home / "ledger.sqlite3")
    one = Uploads(home, ledger, clock, _Direct(), ledger.save)
    one.ensure(ledger.find(job.id).clips[0])
    asyncio.run(until(one.keep_up, clock.enough))
    assert clock.slept == [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 600.0, 600.0]
    assert one.pending() == [job.id]


def test_a_clip_that_was_made_before_is_put_when_it_is_wanted(
    lab: vg.Client, home: Path, trouble: Trouble, root: Path
) -> None:
    """And one that is there already is not put again."""
    job = finished(lab)
    configure(home)
    run = process.runtime()
    run.uploads.ensure(record_of(job).clips[0]).result(30)
    clip = record_of(job).clips[0]
    assert clip.storage_url is not None
    assert run.uploads.ensure(clip).done()
    assert len(trouble.puts) == 1


def test_a_job_of_another_process_is_left_to_it(lab: vg.Client, home: Path, trouble: Trouble) -> None:
    """Its lease says so; the upload stays owed."""
    job = finished(lab)
    configure(home)
    run = process.runtime()
    with run.ledger._file.writing() as db:
        db.execute("UPDATE jobs SET lease_owner = 'other', lease_until = 1e12 WHERE id = ?", (job.id,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run.ledger._presence, "gone", lambda _: False)
        run.uploads.ensure(record_of(job).clips[0]).result(30)
    assert (trouble.puts, run.uploads.pending(), record_of(job).warnings) == ([], [job.id], ())


def test_a_clip_that_its_owner_deleted_is_owed_no_more(lab: vg.Client, home: Path, trouble: Trouble) -> None:
    """There is nothing to put."""
    job = finished(lab)
    configure(home)
    Path(record_of(job).clips[0].path).unlink()
    run = process.runtime()
    run.uploads.ensure(record_of(job).clips[0]).result(30)
    assert (run.uploads.pending(), run.uploads.left, trouble.puts) == ([], 0, [])


def test_what_is_no_job_is_forgotten(home: Path, configured: Path) -> None:
    """A stray file in the folder ends no upload."""
    run = process.runtime()
    (home / uploads.FOLDER).mkdir()
    (home / uploads.FOLDER / "nonesuch").touch()
    run.uploads.begin("nonesuch").result(30)
    assert run.uploads.pending() == []


def test_a_missing_driver_is_told_in_the_line(lab: vg.Client, home: Path, trouble: Trouble) -> None:
    """With what to install; the clip is here."""
    configure(home, "nonesuch://clips/a")
    job = finished(lab)
    (line,) = record_of(job).warnings
    assert line.startswith("Not in the storage yet: fsspec knows no storage nonesuch://")


def test_an_error_of_our_own_ends_no_other_upload(lab: vg.Client, configured: Path, trouble: Trouble) -> None:
    """It is logged, and the job is tried again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploads, "_put_all", lambda record, url: 1 / 0)
        job = finished(lab)
        run = process.runtime()
        assert run.uploads.troubles == {job.id: "an internal error, ZeroDivisionError"}
    run.uploads.begin(job.id).result(30)
    assert record_of(job).clips[0].storage_url is not None


def test_threads_give_what_is_returned_and_raised() -> None:
    """Also to the one that waits behind another."""

    def fail() -> dict[str, str]:
        raise ValueError("no")

    async def use() -> None:
        threads = DaemonThreads(1)
        assert await asyncio.gather(*(threads.run(lambda: {"a": "b"}) for _ in range(3))) == [{"a": "b"}] * 3
        with pytest.raises(ValueError, match="no"):
            await threads.run(fail)
        threads.close()

    asyncio.run(use())
