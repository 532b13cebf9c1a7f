"""`vg.compare`: what is made with one seed, and what is there already, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.widget.comparison import Comparison
from support.form_messages import Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.core.job import JobRecord
    from support.paid_server import Shop


@pytest.fixture
def at(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    return {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "yes": True}


def test_all_models_that_take_a_seed_get_the_same_and_the_same_call_the_same_again(at: dict[str, Any]) -> None:
    """Without one, "which model is better" would be "which seed is luckier"."""
    first = vg.compare("the sea", models=["a", "b"], **at)
    again = vg.compare("the sea", models=["a", "b"], **at)
    other = vg.compare("a city", models=["a", "b"], **at)
    seeds = [{job.request.seed for job in group} for group in (first, again, other)]
    assert seeds[0] == seeds[1] != seeds[2]
    assert all(len(one) == 1 and None not in one for one in seeds)
    assert {job.request.seed for job in vg.compare("the sea", models=["a", "b"], seed=5, **at)} == {5}


def test_a_seed_of_ones_own_and_a_default_go_before_the_drawn_one(at: dict[str, Any]) -> None:
    Path("videogen.toml").write_text("[defaults]\nseed = 7\n")
    assert {job.request.seed for job in vg.compare("the sea", models=["a", "b"], **at)} == {7}


def test_a_model_without_seeds_is_not_warned_about_the_drawn_one() -> None:
    Path("videogen.toml").write_text(
        '[providers.lab]\nbase_url = "http://127.0.0.1:9"\ndialect = "openai"\n\n[capabilities."lab:m"]\ntakes = ["duration"]\n'
    )
    group = vg.compare("the sea", models=["lab:m"], yes=True)
    assert group[0].request.seed is None
    assert not any("seed" in warning for warning in group[0].record.warnings)


def test_jobs_clips_rows_and_files_are_compared_without_a_request(at: dict[str, Any], shop: Shop) -> None:
    grid = vg.grid(["the sea", "a city"], models=["a", "b"], seeds=[1], name="g", **at)
    grid.result("1m")
    sent = len(shop.book)
    row = grid.row(0)
    assert [job.record.model for job in row] == ["a", "b"]
    assert (row.kind, [job.id for job in grid.row(grid.plan.rows[1].label)]) == (
        "compare",
        [job.id for job in grid.jobs[2:]],
    )
    assert [job.id for job in vg.compare(row[0], grid.clips[3])] == [grid.jobs[0].id, grid.jobs[3].id]
    assert len(vg.compare(grid.row(0), grid.row(1))) == 4
    group = vg.compare(row[0], files=[grid.clips[1].path])
    assert (len(group), [clip.model for clip in group.files]) == (1, [Path(grid.clips[1].path).stem])
    assert len(shop.book) == sent


def test_a_file_is_played_from_the_kernel_where_no_server_has_it(at: dict[str, Any]) -> None:
    job = vg.submit("the sea", model="a", **at)
    clip = job.result("1m")
    group = vg.compare(job, files=[clip.path])
    widget = Comparison(group, group.files)
    shown = widget.compared[1]
    assert (shown["state"], shown["cost"], shown["provider"]) == ("succeeded", None, "")
    page = Visit(widget)
    pieces: list[bytes] = []
    widget.send = lambda content, buffers=None: (page.acks.append(content), pieces.extend(buffers or []))
    assert page.say("fetch", job_id=shown["id"], take=0, offset=0, length=1 << 20)["ok"]
    assert pieces == [Path(clip.path).read_bytes()]
    Path(clip.path).unlink()
    assert "can't be read" in page.say("fetch", job_id=shown["id"], take=0, offset=0, length=10)["error"]["message"]


def test_each_job_is_told_from_its_first_second_on(at: dict[str, Any], shop: Shop) -> None:
    shop.done = False
    group = vg.compare("the sea", models=["a", "b"], **at)
    widget = Comparison(group)
    assert {view["state"] for view in widget.compared} <= {"draft", "submitting", "queued", "running"}
    shop.done = True
    group.result("1m")
    assert {view["state"] for view in widget.compared} == {"succeeded"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (vg.compare, "needs two clips"),
        (lambda: vg.compare("the sea"), "models must be a list"),
        (lambda: vg.compare("the sea", "a city", models=["a"]), "models must be a list"),
        (lambda: vg.compare(models=["a"]), "need a prompt"),
        (lambda: vg.compare(3), "neither a job nor a clip"),
        (lambda: vg.compare(files=["gone.mp4", "gone.mp4"]), "can't be read"),
        (lambda: vg.compare(files=[__file__, __file__]), "is no video"),
        (lambda: vg.compare("the sea", models=["a"], files=["x.mp4"]), "files are compared with jobs"),
    ],
)
def test_what_cannot_be_compared_is_said(given: Any, words: str) -> None:
    with pytest.raises(vg.InvalidRequest, match=words):
        given()


def test_a_job_that_ends_while_its_view_is_made_is_shown_as_ended(
    at: dict[str, Any], shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends after the view has looked at it, and before the view hears of it."""
    shop.done = False
    (job,) = vg.compare("the sea", models=["a"], **at)
    subscribe = job.subscribe

    def late(listener: Callable[[JobRecord], None]) -> Callable[[], None]:
        shop.done = True
        job.result(30)
        return subscribe(listener)

    monkeypatch.setattr(job, "subscribe", late)
    assert [view["state"] for view in Comparison([job]).compared] == ["succeeded"]


def test_an_older_record_that_is_told_late_changes_nothing(at: dict[str, Any], shop: Shop) -> None:
    shop.done = False
    (job,) = vg.compare("the sea", models=["a"], **at)
    view, before = Comparison([job]), job.record
    shop.done = True
    job.result(30)
    view._renew(before, job)
    assert [shown["state"] for shown in view.compared] == ["succeeded"]
