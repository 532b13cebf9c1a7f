"""`Call -> Reply` over HTTP: the only file that imports the HTTP library, and the one that holds credentials.

Nothing is retried here. Every failure of the line leaves as `NotSent` (proof that the body never left whole) or
`Lost` (it may have arrived), without the library's request objects: those hold keys.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import httpx  # noqa: TID251 - this is the one place; `httpx2` has the same API and is a change of this line
import msgspec

from . import origin
from .errors import VideogenError
from .keys import Secret
from .wire import Base64, Call, Lost, NotSent, Reply, Upload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CONNECTIONS = 8
"""In flight per endpoint, behind our own gate: the pool's own queue costs CPU for every waiter."""
CONNECT = 10.0
LARGEST_REPLY = 2 * 1024 * 1024
"""Bytes of a reply that cannot hold a clip."""
LARGEST_INLINE = 512 * 1024 * 1024
"""Bytes of a reply that may hold clips in base64."""
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
REDIRECTS = 5
MOVED = frozenset({301, 302, 303, 307, 308})
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

    async def reply(self, largest: int = LARGEST_REPLY) -> Reply:
        """Read the rest as one reply of at most so many bytes."""
        body = bytearray()
        async for piece in self.pieces():
            body += piece
            if len(body) > largest:
                raise Lost("the reply is larger than any reply should be")
        return Reply(self.status, self.headers, bytes(body))


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
                return await stream.reply(LARGEST_INLINE if call.carries_clips else LARGEST_REPLY)
        except TimeoutError:
            raise (Lost if sent.is_set() else NotSent)("no answer in time") from None

    @asynccontextmanager
    async def stream(self, call: Call, *, sent: asyncio.Event | None = None) -> AsyncIterator[Stream]:
        """Open one call and give its reply as it comes; `sent` is set once the whole request has left."""
        endpoint = await self._endpoint()
        sent = sent or asyncio.Event()
        async with self._gate:
            response = await self._follow(call, endpoint, sent)
            try:
                yield Stream(response)
            finally:
                await response.aclose()

    async def _follow(self, call: Call, endpoint: Endpoint, sent: asyncio.Event) -> httpx.Response:
        """Open a call, and where it only reads, go where it is sent; every step is checked, and strangers get no key."""
        url = call.url if urlsplit(call.url).scheme else endpoint.base_url.rstrip("/") + call.url
        for _ in range(REDIRECTS + 1):
            await _checked(url, endpoint)
            with ExitStack() as files:
                response = await self._open(self._request(call, url, endpoint, sent, files), sent)
            location = response.headers.get("location")
            if call.method != "GET" or response.status_code not in MOVED or not location:
                return response
            await response.aclose()
            url = origin.target(url, location)
        raise NotSent("too many redirects")

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

    def _request(
        self, call: Call, url: str, endpoint: Endpoint, sent: asyncio.Event, files: ExitStack
    ) -> httpx.Request:
        return self._client.build_request(
            call.method,
            url,
            **_body(call, files),
            headers={
                **call.headers,
                **_kind(call),
                **(_doors(endpoint) if origin.same(url, endpoint.base_url) else {}),
            },
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


def _body(call: Call, opened: ExitStack) -> dict[str, Any]:
    """Give the body's arguments for the library; files are opened here, read as they leave, and closed by `opened`."""
    if call.form is None:
        return {} if call.json is None else {"content": msgspec.json.encode(call.json, enc_hook=_as_text)}
    files: list[tuple[str, Any]] = []
    for name, value in call.form.items():
        if isinstance(value, Upload):
            content = opened.enter_context(Path(value.path).open("rb"))  # noqa: SIM115 - the stack closes it
            files.append((name, (value.name, content, value.content_type)))
        else:
            files.append((name, (None, value)))
    return {"files": files}


def _kind(call: Call) -> dict[str, str]:
    return {} if call.json is None or call.form is not None else {"content-type": "application/json"}


def _as_text(value: Base64) -> str:
    return value.prefix + b64encode(Path(value.path).read_bytes()).decode()


def _watch_body(sent: asyncio.Event) -> Any:  # noqa: ANN401 - the library types its hook so
    """Give the hook that notes when the body has left: without that note the service never had all of it."""

    async def trace(event: str, _info: dict[str, Any]) -> None:
        if event.endswith(BODY_SENT):
            sent.set()

    return trace


def _doors(endpoint: Endpoint) -> dict[str, str]:
    secret = {} if endpoint.secret is None else {"authorization": f"Bearer {endpoint.secret.reveal()}"}
    return {**endpoint.headers, **secret}


async def _checked(url: str, endpoint: Endpoint) -> None:
    try:
        await origin.check(url, base_url=endpoint.base_url)
    except origin.Refused as error:
        raise NotSent(f"the address was refused: {error}") from None


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _name(error: Exception) -> str:
    """Name a library error without its text, which may quote what was sent."""
    return type(error).__name__
