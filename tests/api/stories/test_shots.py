"""`vg.story`: what its shots start on, what is made anew, and that nothing is paid twice or unasked."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import wave
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

import jupyter_videogen as vg
from jupyter_videogen.api.stories import call, shots
from jupyter_videogen.api.stories import story as stories
from jupyter_videogen.media import inputs
from jupyter_videogen.runtime import process
from support.video_samples import film

if TYPE_CHECKING:
    from jupyter_videogen.api.stories.story import Story
    from support.paid_server import Shop

LOCAL: dict[str, Any] = {"model": "local/ink", "duration": 1, "size": "320x192"}
PROMPTS = ["a boat at sea", "a city in rain", "dunes at noon", "a forest in mist", "stars above a lake"]
TOML = '[prices."openai:a"]\nper_clip = 0.5\n'


@pytest.fixture
def at(shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What sends a story to the paid provider, whose clips are real and cost $0.50."""
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    shop.content = Path(film(tmp_path / "made.mp4", range(0, 80, 8), size=(320, 192)).path).read_bytes()
    Path("videogen.toml").write_text(TOML)
    return {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "model": "a", "size": "320x192"}


def links(story: Story) -> list[str]:
    return [one.link for one in story.shots]


def states(story: Story) -> list[str]:
    return [one.state for one in story.shots]


# ---- what a story is ------------------------------------------------------------------------------------------------


def test_five_shots_remade_cut_moved_and_joined(tmp_path: Path) -> None:
    """Each starts where the one before ends; the film is as long as its shots, to the frame."""
    story = vg.story(PROMPTS, name="harbour", fps=12, **{**LOCAL, "model": "local/scenes"})
    clips = story.result("3m")
    assert len(clips) == 5
    assert links(story) == ["first", "linked", "linked", "linked", "linked"]
    for before, after in pairwise(clips):
        assert seam(before, after) > recoding(before), (
            "what two shots share differs by less than coding it once more does"
        )
    story.retake(2).result("1m")
    assert links(story) == ["first", "linked", "stale", "linked", "linked"]
    assert "Shot 3: Starts on an older frame of shot 2." in repr(story)
    story.make_cut(4).move(5, 1)
    assert [one.shot.prompt for one in story.shots] == [PROMPTS[4], *PROMPTS[:4]]
    assert links(story) == ["first", "cut", "linked", "stale", "cut"]
    joined = story.clip
    assert len(joined.frames()) == 60
    assert joined.provenance["story"]["shots"][2]["take"] == 2
    assert [one["job_id"] for one in joined.provenance["story"]["shots"]] == [one.job_id for one in story.shots]
    assert story.clip == joined
    assert Path(story.export("cut.mp4")).read_bytes() == Path(joined.path).read_bytes()


def seam(before: vg.Clip, after: vg.Clip) -> float:
    """How alike the last frame of a clip and the first one of the next are, in dB."""
    return psnr(before.last_frame, after.frame(0))


def recoding(clip: vg.Clip) -> float:
    """How alike a frame is to itself after it was coded once more as finely as a clip is."""
    frame = clip.last_frame
    again = film_of(frame, Path("again.mp4"))
    return psnr(frame, again.frame(0))


def film_of(frame: np.ndarray[Any, Any], path: Path) -> vg.Clip:
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=12, options={"crf": "23"})
        video.height, video.width = frame.shape[:2]
        video.pix_fmt = "yuv420p"
        out.mux(video.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")))
        out.mux(video.encode())
    content = path.read_bytes()
    made = {"job_id": "k3q7x2ma", "prompt": "p", "provider": "local", "model": "m"}
    return vg.Clip(path=str(path), bytes=len(content), sha256=hashlib.sha256(content).hexdigest(), **made)


def psnr(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    error = float(np.mean((one.astype(float) - other.astype(float)) ** 2))
    return 99.0 if error == 0 else 10 * float(np.log10(255**2 / error))


def test_a_shot_is_sent_with_the_last_frame_of_the_one_before(shop: Shop, at: dict[str, Any]) -> None:
    """Not with the picture that stood for it while it was priced."""
    story = vg.story(PROMPTS[:3], name="h", yes=True, **at)
    clips = story.result("1m")
    grey = inputs.blank_picture(320, 192, Path.cwd()).sha256
    frames = [inputs.load_media(clip, "image", "image", Path.cwd()).sha256 for clip in clips[:2]]
    assert shop.pictures == ["", *frames]
    assert grey not in shop.pictures
    assert [sale.prompt for sale in shop.book] == PROMPTS[:3]


def test_the_same_call_makes_only_what_is_missing(shop: Shop, at: dict[str, Any]) -> None:
    """Edits since stay; a shot that the call changes is a new take, one more is inserted, one less is removed."""
    vg.story(PROMPTS[:3], name="h", yes=True, **at).result("1m")
    story = vg.story(PROMPTS[:3], name="h", yes=True, **at)
    story.result("1m")
    assert len(shop.book) == 3
    story.move(3, 1).make_cut(3)
    assert vg.story(PROMPTS[:3], name="h", yes=True, **at).shots[0].shot.prompt == PROMPTS[2]
    changed = vg.story([PROMPTS[0], "a city in snow", *PROMPTS[2:4]], name="h", yes=True, **at)
    changed.result("1m")
    assert {sale.prompt for sale in shop.book[3:]} == {"a city in snow", PROMPTS[3]}
    assert [len(one.shot.takes) for one in changed.shots] == [1, 1, 1, 2]
    fewer = vg.story([PROMPTS[0], "a city in snow"], name="h", yes=True, **at)
    assert sorted(one.shot.prompt for one in fewer.shots) == sorted([PROMPTS[0], "a city in snow"])
    assert len(fewer.restore().shots) == 3
    assert len(shop.book) == 5


def test_a_clip_becomes_a_shot(shop: Shop, at: dict[str, Any]) -> None:
    """What follows goes on from it; it is not made, and not paid."""
    clip = vg.story(PROMPTS[:1], name="one", yes=True, **at).result("1m")[0]
    story = vg.story([clip, PROMPTS[1]], name="two", yes=True, **at)
    assert len(story.result("1m")) == 2
    assert links(story) == ["first", "linked"]
    assert len(shop.book) == 2
    with pytest.raises(vg.InvalidRequest, match="Shot 1 is a clip that was there; it has no takes"):
        story.retake(1)
    assert story.clip.provenance["story"]["shots"][0]["take"] is None


def test_takes_can_be_chosen_again(shop: Shop, at: dict[str, Any]) -> None:
    """A retake is a clip of its own, though its request is the same; the shot after it is never remade by itself."""
    story = vg.story(PROMPTS[:2], name="h", yes=True, **at)
    story.result("1m")
    story.retake(1, yes=True).result("1m")
    assert [sale.prompt for sale in shop.book] == [*PROMPTS[:2], PROMPTS[0]]
    assert links(story) == ["first", "stale"]
    assert links(story.choose(1, take=1)) == ["first", "linked"]
    assert story.cost == 1.5
    with pytest.raises(vg.InvalidRequest, match=r"Shot 1 has no take 3\. It has takes 1, 2"):
        story.choose(1, take=3)


def test_takes_of_a_fixed_seed_have_consecutive_seeds() -> None:
    """The same seed would be the same clip."""
    story = vg.story(PROMPTS[:1], name="h", seed=7, **LOCAL)
    story.result("1m")
    story.retake(1).result("1m")
    story.retake(1, seed=90).result("1m")
    assert [one.job.request.seed for one in story.grid.cells() if one.job] == [7, 8, 90]
    assert len({one.job.clips[0].sha256 for one in story.grid.cells() if one.job}) == 3


def test_sixty_shots(shop: Shop, at: dict[str, Any]) -> None:
    """One after another, each once."""
    prompts = [f"the sea, number {number}" for number in range(60)]
    story = vg.story(prompts, name="long", yes=True, **at)
    assert len(story.result("5m")) == 60
    assert [sale.prompt for sale in shop.book] == prompts
    assert story.cost == 30.0


# ---- money ----------------------------------------------------------------------------------------------------------


def test_a_story_is_asked_about_once_and_sent_by_one_yes(shop: Shop, at: dict[str, Any]) -> None:
    """Where nobody can answer, nothing is written or sent; with a yes, every shot of the chain is sent."""
    with pytest.raises(vg.BudgetExceeded, match=r"3 shots, about \$1\.50"):
        vg.story(PROMPTS[:3], name="h", **at)
    with pytest.raises(vg.InvalidRequest, match="There is no story h"):
        vg.story(name="h")
    with pytest.raises(vg.BudgetExceeded, match=r"max_cost is \$1"):
        vg.story(PROMPTS[:3], name="h", yes=True, max_cost=1, **at)
    assert shop.book == []


def test_a_retake_that_nobody_agrees_to_is_withdrawn(shop: Shop, at: dict[str, Any]) -> None:
    """The take before is chosen again, and no agreement of before counts for it."""
    story = vg.story(PROMPTS[:2], name="h", yes=True, **at)
    story.result("1m")
    with pytest.raises(vg.BudgetExceeded, match=r"2 shots, about \$1"):
        story.retake(1, 2)
    assert links(story) == ["first", "linked"]
    assert [len(one.shot.takes) for one in story.shots] == [1, 1]
    story.start().result("1m")
    assert len(shop.book) == 2


def test_a_price_that_rises_is_asked_about_again(shop: Shop, at: dict[str, Any]) -> None:
    """What was agreed to is the price that was shown."""
    shop.done = False
    story = vg.story(PROMPTS[:2], name="h", yes=True, **at)
    assert shop.asked.wait(30)
    Path("videogen.toml").write_text(TOML.replace("0.5", "2.0"))
    story.renew_pricing()
    shop.done = True
    story.settled(60)
    assert story.state == "planned"
    assert story.question is not None
    assert story.question.asked.cost == 2.0
    assert len(shop.book) == 1
    story.agree(story.question.token)
    assert len(story.result("1m")) == 2


def test_a_page_is_asked_and_sends_by_its_token(
    shop: Shop, at: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one is open, the story is written down as planned and shown with its question; the token counts once."""
    shown: list[Story] = []
    monkeypatch.setattr(stories, "pages", [lambda: None, lambda: shown.append])
    monkeypatch.setattr(call, "pages", stories.pages)
    story = vg.story(PROMPTS[:3], name="h", **at)
    assert shown == [story]
    assert (story.state, states(story), shop.book) == ("planned", ["planned"] * 3, [])
    assert story.question is not None
    assert "3 shots, about $1.50" in story.question.asked.words
    with pytest.raises(vg.BudgetExceeded, match="not open any more"):
        story.agree("x")
    token = story.question.token
    assert len(story.agree(token).result("1m")) == 3
    with pytest.raises(vg.BudgetExceeded, match="not open any more"):
        story.agree(token)
    story.retake(2)
    assert shown == [story, story]
    assert states(story.decline()) == ["ready"] * 3
    assert len(shop.book) == 3


def test_a_credential_in_extra_is_written_nowhere(shop: Shop, at: dict[str, Any], home: Path) -> None:
    """It reaches the provider; one of a single shot is refused."""
    story = vg.story(PROMPTS[:2], name="h", yes=True, extra={"byok_api_key": "canary-2"}, **at)
    assert len(story.result("1m")) == 2
    process.close()
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"canary-2" not in written
    with pytest.raises(vg.InvalidRequest, match="Shot 1 has a credential in its own extra"):
        vg.story([{"prompt": "a", "extra": {"token": "canary-3"}}], name="x", **at)


def test_music_goes_under_the_film_and_into_its_receipt(tmp_path: Path) -> None:
    """By name and hash; gone or changed, it is said before anything is written."""
    story = vg.story(
        PROMPTS[:2], name="h", sound=True, audio=tone(tmp_path / "music.wav"), volume=0.5, fade=0.2, **LOCAL
    )
    story.result("1m")
    receipt = story.clip.provenance["story"]
    assert receipt["audio"]["name"] == "music.wav"
    assert receipt["audio"]["sha256"] == hashlib.sha256((tmp_path / "music.wav").read_bytes()).hexdigest()
    with av.open(story.clip.path) as film:
        assert film.streams.audio[0].codec_context.name == "aac"
        assert len(story.clip.frames()) == 48
    story.set_audio(volume=0.1)
    tone(tmp_path / "music.wav", level=0.1)
    with pytest.raises(vg.InvalidRequest, match=r"music\.wav was moved, deleted or changed"):
        story.join()
    assert len(list((Path.cwd() / "videogen").glob("h*.mp4"))) == 1
    assert story.set_audio("").clip.provenance["story"].get("audio") is None


def test_captions_stand_beside_the_film_at_their_times() -> None:
    """Words that a shot was given, else those of its clip; the film is made anew where they change."""
    shots = [{"prompt": "waves at sunset", "caption": "Dawn --> dusk\n\n<b>at sea</b>"}, "snow on the mountains"]
    story = vg.story(shots, name="spoken", model="local/ink", duration=1, size="320x192", chain=False)
    story.result(60)
    _, second = story.shots
    assert second.clip is not None
    vg.Clip.of(second.clip).save_captions([(0.25, 0.5, "Snow"), (0.5, 9, "and more")])
    film = story.clip
    said = [(start, end) for start, end, _ in film.captions]
    assert said == [(0.0, 1.0), (1.25, 1.5), (1.5, 2.0)]
    assert [cue.text for cue in film.captions][1:] == ["Snow", "and more"]
    assert "at sea" in film.captions[0].text
    assert story.clip == film
    silent = story.show_captions(on=False).clip
    assert (silent.path != film.path, silent.captions) == (True, ())
    assert len(film.captions) == 3


def test_captions_that_cannot_be_written_leave_the_film() -> None:
    """The film is there, and a warning says what is not."""
    shots = [{"prompt": "waves at sunset", "caption": "a\0b"}]
    story = vg.story(shots, name="odd", model="local/ink", duration=1, size="320x192")
    story.result(60)
    with pytest.warns(UserWarning, match="could not be written"):
        film = story.join()
    assert Path(film.path).exists()
    assert story.clip == film


def tone(path: Path, level: float = 0.5) -> str:
    """Write two seconds of a tone."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((np.sin(np.arange(96_000) / 20) * level * 32_000).astype("<i2").tobytes())
    return str(path)


def test_two_shots_of_one_prompt_are_two_prices(shop: Shop, at: dict[str, Any]) -> None:
    """One is there already and used again; the other is asked about."""
    vg.generate(PROMPTS[0], **{name: at[name] for name in ("provider", "base_url", "key_env", "model", "size")})
    with pytest.raises(vg.BudgetExceeded, match=r"1 shot, about \$0\.50"):
        vg.story([PROMPTS[0], PROMPTS[0]], name="h", chain=False, **at)
    story = vg.story([PROMPTS[0], PROMPTS[0]], name="h", chain=False, yes=True, **at)
    assert len(story.result("1m")) == 2
    assert len(shop.book) == 2


def test_a_shot_that_is_removed_while_it_waits_is_not_paid(shop: Shop, at: dict[str, Any]) -> None:
    """Put back, it goes on as it was agreed to."""
    shop.done = False
    story = vg.story(PROMPTS[:3], name="h", chain=False, concurrency=1, yes=True, **at)
    assert shop.asked.wait(30)
    story.remove(3)
    shop.done = True
    assert len(story.result("1m")) == 2
    assert [sale.prompt for sale in shop.book] == PROMPTS[:2]
    story.pause().restore()
    assert (story.state, states(story)[2]) == ("paused", "waiting")
    assert len(story.resume().result("1m")) == 3
    assert [sale.prompt for sale in shop.book] == PROMPTS[:3]


def test_a_cancelled_shot_that_was_removed_is_not_sent_with_another(shop: Shop, at: dict[str, Any]) -> None:
    """Going on after a cancel asks about what is in the list, and sends nothing else."""
    shop.done = False
    story = vg.story(PROMPTS[:3], name="h", chain=False, concurrency=1, yes=True, **at)
    assert shop.asked.wait(30)
    story.cancel()
    story.remove(3)
    shop.done = True
    story.settled(60)
    with pytest.raises(vg.BudgetExceeded, match=r"2 shots, about \$1"):
        story.retake(1)
    story.retake(1, yes=True).result("1m")
    assert Counter(sale.prompt for sale in shop.book) == Counter([PROMPTS[0], PROMPTS[0], PROMPTS[1]])


def test_who_pauses_is_not_asked_twice(shop: Shop, at: dict[str, Any]) -> None:
    """What was agreed to goes on by a press of Go on; after a restart it is asked about."""
    shop.done = False
    story = vg.story(PROMPTS[:3], name="h", yes=True, **at)
    assert shop.asked.wait(30)
    story.pause()
    shop.done = True
    story.settled(60)
    assert (story.state, len(shop.book)) == ("paused", 1)
    assert len(story.send().result("1m")) == 3
    shop.done = False
    script = f"import jupyter_videogen as vg\nvg.story({PROMPTS[:4]!r}, name='h', yes=True, **{at!r}).pause()\n"
    subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120, check=True)
    shop.done = True
    story.settled(60)
    if states(story)[3] == "planned":
        assert story.send().state == "planned"
        assert story.question is not None


@pytest.mark.parametrize("where", [("planned", "sent"), ("accepted", "planned")])
def test_killed_twice_and_finished_by_the_same_call(
    shop: Shop, at: dict[str, Any], where: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No shot is in the provider's book twice."""
    script = f"import jupyter_videogen as vg\nvg.story({PROMPTS!r}, name='k', yes=True, **{at!r}).result('1m')\n"
    for place in where:
        monkeypatch.setenv("VIDEOGEN_FAILPOINT", place)
        killed = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    monkeypatch.delenv("VIDEOGEN_FAILPOINT")
    shop.listing = False
    story = vg.story(PROMPTS, name="k", yes=True, **at)
    story.result("2m")
    if "sent" in where:  # nobody can know whether it arrived: a person decides, and the book says that it had not
        assert states(story) == ["undecided", *["waiting"] * 4]
        assert shop.book == []
        story.retry(1, undecided=True).result("2m")
    assert states(story) == ["ready"] * 5
    assert Counter(sale.prompt for sale in shop.book) == Counter(PROMPTS)


# ---- bad input ------------------------------------------------------------------------------------------------------


def test_a_failure_in_the_middle_lets_the_later_ones_wait(shop: Shop, at: dict[str, Any]) -> None:
    """Nothing is skipped or guessed; a cut goes on, and mended, all are made."""
    story = vg.story(PROMPTS[:1], name="h", yes=True, **at)
    story.result("1m")
    shop.refusal = (400, {"error": {"message": "Rejected by the safety system.", "code": "moderation_blocked"}})
    story = vg.story(PROMPTS[:4], name="h", yes=True, **at)
    assert len(story.result("1m")) == 1
    assert states(story) == ["ready", "failed", "waiting", "waiting"]
    assert "Shot 3: Waits for shot 2, which failed." in repr(story)
    assert "Shot 4: Waits for shot 3." in repr(story)
    with pytest.raises(vg.NotReadyError, match="Shot 2 is not ready"):
        story.join()
    shop.refusal = None
    assert len(story.retry().result("1m")) == 4
    assert len(shop.book) == 4


def test_a_deleted_take_that_is_in_use(shop: Shop, at: dict[str, Any]) -> None:
    """It is said, the film waits for it, and what starts on it too."""
    story = vg.story(PROMPTS[:2], name="h", yes=True, **at)
    Path(story.result("1m")[0].path).unlink()
    assert states(story) == ["gone", "ready"]
    with pytest.raises(vg.InvalidRequest, match="The clip of shot 1, take 1, was moved or deleted"):
        story.join()
    story.retake(2, yes=True)
    story.settled(30)
    assert "Waits for shot 1, whose clip is gone." in repr(story)
    assert len(shop.book) == 2


@pytest.mark.parametrize(
    ("shots", "more", "words"),
    [
        ([], {}, "There are no shots"),
        ("a boat", {}, "Shots are a list"),
        ([5, None], {}, "2 shots can't be sent"),
        ([{"text": "x"}], {}, "Shot 1 is a dict, which is no shot"),
        (["a", {"prompt": "b", "size": "192x320"}], {}, "shot 2: is 192×320, and shot 1 is 320×192: joined shots need"),
        (
            ["a", {"prompt": "b", "duration": 99}, {"prompt": "c", "duration": 99}],
            {},
            "shots 2, 3: local/ink can't make",
        ),
        (["", "b"], {}, "shot 1: The prompt is empty"),
        (["a"], {"name": None}, "A story needs a name"),
        (["a"], {"name": "a/b"}, "no name for a story"),
        (["a"], {"audio": "none.mp3"}, "none.mp3 can't be read"),
        (["a"], {"audio": "none.mp3", "volume": -1}, "audio"),
        (["a"], {"retries": -1}, "retries"),
        (["a"] * 501, {}, "at most 500 shots"),
    ],
)
def test_what_is_no_story_is_refused(shots: Any, more: dict[str, Any], words: str) -> None:
    """All problems in one report; nothing is written."""
    with pytest.raises(vg.InvalidRequest, match=words):
        vg.story(shots, **{"name": "x", **LOCAL, **more})
    with pytest.raises(vg.InvalidRequest, match="There is no story x"):
        vg.story(name="x")


@pytest.mark.parametrize("number", [0, 4, -1, True, "2", 1.5])
def test_a_shot_that_is_not_there(number: Any) -> None:
    """Whichever edit names it."""
    story = vg.story(PROMPTS[:3], name="h", **LOCAL)
    for edit in (story.retake, story.make_cut, story.link, story.remove, lambda one: story.move(one, 1)):
        with pytest.raises(vg.InvalidRequest, match="no shot"):
            edit(number)
    story.cancel()


def test_a_name_is_one_grids_or_one_storys() -> None:
    """The other says so."""
    vg.story(PROMPTS[:1], name="taken", **LOCAL).cancel()
    vg.grid(PROMPTS[:1], name="grid", models=["local/ink"], duration=1, size="320x192").cancel()
    for open_it in (lambda: vg.grid(PROMPTS, name="taken"), lambda: vg.grid(name="taken")):
        with pytest.raises(vg.InvalidRequest, match=r"taken is the name of a story .*vg.story\(name='taken'\)"):
            open_it()
    for open_it in (lambda: vg.story(PROMPTS, name="grid", **LOCAL), lambda: vg.story(name="grid")):
        with pytest.raises(vg.InvalidRequest, match=r"grid is the name of a grid .*vg.grid\(name='grid'\)"):
            open_it()
    with pytest.raises(vg.InvalidRequest, match=r'belongs to another story of 1 shots.*name="taken-2"'):
        vg.story(["something else"], name="taken", **LOCAL)


def test_a_model_that_cannot_continue_makes_cuts() -> None:
    """Said before anything is sent; asking for a link is refused."""
    where = {"provider": "sandbox-qubax", "model": "local/ink"}
    story = vg.story(PROMPTS[:3], name="h", **where)
    assert links(story) == ["first", "cut", "cut"]
    assert "Shots 2, 3 are cuts: the model takes no start image." in repr(story)
    with pytest.raises(vg.Unsupported, match="takes no start image"):
        story.link(2)
    story.cancel()


def test_a_model_that_takes_references_gets_a_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of frames of the shot before, beside the references that were given; nothing else of the request changes."""
    monkeypatch.setattr(shots, "continuation", lambda _: "references")
    where = {"provider": "sandbox-indoxhub", "model": "local/ink", "duration": 1, "size": "320x192"}
    given = np.zeros((16, 16, 3), np.uint8)
    story = vg.story([PROMPTS[0], {"prompt": PROMPTS[1], "references": [given]}], name="h", **where)
    assert len(story.result("2m")) == 2
    second = story.shots[1]
    assert second.shot.take is not None
    assert (second.link, second.shot.take.by) == ("linked", "references")
    assert second.job is not None
    mine, sheet = second.job.request.references
    assert (mine.width, mine.height) == (16, 16)
    assert sheet.width == 3 * 320
    assert second.job.request.image is None


def test_hostile_prompts_stay_words(tmp_path: Path) -> None:
    """In the film's name, its receipt, the table and the page."""
    prompts = ['<img src=x onerror="alert(1)">', "../../etc/passwd", "=1+1"]
    story = vg.story(prompts, name="../x".replace("/", "-"), **LOCAL)
    story.result("1m")
    assert Path(story.clip.path).parent == Path.cwd() / "videogen"
    assert "'=1+1" in story.export("t.csv").read_text()
    assert "<img src=x" not in story.export("t.html").read_text()


def test_two_kernels_edit_one_story(shop: Shop, at: dict[str, Any]) -> None:
    """Each edit is applied to the list as it is; both are in it."""
    story = vg.story(PROMPTS[:4], name="h", chain=False, yes=True, **at)
    story.result("1m")
    script = "import jupyter_videogen as vg\nvg.story(name='h').remove(1).move(1, 3)\n"
    story.make_cut(2)
    subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120, check=True)
    story.retake(1, yes=True).result("1m")
    assert [one.shot.prompt for one in story.shots] == [PROMPTS[2], PROMPTS[3], PROMPTS[1]]
    assert shop.book[-1].prompt == PROMPTS[2]
