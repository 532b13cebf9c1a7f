"""What a page is told beside its jobs: what is left of a budget, how long jobs take, and how far a grid is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.server import answers

if TYPE_CHECKING:
    from pathlib import Path

    from support.paid_server import Shop

ALL = dict.fromkeys(("before", "limit", "project", "search", "stage", "starred"), "")


@pytest.fixture
def client(shop: Shop) -> vg.Client:
    return vg.Client("openai", base_url=shop.url, api_key="canary-1", name="shop")


def jobs(home: Path, stage: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = answers.list_jobs(home, {**ALL, "stage": stage}, "")["jobs"]
    return listed


@pytest.mark.parametrize(
    ("cap", "limits"),
    [
        ("2.5", (2.5, None, None)),
        ('"20 jobs"', (None, {"used": 2, "limit": 20}, None)),
        ('"60 s"', (None, None, {"used": 8.0, "limit": 60})),
        ('"2.5 and 20 jobs and 60 s"', (2.5, {"used": 2, "limit": 20}, {"used": 8.0, "limit": 60})),
    ],
)
def test_every_limit_of_the_budget_is_told(
    home: Path, shop: Shop, client: vg.Client, cap: str, limits: tuple[Any, ...]
) -> None:
    """In its own unit, with what is being made among it; dollars tell the two apart."""
    home.mkdir()
    settings = f'[budget]\nper_day = {cap}\n[prices."shop:m"]\nper_clip = 0.4\n'
    (home / "videogen.toml").write_text(settings)
    client.generate("the sea", model="m", duration=4)
    shop.done = False
    client.submit("a city", model="m", duration=4)
    said = answers.sum_spending(home)
    assert (said["limit"], said["jobs"], said["seconds"]) == limits
    assert (said["spent"], said["making"]) == pytest.approx((0.4, 0.4))


def test_without_a_ledger_nothing_is_used(home: Path) -> None:
    home.mkdir()
    (home / "videogen.toml").write_text('[budget]\nper_day = "3 jobs"\n')
    said = answers.sum_spending(home)
    assert (said["spent"], said["making"], said["jobs"]) == (0.0, 0.0, {"used": 0, "limit": 3})


def test_how_long_jobs_take_is_told_of_those_to_come(home: Path, shop: Shop, client: vg.Client) -> None:
    """From the third of a model on, and not of what has ended."""
    shop.done = True
    for number in range(2):
        client.generate(f"the sea, number {number}", model="m", duration=4)
    shop.done = False
    client.submit("a city", model="m", duration=4)
    assert [job["usual"] for job in jobs(home, "making")] == [None]
    shop.done = True
    client.generate("a meadow", model="m", duration=4)
    shop.done = False
    client.submit("a street", model="m", duration=4)
    newest = jobs(home, "making")[0]
    assert newest["usual"] > 0
    assert answers.find_job(home, newest["id"], "")["usual"] == newest["usual"]
    assert {job["usual"] for job in jobs(home, "ready")} == {None}


def test_a_job_of_a_grid_tells_how_far_the_grid_is(home: Path) -> None:
    """Cells that wait count as open; a job of no grid tells nothing."""
    vg.generate("the sea", model="local:local/ink", duration=1, size="256x144")
    grid = vg.grid(["the sea", "a city"], models=["local/ink"], seeds=[1, 2], duration=1, size="256x144", name="g")
    assert len(grid.result("2m")) == 4
    told = [job["cells"] for job in jobs(home, "ready")]
    assert told == [{"ready": 4, "clips": 4, "open": 0, "percent": 100.0}] * 4 + [None]
