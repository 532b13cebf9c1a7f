"""What the peers that our client orders from have in common: a film, a picture, and a storage of somebody else's."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, TypeVar

Failed = TypeVar("Failed", bound=Exception)

KEY = "sk-canary-0123456789"
"""Of the one server that is asked; nobody else may see it."""


def box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + kind + body


FILM = box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", b"\0" * 40) + box(b"mdat", bytes(range(256)) * 8)
FILMS = (FILM, FILM + box(b"free", b"2"))
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c636060606000000005000157cd2b700000000049454e44ae426082"
)
"""One pixel."""


class Store(BaseHTTPRequestHandler):
    """Another's storage, which must not see the key."""

    keys: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Return the film to anybody."""
        self.keys.append(self.headers.get("authorization", ""))
        self.send_response(200)
        self.send_header("content-length", str(len(FILM)))
        self.end_headers()
        self.wfile.write(FILM)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
        """Say nothing."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Run a server of these answers on a port of its own, and give its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def ending(act: Callable[[], object], kind: type[Failed]) -> Failed:
    """Return the exception, of just this kind, that an act must end in."""
    try:
        act()
    except kind as error:
        if type(error) is kind:
            return error
        raise
    raise AssertionError(act)
