"""The film of a story: every sound at its time, a track under it, and pictures that are copied where they can be."""

from __future__ import annotations

import wave
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

import jupyter_videogen as vg
from jupyter_videogen.media.film import Track, sound_seconds, write_film
from support.video_samples import clip_of, film, numbers

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_videogen.api.clip import Clip

RATE = 48_000
LEVELS = tuple(range(0, 120, 8))
"""Fifteen frames: 1.5 s at 10 a second."""


def ticking(path: Path, at: float, levels: tuple[int, ...] = LEVELS, **coding: Any) -> Clip:
    """Write a clip with a click of 5 ms at this second of it."""
    rate = coding.pop("sample_rate", RATE)
    fps = coding.pop("fps", 10)
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=fps, options=coding.pop("options", {}))
        video.width, video.height, video.pix_fmt = *coding.pop("size", (64, 36)), "yuv420p"
        audio = out.add_stream("aac", rate=rate, layout="stereo")
        for level in levels:
            picture = np.full((video.height, video.width, 3), level, np.uint8)
            out.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(video.encode())
        samples = np.zeros((2, round(len(levels) / fps * rate)), np.float32)
        begin = round(at * rate)
        samples[:, begin : begin + rate // 200] = 0.9
        for start in range(0, samples.shape[1], 1024):
            frame = av.AudioFrame.from_ndarray(samples[:, start : start + 1024].copy(), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            out.mux(audio.encode(frame))
        out.mux(audio.encode())
    return clip_of(path)


def track(path: Path, clicks: tuple[float, ...] = (), *, seconds: float = 10.0, level: float = 0.0) -> Path:
    """Write a WAV of a constant tone of this level with clicks at these seconds."""
    rate = 44_100
    samples = np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 440 / rate) * level
    for click in clicks:
        samples[round(click * rate) : round(click * rate) + rate // 200] = 0.9
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32_000).astype("<i2").tobytes())
    return path


def heard(path: Path) -> np.ndarray[Any, Any]:
    """The sound of a film on one channel, from the film's beginning on."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    sound = np.zeros(round(frames[-1].time * RATE) + frames[-1].samples)
    for frame in frames:
        at, part = round(frame.time * RATE), frame.to_ndarray()[0]
        sound[max(at, 0) : at + len(part)] = part[max(-at, 0) :]
    return sound


def clicks(path: Path) -> list[float]:
    """When clicks begin, in seconds."""
    loud = np.flatnonzero(np.abs(heard(path)) > 0.3) / RATE
    return [float(moment) for moment, before in zip(loud, [-1.0, *loud], strict=False) if moment - before > 0.1]


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


SHOTS = (0.2, 0.7, 1.2, 0.05, 0.5)
EXPECTED = [1.5 * number + at for number, at in enumerate(SHOTS)]


@pytest.mark.parametrize("kind", ["copied", "under a track", "coded anew"])
def test_every_sound_is_within_20_ms_of_its_time(tmp_path: Path, kind: str) -> None:
    """Over five shots, however they are joined; that of the track, too."""
    shots = [ticking(tmp_path / f"{number}.mp4", at) for number, at in enumerate(SHOTS)]
    if kind == "coded anew":
        shots[2] = ticking(tmp_path / "odd.mp4", SHOTS[2], options={"bf": "0", "refs": "1"}, sample_rate=22_050)
    under = track(tmp_path / "t.wav", (1.0, 5.0)) if kind == "under a track" else None
    joined = write_film(shots, tmp_path / "film.mp4", Track(under) if under else None)
    found = clicks(tmp_path / "film.mp4")
    assert found == pytest.approx(sorted([*EXPECTED, *((1.0, 5.0) if under else ())]), abs=0.02)
    assert joined.seconds == 7.5
    assert numbers(clip_of(tmp_path / "film.mp4").frames()) == list(range(15)) * 5
    assert bool(joined.words) == (kind != "copied")


def test_pictures_stay_as_they_are_under_a_track(tmp_path: Path) -> None:
    """Byte by byte; only the sound is coded anew."""
    shots = [ticking(tmp_path / f"{number}.mp4", 0.5) for number in range(2)]
    joined = write_film(shots, tmp_path / "film.mp4", Track(track(tmp_path / "t.wav", level=0.2)))
    assert packets(tmp_path / "film.mp4") == [one for number in range(2) for one in packets(tmp_path / f"{number}.mp4")]
    assert "byte by byte" in joined.words


def test_the_level_the_fades_and_the_length_of_a_track(tmp_path: Path) -> None:
    """It rises, holds, falls before the film's end; one that is shorter falls before its own, and is silent then."""
    shots = [film(tmp_path / f"{number}.mp4", LEVELS) for number in range(4)]
    write_film(shots, tmp_path / "long.mp4", Track(track(tmp_path / "long.wav", level=0.8), 0.5, fade=1.0))
    loud = [float(np.abs(part).max()) for part in np.array_split(heard(tmp_path / "long.mp4")[: 6 * RATE], 60)]
    assert loud[0] < 0.06
    assert loud[5] == pytest.approx(0.22, abs=0.03)
    assert loud[20:45] == pytest.approx([0.4] * 25, abs=0.03)
    assert loud[-1] < 0.06
    write_film(shots, tmp_path / "short.mp4", Track(track(tmp_path / "short.wav", seconds=3, level=0.8), fade=0.5))
    sound = heard(tmp_path / "short.mp4")
    assert float(np.abs(sound[round(2.95 * RATE) : 3 * RATE]).max()) < 0.1
    assert float(np.abs(sound[round(3.1 * RATE) :]).max()) < 0.01
    assert len(sound) / RATE == pytest.approx(6.0, abs=0.03)


def test_loud_sounds_are_cut_off_and_never_wrap(tmp_path: Path) -> None:
    """Ten times as loud is loud."""
    shots = [film(tmp_path / "a.mp4", LEVELS, sound=True)]
    write_film(shots, tmp_path / "film.mp4", Track(track(tmp_path / "t.wav", level=0.9), 10.0))
    assert 0.9 < float(np.abs(heard(tmp_path / "film.mp4")).max()) < 1.4


def test_shots_of_another_size_and_rate_are_fitted_and_said(tmp_path: Path) -> None:
    """With bars; each frame stays as long as it was."""
    wide, tall = film(tmp_path / "a.mp4", LEVELS), film(tmp_path / "b.mp4", LEVELS, size=(36, 64), fps=5)
    joined = write_film([wide, tall], tmp_path / "film.mp4")
    assert joined.seconds == pytest.approx(4.5)
    assert joined.size == (64, 36)
    assert "Shot 2 has another size, with bars around the picture." in joined.words
    made = clip_of(tmp_path / "film.mp4").frames()
    assert made.shape == (30, 36, 64, 3)
    assert int(made[-1][:, :8].max()) < 20
    assert int(made[-1][18, 32].mean()) == pytest.approx(LEVELS[-1], abs=8)


def test_what_cannot_be_joined(tmp_path: Path) -> None:
    """Said; no half file is left, and nothing is overwritten."""
    shot = film(tmp_path / "a.mp4", LEVELS)
    with pytest.raises(vg.InvalidRequest, match="There are no shots to join"):
        write_film([], tmp_path / "film.mp4")
    (tmp_path / "not.mp3").write_bytes(b"ID3" + bytes(400))
    with pytest.raises(vg.Unsupported, match=r"not\.mp3 can't be read as sound"):
        write_film([shot], tmp_path / "film.mp4", Track(tmp_path / "not.mp3"))
    with pytest.raises(vg.Unsupported, match=r"a\.mp4 has no sound"):
        sound_seconds(tmp_path / "a.mp4")
    with pytest.raises(vg.InvalidRequest, match="already exists"):
        write_film([shot], tmp_path / "a.mp4")
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix in {".mp4", ".part"}) == ["a.mp4"]
