"""What a watcher takes up and what it leaves alone, and that nothing that is paid for can leave it."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.catalog.builtin import BUILT_IN
from jupyter_videogen.catalog.provider import Provider
from jupyter_videogen.core.budget import Budget
from jupyter_videogen.core.http import Call, Forbidden
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.core.secrets import Secret
from jupyter_videogen.ledger import database, glance
from jupyter_videogen.ledger.glance import Glance
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.runtime import process, watcher
from jupyter_videogen.runtime.runner import Runner
from jupyter_videogen.runtime.watcher import Watcher
from jupyter_videogen.testing import FakeClock
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.connection import Connection
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from support.fakes import SLOW
from support.ledger_reader import until
from support.paid_server import Sale
from support.runner_bench import draft
from support.two_kernels import ORDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jupyter_videogen.core.job import JobRecord
    from support.paid_server import Shop

KEY = Secret("canary-1", source="LAB_KEY")


class Bench:
    """A home with jobs of processes that are gone, and a watcher whose time a test makes pass."""

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.url, self.clock = home, url, FakeClock()
        self.ledger = Ledger.at(home / "ledger.sqlite3")
        self.glance = Glance(home)
        self.watcher = Watcher(self.glance, "server", clock=self.clock)

    def leave(self, name: str, **facts: Any) -> JobRecord:
        """Write down a job at the shop that is nobody's."""
        asked = draft(Provider("openai", self.url, "LAB_KEY", SLOW.dialect), self.home)
        alike = {
            "state": "queued",
            "handle": {"id": name},
            "accepted_at": 1_000.0,
            "account": KEY.account,
            "key_env": "LAB_KEY",
        }
        named = {"id": name, "fingerprint": name, "idempotency_key": name, "path": f"{asked.path}-{name}.mp4"}
        record = self.ledger.add(asked.after(**alike | named | facts))
        self.ledger.release(record.id)
        return record

    def round(self, *, after: float = 0.0) -> dict[str, str]:
        """Let seconds pass, and have the watcher look."""
        self.clock.time += after
        self.glance.look()
        return dict(self.watcher.round())

    def owner(self, job_id: str) -> str | None:
        kept = self.ledger.kept(job_id)
        assert kept is not None
        return kept.lease_owner


@pytest.fixture
def bench(home: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A watcher that can read the shop's key."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    shop.done = False
    bench = Bench(home, shop.url)
    with closing(bench.glance):
        yield bench


def test_a_job_is_taken_up_after_the_grace(bench: Bench) -> None:
    """A kernel that restarts is quicker."""
    job = bench.leave("aaaaaaaa")
    assert bench.round() == {job.id: "free"}
    assert bench.round(after=watcher.GRACE - 1) == {job.id: "free"}
    assert bench.owner(job.id) is None
    assert bench.round(after=1) == {job.id: "here"}
    until(lambda: bench.owner(job.id) == bench.ledger.owner)


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        ({"state": "draft", "handle": None}, "draft"),
        ({"needs_kernel": True}, "needs_kernel"),
        ({"account": "another1"}, "no_key"),
        ({"provider": "plugged", "like": ""}, "no_provider"),
    ],
)
def test_what_others_must_do_is_left_alone(bench: Bench, facts: dict[str, Any], standing: str) -> None:
    """However long it waits; the record is as it was, and nothing is asked of the provider."""
    job = bench.leave("aaaaaaaa", **facts)
    bench.round()
    for _ in range(3):
        assert bench.round(after=watcher.HELPLESS + watcher.GRACE) == {job.id: standing}
    assert bench.ledger.find(job.id) == job
    assert bench.owner(job.id) is None


def test_a_key_that_appears_is_seen_after_a_while(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not looked for every second: a keyring may ask a person."""
    monkeypatch.delenv("LAB_KEY")
    job = bench.leave("aaaaaaaa")
    bench.round()
    assert bench.round(after=watcher.GRACE) == {job.id: "no_key"}
    monkeypatch.setenv("LAB_KEY", "canary-1")
    assert bench.round(after=watcher.HELPLESS - 1) == {job.id: "no_key"}
    bench.round(after=1)
    assert bench.round(after=watcher.GRACE) == {job.id: "here"}


def test_a_lost_answer_is_looked_for_and_nothing_is_sent_again(bench: Bench, shop: Shop) -> None:
    """The kernel died while its create was open; the provider's list has the job, under a prompt that is this one's alone."""
    job = bench.leave("aaaaaaaa", state="submitting", handle=None, accepted_at=None, sent_at=1_000.0)
    bench.round()
    bench.round(after=watcher.GRACE)
    until(lambda: bench.ledger.find(job.id).state == "unknown_outcome", "a verdict")
    assert shop.book == []


def test_a_job_that_was_left_unfinished_is_tried_again_later_and_later(bench: Bench) -> None:
    """A clip that can't be saved, as on a full disk, is not fetched again every ten seconds."""
    job = bench.leave("aaaaaaaa")
    bench.round()
    assert bench.round(after=watcher.GRACE) == {job.id: "here"}
    for tries in range(3):
        until(lambda: bench.owner(job.id) == bench.ledger.owner, "a try")
        run = process.opened()
        assert run is not None
        run.hand_over(job.id)
        assert bench.round() == {job.id: "free"}
        assert bench.round(after=watcher.SOONEST * 2**tries - 1) == {job.id: "free"}
        assert bench.round(after=1) == {job.id: "here"}


def test_a_lost_race_postpones_no_job(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process was quicker, and died before this one looked again: its job is taken up after the usual grace."""
    job = bench.leave("aaaaaaaa")
    bench.round()
    assert bench.round(after=watcher.GRACE) == {job.id: "here"}
    until(lambda: bench.owner(job.id) == bench.ledger.owner, "a try")
    run = process.opened()
    assert run is not None
    run.hand_over(job.id)
    with closing(sqlite3.connect(bench.ledger.path)) as db, db:
        db.execute("UPDATE jobs SET lease_owner = 'host/boot/ns/1/2/token', lease_until = ?", [time.time() + 60])
    monkeypatch.setattr(bench.glance, "lives", lambda owner: "token" not in owner)
    assert bench.round() == {job.id: "free"}
    assert bench.round(after=watcher.GRACE) == {job.id: "here"}


def test_a_kernel_that_asks_gets_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is left to that kernel for a while; the wish of a dead one is none."""
    job = bench.leave("aaaaaaaa")
    bench.round()
    bench.round(after=watcher.GRACE)
    until(lambda: bench.owner(job.id) == bench.ledger.owner)
    with closing(sqlite3.connect(bench.ledger.path)) as db, db:
        db.execute("UPDATE jobs SET wanted_by = 'host/boot/ns/1/2/token'")
    monkeypatch.setattr(bench.glance, "lives", lambda owner: "token" not in owner)
    assert bench.round() == {job.id: "here"}
    monkeypatch.setattr(bench.glance, "lives", lambda owner: True)
    bench.round()
    assert bench.owner(job.id) is None
    bench.round()
    assert bench.round(after=watcher.RESERVED - 1) == {job.id: "free"}
    assert bench.owner(job.id) is None


def test_how_long_jobs_take_is_learned(bench: Bench, shop: Shop) -> None:
    """As by a kernel: a job that was looked at all the time tells it."""
    shop.book.append(Sale("video_1", "a kite", "k", "", time.time()))
    job = bench.leave("aaaaaaaa", handle={"id": "video_1"}, accepted_at=time.time())
    bench.round()
    bench.round(after=watcher.GRACE)
    until(lambda: shop.looks > 1, "a look")
    shop.done = True
    until(lambda: bench.ledger.find(job.id).ended, "the end")
    assert bench.ledger.find(job.id).state == "succeeded"
    assert [run.well for run in bench.ledger.runs(shop.url, limit=9)] == [True]


def test_a_ledger_of_another_version_is_left_alone(bench: Bench) -> None:
    """Neither read nor brought up to date: the kernels' package may be older or newer than the server's."""
    bench.leave("aaaaaaaa")
    for version in (database.VERSION - 1, database.VERSION + 1):
        with closing(sqlite3.connect(bench.ledger.path)) as db:
            db.execute(f"PRAGMA user_version = {version}")
        other = Glance(bench.home)
        assert other.look() == other.open == []
        other.close()


def test_both_readers_know_the_same_version() -> None:
    assert glance.VERSION == database.VERSION


# ---- money ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_create_of_any_provider_leaves(name: str, shop: Shop) -> None:
    """The line itself refuses, and says that nothing was sent; a look passes."""
    transport = Transport(Fixed(Endpoint(shop.url, KEY, {}, allow_insecure=False)), reads_only=True)
    dialect: Any = BUILT_IN[name].dialect
    asked = GenerationRequest(prompt="a kite", model="m", duration=4)
    create = Call("POST", "/jobs") if name.startswith("comfy") else dialect.create(asked)  # it needs a workflow

    async def both() -> int:
        with pytest.raises(Forbidden, match="only watches"):
            await transport.send(create)
        status = (await transport.send(Call("GET", "/videos?limit=1"))).status
        await transport.close()
        return status

    assert asyncio.run(both()) == 200
    assert shop.book == []


def test_the_runtime_of_a_watcher_creates_nothing(bench: Bench, shop: Shop) -> None:
    """Not by an order, not by a draft that is put into its hands, not by sending one again."""
    run = process.watching_runtime("server")
    connection = Connection(Provider("openai", shop.url, "LAB_KEY", BUILT_IN["openai"].dialect), KEY)
    with pytest.raises(vg.Unsupported, match="only watches"):
        run.submit(ORDER._replace(connection=connection), Budget())
    lost = bench.leave("aaaaaaaa", state="unknown_outcome", handle=None)
    with pytest.raises(vg.Unsupported, match="only watches"):
        run.restart(lost, connection, lambda record: record.after(state="draft"))
    unsent = bench.leave("bbbbbbbb", state="draft", handle=None)
    run.watch(unsent, connection, again=True).future.result(30)
    assert bench.ledger.find(unsent.id) == unsent
    bench.ledger.claim(unsent.id, now=1_000.0)
    ended = run.loop.call(
        lambda: Runner(unsent, connection.provider, run.pool.transport(connection), run._context, print).run()
    )
    assert (ended.state, ended.failure and (ended.failure.sent, ended.failure.charged)) == ("failed", ("no", "no"))
    assert (shop.asked.is_set(), shop.book) == (False, [])


def test_a_kernel_in_the_same_process_takes_the_place_of_the_watcher(bench: Bench) -> None:
    """Two runtimes of one process would both hold its leases: an assistant's tools in a server get the one there is."""
    watching = process.watching_runtime("server")
    kernel = process.runtime()
    assert kernel is not watching
    assert watching.ledger.closed
    assert process.watching_runtime("server") is kernel


@pytest.mark.parametrize(
    ("source", "headers", "private"),
    [
        ("LAB_KEY", {}, False),
        ("keyring", {}, False),
        ("this kernel", {}, True),
        ("api_key", {}, True),
        ("Colab secrets", {}, True),
        ("LAB_KEY", {"x-team": "7"}, True),
    ],
)
def test_what_is_written_nowhere_needs_its_kernel(source: str, headers: dict[str, str], *, private: bool) -> None:
    """A key from the environment or the keyring can be found by another process; typed ones, and headers, cannot."""
    row = Provider("openai", "https://a.example/v1", "LAB_KEY", SLOW.dialect)
    assert Connection(row, Secret("canary-1", source=source), headers).is_private is private


def test_a_key_that_was_passed_and_is_in_the_environment_can_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """`api_key=os.environ["…"]` is no secret of this kernel's; another key is."""
    monkeypatch.setenv("QUBAX_API_KEY", "canary-1")
    private = [vg.Client("qubax", api_key=key)._access.connection.is_private for key in ("canary-1", "canary-2")]
    assert private == [False, True]
