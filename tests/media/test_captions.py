"""Captions stand beside a clip and never in it; what can't be read is refused by its line, and nothing is written."""

from __future__ import annotations

import hashlib
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jupyter_videogen as vg
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.media import captions

WEBVTT = "WEBVTT - made by hand\n\nSTYLE\n::cue { color: yellow }\n\nfirst\n00:00.500 --> 00:01.000 align:start\n<v Ann>Rain &amp; wind</v>\nagain\n"
SUBRIP = "1\r\n00:00:00,500 --> 00:00:01,000\r\nRain, and wind\r\n\r\n2\r\n00:00:01,000 --> 01:00:02,250\r\nAgain\r\n"


@pytest.fixture
def clip() -> vg.Clip:
    return vg.generate("Waves at sunset", model="local/ink", duration=1, size="320x192")


def digest(clip: vg.Clip) -> str:
    return hashlib.sha256(Path(clip.path).read_bytes()).hexdigest()


def test_cues_are_kept_beside_the_clip(clip: vg.Clip, tmp_path: Path) -> None:
    """Whatever stands in their words, they come back; FFmpeg reads the same; the clip keeps every byte, and copies take them along."""
    before = digest(clip)
    assert clip.captions == ()
    path = clip.save_captions([(0, 0.5, "a < b & c --> d\n\n\nsecond"), (0.5, 3661.25, "<b>no mark</b>")])
    assert path == Path(clip.path).with_suffix(".vtt")
    assert [tuple(cue) for cue in clip.captions] == [
        (0.0, 0.5, "a < b & c --> d\nsecond"),
        (0.5, 3661.25, "<b>no mark</b>"),
    ]
    with av.open(str(path)) as read:
        packets = [packet for packet in read.demux() if packet.size]
        assert [(packet.pts, packet.duration) for packet in packets] == [(0, 500), (500, 3660750)]
    assert digest(clip) == before == clip.sha256
    copied = clip.save(tmp_path / "copy.mp4")
    assert copied.with_suffix(".vtt").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("as_file", [False, True])
def test_webvtt_is_kept_as_it_is(clip: vg.Clip, tmp_path: Path, *, as_file: bool) -> None:
    file = tmp_path / "given.vtt"
    file.write_text(f"\ufeff{WEBVTT}", "utf-8")
    path = clip.save_captions(file if as_file else WEBVTT)
    assert path.read_text("utf-8") == WEBVTT
    assert [tuple(cue) for cue in clip.captions] == [(0.5, 1.0, "Rain & wind\nagain")]


def test_subrip_becomes_webvtt(clip: vg.Clip) -> None:
    path = clip.save_captions(SUBRIP)
    assert path.read_text("utf-8").startswith("WEBVTT\n\n1\n00:00:00.500 --> 00:00:01.000\nRain, and wind\n")
    assert [cue.end for cue in clip.captions] == [1.0, 3602.25]


def test_nothing_that_is_there_is_overwritten(clip: vg.Clip) -> None:
    path = clip.save_captions([(0, 1, "first")])
    with pytest.raises(InvalidRequest, match="already exists"):
        clip.save_captions([(0, 1, "second")])
    assert clip.captions[0].text == "first"
    clip.save_captions([(0, 1, "second")], overwrite=True)
    assert clip.captions[0].text == "second"
    assert list(path.parent.glob("*.part")) == []


BAD = {
    "WEBVTT\n\n00:01 --> 00:02\nno thousandths": "Line 3 of the captions has no times",
    "WEBVTT\n\nname\n00:02.000 --> 00:01.000\nbackwards": "Line 4 of the captions ends before it begins",
    "WEBVTT\n\nNOTE nothing else": "have no cue",
    "WEBVTT\n\n00:00.000 --> 00:01.000\n\0": "no text of at most 1 MB",
    "WEBVTT\n\n00:00.000 --> 00:01.000\n" + "long " * 250_000: "no text of at most 1 MB",
    "absent.vtt": "can't be read as captions: No such file",
}


def test_bad_captions_are_refused_by_their_line(clip: vg.Clip) -> None:
    """The line is named, and nothing is written."""
    for text, words in BAD.items():
        with pytest.raises(InvalidRequest, match=words) as caught:
            clip.save_captions(text)
        assert "Nothing was written." in str(caught.value)
        assert not captions.captions_path(clip).exists()


BAD_CUES = [[(1, 1, "x")], [(-1, 1, "x")], [(0, float("nan"), "x")], [(0, 1)], ["x"], []]


def test_bad_cues_are_refused(clip: vg.Clip) -> None:
    for cues in BAD_CUES:
        with pytest.raises(InvalidRequest):
            clip.save_captions(cues)  # type: ignore[arg-type]
    assert not captions.captions_path(clip).exists()


def test_a_broken_file_beside_a_clip_shows_no_captions(clip: vg.Clip) -> None:
    """Somebody's own file of that name is neither trusted nor fatal."""
    for bytes_ in (b"\xff\xfe", b"WEBVTT\n\n00:02.000 --> 00:01.000\n", b"x" * 2_000_000, b""):
        captions.captions_path(clip).write_bytes(bytes_)
        assert clip.captions == ()
        assert captions.render_track(clip) == ""


def test_a_page_holds_them_and_no_word_of_theirs_is_markup(clip: vg.Clip, tmp_path: Path) -> None:
    clip.save_captions([(0, 1, '"><script>alert(1)</script>')])
    page = clip.export(tmp_path / "page.html").read_text("utf-8")
    assert '<track kind="captions" label="Captions" src="data:text/vtt;base64,' in page
    assert "<script>alert" not in page
    assert "alert" not in captions.render_track(clip)


WORDS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=80)
TIMES = st.integers(0, 10**7).map(lambda value: value / 1000)


@given(st.lists(st.tuples(TIMES, st.integers(1, 10**6).map(lambda value: value / 1000), WORDS), min_size=1, max_size=5))
def test_any_words_come_back(cues: list[tuple[float, float, str]]) -> None:
    """Written and read again, each cue has its times to the thousandth and its words without blank lines."""
    given_ = [(start, start + length, words) for start, length, words in cues]
    read = captions.parse(captions._as_webvtt(given_))
    assert len(read) == len(given_)
    for (start, end, words), cue in zip(given_, read, strict=True):
        assert (cue.start, cue.end) == (pytest.approx(start, abs=0.002), pytest.approx(end, abs=0.002))
        lines = [line.strip() for line in words.splitlines() if line.strip()]
        assert cue.text == "\n".join(lines)
