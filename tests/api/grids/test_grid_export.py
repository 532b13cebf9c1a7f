"""What a grid is handed out as: whole or not at all, without keys and paths, and readable by whoever gets it."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

import jupyter_videogen as vg
from jupyter_videogen.api.exporting.leaderboard import leaderboard_section
from jupyter_videogen.api.grids.export import GridExport, export
from jupyter_videogen.api.tables.words import model_figures
from jupyter_videogen.core.votes import MIN_VOTES
from jupyter_videogen.media import embedding
from support.full_disk import largest_file

if TYPE_CHECKING:
    from support.paid_server import Shop

KEY = "canary-key-1"
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    '"><img src=x onerror=alert(1)>',
    "&lt;b&gt; 'single' \"double\"",
    "hidden \u202e text",
    f"a key {KEY} and sk-abcdefgh12345678 in it",
    "see https://host.example/a.mp4?signature=secret#x",
]
WITH_CLIPS = ("s.html", "s.zip", "s.mp4", "s.webp", "s.png", "vbench")


@pytest.fixture
def at(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What makes a grid at the paid provider."""
    monkeypatch.setenv("SHOP_KEY", KEY)
    return {"provider": "openai", "base_url": shop.url, "key_env": "SHOP_KEY", "models": ["a", "b"], "yes": True}


def made(at: dict[str, Any], *prompts: str, **how: Any) -> vg.Grid:
    grid = vg.grid(list(prompts) or ["the sea", "the sky"], **{**at, "name": "study", **how})
    grid.result("1m")
    return grid


class Page(HTMLParser):
    """The elements, the texts and the addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.words: list[str] = []
        self._script: dict[str, str | None] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self._script = dict(attrs) if tag == "script" else None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self.scripts.append((self._script, data))
            self._script = None
        self.words.append(data)

    @property
    def facts(self) -> Any:
        return next(json.loads(text) for attributes, text in self.scripts if attributes.get("id") == "study-facts")

    @property
    def addresses(self) -> list[str]:
        return [value for name, value in self.attributes if name in {"src", "href", "poster", "srcset", "action"}]


def read(path: Path) -> Page:
    return Page(path.read_text("utf-8"))


def contents(*places: Path) -> dict[str, bytes]:
    """Return every file, below every place, by its name."""
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file()]
    return {str(file): file.read_bytes() for file in files}


# ---- the page -------------------------------------------------------------------------------------------------------


def test_a_page_and_its_clips_lie_beside_each_other(at: dict[str, Any]) -> None:
    """Every clip is copied byte for byte, every address is a file beside the page, and every fact is there."""
    grid = made(at)
    grid.rate(grid.jobs[0].id, 4)
    page = read(grid.export("study.html"))
    films = sorted(Path("study_files").glob("*.mp4"))
    assert [file.name for file in films] == [
        "001-the-sea-a-01.mp4",
        "001-the-sea-b-02.mp4",
        "002-the-sky-a-01.mp4",
        "002-the-sky-b-02.mp4",
    ]
    copied = {hashlib.sha256(film.read_bytes()).hexdigest() for film in films}
    assert copied == {clip.sha256 for clip in grid.clips}
    assert {unquote(one) for one in page.addresses} - {"data:,"} <= {
        str(file) for file in Path("study_files").iterdir()
    }
    facts = page.facts
    assert [row["prompt"] for row in facts["rows"]] == ["the sea", "the sky"]
    assert [one["name"] for one in facts["models"]] == ["a", "b"]
    assert facts["rows"][0]["cells"][0]["rating"] == 4
    assert [one["figures"]["rated"] for one in facts["models"]] == [1, 0]
    assert page.tags.count("video") == 4
    assert "rated 4 of 5" in " ".join(page.words)


def test_a_page_runs_its_own_script_alone(at: dict[str, Any]) -> None:
    """The policy names the script and the stylesheet by hash, and forbids every request."""
    text = made(at).export("study.html").read_text("utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    for kind, part in (("script-src", script), ("style-src", style)):
        digest = b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "http:" not in policy
    assert "https:" not in policy


def test_what_comes_from_outside_is_escaped(at: dict[str, Any]) -> None:
    """Prompts, columns and names of a stranger add no element, end no script and stay readable."""
    rows = [{"prompt": prompt, "<b>column": "<i>value", "file": "/srv/private/cat.png"} for prompt in HOSTILE]
    plain = read(made(at, name="plain").export("plain.html"))
    grid = vg.grid(rows, **{**at, "models": ["<u>a", "b"]}, name="x & y")
    grid.result("1m")
    page = read(grid.export("study.html"))
    assert set(page.tags) == set(plain.tags)
    assert page.tags.count("script") == 2
    facts = page.facts
    told = [row["prompt"] for row in facts["rows"]]
    assert told[:4] == HOSTILE[:4]
    assert told[4] == r"hidden \u202e text"
    assert told[5] == "a key … and … in it"
    assert told[6] == "see https://host.example/a.mp4"
    assert facts["rows"][0]["carried"] == {"<b>column": "<i>value", "file": "cat.png"}
    assert all(prompt in " ".join(page.words) for prompt in told[:4])


@pytest.mark.parametrize("name", ["study.html", "study.zip", "vbench"])
def test_no_key_and_no_path_leaves_this_machine(at: dict[str, Any], tmp_path: Path, name: str) -> None:
    """Whatever a prompt holds: every byte of the output is searched."""
    grid = made(at, f"a film of {tmp_path}/work/cat.png with {KEY}")
    target = grid.export(name)
    if name.endswith(".zip"):
        zipfile.ZipFile(target).extractall("unpacked")
        target = Path("unpacked")
    found = contents(target, *Path().glob("study_files"))
    assert len(found) > 2
    for file, content in found.items():
        for secret in (str(tmp_path), str(Path.home()) + "/", KEY, at["base_url"].rpartition(":")[2]):
            assert secret.encode() not in content, (file, secret)


def test_a_column_without_a_cell_is_an_empty_place(at: dict[str, Any]) -> None:
    """So that every clip stands below its model."""
    grid = made(at)
    cells = [one for one in grid.cells() if (one.cell.row, one.cell.column) != (0, 0)]
    what = GridExport("study", grid.plan, cells, model_figures(grid.plan, grid.figures()), [])
    text = export(what, "study.html").read_text("utf-8")
    assert '</small></th><td></td><td data-cell="0/1">' in text


def test_clips_inside_a_page_leave_one_file(at: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """With `embed`; above the limit an error says the size, and nothing is written."""
    grid = made(at)
    page = read(grid.export("inside.html", embed=True))
    assert [one[:22] for one in page.addresses if one.startswith("data:video")] == ["data:video/mp4;base64,"] * 4
    assert all(one.startswith("data:") for one in page.addresses)
    assert not Path("inside_files").exists()
    monkeypatch.setattr(embedding, "EMBED_BYTES", 100)
    with pytest.raises(vg.InvalidRequest, match=r"The clips are 0\.0 MB; a page holds at most 0 MB inside"):
        grid.export("large.html", embed=True)
    assert not Path("large.html").exists()
    with pytest.raises(vg.InvalidRequest, match="Only a page can hold clips inside"):
        grid.export("study.zip", embed=True)


def test_an_archive_holds_what_lies_beside_a_page(at: dict[str, Any]) -> None:
    """In one folder of its own; the page in it is the same."""
    grid = made(at)
    grid.export("study.html")
    with zipfile.ZipFile(grid.export("study.zip")) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found["study/study.html"] == Path("study.html").read_bytes()
    beside = {
        f"study/{file}": file.read_bytes() for file in Path("study_files").iterdir() if file.name != "export.json"
    }
    assert found == beside | {"study/study.html": found["study/study.html"]}


# ---- nothing is lost -------------------------------------------------------------------------------------------------


def test_nothing_of_anybody_else_is_replaced(at: dict[str, Any]) -> None:
    """A name that is taken is refused; `overwrite` replaces files, and folders that hold nothing but ours."""
    grid = made(at)
    Path("study_files").mkdir()
    Path("study_files/mine.txt").write_text("mine")
    for overwrite in (False, True):
        with pytest.raises(vg.InvalidRequest, match=r"holds mine\.txt, which no export wrote"):
            grid.export("study.html", overwrite=overwrite)
    assert not Path("study.html").exists()
    Path("study_files/mine.txt").unlink()
    Path("study_files").rmdir()
    grid.export("study.html")
    with pytest.raises(vg.InvalidRequest, match="already exists"):
        grid.export("study.html")
    Path("study_files/mine.txt").write_text("mine")
    before = contents(Path("study.html"), Path("study_files"))
    with pytest.raises(vg.InvalidRequest, match=r"mine\.txt"):
        grid.export("study.html", overwrite=True)
    assert contents(Path("study.html"), Path("study_files")) == before
    Path("study_files/mine.txt").unlink()
    grid.rate(grid.jobs[0].id, 5)
    assert "rated 5 of 5" in grid.export("study.html", overwrite=True).read_text("utf-8")


@pytest.mark.parametrize("size", [10, 20_000])
@pytest.mark.parametrize("name", ["study.html", "study.zip", "study.csv", "vbench"])
def test_a_full_disk_leaves_what_was_there(at: dict[str, Any], name: str, size: int) -> None:
    """In the middle of a clip, or of the page when its clips are in place already: all of before is there again."""
    grid = made(at)
    grid.export(name)
    before = contents(Path())
    with largest_file(size if name == "study.html" else 10), pytest.raises(vg.InvalidRequest) as caught:
        grid.export(name, overwrite=True)
    assert re.search(r"can't be written: .*\. Nothing that was there was changed\.", caught.value.message)
    assert contents(Path()) == before
    assert not list(Path().glob(".videogen-*"))


@pytest.mark.parametrize("loss", ["deleted", "changed"])
def test_a_clip_that_is_gone_leaves_a_labelled_place(at: dict[str, Any], loss: str) -> None:
    """Told once for all; the others are there. A file of the same size that is another film is no clip of ours."""
    grid = made(at)
    for clip in grid.clips[:2]:
        path = Path(clip.path)
        path.unlink() if loss == "deleted" else path.write_bytes(path.read_bytes()[::-1])
    with pytest.warns(UserWarning, match="2 clips are not where stored") as told:
        page = read(grid.export("study.html"))
    assert len(told) == 1
    states = [cell["state"] for row in page.facts["rows"] for cell in row["cells"]]
    assert states == ["gone", "gone", "ready", "ready"]
    assert page.words.count("Moved or deleted") == 2
    assert page.tags.count("video") == 2


@pytest.mark.parametrize("name", WITH_CLIPS)
def test_a_grid_without_a_finished_clip_has_only_a_table(at: dict[str, Any], shop: Shop, name: str) -> None:
    """Refused before anything is written."""
    shop.refusal = (400, {"error": {"message": "no", "code": "content_policy_violation"}})
    grid = made(at)
    with pytest.raises(vg.InvalidRequest, match="no finished clip"):
        grid.export(name)
    assert not Path(name).exists()
    assert len(grid.export("s.csv").read_text("utf-8").splitlines()) == 5


@pytest.mark.parametrize("name", ["study.txt", "study", "folder/", "study.mov"])
def test_another_name_is_refused_with_those_that_are_known(at: dict[str, Any], name: str) -> None:
    """All of them, by their endings."""
    known = r"\.html, \.zip, \.csv, \.jsonl, \.parquet, \.mp4, \.webp, \.png, votes\.jsonl, and a folder that ends in vbench/"
    with pytest.raises(vg.InvalidRequest, match=known):
        made(at).export(name)


# ---- VBench ----------------------------------------------------------------------------------------------------------


def vbench_prompt(name: str) -> str:
    """Read a prompt from a file's name as vbench 0.1.5 does."""
    return re.sub(r"-\d+$", "", Path(name).stem)


def test_vbench_finds_every_clip_by_its_prompt(at: dict[str, Any]) -> None:
    """A folder for each model, an index for each clip of a prompt; names that can't hold the prompt have it in a file."""
    prompts = ["A cat.", "a cat.", "CON", "../x/y", ".hidden", "a-3", "long " * 60, "long " * 60 + "two"]
    grid = made(at, *prompts, models=["a/b", "CON", "x" * 300], takes=2)
    folder = grid.export("out/vbench/")
    assert folder == Path("out/vbench")
    folders = sorted(one.name for one in folder.iterdir() if one.is_dir())
    assert folders == ["_CON", "a-b", "x" * 200]
    for name in folders:
        told = json.loads((folder / name / "prompts.json").read_text("utf-8"))
        files = sorted(file.name for file in (folder / name).glob("*.mp4"))
        assert sorted(told) == files
        assert len({file.casefold() for file in files}) == len(files) == 16
        assert sorted(told.values()) == sorted(prompts * 2)
        assert all(len(file.encode()) <= 255 for file in files)
        exact = {prompt for prompt in prompts if {f"{prompt}-0.mp4", f"{prompt}-1.mp4"} <= set(files)}
        assert exact == {"A cat.", "a-3"}
        assert all(vbench_prompt(file) == told[file] for file in files if told[file] in exact)


# ---- votes -----------------------------------------------------------------------------------------------------------


def test_a_page_has_the_leaderboard_when_the_vote_is_over(at: dict[str, Any]) -> None:
    """With what the intervals allow to say, and a chart that needs no hole in the policy; before, nothing tells it."""
    grid = made(at, *(f"the sea {number}" for number in range(MIN_VOTES + 2)), models=["<b>a", "b"])
    assert "Leaderboard" not in read(grid.export("before.html")).words
    assert grid.export("votes.jsonl").read_bytes() == b""
    vote = grid.vote(rater="Mira")
    while vote.pair is not None:
        vote.choose("left")
    page = read(grid.export("after.html"))
    assert page.words.count("Leaderboard") == 1
    assert "<b>a" in page.words
    assert page.tags.count("circle") == 2
    assert not [value for name, value in page.attributes if name == "style"]
    lines = [json.loads(line) for line in grid.export("votes.jsonl", overwrite=True).read_text("utf-8").splitlines()]
    assert [line["rater"] for line in lines] == ["Mira"] * vote.done
    assert leaderboard_section(None) == ""
