"""Text in a terminal: any encoding, any width, a pipe that closes, no colour."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jupyter_videogen import cli
from jupyter_videogen.api.tables import table
from jupyter_videogen.core import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.paid_server import Shop

COMMAND = [sys.executable, "-m", "jupyter_videogen.cli"]
ALL = """
import sys
from jupyter_videogen.cli import main
said = [main(words.split()) for words in sys.argv[1:]]
sys.stderr.write(f"statuses {said}")
"""
PROMPT = "a lighthouse \N{SNOWMAN} \N{RIGHTWARDS ARROW} \u706f\u53f0"


@pytest.fixture(autouse=True)
def _lab(shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A user whose provider is the shop, with one clip made."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    row = f'[providers.lab]\ndialect = "openai"\nbase_url = "{shop.url}"\nkey_env = "LAB_KEY"\n'
    home.mkdir()
    (home / "videogen.toml").write_text(f'{row}[defaults]\nprovider = "lab"\nmodel = "m"\n')
    assert cli.main(["generate", "-q", PROMPT]) == 0


def run(*commands: str, **environment: str) -> tuple[str, str]:
    """Run commands in one process of its own; returns both outputs as they can be read."""
    there = {**os.environ, **environment}  # noqa: TID251 - the child's own
    ran = subprocess.run([sys.executable, "-c", ALL, *commands], env=there, capture_output=True, check=False)
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    out, err = ran.stdout.decode(encoding), ran.stderr.decode(encoding)
    assert "statuses [" in err, err
    assert "Traceback" not in err
    return out, err


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp932", "latin-1", "utf-8"])
def test_every_command_prints_in_any_encoding(encoding: str) -> None:
    """What an encoding lacks is replaced, and nothing is raised; clips and errors as well as reports."""
    commands = ["doctor --no-network", "jobs", "models", "config", "providers --no-network", "cost", "--help"]
    out, err = run(
        *commands, "generate x -d six", "jobs --all", "generate \u2603 -o \u2603.mp4", PYTHONIOENCODING=encoding
    )
    assert "a lighthouse" in out
    assert "videogen: -d six" in err or "six" in err
    assert ("\N{SNOWMAN}" in out) == (encoding == "utf-8")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp932"])
def test_json_is_escaped_where_it_would_be_replaced(encoding: str) -> None:
    """A program that reads JSON gets the prompt as it was."""
    out, _ = run("jobs --json", PYTHONIOENCODING=encoding)
    assert json.loads(out)[0]["prompt"] == PROMPT


def test_own_signs_have_plain_stand_ins() -> None:
    """A mark is not a question mark."""
    assert "\u2713 \u2717 \u2192 \u2026 \u706f".encode("ascii", terminal.ERRORS) == b"+ x -> ... ?"


@pytest.mark.parametrize("words", ["jobs", "doctor --no-network", "--help", "generate --help"])
def test_a_closed_pipe_ends_it_quietly(words: str) -> None:
    """`jobs | head -1`: nothing on standard error, and the status of a program that SIGPIPE ends."""
    reads, writes = os.pipe()
    os.close(reads)
    ran = subprocess.run([*COMMAND, *words.split()], stdout=writes, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writes)
    assert (ran.returncode, ran.stderr) == (cli.CLOSED, "")


def test_a_closed_pipe_loses_no_job(shop: Shop) -> None:
    """The clip is there, and the same line gives it without paying again."""
    for status in (cli.CLOSED, 0):
        reads, writes = os.pipe()
        if status:
            os.close(reads)
        ran = subprocess.run(
            [*COMMAND, "generate", "a kite"], stdout=writes, stderr=subprocess.PIPE, text=True, check=False
        )
        os.close(writes)
        if not status:
            os.close(reads)
        assert (ran.returncode, "Traceback" in ran.stderr) == (status, False)
    assert [sale.prompt for sale in shop.book].count("a kite") == 1


@pytest.mark.parametrize("columns", [40, 72])
def test_text_fits_a_narrow_terminal(columns: int) -> None:
    """Lines break between words; only a word that is longer (a path, an address) may stand out."""
    commands = ["doctor --no-network", "jobs", "config", "providers --no-network", "--help", "generate --help"]
    out, err = run(*commands, "generate a long prompt of many words about kites -d six", COLUMNS=str(columns))
    for line in (out + err.partition("statuses")[0]).splitlines():
        assert len(line) <= columns or " " not in line.strip(), line
    assert "^" in err


def test_a_row_that_does_not_fit_is_a_block() -> None:
    """Every value stands behind its name, and values that are empty are left out."""
    rows = [{"name": "wan-2.7", "lengths": "4, 8 s", "price": ""}, {"name": "veo", "lengths": "8 s", "price": "$1"}]
    assert table.to_text(rows, 40).splitlines()[0] == "name     lengths  price"
    assert table.to_text(rows, 20) == "name     wan-2.7\nlengths  4, 8 s\n\nname     veo\nlengths  8 s\nprice    $1"


def test_nothing_is_coloured() -> None:
    """NO_COLOR asks for nothing that is not so: no escape sequence sets a colour."""
    out, err = run("doctor --no-network", "jobs", "--help", "generate x -d six", NO_COLOR="1", FORCE_COLOR="1")
    assert "\x1b" not in out + err
