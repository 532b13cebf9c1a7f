"""The doctor: what it sees, what it advises, and that it neither raises, pays, nor tells a secret."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
import types
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_videogen as vg
from jupyter_videogen.catalog.registry import Registry
from jupyter_videogen.core import environment
from jupyter_videogen.core.http import Call
from jupyter_videogen.core.secrets import Secret
from jupyter_videogen.diagnostics import doctor, probe
from jupyter_videogen.diagnostics.doctor import CHECKS, run_checks
from jupyter_videogen.diagnostics.probe import Answer, Question
from jupyter_videogen.diagnostics.report import Finding, Report
from jupyter_videogen.diagnostics.surroundings import Surroundings
from jupyter_videogen.runtime import process
from jupyter_videogen.transport import local_gateway
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from support.full_library import fill, make_record
from support.local_gateways import Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jupyter_videogen.core.job import JobState

KEY = "sk-canary-0123456789abcdef"
NOW = 1_800_000_000.0
FINE = {"ipython": "9.0", "anywidget": "0.11", "ipywidgets": "8.1", "httpx": "0.28.1", "ipykernel": "7.4.0"}


def place(home: Path, **changes: Any) -> Surroundings:
    """Surroundings in which nothing is wrong, and what a test changes in them."""
    fine = Surroundings(
        home=home,
        folder=Path.cwd(),
        server_root=None,
        modules={},
        version=FINE.get,
        free=lambda _: 50 * 1024**3,
        mounts="/dev/sda1 / ext4 rw 0 0",
        registry=Registry(),
        now=lambda: NOW,
        ask=None,
    )
    return fine._replace(**changes)


def found(place: Surroundings, name: str) -> Finding:
    """The one finding of that name."""
    (finding,) = [finding for finding in run_checks(place) if finding.name == name]
    return finding


def test_where_nothing_is_wrong_nothing_is_said_to_be(home: Path) -> None:
    """No problem, in a home without a job, a key or a network."""
    assert vg.doctor(network=False).problems == ()
    report = run_checks(place(home))
    assert report.problems == ()
    assert report.summary == "No problem and 1 note."
    assert not home.exists(), "looking makes nothing"


@pytest.mark.parametrize(
    ("version", "state", "words"),
    [
        ("7.4.0", "ok", "7.4.0"),
        ("7.1.0", "ok", "7.1.0"),
        ("7.0.1", "note", "updated from a thread fail"),
        ("6.31.0", "note", "wait until the running cell ends"),
        ("8.0.0a1", "ok", "8.0.0a1"),
        ("7", "note", "updated from a thread"),
        (None, "note", "cells and forms do not"),
    ],
)
def test_what_a_version_of_ipykernel_means(home: Path, version: str | None, state: str, words: str) -> None:
    """Said of those in which clicks wait, or threads fail."""
    finding = found(place(home, version={**FINE, "ipykernel": version}.get), "Kernel")
    assert (finding.state, words in finding.words) == (state, True)


def test_a_missing_package_is_a_problem(home: Path) -> None:
    """By its name."""
    finding = found(place(home, version={**FINE, "anywidget": None}.get), "Packages")
    assert (finding.state, finding.words.startswith("anywidget missing")) == ("problem", True)


def test_the_archived_nest_asyncio_is_told_when_it_was_applied(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loaded is fine; applied loses clicks; its continuation is fine either way."""
    loaded = place(home, modules={"nest_asyncio": types.ModuleType("nest_asyncio")})
    assert found(loaded, "nest_asyncio").state == "ok"

    def run(*_: object) -> None: ...

    monkeypatch.setattr(asyncio, "run", run)
    run.__module__ = "nest_asyncio2"
    assert "nest_asyncio" not in {finding.name for finding in run_checks(loaded)}
    run.__module__ = "nest_asyncio"
    finding = found(loaded, "nest_asyncio")
    assert finding.state == "problem"
    assert "loses clicks" in finding.words
    assert "nest-asyncio2" in finding.next


def test_a_folder_that_the_server_does_not_give_out(home: Path, tmp_path: Path) -> None:
    """Outside its root, or hidden: saved clips would not play."""
    inside = place(home, server_root=tmp_path)
    assert "Folder" not in {finding.name for finding in run_checks(inside)}
    assert found(place(home, server_root=tmp_path / "elsewhere"), "Folder").state == "problem"
    hidden = tmp_path / ".cache" / "notebooks"
    hidden.mkdir(parents=True)
    assert "is hidden" in found(place(home, server_root=tmp_path, folder=hidden), "Folder").words


def test_the_servers_folder_is_found_by_its_process_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jupyter leaves the number with the kernel and a file of that number; without them there is no telling."""
    assert environment.server_root() is None
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JPY_PARENT_PID", "4711")
    assert environment.server_root() is None
    (tmp_path / "jpserver-4711.json").write_text('{"root_dir": "/srv/notebooks", "token": "x"}')
    assert environment.server_root() == Path("/srv/notebooks")


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_home_that_others_may_write_to_is_a_problem(home: Path, mode: int) -> None:
    """With the command that closes it."""
    home.mkdir()
    home.chmod(mode)
    finding = found(place(home), "Home")
    assert (finding.state, finding.next) == ("problem", f"chmod go-w '{home}'")


def test_a_ledger_that_others_may_read_is_worth_a_word(home: Path) -> None:
    """A copy that was put back with another mode."""
    process.runtime()
    process.close()
    (home / "ledger.sqlite3").chmod(0o644)
    assert any("Other users can read ledger.sqlite3" in finding.words for finding in run_checks(place(home)))


@pytest.mark.parametrize(
    ("mounts", "kind"),
    [
        ("server:/home {home} nfs4 rw 0 0", "nfs4"),
        ("/dev/sda1 / ext4 rw 0 0\n//nas/x {home} cifs rw 0 0", "cifs"),
        ("nas / nfs rw 0 0\n/dev/sda1 {home} ext4 rw 0 0", ""),
        ("/dev/sda1 / ext4 rw 0 0", ""),
        ("", ""),
        ("broken line", ""),
    ],
)
def test_a_home_on_a_network_is_a_problem(home: Path, mounts: str, kind: str) -> None:
    """The nearest mount counts; an unknown table is no finding."""
    home.mkdir(mode=0o700)
    words = [f.words for f in run_checks(place(home, mounts=mounts.format(home=home))) if "network file" in f.words]
    assert bool(words) == bool(kind)
    assert all(kind in word for word in words)


def test_a_ledger_in_use_is_whole_and_writable(home: Path) -> None:
    """While the process that has it open goes on; looking leaves its jobs alone."""
    run = process.runtime()
    finding = found(place(home), "Ledger")
    assert finding.state == "ok"
    assert finding.words.startswith("0 jobs in ")
    assert finding.words.endswith("intact and writable, WAL")
    assert run.ledger.recent() == []


@pytest.mark.parametrize("damage", ["not SQLite", "not WAL", "newer", "locked"])
def test_a_ledger_that_cannot_be_used_is_a_problem(home: Path, damage: str) -> None:
    """In words that say what to do; the file stays as it is."""
    process.runtime()
    process.close()
    path = home / "ledger.sqlite3"
    db = sqlite3.connect(path, isolation_level=None)
    if damage == "newer":
        db.execute("PRAGMA user_version = 99")
    if damage == "not WAL":
        db.execute("PRAGMA journal_mode = DELETE")
    if damage == "locked":
        db.execute("BEGIN IMMEDIATE")
    if damage == "not SQLite":
        path.write_bytes(b"what is this?" * 1000)
    before = path.read_bytes()
    finding = found(place(home), "Ledger")
    after = path.read_bytes()
    db.close()
    assert finding.state == "problem"
    assert finding.next
    assert after == before


def test_open_and_lost_jobs_are_counted(home: Path) -> None:
    """What is still on its way, and what may have been charged without an answer."""
    states: tuple[JobState, ...] = ("queued", "running", "unknown_outcome", "succeeded", "failed")
    fill(process.runtime().ledger, [make_record(number, home, state=state) for number, state in enumerate(states)])
    process.close()
    words = [finding.words for finding in run_checks(place(home)) if finding.name == "Jobs"]
    assert words == ["2 not finished", "1 whose answer was lost: they may exist and may be charged"]


@pytest.mark.parametrize("content", ["broken = [", "[defaults]\nduration = 'long'\n"])
def test_a_settings_file_that_cannot_be_used_is_a_problem(
    content: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No job is sent while it is so; a good one is no finding."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "videogen.toml"
    file.write_text(content)
    finding = found(place(home), "Settings")
    assert (finding.state, "videogen.toml" in finding.words) == ("problem", True)
    file.write_text("[defaults]\nduration = 4\n")
    assert "Settings" not in {finding.name for finding in run_checks(place(home))}


@pytest.mark.parametrize(("free", "state"), [(50 * 1024**3, "ok"), (1024**3, "note"), (1024**2, "problem")])
def test_a_full_disk_is_told(home: Path, free: int, state: str) -> None:
    """For the home and for the clips."""
    report = run_checks(place(home, free=lambda _: free))
    assert {f.state for f in report if f.name.startswith("Disk")} == {state}


def test_a_proxy_is_named_without_its_password(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Host and port are all that is told."""
    monkeypatch.setenv("https_proxy", f"http://me:{KEY}@proxy.example:3128")
    report = run_checks(place(home))
    assert found(place(home), "Proxy").words.startswith("providers are reached through http://proxy.example:3128;")
    assert KEY not in repr(report)
    monkeypatch.setenv("https_proxy", f"http://me:{KEY}@proxy.example:port")
    assert found(place(home), "Proxy").state == "problem"


def test_keys_are_told_by_where_they_were_found(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sound, of another provider's kind, no key at all, and none."""
    monkeypatch.setenv("AIHUBMIX_API_KEY", KEY)
    monkeypatch.setenv("QUBAX_API_KEY", KEY)
    monkeypatch.setenv("QUBRID_API_KEY", f"{KEY} {KEY}")
    here = place(home)
    assert found(here, "AIHubMix key").words == "found in AIHUBMIX_API_KEY; its format is valid"
    assert found(here, "Qubax key").state == "note"
    assert found(here, "Qubrid key").state == "problem"
    assert (
        found(here, "No key for").words
        == "IndoxHub, OpenRouter, Bifrost, OpenAI shape, ComfyUI, Comfy Cloud, vLLM-Omni, SGLang"
    )
    report = run_checks(here)
    assert KEY not in repr(report) + report._repr_html_()


class Services:
    """Everything out there: answers by the address that was asked; a wrong key is refused, except by those that are `open`."""

    def __init__(self, *, open: tuple[str, ...] = (), **answers: Answer) -> None:  # noqa: A002 - the plain word
        self.answers, self.open = answers, open
        self.asked: list[Question] = []

    def __call__(self, questions: Sequence[Question], limit: float) -> list[Answer]:
        assert limit == 10.0
        self.asked += questions
        return [self._answer(question) for question in questions]

    def _answer(self, question: Question) -> Answer:
        name, answer = next((name, a) for name, a in self.answers.items() if name in question.base_url)
        secret = asyncio.run(question.source.endpoint()).secret
        is_wrong = secret is not None and secret != Secret(KEY, source="a test")
        return Answer(401) if is_wrong and name not in self.open else answer


def test_each_service_with_a_key_is_asked_for_something_free(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of models with the key, else anything without it; never a POST, and nobody else is asked."""
    for name in ("QUBAX", "QUBRID", "INDOXHUB", "AIHUBMIX", "OPENROUTER"):
        monkeypatch.setenv(f"{name}_API_KEY", KEY)
    away = Answer(trouble="the connection was cut off")
    answers = {
        "qubax": Answer(200),
        "qubrid": Answer(404),
        "indoxhub": Answer(401),
        "aihubmix": away,
        "bifrost": Answer(200),
        "openrouter": Answer(401),
    }
    services = Services(**answers)
    here = place(home, ask=services)
    names = {"Qubax", "Qubrid", "IndoxHub", "AIHubMix", "OpenRouter"}
    states = {f.name: (f.state, f.words) for f in run_checks(here) if f.name in names}
    assert states == {
        "Qubax": ("ok", "reached, and it accepts the key from QUBAX_API_KEY"),
        "Qubrid": ("ok", "reached; it has no free way to test the key"),
        "IndoxHub": ("problem", "reached, but it does not accept the key from INDOXHUB_API_KEY (HTTP 401)"),
        "AIHubMix": ("problem", "not reached: the connection was cut off"),
        "OpenRouter": ("problem", "reached, but it does not accept the key from OPENROUTER_API_KEY (HTTP 401)"),
    }
    assert {question.call.method for question in services.asked} == {"GET"}
    assert not any(question.call.json or question.call.form for question in services.asked)
    qubrid = next(question for question in services.asked if "qubrid" in question.base_url)
    assert asyncio.run(qubrid.source.endpoint()).secret is None
    openrouter = next(question for question in services.asked if "openrouter" in question.base_url)
    assert openrouter.call.url == "/key"  # its list of models is public, and would accept any key


def test_a_list_for_everybody_tests_no_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a wrong key gets too says nothing of the right one."""
    monkeypatch.setenv("QUBAX_API_KEY", KEY)
    finding = found(place(home, ask=Services(open=("qubax",), qubax=Answer(200))), "Qubax")
    assert finding.words == "reached; it lists its models for everybody, so the key can't be tested for free"


@pytest.mark.parametrize(
    ("skew", "state"), [(0, "ok"), (59, "ok"), (-59, "ok"), (61, "note"), (-200, "note"), (301, "problem")]
)
def test_a_clock_that_is_wrong_is_told(home: Path, skew: float, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the date of a provider's answer."""
    monkeypatch.setenv("QUBAX_API_KEY", KEY)
    answer = Answer(200, formatdate(NOW - skew, usegmt=True))
    finding = found(place(home, ask=Services(qubax=answer)), "Clock")
    assert finding.state == state
    if state != "ok":
        assert finding.words.startswith(f"{abs(skew)} seconds {'ahead of' if skew > 0 else 'behind'}")


def test_a_date_that_is_none_says_nothing_about_the_clock(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some servers send none, or junk."""
    monkeypatch.setenv("QUBAX_API_KEY", KEY)
    for date in ("", "yesterday"):
        report = run_checks(place(home, ask=Services(qubax=Answer(200, date))))
        assert "Clock" not in {finding.name for finding in report}


def test_a_service_that_is_away_is_an_answer() -> None:
    """Refused connections, names that are not found, silence: all at once, none raises, each in words."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        urls = [
            "http://me@127.0.0.1/",
            "http://127.0.0.1:9/v1",
            "http://nowhere.invalid/v1",
            f"http://127.0.0.1:{deaf.getsockname()[1]}/v1",
        ]
        questions = [Question(Fixed(Endpoint(url)), Call("GET", "/models"), url) for url in urls]
        answers = probe.ask_all(questions, 0.5)
    assert [answer.trouble for answer in answers] == [
        "it contains a user name",
        "the connection was refused, cut off or could not be encrypted",
        "the host name nowhere.invalid was not found",
        "no answer within 0 seconds",
    ]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_check_that_fails_is_a_finding(check: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others go on, and of the error only its kind is told: its words may hold anything."""

    def broken(_: Surroundings) -> list[Finding]:
        raise RuntimeError(KEY)

    broken.__name__ = check.__name__
    monkeypatch.setattr(doctor, "CHECKS", tuple(broken if other is check else other for other in CHECKS))
    report = run_checks(place(home))
    assert any("could not be checked (RuntimeError)" in finding.words for finding in report)
    assert len(report) > len(CHECKS) - 3  # two have nothing to say here
    assert KEY not in repr(report)


def test_a_report_tells_no_name_and_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The home directory is ~, whatever looks like a key is gone, and HTML is text."""
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ada"))
    report = Report([Finding("<b>", "problem", f"/home/ada/x {KEY} <script>", "rm /home/ada & more")])
    html = report._repr_html_()
    for shown in (repr(report), html):
        assert "ada" not in shown
        assert KEY not in shown
        assert "~/x" in shown
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "1 problem." in repr(report)


@pytest.fixture
def gateway(home: Path) -> Iterator[Gateway]:
    gateway = Gateway(home)
    yield gateway
    gateway.kill()


def test_a_real_look_with_the_local_gateway_running(gateway: Gateway, home: Path) -> None:
    """Its list of models is asked for once, nothing else; its clock is ours; its token is not told."""
    vg.generate("waves", provider="local", duration=1, size="640x360", fps=12)
    before = len(gateway.requests())
    report = vg.doctor()
    states = {finding.name: finding.words for finding in report}
    assert states["Local engine"] == "is running"
    assert states["Local gateway"] == "reached, and it accepts the key from its runtime file"
    assert states["Clock"] == "agrees with the provider's clock"
    assert states["Ledger"].startswith("1 job in ")
    assert gateway.requests()[before:] == ["GET /v1/models"]
    ready = local_gateway._running(home)
    assert ready is not None
    assert ready.token not in repr(report) + report._repr_html_()


def test_the_same_from_the_command_line(home: Path) -> None:
    """Exit status 0 where nothing is wrong, 1 where something is."""
    command = [sys.executable, "-m", "jupyter_videogen.cli", "doctor", "--no-network"]
    fine = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (fine.returncode, fine.stderr) == (0, "")
    assert fine.stdout.startswith("jupyter-videogen doctor: nothing that is charged was sent.")
    wrong = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**environment.Environment, "QUBAX_API_KEY": "a b"}
    )
    assert wrong.returncode == 1
    assert "✗ Qubax key" in wrong.stdout
    assert not os.path.exists(home)  # noqa: PTH110 - the same path, by another way
