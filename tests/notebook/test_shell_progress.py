"""IPython in a terminal: the line of progress, and errors without the package's own frames."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import jupyter_videogen as vg
from jupyter_videogen.commands import progress
from support.ipython_shell import Shell

if TYPE_CHECKING:
    from support.paid_server import Shop

if sys.platform == "win32":
    pytest.skip("there is no pty on Windows, and so no screen to draw on", allow_module_level=True)

from support.screen import run_on_screen


def typed(code: str) -> tuple[str, bytes]:
    """Run code in IPython whose standard error is a screen; return its standard output, and what the screen got."""
    command = [sys.executable, "-m", "IPython", "--no-banner", "--HistoryManager.enabled=False", "-c", code]
    done, seen = run_on_screen(command)
    return done.stdout, seen


@pytest.mark.parametrize(
    "wait",
    [
        "vg.generate('a kite', model='m', **at)",
        "vg.submit('a kite', model='m', **at).result()",
        "vg.Client(**at).submit('a kite', model='m').result('1m')",
        "vg.JobGroup([vg.submit('a kite', model='m', **at)]).result()",
    ],
)
def test_waiting_shows_one_line(wait: str, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is drawn over and gone at the end; nothing of it is on standard output."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    at = {"provider": "openai", "base_url": shop.url, "key_env": "LAB_KEY"}
    out, seen = typed(f"import jupyter_videogen as vg\nat = {at!r}\nclip = {wait}\nprint('made')")
    assert (out, seen.count(b"\n")) == ("made\n", 0)
    assert seen.startswith(b"\r\x1b[K")
    assert seen.endswith(b"\r\x1b[K")
    assert b" 0:0" in seen


def test_quiet_waits_unseen(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a cell."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    code = f"""
get_ipython().run_line_magic('load_ext', 'jupyter_videogen')
import copy
import os
import pickle
os.environ['LAB_KEY'] = 'canary-1'
get_ipython().run_cell_magic('videogen', '-p openai --base-url {shop.url} --key-env LAB_KEY -m m --wait --quiet', 'a kite')"""
    assert typed(code) == ("", b"")
    assert len(shop.book) == 1


def test_a_bar_is_what_was_reported() -> None:
    """Twenty columns, never more than full."""
    assert [progress.bar(percent).count("█") for percent in (0, 2, 50, 99, 100, 400)] == [0, 0, 10, 20, 20, 20]
    assert {len(progress.bar(percent)) for percent in range(101)} == {21}


def test_an_error_of_the_api_shows_ones_own_lines_alone() -> None:
    """Where one called, and what happened; the whole of it is kept for `%videogen tb`."""
    with Shell() as shell:
        said = shell.run(
            "import jupyter_videogen as vg\ndef mine():\n    vg.generate('a kite', provider='local', duration=99)\nmine()"
        )
        look = re.sub(r"\x1b\[[\d;]*m", "", said.look)
        assert "mine()" in look
        assert "Supported lengths: 1 to 20 s" in look
        assert look.count("Nothing was sent or charged.") == 1
        assert "jupyter_videogen/" not in look.replace("\\", "/")
        whole = shell.run("%videogen tb").out.replace("\\", "/")
        assert "jupyter_videogen/catalog/validation.py" in whole
        assert "InvalidRequest" in whole


@pytest.mark.parametrize(
    "wait", ["vg.generate('a kite', model='m', **at)", "vg.submit('a kite', model='m', **at).result()"]
)
def test_an_interrupt_shows_ones_own_lines_alone(wait: str, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while a call waits: where one called, how to come back to the job; the whole of it by `%videogen tb`."""
    monkeypatch.setenv("LAB_KEY", "canary-1")

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with Shell() as shell:
        shell.names["at"] = {"provider": "openai", "base_url": shop.url, "key_env": "LAB_KEY"}
        shell.run("import jupyter_videogen as vg; vg.generate, vg.jobs()")
        with monkeypatch.context() as patched:
            patched.setattr("concurrent.futures.Future.result", interrupt)
            said = shell.run(f"def mine():\n    {wait}\nmine()")
        assert isinstance(said.error, KeyboardInterrupt)
        look = re.sub(r"\x1b\[[\d;]*m", "", said.look)
        assert "mine()" in look
        assert "jupyter_videogen/" not in look.replace("\\", "/")
        assert ("The job continues" in look) == ("generate" in wait)
        assert "loop_thread.py" in shell.run("%videogen tb").out
        vg.jobs("unfinished").result(30)


def test_outside_ipython_nothing_is_hidden() -> None:
    """Python's own traceback, as ever."""
    code = "import jupyter_videogen as vg; vg.generate('a kite', provider='local', duration=99)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "validation.py" in done.stderr


def test_an_error_is_copied_as_it_is() -> None:
    """By copy and by pickle: class, words and facts."""
    error = vg.ModelNotFound("No such model.", suggestions=["wan-2.7"], next="Choose another.")
    for copied in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 - our own
        assert (type(copied), str(copied), copied.failure) == (type(error), str(error), error.failure)
        assert copied.suggestions == ("wan-2.7",)
