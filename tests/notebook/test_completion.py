"""What Tab offers, asked through IPython's own completer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from IPython.core.completer import provisionalcompleter

from jupyter_videogen.catalog.model_lists import Listings
from jupyter_videogen.commands.options import BY_FLAG, COMMANDS
from jupyter_videogen.dialects.base import ListedModel
from support.fakes import MP4
from support.ipython_shell import PNG, Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.paid_server import Shop

TOML = '[capabilities."aihubmix:wan-2.7"]\ntakes = ["duration", "size"]\ndurations = [4, 8, 12]\nsizes = ["1280x720", "720x1280"]\n'


class Figure:
    """By its name a picture."""


@pytest.fixture
def shell(home: Path) -> Iterator[Shell]:
    Path("videogen.toml").write_text(TOML)
    Path("pics").mkdir()
    Path("pics/cat.png").write_bytes(PNG)
    Path("clip.mp4").write_bytes(MP4)
    Path("dog.jpg").write_bytes(PNG)
    Path("notes.txt").write_text("")
    listed = [ListedModel(name=name) for name in ("wan-2.7", "kling-o3", "veo-3.1-fast")]
    Listings(home).keep("https://aihubmix.com/v1", listed, now=4e9)
    with Shell() as shell:
        shell.names.update(hero="Ada", fig=Figure(), number=3, thing=object())
        yield shell


def tab(shell: Shell, text: str) -> list[str]:
    """Return the texts that would stand after Tab at the end of a text."""
    with provisionalcompleter():
        return [text[: one.start] + one.text for one in shell.shell.Completer.completions(text, len(text))]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("%%videogen --neg", ["--negative"]),
        ("%%videogen --no-s", ["--no-sound"]),
        ("%%videogen -d 4 --du", []),
        ("%%videogen -p q", ["qubax", "qubrid"]),
        ("%%videogen --provider=ind", ["indoxhub"]),
        ("%%videogen -m local/", ["local/scenes", "local/ink", "local/grain"]),
        ("%%videogen -p aihubmix -m wan", ["wan-2.7"]),
        ("%%videogen -p aihubmix -m fast", ["veo-3.1-fast"]),
        ("%%videogen -p aihubmix -m klo3", ["kling-o3"]),
        ("%%videogen -p aihubmix -m wan-2.7,kl", ["kling-o3"]),
        ("%%videogen -p aihubmix -m wan-2.7 -d ", ["4", "8", "12"]),
        ("%%videogen -m aihubmix:wan-2.7 -d 1", ["12"]),
        ("%%videogen -p aihubmix -m wan-2.7 --size ", ["1280x720", "720x1280"]),
        ("%%videogen -p aihubmix -m wan-2.7 --size=7", ["720x1280"]),
        ("%%videogen -p local --size 36", ["360x640"]),
        ("%%videogen -p local --fps 2", ["24", "25"]),
        ("%%videogen --fit co", ["cover", "contain"]),
        ("%%videogen --seed r", ["random"]),
        ("%%videogen --image ", ["dog.jpg", "pics/"]),
        ("%%videogen --image pics/", ["pics/cat.png"]),
        ("%%videogen --video ", ["clip.mp4", "pics/"]),
        ("%%videogen --image {", ["{fig}", "{hero}", "{number}", "{thing}"]),
        ("%%videogen --negative {h", ["{hero}"]),
        ("%%videogen -d 4\nthe {", ["{hero}", "{number}"]),
        ("%%videogen -d 4 \\\n  --siz", ["--size"]),
        ("%videogen do", ["doctor"]),
        ("%videogen jobs --f", ["--failed"]),
        ("%videogen cost -", ["--by"]),
        ("%videogen connect ai", ["aihubmix"]),
        ("%videogen help neg", ["negative"]),
        ("%videogen cancel a", ["all"]),
        ("%videogen --se", ["--seed", "--set"]),
    ],
)  # fmt: skip
def test_tab_offers_what_may_stand_there(shell: Shell, text: str, offered: list[str]) -> None:
    """Valid for what is typed already, in the completer of the kernel, and nothing of other matchers."""
    head = text[
        : len(text)
        - len(
            text.rsplit("=", maxsplit=1)[-1].rsplit(",", maxsplit=1)[-1].rsplit(maxsplit=1)[-1]
            if text[-1] not in " =,"
            else ""
        )
    ]
    found = [one[len(head) :] for one in tab(shell, text)]
    assert [one for one in found if one] == offered


def test_every_option_and_command_is_offered(shell: Shell) -> None:
    """None is a secret."""
    flags = {one.split()[-1] for one in tab(shell, "%%videogen -")}
    assert flags == {flag for flag in BY_FLAG if flag.startswith("--") or flag == "-n"}
    assert [one.split()[-1] for one in tab(shell, "%videogen ")] == [command.name for command in COMMANDS]


@pytest.mark.parametrize(
    ("text", "word"), [("--neg", "TEXT"), ("--mo", "MODEL"), ("--dr", "switch"), ("-p qub", "videogen")]
)
def test_a_flag_comes_with_what_stands_after_it(shell: Shell, text: str, word: str) -> None:
    """As the page shows it beside the flag, where it has room for a word."""
    with provisionalcompleter():
        found = list(shell.shell.Completer.completions(f"%%videogen {text}", 11 + len(text)))
    assert found[0].type == word


def test_jobs_are_offered_by_id_and_by_name(shell: Shell, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a job is asked for, and as media."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    said = shell.run(f"%%videogen -p openai --base-url {shop.url} --key-env LAB_KEY -m m --as kite --no-wait\na kite")
    job = said.value
    assert job.result(30)
    assert tab(shell, "%videogen show k")[0] == "%videogen show kite"
    assert tab(shell, f"%videogen show {job.id[:3]}") == [f"%videogen show {job.id}"]
    assert tab(shell, "%%videogen --image @") == ["%%videogen --image @kite", "%%videogen --image @last"]


@pytest.mark.parametrize(
    "text", ["import o", "%time", "x = '%%videogen --ne", "%%videogenx --ne", "%%time\n%%videogen --neg"]
)
def test_other_cells_are_left_alone(shell: Shell, text: str) -> None:
    """What is no cell of ours is completed as if we were not there."""
    offered = [one.split()[-1] for one in tab(shell, text)]
    assert "--negative" not in offered


def test_loading_twice_offers_once_and_unloading_nothing(shell: Shell) -> None:
    """The matcher is one, and goes with the extension."""
    shell.run("%load_ext jupyter_videogen")
    shell.run("%reload_ext jupyter_videogen")
    assert tab(shell, "%%videogen --neg") == ["%%videogen --negative"]
    shell.run("%unload_ext jupyter_videogen")
    assert "%%videogen --negative" not in tab(shell, "%%videogen --neg")
