"""Several jobs of one form at a time: each click sends its own, once, and the result stays where somebody looks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_videogen.widget.widget import VideoGen
from support.form_messages import Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jupyter_videogen.api.job import Job
    from support.paid_server import Shop


@pytest.fixture
def page(shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """The page of a form whose requests go to the shop, which takes its time; in the end it makes what was ordered."""
    monkeypatch.setenv("LAB_API_KEY", "canary-1")
    home.mkdir()
    row = f'[providers.lab]\ndialect = "openai"\nbase_url = "{shop.url}"\nkey_env = "LAB_API_KEY"\n'
    (home / "videogen.toml").write_text(row)
    shop.done = False
    visit = Visit(VideoGen(provider="lab"))
    yield visit
    shop.done = True
    for job in visit.widget.jobs:
        if not job.detached:
            job.result(30)


def until(widget: VideoGen, name: str, is_so: Callable[[Any], bool]) -> None:
    """Wait until a trait is as it should be."""
    so = threading.Event()
    widget.observe(lambda change: is_so(change.new) and so.set(), names=name)
    assert is_so(getattr(widget, name)) or so.wait(30), getattr(widget, name)


def queued(page: Visit) -> list[str]:
    return [job["prompt"] for job in page.widget.queue]


def test_a_second_click_runs_beside_the_first(page: Visit, shop: Shop) -> None:
    """The result stays with the first; the second is in the queue until it is shown, and neither is sent twice."""
    assert page.generate("a kite")["ok"] is True
    assert page.generate("a boat", aside=True)["found"] is False
    assert (page.widget.job["prompt"], queued(page)) == ("a kite", ["a boat"])
    shop.done = True
    until(page.widget, "queue", lambda queue: [job["state"] for job in queue] == ["succeeded"])
    until(page.widget, "job", lambda job: job["state"] == "succeeded")
    assert page.widget.job["prompt"] == "a kite"
    page.say("show", job_id=page.widget.queue[0]["id"])
    assert (page.widget.job["prompt"], page.widget.queue) == ("a boat", [])
    assert sorted(sale.prompt for sale in shop.book) == ["a boat", "a kite"]


def test_one_click_of_several_never_pays_twice(page: Visit, shop: Shop) -> None:
    """A line that repeats a message sends nothing, nor does another click for what is being made; another one on purpose does."""
    for prompt in ("a kite", "a boat"):
        page.generate(prompt, aside=True)
    said = len(page.acks)
    again = {
        "v": 1,
        "request_id": "r2",
        "type": "generate",
        "request": {"prompt": "a boat", "model": "m"},
        "aside": True,
    }
    page.widget._receive(page.widget, again, [])
    assert len(page.acks) == said
    assert page.generate("a boat", aside=True)["found"] is True
    assert page.generate("a kite", aside=True)["found"] is True
    assert (page.widget.job["prompt"], page.widget.job["reused"], queued(page)) == ("a kite", False, ["a boat"])
    assert page.generate("a boat", aside=True, new=True)["found"] is False
    assert queued(page) == ["a boat", "a boat"]
    shop.done = True
    for job in page.widget.jobs:
        job.result(30)
    assert sorted(sale.prompt for sale in shop.book) == ["a boat", "a boat", "a kite"]
    assert len({sale.idempotency_key for sale in shop.book}) == 3


def test_a_job_that_is_shown_leaves_its_place_to_the_other(page: Visit) -> None:
    """Both go on; a click without `aside` shows its own job and leaves the others in the queue."""
    page.generate("a kite")
    page.generate("a boat", aside=True)
    page.say("show", job_id=page.widget.queue[0]["id"])
    assert (page.widget.job["prompt"], queued(page)) == ("a boat", ["a kite"])
    page.generate("a train")
    assert (page.widget.job["prompt"], queued(page)) == ("a train", ["a kite", "a boat"])
    assert page.generate("a kite")["found"] is True
    assert (page.widget.job["prompt"], queued(page)) == ("a kite", ["a boat", "a train"])


def test_a_job_that_is_told_of_too_late_is_not_shown_again(page: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody shows another job while a thread tells of the one before."""
    page.generate("a kite")
    page.generate("a boat", aside=True)
    kite, boat = page.widget.jobs
    changed = page.widget.changed

    def overtake(job: Job) -> None:
        changed(job)
        if job is kite and page.widget._current is kite:
            click = threading.Thread(target=page.widget.follow, args=(boat,))
            click.start()
            click.join()

    monkeypatch.setattr(page.widget, "changed", overtake)
    page.widget._pace.reset()
    page.widget._show(kite.record, kite)
    assert (page.widget.job["prompt"], queued(page)) == ("a boat", ["a kite"])


def overtaken(widget: VideoGen, name: str, meanwhile: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let something happen on another thread before this one sets this trait for the first time."""
    set_trait, due, here = widget.set_trait, iter([meanwhile]), threading.current_thread()

    def late(trait: str, value: object) -> None:
        if trait == name and threading.current_thread() is here and (act := next(due, None)):
            thread = threading.Thread(target=act)
            thread.start()
            thread.join()
        set_trait(trait, value)

    monkeypatch.setattr(widget, "set_trait", late)


def test_the_state_is_the_newest_whoever_sets_it_last(page: Visit, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job ends while a thread is about to say that it runs."""
    page.generate("a kite")
    (kite,) = page.widget.jobs
    until(page.widget, "state", lambda state: state not in {"draft", "submitting"})

    def end() -> None:
        shop.done = True
        kite.result(30)
        page.widget.changed(kite)

    page.widget.set_trait("state", "draft")
    overtaken(page.widget, "state", end, monkeypatch)
    page.widget.changed(kite)
    assert page.widget.state == "succeeded"


def test_the_clip_is_the_one_that_was_finished_last(page: Visit, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is set while a thread is about to set the one before."""
    page.generate("a kite")
    page.generate("a boat", aside=True)
    shop.done = True
    for job in page.widget.jobs:
        job.result(30)
    until(page.widget, "state", lambda state: state == "succeeded")
    older, newer = sorted(page.widget.jobs, key=lambda job: job.record.finished_at or 0.0)
    page.widget.set_trait("clip", None)
    page.widget._newest_clip = (0.0, None)
    overtaken(page.widget, "clip", lambda: page.widget.changed(newer), monkeypatch)
    page.widget.changed(older)
    assert page.widget.clip is not None
    assert page.widget.clip.job_id == newer.id


def test_a_job_of_the_queue_can_be_stopped(page: Visit) -> None:
    """Only that one; the form says of it that it is not watched."""
    page.generate("a kite")
    page.generate("a boat", aside=True)
    page.say("detach", job_id=page.widget.queue[0]["id"])
    until(page.widget, "queue", lambda queue: queue[0]["detached"])
    assert page.widget.job["detached"] is False


def test_a_job_that_was_stopped_is_watched_again_by_a_click(page: Visit, shop: Shop) -> None:
    """For the same request: nothing is sent, and its clip comes."""
    page.generate("a kite")
    page.generate("a boat", aside=True)
    page.say("detach", job_id=page.widget.queue[0]["id"])
    until(page.widget, "queue", lambda queue: queue[0]["detached"])
    shop.done = True
    assert page.generate("a boat", aside=True)["found"] is True
    until(page.widget, "queue", lambda queue: [job["state"] for job in queue] == ["succeeded"])
    until(page.widget, "job", lambda job: job["state"] == "succeeded")
    assert sorted(sale.prompt for sale in shop.book) == ["a boat", "a kite"]


def test_the_traits_follow_every_job(page: Visit, shop: Shop) -> None:
    """`state` is that of the newest job, `clip` the one that was finished last, whichever is shown."""
    page.generate("a kite")
    page.generate("a boat", aside=True)
    shop.done = True
    until(page.widget, "state", lambda state: state == "succeeded")
    first, second = page.widget.jobs
    last = max((first, second), key=lambda job: (job.result(30) and job.record.finished_at) or 0)
    until(page.widget, "clip", lambda clip: clip is not None and clip.job_id == last.id)


def test_a_click_for_a_clip_that_is_there_says_so(page: Visit, shop: Shop) -> None:
    """While another job runs it goes to the queue as ready; nothing is sent."""
    shop.done = True
    page.generate("a kite")
    page.widget.jobs[0].result(30)
    shop.done = False
    page.generate("a boat")
    assert page.generate("a kite", aside=True)["found"] is True
    assert [(job["prompt"], job["state"]) for job in page.widget.queue] == [("a kite", "succeeded")]
    assert [sale.prompt for sale in shop.book].count("a kite") == 1
