"""A story in a notebook: its cell, and what is saved of it, which plays without a kernel."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

import jupyter_videogen as vg
from jupyter_videogen.notebook import saved_story
from support.ipython_shell import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = "--story tale -m local/ink --duration 1 --size 320x192"


@pytest.fixture
def shell(home: Path) -> Iterator[Shell]:
    with Shell() as shell:
        yield shell


def test_a_cell_of_shots(shell: Shell) -> None:
    """Variables are filled in; the same cell again makes nothing, and an empty one opens the story."""
    shell.names["what"] = "boat"
    said = shell.magic(f"{LINE} --as tale", "A {what} at sea\n---\nA city in rain")
    assert said.error is None, said.look
    assert [one.shot.prompt for one in shell.names["tale"].shots] == ["A boat at sea", "A city in rain"]
    assert len(said.value.result("1m")) == 2
    assert [one.link for one in said.value.shots] == ["first", "linked"]
    again = shell.magic(LINE, "A {what} at sea\n---\nA city in rain").value
    assert again.result("1m") == said.value.result()
    assert shell.magic("--story tale", "\n").value is again
    assert shell.run("%videogen --story tale").value is again
    cuts = shell.magic(f"{LINE.replace('tale', 'cuts')} --no-chain", "A boat at sea\n---\nA city in rain").value
    assert [one.link for one in cuts.shots] == ["first", "cut"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("-n 2", "A shot of a story is made once"),
        ("--rows x.csv", "--rows is for grids"),
        ("--grid g", "A cell makes a grid or a story"),
        ("-m local/ink,local/grain", "one model for all its shots"),
    ],
)
def test_options_that_mean_nothing_for_a_story(shell: Shell, more: str, words: str) -> None:
    """Each is said where it stands; nothing is made."""
    line = LINE.replace("-m local/ink", "") if more.startswith("-m") else LINE
    assert words in shell.magic(f"{line} {more}", "A boat at sea").look
    assert vg.jobs() == []


@pytest.mark.parametrize("kind", ["story", "grid"])
def test_a_dry_run_sends_nothing(shell: Shell, kind: str) -> None:
    """It says how many there are and what they cost."""
    said = shell.magic(f"--{kind} tale -m local/ink --duration 1 --dry-run", "A boat at sea\n---\nA city in rain")
    assert said.error is None, said.look
    assert f"2 {'shots' if kind == 'story' else 'clips'}, free" in said.out
    assert vg.jobs() == []


def test_what_is_saved_plays_the_film_first_and_then_each_shot(tmp_path: Path) -> None:
    """By paths beside the notebook; what came from outside is escaped, and a file that changed is said."""
    name = "<b>tale</b>".replace("/", "")
    story = vg.story(
        ["A boat & <script>alert(1)</script>", "A city in rain"],
        name=name,
        model="local/ink",
        duration=1,
        size="320x192",
    )
    story.result("1m")
    film = story.clip
    html = saved_story.render_html(story, Path.cwd(), folded=False)
    sources = [unquote(src) for src in re.findall(r'<video controls preload="metadata" src="([^"]+)"', html)]
    assert sources == [f"videogen/{Path(film.path).name}", *(f"videogen/{Path(c.path).name}" for c in story.result())]
    assert "<script" not in html
    assert "<b>tale" not in html
    assert str(tmp_path) not in html
    assert "goes on from shot 1" in html
    story.make_cut(2).move(2, 1)
    assert "The shots have changed since this film was joined." in saved_story.render_html(
        story, Path.cwd(), folded=True
    )
    Path(film.path).unlink()
    assert len(re.findall("<video", saved_story.render_html(story, Path.cwd(), folded=True))) == 2


def test_a_film_shows_itself_though_no_job_made_it() -> None:
    """As a figure that plays."""
    story = vg.story(["A boat at sea"], name="one", model="local/ink", duration=1, size="320x192")
    story.result("1m")
    bundle = saved_story.film_bundle(story.clip, Path.cwd())
    assert 'src="videogen/one.mp4"' in bundle["text/html"]
