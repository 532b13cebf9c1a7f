"""The HTTP protocol of a connection: a test model may cut it, and an incomplete request times out."""

import asyncio

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

CUT = "videogen.cut"
HALF = 30.0
"""Seconds that the head of a request may take, and its body without getting on by `STEP` bytes."""
STEP = 1024
UNFINISHED = frozenset({h11.IDLE, h11.SEND_BODY})


class CuttableProtocol(H11Protocol):
    """Uvicorn's own protocol, which lets the application end a connection without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Give each request of this connection a way to close it, and start its timeout."""
        super().connection_made(transport)
        app = self.app

        async def cuttable(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[CUT] = transport.abort
            await app(scope, receive, send)

        self.app = cuttable
        self._since = self.loop.time()
        self._watch = self.loop.call_later(HALF, self._look)

    def data_received(self, data: bytes) -> None:
        """Handle received data; a body that makes progress restarts the timeout."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE and (len(data) >= STEP or not self._is_half()):
            self._since = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timeout."""
        self._watch.cancel()
        super().connection_lost(exc)

    def _is_half(self) -> bool:
        return self.conn.their_state in UNFINISHED

    def _look(self) -> None:
        """Close a connection whose request has been half there for too long."""
        now = self.loop.time()
        if not self._is_half():
            self._since = now
        elif now - self._since >= HALF:
            self.transport.abort()
            return
        self._watch = self.loop.call_later(max(self._since + HALF - now, HALF / 10), self._look)
