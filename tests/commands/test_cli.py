"""`jupyter videogen` as a terminal, a pipe and a script see it: what is printed where, exit statuses, interrupts."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import jupyter_videogen as vg
from jupyter_videogen import cli
from jupyter_videogen.api import client
from support.fakes import MP4
from support.screen import run_on_screen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.paid_server import Shop


@pytest.fixture(autouse=True)
def _lab(shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A user whose provider is the shop."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    row = f'[providers.lab]\ndialect = "openai"\nbase_url = "{shop.url}"\nkey_env = "LAB_KEY"\n'
    home.mkdir()
    (home / "videogen.toml").write_text(f'{row}[defaults]\nprovider = "lab"\nmodel = "m"\n')


def test_generate_waits_and_prints_the_path(capsys: pytest.CaptureFixture[str]) -> None:
    """The path alone on standard output; states on standard error, a line each, for it is no screen."""
    assert cli.main(["generate", "a kite", "-o", "clip.mp4"]) == 0
    said = capsys.readouterr()
    assert said.out == f"{Path('clip.mp4').absolute()}\n"
    assert Path("clip.mp4").read_bytes() == MP4
    lines = said.err.splitlines()
    assert lines[-1].endswith(" ready")
    assert "\r" not in said.err


def test_several_clips_are_several_paths(capsys: pytest.CaptureFixture[str], shop: Shop) -> None:
    """One line each, and in JSON a list."""
    assert cli.main(["generate", "-n", "2", "a", "kite", "-q"]) == 0
    said = capsys.readouterr()
    assert (len(said.out.splitlines()), said.err) == (2, "")
    assert [sale.prompt for sale in shop.book] == ["a kite", "a kite"]
    assert cli.main(["generate", "-n", "2", "a kite", "--json", "-o", "out/"]) == 0
    again = capsys.readouterr()
    assert [(job["state"], job["reused"]) for job in json.loads(again.out)] == [("succeeded", True)] * 2
    assert again.err.count("made before, not charged again") == 2
    assert len(list(Path("out").glob("*.mp4"))) == 2


def test_a_prompt_may_come_by_a_pipe(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> None:
    """Or after two hyphens, whatever it begins with."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("a kite\nin the rain\n"))
    assert cli.main(["generate", "-"]) == 0
    assert cli.main(["generate", "--", "--new is text"]) == 0
    assert [sale.prompt for sale in shop.book] == ["a kite\nin the rain", "--new is text"]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ([], 2, "jupyter videogen generate"),
        (["--help"], 0, "130  interrupted"),
        (["generate", "--help"], 0, "--max-cost DOLLARS"),
        (["genrate", "x"], 2, "Did you mean generate?"),
        (["generate"], 2, "The prompt is empty."),
        (["generate", "x", "--negatve", "y"], 2, "Did you mean --negative?"),
        (["generate", "x", "-d", "six"], 2, "│ jupyter videogen generate x -d six"),
        (["generate", "x", "-p", "local", "-d", "99"], 2, "Nearest: -d 20."),
        (["generate", "x", "--embed"], 2, "--embed works only in notebook cells."),
        (["generate", "x", "-p", "qubax", "-m", "m"], 3, "Set QUBAX_API_KEY"),
        (["generate", "x", "--max-cost", "1"], 5, "The cost of this is unknown"),
        (["jobs", "--al"], 2, "Did you mean --all?"),
        (["resume", "zzz"], 2, "No job id starts with zzz."),
        (["cancel"], 2, "No job given to cancel."),
        (["models", "-p", "lba"], 2, "Did you mean lab?"),
        (["config"], 0, "defaults.provider"),
        (["providers", "--no-network"], 0, "LAB_KEY"),
        (["cost"], 0, "Nothing has been spent yet."),
        (["jobs"], 0, "No jobs."),
        (["resume"], 0, "There are no unfinished jobs."),
        (["doctor", "--no-network", "--json"], 0, '"name": "Python"'),
    ],
)
def test_what_it_says_and_how_it_ends(
    words: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str], shop: Shop
) -> None:
    """Each with its documented exit status, and nothing sent."""
    assert cli.main(words) == status
    out = capsys.readouterr()
    assert said in out.out + out.err
    assert shop.book == []


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        ((400, {"error": {"message": "no", "code": "content_policy_violation"}}), 1),
        ((401, {"error": {"message": "bad key"}}), 3),
        ((402, {"error": {"message": "empty"}}), 3),
        ((500, {"error": {"message": "broken"}}), 4),
    ],
)
def test_a_job_that_fails_is_an_exit_status(
    refusal: tuple[int, dict[str, object]], status: int, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """And a sentence on standard error; JSON holds it too."""
    shop.refusal, shop.listing = refusal, False
    ended = cli.main(["generate", "a kite", "--json"])
    out = capsys.readouterr()
    found = json.loads(out.out)
    assert (ended, found["clips"]) == (status, [])
    assert found["error"]["message"].split(".")[0] in out.err


def test_waiting_may_end_before_the_job(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 6; `resume` brings the clip."""
    shop.held.clear()
    assert cli.main(["generate", "a kite", "--timeout", "0.2s"]) == 6
    assert "Stopped waiting" in capsys.readouterr().err
    shop.held.set()
    assert cli.main(["resume", "last"]) == 0
    assert Path(capsys.readouterr().out.strip()).read_bytes() == MP4
    assert len(shop.book) == 1


def test_not_waiting_prints_the_id(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """For scripts that come back later."""
    shop.held.clear()
    assert cli.main(["generate", "a kite", "--no-wait"]) == 0
    job = capsys.readouterr().out.strip()
    assert cli.main(["jobs", "--json"]) == 0
    assert [one["id"] for one in json.loads(capsys.readouterr().out)] == [job]
    assert shop.asked.wait(10)
    assert cli.main(["cancel", job]) == 0
    assert f"jupyter videogen resume {job}" in capsys.readouterr().out
    shop.held.set()
    assert cli.main(["resume", job]) == 0


def test_a_dry_run_sends_nothing(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON on standard output and nothing else."""
    assert cli.main(["generate", "--dry-run", "a {kite}"]) == 0
    out = capsys.readouterr()
    assert (json.loads(out.out)["form"]["prompt"], out.err, shop.book) == ("a {kite}", "", [])


COMMAND = [sys.executable, "-m", "jupyter_videogen.cli"]


def test_an_interrupt_leaves_a_job_that_can_be_resumed(shop: Shop) -> None:
    """Ctrl-C in another process: status 130, the way back, and one order in all."""
    shop.held.clear()
    process = subprocess.Popen(
        [*COMMAND, "generate", "a kite"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert shop.asked.wait(30)
    threading.Timer(0.5, shop.held.set).start()  # the answer comes while it is on its way out
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "jupyter videogen resume" in err
    assert "Traceback" not in err
    job = client.jobs()[0]
    assert job.result(30).prompt == "a kite"
    assert len(shop.book) == 1


def test_a_screen_is_drawn_over(shop: Shop) -> None:
    """On a terminal one line tells how far it is, and is gone at the end; the path stays."""
    done, seen = run_on_screen([*COMMAND, "generate", "a kite"])
    assert done.returncode == 0
    assert Path(done.stdout.strip()).read_bytes() == MP4
    assert b"\r\x1b[K" in seen
    assert seen.endswith(b"\r\x1b[K")
    assert b"\n" not in seen


def test_the_terminal_loads_no_page(shop: Shop) -> None:
    """Nothing that draws is loaded, nor IPython."""
    code = (
        "import sys; from jupyter_videogen import cli; cli.main(['jobs']);"
        "print(sorted({'anywidget', 'ipywidgets', 'IPython', 'numpy', 'av'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.endswith("[]\n")
    assert vg.__version__
