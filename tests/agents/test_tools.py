"""The tools as plain functions, as a host that imports them calls them."""

from __future__ import annotations

import asyncio
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest

import jupyter_videogen as vg
from jupyter_videogen.agents import recent, tools
from jupyter_videogen.ledger.ledger import Ledger
from support.agent_host import open_shop

if TYPE_CHECKING:
    from pathlib import Path

    from support.paid_server import Shop


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Each test has a home of its own."""
    recent.forget()


@pytest.fixture
def allowed(shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A provider at which a person has allowed agents two dollars."""
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    open_shop(shop, home, "[agents]\nper_day = 2.00\n")
    return shop


def test_the_entry_point_names_functions_that_are_there() -> None:
    """A list of "module:function", as jupyter-server-mcp 0.4.1 reads it; each says what it does and what it takes."""
    (point,) = entry_points(group="jupyter_server_mcp.tools", name="jupyter-videogen")
    named = point.load()
    assert len(named) == 8
    for spec in named:
        module, _, name = spec.partition(":")
        function = getattr(import_module(module), name)
        assert function.__doc__
        assert "return" in function.__annotations__


def test_a_life_in_plain_python(allowed: Shop) -> None:
    """Start, wait, show; the job is marked."""
    started = tools.start_video("the sea", "shop:a")
    assert (started.asked_by, started.dollars, started.dollars_are) == ("agent", 0.5, "estimated")
    video = asyncio.run(tools.wait_for_video(started.job_id, 60))
    assert (video.state, video.ended, video.error) == ("succeeded", True, None)
    assert str(video.path) in tools.show_video(video.job_id)[0]
    assert vg.jobs().df["agent"].tolist() == ["agent"]


def test_an_estimate_says_what_is_missing(allowed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its price needs no key; the video does."""
    monkeypatch.delenv("SHOP_KEY")
    price = tools.estimate_video("the sea", "shop:a")
    assert (price.dollars, price.allowed, "needs a key" in price.why_not) == (0.5, False, True)
    assert price.budget == "budget for agents in 24 hours: $0.00 of $2.00 used"


def test_who_can_not_ask_refuses(allowed: Shop, home: Path) -> None:
    """A host without questions says what a person can do; `yes` is no argument of the tool."""
    open_shop(allowed, home, "[agents]\nper_day = 2.00\nconfirm_above = 0.10\n")
    with pytest.raises(vg.BudgetExceeded, match="They can raise confirm_above under") as refusal:
        tools.start_video("the sea", "shop:a")
    assert (refusal.value.failure.code, refusal.value.sent, allowed.book) == ("confirm", "no", [])
    price = tools.estimate_video("the sea", "shop:a")
    assert (price.allowed, "your limit is $0.10" in price.why_not) == (False, True)


def test_a_wait_is_bounded_and_leaves_nothing_behind(allowed: Shop) -> None:
    """It returns how far the video is; the job has no listener more than before."""
    allowed.done = False
    job = tools.start_video("the sea", "shop:a").job_id
    watch = vg.job(job)._watch
    before = len(watch._listeners)
    for _ in range(3):
        assert asyncio.run(tools.wait_for_video(job, 0.01)).ended is False
    assert len(watch._listeners) == before
    allowed.done = True
    assert asyncio.run(tools.wait_for_video(job, 60)).state == "succeeded"


def test_a_thousand_questions_are_few_looks(allowed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are answered from memory: the ledger is read once in half a second, and the provider is asked by nobody."""
    allowed.done = False
    job = tools.start_video("the sea", "shop:a").job_id
    now, reads, find = 0.0, [], Ledger.find
    monkeypatch.setattr(recent.time, "monotonic", lambda: now)
    monkeypatch.setattr(
        "jupyter_videogen.ledger.ledger.Ledger.find", lambda ledger, name: reads.append(name) or find(ledger, name)
    )
    allowed.gone = True
    looks = allowed.looks
    for number in range(1000):
        now = number / 100  # a hundred a second
        assert tools.video_status(job).job_id == job
    assert len(reads) <= 21
    assert allowed.looks == looks


def test_what_went_wrong_is_not_remembered(allowed: Shop) -> None:
    """An id that is not there yet may be there in a moment."""
    calls = []

    @recent.remember(60)
    def ask(word: str) -> str:
        calls.append(word)
        if len(calls) == 1:
            raise ValueError(word)
        return word

    with pytest.raises(ValueError, match="a"):
        ask("a")
    assert (ask("a"), ask("a"), ask("b"), calls) == ("a", "a", "b", ["a", "a", "b"])


@pytest.mark.parametrize(
    ("per_day", "first", "second"),
    [
        ('"1 jobs"', "", "budget of 1 paid jobs for agents"),
        ('"5 s"', "", "4 of 5 s for agents"),
        ("0.0", "$0.00 of $0.00", ""),
    ],
)
def test_a_cap_may_be_jobs_or_seconds(allowed: Shop, home: Path, per_day: str, first: str, second: str) -> None:
    """As in `[budget]`; where it is not in dollars, a price need not be known."""
    priced = 0.5 if first else None
    open_shop(allowed, home, f"[agents]\nper_day = {per_day}\n", price=priced)
    settings = tools.Settings(duration=4)
    for prompt, words in (("the sea", first), ("a boat", second)):
        if words:
            with pytest.raises(vg.BudgetExceeded, match=words.replace("$", r"\$")):
                tools.start_video(prompt, "shop:a", settings)
        elif not first:
            tools.start_video(prompt, "shop:a", settings)
    for job in vg.jobs():
        job.result(60)
    assert len(allowed.book) == (0 if first else 1)


def test_a_person_may_still_spend_what_agents_may_not(allowed: Shop, home: Path) -> None:
    """The cap counts the jobs of agents alone."""
    open_shop(allowed, home, "[agents]\nper_day = 0.50\n")
    tools.start_video("an agent's", "shop:a")
    vg.generate("a person's", model="shop:a")
    with pytest.raises(vg.BudgetExceeded, match=r"\$0.50 of \$0.50 for agents"):
        tools.start_video("another of an agent", "shop:a")
    assert len(allowed.book) == 2


@pytest.mark.parametrize("wrong", ["per_day = -1.0", "per_day = nan", 'per_day = "all"', "per_week = 2.0"])
def test_a_cap_that_is_none_is_refused(home: Path, wrong: str) -> None:
    """With the file's name; a cap of not-a-number would hold nothing back."""
    home.mkdir()
    (home / "videogen.toml").write_text(f"[agents]\n{wrong}\n")
    with pytest.raises(vg.InvalidRequest):
        tools.start_video("the sea", "local:local/ink")
