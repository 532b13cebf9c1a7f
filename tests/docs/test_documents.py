"""Every example of the documents is run as it stands, against a provider on loopback that keeps a book."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
from functools import partialmethod
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import jupyter_videogen as vg
from jupyter_videogen import cli
from jupyter_videogen.commands import help, options  # noqa: A004 - the word the command has
from jupyter_videogen.core.request import FIELDS
from jupyter_videogen.diagnostics.local_servers import PLACES, Place
from jupyter_videogen.media.inputs import _png
from support.agent_host import Person, call, open_shop, session
from support.ipython_shell import PNG, Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.paid_server import Shop

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NAMES = ("lab", "qubax", "indoxhub", "aihubmix", "bifrost")
MODELS = ("wan-2.7", "kling-o3", "veo-3.1-fast", "runway/gen4.5")


def blocks(page: str, language: str) -> list[str]:
    """Return the code blocks of a page in a language; without one, the cells of the magic."""
    found = re.findall(r"^```(\w*)\n(.*?)^```", (DOCS / page).read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == language]


@pytest.fixture
def shell(home: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A user for whom every provider is the shop, with what the examples take for granted."""
    monkeypatch.setenv("LAB_KEY", "canary-1")
    shop.models = list(MODELS)
    rows = (f'[providers.{name}]\ndialect = "openai"\nbase_url = "{shop.url}"\nkey_env = "LAB_KEY"\n' for name in NAMES)
    rules = f'[providers.openai]\nbase_url = "{shop.url}"\n[defaults]\nprovider = "lab"\nmodel = "wan-2.7"\n'
    home.mkdir()
    (home / "videogen.toml").write_text("".join(rows) + rules + '[prices."bifrost:runway/gen4.5"]\nper_clip = 0.5\n')
    Path("cat.png").write_bytes(_png(np.full((36, 64, 3), 90, np.uint8)))
    with Shell() as shell:
        shell.names.update(fig=PNG, hero="Ada", city="Oslo", vg=vg)
        yield shell


def cells() -> list[str]:
    return [block for block in blocks("magic.md", "") if block.startswith("%")]


def test_every_cell_of_the_page_runs(shell: Shell, shop: Shop) -> None:
    """In order, in one kernel, as written but for the address of the provider; what is a dry run sends nothing."""
    found = cells()
    assert len(found) == 8
    sent: list[int] = []
    for cell in found:
        before = len(shop.book)
        text = cell.replace("http://localhost:8080/v1", shop.url)
        if "--image" in text:  # a picture of the clip before would need one that can be decoded
            text = text.replace("--last-frame @clip[-1] ", "")
        said = shell.run(text)
        assert said.error is None, (text, said.look)
        sent.append(len(shop.book) - before)
    assert sent == [0, 1, 1, 3, 3, 0, 2, 1]
    assert [type(shell.names[name]).__name__ for name in ("clip", "takes", "duel", "scenes")] == ["Job"] + [
        "JobGroup"
    ] * 3
    assert [sale.prompt for sale in shop.book][2] == "Ada walks into Oslo, golden hour"


def test_every_snippet_of_python_runs(shell: Shell, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, in one kernel, as written but for the address of the provider."""
    monkeypatch.setattr(vg.JobGroup, "df", property(lambda group: [job.clip.path for job in group]))
    found = blocks("api.md", "python")
    assert len(found) == 11
    for code in found:
        said = shell.run(code.replace("http://localhost:8080/v1", shop.url))
        wanted = vg.Unsupported if ".extend(" in code else type(None)  # the shop's models take no video
        assert isinstance(said.error, wanted), (code, said.error, said.look)
    assert said.value is not None
    assert len(shop.book) == 6
    assert shell.names["clip"].prompt == "Snow in a quiet forest"


@pytest.fixture
def any_dashboard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Dask's dashboard have any port: 8787 is taken where another test or a person has one, or RStudio runs."""
    from distributed import LocalCluster  # noqa: PLC0415 - half a second that only this page needs

    monkeypatch.setattr(LocalCluster, "__init__", partialmethod(LocalCluster.__init__, dashboard_address=":0"))


@pytest.mark.usefixtures("any_dashboard")
def test_the_page_of_many_clips_runs(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its Python, its cell and its commands, in order, on the local engine."""
    with Shell() as shell:
        for code in blocks("many-clips.md", "python"):
            said = shell.run(code)
            assert said.error is None, (code, said.look)
        assert list(shell.names["places"].df["state"]) == ["ready", "ready"]
        assert len(Path("study-1.csv").read_text("utf-8").splitlines()) == 13
        (cell,) = (block for block in blocks("many-clips.md", "") if block.startswith("%%"))
        assert shell.run(cell).value.counts.clips == 8
    Path("prompts.csv").write_text("prompt\nWaves at sunset\nA city in rain\n")
    (lines,) = (block for block in blocks("many-clips.md", "") if block.startswith("jupyter"))
    for line in lines.strip().splitlines():
        assert cli.main(shlex.split(line)[2:]) == 0
    assert "8 of 8 ready" in capsys.readouterr().out
    assert Path("study-2.csv").exists()


def test_the_page_of_stories_runs(home: Path) -> None:
    """Its Python and its cell, in order, on the local engine."""
    with Shell() as shell:
        for code in blocks("story.md", "python"):
            said = shell.run(code)
            assert said.error is None, (code, said.look)
        assert [one.link for one in shell.names["story"].shots] == ["first", "cut", "linked"]
        assert Path(shell.names["film"].path).exists()
        (cell,) = (block for block in blocks("story.md", "") if block.startswith("%%"))
        assert len(shell.run(cell).value.result("1m")) == 2


def test_the_page_of_judging_runs(home: Path) -> None:
    """In order, in one kernel, on the local engine."""
    with Shell() as shell:
        for code in blocks("judging.md", "python"):
            said = shell.run(code)
            assert said.error is None, (code, said.look)
        assert shell.names["vote"].finished
        assert sum(row.wins for row in shell.names["board"].rows) == 4


def test_the_page_of_checks_runs() -> None:
    """Its Python, in order, on the local engine; nothing is found in what that draws."""
    with Shell() as shell:
        for code in blocks("checks.md", "python"):
            said = shell.run(code)
            assert said.error is None, (code, said.look)
        assert shell.names["report"].short == "ok"
        assert list(shell.names["grid"].df["checks"]) == ["ok", "ok"]


def test_the_page_of_exports_runs() -> None:
    """As written; all that it names is there."""
    with Shell() as shell:
        for code in blocks("handing-out.md", "python"):
            said = shell.run(code)
            assert said.error is None, (code, said.look)
    (line,) = blocks("handing-out.md", "sh")
    prompts = shlex.split(line)[-1]
    assert set(json.loads(Path(prompts).read_text("utf-8")).values()) == {"Waves at sunset", "A campfire by night"}
    made = ("study.html", "study_files", "one-file.html", "study.zip", "grid.mp4", "sheet.png", "clip.html", "clip.gif")
    assert all(Path(name).exists() for name in made)


def test_the_page_of_agents_runs(home: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lists of servers start the server, and its settings allow two dollars and ask above half of one."""
    monkeypatch.setenv("SHOP_KEY", "canary-1")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    (settings,) = blocks("agents.md", "toml")
    open_shop(shop, home, settings)
    first, second = map(json.loads, blocks("agents.md", "json"))
    rows = (first["mcpServers"]["videogen"], second["servers"]["videogen"])
    assert {(row["command"], *row["args"]) for row in rows} == {("jupyter-videogen", "mcp")}

    async def visit(person: Person) -> set[str]:
        async with session(person, [rows[0]["command"], *rows[0]["args"]]) as host:
            video = await call(host, "start_video", prompt="the sea", model="shop:a")
            assert video["asked_by"] == "test-host"
            return {tool.name for tool in (await host.list_tools()).tools}

    person = Person()
    names = asyncio.run(visit(person))
    assert len(shop.book) == 1
    assert person.asked == [], "50 cents are not above 50"
    table = (DOCS / "agents.md").read_text("utf-8").partition("## The tools")[2]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == names


def test_the_configuration_of_the_page_is_taken(shell: Shell) -> None:
    """Every setting in it exists, and is shown with its source."""
    (text,) = blocks("magic.md", "toml")
    Path("videogen.toml").write_text(text)
    rows = {row["setting"]: row["value"] for row in shell.run("%videogen config").value}
    assert rows["defaults.model"] == "wan-2.7"
    assert rows["providers.lab.key_env"] == "LAB_API_KEY"
    assert rows['capabilities."lab:wan-2.7".durations'] == (4, 8, 12)
    assert rows["budget.per_day"] == "20 jobs"


def test_every_command_of_the_page_runs(shell: Shell) -> None:
    """In order, by the entry point of the command."""
    (text,), (doctor,) = blocks("terminal.md", "sh"), blocks("troubleshooting.md", "sh")
    for line in (text + doctor).strip().splitlines():
        words = shlex.split(line)
        assert words[:2] == ["jupyter", "videogen"]
        assert cli.main(words[2:]) in ({0, 1} if "doctor" in words else {0}), line


def test_what_is_advised_runs(shell: Shell, shop: Shop) -> None:
    """The Python of the pages of errors and of troubles: an error is caught and printed, a job of before is brought back."""
    shop.refusal = (400, {"error": {"message": "no", "code": "content_policy_violation"}})
    (caught,) = blocks("errors.md", "python")
    said = shell.run(caught)
    assert said.error is None, (said.error, said.look)
    assert "\ncontent_policy yes no\n" in said.out
    shop.refusal = None
    shell.run("vg.submit('a kite')")
    (brought,) = blocks("troubleshooting.md", "python")
    said = shell.run(brought)
    assert said.error is None, (said.error, said.look)
    assert said.value.prompt == "a kite"


def test_every_snippet_about_gateways_runs(shell: Shell, shop: Shop) -> None:
    """As written but for the address and the key: one clip, then several at once."""
    for code in blocks("gateways.md", "python"):
        said = shell.run(code.replace("http://localhost:4000/v1", shop.url).replace("sk-…", "sk-1"))
        assert said.error is None, (code, said.error, said.look)
    first, *others = (sale.prompt for sale in shop.book)
    assert first == "Rain on a city"
    assert sorted(others) == sorted(shell.names["names"])  # each over a line of its own: which comes first is open
    assert len(shell.names["clips"]) == 3


def test_the_cells_for_a_gpu_are_requests_to_this_machine(home: Path) -> None:
    """Without a key, free, at the port of the server that the page starts; looked at and not sent: no GPU is here."""
    with Shell() as shell:
        found = []
        page = (DOCS / "local-ai.md").read_text("utf-8")
        for cell in re.findall(r"^(%%videogen.*?)^```", page, re.DOTALL | re.MULTILINE):
            said = shell.run(cell.replace("\n", " --dry-run\n", 1))
            assert said.error is None, (cell, said.look)
            found.append(json.loads(said.out))
    assert not home.exists() or not vg.jobs()
    assert [(one["provider"], one["url"], one["cost"]) for one in found] == [
        ("vllm-omni", "http://localhost:8000/v1/videos", 0.0),
        ("sglang", "http://localhost:30000/v1/videos", 0.0),
    ]
    assert not any("authorization" in one["headers"] or one["warnings"] for one in found)


def test_the_ports_of_the_page_are_those_that_the_doctor_asks() -> None:
    """With what is asked there."""
    rows = re.findall(r"^\| (\d+) \| (.+) \| `GET (.+)` \|$", (DOCS / "local-ai.md").read_text("utf-8"), re.MULTILINE)
    assert [Place(int(port), title, path) for port, title, path in rows] == list(PLACES)


def test_the_error_of_the_page_is_the_one_that_comes(shell: Shell, home: Path) -> None:
    """Word for word."""
    (look,) = (block for block in blocks("magic.md", "") if block.startswith("✗"))
    (home / "videogen.toml").unlink()
    shell.run("%config VideogenMagics.default_provider = 'local'")
    assert shell.run("%%videogen -d 99\na kite").look == look.strip("\n")


def test_the_tables_are_current() -> None:
    """They are written from the schema; `python scripts/tables.py` writes them anew."""
    command = [sys.executable, "scripts/tables.py", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def test_every_field_of_a_request_is_an_option() -> None:
    """And every option and command has a help of its own."""
    assert set(FIELDS) - {"prompt"} <= set(options.BY_NAME)
    for word in (*options.BY_FLAG, *options.BY_COMMAND, *help.TOPICS):
        assert len(help.topic(word)) > 30


def test_help_is_a_screen_that_a_person_reads(shell: Shell) -> None:
    """At most 25 lines, with every option and every command in it; `%%videogen?` shows the same."""
    text = help.short()
    lines = text.splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 120
    assert all(option.flag.removeprefix("--") in text for option in options.OPTIONS)
    assert all(command.name in text for command in options.COMMANDS)
    assert shell.run("%videogen help").out == f"{text}\n"
    assert shell.shell.object_inspect("%%videogen")["docstring"] == text
    assert "What to keep out of the clip." in shell.run("%videogen help --negative").out
