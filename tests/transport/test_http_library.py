"""Both HTTP libraries: httpx2 where it is there, httpx where it is not, and the same exchange with each."""

from __future__ import annotations

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec

import pytest

EXCHANGE = """
import asyncio, sys
if {hidden}:
    sys.modules["httpx2"] = None
from jupyter_videogen.transport import client as transport
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from jupyter_videogen.core.http import Call, NotSent

async def exchange():
    line = Transport(Fixed(Endpoint("{url}")))
    reply = await line.send(Call("POST", "/x", json={{"a": 1}}))
    away = Transport(Fixed(Endpoint("http://127.0.0.1:9")))
    try:
        await away.send(Call("POST", "/x", json={{}}))
    except NotSent as error:
        print(transport.httpx.__name__, reply.status, reply.json, error)
    await line.close()
    await away.close()

asyncio.run(exchange())
"""


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
        """Say nothing."""


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_an_exchange_is_the_same_with_both(library: str) -> None:
    """A reply, and the proof that nothing was sent where nobody answers; httpx2 goes first where it is installed."""
    if find_spec(library) is None:
        pytest.skip(f"{library} is not installed.")
    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        code = EXCHANGE.format(hidden=library == "httpx", url=f"http://127.0.0.1:{server.server_port}")
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        server.shutdown()
        thread.join()
    assert (
        ran.stdout.strip() == f"{library} 200 {{'a': 1}} the connection was refused, cut off or could not be encrypted"
    )
