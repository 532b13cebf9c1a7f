"""`Call -> Reply` over HTTP: the only file that imports the HTTP library, and the one that holds credentials.

Nothing is retried here. Every failure of the line leaves as `NotSent` (proof that the request never left whole: its last
byte was not handed to the line) or `Lost` (it may have arrived), without the library's request objects: those hold keys.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core import command_names, environment, platform
from jupyter_videogen.core.errors import Failure, VideogenError
from jupyter_videogen.core.http import GZIP, SAFE, Call, Forbidden, Lost, NotSent, Reply
from jupyter_videogen.core.secrets import Secret
from jupyter_videogen.transport import browser_fetch, url_policy
from jupyter_videogen.transport.endpoint import auth_headers, check_encryption, redact_secrets
from jupyter_videogen.transport.inflate import inflate
from jupyter_videogen.transport.reply_spool import Spool
from jupyter_videogen.transport.request_body import content_headers, encode_body, public_headers

if TYPE_CHECKING:
    import httpx
else:
    try:  # httpx's maintained successor, of the same API; a request costs over a quarter less processor
        import httpx2 as httpx
    except ImportError:
        import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from jupyter_videogen.core.secrets import Secret
    from jupyter_videogen.transport.browser_engine import BrowserEngine
    from jupyter_videogen.transport.endpoint import Endpoint, Source

CONNECTIONS = 8
"""In flight per endpoint, behind our own gate: the pool's own queue costs CPU for every waiter."""
CONNECT = 10.0
HEADS = 2.0
"""Times of a call's own limit that the way to a reply's head may take, redirects and all."""
LARGEST_REPLY = 2 * 1024 * 1024
"""Bytes of a reply that cannot hold a clip."""
LARGEST_LOOK = 8 * 1024 * 1024
"""Bytes of one that may hold clips, without the clips."""
LARGEST_INLINE = 6 * 1024**3
"""Bytes of a reply that may hold clips in base64; they go to the disk."""
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
CUT_OFF = "the connection was cut off"
NO_ANSWER = "the browser got no answer: the line broke, or the server does not let web pages call it (CORS)"
ERROR_WORDS: dict[type, str] = {
    httpx.ConnectError: "the connection was refused, cut off or could not be encrypted",
    httpx.ConnectTimeout: "nothing answers at its address",
    httpx.PoolTimeout: "all connections are in use",
    httpx.UnsupportedProtocol: "its address is not a web address",
    httpx.InvalidURL: "its address is not a web address",
    httpx.ProxyError: "the proxy refused",
    httpx.ReadTimeout: "no answer in time",
    httpx.WriteTimeout: "it could not be sent in time",
    httpx.NetworkError: CUT_OFF,
    httpx.RemoteProtocolError: "the server hung up too early, or does not speak HTTP",
    httpx.LocalProtocolError: "the request can't be written as HTTP",
}
"""What the library's errors mean. A server that hangs up without a word is a `RemoteProtocolError`, too."""
CERTIFICATES = "Set the variable to a readable file or folder of PEM certificates, or remove it."
NOT_ALLOWED = "{} does not let web pages call it (CORS), or cannot be reached, so the browser sends it nothing."
GATEWAY = (
    f"Use a gateway that lets this page call it, such as {command_names.PROGRAM} serve --cors ORIGIN in a terminal, with this page's "
    "origin, or run the notebook on a Jupyter server."
)
PIECE = 64 * 1024
"""Bytes of a request that are handed to the line at once."""
REDIRECTS = 5
ERRORS = 400
"""Statuses from here on are errors."""
MOVED = frozenset({301, 302, 303, 307, 308})
KEEPALIVE = [
    (socket.IPPROTO_TCP, getattr(socket, name), value)
    for name, value in {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 60, "TCP_KEEPCNT": 5}.items()
    if hasattr(socket, name)
]
"""Routers forget a silent connection within minutes; a create that answers with the clip is silent for many."""


class Stream:
    """The head of a reply and its body piece by piece."""

    def __init__(self, response: httpx.Response, secret: Secret | None = None) -> None:
        self.status = response.status_code
        self.headers = _lower_headers(response)
        self._response, self._secret = response, secret

    async def pieces(self) -> AsyncIterator[bytes]:
        """Return the body as it arrives, undecoded; raises `Lost` when the line breaks."""
        try:
            async for piece in self._response.aiter_raw():
                yield piece
        except httpx.HTTPError as error:
            broken = Lost(_describe_error(error))
        else:
            return
        raise broken  # out here it has no context: the library's error holds the request, and that the key

    def inflate(self, pieces: AsyncIterator[bytes] | None = None) -> AsyncIterator[bytes]:
        """Return the body with its compression undone, little by little; raises `Lost` for one that is broken or cut.

        `pieces` are the body's, where somebody has looked at its beginning already.
        """
        return inflate(pieces or self.pieces())

    async def reply(self, *, carries_clips: bool = False) -> Reply:
        """Read the rest as one reply: at most 2 MiB, or 8 MiB not counting clips, which go to the disk as they come.

        A provider that compresses unasked is read all the same. Raises `Lost`.
        """
        largest = LARGEST_LOOK if carries_clips else LARGEST_REPLY
        with closing(Spool()) as spool:
            encoded = self.headers.get("content-encoding", "").lower() in GZIP
            async for piece in self.inflate() if encoded else self.pieces():
                try:
                    spool.feed(piece) if carries_clips else spool.rest.extend(piece)
                except OSError as error:
                    raise Lost(f"the reply could not be stored here: {error.strerror}") from None
                if len(spool.rest) > LARGEST_REPLY and self.status >= ERRORS:
                    break  # the first words of an error are enough, and its status says what it means
                if len(spool.rest) + spool.words > largest or spool.size > LARGEST_INLINE:
                    raise Lost("the reply is too large")
            film = spool.end() if carries_clips else ""
            return Reply(self.status, self.headers, self._readable(bytes(spool.rest)), film)

    def _readable(self, body: bytes) -> bytes:
        """Return an error's body without our own key, which some servers quote in it; the body of an answer is left as it is."""
        if self._secret is None or self.status < ERRORS:
            return body
        return body.replace(self._secret.reveal().encode(), "…".encode())


class FetchFailed(httpx.ReadError):
    """The browser gave no answer. The request may have left: a refused preflight cannot be told from a lost answer."""


class FetchedBody(httpx.AsyncByteStream):
    """The body of an answer that the browser fetched."""

    def __init__(self, answer: browser_fetch.Answer) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Return the body as it arrives."""
        try:
            async for piece in self._answer.pieces():
                yield piece
        except browser_fetch.Rejected:
            raise FetchFailed(NO_ANSWER) from None

    async def aclose(self) -> None:
        """End the exchange."""
        self._answer.close()


class FetchTransport(httpx.AsyncBaseTransport):
    """Has the browser do the exchange."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Read the body, which notes that it may leave, and hand the whole to the browser."""
        body = b"".join([piece async for piece in request.stream])  # type: ignore[union-attr]  # ours is asynchronous
        follows = bool(request.extensions.get("follows"))
        asked = browser_fetch.Request(request.method, str(request.url), dict(request.headers), body, follows)
        try:
            answer = await browser_fetch.fetch(asked)
        except browser_fetch.Rejected:
            raise FetchFailed(NO_ANSWER) from None
        return httpx.Response(answer.status, headers=answer.headers, stream=FetchedBody(answer))


class EngineTransport(httpx.AsyncBaseTransport):
    """Has the engine inside this process answer."""

    def __init__(self, engine: BrowserEngine) -> None:
        self._engine = engine

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Read the body, and hand the whole over."""
        body = b"".join([piece async for piece in request.stream])  # type: ignore[union-attr]  # ours is asynchronous
        answer = await self._engine.answer(request.method, str(request.url), request.headers, body)
        return httpx.Response(answer.status, headers=dict(answer.headers), stream=httpx.ByteStream(answer.body))


class GuardedBody(httpx.AsyncByteStream):
    """A body after which its connection is used again only where it brought nothing more.

    What came behind it would be taken for the answer to the next question on that connection.
    """

    def __init__(self, body: Any, line: Any) -> None:  # noqa: ANN401 - the library types neither
        self._body, self._line = body, line

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Return the body as it arrives."""
        async for piece in self._body:
            yield piece

    async def aclose(self) -> None:
        """Close it, and the connection as well where something was left over: before anybody else is given it."""
        if self._line is not None and _left_over(self._body):
            await self._line.aclose()
        await self._body.aclose()


def _left_over(body: object) -> bool:
    """Return whether the connection behind a body holds bytes that are no part of it, or cannot be looked into."""
    inner: Any = body
    for name in ("_httpcore_stream", "_stream", "_connection", "_h11_state"):
        inner = getattr(inner, name, None)
    return inner is None or bool(inner.trailing_data[0])


class RequestBody(httpx.AsyncByteStream):
    """The body of a request on its way out; it notes that the request may arrive before it gives its last byte away.

    The note comes first, so its absence is proof: whatever interrupts the sending (a timeout, a signal, a process that was
    stopped for an hour), a request without the note never left whole. Noting afterwards leaves a gap in which the bytes
    are gone and the note is not there.
    """

    def __init__(self, request: httpx.Request, sent: asyncio.Event) -> None:
        length = request.headers.get("content-length")
        self._body: Any = request.stream
        self._left = int(length) if length is not None and length.isdecimal() else 0
        self._sent = sent
        if not self._left:  # the head alone may be all of it, or nobody knows where the end is
            sent.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Return the body in small pieces, the last of them only after the note."""
        async for whole in self._body:
            for start in range(0, len(whole), PIECE):
                piece = whole[start : start + PIECE]
                self._left -= len(piece)
                if self._left <= 0:
                    self._sent.set()
                yield piece


class PinnedTransport(httpx.AsyncHTTPTransport):
    """Connects to the addresses that were checked, under the name that was asked for.

    A name looked up a second time may have moved to a private address since it was checked.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Try each checked address until one can be connected to."""
        addresses: Sequence[str] = request.extensions.get("addresses", ())
        name = request.url.raw_host.decode("ascii")
        failed: httpx.TransportError | None = None
        for address in addresses:
            request.url = request.url.copy_with(host=address)
            request.extensions = {**request.extensions, "sni_hostname": name}
            try:
                return _guard_body(await super().handle_async_request(request))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = error
        if failed is not None:
            raise failed
        return _guard_body(await super().handle_async_request(request))


def _guard_body(response: httpx.Response) -> httpx.Response:
    response.stream = GuardedBody(response.stream, response.extensions.get("network_stream"))
    return response


class Transport:
    """Calls to one endpoint, at most eight at a time. Lives on one event loop."""

    def __init__(self, source: Source, *, timeout: float | None = None, reads_only: bool = False) -> None:
        """Take what knows the endpoint; `timeout` in seconds goes before each call's own.

        With `reads_only` no call leaves that may cost something: only GET and HEAD do.
        """
        self._source, self._timeout, self._reads_only = source, timeout, reads_only
        self._gate = asyncio.Semaphore(CONNECTIONS)
        self._clients: dict[tuple[str | None, bool], httpx.AsyncClient] = {}
        self._old: list[httpx.AsyncClient] = []
        self._open_calls = 0
        self._allowing: set[str] = set()
        """The addresses that have let this page read an answer."""

    async def send(self, call: Call) -> Reply:
        """Exchange one call for its reply, within the call's timeout; raises `NotSent` or `Lost`."""
        sent = asyncio.Event()
        if self._timeout is not None:
            call = msgspec.structs.replace(call, timeout=self._timeout)
        try:
            async with asyncio.timeout(call.timeout), self.stream(call, sent=sent) as stream:
                return await stream.reply(carries_clips=call.carries_clips)
        except TimeoutError:
            raise (Lost if sent.is_set() else NotSent)("no answer in time") from None

    @asynccontextmanager
    async def stream(self, call: Call, *, sent: asyncio.Event | None = None) -> AsyncIterator[Stream]:
        """Open one call and give its reply as it comes; `sent` is set before its last byte leaves."""
        if self._reads_only and call.method not in SAFE:
            raise Forbidden("this process only watches jobs")
        endpoint = await self._find_endpoint()
        redact_secrets(endpoint, call)
        sent = sent or asyncio.Event()
        async with self._gate, self._count_call():
            if platform.is_browser() and endpoint.engine is None and call.method not in SAFE:
                await self._check_allowed(call, endpoint)
            response = await self._await_head(call, endpoint, sent)
            try:
                yield Stream(response, endpoint.secret)
            finally:
                await response.aclose()

    async def _check_allowed(self, call: Call, endpoint: Endpoint) -> None:
        """Ask a server, before the first call that may cost something, whether this page may read its answers at all.

        A GET of the same address with the same headers makes the browser ask just that and costs nothing. Where its answer
        can be read, a later call without one is `Lost`; where not, that is proof that nothing was sent: raises `NotSent`.
        """
        where = endpoint.base_url
        if where in self._allowing:
            return
        question = Call("GET", call.url, headers=call.headers, timeout=CONNECT, stays=True)
        try:
            response = await self._await_head(question, endpoint, asyncio.Event())
        except Lost:
            message = NOT_ALLOWED.format(url_policy.origin(where)[1])
            failure = Failure(code="unreachable", message=message, next=GATEWAY, sent="no", charged="no")
            raise NotSent(message, failure=failure) from None
        await response.aclose()
        self._allowing.add(where)

    async def _await_head(self, call: Call, endpoint: Endpoint, sent: asyncio.Event) -> httpx.Response:
        """Return a reply's head; a line that brings it sign by sign is given up like one that is silent."""
        try:
            async with asyncio.timeout(HEADS * call.timeout):
                return await self._follow(call, endpoint, sent)
        except TimeoutError:
            raise (Lost if sent.is_set() else NotSent)("no answer in time") from None

    @asynccontextmanager
    async def _count_call(self) -> AsyncIterator[None]:
        self._open_calls += 1
        try:
            yield
        finally:
            self._open_calls -= 1
            await self._close_old()

    async def refresh(self) -> None:
        """Use no connection again that is open now, for this machine has slept; calls under way may end on theirs."""
        self._old += self._clients.values()
        self._clients.clear()
        await self._close_old()

    async def _close_old(self) -> None:
        while self._old and not self._open_calls:
            await self._old.pop().aclose()

    async def _follow(self, call: Call, endpoint: Endpoint, sent: asyncio.Event) -> httpx.Response:
        """Open a call, and where it only reads, go where it is sent; every step is checked, and strangers get no key."""
        url = url_policy.url_below(endpoint.base_url, call.url)
        try:
            await check_encryption(endpoint)
            for _ in range(REDIRECTS + 1):
                addresses = await url_policy.resolve_allowed(url, base_url=endpoint.base_url)
                response = await self._open(call, url, addresses, endpoint, sent)
                location = response.headers.get("location")
                if call.method != "GET" or call.stays or response.status_code not in MOVED or not location:
                    return response
                await response.aclose()
                url = url_policy.resolve_location(url, location)
        except url_policy.RefusedURL as error:
            raise Forbidden(f"the address was refused: {error}") from None
        raise NotSent("too many redirects")

    async def renew(self) -> None:
        """Note that the last call could not connect: let the source mend what it can."""
        with suppress(VideogenError):
            await self._source.renew()

    async def close(self) -> None:
        """Close the connections."""
        for client in (*self._clients.values(), *self._old):
            await client.aclose()

    async def _find_endpoint(self) -> Endpoint:
        try:
            return await self._source.endpoint()
        except VideogenError as error:
            raise NotSent(error.message, failure=error.failure) from None

    def _client(self, proxy: str | None, engine: BrowserEngine | None, *, fresh: bool) -> httpx.AsyncClient:
        """Return the connections through a proxy, if any; fresh ones serve one call each.

        A paid call never goes over a connection that the provider may be closing, and strangers share none.
        """
        way = proxy, fresh
        if way not in self._clients:
            try:
                self._clients[way] = _build_client(*way, engine)
            except (ImportError, ValueError):
                raise NotSent("the proxy in this machine's settings can't be used") from None
        return self._clients[way]

    async def _open(
        self, call: Call, url: str, addresses: Sequence[str], endpoint: Endpoint, sent: asyncio.Event
    ) -> httpx.Response:
        """Send one request and give its reply's head."""
        home = url_policy.same_origin(url, endpoint.base_url)
        proxy = url_policy.proxy(url)
        client = self._client(proxy, endpoint.engine, fresh=call.method != "GET" or not home)
        try:
            with ExitStack() as files:
                request = client.build_request(
                    call.method,
                    url,
                    **encode_body(call, files),
                    headers={
                        **content_headers(call),
                        **(call.headers | auth_headers(endpoint) if home else public_headers(call)),
                    },
                    timeout=httpx.Timeout(call.timeout, connect=CONNECT),
                    extensions={
                        "addresses": () if proxy else addresses,
                        "follows": _may_follow(call, endpoint, home=home),
                    },
                )
                request.stream = RequestBody(request, sent)
                return await client.send(request, stream=True, auth=httpx.Auth())
        except UNSENT as error:
            failed: NotSent | Lost = NotSent(_describe_error(error))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:  # the last two: a file, a sign
            failed = (Lost if sent.is_set() else NotSent)(_describe_error(error))
        raise failed  # out here, for the same reason


def _may_follow(call: Call, endpoint: Endpoint, *, home: bool) -> bool:
    """Return whether a browser may follow a redirect by itself, which it does unseen: strangers get no key.

    Of headers that only the endpoint may see, it leaves out the authorization alone.
    """
    reads = call.method == "GET" and not call.stays
    return reads and (not home or auth_headers(endpoint).keys() <= {"authorization"})


@cache
def _load_certificates(file: str | None, folder: str | None) -> ssl.SSLContext:
    """Return the certificates that are believed, read once: each copy takes 15 ms and half a megabyte.

    Those of the environment (OpenSSL's own SSL_CERT_FILE and SSL_CERT_DIR), else those that come with the library.
    """
    if file is None and folder is None:
        return httpx.create_ssl_context(trust_env=False)
    return ssl.create_default_context(cafile=file, capath=folder)


def _ssl_context() -> ssl.SSLContext:
    try:
        return _load_certificates(*environment.certificates())
    except OSError as error:  # SSLError is one
        message = "The certificates in SSL_CERT_FILE or SSL_CERT_DIR can't be read."
        failure = Failure(code="unreachable", message=message, next=CERTIFICATES, sent="no", charged="no")
        raise Forbidden(f"{message} ({type(error).__name__})", failure=failure) from None


def _build_client(proxy: str | None, fresh: bool, engine: BrowserEngine | None) -> httpx.AsyncClient:  # noqa: FBT001 - half a key
    """Return a client that follows nothing, keeps no cookie and asks for bytes as they are."""
    return httpx.AsyncClient(
        transport=_choose_transport(proxy, engine, fresh=fresh),
        trust_env=False,
        headers={"accept-encoding": "identity"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


def _choose_transport(proxy: str | None, engine: BrowserEngine | None, *, fresh: bool) -> httpx.AsyncBaseTransport:
    if engine is not None:
        return EngineTransport(engine)
    return FetchTransport() if platform.is_browser() else _socket_transport(proxy, fresh=fresh)


def _socket_transport(proxy: str | None, *, fresh: bool) -> PinnedTransport:
    return PinnedTransport(
        verify=_ssl_context(),
        proxy=proxy,
        limits=httpx.Limits(max_keepalive_connections=0 if fresh else CONNECTIONS),
        socket_options=[(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), *KEEPALIVE],
    )


def _lower_headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _describe_error(error: Exception) -> str:
    """Say in words what a library error means, without its own text, which may quote what was sent."""
    if isinstance(error, FetchFailed):
        return NO_ANSWER
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    known = (ERROR_WORDS.get(kind) for kind in type(error).__mro__)
    return next((words for words in known if words), type(error).__name__)
