"""How the loop of a process ends: first what runs, then what it used."""

from __future__ import annotations

import asyncio
import gc
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from jupyter_videogen.core.http import Call
from jupyter_videogen.runtime.loop_thread import LoopThread
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed

if TYPE_CHECKING:
    from collections.abc import Iterator


class Patient(BaseHTTPRequestHandler):
    """Answers on connections that stay open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        with suppress(ConnectionError):
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """A server of many connections; gives its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Patient) as http:
        http.daemon_threads = True
        threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


def test_what_comes_last_comes_when_nothing_else_runs() -> None:
    """Also a task that has something left to do when it is cancelled has done it."""
    loop, order, runs = LoopThread(), [], threading.Event()

    async def work() -> None:
        runs.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # noqa: TID251 - no time passes
            order.append("work")

    async def last() -> None:
        order.append("last")

    loop.submit(work)
    runs.wait()
    loop.stop(last)
    assert order == ["work", "last"]


def test_no_connection_outlives_the_loop(server: str) -> None:
    """Not even one that a call opens while the others are closed."""
    for _ in range(10):
        loop, answered = LoopThread(), threading.Event()
        transport = Transport(Fixed(Endpoint(server)))

        async def ask(transport: Transport = transport, answered: threading.Event = answered) -> None:
            while True:
                await transport.send(Call("GET", "/videos"))
                answered.set()

        for _ in range(8):
            loop.submit(ask)
        answered.wait()
        loop.stop(transport.close)
    gc.collect()  # a connection that is left open is told of here, and fails the test
