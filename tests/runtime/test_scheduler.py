"""Many jobs at one provider: one list for all, a limit on looks, and a machine that slept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from jupyter_videogen.catalog.builtin import OPENAI
from jupyter_videogen.core.http import Lost
from jupyter_videogen.core.job import JobRecord
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.core.timing import JobTiming
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.runtime.context import RunContext
from jupyter_videogen.runtime.polling import rate_limiter
from jupyter_videogen.runtime.polling.history import DurationHistory
from jupyter_videogen.runtime.polling.rate_limiter import RateLimiter
from jupyter_videogen.runtime.polling.scheduler import LIST_TRUSTED_SECONDS, MOST_PAGES, PollScheduler
from jupyter_videogen.runtime.runner import Runner
from jupyter_videogen.testing import FakeTransport
from support.fakes import MP4
from support.runner_bench import said
from support.virtual_clock_loop import LoopClock, TimelessLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from pathlib import Path

    from jupyter_videogen.core.http import Call, Reply


def timeless(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=TimelessLoop) as runner:
        runner.run(work())


class Shop:
    """A provider of the OpenAI shape whose jobs end when they should; it counts what it is asked."""

    def __init__(self, ends: list[float]) -> None:
        self.clock = LoopClock()
        self.ends = {f"v{n}": end for n, end in enumerate(ends)}
        self.looks: list[tuple[str, float]] = []
        self.lists: list[float] = []
        self.seen: dict[str, float] = {}
        self.hidden: set[str] = set()
        self.rumours: dict[str, str] = {}
        self.broken: Reply | Exception | None = None
        self.busy: list[float] = []
        self.page = 50

    def answer(self, call: Call) -> Reply:
        if call.url.endswith("/content"):
            return said(MP4)
        if "?" in call.url and "/videos?" in call.url:
            return self._list(call)
        name = call.url.rpartition("/")[2]
        if name not in self.ends:
            return said({}, 404)
        self.looks.append((name, self.clock.monotonic()))
        if self.busy:
            return said({}, 429, retry_after=str(self.busy.pop()))
        video = self._video(name)
        if video["status"] == "completed":
            self.seen.setdefault(name, self.clock.monotonic())
        return said(video)

    def _video(self, name: str) -> dict[str, Any]:
        return {"id": name, "status": "completed" if self.clock.monotonic() >= self.ends[name] else "in_progress"}

    def _list(self, call: Call) -> Reply:
        self.lists.append(self.clock.monotonic())
        if isinstance(self.broken, Exception):
            raise self.broken
        if self.broken is not None:
            return self.broken
        names = [name for name in self.ends if name not in self.hidden]
        after = call.url.partition("after=")[2]
        start = names.index(after) + 1 if after else 0
        shown = names[start : start + self.page]
        rows = [
            {**self._video(name), **({"status": self.rumours[name]} if name in self.rumours else {})} for name in shown
        ]
        return said({"data": rows, "has_more": start + self.page < len(names), "last_id": shown[-1] if shown else None})

    def lag(self, name: str) -> float:
        return self.seen[name] - self.ends[name]

    def looks_at(self, name: str) -> list[float]:
        return [at for looked, at in self.looks if looked == name]


class Watched:
    """Some accepted jobs of that provider, watched to their ends by real runners."""

    def __init__(self, folder: Path, shop: Shop, *, base_url: str = "https://many.example/v1") -> None:
        self.shop, self.ledger = shop, Ledger(folder / "ledger.sqlite3")
        self.provider = msgspec.structs.replace(OPENAI, base_url=base_url)
        transport: Any = FakeTransport(shop.answer)
        self.scheduler = PollScheduler(self.provider, transport, DurationHistory(self.ledger), shop.clock)
        self.parts = RunContext(self.ledger, shop.clock, folder / "posters", lambda _: None, self.scheduler)
        self.transport, self.folder = transport, folder
        self.ended: list[JobRecord] = []
        self.told: list[JobRecord] = []

    def run(
        self, beside: Callable[[], Coroutine[Any, Any, None]] | None = None, *, names: Iterable[str] | None = None
    ) -> None:
        """Watch all jobs, or these, to their ends; `beside` is what else happens meanwhile."""

        async def work() -> None:
            runs = [self._runner(name).run() for name in names or self.shop.ends]
            others = [asyncio.ensure_future(beside())] if beside else []
            self.ended = list(await asyncio.gather(*runs))
            await asyncio.gather(*others)

        timeless(work)

    def _runner(self, name: str) -> Runner:
        job = self.ledger.add(
            JobRecord(
                id=name, state="draft", request=GenerationRequest(prompt="a kite", model="m"), provider="openai",
                base_url=self.provider.base_url, key_env=None, model="m", path=str(self.folder / "clips" / f"{name}.mp4"),
                fingerprint=name, take=0, idempotency_key=name, created_at=1_000.0,
            )
        )  # fmt: skip
        job = job.after(state="queued", handle={"id": name}, sent_at=1_000.0, accepted_at=1_000.0)
        return Runner(job, self.provider, self.transport, self.parts, self.told.append)


ENDS = [60.0, 70.0, 80.0, 85.0, 90.0, 92.0, 100.0, 110.0, 120.0, 140.0]


def test_one_list_serves_many(tmp_path: Path) -> None:
    """Ten jobs: the list is asked, each end is confirmed by id, and that is nearly all that is asked by id."""
    shop = Shop(ENDS)
    watched = Watched(tmp_path, shop)
    watched.run()
    assert [job.state for job in watched.ended] == ["succeeded"] * 10
    assert len(shop.lists) > 10
    assert len(shop.looks) < 5 * len(ENDS)
    assert set(shop.seen) == set(shop.ends)
    assert max(map(shop.lag, shop.ends)) <= 21.0


def test_two_jobs_are_looked_at_one_by_one(tmp_path: Path) -> None:
    """A list for two costs more than it saves."""
    shop = Shop(ENDS[:2])
    Watched(tmp_path, shop).run()
    assert shop.lists == []
    assert set(shop.seen) == set(shop.ends)


def test_a_job_that_the_list_does_not_hold_is_not_failed(tmp_path: Path) -> None:
    """Absence says nothing: it is looked at by id at its own times, and ends well."""
    shop = Shop(ENDS)
    shop.hidden = {"v3", "v9"}
    watched = Watched(tmp_path, shop)
    watched.run()
    assert [job.state for job in watched.ended] == ["succeeded"] * 10
    assert min(len(shop.looks_at("v3")), len(shop.looks_at("v9"))) > 4
    assert not {job.state for job in watched.told} & {"failed", "expired", "unreachable"}


@pytest.mark.parametrize("rumour", ["failed", "cancelled", "expired", "completed"])
def test_an_end_that_the_list_tells_of_is_only_a_reason_to_look(tmp_path: Path, rumour: str) -> None:
    """The list calls a running job ended: by id it still runs, so it goes on to its clip."""
    shop = Shop(ENDS[:4])
    shop.rumours = {"v2": rumour}
    watched = Watched(tmp_path, shop)
    watched.run()
    assert [job.state for job in watched.ended] == ["succeeded"] * 4
    assert {job.state for job in watched.told if job.id == "v2"} <= {"running", "saving", "succeeded"}
    assert shop.looks_at("v2")[0] < shop.ends["v2"]


@pytest.mark.parametrize(
    "broken",
    [said({}, 404), said({}, 405), said({}, 500), said(b"<html>"), said([]), said({"data": 7}), Lost("ReadError")],
)
def test_a_list_that_does_not_work_is_done_without(tmp_path: Path, broken: Reply | Exception) -> None:
    """No list, an error or junk: a few tries at most, and every job is looked at by id."""
    shop = Shop(ENDS)
    shop.broken = broken
    watched = Watched(tmp_path, shop)
    watched.run()
    assert [job.state for job in watched.ended] == ["succeeded"] * 10
    assert 1 <= len(shop.lists) <= 4
    assert max(map(shop.lag, shop.ends)) <= 25.0


def test_a_list_that_breaks_midway_leaves_no_job_waiting(tmp_path: Path) -> None:
    """From then on the jobs that it told of are looked at by id."""
    shop = Shop(ENDS)

    async def break_it() -> None:
        await shop.clock.sleep(50.0)
        shop.broken = said({}, 503)

    Watched(tmp_path, shop).run(break_it)
    assert set(shop.seen) == set(shop.ends)
    assert max(map(shop.lag, shop.ends)) <= 40.0


def test_pages_are_bounded(tmp_path: Path) -> None:
    """Jobs that stand behind sixty others, two to a page, are not searched for page by page."""
    shop = Shop([0.0] * 60 + [90.0] * 6)
    shop.page = 2
    mine = list(shop.ends)[60:]
    Watched(tmp_path, shop).run(names=mine)
    assert set(shop.seen) == set(mine)
    assert 1 <= len(shop.lists) <= MOST_PAGES


def test_a_job_that_is_told_of_is_still_looked_at_now_and_then(tmp_path: Path) -> None:
    """The list calls it running for ever: by id its end is found within two minutes."""
    shop = Shop([90.0, 400.0, 400.0, 400.0])
    shop.rumours = {"v0": "in_progress"}
    Watched(tmp_path, shop).run()
    assert shop.lag("v0") <= LIST_TRUSTED_SECONDS


def test_what_was_seen_is_learnt(tmp_path: Path) -> None:
    """Each watched job leaves a run, between the last look before its end and the first after."""
    shop = Shop(ENDS)
    watched = Watched(tmp_path, shop)
    watched.run()
    runs = watched.ledger.runs(watched.provider.base_url, limit=100)
    assert len(runs) == len(ENDS)
    assert all(run.well and run.model == "m" and run.kind == "text" for run in runs)
    errors = [abs(run.seconds - end) for run, end in zip(sorted(runs, key=lambda run: run.seconds), ENDS, strict=True)]
    assert max(errors) <= 11.0
    assert watched.scheduler.history.usual(watched.ended[0]).runs == len(ENDS)


def test_looks_at_many_jobs_keep_to_the_allowance(tmp_path: Path) -> None:
    """Sixty jobs without a list: two looks a second, after the first handful."""
    shop = Shop([90.0 + n for n in range(60)])
    shop.broken = said({}, 404)
    Watched(tmp_path, shop).run()
    times = sorted([at for _, at in shop.looks] + shop.lists)
    assert set(shop.seen) == set(shop.ends)
    for start in times:
        count = sum(start <= at < start + 10.0 for at in times)
        assert count <= rate_limiter.BURST + 10.0 * rate_limiter.PER_SECOND + 1


def test_a_busy_service_is_left_alone_by_all_jobs(tmp_path: Path) -> None:
    """One look is answered 429 with a time: no job is looked at before it, and the rate is halved."""
    shop = Shop([300.0] * 2)
    shop.busy = [30.0]
    watched = Watched(tmp_path, shop)
    watched.run()
    first, second = shop.looks[0][1], shop.looks[1][1]
    assert second - first >= 30.0


def test_a_list_that_is_busy_leaves_all_jobs_alone(tmp_path: Path) -> None:
    """The list is answered 429 with a time: neither it nor a job is asked for before that."""
    shop = Shop(ENDS)
    shop.broken = said({}, 429, retry_after="30")
    Watched(tmp_path, shop).run()
    first = shop.lists[0]
    assert min(at for at in [*shop.lists[1:], *(at for _, at in shop.looks)] if at > first) >= first + 30.0


def test_a_sleep_of_the_machine_is_followed_by_a_look(tmp_path: Path) -> None:
    """The wall clock is an hour on: every job is looked at at once, and is an hour older."""
    shop = Shop([5_000.0] * 2)
    watched = Watched(tmp_path, shop)
    woken: list[float] = []

    async def sleep() -> None:
        await shop.clock.sleep(100.0)
        woken.append(shop.clock.monotonic())
        shop.ends = dict.fromkeys(shop.ends, woken[0])
        watched.scheduler.slept(3_600.0)

    watched.run(sleep)
    assert [seen - woken[0] for seen in shop.seen.values()] == [0.0, 0.0]
    assert {run.seconds for run in watched.ledger.runs(watched.provider.base_url, limit=9)} == set()


def test_the_allowance_goes_to_the_most_promising_first() -> None:
    """Of those who wait, the one that is worth most goes first; one that has waited long goes before it."""
    order: list[str] = []

    async def work() -> None:
        clock = LoopClock()
        scarce = RateLimiter(clock, 0.1)
        for _ in range(int(rate_limiter.BURST)):
            await scarce.slot(1.0)

        async def look(name: str, rate: float, after: float) -> None:
            await clock.sleep(after)
            await scarce.slot(rate)
            order.append(name)

        looks = [("dull", 0.1, 0.0), ("keen", 0.3, 1.0), ("late", 0.11, 11.0), ("later", 0.11, 21.0)]
        await asyncio.gather(*(look(*one) for one in looks))

    timeless(work)
    assert order == ["keen", "dull", "late", "later"]


def test_one_that_stops_waiting_takes_no_look() -> None:
    """A cancelled wait leaves its turn to the next."""

    async def work() -> None:
        clock = LoopClock()
        scarce = RateLimiter(clock, 1.0)
        for _ in range(int(rate_limiter.BURST)):
            await scarce.slot(1.0)
        gone = asyncio.ensure_future(scarce.slot(9.0))
        stays = asyncio.ensure_future(scarce.slot(0.1))
        await clock.sleep(0.1)
        gone.cancel()
        await stays
        assert clock.monotonic() == pytest.approx(1.0)
        assert gone.cancelled()

    timeless(work)


def test_the_rate_recovers_slowly() -> None:
    """Halved by "too many", a tenth more each minute after, and never more than it was."""

    async def work() -> None:
        clock = LoopClock()
        some = RateLimiter(clock, 2.0)
        some.too_many()
        some.too_many()
        assert some.per_second == 0.5
        await clock.sleep(60.0)
        await some.slot(1.0)
        assert some.per_second == pytest.approx(0.55, rel=0.01)
        await clock.sleep(3_600.0)
        await some.slot(1.0)
        assert some.per_second == 2.0

    timeless(work)


def test_runs_of_before_are_taken_over(tmp_path: Path) -> None:
    """What is written down is read back as it was, newest first and of one provider only."""
    shop = Shop([60.0])
    watched = Watched(tmp_path, shop)
    watched.run()
    (run,) = watched.ledger.runs(watched.provider.base_url, limit=5)
    assert isinstance(run, JobTiming)
    assert watched.ledger.runs("https://other.example", limit=5) == []
