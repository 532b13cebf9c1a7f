"""`vg.check`, `clip.check()` and `grid.check()`: what was found is kept, shown, and one bad clip stops nothing."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen import cli
from jupyter_videogen.api import checking
from jupyter_videogen.core.checks import CheckReport, CheckReports, Expected
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.media.checks.reading import Stopped
from jupyter_videogen.runtime.process import runtime
from jupyter_videogen.widget.grid_view import cell_view
from support.faulty_films import AT, FAULTS, moving_scene, write
from support.video_samples import clip_of, film

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL: dict[str, Any] = {"models": ["local/ink"], "duration": 1, "size": "320x192"}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read."""
    names: list[str] = []
    check_file = checking.check_file

    def counted(path: Path, *given: Any, **more: Any) -> CheckReport:
        names.append(path.name)
        return check_file(path, *given, **more)

    monkeypatch.setattr(checking, "check_file", counted)
    return names


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    return write(tmp_path / "frozen.mp4", FAULTS["frozen half"].make(moving_scene(96, 54)))


def test_a_file_is_checked_against_what_is_said_of_it(frozen: Path) -> None:
    """By path or text; its faults as well as its order."""
    report = vg.check(str(frozen), duration=5, size="1280x720", sound=True)
    assert [one.name for one in report.findings] == ["frozen", "no_sound", "shorter", "smaller"]
    assert report.findings[0].frame == AT
    assert vg.check(frozen).short == "frozen 2.0 s"


def test_bad_input_is_told(frozen: Path, tmp_path: Path) -> None:
    """What was wrong, and what to do."""
    with pytest.raises(InvalidRequest, match=r"missing\.mp4 can't be read: No such file"):
        vg.check(tmp_path / "missing.mp4")
    with pytest.raises(InvalidRequest, match="'big' is no size"):
        vg.check(frozen, size="big")
    with pytest.raises(InvalidRequest, match="held to what was ordered"):
        vg.check(clip_of(frozen), duration=4)


def test_a_clip_is_read_once(frozen: Path, reads: list[str]) -> None:
    """And again when that is asked for; a copy of it is known by its bytes, under its own name."""
    clip = clip_of(frozen)
    first = clip.check()
    assert (first.short, first.clip, first.job_id) == ("frozen 2.0 s", "frozen.mp4", clip.job_id)
    copied = clip_of(Path(str(clip.save(frozen.with_name("copy.mp4")))))
    assert copied.check() == CheckReport(
        clip="copy.mp4", findings=first.findings, facts=first.facts, job_id=copied.job_id
    )
    assert vg.check(clip) == first
    assert reads == ["frozen.mp4"]
    clip.check(again=True)
    assert reads == ["frozen.mp4", "frozen.mp4"]


def test_a_clip_that_is_gone_is_told(frozen: Path) -> None:
    """As for its frames."""
    clip = clip_of(frozen)
    frozen.unlink()
    with pytest.raises(InvalidRequest, match="no longer at"):
        clip.check()


def test_a_grid_is_checked_and_shows_it(reads: list[str]) -> None:
    """In the table, its exports and on the tiles; what comes later is read alone."""
    grid = vg.grid(["the sea", "a city in rain"], name="study", **SMALL)
    grid.result("2m")
    assert list(grid.df["checks"]) == [None, None]
    reports = grid.check()
    assert (reports.ok, len(reports), repr(reports)) == (True, 2, "2 clips were checked; nothing was found.")
    assert list(grid.df["checks"]) == ["ok", "ok"]
    assert [cell_view(one, Path.cwd()).checks for one in grid.cells()] == ["", ""]
    assert sorted(reads) == sorted(Path(clip.path).name for clip in grid.clips)
    more = vg.grid(["the sea", "a city in rain", "a meadow"], name="study", **SMALL)
    more.result("2m")
    more.check()
    assert len(reads) == 3
    assert "checks" in grid.export("study.csv").read_text().splitlines()[0].split(",")


def test_faults_stand_on_the_tiles(frozen: Path) -> None:
    """In a few words, the worst first; those of another order or version do not."""
    grid = vg.grid(["the sea"], name="study", **SMALL)
    (clip,) = grid.result("2m")
    kept, report = runtime().ledger.checks, vg.check(frozen, size="320x192")
    kept.keep(clip.sha256, Expected(), report)
    assert list(grid.df["checks"]) == [None]
    kept.keep(clip.sha256, Expected(duration=1, size="320x192"), report)
    assert list(grid.df["checks"]) == ["frozen 2.0 s, 96×54 only"]
    assert cell_view(grid.cells()[0], Path.cwd()).checks == "frozen 2.0 s, 96×54 only"


def test_one_bad_clip_stops_nothing(frozen: Path) -> None:
    """A file that is gone is a finding; one with other bytes, too, and what is found in those is not kept."""
    grid = vg.grid(["the sea", "a city in rain", "a meadow"], name="study", **SMALL)
    first, second, _ = grid.result("2m")
    Path(first.path).unlink()
    Path(second.path).write_bytes(b"\0" * second.bytes)
    reports = grid.check()
    assert [[one.name for one in report.findings] for report in reports] == [["gone"], ["changed", "unreadable"], []]
    assert repr(reports).endswith("3 clips were checked; something was found in 2.")
    assert [one.checks for one in grid.cells()] == [None, None, "ok"]


def test_an_interrupt_ends_it_and_keeps_what_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: list[str]
) -> None:
    """No thread goes on; the next call reads what is left."""
    clips = [clip_of(film_of(tmp_path / f"{number}.mp4", number)) for number in range(6)]
    check_file, held, ended = checking.check_file, threading.Event(), []

    def holds(path: Path, *given: Any, stopped: Any, **more: Any) -> CheckReport:
        if path.name == "0.mp4":
            return check_file(path, *given, stopped=stopped, **more)
        held.set()
        assert told_to_stop.wait(60)
        ended.append(path.name)
        raise Stopped

    class Stop(threading.Event):
        def set(self) -> None:
            super().set()
            told_to_stop.set()

    def interrupted(future: Any, _timeout: float) -> None:
        assert held.wait(60)
        raise KeyboardInterrupt

    told_to_stop = threading.Event()
    clips[0].check()
    with monkeypatch.context() as now:
        now.setattr(checking, "check_file", holds)
        now.setattr(checking, "Stop", Stop)
        now.setattr(checking, "wait_for", interrupted)
        with pytest.raises(KeyboardInterrupt):
            checking.check_clips(clips)
    assert 1 <= len(ended) <= checking.AT_ONCE
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("videogen-check")]
    assert len(checking.check_clips(clips)) == 6
    assert sorted(reads) == [f"{number}.mp4" for number in range(6)]


def film_of(path: Path, number: int) -> Path:
    film(path, tuple(range(number, 200, 9)))
    return path


class Screen:
    """A terminal that keeps what is written."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, words: str) -> None:
        self.text += words

    def flush(self) -> None:
        """Nothing waits."""


def test_it_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On one line of a screen; nothing in a pipe."""
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    checking.check_clips([clip_of(film_of(tmp_path / "a.mp4", 1))])
    assert screen.text.endswith("\rChecked 1 of 1 clips\n")
    assert set(screen.text.split("\r")) <= {"", "Checked 0 of 1 clips", "Checked 1 of 1 clips\n"}


def test_no_clips_are_no_trouble(capsys: pytest.CaptureFixture[str]) -> None:
    """An empty grid."""
    assert checking.check_clips([]) == CheckReports()
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Run the command line, and give its status and what it printed."""

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()  # waiting for a clip tells how far it is
        status = cli.main(list(words))
        return (status, *capsys.readouterr())

    return run


def test_the_terminal_checks_files_and_jobs(frozen: Path, told: Any) -> None:
    """The exit status says whether something was found."""
    clip = vg.generate("the sea", model="local/ink", duration=1, size="320x192")
    assert told("check", str(frozen))[:2] == (1, f"{vg.check(frozen)!r}\n")
    assert told("check", clip.job_id)[:2] == (0, f"{clip.check()!r}\n")
    assert told("check")[0] == 0
    status, out, _ = told("check", str(frozen), clip.job_id, "--json")
    assert status == 1
    assert '"short": "frozen 2.0 s"' in out
    assert told("check", "missing.mp4")[0] == 2
    assert "missing.mp4 can't be read" in told("check", "missing.mp4")[2]
