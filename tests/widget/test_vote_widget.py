"""A blind vote as the page asks for it: one click is one vote, and nothing says whose clips are on view."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.widget.vote_widget import VoteWidget
from support.form_messages import Visit

if TYPE_CHECKING:
    from support.paid_server import Shop

MODELS = ["secret-wan", "secret-kling"]


class Page(Visit):
    """A page that keeps all bytes that it is told."""

    def __init__(self, widget: VoteWidget) -> None:
        super().__init__(widget)
        self.states = [widget.vote]
        self.bytes: list[bytes] = []
        widget.observe(lambda change: self.states.append(change.new), names="vote")
        widget.send = self._hear

    def _hear(self, content: Any, buffers: list[bytes] | None = None) -> None:
        self.acks.append(content)
        self.bytes += buffers or []

    @property
    def view(self) -> dict[str, Any]:
        return self.states[-1]

    def vote(self, choice: str) -> dict[str, Any]:
        return self.say("cast_vote", token=self.view["token"], choice=choice, seconds=3.0)


@pytest.fixture
def vote(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    at: dict[str, Any] = {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "yes": True}
    grid = vg.grid([f"the sea, {at}" for at in range(4)], models=MODELS, seeds=[471108315], name="study", **at)
    grid.result("1m")
    return grid.vote(rater="Mira", min_votes=1)


@pytest.fixture
def page(vote: Any) -> Page:
    return Page(VoteWidget(vote))


def test_nothing_says_whose_clips_are_on_view(page: Page, vote: Any) -> None:
    jobs = [job_id for clip in vote.ballot.clips for job_id in clip.split("/")[:1]]
    for _ in range(3):
        for side in ("left", "right"):
            assert page.say("blind_piece", token=page.view["token"], side=side, offset=0, length=1 << 20)["ok"]
        assert page.vote("left")["ok"]
    told = json.dumps([page.states, page.acks]).encode() + b"".join(page.bytes)
    for word in (*MODELS, "471108315", "openai", *jobs):
        assert word.encode() not in told, word
    assert page.vote("left")["ok"]
    assert "secret-wan" in json.dumps(page.view["leaderboard"])  # names come at the end


def test_the_clips_are_whole_and_playable(page: Page, vote: Any) -> None:
    pair, token = vote.pair, page.view["token"]
    sizes = []
    for side, name in (("left", pair.left), ("right", pair.right)):
        page.say("blind_piece", token=token, side=side, offset=0, length=1 << 20)
        sizes.append(len(page.bytes[-1]))
        assert sizes[-1] == vote.ballot.clips[name].clip.bytes
        page.say("blind_piece", token=token, side=side, offset=sizes[-1], length=1 << 20)
        assert page.bytes[-1] == b""


def test_a_click_that_comes_twice_is_one_vote(page: Page, vote: Any) -> None:
    token = page.view["token"]
    assert page.say("cast_vote", token=token, choice="left", seconds=1.0)["ok"]
    again = page.say("cast_vote", token=token, choice="left", seconds=1.0)
    assert "judged already" in again["error"]["message"]
    assert vote.done == 1
    for wrong in ("", "nonsense"):
        assert not page.say("cast_vote", token=wrong, choice="left", seconds=1.0)["ok"]
        assert not page.say("blind_piece", token=wrong, side="left", offset=0, length=10)["ok"]


def test_undo_skip_finish_and_more(page: Page, vote: Any) -> None:
    first = page.view["prompt"]
    page.vote("tie")
    assert page.view["last"] == "tie"
    page.say("vote_act", action="undo")
    assert (page.view["prompt"], page.view["done"], page.view["last"]) == (first, 0, "")
    token = page.view["token"]
    assert page.say("vote_act", action="skip_left", token=token)["ok"]
    assert not page.say("vote_act", action="skip_left", token=token)["ok"]  # the pair on view is another
    assert page.view["token"] != token
    page.vote("left")
    page.say("vote_act", action="finish")
    assert page.view["token"] == ""
    assert page.view["leaderboard"]["votes"] == 1
    page.say("vote_act", action="more")
    assert page.view["leaderboard"] is None
    assert page.view["token"]


def test_another_rater_goes_on_in_the_same_page(page: Page, vote: Any) -> None:
    page.vote("left")
    page.say("vote_act", action="rater", name="<b>Jon</b>")
    assert (page.view["rater"], page.view["done"]) == ("<b>Jon</b>", 0)
    assert page.view["raters"] == ("<b>Jon</b>", "Mira")
    assert not page.say("vote_act", action="rater", name="")["ok"]


def test_a_clip_that_is_gone_is_an_error_without_its_name(page: Page, vote: Any) -> None:

    for one in vote.ballot.clips.values():
        Path(one.clip.path).unlink()
    answer = page.say("blind_piece", token=page.view["token"], side="left", offset=0, length=10)
    assert answer["error"]["message"] == "The clip can't be read."


def test_nonsense_from_the_page_is_refused(page: Page) -> None:
    token = page.view["token"]
    assert not page.say("cast_vote", token=token, choice="both", seconds=1.0)["ok"]
    assert page.say("blind_piece", token=token, side="left", offset=-5, length=-5)["ok"]
    assert page.bytes[-1] == b""
    assert page.say("cast_vote", token=token, choice="left", seconds=1e300)["ok"]
