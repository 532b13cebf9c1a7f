"""How clips reach workers that do not share the disk: by path where it is there, as bytes where they are small, else by storage."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

import jupyter_videogen as vg
from api.grids.test_grid_map import Elsewhere
from jupyter_videogen.api.mapping import sender
from jupyter_videogen.config import files
from support import faulty_storage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from support.faulty_storage import Trouble
    from support.paid_server import Shop


@pytest.fixture
def grid(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> vg.Grid:
    """Three paid clips, each of its own bytes, made before there is a storage."""
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    shop.is_numbered = True
    at: dict[str, Any] = {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "yes": True}
    grid = vg.grid([f"sea {number}" for number in range(3)], models=["a"], name="study", **at)
    grid.result("1m")
    return grid


@pytest.fixture
def trouble(tmp_path: Path, home: Path, grid: vg.Grid) -> Iterator[Trouble]:
    with faulty_storage.installed(tmp_path / "store") as trouble:
        (home / files.NAME).write_text('[storage]\nclips = "renaming://clips"\n')
        yield trouble


class Far(Elsewhere):
    """An executor whose workers have no such folder."""

    def submit(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        call, task = given
        far = replace(task.clip, path=f"/nonesuch/{Path(task.clip.path).name}")
        return super().submit(function, call, task._replace(clip=far))


def place(path: str, row: dict[str, Any]) -> list[str]:
    assert row["path"] == path
    return [path, Path(path).read_bytes().hex()]


def check_copies(grid: vg.Grid, found: list[list[str]]) -> None:
    """Assert that a function got the bytes of every clip in a file that is gone by now."""
    assert [content for _, content in found] == [Path(clip.path).read_bytes().hex() for clip in grid.clips]
    assert [Path(path).name for path, _ in found] == [Path(clip.path).name for clip in grid.clips]
    assert not any(Path(path).exists() for path, _ in found)


def test_small_clips_go_along_where_there_is_no_storage(grid: vg.Grid) -> None:
    """A worker without the disk takes them; one with it takes the file itself."""
    far, near = Far(), Elsewhere()
    check_copies(grid, grid.map(place, executor=far).result("1m"))
    found = grid.map(place, executor=near, name="near").result("1m")
    assert [path for path, _ in found] == [clip.path for clip in grid.clips]
    assert all(task.content for task in (*far.sent, *near.sent))


def test_larger_ones_need_a_storage(grid: vg.Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the column says what to do."""
    monkeypatch.setattr(sender, "ALONG", 10)
    mapped = grid.map(place, executor=Far())
    assert mapped.result("1m") == [None] * 3
    assert all("is not at its path where the work is done" in words for words in mapped.errors.values())
    assert all("[storage]" in words for words in mapped.errors.values())


def test_clips_are_put_into_the_storage_first(grid: vg.Grid, trouble: Trouble, tmp_path: Path) -> None:
    """Each once; a worker copies it from there, and nothing goes along."""
    far = Far()
    check_copies(grid, grid.map(place, executor=far).result("1m"))
    urls = [clip.storage_url for clip in grid.clips]
    assert sorted(f"{url}".removeprefix("renaming://clips/") for url in urls) == sorted(
        path.name for path in (tmp_path / "store" / "clips").iterdir()
    )
    assert [task.content for task in far.sent] == [None] * 3
    check_copies(grid, grid.map(place, executor=Far(), name="again").result("1m"))
    assert len(trouble.puts) == 3
    assert list(grid.df["storage_url"]) == urls


def test_a_reachable_file_is_taken_before_the_storage(grid: vg.Grid, trouble: Trouble) -> None:
    """And on this machine nothing is put anywhere."""
    with ThreadPoolExecutor(2) as pool:
        assert len(grid.map(place, executor=pool, name="pool").result("1m")) == 3
    grid.map(place, name="threads").result("1m")
    grid.map(place, executor=Elsewhere(), clips="path", name="by_path").result("1m")
    assert trouble.puts == []
    found = grid.map(place, executor=Elsewhere()).result("1m")
    assert [path for path, _ in found] == [clip.path for clip in grid.clips]


def test_a_storage_that_is_away_stops_no_small_clip(grid: vg.Grid, trouble: Trouble) -> None:
    """Its bytes go along instead."""
    trouble.fail_at = 0
    check_copies(grid, grid.map(place, executor=Far()).result("1m"))


def test_another_object_is_not_worked_on(grid: vg.Grid, trouble: Trouble, tmp_path: Path) -> None:
    """Its result would be kept under the hash of other bytes."""
    grid.map(place, executor=Far()).result("1m")
    for path in (tmp_path / "store" / "clips").iterdir():
        path.write_bytes(path.read_bytes()[::-1])
    mapped = grid.map(place, executor=Far(), name="second")
    assert mapped.result("1m") == [None] * 3
    assert all("it has other bytes under that name" in words for words in mapped.errors.values())


def test_a_map_that_is_cancelled_waits_for_no_upload(grid: vg.Grid, trouble: Trouble) -> None:
    """It ends at once."""
    trouble.hold.clear()
    mapped = grid.map(place, executor=Far()).cancel()
    assert not any(mapped.result("1m"))
    assert mapped.ended
    trouble.hold.set()
