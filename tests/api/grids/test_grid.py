"""`vg.grid`: what its cells are, that each is paid once, and what a refusal, a kill and a person do to it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.process import runtime
from support.paid_server import Shop

KEY = "canary-1"
LOCAL: dict[str, Any] = {"models": ["local/ink"], "duration": 1, "size": "320x192"}


@pytest.fixture
def at(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What sends a grid to the paid provider."""
    monkeypatch.setenv("SHOP_KEY", KEY)
    return {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "models": ["a"], "yes": True}


def prompts(count: int) -> list[str]:
    return [f"the sea, number {number}" for number in range(count)]


def states(grid: vg.Grid) -> Counter[str]:
    return Counter(grid.df["state"])


# ---- what a grid is -------------------------------------------------------------------------------------------------


def test_rows_models_seeds_and_varied_settings_make_cells() -> None:
    """One clip for each, drawn and told apart; the first row is made first."""
    sizes = ["320x192", "192x320"]
    grid = vg.grid(
        [{"prompt": "the sea", "id": 7}, {"prompt": "a city in rain", "id": 8}],
        models=["local/ink", "local:local/grain"],
        seeds=[3, 4],
        vary={"size": sizes},
        name="study",
        duration=1,
    )
    assert len(grid.result("2m")) == 16
    table = grid.df
    assert list(table["id"]) == [7] * 8 + [8] * 8
    assert Counter(zip(table["model"], table["seed"], table["size"], strict=True)) == {
        (model, seed, size): 2 for model in ("local/ink", "local/grain") for seed in (3, 4) for size in sizes
    }
    assert set(zip(table["width"], table["height"], strict=True)) == {(320, 192), (192, 320)}
    assert set(table["state"]) == {"ready"}
    assert set(table["cost_is"]) == {"known"}
    assert len(set(table["sha256"])) == 16
    order = sorted(grid.cells(), key=lambda one: one.cell.position)
    assert [one.cell.row for one in order] == [0] * 8 + [1] * 8
    assert [grid.plan.columns[one.cell.column].model for one in order[:2]] == ["local/ink", "local/grain"]
    assert repr(grid) == "Grid study: 2 × 8 = 16 clips · ended\n16 of 16 ready"


def test_order_by_model(at: dict[str, Any]) -> None:
    """For providers that keep a model warm."""
    grid = vg.grid(prompts(2), **{**at, "models": ["a", "b"]}, name="warm", order="model")
    by_position = sorted(grid.cells(), key=lambda one: one.cell.position)
    assert [(one.cell.column, one.cell.row) for one in by_position] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_takes_are_drawn_once_and_written_down() -> None:
    """Again by the same call, they are the same clips; more of them are added."""
    first = vg.grid(["the sea"], takes=2, name="t", **LOCAL)
    made = {clip.sha256 for clip in first.result("1m")}
    again = vg.grid(["the sea"], takes=3, name="t", **LOCAL)
    assert again.plan.seeds[:2] == first.plan.seeds[:2]
    assert again.changes == (1, 0)
    assert {clip.sha256 for clip in again.result("1m")} > made


def test_a_model_that_takes_no_seed_makes_takes(shop: Shop, at: dict[str, Any]) -> None:
    """Two seeds are two clips there, too, each once."""
    grid = vg.grid(["the sea"], seeds=[1, 2], name="s", **at)
    assert len(grid.result("1m")) == 2
    assert vg.grid(["the sea"], seeds=[1, 2], name="s", **at).result("1m")
    assert len(shop.book) == 2


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"seeds": 3}, r"Pass seeds=\[3\] for that seed, or takes=3"),
        ({"seeds": [1, 1]}, "the same seed twice"),
        ({"seeds": [1], "takes": 2}, "the same thing twice"),
        ({"takes": 0}, "no number of clips"),
        ({"models": "a"}, "models must be a list"),
        ({"models": ["local/ink", "local/ink"]}, "the same model twice"),
        ({"vary": {"seed": [1]}}, "can't vary seed"),
        ({"vary": {"size": "320x192"}}, "needs a list of values for size"),
        ({"name": None}, "needs a name"),
        ({"name": "a/b"}, "no name for a grid"),
        ({"concurrency": 0}, "whole number from 1"),
        ({"order": "random"}, "order can't be 'random'"),
        ({"prompts": []}, "There are no prompts"),
        ({"prompts": "the sea"}, r'Prompts are a list: vg\.grid\(\["…"\]\)'),
        ({"prompts": [{"text": "x"}]}, "no column prompt; it has: text. Pass columns="),
        ({"prompts": [{"text": "x"}], "columns": {"txt": "prompt"}}, "no column txt"),
        ({"prompts": [{"text": "x"}], "columns": {"text": "promt"}}, "which is no field of a row. Did you mean prompt"),
        ({"prompts": [{"a": "x"}], "template": "A {b}"}, "names a column b"),
        ({"prompts": [5]}, "Row 1 is a int"),
        ({"prompts": 5}, "can't be read from a int"),
        ({"prompts": ["the sea", "the sea"]}, "row 2: is the same as row 1"),
        ({"vary": {"duration": [None, 4]}}, "makes the same clip twice for duration None and 4"),
    ],
)
def test_what_is_no_grid_is_refused(how: dict[str, Any], words: str) -> None:
    """Each in its own words; nothing is written."""
    given = {"prompts": ["the sea"], "name": "x", **LOCAL, **how}
    with pytest.raises(vg.InvalidRequest, match=words):
        vg.grid(given.pop("prompts"), **given)
    with pytest.raises(vg.InvalidRequest, match="There is no grid x"):
        vg.grid(name="x")


def test_all_problems_of_all_rows_are_told_at_once(shop: Shop, at: dict[str, Any]) -> None:
    """By row, before anything is sent."""
    rows: list[dict[str, Any]] = [{"prompt": text} for text in prompts(80)]
    rows[72]["image"] = "none.png"
    rows[3]["duration"] = -1
    rows[4]["duration"] = -1
    with pytest.raises(vg.InvalidRequest) as caught:
        vg.grid(rows, name="bad", **at)
    assert "3 rows can't be sent" in caught.value.message
    assert "row 73: " in caught.value.message
    assert "none.png" in caught.value.message
    assert "rows 4, 5: " in caught.value.message
    assert (caught.value.sent, caught.value.charged, shop.book) == ("no", "no", [])


def test_zero_and_no_reach_the_provider_as_they_were_asked_for(shop: Shop, at: dict[str, Any]) -> None:
    """A cell's request is built again when it is sent: 0 and False are values."""
    grid = vg.grid(["the sea"], name="zero", models=["local/ink"], seeds=[0], sound=False, duration=1, size="320x192")
    grid.result("1m")
    (one,) = grid.cells()
    assert one.job is not None
    assert (one.job.request.seed, one.job.request.sound) == (0, False)
    assert one.job.fingerprint == one.cell.key
    assert grid.df["seed"][0] == 0


def test_no_column_of_the_table_is_lost_or_run(at: dict[str, Any]) -> None:
    """One that is called as a result is keeps its values under another name; no spreadsheet takes one for a formula."""
    grid = vg.grid([{"prompt": "the sea", "state": "mine", "=1+1": "=2+2"}], **at, name="t")
    grid.result("1m")
    assert (grid.df["table_state"][0], grid.df["state"][0]) == ("mine", "ready")
    head, row = grid.export("t.csv").read_text().splitlines()
    assert "'=1+1" in head
    assert "'=2+2" in row


# ---- money ----------------------------------------------------------------------------------------------------------


def test_a_grid_that_may_cost_something_is_confirmed(shop: Shop, at: dict[str, Any]) -> None:
    """Where nobody can answer, nothing is sent or written; of known price, the sum is told."""
    with pytest.raises(vg.BudgetExceeded, match="3 clips, of unknown price") as caught:
        vg.grid(prompts(3), **{**at, "yes": False}, name="paid")
    assert caught.value.code == "budget"
    assert caught.value.failure.code == "confirm"
    Path("videogen.toml").write_text('[prices."openai:a"]\nper_clip = 0.12\n')
    with pytest.raises(vg.BudgetExceeded, match=r"5 clips, about \$0\.36 for 3 of them, 2 without a known price"):
        _two_models(at)
    with pytest.raises(vg.BudgetExceeded, match=r"max_cost is \$0\.30"):
        vg.grid(prompts(3), **at, name="paid", max_cost=0.30)
    assert shop.book == []
    with pytest.raises(vg.InvalidRequest, match="There is no grid"):
        vg.grid(name="paid")


def _two_models(at: dict[str, Any]) -> None:
    rows = [{"prompt": text, "model": "a"} for text in prompts(3)] + [
        {"prompt": text, "model": "b"} for text in prompts(2)
    ]
    vg.grid(rows, **{**at, "yes": False, "models": None}, name="paid")


def test_the_same_call_sends_only_what_is_missing(shop: Shop, at: dict[str, Any]) -> None:
    """Rows may be added, moved and changed; what has a clip is never sent again."""
    vg.grid(prompts(3), **at, name="g").result("1m")
    again = vg.grid(prompts(3)[::-1], **at, name="g")
    assert again.changes == (0, 0)
    again.result("1m")
    assert len(shop.book) == 3
    more = vg.grid([*prompts(4), "another"], **at, name="g")
    assert more.changes == (2, 0)
    more.result("1m")
    assert Counter(sale.prompt for sale in shop.book) == Counter([*prompts(4), "another"])
    changed = vg.grid([*prompts(4), "yet another"], **at, name="g")
    assert changed.changes == (1, 1)
    assert "1 clip was added since the last call.\n1 clip left the grid" in repr(changed)
    assert len(changed.result("1m")) == 5
    assert len(shop.book) == 6
    assert vg.grid(name="g").counts.ready == 5


def test_a_request_of_this_home_is_used_again_unless_new(shop: Shop, at: dict[str, Any]) -> None:
    """Made by another cell, or another grid; `new` makes it once more, and only once."""
    where = {name: at[name] for name in ("provider", "base_url", "key_env")}
    vg.generate("the sea, number 0", model="a", **where)
    vg.grid(prompts(1), **at, name="g").result("1m")
    vg.grid(prompts(1), **at, name="h").result("1m")
    assert len(shop.book) == 1
    for _ in range(2):
        vg.grid(prompts(1), **at, name="n", new=True).result("1m")
        assert len(shop.book) == 2


def test_a_name_belongs_to_one_grid(shop: Shop, at: dict[str, Any]) -> None:
    """Other rows under it are refused with a way out, or added on purpose."""
    vg.grid(prompts(2), **at, name="study-1").result("1m")
    with pytest.raises(
        vg.InvalidRequest, match=r'belongs to another grid: 2 rows with a.* name="study-2", or extend=True'
    ):
        vg.grid(["else"], **at, name="study-1")
    extended = vg.grid(["else"], **at, name="study-1", extend=True)
    assert len(extended.result("1m")) == 3
    assert len(shop.book) == 3


# ---- the queue ------------------------------------------------------------------------------------------------------


def test_no_more_run_at_once_than_were_asked_for(shop: Shop, at: dict[str, Any]) -> None:
    """Of two grids together; both come to their end."""
    shop.looks_to_finish = 2
    first = vg.grid(prompts(6), **at, name="one", concurrency=2)
    second = vg.grid([f"a city, number {number}" for number in range(6)], **at, name="two", concurrency=2)
    assert len(first.result("2m")) == len(second.result("2m")) == 6
    assert shop.most_open == 2
    kinds = ["sea" in sale.prompt for sale in shop.book]
    assert {True, False} == set(kinds[3:9]), "neither waits for the end of the other"


def test_a_grid_that_is_held_at_a_provider_is_no_rival_there(shop: Shop, at: dict[str, Any], home: Path) -> None:
    """It goes on elsewhere; another grid takes all places that the first one can't use."""
    home.mkdir(exist_ok=True)
    with Shop() as elsewhere:
        rows = {"closed": shop, "open": elsewhere}
        (home / "videogen.toml").write_text(
            "".join(
                f'[providers.{name}]\ndialect = "openai"\nbase_url = "{one.url}"\nkey_env = "SHOP_KEY"\n'
                for name, one in rows.items()
            )
        )
        shop.refusal = (401, {"error": {"message": "Incorrect API key provided"}})
        elsewhere.done = shop.done = False
        first, is_held = vg.grid(prompts(2), models=["closed:a", "open:a"], name="first", yes=True), threading.Event()
        first.subscribe(lambda _: is_held.set() if first.held and len(elsewhere.book) == 2 else None)
        assert is_held.wait(60)
        shop.refusal = None
        second, all_sent = vg.grid(prompts(4), models=["closed:b"], name="second", yes=True), threading.Event()
        second.subscribe(lambda _: all_sent.set() if len(shop.book) == 4 else None)
        assert all_sent.wait(60)
        elsewhere.done = shop.done = True
        assert len(second.result("1m")) == 4
        assert len(first.held) == 1


def test_too_many_at_once_is_not_now(shop: Shop, at: dict[str, Any]) -> None:
    """A provider of three places: all are made, none failed, each paid once, and a single cell does not wait behind the grid."""
    shop.places, shop.looks_to_finish = 3, 2
    grid = vg.grid(prompts(12), **at, name="busy", concurrency=5, retries=0)
    shop.asked.wait(30)
    single = vg.submit("a single one", model="a", **{name: at[name] for name in ("provider", "base_url", "key_env")})
    single.result("2m")
    assert len([sale for sale in shop.book if sale.prompt != "a single one"]) < 12, "it waited for all of the grid"
    assert len(grid.result("4m")) == 12
    assert (shop.most_open, len(shop.book)) == (3, 13)
    assert shop.too_many > 0
    assert states(grid) == {"ready": 12}
    assert [job.state for job in vg.jobs("failed")] == []


def test_a_limit_of_the_user_holds_for_single_jobs_too(shop: Shop, at: dict[str, Any], home: Path) -> None:
    """`concurrency` in `videogen.toml`."""
    home.mkdir(exist_ok=True)
    row = f'[providers.shop]\ndialect = "openai"\nbase_url = "{shop.url}"\nkey_env = "SHOP_KEY"\nconcurrency = 2\n'
    (home / "videogen.toml").write_text(row)
    shop.looks_to_finish = 2
    grid = vg.grid(prompts(4), models=["shop:a"], name="g", concurrency=4, yes=True)
    jobs = [vg.submit(f"single {number}", model="shop:a") for number in range(3)]
    for job in jobs:
        job.result("2m")
    assert len(grid.result("2m")) == 4
    assert shop.most_open == 2


def test_a_refused_key_holds_the_provider_with_one_message(shop: Shop, at: dict[str, Any]) -> None:
    """Nothing failed; mended, everything is made."""
    shop.refusal = (401, {"error": {"message": "Incorrect API key provided"}})
    grid = vg.grid(prompts(5), **at, name="locked")
    with pytest.raises(vg.VideogenError, match="5 of 5 clips of the grid locked wait: Incorrect API key provided"):
        grid.result("1m")
    assert len(grid.held) == 1
    assert states(grid) == {"waiting": 5}
    shop.refusal = None
    assert len(grid.resume().result("1m")) == 5
    assert (grid.held, len(shop.book)) == ((), 5)


def test_a_refusal_of_words_is_never_repeated(shop: Shop, at: dict[str, Any]) -> None:
    """It failed, was not charged, and waits for a person."""
    shop.refusal = (
        400,
        {"error": {"message": "Your request was rejected by the safety system.", "code": "moderation_blocked"}},
    )
    grid = vg.grid(prompts(2), **at, name="words")
    assert grid.result("1m") == ()
    assert states(grid) == {"failed": 2}
    assert set(grid.df["charged"]) == {"no"}
    shop.refusal = None
    assert len(grid.retry().result("1m")) == 2


def test_a_lost_answer_waits_for_a_decision(shop: Shop, at: dict[str, Any]) -> None:
    """It is never sent again by itself: not by the queue, a retry, the same call; the provider's list may find it."""
    shop.deaf, shop.listing = True, False
    grid = vg.grid(prompts(2), **at, name="lost")
    grid.result("2m")
    assert states(grid) == {"undecided": 2}
    shop.deaf = False
    grid.retry().result("1m")
    vg.grid(prompts(2), **at, name="lost").result("1m")
    assert len(shop.book) == 2
    shop.listing = True
    assert len(grid.look().result("2m")) == 2
    assert len(shop.book) == 2


def test_a_person_may_send_a_lost_one_again(shop: Shop, at: dict[str, Any]) -> None:
    """With its own idempotency key."""
    shop.deaf, shop.listing = True, False
    grid = vg.grid(prompts(1), **at, name="lost")
    grid.result("2m")
    shop.deaf = False
    grid.retry([], undecided=True).result("1m")
    assert len(shop.book) == 1, "of an empty list, none"
    assert len(grid.retry(undecided=True).result("1m")) == 1
    assert len({sale.idempotency_key for sale in shop.book}) == 1


def test_pause_sends_nothing_and_cancel_ends_what_waits(shop: Shop, at: dict[str, Any]) -> None:
    """What is being made goes on."""
    shop.done = False
    grid = vg.grid(prompts(5), **at, name="p", concurrency=1)
    shop.asked.wait(30)
    grid.pause()
    shop.done = True
    assert len(grid.result("1m")) == 1
    assert grid.state == "paused"
    grid.cancel()
    assert grid.state == "cancelled"
    assert grid.counts.cancelled == 4
    assert len(shop.book) == 1
    assert len(grid.resume().result("1m")) == 5


def test_going_on_after_a_cancel_asks_about_what_was_cancelled(shop: Shop, at: dict[str, Any]) -> None:
    """In another process, where nobody has agreed to it; a yes sends it."""
    shop.done = False
    vg.grid(prompts(3), **at, name="c", concurrency=1)
    shop.asked.wait(30)
    vg.grid(name="c").cancel()
    shop.done = True
    process.close()
    grid = vg.grid(name="c").go_on()
    assert grid.state == "planned"
    assert grid.question is not None
    assert grid.question.asked.clips == 2
    grid.settled(60)
    assert len(shop.book) == 1
    assert len(grid.agree(grid.question.token).result("1m")) == 3


def test_max_cost_holds_while_the_grid_runs(shop: Shop, at: dict[str, Any]) -> None:
    """Failures that may be charged count."""
    Path("videogen.toml").write_text('[prices."openai:a"]\nper_clip = 1.0\n')
    grid = vg.grid(prompts(3), **at, name="m", max_cost=3.5)
    grid.result("1m")
    Path("videogen.toml").write_text('[prices."openai:a"]\nper_clip = 2.0\n')
    with pytest.raises(vg.BudgetExceeded, match=r"max_cost is \$1"):
        vg.grid(prompts(4), **at, name="m", max_cost=1)
    assert len(shop.book) == 3


@pytest.mark.parametrize("where", ["planned", "sent", "accepted"])
def test_a_killed_process_pays_nothing_twice(
    shop: Shop, at: dict[str, Any], where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at its first job, it goes on by the same call: what was proven unsent is sent, what was accepted is found."""
    script = f"import jupyter_videogen as vg\nvg.grid({prompts(4)!r}, **{at!r}, name='k', concurrency=1).result('1m')\n"
    monkeypatch.setenv("VIDEOGEN_FAILPOINT", where)
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    monkeypatch.delenv("VIDEOGEN_FAILPOINT")
    shop.listing = False
    grid = vg.grid(prompts(4), **at, name="k", concurrency=2)
    grid.result("2m")
    assert Counter(sale.prompt for sale in shop.book) <= Counter(prompts(4))
    expected = {"planned": {"ready": 4}, "sent": {"ready": 3, "undecided": 1}, "accepted": {"ready": 4}}[where]
    assert states(grid) == expected
    assert len(shop.book) == expected["ready"]


def test_nothing_planned_is_sent_after_a_restart_by_itself(shop: Shop, at: dict[str, Any]) -> None:
    """Opened by its name, a grid that may cost something waits for `resume`."""
    script = (
        "import os, signal, threading, jupyter_videogen as vg\n"
        f"grid = vg.grid({prompts(3)!r}, **{at!r}, name='r').pause()\n"
        "while {job.record.state for job in grid.jobs} & {'draft', 'submitting'}:\n"
        "    threading.Event().wait(0.01)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    shop.done = False
    subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120, check=False)
    shop.done = True
    sent = len(shop.book)
    assert len(vg.jobs("unfinished")) <= sent
    grid = vg.grid(name="r")
    grid.result("1m")
    assert len(shop.book) == sent
    assert len(grid.resume().result("1m")) == 3


def test_lost_free_jobs_are_simply_sent_again() -> None:
    """The local engine charges nothing: a restart leaves no decision behind."""
    script = (
        "import os, signal, jupyter_videogen as vg\n"
        f"grid = vg.grid({prompts(6)!r}, **{LOCAL!r}, name='free', concurrency=2)\n"
        "grid.subscribe(lambda record: record and record.state == 'submitting' and os.kill(os.getpid(), signal.SIGKILL))\n"
        "grid.result('1m')\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    grid = vg.grid(prompts(6), name="free", **LOCAL)
    assert len(grid.result("2m")) == 6
    assert states(grid) == {"ready": 6}


def test_a_grid_outlives_a_ledger_that_is_taken_away(shop: Shop, at: dict[str, Any], home: Path) -> None:
    """Its cells come along into the new file, with their jobs; nothing is sent twice."""
    grid = vg.grid(prompts(3), **at, name="moved", concurrency=1)
    shop.asked.wait(30)
    for name in ("ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm"):
        (home / name).unlink(missing_ok=True)
    assert len(grid.result("1m")) == 3
    assert vg.grid(name="moved").counts.ready == 3
    assert len(shop.book) == 3


def test_ten_thousand_cells_are_planned_without_their_jobs(shop: Shop, at: dict[str, Any]) -> None:
    """They are rows of the ledger; the page, a budget and `jobs` know nothing of them before they are sent."""
    shop.refusal = (401, {"error": {"message": "no"}})
    grid = vg.grid(prompts(1000), **{**at, "models": list("abcdefghij")}, name="big")
    with pytest.raises(vg.VideogenError, match="wait"):
        grid.result("1m")
    assert grid.counts.waiting == 10_000
    assert len(runtime().ledger.recent(limit=100)) <= 4


def test_a_click_while_the_queue_is_ending_is_not_lost(at: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks again in the very moment between the last look and the end."""
    grid = vg.grid(prompts(2), **at, name="e").pause()
    queue, ends = grid._queue, type(grid._queue)._may_end
    resumed: list[int] = []

    def late(self: Any, asked: int) -> bool:
        if not resumed:
            resumed.append(asked)
            grid.resume()  # as another thread would
        return ends(self, asked)

    monkeypatch.setattr(type(queue), "_may_end", late)
    grid.result("1m")
    assert len(grid.resume().result("1m")) == 2
    assert len(resumed) == 1
