"""Clips on the workers of Dask: one that is killed costs no result, and none of them ever sends a request."""

from __future__ import annotations

import logging
import os
import signal
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen import functions
from jupyter_videogen.config import files
from support import clip_work, faulty_storage
from support.video_samples import film

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.paid_server import Shop

pytestmark = pytest.mark.skipif(os.name == "nt", reason="named pipes hold the workers")
CLIPS, HELD_FROM = 60, 11


@pytest.fixture
def client() -> Iterator[Any]:
    """Two worker processes with a thread each."""
    distributed = pytest.importorskip("distributed")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a killed worker is told of at length
    with (
        distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def grid(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> vg.Grid:
    """Sixty paid clips, each of its own bytes."""
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    shop.content, shop.is_numbered = Path(film(tmp_path / "film.mp4").path).read_bytes(), True
    at: dict[str, Any] = {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "yes": True}
    grid = vg.grid([f"the sea, number {number}" for number in range(CLIPS)], models=["a"], name="study", **at)
    assert len({clip.sha256 for clip in grid.result("2m")}) == CLIPS
    return grid


def test_a_killed_worker_costs_no_result(grid: vg.Grid, client: Any, shop: Shop, tmp_path: Path) -> None:
    """It is killed while it works on a clip; every clip has one result, and the provider hears of nothing."""
    gate = clip_work.Gate(tmp_path).build()
    mapped = grid.map(clip_work.held_check(gate, str(HELD_FROM)), executor=client, name="good")
    doomed, other = gate.wait(2)
    assert doomed != other
    os.kill(doomed, signal.SIGKILL)
    gate.open()
    assert mapped.result("3m") == [True] * CLIPS
    assert (mapped.done, mapped.failed, mapped.total) == (CLIPS, 0, CLIPS)
    assert Counter(grid.df["good"]) == {True: CLIPS}
    assert len(shop.book) == CLIPS


def test_a_task_creates_no_clip(grid: vg.Grid, client: Any, shop: Shop) -> None:
    """What is tried in a task is refused there, and says why; here, beside the cluster, clips are made as ever."""
    mapped = grid.map(partial(clip_work.create, url=shop.url), executor=client)
    assert mapped.result("3m") == [None] * CLIPS
    assert all(words.startswith("This code runs inside a task of Dask") for words in mapped.errors.values())
    assert len(shop.book) == CLIPS
    vg.submit("a city in rain", model="a", base_url=shop.url, key_env="SHOP_KEY", provider="openai", yes=True).result(
        60
    )
    assert len(shop.book) == CLIPS + 1


def test_a_dataframe_of_dask(grid: vg.Grid, client: Any) -> None:
    """Some clips in a partition, sorted by their paths."""
    frame = grid.to_dask(clips=16)
    assert (frame.npartitions, len(frame)) == (4, CLIPS)
    sizes = frame.map_partitions(clip_work.sizes_of, meta=("bytes", "int64")).compute()
    assert sizes.to_dict() == {clip.path: clip.bytes for clip in grid.clips}
    assert client.submit(functions.check, grid.clips[0].path).result()["facts"]["frames"] == 30


def test_workers_copy_clips_from_the_storage(grid: vg.Grid, client: Any, home: Path, tmp_path: Path) -> None:
    """Where their folder is not there; each is put there once, before a worker is told of it."""
    (home / files.NAME).write_text('[storage]\nclips = "renaming://clips"\n')
    with faulty_storage.installed(tmp_path / "store") as trouble:
        client.run(faulty_storage.register, tmp_path / "store")
        assert len(grid.map(clip_work.size, executor=client, name="first").result("2m")) == CLIPS
        folder = Path(grid.clips[0].path).parent
        folder.rename(folder.with_name("moved"))
        found = grid.map(clip_work.size, executor=client, name="second").result("2m")
        assert [one["bytes"] for one in found] == [clip.bytes for clip in grid.clips]
        assert len(trouble.puts) == CLIPS
