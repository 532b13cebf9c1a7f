"""Clips in a storage: whole or not there, verified, never over something else, and tried again without a second object."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec
import pytest

from jupyter_videogen.core.clip import ClipRecord
from jupyter_videogen.core.errors import InvalidRequest, Unsupported
from jupyter_videogen.media import storage_folder
from jupyter_videogen.media.storage_folder import Content, NotStored, StorageFolder, fetch
from support import faulty_storage
from support.fakes import MP4
from support.faulty_storage import FULL, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

SHA256 = hashlib.sha256(MP4).hexdigest()
NAME = f"a-kite-k3q7x2ma-{SHA256[:16]}.mp4"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def trouble(root: Path) -> Iterator[Trouble]:
    with faulty_storage.installed(root) as trouble:
        yield trouble


@pytest.fixture(params=["renaming://clips", "s3://clips"])
def folder(request: pytest.FixtureRequest, trouble: Trouble) -> StorageFolder:
    return StorageFolder(request.param)


def clip_at(folder: Path, name: str = "a-kite-k3q7x2ma.mp4", content: bytes = MP4) -> ClipRecord:
    path = folder / name
    path.write_bytes(content)
    facts: dict[str, Any] = {"job_id": "k3q7x2ma", "prompt": "a kite", "provider": "slow", "model": "m"}
    return ClipRecord(path=str(path), bytes=len(content), sha256=hashlib.sha256(content).hexdigest(), **facts)


def objects(root: Path) -> dict[str, bytes]:
    """What can be seen in the storage: what a multipart upload has begun is not."""
    found = [path for path in (root / "clips").iterdir() if path.suffix != ".multipart"]
    return {path.name: path.read_bytes() for path in found}


def test_a_clip_is_put_and_read_back(folder: StorageFolder, root: Path, tmp_path: Path) -> None:
    """Its URL says where; whoever has it gets the same bytes."""
    url = folder.put(clip_at(tmp_path))
    assert url == f"{folder.url}/{NAME}"
    assert objects(root) == {NAME: MP4}
    fetch(url, tmp_path / "copy.mp4", Content(len(MP4), SHA256))
    assert (tmp_path / "copy.mp4").read_bytes() == MP4


def test_what_is_there_is_done(folder: StorageFolder, trouble: Trouble, root: Path, tmp_path: Path) -> None:
    """A second time, nothing is written."""
    clip = clip_at(tmp_path)
    assert folder.put(clip) == folder.put(clip)
    assert len(trouble.puts) == 1
    assert objects(root) == {NAME: MP4}


@pytest.mark.parametrize("other", [MP4[::-1], b"", b"longer" + MP4])
def test_nothing_is_overwritten(folder: StorageFolder, root: Path, tmp_path: Path, other: bytes) -> None:
    """An object of somebody else's under the name, of the same size or another, stays."""
    (root / "clips" / NAME).write_bytes(other)
    name = folder.put(clip_at(tmp_path)).rpartition("/")[2]
    assert name != NAME
    assert objects(root) == {NAME: other, name: MP4}


def test_a_name_that_is_taken_during_the_upload(root: Path, trouble: Trouble, tmp_path: Path) -> None:
    """Before the rename somebody else takes the name: the clip gets the next one."""
    folder, put = StorageFolder("renaming://clips"), faulty_storage.Renaming.put_file

    def put_and_lose(store: Any, *given: Any) -> None:
        put(store, *given)
        if len(trouble.puts) == 1:
            (root / "clips" / NAME).write_bytes(b"other")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(faulty_storage.Renaming, "put_file", put_and_lose)
        name = folder.put(clip_at(tmp_path)).rpartition("/")[2]
    assert name != NAME
    assert objects(root) == {NAME: b"other", name: MP4}


class NoCredentialsError(Exception):
    """Called as one of a driver's own."""


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"fail_at": 0}, "it can't be reached"),
    ({"fail_at": 1024}, "it can't be reached"),
    ({"fail_at": 1024, "error": FULL}, "it is full"),
    ({"fail_at": 1024, "error": PermissionError("canary-1")}, "access was refused"),
    ({"fail_at": 1024, "error": FileNotFoundError("canary-1")}, "the bucket or folder is not there"),
    ({"fail_at": 1024, "error": ValueError("canary-1")}, "its driver raised ValueError"),
    ({"fail_at": 1024, "error": NoCredentialsError("canary-1")}, "access was refused"),
    ({"lost_answer": True}, "it can't be reached"),
    ({"unreadable": True, "error": TimeoutError("canary-1")}, "it did not answer in time"),
    ({"corrupt": True}, "it returned other bytes"),
]


@pytest.mark.parametrize(("fault", "words"), FAULTS)
def test_no_half_upload_has_the_name_and_the_next_try_is_good(
    folder: StorageFolder, trouble: Trouble, root: Path, tmp_path: Path, fault: dict[str, Any], words: str
) -> None:
    """At every step that can fail; what the driver says is not repeated."""
    clip = clip_at(tmp_path)
    for name, value in fault.items():
        setattr(trouble, name, value)
    with pytest.raises(NotStored, match=words) as failed:
        folder.put(clip)
    assert "canary" not in f"{failed.value!r} {failed.value.__cause__!r}"
    assert objects(root) in ({}, {NAME: MP4})
    assert Path(clip.path).read_bytes() == MP4
    vars(trouble).update({name: getattr(Trouble, name) for name in fault})
    assert folder.put(clip).endswith(NAME)
    assert objects(root) == {NAME: MP4}


def test_another_file_than_was_delivered_is_not_put(folder: StorageFolder, root: Path, tmp_path: Path) -> None:
    """Nor one that is gone."""
    clip = clip_at(tmp_path)
    Path(clip.path).write_bytes(MP4[::-1])
    with pytest.raises(FileNotFoundError):
        folder.put(clip)
    Path(clip.path).unlink()
    with pytest.raises(FileNotFoundError):
        folder.put(clip)
    assert objects(root) == {}


def test_names_are_safe_for_every_driver(folder: StorageFolder, root: Path, tmp_path: Path) -> None:
    """Patterns and queries of drivers are no part of them."""
    clip = clip_at(tmp_path, "my *[clip]? #1 “ä”.MP4")
    assert folder.put(clip) == f"{folder.url}/my-clip-1-{SHA256[:16]}.mp4"


def test_leftovers_of_processes_that_died(trouble: Trouble, root: Path, tmp_path: Path) -> None:
    """Temporary objects go after a day, and nothing else does."""
    folder = StorageFolder("renaming://clips")
    old, new, other = (f".videogen-{digit * 32}.part" for digit in "abc")
    for name in (old, new, "mine.part"):
        (root / "clips" / name).write_bytes(b"half")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage_folder, "STALE", -1.0)
        folder.remove_stale()
    assert set(objects(root)) == {"mine.part"}
    (root / "clips" / other).write_bytes(b"half")
    folder.remove_stale()
    assert set(objects(root)) == {"mine.part", other}


def test_a_copy_that_is_another(folder: StorageFolder, root: Path, tmp_path: Path) -> None:
    """What is fetched is compared."""
    url = folder.put(clip_at(tmp_path))
    (root / "clips" / NAME).write_bytes(MP4[::-1])
    with pytest.raises(NotStored, match="other bytes"):
        fetch(url, tmp_path / "copy.mp4", Content(len(MP4), SHA256))


def test_the_probe_leaves_nothing(folder: StorageFolder, root: Path, trouble: Trouble) -> None:
    """It writes, reads and deletes."""
    folder.probe()
    assert objects(root) == {}


def test_a_store_in_memory(tmp_path: Path) -> None:
    """That of fsspec has no rename, and copies in one step."""
    url = StorageFolder("memory://of-a-test/clips").put(clip_at(tmp_path))
    store = fsspec.filesystem("memory")
    assert url == f"memory://of-a-test/clips/{NAME}"
    assert store.find("/of-a-test") == [f"/of-a-test/clips/{NAME}"]
    fetch(url, tmp_path / "copy.mp4", Content(len(MP4), SHA256))
    store.rm("/of-a-test", recursive=True)


@pytest.mark.parametrize(
    ("url", "kind", "words", "step"),
    [
        ("file:///clips", InvalidRequest, "is no URL of a storage", "beside the notebook"),
        ("s3:///clips", InvalidRequest, "is no URL", "s3://bucket/folder"),
        ("nonesuch://clips/a", Unsupported, "fsspec knows no storage nonesuch://", "Install its driver"),
        ("plain://clips/a", Unsupported, "has no rename", "Use another storage"),
    ],
)
def test_what_can_be_no_storage_is_told(
    trouble: Trouble, url: str, kind: type[Exception], words: str, step: str
) -> None:
    """With what to do."""
    with pytest.raises(kind, match=words) as refused:
        StorageFolder(url)
    assert step in str(refused.value)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver that fsspec names, or fsspec itself."""
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(Unsupported, match="driver of gs:// is not installed") as refused:
        StorageFolder("gs://bucket/clips")
    assert "gcsfs" in str(refused.value)
    assert 'pip install "jupyter-videogen[storage]"' in str(refused.value)
    monkeypatch.setitem(sys.modules, "fsspec.registry", None)
    with pytest.raises(Unsupported, match="fsspec is not installed") as refused:
        StorageFolder("gs://bucket/clips")
    assert 'pip install "jupyter-videogen[storage]"' in str(refused.value)
