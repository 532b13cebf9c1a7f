"""A kernel is killed, and a real server stores its clip: once, verified, and paid for once.

The judges are the provider's own book and the file on the disk.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from support.kernel_process import Puppet
from support.ledger_reader import LedgerReader, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.paid_server import Shop
    from support.plain_server import PlainServer


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> None:
    """A key in the environment of everybody, and a provider whose jobs last until the test says so."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    shop.done = False


def leave(shop: Shop, reader: LedgerReader, prompt: str = "a kite") -> str:
    """Have a kernel send a job and die of SIGKILL; returns the job's id."""
    with Puppet(shop.url) as kernel:
        job_id = kernel.submit(prompt)
        until(lambda: reader.kept(job_id).record.handle, "an answer")
    return job_id


def test_a_job_outlives_its_kernel(shop: Shop, start: Callable[..., PlainServer], reader: LedgerReader) -> None:
    """The server is there first, or started when all else is gone: it needs no kernel and no page."""
    first = leave(shop, reader, "a kite")
    start()
    reader.until_watched_by("server", first)
    second = leave(shop, reader, "a boat")
    reader.until_watched_by("server", second)
    shop.done = True
    until(lambda: reader.kept(first).record.ended)
    until(lambda: reader.kept(second).record.ended)
    assert {reader.kept(job_id).record.state for job_id in (first, second)} == {"succeeded"}
    assert (len(shop.book), sorted(shop.fetches)) == (2, ["video_1", "video_2"])


def test_a_server_that_is_killed_goes_on_where_it_was(
    shop: Shop, start: Callable[..., PlainServer], reader: LedgerReader
) -> None:
    """SIGKILL while it watches: the next server sees that its process is gone."""
    job_id = leave(shop, reader)
    server = start()
    reader.until_watched_by("server", job_id)
    server.kill()
    start()
    until(lambda: reader.watcher(job_id) == "server" and reader.owner(job_id) != server.pid, "the second server")
    shop.done = True
    reader.until_stored(job_id)
    assert (len(shop.book), shop.fetches) == (1, ["video_1"])


def test_two_servers_and_a_kernel_are_one_watcher(
    shop: Shop, start: Callable[..., PlainServer], reader: LedgerReader
) -> None:
    """The kernel has it; then one server, when that is killed the other; then a new kernel, which asks for it."""
    servers = {server.pid: server for server in (start(), start())}
    job_id = leave(shop, reader)
    reader.until_watched_by("server", job_id)
    servers.pop(reader.owner(job_id)).kill()
    until(lambda: reader.owner(job_id) in servers, "the other server")
    with Puppet(shop.url) as kernel:
        kernel.value("len(vg.jobs())")
        until(lambda: reader.owner(job_id) == kernel.process.pid, "the new kernel")
        shop.done = True
        reader.until_stored(job_id)
    assert (len(shop.book), shop.fetches) == (1, ["video_1"])


def test_a_server_that_ends_lets_go_at_once(
    shop: Shop, start: Callable[..., PlainServer], reader: LedgerReader
) -> None:
    """Another process need not wait for proof of its death."""
    job_id = leave(shop, reader)
    server = start()
    reader.until_watched_by("server", job_id)
    server.close()
    assert reader.kept(job_id).lease_owner is None


def test_a_key_that_was_typed_stays_where_it_was_typed(
    shop: Shop, start: Callable[..., PlainServer], reader: LedgerReader, home: Path
) -> None:
    """Its job is marked and left alone, and the key is in no file; a job sent later, with a key to be read, is taken."""
    with Puppet(shop.url, key=False) as kernel:
        kernel.do(f'typed = vg.Client("openai", base_url={shop.url!r}, api_key="canary-7")')
        private = kernel.value("typed.submit('a secret', model='m').id")
        until(lambda: reader.kept(private).record.handle, "an answer")
    server = start()
    reader.until_watched_by("server", leave(shop, reader))
    assert (reader.kept(private).record.needs_kernel, reader.watcher(private)) == (True, None)
    assert server.ask(f"jupyter-videogen/jobs/{private}").json["needs_kernel"] is True
    assert not [path for path in home.rglob("*") if path.is_file() and b"canary-7" in path.read_bytes()]


def test_a_job_that_was_let_go_is_left_alone_until_somebody_wants_it(
    shop: Shop, start: Callable[..., PlainServer], reader: LedgerReader
) -> None:
    """`stop_waiting` holds for servers, too; so does the route of the server."""
    with Puppet(shop.url) as kernel:
        job_id = kernel.submit("a kite")
        until(lambda: reader.kept(job_id).record.handle, "an answer")
        kernel.do(f"vg.job({job_id!r}).stop_waiting()")
        until(lambda: reader.kept(job_id).let_go, "the kernel to let go")
    server = start()
    reader.until_watched_by("server", leave(shop, reader, "a boat"))
    assert (reader.watcher(job_id), reader.kept(job_id).let_go) == (None, True)
    assert server.ask(f"jupyter-videogen/jobs/{job_id}/watch", "PUT").json["let_go"] is False
    reader.until_watched_by("server", job_id)
    assert server.ask(f"jupyter-videogen/jobs/{job_id}/watch", "DELETE").json["let_go"] is True
    reader.until_watched_by(None, job_id)


def test_what_one_kernel_lets_go_no_other_takes(shop: Shop, reader: LedgerReader) -> None:
    """Neither one that reads along nor one that starts; each takes it up again when it is asked to."""
    with Puppet(shop.url) as kernel, Puppet(shop.url) as beside:
        job_id = kernel.submit("a kite")
        until(lambda: reader.kept(job_id).record.handle, "an answer")
        assert beside.value(f"vg.job({job_id!r}).detached") is False
        kernel.do(f"vg.job({job_id!r}).stop_waiting()")
        until(lambda: beside.value(f"vg.job({job_id!r}).detached"), "the other kernel to leave it")
        kernel.kill()
        with Puppet(shop.url) as new:
            assert new.value(f"vg.job({job_id!r}).detached") is True
            assert new.value(f"vg.job({job_id!r}).result(60)").startswith("NotReadyError")
            assert (reader.watcher(job_id), reader.kept(job_id).let_go) == (None, True)
            new.do(f"vg.job({job_id!r}).watch()")
            until(lambda: reader.owner(job_id) == new.process.pid, "the kernel that was asked")
            assert reader.kept(job_id).let_go is False
        shop.done = True
        beside.do(f"vg.job({job_id!r}).watch()")
        reader.until_stored(job_id)
    assert len(shop.book) == 1


def test_a_home_that_is_made_anew_is_watched(
    shop: Shop, start: Callable[..., PlainServer], reader: LedgerReader, home: Path
) -> None:
    """The server has watched a job of the home that was deleted, and answered its pages."""
    shop.done = True
    server = start()
    reader.until_stored(leave(shop, reader))
    assert len(server.ask("jupyter-videogen/jobs").json["jobs"]) == 1
    reader.ledger.close()
    shutil.rmtree(home)
    shop.done = False
    new = LedgerReader(home)
    job_id = leave(shop, new, "a boat")
    new.until_watched_by("server", job_id)
    assert [job["id"] for job in server.ask("jupyter-videogen/jobs").json["jobs"]] == [job_id]
    shop.done = True
    until(lambda: new.kept(job_id).record.state == "succeeded", "the clip")


def test_a_server_is_not_idle_while_a_paid_job_is_open(
    shop: Shop, start: Callable[..., PlainServer], reader: LedgerReader
) -> None:
    """What stops idle servers asks for the last activity; asking for it is none."""
    server = start()
    before = server.ask("api/status?no_track_activity=1").json["last_activity"]
    assert server.ask("api/status?no_track_activity=1").json["last_activity"] == before
    leave(shop, reader)
    until(lambda: server.ask("api/status?no_track_activity=1").json["last_activity"] > before, "a sign of life")
