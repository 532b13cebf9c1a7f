"""A provider on a real socket, as a function from requests to what goes over the wire; every dialect's own way beside it."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from jupyter_videogen.catalog import builtin as rows
from jupyter_videogen.core.secrets import Secret
from jupyter_videogen.runtime.context import RunContext
from jupyter_videogen.runtime.runner import Runner
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from support import comfy_workflows
from support.fakes import MP4
from support.runner_bench import Bench
from support.speeches import SPEECHES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.job import JobRecord

KEY = "sk-canary-0123456789"
ROWS = {
    "qubax": rows.QUBAX,
    "indoxhub": rows.INDOXHUB,
    "openai": rows.AIHUBMIX,
    "bifrost": rows.BIFROST,
    "openrouter": rows.OPENROUTER,
    "local": rows.LOCAL,
    "comfyui": comfy_workflows.UNCHECKED_COMFYUI,
    "comfycloud": comfy_workflows.COMFY_CLOUD,
    "vllm_omni": rows.VLLM_OMNI,
    "sglang": rows.SGLANG,
}
EVERY = {**ROWS, "qubrid": rows.QUBRID}
CREATES = {
    "qubax": "/v1/video/generations",
    "indoxhub": "/v1/videos/generations",
    "openai": "/v1/videos",
    "bifrost": "/v1/videos",
    "openrouter": "/v1/videos",
    "local": "/v1/videos",
    "comfyui": "/v1/jobs",
    "comfycloud": "/v1/jobs",
    "vllm_omni": "/v1/videos",
    "sglang": "/v1/videos",
    "qubrid": "/v1/videos/generations",
}
CLIPS = {
    "qubax": "/v1/media/artifacts/j1/0",
    "indoxhub": "/v1/files/a.mp4",
    "openai": "/v1/videos/j1/content",
    "bifrost": "/v1/videos/j1/content",
    "openrouter": "/v1/videos/j1/content",
    "local": "/v1/videos/j1/content",
    "comfyui": "/v1/assets/a1/content",
    "comfycloud": "/v1/assets/a1/content",
    "vllm_omni": "/v1/videos/j1/content",
    "sglang": "/v1/videos/j1/content",
    "qubrid": "/v1/files/a.mp4",
}
"""Where the clip of the job `j1` is fetched; two providers name it by URL, and theirs may be anywhere."""


NO_JOB = f"/v1/jobs/{UUID(int=0)}"
"""What ComfyUI's dialect looks at before a create."""


def asks(name: str) -> dict[str, Any]:
    """Return what a request to a provider needs beside its prompt."""
    return {"workflow": comfy_workflows.TEXT_TO_VIDEO} if name.startswith("comfy") else {"model": "m"}


class Asked(NamedTuple):
    """One request as it came."""

    method: str
    target: str
    """Path and query, not decoded."""
    headers: dict[str, str]
    body: bytes


def answer(body: object = b"", status: int = 200, *, length: int | None = None, **headers: str) -> bytes:
    """Return a whole HTTP reply; `length` may promise something else than there is."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    lines = {"content-length": str(len(content) if length is None else length), "connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + content


class Host(ThreadingHTTPServer):
    """Answers by a function; None from it hangs up, as a machine that fell over does."""

    daemon_threads = True

    def __init__(self, reply: Callable[[Asked], bytes | None], *, ipv6: bool = False) -> None:
        self.address_family = socket.AF_INET6 if ipv6 else socket.AF_INET
        super().__init__(("::1" if ipv6 else "127.0.0.1", 0), _Handler)
        self.reply = reply
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        name = f"[{self.server_address[0]}]" if ipv6 else "127.0.0.1"
        self.origin = f"http://{name}:{self.server_port}"
        self.url = f"{self.origin}/v1"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Refuse every connection from now on.

        `server_close` alone is not enough: a thread that waits in `poll` keeps the socket open, and the kernel still
        accepts.
        """
        self.closing.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Somebody hung up; the test knows."""

    @property
    def posts(self) -> int:
        return sum(one.method == "POST" for one in self.asked)


class _Handler(BaseHTTPRequestHandler):
    """Reads one request whole and writes what it is told."""

    server: Host

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body)
        self.server.asked.append(asked)
        said = self.server.reply(asked)
        if said is None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.wfile.write(said)
        self.close_connection = True

    do_POST = do_GET  # noqa: N815 - the base class's words
    do_DELETE = do_GET  # noqa: N815 - as above

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
        """Say nothing."""


class Shop:
    """One dialect's provider: takes the job `j1`, calls it completed at the first look, and gives its clip.

    Each of the three may be replaced: `create`, `look` and `clip` are what is answered, or functions that say so.
    """

    def __init__(
        self, name: str, *, create: Any = None, look: Any = None, clip: Any = None, clip_url: str | None = None
    ) -> None:
        self.name = name
        self._create, self._look, self._clip = create, look, clip
        self._clip_url = clip_url
        self.host: Host | None = None

    def __call__(self, asked: Asked) -> bytes | None:
        path = urlsplit(asked.target).path
        if asked.method == "POST":
            return self._say(self._create, self.created, asked)
        if path == NO_JOB or path.endswith("/events"):
            return answer({"error": {"code": "not_found", "message": "There is none."}}, 404)
        if path == CLIPS[self.name]:
            return self._say(None if "variant" in asked.target else self._clip, lambda: self._poster(asked), asked)
        return self._say(self._look, lambda: answer(self.done), asked)

    def created(self) -> bytes:
        """What a create is answered with."""
        if self.name == "qubrid":
            return answer({"created": 1, "data": [{"url": self.clip_url}]})
        return answer({"id": "j1", "job_id": "j1", "status": "pending"})

    @property
    def done(self) -> dict[str, Any]:
        """A finished job."""
        finished = SPEECHES[self.name].finished
        result = {"result": {"url": self.clip_url}} if self.name == "indoxhub" else {}
        return {"id": "j1", "job_id": "j1", "status": "completed", **finished, **result}

    @property
    def clip_url(self) -> str:
        assert self.host is not None
        return self._clip_url or self.host.origin + CLIPS[self.name]

    def _poster(self, asked: Asked) -> bytes:
        return answer({"error": "none"}, 404) if "variant" in asked.target else answer(MP4)

    def _say(self, given: Any, usual: Callable[[], bytes], asked: Asked) -> bytes | None:
        if given is None:
            return usual()
        return given(asked) if callable(given) else given


class Hasty(asyncio.SelectorEventLoop):
    """A loop whose clock can be moved on, so that waits of minutes are over at once."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead

    def leap(self, seconds: float) -> None:
        """Let time pass; from any thread."""
        self.ahead += seconds
        self.call_soon_threadsafe(lambda: None)


class Street(Bench):
    """A bench whose job goes over a real line to a host."""

    def __init__(self, folder: Path, row: Provider, url: str, **endpoint: Any) -> None:
        super().__init__(folder, row, lambda _call: None)  # type: ignore[arg-type, return-value]  # its fake is not used
        self._endpoint = Endpoint(url, **{"secret": Secret(KEY, source="a test"), **endpoint})
        self.loop = Hasty()

    def run(self) -> JobRecord:
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            return runner.run(self._run())

    async def _run(self) -> JobRecord:
        transport = Transport(Fixed(self._endpoint))
        try:
            return await Runner(self.job, self.provider, transport, RunContext(*self.parts), self._note).run()
        finally:
            await transport.close()


def open_shop(shop: Shop, *, ipv6: bool = False) -> Host:
    """Return a host that answers as the shop does."""
    host = Host(shop, ipv6=ipv6)
    shop.host = host
    return host
