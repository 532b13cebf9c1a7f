"""HTTP of Python in a browser, with a stand-in for the browser's `fetch`: what is asked, and what a failure proves."""

from __future__ import annotations

import asyncio
import sys
import traceback
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_videogen.core import platform
from jupyter_videogen.core.errors import Unsupported
from jupyter_videogen.core.http import Call, Forbidden, Lost, NotSent, Reply
from jupyter_videogen.core.secrets import Secret
from jupyter_videogen.transport import local_gateway, url_policy
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "sk-canary-0123456789"
SERVICE = "https://video.test/v1"
CREATE = Call("POST", "/videos", json={"prompt": "a kite"}, timeout=5)
LOOK = Call("GET", "/videos/1", timeout=5)


class JsException(Exception):
    """What a rejected promise raises."""


class Body:
    """A body that comes in pieces; an exception among them breaks the line."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = list(pieces)

    def getReader(self) -> Body:  # noqa: N802 - the browser's name
        return self

    async def read(self) -> SimpleNamespace:
        if not self.pieces:
            return SimpleNamespace(done=True)
        piece = self.pieces.pop(0)
        if isinstance(piece, Exception):
            raise piece
        return SimpleNamespace(done=False, value=SimpleNamespace(to_bytes=lambda: piece))


def answer(*pieces: bytes | Exception, status: int = 200, **headers: str) -> SimpleNamespace:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return SimpleNamespace(status=status, headers=SimpleNamespace(entries=named.items), body=Body(*pieces))


class Browser:
    """Answers `fetch` by a function, and remembers what was asked and what was ended."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.ended = 0
        self.answers: Callable[[str, dict[str, Any]], Any] = lambda _url, _options: answer(b"{}")

    async def fetch(self, url: str, options: dict[str, Any]) -> Any:
        self.asked.append((url, options))
        found = self.answers(url, options)
        if isinstance(found, BaseException):
            raise found
        return await found if asyncio.isfuture(found) else found

    @property
    def methods(self) -> list[str]:
        return [options["method"] for _, options in self.asked]

    def _end(self) -> None:
        self.ended += 1


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    browser = Browser()
    js, pyodide, ffi = ModuleType("js"), ModuleType("pyodide"), ModuleType("pyodide.ffi")
    js.fetch = browser.fetch  # type: ignore[attr-defined]
    js.Object = SimpleNamespace(fromEntries=dict)  # type: ignore[attr-defined]
    controller = SimpleNamespace(signal="signal", abort=browser._end)
    js.AbortController = SimpleNamespace(new=lambda: controller)  # type: ignore[attr-defined]
    ffi.to_js = lambda value, **_: value  # type: ignore[attr-defined]
    ffi.JsException = JsException  # type: ignore[attr-defined]
    for module in (js, pyodide, ffi):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(platform, "is_browser", lambda: True)
    return browser


def exchange(*calls: Call, base_url: str = SERVICE, **endpoint: Any) -> Reply:
    """Send calls in turn over one transport; return the last reply."""

    async def run() -> Reply:
        transport = Transport(Fixed(Endpoint(base_url, Secret(KEY, source="test"), **endpoint)))
        try:
            return [await transport.send(call) for call in calls][-1]
        finally:
            await transport.close()

    return asyncio.run(run())


def test_a_create_carries_its_key_and_body_and_nothing_of_the_browsers(browser: Browser) -> None:
    reply = exchange(CREATE)
    assert reply.json == {}
    url, options = browser.asked[-1]
    assert url == f"{SERVICE}/videos"
    assert options["headers"]["authorization"] == f"Bearer {KEY}"
    assert options["body"] == b'{"prompt":"a kite"}'
    kept_out = {"user-agent", "accept-encoding", "host", "content-length", "connection"}
    assert kept_out.isdisjoint(options["headers"])
    settings = ("credentials", "cache", "referrerPolicy", "redirect")
    assert [options[name] for name in settings] == ["omit", "no-store", "no-referrer", "manual"]
    assert browser.ended == len(browser.asked), "each exchange is ended"


def test_a_service_that_lets_no_page_call_it_is_sent_nothing(browser: Browser) -> None:
    """The question comes first, and costs nothing: so it is proof."""
    browser.answers = lambda _url, _options: JsException("Failed to fetch")
    with pytest.raises(NotSent, match=r"video\.test does not let web pages call it \(CORS\)") as caught:
        exchange(CREATE)
    assert browser.methods == ["GET"]
    failure = caught.value.failure
    assert failure is not None
    assert (failure.sent, failure.charged) == ("no", "no")
    assert "jupyter videogen serve --cors" in failure.next


def test_a_service_is_asked_once(browser: Browser) -> None:
    exchange(CREATE, CREATE, LOOK, CREATE)
    assert browser.methods == ["GET", "POST", "POST", "GET", "POST"]


def test_a_refusal_that_can_be_read_allows_the_call(browser: Browser) -> None:
    """The question is for the right to read an answer: which answer does not matter."""
    browser.answers = lambda _url, options: answer(b"{}", status=405 if options["method"] == "GET" else 200)
    assert exchange(CREATE).status == 200


def test_a_create_without_an_answer_may_have_arrived(browser: Browser) -> None:
    """A preflight that is refused only now cannot be told from a lost answer."""
    browser.answers = lambda _url, options: (
        JsException(f"Failed to fetch {SERVICE} {KEY}") if options["method"] == "POST" else answer(b"{}")
    )
    with pytest.raises(Lost, match="the browser got no answer") as caught:
        exchange(CREATE)
    assert browser.methods == ["GET", "POST"]
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_a_body_that_breaks_off_is_lost(browser: Browser) -> None:
    browser.answers = lambda _url, _options: answer(b'{"id"', JsException("network error"))
    with pytest.raises(Lost, match="the browser got no answer"):
        exchange(LOOK)


def test_a_request_that_takes_too_long_is_ended(browser: Browser) -> None:
    async def run() -> None:
        browser.answers = lambda _url, _options: asyncio.get_running_loop().create_future()
        transport = Transport(Fixed(Endpoint(SERVICE)), timeout=0.01)
        with pytest.raises(Lost, match="no answer in time"):
            await transport.send(LOOK)
        await transport.close()

    asyncio.run(run())
    assert browser.ended == 1


def test_what_the_browser_has_decompressed_is_not_decompressed_again(browser: Browser) -> None:
    browser.answers = lambda _url, _options: answer(b'{"a":1}', content_encoding="gzip", content_length="3")
    assert exchange(LOOK).json == {"a": 1}


@pytest.mark.parametrize(
    ("headers", "call", "redirect"),
    [
        ({}, LOOK, "follow"),
        ({"x-key": "secret"}, LOOK, "manual"),  # a browser takes it along to strangers
        ({}, Call("GET", "/videos/1", stays=True), "manual"),
    ],
)
def test_a_redirect_is_followed_where_strangers_get_no_key(
    browser: Browser, headers: dict[str, str], call: Call, redirect: str
) -> None:
    exchange(call, headers=headers)
    assert browser.asked[-1][1]["redirect"] == redirect


def test_a_redirect_that_is_not_followed_is_a_redirect(browser: Browser) -> None:
    """The browser tells neither its status nor where it leads."""
    browser.answers = lambda _url, _options: answer(status=0)
    assert exchange(Call("GET", "/videos/1", stays=True)).status == 302


@pytest.mark.parametrize("url", ["http://10.0.0.7/a.mp4", "http://[::1]/a.mp4", "http://localhost/a.mp4"])
def test_a_reply_does_not_lead_to_a_private_address(browser: Browser, url: str) -> None:
    with pytest.raises(Forbidden):
        exchange(Call("GET", url), base_url="http://video.test/v1", allow_insecure=True)
    assert browser.asked == []


def test_a_key_goes_unencrypted_to_no_name_that_only_the_browser_looks_up(browser: Browser) -> None:
    with pytest.raises(Forbidden, match="encryption"):
        exchange(LOOK, base_url="http://video.test/v1")
    assert exchange(LOOK, base_url="http://localhost:8000/v1").status == 200


def test_a_name_is_looked_up_by_the_browser(browser: Browser) -> None:
    assert asyncio.run(url_policy.resolve_allowed("https://cdn.test/a.mp4", base_url=SERVICE)) == []


def test_the_local_engine_refuses_with_the_reason(browser: Browser) -> None:
    with pytest.raises(Unsupported, match=r"a process of its own.*browser"):
        local_gateway.check_installed()
