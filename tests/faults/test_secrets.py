"""Canaries in every place that holds a secret, and a look into every place where one could come out.

The providers are real sockets, so the canaries do travel; what is searched is all that stays on this side.
"""

from __future__ import annotations

import copy
import json
import logging
import os
import pickle
import stat
import traceback
from typing import TYPE_CHECKING

import msgspec
import pytest
from IPython.core.ultratb import VerboseTB

import jupyter_videogen as vg
from jupyter_videogen.core import secrets
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.http import Call
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.loop_thread import LoopThread
from jupyter_videogen.transport import local_gateway, log_redaction
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from support.local_gateways import Gateway
from support.paid_server import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

KEY = "sk-canary-KKKK0123456789"
TEAM = "canary-TTTT0123456789"
BYOK = "canary-BBBB0123456789"
DEEP = "canary-DDDD0123456789"
SIGNED = "canary-SSSS0123456789"
CANARIES = (KEY, TEAM, BYOK, DEEP, SIGNED)
EXTRA = {"byok_api_key": BYOK, "style": "film"}


def clean(text: object, where: str) -> None:
    """Fail, without saying which, when a canary sings."""
    words = text if isinstance(text, str) else repr(text)
    assert [canary for canary in CANARIES if canary in words] == [], where


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as shop:
        yield shop


def lab(shop: Shop) -> vg.Client:
    return vg.Client("openai", base_url=shop.url, api_key=KEY, headers={"x-team-token": TEAM}, name="lab")


def everything_said(level: int) -> tuple[list[str], logging.Handler]:
    """Hear every log line of every library, as it would be written."""
    heard: list[str] = []
    handler = logging.Handler(level)
    handler.emit = lambda record: heard.append(logging.Formatter().format(record))  # type: ignore[method-assign]
    return heard, handler


@pytest.fixture
def log() -> Iterator[list[str]]:
    """The root logger at DEBUG."""
    heard, handler = everything_said(logging.DEBUG)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield heard
    root.removeHandler(handler)
    root.setLevel(before)


def test_a_whole_job_leaves_no_secret_behind(shop: Shop, log: list[str], home: Path, tmp_path: Path) -> None:
    """The provider gets all of them; no log line, no file, no value and no message of ours has one."""
    house = lab(shop)
    job = house.submit("a kite", model="m", extra=EXTRA)
    job.result(30)
    assert shop.book[0].authorization == f"Bearer {KEY}"
    assert any("POST" in line for line in log), "the HTTP library's own log was heard"
    for line in log:
        clean(line, "log")
    for path in tmp_path.rglob("*"):
        if path.is_file():
            clean(path.read_bytes().decode("latin-1"), path.name)
    assert (home / "ledger.sqlite3-wal").exists(), "the open ledger's newest pages were read too"
    sidecar = json.loads((tmp_path / "work" / job.clip.path).with_suffix(".json").read_text())
    assert sidecar["request"]["extra"] == {"byok_api_key": "…", "style": "film"}


def test_no_value_shows_a_secret(shop: Shop) -> None:
    """By repr, str, format, vars, pickle, copy or JSON: a client, a line, an endpoint, a job and what it is made of."""
    house = lab(shop)
    job = house.submit("a kite", model="m", extra=EXTRA)
    job.result(30)
    line = house._access.connection
    endpoint = Endpoint(shop.url, line._secret, line._headers)
    call = house.provider.dialect.create(job._watch.record.request)
    for value in (
        house,
        line,
        endpoint,
        job,
        job.record,
        job.request,
        job.clip,
        house.provider,
        call,
        process.runtime(),
    ):
        name = type(value).__name__
        clean(f"{value!r} {value!s} {value} {[value]}", name)
        clean(getattr(value, "__dict__", {}), name)
    for value in (job.record, job.request.redacted(), house.provider.name, job.clip):
        clean(msgspec.json.encode(value.redacted() if hasattr(value, "redacted") else value).decode(), "JSON")
    for value in (house, line, endpoint):
        for leak in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError):
                leak(value)


def test_a_service_that_quotes_the_key_is_not_quoted(shop: Shop, tmp_path: Path) -> None:
    """Some servers put the key they refuse into their error: it is taken out before anybody reads it."""
    shop.refusal = (401, {"error": {"message": f"Incorrect API key provided: {KEY}. Look here."}})
    with pytest.raises(vg.AuthError, match=r"Incorrect API key provided: …\. Look here\.") as caught:
        lab(shop).generate("a kite", model="m")
    clean("".join(traceback.format_exception(caught.value)), "error")
    for path in tmp_path.rglob("*.sqlite3*"):
        clean(path.read_bytes().decode("latin-1"), path.name)


@pytest.fixture
def gateway(home: Path) -> Iterator[Gateway]:
    gateway = Gateway(home)
    yield gateway
    gateway.kill()


@pytest.mark.usefixtures("gateway")
def test_a_second_key_in_the_body_is_written_down_nowhere(home: Path, tmp_path: Path, log: list[str]) -> None:
    """IndoxHub takes `byok_api_key` in the request: not in our files, and not in those of the local gateway."""
    vg.generate("waves", provider="local", duration=1, size="640x360", fps=12)
    ready = local_gateway._running(home)
    assert ready is not None
    house = vg.Client("indoxhub", base_url=f"{ready.url}/indoxhub/api/v1", api_key=ready.token)
    extra = {"byok_api_key": BYOK, "upstream": [{"access_token": DEEP}]}
    clip = house.generate("aurora", model="local/scenes", duration=1, extra=extra)
    (receipt,) = (tmp_path / "work").rglob(f"*{clip.job_id}.json")
    assert json.loads(receipt.read_text())["request"]["extra"] == {
        "byok_api_key": "…",
        "upstream": [{"access_token": "…"}],
    }
    for path in tmp_path.rglob("*"):
        if path.is_file():
            clean(path.read_bytes().decode("latin-1"), str(path.relative_to(tmp_path)))
    clean("\n".join(log), "log")


def dead_end() -> vg.Client:
    """A client of a port where nobody listens."""
    return vg.Client("bifrost", base_url="http://127.0.0.1:9/v1", api_key=KEY, headers={"x-team-token": TEAM})


MISTAKES: dict[str, Callable[[], object]] = {
    "a provider that is none": lambda: vg.Client("qubacks", api_key=KEY, headers={"x-team-token": TEAM}),
    "a key that is none": lambda: vg.Client("qubax", api_key=f"{KEY}\n{KEY}"),
    "a key that is none, in the environment": lambda: vg.Client("qubax"),
    "an address with a password": lambda: vg.Client("openai", base_url=f"http://me:{KEY}@127.0.0.1:9/v1", api_key=KEY),
    "an option that is none": lambda: dead_end().generate("a kite", model="m", duratoin=4, extra=EXTRA),
    "a value of the wrong type": lambda: dead_end().submit("a kite", model="m", duration="x", extra=EXTRA),
    "a function of the package": lambda: vg.generate("a kite", provider="qubacks", extra=EXTRA),
    "a list that can't be had": lambda: dead_end().models(),
    "a job that can't be sent": lambda: dead_end().generate("a kite", model="m", extra=EXTRA),
    "a foreign job that can't be looked at": lambda: vg.attach(
        "video_1", "bifrost", base_url="x://y", api_key=KEY
    ).result(5),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_no_traceback_shows_a_secret(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by `%xmode Verbose`, which prints what functions hold, and not by whoever walks the chain of errors."""
    monkeypatch.setenv("QUBAX_API_KEY", f"{KEY} {KEY}")
    with pytest.raises((VideogenError, ValueError)) as caught:
        MISTAKES[mistake]()
    error = caught.value
    below = ours(error.__traceback__)
    assert below is not None
    clean(VerboseTB(theme_name="nocolor").text(type(error), error, below), "%xmode Verbose")
    for link in chain(error):
        clean(f"{link!r} {link} {vars(link)} {getattr(link, '__notes__', '')}", "chain")
        assert not hasattr(link, "request"), "an error of the HTTP library holds the request, and so the key"
        for frame, _ in traceback.walk_tb(ours(link.__traceback__)):
            if "jupyter_videogen" in frame.f_code.co_filename:
                for value in frame.f_locals.values():
                    clean(shown(value), frame.f_code.co_qualname)


def shown(value: object) -> str:
    """Return a value's repr, as far as it has one: a client that was never finished has none."""
    try:
        return repr(value)
    except AttributeError:
        return ""


def ours(tb: TracebackType | None) -> TracebackType | None:
    """Skip the frames of the test itself: what a user's own cell holds is the user's."""
    while tb is not None and __file__ == tb.tb_frame.f_code.co_filename:
        tb = tb.tb_next
    return tb


def chain(error: BaseException) -> Iterator[BaseException]:
    """Every error that this one leads to."""
    seen, todo = set(), [error]
    while todo:
        link = todo.pop()
        if id(link) not in seen:
            seen.add(id(link))
            yield link
            todo += [other for other in (link.__cause__, link.__context__) if other is not None]


def test_a_signed_address_is_not_logged(shop: Shop, log: list[str]) -> None:
    """The HTTP library logs whole addresses: what stands behind the question mark opens the door to anybody."""
    loop = LoopThread()
    transport = Transport(Fixed(Endpoint(shop.url, secrets.Secret(KEY, source="test"))))
    reply = loop.call(lambda: transport.send(Call("GET", f"/videos?limit=1&signature={SIGNED}")))
    loop.call(transport.close)
    loop.stop()
    assert reply.ok
    assert f'HTTP Request: GET {shop.url}/videos?… "HTTP/1.0 200 OK"' in "\n".join(log).replace("HTTP/1.1", "HTTP/1.0")
    clean("\n".join(log), "log")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"GET https://cdn.example/a.mp4?X-Sig={SIGNED} 302", "GET https://cdn.example/a.mp4?… 302"),
        (f"connect http://me:{KEY}@proxy.example:3128", "connect http://…@proxy.example:3128"),
        (f"[(b'Location', b'https://cdn.example/{SIGNED}'), (b'x', b'1')]", "[(b'Location', b'…'), (b'x', b'1')]"),
        (f"[(b'set-cookie', b\"id='{SIGNED}'\")]", "[(b'set-cookie', b'…')]"),
    ],
)
def test_what_a_log_line_of_ours_loses(line: str, shown: str) -> None:
    """Queries, passwords, cookies and where a redirect leads; everything else stays."""
    record = logging.LogRecord("httpx", logging.INFO, "", 0, "%s", (line,), None)
    record.threadName = log_redaction.THREAD
    assert log_redaction.Redacted().filter(record)
    assert record.getMessage() == shown


def test_log_lines_of_others_are_left_alone() -> None:
    """The library's loggers are everybody's: only what the loop's thread says is ours to change."""
    log_redaction.install()
    line = "GET https://api.example/?page=2"
    record = logging.LogRecord("httpx", logging.INFO, "", 0, line, (), None)
    assert logging.getLogger("httpx").filter(record)
    assert record.getMessage() == line


def test_only_its_owner_can_read_what_is_written_down(home: Path, shop: Shop) -> None:
    """The home 0700; the ledger and what SQLite puts beside it 0600, whatever the umask."""
    before = os.umask(0)
    try:
        lab(shop).generate("a kite", model="m")
    finally:
        os.umask(before)
    assert mode(home) == 0o700
    assert {path.name: mode(path) for path in home.glob("ledger*")} == {
        "ledger.sqlite3": 0o600,
        "ledger.sqlite3-shm": 0o600,
        "ledger.sqlite3-wal": 0o600,
    }
    assert {mode(folder) for folder in home.iterdir() if folder.is_dir()} <= {0o700}


@pytest.mark.parametrize("open_to", [0o770, 0o702, 0o1777])
def test_a_home_that_others_may_write_to_is_refused(home: Path, open_to: int, shop: Shop) -> None:
    """Before anything is written or sent, with the command that closes it; a sticky bit is no excuse."""
    home.mkdir()
    home.chmod(open_to)
    with pytest.raises(VideogenError, match=r"Other users can write to .*chmod go-w .*Nothing was sent") as caught:
        lab(shop).generate("a kite", model="m")
    assert (caught.value.sent, shop.book, list(home.iterdir())) == ("no", [], [])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
