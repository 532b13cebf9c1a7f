"""One HTTP exchange of Python in a browser, by `fetch` (https://fetch.spec.whatwg.org/).

What the browser would add by itself is switched off: cookies, the referrer, its cache. A `fetch` that is rejected says
nothing about why, on purpose: a preflight that was refused (the request never left), a broken line and a lost answer look
the same. So whoever asks has to take a rejected request for one that may have arrived.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

UNSENDABLE = frozenset({"accept-encoding", "connection", "content-length", "host", "user-agent"})
"""Headers that the browser sets itself; the last one, set by a page, would make a preflight of every request."""
DECODED = frozenset({"content-encoding", "content-length"})
"""Headers that no longer hold where the browser has decompressed a body."""
MOVED = 302
"""Stands for the status of a redirect that is not followed, which the browser does not tell."""


class Rejected(Exception):
    """The browser gave no answer."""


class Request(NamedTuple):
    """What is asked."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    follows: bool
    """Whether the browser may follow redirects; it takes the authorization header along only to the same origin."""


class Answer:
    """The head of an answer, and its body piece by piece."""

    def __init__(self, response: Any, abort: Any) -> None:  # noqa: ANN401 - JavaScript objects
        self.status: int = response.status or MOVED
        self.headers = _headers(response)
        self._body, self._abort = response.body, abort

    async def pieces(self) -> AsyncIterator[bytes]:
        """Return the body as it arrives, decompressed; raises `Rejected` when the line breaks."""
        if self._body is None:
            return
        reader = self._body.getReader()
        while not (piece := await _answered(reader.read())).done:
            yield piece.value.to_bytes()

    def close(self) -> None:
        """End the exchange, whether all of the body was read or not."""
        self._abort.abort()


async def fetch(request: Request) -> Answer:
    """Send a request and return the head of its answer; raises `Rejected`. Cancelling it ends the request."""
    js, ffi = import_module("js"), import_module("pyodide.ffi")
    abort = js.AbortController.new()
    settings = {
        "method": request.method,
        "headers": {name: value for name, value in request.headers.items() if name.lower() not in UNSENDABLE},
        "body": request.body or None,
        "redirect": "follow" if request.follows else "manual",
        "credentials": "omit",
        "cache": "no-store",
        "referrerPolicy": "no-referrer",
        "signal": abort.signal,
    }
    try:
        options = ffi.to_js(settings, dict_converter=js.Object.fromEntries)
        return Answer(await _answered(js.fetch(request.url, options)), abort)
    except BaseException:
        abort.abort()
        raise


async def _answered(promise: Any) -> Any:  # noqa: ANN401 - JavaScript objects
    """Wait for a promise; raises `Rejected`, without the browser's words, which hold the address."""
    try:
        return await promise
    except import_module("pyodide.ffi").JsException:
        pass
    raise Rejected


def _headers(response: Any) -> dict[str, str]:  # noqa: ANN401 - a JavaScript object
    headers = {str(name): str(value) for name, value in response.headers.entries()}
    if "content-encoding" in headers:
        return {name: value for name, value in headers.items() if name not in DECODED}
    return headers
