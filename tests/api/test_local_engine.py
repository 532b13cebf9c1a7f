"""What the local engine makes of all that it can be given: a real client, a real gateway, and the frames looked at."""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from typing import TYPE_CHECKING, Any

import av
import msgspec
import numpy as np
import pytest

import jupyter_videogen as vg
from jupyter_videogen.catalog.builtin import LOCAL_MODELS
from jupyter_videogen.runtime.polling import schedule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WIDTH, HEIGHT, FPS, RATE = 256, 144, 12, 48_000


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A gateway for all of these tests; returns its URL and the key."""
    folder = tmp_path_factory.mktemp("service")
    command = [sys.executable, "-m", "jupyter_videogen.gateway", "--home", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield ready["url"], ready["token"]
        process.kill()


@pytest.fixture
def local(service: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> vg.Client:
    """A client of that gateway, as provider `local`."""
    monkeypatch.setattr(schedule, "USUAL", schedule.Economy(soonest=0.1, latest=0.1))
    url, key = service
    return vg.Client("local", base_url=f"{url}/v1", api_key=key)


def job_of(client: vg.Client, prompt: str, **fields: Any) -> vg.Job:
    """A finished job of the smallest size, a second long unless something else is asked."""
    asked = {"duration": 1, "fps": FPS, "seed": 7, "size": f"{WIDTH}x{HEIGHT}", "new": True} | fields
    job = client.submit(prompt, **asked)
    job.result(60)
    return job


def made(client: vg.Client, prompt: str, **fields: Any) -> vg.Clip:
    return job_of(client, prompt, **fields).clip


def frames(clip: vg.Clip) -> np.ndarray:
    return clip.frames().astype(int)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """How far two pictures are from each other, in levels."""
    return float(np.abs(one - other).mean())


def picture() -> np.ndarray:
    """A picture that no scene looks like: a red disc on a green ground, as large as the clip."""
    down, across = np.mgrid[:HEIGHT, :WIDTH]
    disc = np.hypot(down - HEIGHT / 2, across - WIDTH / 2) < HEIGHT / 3
    return np.where(disc[..., None], (200, 40, 40), (40, 140, 60)).astype(np.uint8)


def tone(path: Path, hertz: float, seconds: float) -> Path:
    """A WAV of one tone, on one track, at a rate that is not the clip's."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 22_050, 0, "NONE", ""))
        samples = 12_000 * np.sin(2 * np.pi * hertz * np.arange(int(22_050 * seconds)) / 22_050)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def heard(clip: vg.Clip) -> np.ndarray | None:
    """The first channel of a clip's sound, in samples at 48 kHz, or None when it has none."""
    with av.open(clip.path) as container:
        if not container.streams.audio:
            return None
        codec = container.streams.audio[0].codec_context
        assert (codec.name, codec.sample_rate, codec.channels) == ("aac", RATE, 2)
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def tags(clip: vg.Clip) -> dict[str, Any]:
    with av.open(clip.path) as container:
        return dict(json.loads(container.metadata["comment"]))


def test_clip_begins_with_the_image_and_moves(local: vg.Client) -> None:
    """The first frame is the picture; then the camera goes into it."""
    seen = frames(made(local, "a disc", image=picture()))
    assert apart(seen[0], picture()) < 6
    assert apart(seen[-1], seen[0]) > 2 * apart(seen[1], seen[0])
    assert apart(seen[-1], picture()) < 25, "it is still that picture"


def test_clip_ends_on_the_last_frame(local: vg.Client) -> None:
    """The clip begins as its own scene and comes closer to the picture with every frame of its end."""
    away = [apart(frame, picture()) for frame in frames(made(local, "the sea at noon", last_frame=picture()))]
    assert away[0] > 40
    assert away[-1] < 6
    assert max(np.diff(away[-4:])) < 0


def test_clip_goes_from_one_picture_to_another(local: vg.Client) -> None:
    """A beginning and an end together."""
    end = picture()[:, :, ::-1].copy()
    seen = frames(made(local, "a disc", image=picture(), last_frame=end))
    assert (apart(seen[0], picture()) < 6, apart(seen[-1], end) < 6) == (True, True)


def test_video_is_continued_where_it_ends(local: vg.Client) -> None:
    """The next clip begins with the last frame of the given one, not with its first."""
    earlier = made(local, "a campfire")
    before, after = frames(earlier), frames(made(local, "a campfire", video=earlier))
    assert apart(after[0], before[-1]) < 4
    assert apart(after[0], before[-1]) < apart(after[0], before[0])
    assert apart(after[-1], after[0]) > 2 * apart(after[0], before[-1])


def test_clip_is_extended_by_a_call(
    service: tuple[str, str], local: vg.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its own model, in its own size, from its last frame; the clip itself stays as it is."""
    first = made(local, "waves", extra={}, size="640x360")
    monkeypatch.setenv("LAB_KEY", service[1])
    where = {"base_url": local.provider.base_url, "key_env": "LAB_KEY"}
    more = first.extend("the camera pulls back", duration=1, **where)
    assert (more.model, more.size, more.duration) == (first.model, "640x360", 1)
    assert apart(frames(more)[0], frames(first)[-1]) < 4


def test_a_model_that_takes_no_video_names_those_that_do(local: vg.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is sent."""
    monkeypatch.setenv("QUBAX_API_KEY", "canary")
    clip = msgspec.structs.replace(made(local, "waves"), provider="qubax", model="some-model")
    with pytest.raises(vg.Unsupported, match="some-model \\(Qubax\\) can't extend an existing clip") as caught:
        clip.extend("the camera pulls back")
    assert caught.value.failure.next.startswith(
        "These can: indoxhub:… (a model of IndoxHub that takes a video), bifrost:…"
    )
    assert "local:local/scenes" in caught.value.failure.next


def test_audio_is_the_sound_of_the_clip_and_is_cut(local: vg.Client, tmp_path: Path) -> None:
    """A tone of three seconds sounds for the one second of the clip, at its own pitch."""
    sound = heard(made(local, "the sea", audio=tone(tmp_path / "tone.wav", 440.0, 3.0)))
    assert sound is not None
    assert sound.size == pytest.approx(RATE, abs=2048)
    loud = np.abs(np.fft.rfft(sound[4800:43200]))
    assert loud.argmax() * RATE / 38_400 == pytest.approx(440.0, abs=3)
    assert 0.2 < np.abs(sound).max() < 0.6


def test_short_audio_is_followed_by_silence(local: vg.Client, tmp_path: Path) -> None:
    """Half a second of sound under a clip of one second: its second half is silent, and it is there."""
    sound = heard(made(local, "the sea", audio=tone(tmp_path / "tone.wav", 440.0, 0.5)))
    assert sound is not None
    assert sound.size == pytest.approx(RATE, abs=2048)
    assert np.abs(sound[: RATE // 3]).max() > 0.2
    assert np.abs(sound[2 * RATE // 3 : RATE]).max() < 0.01


def test_scene_is_heard_when_sound_is_asked_for(local: vg.Client) -> None:
    """Off unless asked; then as long as the picture."""
    assert heard(made(local, "the sea")) is None
    sound = heard(made(local, "the sea", sound=True))
    assert sound is not None
    assert sound.size == pytest.approx(RATE, abs=2048)
    assert np.abs(sound).max() > 0.2


def test_no_sound_means_none_though_a_file_was_given(local: vg.Client, tmp_path: Path) -> None:
    """What was said last of all is heeded: no sound."""
    audio = tone(tmp_path / "tone.wav", 440.0, 1.0)
    assert heard(made(local, "the sea", audio=audio, sound=False)) is None


@pytest.mark.parametrize(
    ("prompt", "negative", "same_as"),
    [
        ("the sea in the rain", "no rain, please", "the sea"),
        ("a red sea at sunset", "red", "a sea at sunset"),
        ("mountains at night", "nuit", "mountains"),
        ("a forest with fireflies", "fireflies", None),
        ("a city in the rain", "rain", None),
    ],
)
def test_negative_words_are_not_painted(local: vg.Client, prompt: str, negative: str, same_as: str | None) -> None:
    """Weather, colours, moods: without them the clip is another, and what else was asked is still there."""
    plain, without = job_of(local, prompt), job_of(local, prompt, negative=negative)
    assert apart(frames(plain.clip), frames(without.clip)) > 0.5
    assert tags(plain.clip)["scene"] == tags(without.clip)["scene"]
    if same_as:
        assert (tags(without.clip)["mood"], tags(without.clip)["scene"]) == (
            tags(made(local, same_as))["mood"],
            tags(plain.clip)["scene"],
        )
    assert negative in tags(without.clip)["negative_prompt"]
    assert not set(tags(without.clip)["words"]) & set(negative.replace(",", "").split())


def test_negative_scene_gives_way_to_another(local: vg.Client) -> None:
    """Of two scenes in a sentence the unwanted one is not drawn."""
    assert tags(made(local, "the sea and mountains"))["scene"] == "sea"
    assert tags(made(local, "the sea and mountains", negative="beach"))["scene"] == "mountains"


def test_draft_is_half_the_size_and_pace(local: vg.Client) -> None:
    """Width, height and, where none was named, the pace are halved; the clip says how large it is."""
    clip = made(local, "the sea", draft=True, fps=None, size="1280x720")
    assert (clip.size, clip.frames().shape) == ("640x360", (12, 360, 640, 3))
    assert made(local, "the sea", draft=True).size == "256x144", "nothing is drawn smaller than that"


def test_enriched_prompt_is_shown(local: vg.Client) -> None:
    """The job and the file say what was drawn, and the sentence itself stays what it was."""
    job = job_of(local, "the sea", enhance=True)
    told = tags(job.clip)
    assert told["prompt"] == job.clip.prompt == "the sea"
    assert told["revised_prompt"].startswith("the sea, ")
    assert f"Drawn from the enriched prompt: {told['revised_prompt']}" in job.record.warnings
    plain = made(local, "the sea")
    assert "revised_prompt" not in tags(plain)
    assert apart(frames(job.clip), frames(plain)) > 3


def test_same_seed_gives_the_same_clip(local: vg.Client, tmp_path: Path) -> None:
    """With everything at once; another seed gives another."""
    given = {"last_frame": picture(), "audio": tone(tmp_path / "tone.wav", 330.0, 1.0), "enhance": True}
    one, two, other = (made(local, "a meadow", seed=seed, **given) for seed in (3, 3, 4))
    assert one.sha256 == two.sha256
    assert apart(frames(one), frames(other)) > 1


@pytest.mark.usefixtures("local")
def test_several_takes_count_their_seeds_up(service: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Three clips of one sentence, of three seeds, that differ."""
    url, key = service
    monkeypatch.setenv("ENGINE_KEY", key)
    there = {"base_url": f"{url}/v1", "key_env": "ENGINE_KEY", "models": ["local:local/scenes"]}
    small = {"duration": 1, "fps": FPS, "size": f"{WIDTH}x{HEIGHT}"}
    clips = vg.compare("the sea", n=3, seed=5, **there, **small).result(60)
    assert [clip.seed for clip in clips] == [5, 6, 7]
    assert len({clip.sha256 for clip in clips}) == 3


@pytest.mark.parametrize(
    ("size", "duration", "fps"), [("256x144", 20, 12), ("144x256", 2, 30), ("1920x1080", 1, 12), ("1000x700", 1, 24)]
)
def test_every_size_and_length_is_exact(local: vg.Client, size: str, duration: int, fps: int) -> None:
    """The ends of what is offered, with a picture to begin with, and a size that nobody lists."""
    clip = made(local, "the sea", duration=duration, fps=fps, size=size, image=picture())
    with av.open(clip.path) as container:
        stream = container.streams.video[0]
        assert (f"{stream.width}x{stream.height}", stream.frames) == (size, duration * fps)
        assert float(stream.duration * stream.time_base) == pytest.approx(duration, abs=1 / fps)
    assert (clip.size, clip.duration) == (size, duration)


@pytest.mark.parametrize("field", ["image", "last_frame", "video", "audio"])
def test_address_is_refused_before_anything_is_sent(local: vg.Client, field: str) -> None:
    """The engine fetches nothing, and does not pretend to."""
    with pytest.raises(vg.InvalidRequest, match="downloads nothing") as caught:
        local.submit("the sea", **{field: "https://example.com/x"})
    assert caught.value.field == field


def test_two_beginnings_are_refused(local: vg.Client) -> None:
    """A clip cannot begin with a picture and with the end of a video."""
    clip = made(local, "the sea")
    with pytest.raises(vg.InvalidRequest, match="can start from an image"):
        local.submit("the sea", image=picture(), video=clip)


def test_unknown_option_is_refused(local: vg.Client) -> None:
    """An option that does not exist is an error; one that this engine has no use for is told on the job."""
    with pytest.raises(vg.InvalidRequest, match="styel"):
        local.submit("the sea", styel="ink")
    job = job_of(local, "the sea", aspect="16:9", references=[picture()])
    assert job.record.warnings == (
        "aspect isn't used by local/scenes at Local engine.",
        "references isn't used by local/scenes at Local engine.",
    )


def test_file_that_is_no_picture_fails_with_its_reason(local: vg.Client) -> None:
    """A file that begins like a picture and is none: the job fails and says so, and the next one is made."""
    job = local.submit("the sea", image=b"\x89PNG\r\n\x1a\n and so on", duration=1)
    with pytest.raises(vg.VideogenError, match="picture or video that was given can't be read"):
        job.result(60)
    assert made(local, "the sea").bytes > 1000


def test_form_offers_what_the_engine_takes(local: vg.Client) -> None:
    """Every local model takes all that the form has a tile or a switch for, but references."""
    models = {model.model: model.takes for model in local.models()}
    takes = {"duration", "size", "fps", "seed", "negative", "image", "last_frame", "video", "audio"}
    assert {name: models[name] for name, _ in LOCAL_MODELS} == {
        name: takes | {"sound", "draft", "enhance"} for name, _ in LOCAL_MODELS
    }


def test_words_without_a_scene_are_told(local: vg.Client) -> None:
    """On the job, with what can be drawn instead; not where all was drawn, and not where a picture is shown."""
    job = job_of(local, "A cat playing the piano")
    (note,) = job.record.warnings
    assert note.startswith('No scene for "cat" or "piano": drew silk. It can draw: sea, city in rain, ')
    assert note.endswith(", silk.")
    assert "Waves at sunset" in job.record.suggestions
    shown = job_of(local, "A cat playing the piano", image=picture()).record
    drawn = job_of(local, "Waves at sunset").record
    assert (shown.warnings, shown.suggestions, drawn.warnings, drawn.suggestions) == ((), (), (), ())


def test_no_provider_tells_what_was_not_drawn(service: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulated provider answers as the real one does."""
    monkeypatch.setattr(schedule, "USUAL", schedule.Economy(soonest=0.1, latest=0.1))
    url, key = service
    client = vg.Client("openai", base_url=f"{url}/aihubmix/v1", api_key=key)
    job = job_of(client, "A cat playing the piano", model="local/scenes", fps=None)
    assert (job.record.warnings, job.record.suggestions) == ((), ())
