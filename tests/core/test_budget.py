"""Prices that somebody wrote down, caps that hold, and questions that are asked before money is spent."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import jupyter_videogen as vg
from jupyter_videogen.api import spending
from jupyter_videogen.config import files
from jupyter_videogen.config.files import Config
from jupyter_videogen.core import prices
from jupyter_videogen.core.budget import DAY, Asked, Budget, Cap, Spent, caps, check, question
from jupyter_videogen.core.errors import BudgetExceeded, InvalidRequest
from jupyter_videogen.core.prices import Estimate, Price
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.runtime import process

if TYPE_CHECKING:
    from support.paid_server import Shop

PRICED = '[prices."openai:m"]\nper_second = 0.10\nsource = "the price page, 2026-11-20"\n'


def write(text: str) -> None:
    Path("videogen.toml").write_text(text)


@pytest.mark.parametrize(
    ("price", "fields", "cost", "words"),
    [
        (None, {}, None, "unknown (no price is known for this model; add one to videogen.toml)"),
        (Price(per_clip=0.5), {}, 0.5, "about $0.50 ($0.50 a clip)"),
        (Price(per_clip=0.5), {"n": 3}, 1.5, "about $1.50 (3 clips x $0.50 a clip)"),
        (Price(per_second=0.1, source="p. 1"), {"duration": 8}, 0.8, "about $0.80 (8 s x $0.10 a second; p. 1)"),
        (Price(per_second=0.1), {}, None, "unknown (the price list has no entry for this size or length)"),
        (Price(by_size={"8x8": 0.25}), {"duration": 4, "size": "8x8"}, 1.0, "about $1.00 (4 s x $0.25 a second)"),
        (
            Price(by_size={"8x8": 0.25}),
            {"duration": 4},
            None,
            "unknown (the price list has no entry for this size or length)",
        ),
        (Price(per_second=0.0025), {"duration": 4}, 0.01, "about $0.01 (4 s x $0.0025 a second)"),
        (prices.FREE, {}, 0.0, "about $0.00 ($0.00 a clip; the local engine is free)"),
    ],
)
def test_an_estimate_says_how_it_was_found(
    price: Price | None, fields: dict[str, object], cost: float | None, words: str
) -> None:
    """By clip, by second, by size; or unknown, and why."""
    found = prices.estimate(GenerationRequest(prompt="x", **fields), price)  # type: ignore[arg-type]
    assert (found.cost, repr(found)) == (cost, words)


def test_caps_of_a_budget() -> None:
    """A notebook's cap counts its place, a day's the last 24 hours; dollars or jobs."""
    budget = Budget(per_notebook=5.0, per_day="20 jobs")
    expected = (Cap("this notebook", 5.0, None, "/n", 0.0), Cap("24 hours", None, 20, None, 9 * DAY))
    assert caps(budget, place="/n", now=10 * DAY) == expected
    assert caps(Budget(), place="/n", now=0.0) == ()
    with pytest.raises(InvalidRequest, match="'20 euros' is not a valid budget"):
        caps(Budget(per_day="20 euros"), place="/n", now=0.0)


SECONDS = Cap("24 hours", None, None, seconds=300)


@pytest.mark.parametrize(
    ("cap", "spent", "asked", "words"),
    [
        (Cap("24 hours", 1.0, None), Spent(0.5, 9), Asked(0.5), None),
        (
            Cap("24 hours", 1.0, None),
            Spent(0.5, 9),
            Asked(0.6),
            "This would cost about $0.60, and $0.50 of $1.00 for 24 hours",
        ),
        (Cap("24 hours", 1.0, None), Spent(1.5, 9), Asked(None), "The price of this is unknown, and $1.50 of $1.00"),
        (Cap("24 hours", None, 2), Spent(0.0, 1), Asked(None), None),
        (Cap("24 hours", None, 2), Spent(0.0, 2), Asked(0.1), "The budget of 2 paid jobs for 24 hours is used up"),
        (SECONDS, Spent(9.0, 9, 292), Asked(None, 8), None),
        (
            SECONDS,
            Spent(9.0, 9, 293),
            Asked(0.1, 8),
            "This would be 8 s of video, and 293 of 300 s for 24 hours are made.",
        ),
        (
            SECONDS,
            Spent(0.0, 0),
            Asked(0.1),
            "The length of this is unknown, and the budget for 24 hours is 300 s of video.",
        ),
    ],
)
def test_a_cap_is_kept(cap: Cap, spent: Spent, asked: Asked, words: str | None) -> None:
    """To the cent, and no further."""
    if words is None:
        check(cap, spent, asked)
        return
    with pytest.raises(BudgetExceeded) as caught:
        check(cap, spent, asked)
    assert caught.value.message.startswith(words)
    assert (caught.value.sent, caught.value.charged) == ("no", "no")


def test_what_has_to_be_asked() -> None:
    """More than the threshold, or an unknown price where there is a cap on dollars; nothing without a budget."""
    dear, unknown = Estimate(6.4, "8 clips x $0.80 a clip"), Estimate(None, "no price")
    assert question(dear, Budget()) is None
    assert question(unknown, Budget(per_day="3 jobs")) is None
    assert question(dear, Budget(confirm_above=6.4)) is None
    assert question(dear, Budget(confirm_above=5)) == f"This will cost {dear}; your limit is $5.00."
    assert question(unknown, Budget(per_day=3.0)) == "The cost of this is unknown: no price."


def test_the_project_file_stands_beside_the_users(home: Path, tmp_path: Path) -> None:
    """Caps hold together; without files there are no prices and no budget."""
    assert files.load(home, tmp_path) == Config()
    home.mkdir()
    (home / "videogen.toml").write_text(
        PRICED + '[prices."a:b"]\nper_clip = 1\n[budget]\nper_day = 9.0\nconfirm_above = 2\n'
    )
    (tmp_path / "videogen.toml").write_text('[prices."a:b"]\nper_clip = 2\n[budget]\nper_day = "3 jobs"\n')
    found = files.load(home, tmp_path)
    assert found.budget == Budget(per_day="9.0 and 3 jobs", confirm_above=2)
    assert {name: price.per_clip for name, price in found.prices.items()} == {"openai:m": None, "a:b": 2}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[budgte]", "Did you mean budget?"),
        ("[budget]\nper_dya = 3", "Did you mean per_day?"),
        ('[prices."a:b"]\nper_secnd = 3', "Did you mean per_second?"),
        ('[prices."a:b"]\nper_second = "cheap"', "Check that value."),
        ("[budget", "Correct the file, or move it away."),
    ],
)
def test_a_mistake_in_the_file_is_told(home: Path, tmp_path: Path, text: str, words: str) -> None:
    """With the file, and the nearest word."""
    (tmp_path / "videogen.toml").write_text(text)
    with pytest.raises(InvalidRequest) as caught:
        files.load(home, tmp_path)
    assert str(tmp_path / "videogen.toml") in caught.value.message
    assert caught.value.failure.next == words


def test_an_estimate_sends_nothing(shop: Shop, lab: vg.Client) -> None:
    """Unknown until somebody writes a price down; the local engine is free."""
    assert lab.estimate("a kite", model="m", duration=4).cost is None
    write(PRICED)
    assert repr(lab.estimate("a kite", model="m", duration=4)) == (
        "about $0.40 (4 s x $0.10 a second; the price page, 2026-11-20)"
    )
    assert vg.estimate("a kite", provider="local").cost == 0
    assert shop.book == []


def test_a_cap_stops_the_next_job_before_it_is_sent(shop: Shop, lab: vg.Client) -> None:
    """What was paid for already is still given."""
    write(PRICED + "[budget]\nper_notebook = 1.0\n")
    first = lab.generate("a kite", model="m", duration=8)
    with pytest.raises(BudgetExceeded, match=r"\$0.80 of \$1.00 for this notebook are spent"):
        lab.submit("a boat", model="m", duration=4)
    assert lab.generate("a kite", model="m", duration=8) == first
    assert lab.generate("a boat", model="m", duration=2)
    assert len(shop.book) == 2
    assert vg.job(first.job_id).record.cost == 0.8


def test_refused_and_free_jobs_do_not_count(shop: Shop, lab: vg.Client) -> None:
    """A refusal that charged nothing gives its reservation back."""
    write(PRICED + '[budget]\nper_day = "1 job"\n')
    shop.refusal = (400, {"error": {"message": "no"}})
    with pytest.raises(InvalidRequest):
        lab.generate("a kite", model="m", duration=8)
    shop.refusal = None
    assert lab.generate("a kite", model="m", duration=8)
    with pytest.raises(BudgetExceeded, match="The budget of 1 paid jobs for 24 hours is used up"):
        lab.submit("a boat", model="m", duration=8)
    assert process.runtime().ledger.sum_spent(Cap("", None, None)) == (0.8, 1, 8.0)


def test_many_at_once_cannot_pass_a_cap_together(shop: Shop, lab: vg.Client) -> None:
    """The count and the reservation are one step: of eight, exactly three are sent."""
    write(PRICED + "[budget]\nper_day = 2.5\n")
    refused: list[BudgetExceeded] = []

    def one(number: int) -> None:
        try:
            lab.submit(f"kite {number}", model="m", duration=8)
        except BudgetExceeded as error:
            refused.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for job in vg.jobs():
        job.result(10)
    assert (len(refused), len(shop.book)) == (5, 3)


def test_max_cost_refuses_one_call(shop: Shop, lab: vg.Client) -> None:
    """Also what is not known."""
    with pytest.raises(BudgetExceeded, match="is unknown, and max_cost is"):
        lab.submit("a kite", model="m", duration=8, max_cost=1)
    write(PRICED)
    with pytest.raises(BudgetExceeded, match=r"about \$0.80 .* and max_cost is \$0.50"):
        lab.submit("a kite", model="m", duration=8, max_cost=0.5)
    assert shop.book == []
    assert lab.generate("a kite", model="m", duration=8, max_cost=0.8)


def test_where_nobody_can_say_yes_nothing_is_sent(shop: Shop, lab: vg.Client) -> None:
    """A script without a keyboard; `yes=True` is the answer in writing."""
    write(PRICED + "[budget]\nconfirm_above = 0.5\n")
    with pytest.raises(BudgetExceeded) as caught:
        lab.submit("a kite", model="m", duration=8)
    assert (caught.value.failure.code, caught.value.failure.next, shop.book) == (
        "confirm",
        "Pass yes=True to send it.",
        [],
    )
    assert lab.generate("a kite", model="m", duration=8, yes=True)
    assert lab.submit("a kite", model="m", duration=8).reused  # free, so nobody is asked


@pytest.mark.parametrize(("answer", "sent"), [("y", 1), (" YES ", 1), ("n", 0), ("", 0)])
def test_a_person_is_asked(shop: Shop, lab: vg.Client, monkeypatch: pytest.MonkeyPatch, answer: str, sent: int) -> None:
    """Only a yes is a yes."""
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or answer)
    write(PRICED + "[budget]\nconfirm_above = 0.5\n")
    if sent:
        assert lab.submit("a kite", model="m", duration=8).result(10)
    else:
        with pytest.raises(BudgetExceeded):
            lab.submit("a kite", model="m", duration=8)
    assert (len(shop.book), len(asked)) == (sent, 1)
    assert asked[0].startswith(
        "This will cost about $0.80 (8 s x $0.10 a second; the price page, 2026-11-20); your limit"
    )


def test_a_cap_in_seconds_of_video(shop: Shop, lab: vg.Client) -> None:
    """Every paid second counts, whatever it costs, and all clips of a request; a length that nobody knows is refused."""
    write('[budget]\nper_day = "30 s"\n')
    lab.generate("a kite", model="m", duration=8)
    lab.generate("a boat", model="m", duration=20)
    with pytest.raises(BudgetExceeded, match="This would be 8 s of video, and 28 of 30 s for 24 hours are made"):
        lab.generate("a bell", model="m", duration=8)
    with pytest.raises(BudgetExceeded, match="The length of this is unknown") as caught:
        lab.generate("a bell", model="m")
    assert (caught.value.sent, caught.value.charged, len(shop.book)) == ("no", "no", 2)
    assert "budget for 24 hours: 28 of 30 s of video used" in repr(spending.table())
