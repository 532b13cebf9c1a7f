"""A story as the page asks for it: the trait, edits, prices that were agreed to, frames, the film, and what visitors may do."""

from __future__ import annotations

import hashlib
import json
import wave
from io import BytesIO
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

import jupyter_videogen as vg
from jupyter_videogen.media import captions
from jupyter_videogen.widget.protocol import StoryView
from jupyter_videogen.widget.story_widget import StoryWidget
from support.form_messages import Visit
from support.video_samples import film

if TYPE_CHECKING:
    from support.paid_server import Shop

LOCAL: dict[str, Any] = {"model": "local/ink", "duration": 1, "size": "320x192", "fps": 12}
PROMPTS = ["a boat at sea", "a city in rain", "dunes at noon"]
BOUND = 0.3
"""Seconds that a thread is given to overtake another; one that waits for its turn uses them up."""


class Page(Visit):
    """A page that waits for answers, and keeps their buffers."""

    def __init__(self, widget: StoryWidget) -> None:
        super().__init__(widget)
        self.widget = widget
        self.buffers: dict[str, list[bytes]] = {}
        self.answers: dict[str, Event] = {}
        widget.send = self._hear

    def _hear(self, content: Any, buffers: list[bytes] | None = None) -> None:
        self.acks.append(content)
        name = content.get("request_id", "")
        self.buffers[name] = buffers or []
        self.answers.setdefault(name, Event()).set()

    @property
    def view(self) -> StoryView:
        return msgspec.convert(self.widget.story, StoryView)

    def ask(self, kind: str, request_id: str, **fields: Any) -> dict[str, Any]:
        """Say something, and wait for its answer."""
        content = {"type": kind, "v": 1, "request_id": request_id, **fields}
        self.widget._receive(self.widget, content, [])
        assert self.answers.setdefault(request_id, Event()).wait(60), request_id
        return next(ack for ack in self.acks if ack.get("request_id") == request_id)

    def act(self, action: str, request_id: str = "", **fields: Any) -> dict[str, Any]:
        return self.ask("story_act", request_id or f"{action} {len(self.acks)}", action=action, **fields)

    def until(self, wanted: Any) -> StoryView:
        """Wait until the page is told something."""
        there = Event()
        self.widget.observe(lambda _: there.set() if wanted(self.view) else None, names="story")
        assert wanted(self.view) or there.wait(60), self.view
        return self.view


def ready(view: StoryView) -> bool:
    return all(shot.state == "ready" for shot in view.shots)


@pytest.fixture
def page() -> Page:
    """Three shots, made on the local engine."""
    story = vg.story(PROMPTS, name="harbour", **LOCAL)
    story.result("2m")
    return Page(StoryWidget(story))


@pytest.fixture
def paid(shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Page:
    """Two shots at a provider that is paid: $0.50 a clip."""
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    shop.content = Path(film(tmp_path / "made.mp4", range(0, 80, 8), size=(320, 192)).path).read_bytes()
    Path("videogen.toml").write_text('[prices."openai:a"]\nper_clip = 0.5\n')
    at = {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "model": "a", "size": "320x192"}
    story = vg.story(PROMPTS[:2], name="harbour", yes=True, **at)
    story.result("1m")
    return Page(StoryWidget(story))


def test_the_page_has_what_came_of_an_edit_before_its_answer(page: Page) -> None:
    """Moved, cut, linked, taken out and put back: the trait is new when the ack comes."""
    first, second, third = (shot.id for shot in page.view.shots)
    told: list[list[int]] = []
    page.widget.observe(lambda _: told.append([shot.id for shot in page.view.shots]), names="story")
    assert page.act("move", shot=third, to=1)["ok"]
    assert told[-1] == [third, first, second]
    assert page.act("cut", shot=second)["ok"]
    assert page.view.shots[2].link == "cut"
    assert page.act("link", shot=second)["ok"]
    assert page.view.shots[2].link == "linked"
    assert page.act("remove", shot=first)["ok"]
    assert [shot.id for shot in page.view.shots] == [third, second]
    assert page.view.can_restore
    assert page.act("restore")["ok"]
    assert [shot.id for shot in page.view.shots] == [third, first, second]
    refused = page.act("move", shot=4711, to=1)
    assert not refused["ok"]


def test_a_shot_is_remade_and_the_next_one_is_told_of_it(page: Page) -> None:
    """Free on the local engine: no question; the old take can be chosen again."""
    second = page.view.shots[1]
    assert page.act("retake", shots=[second.id], token=page.view.offer, prompt="a city in snow")["ok"]
    assert page.view.shots[1].take == 2
    view = page.until(ready)
    assert (view.shots[1].prompt, view.shots[2].link) == ("a city in snow", "stale")
    assert page.act("choose", shot=second.id, take=1)["ok"]
    assert page.view.shots[2].link == "linked"


def test_frames_are_drawn_aside_and_only_of_the_story(page: Page) -> None:
    jobs = [shot.job_id for shot in page.view.shots]
    ack = page.ask("story_frames", "frames", job_ids=[jobs[0], "nobody22"], which="last")
    last, none = page.buffers[ack["request_id"]]
    assert last.startswith(b"\xff\xd8")
    assert none == b""
    page.ask("story_frames", "first", job_ids=[jobs[1]], which="first")
    assert page.buffers["first"][0].startswith(b"\xff\xd8")


def test_the_film_is_on_view_when_its_answer_comes(page: Page) -> None:
    """Joined, fetched in pieces by its own name, out of date after an edit."""
    assert page.view.film is None
    ack = page.act("join", "join")
    assert ack["ok"], ack
    film_view = page.view.film
    assert film_view is not None
    assert film_view.current
    page.ask("fetch", "piece", job_id=film_view.job_id, take=0, offset=0, length=film_view.clip.bytes)
    content = page.buffers["piece"][0]
    path = Path("videogen") / Path(film_view.clip.src).name
    assert hashlib.sha256(content).digest() == hashlib.sha256(path.read_bytes()).digest()
    page.ask("posters", "poster", job_ids=[film_view.job_id, page.view.shots[0].job_id])
    assert [picture[:2] for picture in page.buffers["poster"]] == [b"\xff\xd8", b"RI"]
    page.act("move", shot=page.view.shots[2].id, to=1)
    assert page.view.film is not None
    assert not page.view.film.current


def test_a_dropped_file_is_known_by_the_job_in_its_name(page: Page) -> None:
    job_id = page.view.shots[0].job_id
    assert page.act("insert", job_id=f"a-boat-at-sea-{job_id} (1).mp4", to=2)["ok"]
    assert len(page.view.shots) == 4
    assert page.view.shots[1].take is None
    refused = page.act("insert", job_id="holiday.mp4", to=1)
    assert not refused["ok"]
    assert "holiday.mp4 is no clip of the library" in refused["error"]["message"]


def test_a_price_that_was_pressed_counts_once(paid: Page, shop: Shop) -> None:
    """One press, one take: the same offer again asks, and nothing is sent for it."""
    sent, offer, shot = len(shop.book), paid.view.offer, paid.view.shots[1].id
    assert paid.view.shots[1].remake_cost == pytest.approx(0.5)
    assert paid.act("retake", "one", shots=[shot], token=offer)["ok"]
    paid.until(ready)
    assert len(shop.book) == sent + 1
    assert paid.view.offer != offer
    again = paid.act("retake", "two", shots=[shot], token=offer)
    assert not again["ok"]
    assert len(shop.book) == sent + 1


def tone(seconds: float = 1.0) -> bytes:
    """Return a WAV of one tone."""
    made = BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((1, 2, 22_050, 0, "NONE", ""))
        samples = 12_000 * np.sin(2 * np.pi * 440 * np.arange(int(22_050 * seconds)) / 22_050)
        file.writeframes(samples.astype("<i2").tobytes())
    return made.getvalue()


def upload(page: Page, content: bytes, name: str, **facts: Any) -> dict[str, Any]:
    """Hand a sound over, in one piece."""
    more = {"upload_id": name, "field": "audio", "offset": 0, "total": len(content), **facts}
    return page.say("upload", buffers=[content], name=name, **more)


def test_a_sound_goes_into_the_next_film_and_out_of_it(page: Page) -> None:
    """Laid, made quieter, removed: each time the film is out of date, and its receipt tells the name."""
    page.act("join")
    assert page.act("audio", medium=upload(page, tone(), "../a/night.wav")["medium"]["source"])["ok"]
    assert page.view.audio is not None
    assert page.view.audio.name == "night.wav"
    assert page.view.film is not None
    assert not page.view.film.current
    page.act("join")
    assert page.act("audio", volume=0.5)["ok"]
    receipt = vg.story(name="harbour").join().provenance["story"]["audio"]
    assert (receipt["name"], receipt["volume"]) == ("night.wav", 0.5)
    assert page.act("audio", medium="")["ok"]
    assert page.view.audio is None
    assert not page.view.film.current


def test_a_sound_that_is_none_is_refused_and_the_one_before_stays(page: Page) -> None:
    """Too large, of another kind, without sound, and one that nobody handed over."""
    page.act("audio", medium=upload(page, tone(), "night.wav")["medium"]["source"])
    large = upload(page, b"ID3", "long.mp3", total=(64 << 20) + 1)
    assert "long.mp3 has 64 MB; the limit is 64 MB." in large["error"]["message"]
    assert "not a supported audio file" in upload(page, b"no sound at all", "words.wav")["error"]["message"]
    for number, content in enumerate((tone(0), b"RIFF\x24\0\0\0WAVE", b"OggS" + bytes(60))):
        name = f"silence {number}.wav"
        medium = upload(page, content, name)["medium"]
        refused = page.act("audio", medium=medium["source"])
        assert refused["error"]["message"] == f"No sound can be read in {name}.", refused
    assert "not handed over here" in page.act("audio", medium="upload:../../secret")["error"]["message"]
    for levels in ({"volume": -1}, {"volume": 11}, {"fade": 61}, {"fade": -0.1}):
        assert not page.act("audio", **levels)["ok"]
    assert page.view.audio is not None
    assert (page.view.audio.name, page.view.audio.volume) == ("night.wav", 1.0)


def test_a_caption_is_written_on_the_page(page: Page) -> None:
    """It is in the next film, unless captions are left out; its clip's own are back without it."""
    shot = page.view.shots[1].id
    assert not page.view.has_captions
    page.act("join")
    assert page.act("caption", shot=shot, caption="  Rain,\x1b\u202e\r\n\n and <b>wind</b>\0 --> now  ")["ok"]
    view = page.view
    assert view.shots[1].caption == "Rain,\nand <b>wind</b> --> now"
    assert view.has_captions
    assert view.film is not None
    assert not view.film.current
    story = vg.story(name="harbour")
    assert [(cue.start, cue.text) for cue in captions.read(story.join())] == [(1.0, "Rain,\nand <b>wind</b> --> now")]
    page.act("captions", on=False)
    assert captions.read(story.join()) == ()
    assert not page.act("caption", shot=shot, caption="x" * 501)["ok"]
    page.act("caption", shot=shot, caption="")
    assert not page.view.has_captions
    page.act("remove", shot=shot)
    assert not page.act("caption", shot=shot, caption="gone")["ok"]


def test_visitors_look_and_play(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine is told; frames and clips only of what is on view; every act is refused."""
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    visited = Page(StoryWidget(vg.story(name="harbour")))
    view = visited.view
    assert view.guest
    assert view.offer == ""
    assert str(Path.home()) not in json.dumps(visited.widget.story)
    for action in ("move", "retake", "join", "remove", "insert", "send", "audio", "caption", "captions", "retry"):
        refused = visited.act(action, action, shot=view.shots[0].id, to=2, prompt="x", token=page.view.offer)
        assert not refused["ok"], action
    assert not upload(visited, tone(), "night.wav")["ok"]
    other = vg.generate("a lake", **LOCAL)
    jobs = [view.shots[0].job_id, other.job_id]
    visited.ask("posters", "posters", job_ids=jobs)
    assert [bool(picture) for picture in visited.buffers["posters"]] == [True, False]
    visited.ask("story_frames", "frames", job_ids=jobs, which="last")
    assert [bool(picture) for picture in visited.buffers["frames"]] == [True, False]
    assert not visited.ask("fetch", "fetch", job_id=other.job_id, take=0, offset=0, length=9)["ok"]
    assert visited.ask("fetch", "own", job_id=jobs[0], take=0, offset=0, length=9)["ok"]


def test_an_older_look_never_stays(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread looks at the story, and another looks later: what the later one saw is what the page has."""
    look, threads = page.widget._view, list[Thread]()

    def slow() -> dict[str, Any]:
        seen = look()
        if not threads:
            page.widget._shown.move(3, 1)
            threads.append(Thread(target=page.widget._renew))
            threads[0].start()
            threads[0].join(BOUND)
        return seen

    monkeypatch.setattr(page.widget, "_view", slow)
    page.widget._renew()
    threads[0].join()
    assert page.view.shots[0].prompt == PROMPTS[2]
