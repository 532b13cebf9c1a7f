"""The jobs of one call as a grid: as they were, and nothing is sent for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.api.grids.of_jobs import FEWEST, grid_of_jobs

if TYPE_CHECKING:
    from support.paid_server import Shop


@pytest.fixture
def send(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Send one job."""
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    where = {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY"}
    return lambda prompt, model, **fields: vg.submit(prompt, model=model, **where, **fields)


def test_prompts_models_and_takes_are_a_table(shop: Shop, send: Any) -> None:
    """Each job once, in its place; the same jobs again are the same grid."""
    jobs = [send(prompt, model, new=True) for prompt in ("the sea", "a city") for model in ("a", "b") for _ in range(2)]
    for job in jobs:
        job.result("1m")
    grid = grid_of_jobs(jobs)
    assert grid is not None
    assert [(one.model, one.take) for one in grid.plan.columns] == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]
    assert [one.job.id for one in grid.cells() if one.job] == [job.id for job in jobs]
    assert (grid.counts.ready, grid.state, len(shop.book)) == (8, "ended", 8)
    assert grid_of_jobs([*jobs, jobs[0]]) is grid
    assert len(grid.result("1m")) == 8


def test_what_is_no_table_is_none(shop: Shop, send: Any) -> None:
    """Few jobs, and jobs of which a prompt has other models than another."""
    few = [send("the sea", "a", new=True) for _ in range(FEWEST - 1)]
    assert grid_of_jobs(few) is None
    assert grid_of_jobs([*few, send("a city", "b")]) is None


def test_a_failed_job_is_a_persons_to_send_again(shop: Shop, send: Any) -> None:
    """The grid sends nothing by itself; asked to, it sends that one."""
    jobs = [send("the sea", "a", new=True) for _ in range(FEWEST - 1)]
    for job in jobs:
        job.result("1m")
    shop.refusal = (400, {"error": {"message": "no", "code": "moderation_blocked"}})
    jobs.append(send("the sea", "a", new=True))
    with pytest.raises(vg.VideogenError):
        jobs[-1].result("1m")
    grid = grid_of_jobs(jobs)
    assert grid is not None
    assert len(grid.result("1m")) == FEWEST - 1
    shop.refusal = None
    assert len(grid.retry().result("1m")) == FEWEST
    assert len(shop.book) == FEWEST
