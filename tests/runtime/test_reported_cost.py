"""The cost that a provider reports: kept beside our estimate, counted in its place, and told as what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import jupyter_videogen as vg
from jupyter_videogen.api import job_group, spending
from jupyter_videogen.catalog import builtin as rows
from jupyter_videogen.core.budget import Cap
from jupyter_videogen.dialects import sanitize
from jupyter_videogen.dialects.base import StatusUpdate
from jupyter_videogen.media import receipt
from jupyter_videogen.runtime import process
from jupyter_videogen.widget.views import job_view
from support.fakes import MP4
from support.runner_bench import said
from support.scripted_provider import KEY, Host, Shop, answer
from support.whole_jobs import CREATED, bench, done, service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jupyter_videogen.core.http import Call, Reply

USAGE = {"usage": {"cost": 0.5, "is_byok": False}}


def headed(cost: str, look_cost: str = "") -> Callable[[Call], Reply]:
    """A LiteLLM proxy: the cost of each call is in a header of its answer."""

    def reply(call: Call) -> Reply:
        if call.method == "POST":
            return said(CREATED, x_litellm_response_cost=cost)
        if "content" in call.url:
            return said(MP4)
        return said(done("openai"), x_litellm_response_cost=look_cost)

    return reply


def test_a_cost_that_comes_with_the_end(tmp_path: Path) -> None:
    """OpenRouter's `usage.cost`: in the job, its clip and the receipt, beside the estimate of when it was sent."""
    one = bench(tmp_path, rows.OPENROUTER, service("openrouter", [{**done("openrouter"), **USAGE}]))
    one.job = one.job.after(cost=0.8)
    job = one.run()
    assert (job.cost, job.reported_cost, job.best_cost, job.cost_source) == (0.8, 0.5, 0.5, "reported")
    (clip,) = job.clips
    assert (clip.cost, clip.reported_cost, clip.cost_source) == (0.8, 0.5, "reported")
    facts = receipt.describe_clip(clip, job)
    assert (facts["cost"], facts["reported_cost"], facts["cost_source"]) == (0.8, 0.5, "reported")
    view = job_view(job, rows.OPENROUTER, folder=tmp_path)
    assert (view.cost, view.cost_source) == (0.5, "reported")


@pytest.mark.parametrize(
    ("cost", "kept"),
    [
        ("0.8", 0.8),
        ("0", None),
        ("0.0", None),
        ("-1", None),
        ("None", None),
        ("nan", None),
        ("1e300", None),
        ("", None),
    ],
)
def test_a_cost_that_comes_with_the_create(cost: str, kept: float | None, tmp_path: Path) -> None:
    """LiteLLM's header: a zero is what it says of a model without a price, and a look's is that of the look."""
    job = bench(tmp_path, rows.OPENAI, headed(cost, look_cost="7")).run()
    assert (job.state, job.reported_cost, job.cost_source) == (
        "succeeded",
        kept,
        "unknown" if kept is None else "reported",
    )


@pytest.mark.parametrize("cost", [-0.5, float("inf"), 1e9, "0.5", True, None])
def test_what_is_no_cost_is_none(cost: Any) -> None:
    """Whatever a dialect reads passes here."""
    assert sanitize.check_values(StatusUpdate("running", cost=cost)).cost is None


def test_drawn_clips_cost_nothing(tmp_path: Path) -> None:
    """A twin says what its provider would: that is no money of anybody's."""
    row = msgspec.structs.replace(rows.OPENROUTER, simulated=True)
    job = bench(tmp_path, row, service("openrouter", [{**done("openrouter"), **USAGE}])).run()
    assert job.reported_cost is None


def test_a_failed_job_with_a_cost_was_charged(tmp_path: Path) -> None:
    """The provider's own figure goes before every guess."""
    one = bench(tmp_path, rows.OPENROUTER, service("openrouter", [{**CREATED, "status": "failed", **USAGE}]))
    job = one.run()
    assert (job.state, job.reported_cost, job.charged) == ("failed", 0.5, True)


# ---- what is counted and told -----------------------------------------------------------------------------------


@pytest.fixture
def lab(home: Path) -> Iterator[tuple[vg.Client, dict[str, Any]]]:
    """OpenRouter at another address, a clip of which takes 8 seconds and costs what the test says."""
    usage: dict[str, Any] = {"cost": 0.5}
    shop = Shop("openrouter", look=lambda _asked: answer({**shop.done, "usage": usage}))
    home.mkdir()
    (home / "videogen.toml").write_text('[prices."openrouter:m"]\nper_second = 0.1\n')
    with Host(shop) as host:
        shop.host = host
        yield vg.Client("openrouter", base_url=host.url, api_key=KEY), usage


def test_spending_says_what_was_reported(lab: tuple[vg.Client, dict[str, Any]]) -> None:
    """Tables and the budget count what was reported, else what was estimated, and say which; what is unknown is counted."""
    client, usage = lab
    for prompt, model, cost in (("a kite", "m", 0.5), ("a boat", "m", None), ("a bell", "x", None)):
        usage["cost"] = cost
        client.generate(prompt, model=model, duration=8)
    told = {facts["prompt"]: (facts["cost"], facts["cost_source"]) for facts in map(job_group._facts, vg.jobs())}
    assert told == {"a kite": (0.5, "reported"), "a boat": (0.8, "estimated"), "a bell": (None, "unknown")}
    shown = repr(vg.jobs())
    assert all(words in shown for words in ("$0.50", "≈ $0.80"))
    ours, other = sorted(spending.table(), key=lambda row: str(row["group"]))
    assert (ours["spent"], ours["reported"], ours["jobs"], ours["unpriced"]) == (1.3, 0.5, 2, 0)
    assert (other["spent"], other["jobs"], other["unpriced"]) == (0, 1, 1)
    assert (ours["clips"], ours["seconds"]) == (2, 16)
    assert process.runtime().ledger.sum_spent(Cap("24 hours", 1.0, None))[:2] == (1.3, 3)


def test_a_reported_zero_is_free(lab: tuple[vg.Client, dict[str, Any]]) -> None:
    """An estimate that was not charged does not use up a budget."""
    client, usage = lab
    usage["cost"] = 0
    client.generate("a kite", model="m", duration=8)
    assert process.runtime().ledger.sum_spent(Cap("24 hours", 1.0, None))[:2] == (0.0, 0)
