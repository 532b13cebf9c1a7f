"""The sound under a story: what is taken for one, and what it is called."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import pytest

import jupyter_videogen as vg
from jupyter_videogen.api.stories.sound import Handed, read_audio

if TYPE_CHECKING:
    from pathlib import Path


def silence(path: Path, samples: int) -> Path:
    """Write a WAV of so many samples."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 22_050, 0, "NONE", ""))
        file.writeframes(bytes(2 * samples))
    return path


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("harbour at night.wav", "harbour at night.wav"),
        ("../../etc/night.wav", "night.wav"),
        (r"C:\Users\mira\night.wav", "night.wav"),
        ("night\u202egpj.wav", r"night\u202egpj.wav"),
        ("one\ntwo\t.wav", "one two .wav"),
        ("n" * 300, "n" * 119 + "…"),
        ("<img src=x onerror=alert(1)>.wav", "<img src=x onerror=alert(1)>.wav"),
        ("", "sound"),
        ("../", "sound"),
    ],
)
def test_a_sound_keeps_the_name_that_it_had(tmp_path: Path, given: str, shown: str) -> None:
    """Its last part, on one line, with what is not seen written out; the file itself is named by its hash."""
    path = silence(tmp_path / "4f9a.wav", 4410)
    audio = read_audio(Handed(path, given), 0.3, 0.5)
    assert (audio.name, audio.path, audio.volume, audio.fade) == (shown, str(path), 0.3, 0.5)
    assert read_audio(str(path)).name == "4f9a.wav"
    assert read_audio(path.read_bytes()).name == "sound"


def test_a_file_without_a_sample_is_no_sound(tmp_path: Path) -> None:
    """It has the head of a sound and not one sample; that is said before it is joined."""
    with pytest.raises(vg.InvalidRequest, match=r"No sound can be read in none\.wav"):
        read_audio(silence(tmp_path / "none.wav", 0))
