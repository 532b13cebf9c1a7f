"""Checks of clips: every fault is found at the frame where it begins, and what is no fault raises nothing."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from jupyter_videogen.core.checks import CheckReport, Expected
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.gateway import engine
from jupyter_videogen.gateway.engine.drawing.style import STYLES
from jupyter_videogen.gateway.engine.prompt.vocabulary import SCENES
from jupyter_videogen.media.checks import reading
from jupyter_videogen.media.checks.check import check_file
from jupyter_videogen.media.checks.reading import LONGER_SIDE, Stopped
from support.faulty_films import AT, COUNT, FAULTS, FPS, moving_scene, write
from support.video_samples import film

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.faulty_films import Picture

SIZE = (192, 108)
BARELY_DECODED = {"crf": "35", "g": "24"}


@cache
def scene() -> tuple[Picture, ...]:
    return tuple(moving_scene(*SIZE))


def found(path: Path, expected: Expected | None = None) -> dict[str, int | None]:
    """Check a file, and give the findings with their frames."""
    return {finding.name: finding.frame for finding in check_file(path, expected).findings}


# ---- faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_where_it_begins(name: str, tmp_path: Path) -> None:
    """And nothing besides; with a picture of it."""
    fault = FAULTS[name]
    report = check_file(write(tmp_path / "a.mp4", fault.make(list(scene()))))
    assert {one.name: one.frame for one in report.findings} == {fault.finding: fault.frame}
    (finding,) = report.findings
    assert finding.at == (None if fault.frame is None else pytest.approx(AT / FPS, abs=1e-3))
    assert (finding.picture or b"").startswith(b"\xff\xd8")
    assert not report.ok
    assert report.short == finding.short


@pytest.mark.parametrize(
    ("codec", "suffix", "options"),
    [
        ("libx264", "mp4", BARELY_DECODED),
        ("libx264", "mp4", {"crf": "18", "bf": "3"}),
        ("mpeg4", "mp4", {"b": "300000", "g": "12"}),
        ("mpeg4", "avi", {"b": "100000", "g": "12"}),
        ("libvpx-vp9", "webm", {"b": "200000", "deadline": "realtime", "cpu-used": "8"}),
    ],
)
def test_a_frozen_half_is_found_whatever_coded_it(
    codec: str, suffix: str, options: dict[str, str], tmp_path: Path
) -> None:
    """Coders repaint a picture that stands still at every key frame."""
    pictures = FAULTS["frozen half"].make(list(scene()))
    report = check_file(write(tmp_path / f"a.{suffix}", pictures, codec=codec, options=options))
    assert [one.name for one in report.findings] == ["frozen"]
    assert report.findings[0].frame == pytest.approx(AT, abs=1)
    assert report.findings[0].until == pytest.approx(4, abs=0.01)


def test_how_long_and_how_much(tmp_path: Path) -> None:
    """The figures are what was made."""
    report = check_file(write(tmp_path / "a.mp4", FAULTS["frozen half"].make(list(scene()))))
    (frozen,) = report.findings
    assert (frozen.short, frozen.value, frozen.unit, frozen.until) == ("frozen 2.0 s", 2.0, "s", 4.0)
    report = check_file(write(tmp_path / "b.mp4", FAULTS["6 frames dropped and repeated"].make(list(scene()))))
    assert (report.findings[0].value, report.findings[0].unit) == (6, "frames")
    report = check_file(write(tmp_path / "c.mp4", FAULTS["flicker at 10 Hz"].make(list(scene()))))
    assert report.findings[0].value == pytest.approx(10, abs=1)
    report = check_file(write(tmp_path / "d.mp4", FAULTS["bars above and below"].make(list(scene()))))
    assert report.findings[0].value == pytest.approx(25, abs=3)


def test_all_of_a_clip_can_be_frozen_or_black(tmp_path: Path) -> None:
    """A clip that is shorter than the limit, too."""
    assert found(write(tmp_path / "a.mp4", [scene()[0]] * 12)) == {"frozen": 0}
    assert found(write(tmp_path / "b.mp4", [np.zeros_like(scene()[0])] * 12)) == {"black": 0}


def test_frames_missing_between_time_stamps_are_found(tmp_path: Path) -> None:
    """A recorder that could not follow leaves a gap, not a repeated picture."""
    kept = [number for number in range(COUNT) if not AT <= number < AT + 6]
    path = write(tmp_path / "a.mp4", [scene()[number] for number in kept], times=kept)
    assert found(path) == {"dropped_frames": AT}
    assert "variable rate" in repr(check_file(path))


# ---- what is no fault -----------------------------------------------------------------------------------------------


def _fade_in(pictures: list[Picture], frames: int = 16) -> list[Picture]:
    return [(one * min(max(number - 6, 0) / frames, 1)).astype(np.uint8) for number, one in enumerate(pictures)]


def _with_noise(pictures: list[Picture]) -> list[Picture]:
    random = np.random.default_rng(1)
    return [np.clip(one + random.normal(0, 8, one.shape), 0, 255).astype(np.uint8) for one in pictures]


def _flash(pictures: list[Picture]) -> list[Picture]:
    return [np.clip(one * 1.8 + 40, 0, 255).astype(np.uint8) if number in {40, 41} else one for number, one in enumerate(pictures)]  # fmt: skip


def _drawing_on_white(pictures: list[Picture]) -> list[Picture]:
    """A ball that jumps on a white ground."""
    return [_ball(np.full_like(one, 255), number, 30) for number, one in enumerate(pictures)]


def _small_thing_in_a_still(pictures: list[Picture]) -> list[Picture]:
    return [_ball(pictures[0], number, 5) for number, _ in enumerate(pictures)]


def _night_with_stars(pictures: list[Picture]) -> list[Picture]:
    random = np.random.default_rng(2)
    night = np.zeros_like(pictures[0])
    night[random.integers(0, SIZE[1], 60), random.integers(0, SIZE[0], 60)] = 220
    return [np.roll(night, number // 3, axis=1) for number, _ in enumerate(pictures)]


def _fog(pictures: list[Picture]) -> list[Picture]:
    return [(one * 0.08 + 150).astype(np.uint8) for one in pictures]


def _held_drawings(pictures: list[Picture]) -> list[Picture]:
    """An animation on threes whose character stops twice for a third of a second."""
    numbers = [number - number % 3 for number in range(COUNT)]
    for first in (30, 60):
        numbers[first:] = [numbers[first]] * 8 + numbers[first:-8]
    return [pictures[number] for number in numbers]


def _ball(ground: Picture, number: int, size: int) -> Picture:
    drawn = ground.copy()
    across, down = number, 40 + abs(number % 24 - 12) * 2
    drawn[down : down + size, across : across + size] = (200, 40, 40)
    return drawn


HARMLESS: dict[str, Callable[[list[Picture]], list[Picture]]] = {
    "as it is": lambda pictures: pictures,
    "on twos": lambda pictures: [pictures[number - number % 2] for number in range(COUNT)],
    "on threes": lambda pictures: [pictures[number - number % 3] for number in range(COUNT)],
    "held drawings": _held_drawings,
    "fade from black": _fade_in,
    "fade to black": lambda pictures: _fade_in(pictures[::-1])[::-1],
    "film grain": _with_noise,
    "a flash of lightning": _flash,
    "a drawing on white": _drawing_on_white,
    "a small thing in a still": _small_thing_in_a_still,
    "a night with stars": _night_with_stars,
    "fog": _fog,
    "upside down": lambda pictures: [one[::-1] for one in pictures],
    "portrait": lambda pictures: [one.swapaxes(0, 1) for one in pictures],
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_no_fault_raises_nothing(name: str, tmp_path: Path) -> None:
    """Also where it is hardly coded."""
    pictures = HARMLESS[name](list(scene()))
    assert found(write(tmp_path / "a.mp4", pictures)) == {}
    assert found(write(tmp_path / "b.mp4", pictures, options=BARELY_DECODED)) == {}


def test_a_film_of_24_in_60_frames_a_second_raises_nothing(tmp_path: Path) -> None:
    """Each picture is there for two and three frames in turn."""
    pictures = [scene()[number] for number in range(60) for _ in range(2 + number % 2)]
    path = write(tmp_path / "a.mp4", pictures, fps=60)
    assert found(path) == {}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", SCENES)
def test_what_the_local_engine_draws_raises_nothing(name: str, style: str, tmp_path: Path) -> None:
    """Every scene in every style."""
    shot = engine.Shot(SCENES[name][0].split()[0], width=160, height=96, seconds=1, fps=24, seed=3, style=style)
    engine.render(shot, tmp_path / "a.mp4", progress=lambda _: None, cancelled=lambda: False)
    assert found(tmp_path / "a.mp4", Expected(duration=1, size="160x96")) == {}


# ---- files ----------------------------------------------------------------------------------------------------------


def test_a_cut_file_is_damaged_from_there(tmp_path: Path) -> None:
    """The pictures that are left are checked all the same."""
    path = write(tmp_path / "a.mp4", scene(), options={"crf": "18", "movflags": "faststart"})
    whole = path.read_bytes()
    path = tmp_path / "b.mkv"
    path.write_bytes(write(tmp_path / "c.mkv", scene(), options={"crf": "18"}).read_bytes()[: len(whole) // 2])
    assert set(found(path)) <= {"undecodable"}
    _with_head_first(tmp_path / "a.mp4", tmp_path / "d.mp4")
    whole = (tmp_path / "d.mp4").read_bytes()
    (tmp_path / "d.mp4").write_bytes(whole[: len(whole) * 6 // 10])
    report = check_file(tmp_path / "d.mp4", Expected(duration=4))
    assert [one.name for one in report.findings] == ["undecodable", "shorter"]
    damaged = report.findings[0]
    assert 0 < (damaged.frame or 0) <= report.facts.frames < COUNT
    assert damaged.value == pytest.approx(COUNT - report.facts.frames, abs=1)


def _with_head_first(path: Path, target: Path) -> None:
    """Copy a film with its index at the beginning, so that a cut leaves it."""
    with av.open(str(path)) as before, av.open(str(target), "w", options={"movflags": "faststart"}) as after:
        stream = after.add_stream_from_template(before.streams.video[0])
        for packet in before.demux(before.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                after.mux(packet)


def test_damaged_frames_are_found(tmp_path: Path) -> None:
    """Zeros in the middle of the pictures."""
    path = write(tmp_path / "a.mp4", scene(), options={"crf": "10", "g": "12"})
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = bytes(3000)
    path.write_bytes(content)
    report = check_file(path)
    assert "undecodable" in {one.name for one in report.findings}
    assert report.findings[0].frame == pytest.approx(COUNT / 2, abs=16)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"no film", "unreadable", "can't be read as a video"),
        (b"", "unreadable", "can't be read as a video"),
    ],
)
def test_what_is_no_video_is_a_finding(content: bytes, name: str, words: str, tmp_path: Path) -> None:
    """In plain words."""
    (tmp_path / "a.mp4").write_bytes(content)
    report = check_file(tmp_path / "a.mp4")
    assert [one.name for one in report.findings] == [name]
    assert words in repr(report)


def test_an_unknown_codec_is_said(tmp_path: Path) -> None:
    """The container can be read, the pictures can't."""
    path = write(tmp_path / "a.mp4", scene()[:4])
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz"))
    (finding,) = check_file(path).findings
    assert (finding.name, finding.short) == ("unreadable", "unreadable")
    assert "its codec is not supported here" in finding.words


def test_sound_alone_is_said(tmp_path: Path) -> None:
    """An MP4 without pictures."""
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    (finding,) = check_file(tmp_path / "a.mp4").findings
    assert (finding.name, finding.words) == ("no_picture", "a.mp4 has no video frames.")


def test_one_frame_is_no_film(tmp_path: Path) -> None:
    """It is said once, and nothing is said of its movement."""
    report = check_file(write(tmp_path / "a.mp4", scene()[:1]))
    assert [one.name for one in report.findings] == ["single_frame"]
    assert "1 frame ·" in repr(report)


@pytest.mark.parametrize("pix_fmt", ["yuv420p10le", "yuv444p", "yuv422p10le", "gray"])
def test_depth_and_format_change_nothing(pix_fmt: str, tmp_path: Path) -> None:
    """The same limits for 8 and 10 bit."""
    pictures = FAULTS["nearly black to the end"].make(list(scene()))
    path = write(tmp_path / "a.mp4", pictures, pix_fmt=pix_fmt)
    assert found(path) == {"black": AT}
    assert check_file(path).facts.bits == (10 if "10" in pix_fmt else 8)


def test_what_players_turn_is_judged_as_shown(tmp_path: Path) -> None:
    """Bars that are left and right in the file are above and below on the screen."""
    path = write(tmp_path / "a.mp4", FAULTS["bars left and right"].make(list(scene())))
    body = bytearray(path.read_bytes())
    at = body.find(b"tkhd") + 44
    body[at : at + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in (0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30))  # fmt: skip
    path.write_bytes(body)
    report = check_file(path, Expected(size="108x192"))
    assert [(one.name, "above and below" in one.words) for one in report.findings] == [("letterboxed", True)]
    assert (report.facts.width, report.facts.height, report.facts.turned) == (108, 192, True)


@pytest.mark.parametrize(
    ("suffix", "codec"), [("mkv", "libx264"), ("avi", "ffv1"), ("mov", "libx265"), ("webm", "libvpx")]
)
def test_any_container_is_read(suffix: str, codec: str, tmp_path: Path) -> None:
    """With its times, whatever clock it has."""
    pictures = FAULTS["frozen half"].make(list(scene()))
    report = check_file(write(tmp_path / f"a.{suffix}", pictures, codec=codec))
    assert [(one.name, one.frame) for one in report.findings] == [("frozen", AT)]
    assert report.facts.seconds == pytest.approx(4, abs=0.1)


def test_a_large_picture_is_measured_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of a frame does not grow with it; what declares too much is not decoded."""
    assert reading.small_size(1920, 1080) == (LONGER_SIDE, 90)
    assert reading.small_size(1080, 1920) == (90, LONGER_SIDE)
    assert reading.small_size(64, 36) == (64, 36)
    monkeypatch.setattr(reading, "LARGEST_PICTURE", 100)
    (finding,) = check_file(write(tmp_path / "a.mp4", scene()[:4])).findings
    assert "too large to check" in finding.words


def test_it_ends_when_nobody_wants_to_know(tmp_path: Path) -> None:
    """In the middle of a file."""
    looks = iter([False] * 10 + [True])
    with pytest.raises(Stopped):
        check_file(write(tmp_path / "a.mp4", scene()), stopped=lambda: next(looks))


# ---- what was ordered -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "name"),
    [
        ({"duration": 4}, None),
        ({"duration": 4.15}, None),
        ({"duration": 5}, "shorter"),
        ({"size": "192x108"}, None),
        ({"size": "196x112"}, None),
        ({"size": "1280x720"}, "smaller"),
        ({"size": "108x192"}, "smaller"),
        ({"lines": 720}, "smaller"),
        ({"sound": True}, "no_sound"),
    ],
)
def test_a_clip_is_held_to_its_order(expected: dict[str, Any], name: str | None, tmp_path: Path) -> None:
    """Models count frames and round to blocks; what is missing beyond that is told."""
    assert list(found(write(tmp_path / "a.mp4", scene()), Expected(**expected))) == ([] if name is None else [name])


def test_a_silent_sound_is_told(tmp_path: Path) -> None:
    """Where sound was ordered; one that hums is none."""
    film(tmp_path / "hums.mp4", sound=True)
    asked = Expected(sound=True)
    assert "silent" not in found(tmp_path / "hums.mp4", asked)
    _add_silence(write(tmp_path / "a.mp4", scene()), tmp_path / "silent.mp4")
    report = check_file(tmp_path / "silent.mp4", asked)
    assert [(one.name, one.unit) for one in report.findings] == [("silent", "dBFS")]
    assert found(tmp_path / "silent.mp4") == {}


def _add_silence(path: Path, target: Path) -> None:
    with av.open(str(path)) as before, av.open(str(target), "w") as after:
        stream = after.add_stream_from_template(before.streams.video[0])
        sound = after.add_stream("aac", rate=48_000, layout="mono")
        for packet in before.demux(before.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                after.mux(packet)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 4 * 48_000), np.float32), format="fltp", layout="mono")
        silence.sample_rate = 48_000
        after.mux(sound.encode(silence))
        after.mux(sound.encode())


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"duration": 4, "size": "1280x720", "sound": True}, Expected(duration=4, size="1280x720", sound=True)),
        ({"size": "1280x720", "draft": True}, Expected()),
        ({"resolution": "720p", "aspect": "16:9"}, Expected(lines=720)),
        ({"resolution": "4K"}, Expected()),
        ({"size": "landscape"}, Expected()),
        ({"sound": False}, Expected()),
    ],
)
def test_what_a_request_orders(request_: dict[str, Any], expected: Expected) -> None:
    """Of what is left open, nothing is expected."""
    assert Expected.of(GenerationRequest(prompt="p", **request_)) == expected


# ---- the report -----------------------------------------------------------------------------------------------------


def test_a_report_tells_people_and_programs(tmp_path: Path) -> None:
    """As text, as HTML in which nothing of a name is markup, and as plain values."""
    path = write(tmp_path / "<b>.mp4", FAULTS["frozen half"].make(list(scene())))
    report = check_file(path)
    assert repr(report).splitlines() == [
        "<b>.mp4: 1 finding",
        "  192×108 · 4.00 s · 96 frames · 24 frames/s · h264, 8 bit · without sound",
        "  2.00 s, frame 48  The picture stands still for 2.00 s.",
    ]
    html = report._repr_html_()
    assert "&lt;b&gt;.mp4" in html
    assert "<b>.mp4" not in html
    assert 'src="data:image/jpeg;base64,' in html
    plain = report.to_dict()
    assert plain["ok"] is False
    assert plain["findings"][0] | {"words": ""} == {
        "name": "frozen", "value": 2.0, "unit": "s", "limit": 1.0, "short": "frozen 2.0 s", "words": "", "at": 2.0, "until": 4.0, "frame": 48,
    }  # fmt: skip
    assert report.to_dict(pictures=True)["findings"][0]["picture"]


def test_a_report_without_findings() -> None:
    """One line."""
    report = CheckReport(clip="a.mp4")
    assert (report.ok, report.short, repr(report)) == (True, "ok", "a.mp4: nothing found")
