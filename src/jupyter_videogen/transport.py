"""`Call -> Reply` over HTTP: the only file that imports the HTTP library, and the one that holds credentials.

Nothing is retried here. Every failure of the line leaves as `NotSent` (proof that the body never left whole) or
`Lost` (it may have arrived), without the library's request objects: those hold keys.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import httpx  # noqa: TID251 - this is the one place; `httpx2` has the same API and is a change of this line
import msgspec

from .errors import VideogenError
from .keys import Secret
from .wire import Call, Lost, NotSent, Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CONNECTIONS = 8
"""In flight per endpoint, behind our own gate: the pool's own queue costs CPU for every waiter."""
CONNECT = 10.0
LARGEST_REPLY = 2 * 1024 * 1024
"""Bytes of a reply that cannot hold a clip."""
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
BODY_SENT = "send_request_body.complete"


class Endpoint(msgspec.Struct, frozen=True):
    """Where calls go now, and what opens the door there."""

    base_url: str
    secret: Secret | None = None
    headers: dict[str, str] = {}


class Source(Protocol):
    """What knows the endpoint: a constant for a service, a launcher for the local gateway."""

    async def endpoint(self) -> Endpoint:
        """Give the endpoint for the next call."""
        ...

    async def renew(self) -> None:
        """The endpoint refused a connection: make sure the next one is good."""
        ...


class Fixed:
    """A source for a service that is where it is."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def endpoint(self) -> Endpoint:
        """Give the same endpoint always."""
        return self._endpoint

    async def renew(self) -> None:
        """Nothing to be done about a service that is away."""


class Stream:
    """The head of a reply and its body piece by piece."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers = _headers(response)
        self._response = response

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the body as it arrives, undecoded; raises `Lost` when the line breaks."""
        try:
            async for piece in self._response.aiter_raw(256 * 1024):
                yield piece
        except httpx.HTTPError as error:
            raise Lost(_name(error)) from None

    async def reply(self) -> Reply:
        """Read the rest as a small reply."""
        body = b""
        async for piece in self.pieces():
            body += piece
            if len(body) > LARGEST_REPLY:
                raise Lost("the reply is larger than any reply should be")
        return Reply(self.status, self.headers, body)


class Transport:
    """Calls to one endpoint, at most eight at a time. Lives on one event loop."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._gate = asyncio.Semaphore(CONNECTIONS)
        self._client = httpx.AsyncClient(follow_redirects=False, headers={"accept-encoding": "identity"})

    async def send(self, call: Call) -> Reply:
        """Exchange one call for its reply, within the call's timeout; raises `NotSent` or `Lost`."""
        sent = asyncio.Event()
        try:
            async with asyncio.timeout(call.timeout), self.stream(call, sent=sent) as stream:
                return await stream.reply()
        except TimeoutError:
            raise (Lost if sent.is_set() else NotSent)("no answer in time") from None

    @asynccontextmanager
    async def stream(self, call: Call, *, sent: asyncio.Event | None = None) -> AsyncIterator[Stream]:
        """Open one call and give its reply as it comes; `sent` is set once the whole request has left."""
        endpoint = await self._endpoint()
        sent = sent or asyncio.Event()
        async with self._gate:
            response = await self._open(self._request(call, endpoint, sent), sent)
            try:
                yield Stream(response)
            finally:
                await response.aclose()

    async def renew(self) -> None:
        """The last call could not connect: let the source mend what it can."""
        with suppress(VideogenError):
            await self._source.renew()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _endpoint(self) -> Endpoint:
        try:
            return await self._source.endpoint()
        except VideogenError as error:
            raise NotSent(error.message, failure=error.failure) from None

    def _request(self, call: Call, endpoint: Endpoint, sent: asyncio.Event) -> httpx.Request:
        url = call.url if urlsplit(call.url).scheme else endpoint.base_url.rstrip("/") + call.url
        return self._client.build_request(
            call.method,
            url,
            json=call.json,
            headers={**call.headers, **(_doors(endpoint) if _same_origin(url, endpoint.base_url) else {})},
            timeout=httpx.Timeout(call.timeout, connect=CONNECT),
            extensions={"trace": _watch_body(sent)},
        )

    async def _open(self, request: httpx.Request, sent: asyncio.Event) -> httpx.Response:
        try:
            return await self._client.send(request, stream=True)
        except UNSENT as error:
            raise NotSent(_name(error)) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise (Lost if sent.is_set() else NotSent)(_name(error)) from None


def _watch_body(sent: asyncio.Event) -> Any:  # noqa: ANN401 - the library types its hook so
    """Give the hook that notes when the body has left: without that note the service never had all of it."""

    async def trace(event: str, _info: dict[str, Any]) -> None:
        if event.endswith(BODY_SENT):
            sent.set()

    return trace


def _doors(endpoint: Endpoint) -> dict[str, str]:
    secret = {} if endpoint.secret is None else {"authorization": f"Bearer {endpoint.secret.reveal()}"}
    return {**endpoint.headers, **secret}


def _same_origin(url: str, base_url: str) -> bool:
    """Tell whether a URL is the provider's own: only there does the key go."""
    one, other = urlsplit(url), urlsplit(base_url)
    return (one.scheme, one.hostname, one.port) == (other.scheme, other.hostname, other.port)


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _name(error: Exception) -> str:
    """Name a library error without its text, which may quote what was sent."""
    return type(error).__name__
