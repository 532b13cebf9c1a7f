"""Authentication: check each request before it is routed."""

import logging
import re
import secrets
from collections.abc import Callable
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jupyter_videogen.gateway.dialects.error_format import SIGNED, respond
from jupyter_videogen.gateway.idle_exit import Idle
from jupyter_videogen.gateway.jobs.worker import where
from jupyter_videogen.gateway.requests.error import Problem

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_HTTP_PORT = 80
_KEY_HEADERS = ("x-api-key", "x-bf-vk")
_BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)

_log = logging.getLogger(__name__)


def hosts(host: str, port: int) -> frozenset[str]:
    """Return the Host headers that mean this gateway; a page that rebinds its own name to us sends another."""
    names = {*_LOOPBACK, f"[{host.lower()}]" if ":" in host else host.lower()}
    return frozenset({f"{name}:{port}" for name in names} | (names if port == _HTTP_PORT else set()))


class Addresses(NamedTuple):
    """Host headers that mean this gateway, and origins of pages that may call it besides its own."""

    hosts: frozenset[str]
    origins: frozenset[str] = frozenset()


class Guard:
    """An ASGI application around another: checks each request and marks each answer."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        opens: Callable[[str], bool],
        addresses: Addresses,
        idle: Idle,
        leaving: Callable[[], bool],
    ) -> None:
        self._app = app
        self._opens = opens
        self._hosts, self._origins = addresses
        self._idle = idle
        self._leaving = leaving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise RuntimeError("this gateway speaks HTTP only")
        answer = _Answer(send)
        scope["videogen.request_id"] = answer.request_id
        try:
            self._check(Headers(scope=scope), scope["path"])
        except Problem as refusal:
            await respond(scope["path"], refusal, answer.request_id)(scope, receive, answer)
            return
        self._idle.request_began()
        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - the server's own report would print the error's words, a prompt among them
            _log.error("%s %s: %s", scope["method"], answer.request_id, where(error))
        finally:
            self._idle.request_ended()

    def _check(self, headers: Headers, path: str) -> None:
        self._check_host(headers.getlist("host"))
        self._check_origin(headers)
        if not path.startswith(SIGNED):
            self._check_token(headers)
        if self._leaving():
            raise Problem(503, "shutting_down", "The gateway is shutting down; start it again.")

    def _check_host(self, sent: list[str]) -> None:
        if len(sent) != 1:
            raise Problem(400, "invalid_host", "Exactly one Host header is required.")
        if sent[0].lower() not in self._hosts:
            raise Problem(421, "invalid_host", "The Host header does not name this gateway.")

    def _check_origin(self, headers: Headers) -> None:
        sent = [origin.lower() for origin in headers.getlist("origin")]
        if len(sent) == 1 and sent[0] in self._origins:
            return
        ours = {f"http://{host}" for host in self._hosts}
        strange = any(origin not in ours for origin in sent)
        # Another port of this computer is "same-site" to a browser, and may be anybody's page.
        if strange or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise Problem(403, "origin_refused", "This gateway refuses requests from other web pages.")

    def _check_token(self, headers: Headers) -> None:
        sent = headers.getlist("authorization")
        match = _BEARER.fullmatch(sent[0]) if len(sent) == 1 else None
        keys = [match[1]] if match else []
        keys += [headers[name] for name in _KEY_HEADERS if name in headers and not sent]
        if not any(self._opens(key) for key in keys):
            message = "The gateway's token is required, as the header Authorization: Bearer TOKEN."
            raise Problem(401, "invalid_api_key", message, headers={"www-authenticate": "Bearer"})


class _Answer:
    """Add the headers that every answer carries."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.request_id = f"req_{secrets.token_hex(12)}"

    async def __call__(self, message: Message) -> None:
        """Send one part of the answer."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self.request_id
            headers["x-content-type-options"] = "nosniff"
            headers["cross-origin-resource-policy"] = "same-origin"
            headers.setdefault("cache-control", "no-store")
        await self._send(message)
