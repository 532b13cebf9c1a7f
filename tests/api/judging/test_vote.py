"""`vg.vote` and `grid.vote`: what can be compared, what is kept, and what is shown when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg

if TYPE_CHECKING:
    from jupyter_videogen.api.judging.vote import Vote
    from support.paid_server import Shop


@pytest.fixture
def at(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    return {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "yes": True}


@pytest.fixture
def grid(at: dict[str, Any]) -> vg.Grid:
    made = vg.grid(
        [f"the sea, {number}" for number in range(6)], models=["wan", "kling"], seeds=[7], name="study", **at
    )
    made.result("1m")
    return made


def judge(vote: Vote, winner: str) -> Vote:
    """Let one contestant win every vote."""
    while (pair := vote.pair) is not None:
        left = vote.ballot.clips[pair.left].job.model
        vote.choose("left" if left == winner else "right", seconds=2.0)
    return vote


def test_a_grid_is_voted_on_and_the_leaderboard_follows(grid: vg.Grid) -> None:
    vote = grid.vote(rater="Mira", min_votes=5)
    assert (vote.done, vote.total, vote.name, vote.rater) == (0, 6, "study", "Mira")
    assert vote.prompt.startswith("the sea")
    judge(vote, "wan")
    assert vote.finished
    board = grid.leaderboard(min_votes=5)
    assert [(row.name, row.wins, row.losses) for row in board.rows] == [("wan", 6, 0), ("kling", 0, 6)]
    assert "wan" in repr(board)
    assert list(board.df["name"]) == ["wan", "kling"]
    assert board.to_dict()["votes"] == 6
    assert "<svg" in board._repr_html_()


def test_votes_are_kept_without_the_object_that_took_them(grid: vg.Grid) -> None:
    first = grid.vote(rater="Mira")
    for _ in range(3):
        first.choose("left")
    again = vg.grid(name="study").vote(rater="Mira")
    assert (again.done, again.total) == (3, 6)
    assert again.last is None  # what was voted before is not taken back from here
    with pytest.raises(vg.InvalidRequest, match="take back"):
        again.undo()


def test_undo_goes_back_vote_by_vote_and_deletes_nothing(grid: vg.Grid) -> None:
    vote = grid.vote(rater="Mira")
    pairs = [vote.pair]
    vote.choose("left")
    pairs.append(vote.pair)
    vote.choose("tie")
    assert vote.undo().pair == pairs[1]
    assert vote.undo().pair == pairs[0]
    assert vote.done == 0
    assert [row.kind for row in vote._rows()] == ["left", "tie", "undo", "undo"]


def test_another_raters_votes_are_seen_when_both_have_finished(grid: vg.Grid) -> None:
    mira, jon = grid.vote(rater="Mira", min_votes=1), grid.vote(rater="Jon", min_votes=1)
    judge(mira, "wan")
    jon.choose("tie")
    assert jon.votes == mira.votes
    assert {vote["rater"] for vote in jon.votes} == {"Mira"}
    assert mira.leaderboard.result.open_raters == 1
    jon.finish()
    assert {vote["rater"] for vote in mira.votes} == {"Mira", "Jon"}
    assert mira.leaderboard.result.raters == ("Jon", "Mira")


def test_a_rater_can_go_on_after_the_end(grid: vg.Grid) -> None:
    vote = grid.vote(rater="Mira", pairs=2)
    vote.choose("left").choose("left")
    assert vote.finished
    assert vote.pair is None
    vote.go_on()
    assert not vote.finished
    assert (vote.done, vote.total) == (2, 4)
    assert vote.pair is not None


def test_a_clip_that_cannot_be_played_is_left_out_and_said(grid: vg.Grid) -> None:
    vote = grid.vote(rater="Mira", min_votes=1)
    assert vote.pair is not None
    lost = vote.pair.left
    vote.skip("left")
    seen = set()
    while (pair := vote.pair) is not None:
        seen |= pair.clips
        vote.choose("right")
    assert lost not in seen
    assert vote.done == 5
    assert any("could not play it" in note for note in vote.leaderboard.result.notes)


def test_jobs_and_clips_are_voted_on_by_any_field(at: dict[str, Any]) -> None:
    jobs = [vg.submit("the sea", model="wan", size=size, new=True, **at) for size in ("1280x720", "720x1280")]
    for job in jobs:
        job.result("1m")
    vote = vg.vote(jobs, by="size")
    assert {one.name for one in vote.ballot.contestants} == {"1280x720", "720x1280"}
    assert vg.vote([clip for job in jobs for clip in job.clips], by="size").name == vote.name


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"models": ["wan"]}, "same model, wan"),
        ({"by": "colour"}, "can't compare by 'colour'"),
        ({"pairs": 0}, "whole numbers from 1"),
        ({"rater": "x" * 41}, "1 to 40 characters"),
        ({"rater": " \n "}, "1 to 40 characters"),
    ],
)
def test_what_cannot_be_voted_on_is_said(at: dict[str, Any], change: dict[str, Any], words: str) -> None:
    models = change.pop("models", ["wan", "kling"])
    grid = vg.grid(["the sea"], models=models, name="g", **at)
    grid.result("1m")
    with pytest.raises(vg.InvalidRequest, match=words):
        grid.vote(**change)


def test_clips_of_different_prompts_are_no_pair(at: dict[str, Any]) -> None:
    jobs = [vg.submit(prompt, model=model, **at) for prompt, model in (("the sea", "wan"), ("a city", "kling"))]
    with pytest.raises(vg.InvalidRequest, match="There is no finished clip"):
        vg.vote([])
    for job in jobs:
        job.result("1m")
    with pytest.raises(vg.InvalidRequest, match="answer the same prompt"):
        vg.vote(jobs)
    with pytest.raises(vg.InvalidRequest, match="neither a job nor a clip"):
        vg.vote(["the sea"])  # type: ignore[list-item]


def test_a_clip_whose_file_is_gone_is_left_out(grid: vg.Grid) -> None:
    gone = grid.clips[0]
    Path(gone.path).unlink()
    vote = grid.vote(rater="Mira")
    assert vote.ballot.gone == 1
    assert (vote.total, f"{gone.job_id}/0" in vote.ballot.clips) == (5, False)


def test_hidden_characters_in_a_raters_name_are_written_out(grid: vg.Grid) -> None:
    assert grid.vote(rater="Mi\u202era <b>").rater == "Mi\\u202era <b>"


class Axis:
    """What matplotlib's axis is asked for."""

    def __init__(self) -> None:
        self.asked: dict[str, tuple[Any, ...]] = {}

    def __getattr__(self, name: str) -> Any:
        return lambda *given, **named: self.asked.update({name: (*given, named)})


def test_a_leaderboard_is_drawn_on_any_axis(grid: vg.Grid) -> None:
    board = judge(grid.vote(rater="Mira", min_votes=1), "wan").leaderboard
    axis = Axis()
    assert board.plot(axis) is axis
    scores, places, named = axis.asked["errorbar"]
    assert [round(score) for score in scores] == [round(row.score) for row in reversed(board.rows)]
    assert all(low > 0 and high > 0 for low, high in zip(*named["xerr"], strict=True))
    assert axis.asked["set_yticks"][1] == ["kling", "wan"]
    assert list(places) == [0, 1]


def test_too_few_votes_are_not_drawn(grid: vg.Grid) -> None:
    board = grid.vote(rater="Mira").finish().leaderboard
    with pytest.raises(vg.InvalidRequest, match="10 votes"):
        board.plot(Axis())
    assert board.rows == ()


def test_a_page_is_shown_the_question_and_a_file_what_it_came_to(grid: vg.Grid) -> None:
    """Where no page is open a vote is text; a finished one is its leaderboard."""
    from jupyter_videogen.notebook import display  # noqa: PLC0415 - IPython is not needed for the rest

    vote = grid.vote(rater="<Mira>", min_votes=1)
    assert "0 of 6" in display._vote_bundle(vote)["text/html"]
    assert "<Mira>" not in display._vote_bundle(vote)["text/html"]
    assert "wan" not in display._vote_bundle(vote)["text/html"]
    judge(vote, "wan")
    assert "<svg" in display._vote_bundle(vote)["text/html"]


def test_a_vote_that_is_only_opened_writes_nothing(grid: vg.Grid) -> None:
    """Not even where its rater has judged all there is: an export looks at votes, too."""
    vote = judge(grid.vote(rater="Mira"), "wan")
    vote.go_on()
    rows = vote._rows()
    again = grid.vote(rater="Mira")
    assert (again.pair, again.total) == (None, 6)
    assert again._rows() == rows
