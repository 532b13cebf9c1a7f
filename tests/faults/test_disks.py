"""Disks that are full, slow to let go, taken by others, or pulled: the target is absent or whole, never half or replaced."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import shutil
import signal
import stat
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_videogen.core.errors import DownloadError
from jupyter_videogen.media import clip_store, container
from jupyter_videogen.media import partial_file as parts
from jupyter_videogen.testing import FakeClock
from support.fakes import MP4, box
from support.raw_server import RawServer, head, raw, says
from support.single_job import HALF, LONG, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

WHOLE = says(LONG)
NAME = "a-kite-k3q7x2ma"


def refuse(number: int) -> Callable[..., Any]:
    """A system call that says no."""

    def call(*_args: Any, **_named: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return call


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_disk_that_cannot_keep_the_bytes_keeps_the_job(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told with the place and the bytes it needs; the next watch fetches it, and nothing is paid again."""
    stage = Stage(tmp_path, WHOLE)
    with monkeypatch.context() as broken:
        fsync = os.fsync
        broken.setattr(os, "fsync", lambda file: refuse(number)() if is_part(file) else fsync(file))
        stage.run()
    place = tmp_path / "videogen" / f"{NAME}.mp4"
    stage.check_kept(
        f"The clip could not be written to {place} ({os.strerror(number)}); it needs {len(LONG):,} bytes. "
        "Make room there, then download it with vg.job('k3q7x2ma').watch(); nothing is generated again."
    )
    assert len(stage.asked()) == 1
    stage.run()
    stage.check_stored()


def is_part(file: int) -> bool:
    return stat.S_ISREG(os.fstat(file).st_mode)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_folder_that_cannot_be_written_to_keeps_the_job(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is fetched that could not be kept."""
    stage = Stage(tmp_path, WHOLE)
    with monkeypatch.context() as broken:
        opened = Path.open
        broken.setattr(
            Path, "open", lambda path, *mode: refuse(number)() if path.suffix == ".part" else opened(path, *mode)
        )
        stage.run()
    stage.check_kept("Make that folder writable, then download it with vg.job('k3q7x2ma').watch()")
    assert stage.asked() == []
    stage.run()
    stage.check_stored()


CHILD = """
import asyncio, sys
from pathlib import Path
sys.path[:0] = {paths!r}
from jupyter_videogen.media import clip_store, container
from jupyter_videogen.media import partial_file as parts
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from jupyter_videogen.core.http import Call
from jupyter_videogen.core.errors import DownloadError

async def main():
    transport = Transport(Fixed(Endpoint(sys.argv[1])))
    async with transport.stream(Call("GET", "/clip")) as stream:
        await clip_store.store(stream.pieces(), Path(sys.argv[2]), expected=None, report=lambda _: print("some", flush=True))
    await transport.close()

{before}
try:
    asyncio.run(main())
except DownloadError as error:
    print(error.message)
"""
PATHS = [str(Path(clip_store.__file__).parents[2])]


async def child(url: str, target: Path, before: str = "") -> asyncio.subprocess.Process:
    """A process of its own that fetches a clip."""
    code = textwrap.dedent(CHILD).format(paths=PATHS, before=before)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, url, str(target), stdout=asyncio.subprocess.PIPE
    )


def test_a_limit_on_file_sizes_leaves_nothing_behind(tmp_path: Path) -> None:
    """A real EFBIG from the system, in the middle of the bytes."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({HALF}, {HALF}))"

    async def run() -> bytes:
        async with RawServer({"/clip": [WHOLE]}).serving() as server:
            process = await child(server.url, tmp_path / "videogen" / "a.mp4", limit)
            return (await process.communicate())[0]

    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != HALF
    assert b"The clip could not be written to" in asyncio.run(run())
    assert list((tmp_path / "videogen").iterdir()) == []


def test_a_clip_larger_than_the_cap_is_not_begun(tmp_path: Path) -> None:
    """Fifty gigabytes are refused by their length, after one request."""
    stage = Stage(tmp_path, raw(head(content_length=50 * 10**9), LONG[:HALF], then="gone"))
    stage.run()
    stage.check_kept("it is larger than 4 GiB, the limit for downloads); it needs 50,000,000,000 bytes")
    assert len(stage.asked()) == 1


def test_an_endless_clip_ends_at_the_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a length the bytes that came are counted."""
    monkeypatch.setattr(parts, "LARGEST", 1_000_000)

    async def endless(line: Any) -> None:
        await line.say(head(connection="close"), LONG)
        while True:
            await line.say(bytes(65_536))

    stage = Stage(tmp_path, endless)
    stage.run()
    stage.check_kept("it is larger than 4 GiB")
    assert len(stage.asked()) == 1


def test_a_clip_without_room_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the length is known the free space is compared before the first byte."""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=len(LONG) - 1))
    stage = Stage(tmp_path, WHOLE)
    stage.run()
    stage.check_kept(f"(No space left on device); it needs {len(LONG):,} bytes")
    assert len(stage.asked()) == 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=len(LONG)))
    stage.run()
    stage.check_stored()


def test_a_disk_that_runs_full_on_the_way_is_noticed_before_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a length the free space is looked at now and then."""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=65_535))
    monkeypatch.setattr(parts, "ROOM_EVERY", 65_536)
    stage = Stage(tmp_path, raw(head(connection="close"), LONG))
    stage.run()
    stage.check_kept("(No space left on device); it needs more than")


def test_a_clip_that_is_there_already_is_not_kept_twice(tmp_path: Path) -> None:
    """The same bytes under the same name are the clip."""
    stage = Stage(tmp_path, WHOLE)
    target = tmp_path / "videogen" / f"{NAME}.mp4"
    target.parent.mkdir()
    target.write_bytes(LONG)
    before = target.stat().st_ino
    stage.run()
    stage.check_stored()
    assert target.stat().st_ino == before


def test_another_file_of_that_name_is_never_replaced(tmp_path: Path) -> None:
    """It stays, and so does the next; the clip gets the first number that is free."""
    stage = Stage(tmp_path, WHOLE)
    folder = tmp_path / "videogen"
    folder.mkdir()
    (folder / f"{NAME}.mp4").write_bytes(b"mine")
    (folder / f"{NAME}-1.mp4").write_bytes(b"mine too")
    stage.run()
    stage.check_stored(name=f"{NAME}-2")
    assert (folder / f"{NAME}.mp4").read_bytes() == b"mine"
    assert (folder / f"{NAME}-1.mp4").read_bytes() == b"mine too"
    assert stage.left == [f"{NAME}-1.mp4", f"{NAME}-2.json", f"{NAME}-2.mp4", f"{NAME}.mp4"]


def test_without_hard_links_nothing_is_replaced_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On such a file system the name is looked at first."""
    monkeypatch.setattr(os, "link", refuse(errno.EPERM))
    store(MP4, tmp_path / "a.mp4")
    store(LONG, tmp_path / "a.mp4")
    assert (tmp_path / "a.mp4").read_bytes() == MP4
    assert (tmp_path / "a-1.mp4").read_bytes() == LONG


def store(body: bytes, path: Path, clock: FakeClock | None = None) -> parts.Stored:
    async def pieces() -> Any:
        yield body

    return asyncio.run(
        clip_store.store(pieces(), path, expected=None, report=lambda _: None, clock=clock or FakeClock())
    )


@pytest.mark.parametrize(("times", "name"), [(4, "a.mp4"), (5, "a-1.mp4")])
def test_a_file_that_is_held_is_tried_five_times_then_numbered(
    times: int, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses while a player or a scanner has a file; it lets go within a second, or another name will do."""
    replace, left = os.replace, [times]

    def held(source: Any, target: Any) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise PermissionError(errno.EACCES, "in use")
        replace(source, target)

    monkeypatch.setattr(os, "link", refuse(errno.ENOTSUP))
    monkeypatch.setattr(os, "replace", held)
    clock = FakeClock()
    assert store(MP4, tmp_path / "a.mp4", clock).path == tmp_path / name
    assert clock.slept == [parts.NAME_PAUSE] * times
    assert [path.name for path in tmp_path.glob("*a*.mp4")] == [name]


def test_a_folder_that_never_lets_go_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten tries, under two names, and no temporary file."""
    monkeypatch.setattr(os, "link", refuse(errno.ENOTSUP))
    monkeypatch.setattr(os, "replace", refuse(errno.EACCES))
    clock = FakeClock()
    with pytest.raises(DownloadError, match="Make that folder writable"):
        store(MP4, tmp_path / "videogen" / "a.mp4", clock)
    assert len(clock.slept) == 9
    assert list((tmp_path / "videogen").iterdir()) == []


def test_the_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut at any moment leaves a whole clip or none, and a ledger that claims no more than there is."""
    stage, done, real = Stage(tmp_path, WHOLE), [], (os.fsync, os.link)

    def fsync(file: int) -> None:
        done.append("sync file" if is_part(file) else "sync folder")
        real[0](file)

    def link(source: Any, target: Any, **_named: Any) -> None:
        done.append("name")
        real[1](source, target)

    save = stage.ledger.save
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "link", link)
    monkeypatch.setattr(
        stage.ledger, "save", lambda job, run=None, **how: done.append(job.state) or save(job, run, **how)
    )
    stage.run()
    stage.check_stored()
    assert done[-5:] == ["saving", "sync file", "name", "sync folder", "succeeded"]


def test_two_processes_that_fetch_one_clip_both_end_with_it(tmp_path: Path) -> None:
    """Each has a temporary file of its own; the second finds the first's clip, and neither hurts the other."""
    target = tmp_path / "videogen" / "a.mp4"

    async def run() -> RawServer:
        both = asyncio.Barrier(2)

        async def together(line: Any) -> None:
            await line.say(head(content_length=len(LONG)), LONG[:HALF])
            await both.wait()
            await line.say(LONG[HALF:])

        async with RawServer({"/clip": [together]}).serving() as server:
            processes = [await child(server.url, target) for _ in range(2)]
            outs = await asyncio.gather(*(process.communicate() for process in processes))
            assert [process.returncode for process in processes] == [0, 0]
            assert not any(b"could not" in out for out, _ in outs)
            return server

    assert asyncio.run(run()).connections == 2
    assert [path.name for path in target.parent.iterdir()] == ["a.mp4"]
    assert target.read_bytes() == LONG


def test_a_process_killed_midway_leaves_no_clip_and_its_rest_is_swept_later(tmp_path: Path) -> None:
    """Kill -9 between two bytes: no half clip under the name; the temporary file goes when it has been still for an hour."""
    folder = tmp_path / "videogen"

    async def run() -> None:
        async with RawServer(
            {"/clip": [raw(head(content_length=len(LONG)), LONG[:HALF], then="gone")]}
        ).serving() as server:
            process = await child(server.url, folder / "a.mp4")
            assert process.stdout is not None
            await process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            await process.wait()

    asyncio.run(run())
    (part,) = folder.iterdir()
    assert part.name.startswith(".videogen-")
    assert part.name.endswith(".part")
    other = folder / ".videogen-other.part"
    other.write_bytes(b"somebody is writing this")
    stage = Stage(tmp_path, WHOLE)
    stage.clock.time = part.stat().st_mtime + 3_601
    os.utime(other, (stage.clock.time, stage.clock.time))
    stage.run()
    assert stage.left == [".videogen-other.part", f"{NAME}.json", f"{NAME}.mp4"]


boxes = st.lists(st.tuples(st.sampled_from([b"free", b"moov", b"mdat", b"wide"]), st.binary(max_size=40)), max_size=6)


@given(boxes, st.data())
def test_every_cut_of_any_mp4_is_noticed(parts: list[tuple[bytes, bytes]], data: st.DataObject) -> None:
    """Whatever boxes it is made of, cut anywhere but between two of them it does not pass; whole with both halves, it does."""
    pieces = [box(b"ftyp", b"isom\0\0\0\0"), *(box(kind, body) for kind, body in parts)]
    whole, kinds = b"".join(pieces), {kind for kind, _ in parts}
    end = data.draw(st.integers(0, len(whole)))
    edges = [sum(map(len, pieces[:count])) for count in range(1, len(pieces) + 1)]
    seen = {kind for (kind, _), edge in zip(parts, edges[1:], strict=True) if edge <= end}
    assert passes(whole) == ({b"moov", b"mdat"} <= kinds)
    assert passes(whole[:end]) == (end in edges and {b"moov", b"mdat"} <= seen)


@given(st.binary(max_size=200))
def test_any_bytes_are_judged(body: bytes) -> None:
    """The walk ends, without an error of its own, whatever it is given."""
    passes(MP4[:16] + body)


def passes(body: bytes) -> bool:
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        try:
            container.check_container(Path(file.name))
        except DownloadError:
            return False
        return True


def test_a_walk_over_millions_of_boxes_is_not_walked(tmp_path: Path) -> None:
    """A hostile file of nothing but box heads is no video."""
    (tmp_path / "a").write_bytes(MP4 + box(b"free", b"") * (container.MOST_BOXES + 1))
    with pytest.raises(DownloadError):
        container.check_container(tmp_path / "a")


@pytest.mark.parametrize(
    ("body", "proven"),
    [
        (MP4, True),
        (box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", b"") + b"\0\0\0\0mdat" + b"x" * 50, False),
        (box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", b"") + b"\0\0\0\1mdat" + (66).to_bytes(8, "big") + b"x" * 50, True),
        (MP4 + box(b"moof", b""), False),
        (b"\x1aE\xdf\xa3" + b"x" * 50, False),
        (b"GIF89a" + b"x" * 50, False),
    ],
)  # fmt: skip
def test_a_file_shows_whether_its_length_is_proven(body: bytes, proven: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """Boxes of known sizes prove it; an open end, fragments and other containers do not."""
    (tmp_path / "a").write_bytes(body)
    assert container.check_container(tmp_path / "a") is proven
