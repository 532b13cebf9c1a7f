"""What a page may ask of a story, and what is paid for by it: a token counts once, and a price is agreed to as it was shown."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import jupyter_videogen as vg
from jupyter_videogen.api.stories import frames
from jupyter_videogen.widget.protocol import StoryAct
from jupyter_videogen.widget.story_acts import ACTIONS, act
from jupyter_videogen.widget.story_view import story_view
from support.video_samples import film

if TYPE_CHECKING:
    from jupyter_videogen.api.stories.story import Story
    from support.paid_server import Shop

PROMPTS = ["a boat at sea", "a city in rain", "dunes at noon"]


@pytest.fixture
def story(shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Story:
    """A story of three shots at the paid provider, made; each cost $0.50."""
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    shop.content = Path(film(tmp_path / "made.mp4", range(0, 80, 8), size=(320, 192)).path).read_bytes()
    Path("videogen.toml").write_text('[prices."openai:a"]\nper_clip = 0.5\n')
    where = {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "model": "a", "size": "320x192"}
    made = vg.story(PROMPTS, name="h", yes=True, **where)
    made.result("1m")
    return made


def send(story: Story, action: str, **more: Any) -> str | None:
    """Send a message as a page does; returns the name of the file that is written, if one is."""
    message = msgspec.convert({"type": "story_act", "v": 1, "request_id": "r", "action": action, **more}, StoryAct)
    written = act(story, message, Path)
    return None if written is None else written.result(60)


def ids(story: Story) -> list[int]:
    return [shot.id for shot in story_view(story).shots]


def test_a_button_with_a_price_agrees_to_that_price_once(shop: Shop, story: Story) -> None:
    """Sent again, the message is refused; so is one with any other token."""
    view = story_view(story)
    second = view.shots[1]
    assert (second.remake, second.remake_cost) == ((second.id,), 0.5)
    assert (second.remake_with, second.remake_with_cost) == ((second.id, view.shots[2].id), 1.0)
    send(story, "retake", shots=second.remake_with, token=view.offer)
    assert story.question is None
    story.result("1m")
    assert [sale.prompt for sale in shop.book[3:]] == PROMPTS[1:]
    for token in (view.offer, "x"):
        with pytest.raises(vg.BudgetExceeded, match="not offered any more"):
            send(story, "retake", shots=second.remake, token=token)
    assert len(shop.book) == 5
    after = story_view(story)
    assert (after.spent, after.unused, after.unused_cost) == (2.5, 2, 1.0)
    assert [take.state for take in after.shots[1].takes] == ["ready", "ready"]


def test_without_a_token_it_is_asked_about(shop: Shop, story: Story) -> None:
    """The answer's token counts once; a no takes the take back."""
    send(story, "retake", shot=ids(story)[0], prompt="a ship at sea")
    asked = story_view(story)
    assert asked.question is not None
    assert (asked.state, asked.question.clips, asked.question.cost) == ("planned", 1, 0.5)
    assert (asked.shots[0].state, asked.shots[0].prompt, asked.shots[1].link) == ("planned", "a ship at sea", "stale")
    send(story, "decline")
    assert [shot.link for shot in story_view(story).shots] == ["first", "linked", "linked"]
    with pytest.raises(vg.BudgetExceeded, match="not open any more"):
        send(story, "send", token=asked.question.token)
    send(story, "retake", shot=ids(story)[0])
    token = story.question.token if story.question else ""
    send(story, "send", token=token)
    story.result("1m")
    with pytest.raises(vg.BudgetExceeded):
        send(story, "send", token=token)
    assert len(shop.book) == 4


def test_a_price_that_rose_since_it_was_shown_is_asked_about(shop: Shop, story: Story) -> None:
    """The token is good, the price is another."""
    view = story_view(story)
    Path("videogen.toml").write_text('[prices."openai:a"]\nper_clip = 0.75\n')
    send(story, "retake", shots=view.shots[0].remake, token=view.offer)
    assert story.question is not None
    assert story.question.asked.cost == 0.75
    view = story_view(story)
    send(story, "retake", shots=(view.shots[2].id,), fields={"duration": 8.0}, token=view.offer)
    assert story.question.asked.clips == 2, "what was open before is not agreed to with it"
    assert len(shop.book) == 3


@pytest.mark.parametrize("name", ["base_url", "key_env", "provider", "output", "extra", "yes", "new", "max_cost"])
def test_a_page_sets_settings_and_nothing_else(shop: Shop, story: Story, name: str) -> None:
    """Neither where a request goes nor what it may cost."""
    view = story_view(story)
    for action, more in (("retake", {"shots": view.shots[0].remake}), ("insert", {"prompt": "x"})):
        with pytest.raises(vg.InvalidRequest, match=f"{name} can't be set here"):
            send(story, action, fields={name: "x"}, token=view.offer, **more)
    assert len(shop.book) == 3


def test_edits_cost_nothing_and_name_shots_by_what_stays(shop: Shop, story: Story) -> None:
    """Wherever they have moved meanwhile."""
    first, second, third = ids(story)
    send(story, "move", shot=third, to=1)
    send(story, "cut", shot=second)
    send(story, "remove", shot=first)
    assert ids(story) == [third, second]
    with pytest.raises(vg.InvalidRequest, match="not in the story any more"):
        send(story, "move", shot=first, to=1)
    send(story, "restore")
    send(story, "link", shot=second)
    view = story_view(story)
    assert [shot.id for shot in view.shots] == [third, first, second]
    assert [shot.link for shot in view.shots] == ["first", "cut", "linked"]
    assert len(shop.book) == 3


def silence(path: Path) -> Path:
    """Write a tenth of a second of silence."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 22_050, 0, "NONE", ""))
        file.writeframes(bytes(4410))
    return path


def test_joined_and_out_of_date(shop: Shop, story: Story, tmp_path: Path) -> None:
    """The film is a file of its own; with other sound it is out of date."""
    name = send(story, "join")
    view = story_view(story)
    assert view.film is not None
    assert (name, view.film.current, view.film.words) == ("h.mp4", True, "")
    assert story.clip_of(view.film.job_id) == story.clip
    sound = film(tmp_path / "sound.mp4", range(0, 80, 8), sound=True)
    for path, words in ((sound.path, "not a supported audio file"), (str(tmp_path / "none.wav"), "can't be read")):
        with pytest.raises(vg.InvalidRequest, match=words):
            send(story, "audio", medium=path)
    send(story, "remove", shot=ids(story)[2])
    view = story_view(story)
    assert view.film is not None
    assert not view.film.current
    assert send(story, "join") == "h-2.mp4"


def test_a_clip_of_the_library_becomes_a_shot(shop: Shop, story: Story) -> None:
    """By its job; a new prompt is asked about."""
    job = story_view(story).shots[0].job_id
    send(story, "insert", to=0, job_id=job)
    assert [shot.state for shot in story_view(story).shots] == ["ready"] * 4
    assert story_view(story).shots[3].remake == ()
    send(story, "insert", to=2, prompt="a lighthouse")
    view = story_view(story)
    assert view.question is not None
    assert (view.shots[1].state, view.shots[1].link, view.shots[2].link) == ("planned", "waiting", "stale")
    assert len(shop.book) == 3


def test_the_view_of_sixty_shots_is_small(shop: Shop, story: Story) -> None:
    """A trait is sent whole at every change."""
    shop.done = False
    for number in range(57):
        story.insert(0, f"a lighthouse in a storm, seen from a boat, number {number}", yes=True)
    assert len(msgspec.json.encode(story_view(story))) < 60_000
    story.cancel()


def test_a_guest_sees_no_offer(story: Story, tmp_path: Path) -> None:
    """And no question, nothing to press, and no name of a file of the owner's."""
    story.set_audio(silence(tmp_path / "mira's voice.wav"))
    view = story_view(story, guest=True)
    assert view.audio is None
    assert (view.guest, view.offer, view.question, view.can_restore) == (True, "", None, False)
    assert [shot.remake for shot in view.shots] == [(), (), ()]


def test_pictures_of_seams(story: Story) -> None:
    """Small JPEGs; nothing for a clip that is gone."""
    clip = story.result()[0]
    first, last = (frames.picture(clip, which) for which in ("first", "last"))
    assert first[:3] == last[:3] == b"\xff\xd8\xff"
    assert first != last
    assert len(first) < 30_000
    Path(clip.path).unlink()
    assert frames.picture(msgspec.structs.replace(clip, sha256="0"), "last") == b""


def test_every_action_is_one_the_kernel_knows() -> None:
    """Those of the protocol, no more and no less."""
    known = set(msgspec.json.schema(StoryAct)["$defs"]["StoryAct"]["properties"]["action"]["enum"])
    assert known == {*ACTIONS, "join", "audio"}


def fail_second(shop: Shop, story: Story) -> None:
    """Let the second shot's newest take be refused, and the provider be well again."""
    shop.refusal = (400, {"error": {"message": "Rejected by the safety system.", "code": "moderation_blocked"}})
    view = story_view(story)
    send(story, "retake", shots=view.shots[1].remake, token=view.offer)
    story.result("1m")
    shop.refusal = None
    assert story_view(story).shots[1].step == "retry"


def test_a_retry_with_its_price_is_sent_by_one_press(shop: Shop, story: Story) -> None:
    """The token counts once; without one it is asked about."""
    fail_second(shop, story)
    view = story_view(story)
    failed = view.shots[1]
    assert failed.remake_cost == 0.5
    send(story, "retry", shots=(failed.id,), token=view.offer)
    assert story.question is None
    story.result("1m")
    assert (len(shop.book), story_view(story).shots[1].state) == (4, "ready")
    with pytest.raises(vg.BudgetExceeded, match="not offered any more"):
        send(story, "retry", shots=(failed.id,), token=view.offer)
    fail_second(shop, story)
    send(story, "retry", shots=(failed.id,))
    asked = story.question
    assert asked is not None
    assert (asked.asked.clips, asked.asked.cost, len(shop.book)) == (1, 0.5, 4)
    send(story, "send", token=asked.token)
    story.result("1m")
    assert len(shop.book) == 5


def test_a_retry_whose_price_rose_is_asked_about_at_its_new_price(shop: Shop, story: Story) -> None:
    """Though somebody had agreed to the take in this process at the old one."""
    fail_second(shop, story)
    view = story_view(story)
    Path("videogen.toml").write_text('[prices."openai:a"]\nper_clip = 0.75\n')
    send(story, "retry", shots=(view.shots[1].id,), token=view.offer)
    assert story.question is not None
    assert (story.question.asked.cost, len(shop.book)) == (0.75, 3)
    assert story_view(story).shots[1].remake_cost == 0.75
