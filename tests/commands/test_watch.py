"""`jupyter videogen watch`: the same as a server does, for scripts and machines without one."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import jupyter_videogen as vg
from jupyter_videogen import cli
from jupyter_videogen.commands import watch
from jupyter_videogen.core import environment
from support.kernel_process import Puppet
from support.ledger_reader import LedgerReader, until

if TYPE_CHECKING:
    from pathlib import Path

    from support.paid_server import Shop

PROGRAM = """
import sys
from jupyter_videogen.commands.watch import watch
print(watch(sys.stderr, once=False, grace=0).interrupted)
"""


@pytest.fixture
def reader(home: Path) -> LedgerReader:
    return LedgerReader(home)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> None:
    monkeypatch.setenv("LAB_KEY", "canary-1")
    shop.done = False


def leave(shop: Shop, reader: LedgerReader) -> str:
    """Have a kernel send a job and die."""
    with Puppet(shop.url) as kernel:
        job_id = kernel.submit("a kite")
        until(lambda: reader.kept(job_id).record.handle, "an answer")
    return job_id


def test_once_ends_when_nothing_is_unfinished(shop: Shop, reader: LedgerReader) -> None:
    """The clip is there then; the lines of a pipe say what happened."""
    job_id = leave(shop, reader)
    shop.done = True
    lines = io.StringIO()
    ended = watch.watch(lines, once=True, grace=0)
    assert (ended.standing, ended.interrupted) == ({}, False)
    reader.ledger = type(reader.ledger).at(reader.ledger.path)
    reader.until_stored(job_id)
    said = lines.getvalue().splitlines()
    assert (said[0], said[-1]) == ("Watching 1 job", "1 job stored")
    assert (len(shop.book), shop.fetches) == (1, ["video_1"])


def test_without_a_job_it_ends_at_once_and_makes_no_home(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["watch", "--once"]) == 0
    assert capsys.readouterr().err == "No job is unfinished\n"
    assert not home.exists()


def test_what_it_cannot_finish_is_said_and_is_no_success(
    shop: Shop, reader: LedgerReader, capsys: pytest.CaptureFixture[str]
) -> None:
    """A job whose key was typed into its kernel: `--once` does not wait for it for ever."""
    with Puppet(shop.url, key=False) as kernel:
        kernel.do(f'typed = vg.Client("openai", base_url={shop.url!r}, api_key="canary-7")')
        job_id = kernel.value("typed.submit('a kite', model='m').id")
        until(lambda: reader.kept(job_id).record.handle, "an answer")
    assert cli.main(["watch", "--once", "--json"]) == 6
    said = capsys.readouterr()
    assert said.err == "1 job for the kernel that sent it alone\n"
    assert json.loads(said.out) == {job_id: "needs_kernel"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_lets_go_at_once(shop: Shop, reader: LedgerReader, number: signal.Signals) -> None:
    """Ctrl+C, and what stops a service: the lease is free when the process has ended, and no traceback is shown."""
    job_id = leave(shop, reader)
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(
        command, env=environment.Environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        reader.until_watched_by("terminal", job_id)
        assert f"1 by jupyter videogen watch (process {process.pid})" in _finding("Watching")
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, "Traceback" in err) == (0, "True\n", False)
    assert reader.kept(job_id).lease_owner is None
    assert "1 by nobody" in _finding("Watching")


def _finding(name: str) -> str:
    return next(finding.words for finding in vg.doctor(network=False) if finding.name == name)


def test_the_command_takes_no_other_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["watch", "--for-ever"]) == 2
    assert "has no option --for-ever" in capsys.readouterr().err
