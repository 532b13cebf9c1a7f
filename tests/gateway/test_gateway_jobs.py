"""What the store and the worker promise across stops and failures."""

import logging
import sqlite3
from pathlib import Path

import pytest

from jupyter_videogen.gateway.jobs.store import JobStore, NewerStoreError
from jupyter_videogen.gateway.requests.order import Order
from support.gateway_app import CLIP, House, PuppetEngine, build_house

ORDER = Order(prompt="a sea", model="local/scenes", seconds=4, width=1280, height=720, fps=24, seed=7)


def test_a_stop_in_good_order_loses_nothing(house: House) -> None:
    """A job in hand and a job in the queue are rendered after the next start, in their order, and clips stay."""
    done = house.finished(prompt="one")
    held = house.held(prompt="two")
    queued = house.create(prompt="three").json()["id"]
    house.close()
    assert [path.name for path in (house.folder / "clips").glob("*.part.*")] == []

    again = build_house(house.folder)
    try:
        again.wait()
        again.wait()
        assert [order.prompt for order in again.engine.orders] == ["two", "three"]
        for job_id in (done, held, queued):
            assert again.get(f"/v1/videos/{job_id}/content").content == CLIP
    finally:
        again.close()


def test_half_a_clip_is_swept_away_at_the_start(tmp_path: Path) -> None:
    """What a killed process left half written is removed, and nothing else."""
    clips = tmp_path / "clips"
    clips.mkdir()
    for name in ("video_1.part.mp4", "video_1.part.jpg", "video_2.mp4"):
        (clips / name).write_bytes(b"x")
    build_house(tmp_path).close()
    assert [path.name for path in clips.iterdir()] == ["video_2.mp4"]


def test_a_job_that_ends_the_process_is_not_tried_forever(tmp_path: Path) -> None:
    """After five starts that did not survive a job, the job fails and the others go on."""
    store = JobStore(tmp_path / "jobs.sqlite3")
    job = store.add(ORDER, "digest")
    for _ in range(5):
        taken = store.take()
        assert taken is not None
        assert taken.id == job.id
        store.requeue()
    ended = store.get(job.id)
    assert ended is not None
    message = "The gateway ended 5 times while rendering this clip."
    assert (ended.status, ended.error) == ("failed", {"code": "engine_error", "message": message})
    store.close()


def test_a_stop_in_good_order_does_not_count_as_a_try(tmp_path: Path) -> None:
    """A long job that is stopped ten times is still owed."""
    store = JobStore(tmp_path / "jobs.sqlite3")
    job = store.add(ORDER, "digest")
    for _ in range(10):
        assert store.take() is not None
        store.release(job.id)
        store.requeue()
    assert store.has_unfinished()
    store.close()


def test_a_newer_store_is_left_alone(tmp_path: Path) -> None:
    """A file written by a later version is refused and not touched."""
    path = tmp_path / "jobs.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(NewerStoreError) as caught:
        JobStore(path)
    assert str(caught.value) == f"{path} was written by a newer version of jupyter-videogen; update this one."


def test_a_failure_is_logged_without_the_prompt(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """The log tells where an engine failed, and never what was asked of it."""
    house.engine.error = ValueError("cannot draw: a secret prompt")
    with caplog.at_level(logging.INFO):
        job_id = house.finished(prompt="a secret prompt")
    assert f"{job_id}: failed: ValueError" in caplog.text
    assert 'gateway_app.py", line' in caplog.text
    assert "a secret prompt" not in caplog.text


def test_an_engine_that_cannot_be_loaded_fails_its_job(tmp_path: Path) -> None:
    """A missing library is the job's error, and the gateway lives."""
    house = build_house(tmp_path, PuppetEngine())
    try:
        house.worker._loaders = {"local/scenes": lambda: (_ for _ in ()).throw(ImportError("No module named 'av'"))}
        job_id = house.finished()
        error = {"code": "engine_error", "message": "ImportError: No module named 'av'"}
        assert house.get(f"/v1/videos/{job_id}").json()["error"] == error
    finally:
        house.close()


def test_a_cancelled_job_stays_cancelled(tmp_path: Path) -> None:
    """An engine that finishes, fails or is stopped too late does not bring a job back."""
    store = JobStore(tmp_path / "jobs.sqlite3")
    job = store.add(ORDER, "digest")
    assert store.take() is not None
    assert not store.cancel(job.id, "queued")
    assert store.cancel(job.id, "queued", "in_progress")
    store.complete(job.id, {})
    store.fail(job.id, "engine_error", "too late", 50)
    store.release(job.id)
    ended = store.get(job.id)
    assert ended is not None
    error = {"code": "cancelled", "message": "The job was cancelled before it started."}
    assert (ended.status, ended.error) == ("cancelled", error)
    store.close()
