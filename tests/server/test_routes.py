"""What the routes answer, and to whom: on a real server below a hub's prefix, with another user of the hub beside its owner."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_videogen.core.clip import ClipRecord
from jupyter_videogen.core.errors import Failure, VideogenError
from jupyter_videogen.ledger.ledger import Ledger
from jupyter_videogen.server import answers
from jupyter_videogen.server.handlers import ASKED
from jupyter_videogen.widget.protocol import JobView
from support.fakes import MP4, SLOW
from support.hub_like import OTHER
from support.jupyter_servers import TOKEN
from support.plain_server import PlainServer
from support.runner_bench import draft

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.plain_server import Answer

JOB, SAVING, MADE = "aaaaaaaa", "bbbbbbbb", "cccccccc"
READS = ["jobs", f"jobs/{JOB}", f"jobs/{JOB}/view", "spending", "page"]
FILES = [f"clips/{JOB}/0", f"posters/{JOB}/0"]
WRITES = [
    ("POST", f"jobs/{JOB}/cancel"),
    ("PUT", f"jobs/{JOB}/star"),
    ("DELETE", f"jobs/{JOB}/star"),
    ("PUT", f"jobs/{JOB}/watch"),
    ("DELETE", f"jobs/{JOB}/watch"),
]
ALL = [*(("GET", path) for path in READS + FILES), *(("HEAD", path) for path in FILES), *WRITES]


class Hub:
    """A user's server below `/user/me/`, and a home with jobs in every stage."""

    def __init__(self, folder: Path) -> None:
        self.root, self.home = folder / "work", folder / "home"
        self.root.mkdir()
        self.clip = self.root / "videogen" / "a-kite.mp4"
        self._fill()
        options = ("identity_provider_class=support.hub_like.Users", "authorizer_class=support.hub_like.OwnerAlone")
        self.server = PlainServer(
            self.root, self.home, *(f"--ServerApp.{one}" for one in options), base_url="/user/me/"
        )

    def _fill(self) -> None:
        """Write a finished job, one that is being saved, and one with a failure that quotes a path."""
        (self.home / "posters").mkdir(parents=True)
        self.home.chmod(0o700)
        self.clip.parent.mkdir()
        self.clip.write_bytes(MP4)
        poster = self.home / "posters" / f"{JOB}-0.png"
        poster.write_bytes(b"\x89PNG a picture")
        ledger = Ledger.at(self.home / "ledger.sqlite3")
        base = draft(SLOW, self.root).after(
            project=str(self.root), notebook=str(self.root / "a" / "n.ipynb"), handle={"id": "door-7"}
        )
        clip = ClipRecord(path=str(self.clip), bytes=len(MP4), sha256="5" * 64, job_id=JOB, prompt="a kite",
                          provider="slow", model="m", poster=str(poster))  # fmt: skip
        self._add(ledger, base.after(state="succeeded", clips=(clip,)), JOB)
        self._add(ledger, base.after(state="saving", needs_kernel=True), SAVING)
        words = f"The clip could not be written to {self.home}/some/where/x.mp4: no space."
        self._add(ledger, base.after(state="failed", failure=Failure(code="download", message=words)), MADE)
        ledger.close()

    @staticmethod
    def _add(ledger: Ledger, record: Any, job_id: str) -> None:
        ledger.add(
            record.after(id=job_id, fingerprint=job_id, idempotency_key=job_id, created_at=time.time() - ord(job_id[0]))
        )
        ledger.release(job_id)

    def ask(self, path: str, method: str = "GET", **given: Any) -> Answer:
        body = b"" if method in {"POST", "PUT"} else None
        return self.server.ask(f"jupyter-videogen/{path}", method, body=body, **given)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("hub")
    before = os.environ.get("PYTHONPATH")  # noqa: TID251 - the server's own
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])  # noqa: TID251
    try:
        hub = Hub(folder)
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]  # noqa: TID251
        else:
            os.environ["PYTHONPATH"] = before  # noqa: TID251
    with closing(hub.server):
        yield hub


class Browser:
    """A page's cookies: logged in with the server's token, as a person does."""

    def __init__(self, server: PlainServer) -> None:
        self.jar = CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar)).open
        self._open(server.url("login"), timeout=30).close()
        form = urllib.parse.urlencode({"password": TOKEN, "_xsrf": self.xsrf}).encode()
        self._open(server.url("login"), data=form, timeout=30).close()

    @property
    def xsrf(self) -> str:
        return next(cookie.value or "" for cookie in self.jar if cookie.name == "_xsrf")

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)


@pytest.fixture(scope="module")
def browser(hub: Hub) -> Browser:
    return Browser(hub.server)


# ---- who may ask ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), ALL)
@pytest.mark.parametrize("token", [None, "wrong"])
def test_nobody_without_the_token(hub: Hub, method: str, path: str, token: str | None) -> None:
    """Refused, or sent to the login page; nothing of the job is in the answer."""
    answer = hub.ask(path, method, token=token)
    assert answer.status in ({302, 403} if path in FILES else {403})
    assert b"kite" not in answer.body


@pytest.mark.parametrize(("method", "path"), ALL)
def test_no_other_user_of_the_hub(hub: Hub, method: str, path: str) -> None:
    """The authorizer is asked for every method of every route."""
    assert hub.ask(path, method, token=OTHER).status == 403


@pytest.mark.parametrize(("method", "path"), ALL)
def test_no_other_site(hub: Hub, browser: Browser, method: str, path: str) -> None:
    """A page of another site has the cookie sent along, but neither the Origin nor the XSRF token of this server."""
    answer = hub.ask(path, method, token=None, Cookie=browser.cookie, Origin="https://evil.example")
    assert answer.status in {403, 404}
    assert hub.ask("jobs/aaaaaaaa").json["starred"] is False


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_no_change_without_the_xsrf_token(hub: Hub, browser: Browser, method: str, path: str) -> None:
    """The cookie alone is no proof that the page of this server asks; with the token it may."""
    assert hub.ask(path, method, token=None, Cookie=browser.cookie).status == 403
    allowed = hub.ask(path, method, token=None, Cookie=browser.cookie, X_XSRFToken=browser.xsrf)
    assert allowed.status in ({409} if path.endswith("cancel") else {200})
    hub.ask(f"jobs/{JOB}/star", "DELETE")


@pytest.mark.parametrize("path", FILES)
def test_files_are_for_pages_of_this_server(hub: Hub, browser: Browser, path: str) -> None:
    """By a Referer of its own, or by the XSRF token in the address."""
    named = {"token": None, "Cookie": browser.cookie}
    assert hub.ask(path, **named).status == 403
    assert hub.ask(path, Referer="https://evil.example/a", **named).status == 403
    assert hub.ask(path, Referer=hub.server.url("lab"), **named).status == 200
    assert hub.ask(f"{path}?_xsrf={urllib.parse.quote(browser.xsrf)}", **named).status == 200


def test_a_server_that_anybody_can_use_shows_nothing(tmp_path: Path, home: Path) -> None:
    """Without a token, on all addresses: no routes; on loopback it is the user's own risk, as for all of Jupyter."""
    open_to_all = ("--ServerApp.ip=0.0.0.0", "--ServerApp.allow_remote_access=True")
    with closing(PlainServer(tmp_path / "work", home, *open_to_all, token="")) as server:
        assert server.ask("jupyter-videogen/jobs", token=None).status == 404
        assert "others can reach it" in server.log
    with closing(PlainServer(tmp_path / "work", home, token="")) as server:
        assert server.ask("jupyter-videogen/jobs", token=None).json["jobs"] == []
    with closing(PlainServer(tmp_path / "work", home, "--VideogenServer.serve=False")) as server:
        assert server.ask("jupyter-videogen/jobs").status == 404
    assert not home.exists(), "reading makes no home"


# ---- what is answered -------------------------------------------------------------------------------------------


def test_no_secret_and_no_place_is_in_an_answer(hub: Hub) -> None:
    """No reference of a provider, which may open a job; no folder of this disk but those of the server's pages."""
    for path in [*READS, *(f"jobs/{one}{view}" for one in (SAVING, MADE) for view in ("", "/view"))]:
        if path == "page":
            continue  # nothing of the home is in it
        said = hub.ask(path).body.decode()
        assert "door-7" not in said
        assert str(hub.root) not in said
        assert str(hub.home) not in said
        assert not re.search(r'"/\w+/', said)
    assert hub.ask(f"jobs/{MADE}").json["failure"]["message"] == "The clip could not be written to …/x.mp4: no space."
    assert hub.ask(f"jobs/{JOB}").json["notebook"] == "a/n.ipynb"


def test_a_job_as_a_card_draws_it(hub: Hub) -> None:
    """The view that a kernel makes, with the server's clock: a file elsewhere is told by its name, and no medium is named."""
    before = time.time()
    said = hub.ask(f"jobs/{JOB}/view").json
    assert before <= said["now"] <= time.time()
    assert msgspec.convert(said["job"], JobView).state == "succeeded"
    assert [clip["src"] for clip in said["job"]["clips"]] == ["a-kite.mp4"]
    assert (said["job"]["needs_kernel"], said["job"]["can_share"]) == (False, False)
    assert hub.ask(f"jobs/{SAVING}/view").json["watched"] is False, "its key is known to a kernel that is gone"
    assert hub.ask("jobs/zzzzzzzz/view").status == 404


def test_the_page_comes_with_its_style(hub: Hub) -> None:
    """As a kernel would send it."""
    said = hub.ask("page").json
    assert said["script"].endswith("make();\n")
    assert said["style"].startswith(".videogen")


@pytest.mark.parametrize("trouble", ["folder", "gone", "garbage"])
def test_a_ledger_that_goes_away_is_no_fault_of_the_server(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """Gone between two looks: there are no jobs. Anything else in its place: it says that it can't be used."""
    home.mkdir(mode=0o700)
    path = home / "ledger.sqlite3"
    Ledger.at(path).close()
    if trouble == "gone":
        monkeypatch.setattr(
            answers, "_version", lambda gone: gone.unlink() or sqlite3.connect(f"file:{gone}?mode=ro", uri=True).close()
        )
        assert answers.list_jobs(home, dict.fromkeys(ASKED, ""), str(tmp_path))["jobs"] == []
        assert not path.exists(), "reading makes none"
        return
    path.unlink()
    if trouble == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"garbage" * 1000)
    with pytest.raises(answers.Refused, match="can't be used now"):
        answers.find_job(home, JOB, str(tmp_path))


def test_faults_of_the_ledger_are_answers() -> None:
    """One that was closed or locked meanwhile, and what our own errors say, without their folders."""
    assert answers.explain(sqlite3.ProgrammingError("closed")).status == 503
    told = answers.explain(VideogenError("No space at /home/me/x/ledger.sqlite3.", next="Make some."))
    assert (told.status, str(told)) == (503, "No space at …/ledger.sqlite3. Make some.")


def test_jobs_come_in_pages(hub: Hub) -> None:
    """Newest first; each page begins after the last job of the one before, whatever was added since."""
    first = hub.ask("jobs?limit=2").json
    assert ([job["id"] for job in first["jobs"]], first["next"]) == ([JOB, SAVING], SAVING)
    second = hub.ask(f"jobs?limit=2&before={first['next']}").json
    assert ([job["id"] for job in second["jobs"]], second["next"]) == ([MADE], None)
    assert [job["id"] for job in hub.ask("jobs?stage=failed").json["jobs"]] == [MADE]
    assert hub.ask("jobs?before=zzzzzzzz").json["jobs"] == []


def test_jobs_of_one_project(hub: Hub) -> None:
    """A notebook or a folder names the project it lies in; another folder's has no jobs here."""
    ours, other = (hub.ask(f"jobs?project={place}").json["jobs"] for place in ("n.ipynb", "videogen"))
    assert {job["id"] for job in ours} == {JOB, SAVING, MADE}
    assert other == []


def test_spending_without_a_cap(hub: Hub) -> None:
    """What is being made stands beside what is spent, and nothing of the home is told."""
    said = hub.ask("spending").json
    assert said.keys() == {"v", "spent", "making", "limit", "jobs", "seconds"}
    assert (said["limit"], said["jobs"], said["seconds"]) == (None, None, None)
    assert min(said["spent"], said["making"]) >= 0


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "limit=" + "9" * 5000, "stage=all", "limit=-1", "project=../x", "project=/etc"],
)
def test_what_cannot_be_asked_is_said(hub: Hub, query: str) -> None:
    answer = hub.ask(f"jobs?{query}")
    assert answer.status == 400
    assert answer.json["message"].startswith(("limit is", "stage is", "project is"))


def test_a_star_is_set_and_removed(hub: Hub) -> None:
    assert hub.ask(f"jobs/{JOB}/star", "PUT").json["starred"] is True
    assert [job["id"] for job in hub.ask("jobs?starred=1").json["jobs"]] == [JOB]
    assert hub.ask(f"jobs/{JOB}/star", "DELETE").json["starred"] is False


@pytest.mark.parametrize(
    ("job_id", "words"), [(JOB, "The job has already ended: succeeded."), (SAVING, "The job's key can't be read here.")]
)
def test_what_cannot_be_cancelled_is_said(hub: Hub, job_id: str, words: str) -> None:
    answer = hub.ask(f"jobs/{job_id}/cancel", "POST")
    assert (answer.status, answer.json["message"].startswith(words)) == (409, True)


def test_cancels_are_few(tmp_path: Path, home: Path) -> None:
    """A client that runs away asks the provider no more than the limit lets it; it is told when it may ask again."""
    with closing(PlainServer(tmp_path / "work", home)) as server:
        statuses = [server.ask(f"jupyter-videogen/jobs/{JOB}/cancel", "POST", body=b"").status for _ in range(7)]
        assert (statuses[0], statuses[-1]) == (404, 429)
        assert int(server.ask(f"jupyter-videogen/jobs/{JOB}/cancel", "POST", body=b"").headers["retry-after"]) > 0


# ---- clips ------------------------------------------------------------------------------------------------------


def test_a_clip_is_served_as_a_film_of_a_stranger(hub: Hub) -> None:
    """Nothing in it can run, no cache of others keeps it, and a page that has it need not get it twice."""
    answer = hub.ask(f"clips/{JOB}/0")
    assert (answer.status, answer.body) == (200, MP4)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert (headers["content-type"], headers["x-content-type-options"]) == ("video/mp4", "nosniff")
    assert headers["content-security-policy"].endswith("sandbox")
    assert (headers["cache-control"], headers["accept-ranges"]) == ("private, no-cache", "bytes")
    again = hub.ask(f"clips/{JOB}/0", If_None_Match=headers["etag"])
    assert (again.status, again.body) == (304, b"")
    head = hub.ask(f"clips/{JOB}/0", "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(MP4)))
    assert hub.ask(f"posters/{JOB}/0").headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"clips/{SAVING}/0", 409),
        (f"clips/{MADE}/0", 404),
        (f"clips/{JOB}/7", 404),
        ("clips/zzzzzzzz/0", 404),
        (f"clips/{JOB}/..%2f..%2fledger.sqlite3", 404),
        (f"clips/{JOB}/0/../../../ledger.sqlite3", 404),
        ("clips/..%2f..%2fetc%2fpasswd/0", 404),
        ("clips/%2fetc%2fpasswd", 404),
        (f"posters/{MADE}/0", 404),
    ],
)
def test_what_is_no_clip_is_not_served(hub: Hub, path: str, status: int) -> None:
    """One that is being written, a take that is not there, a path in place of an id."""
    assert hub.ask(path).status == status


@pytest.mark.parametrize("trick", ["link", "folder", "other", "pipe", "gone"])
def test_only_the_file_that_was_stored_is_served(hub: Hub, tmp_path: Path, trick: str) -> None:
    """A link to a secret of the very same size, a folder, another file, a pipe that nobody writes to."""
    secret, kept = tmp_path / "secret.mp4", hub.clip.rename(tmp_path / "kept.mp4")
    secret.write_bytes(b"s" * len(MP4))
    try:
        {
            "link": lambda: hub.clip.symlink_to(secret),
            "folder": hub.clip.mkdir,
            "other": lambda: hub.clip.write_bytes(b"s"),
            "pipe": lambda: os.mkfifo(hub.clip),
            "gone": lambda: None,
        }[trick]()
        answer = hub.ask(f"clips/{JOB}/0")
        assert (answer.status, b"ssss" in answer.body) == (404, False)
    finally:
        shutil.rmtree(hub.clip) if hub.clip.is_dir() else hub.clip.unlink(missing_ok=True)
        kept.rename(hub.clip)


@settings(deadline=None, max_examples=40)
@given(st.integers(-5, len(MP4) + 5), st.integers(-5, len(MP4) + 5))
def test_ranges(hub: Hub, start: int, end: int) -> None:
    """The very bytes, or the whole film, or a refusal; never others."""
    answer = hub.ask(f"clips/{JOB}/0", Range=f"bytes={start}-{end}")
    if answer.status == 206:
        first, last, size = map(int, re.findall(r"\d+", answer.headers["content-range"]))
        assert (answer.body, size) == (MP4[first : last + 1], len(MP4))
    else:
        assert (answer.status, answer.body if answer.status == 200 else b"") in {(200, MP4), (416, b"")}


@settings(deadline=None, max_examples=40)
@given(
    st.text(min_size=1, max_size=12),
    st.sampled_from(["jobs/{}", "clips/{}/0", "jobs/{}/view", "clips/aaaaaaaa/{}", "posters/{}/{}"]),
)
def test_ids(hub: Hub, text: str, route: str) -> None:
    """Whatever is put in an id's place: a plain refusal, and no traceback in the log."""
    path = route.replace("{}", urllib.parse.quote(text, safe=""))
    assert hub.ask(path).status in {200, 301, 302, 400, 404, 429}
    assert "Traceback" not in hub.server.log


@settings(deadline=None, max_examples=25)
@given(st.text(alphabet="bytes=-,0123456789 \t;", max_size=40))
def test_headers_of_ranges(hub: Hub, text: str) -> None:
    assert hub.ask(f"clips/{JOB}/0", Range=text.strip()).status in {200, 206, 400, 416}
    assert "Traceback" not in hub.server.log


def test_events_come_by_jupyters_own_stream(hub: Hub) -> None:
    """A page hears of a change without a socket of ours; what it hears opens no door."""
    script = (
        "import asyncio, sys\n"
        "from tornado.websocket import websocket_connect\n"
        "from tornado.httpclient import HTTPRequest\n"
        "async def main():\n"
        "    line = await websocket_connect(HTTPRequest(sys.argv[1], headers={'Authorization': f'token {sys.argv[2]}'}))\n"
        "    print('open', flush=True)\n"
        "    while 'jupyter_videogen' not in (said := await line.read_message()):\n"
        "        pass\n"
        "    print(said, flush=True)\n"
        "    line.close()\n"
        "asyncio.run(main())\n"
    )
    address = hub.server.url("api/events/subscribe").replace("http", "ws", 1)
    with subprocess.Popen([sys.executable, "-c", script, address, TOKEN], stdout=subprocess.PIPE, text=True) as page:
        assert page.stdout is not None
        assert page.stdout.readline() == "open\n"
        ledger = Ledger.at(hub.home / "ledger.sqlite3")
        job = ledger.find(SAVING)
        ledger.save(job.after(progress=55.0))
        event = json.loads(page.stdout.readline())
        ledger.close()
    assert event["schema_id"] == "https://events.jupyter.org/jupyter_videogen/job/v1"
    assert {name: event[name] for name in ("id", "state", "over", "progress", "needs_kernel")} == {
        "id": SAVING, "state": "saving", "over": False, "progress": 55.0, "needs_kernel": True
    }  # fmt: skip
    assert "door-7" not in json.dumps(event)


def test_a_home_that_is_made_anew(tmp_path: Path) -> None:
    """Its jobs are told, not those of the home that was deleted."""
    home = tmp_path / "home"
    with closing(PlainServer(tmp_path, home)) as server:
        for job_id in (JOB, MADE):
            home.mkdir(mode=0o700)
            with closing(Ledger(home / "ledger.sqlite3")) as ledger:
                ledger.add(draft(SLOW, tmp_path).after(id=job_id))
            told = server.ask("jupyter-videogen/jobs").json["jobs"]
            assert [job["id"] for job in told] == [job_id]
            shutil.rmtree(home)
