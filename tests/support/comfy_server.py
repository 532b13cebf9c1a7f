"""The Comfy API on a real socket: every job is done at its first look, and what was sent is kept."""

from __future__ import annotations

import json
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from support.fakes import MP4

if TYPE_CHECKING:
    from types import TracebackType

FILM = {"node_id": "50", "name": "clip.mp4", "type": "video", "content_type": "video/mp4", "id": "film"}


class ComfyServer:
    """`/api/v2` with jobs, assets, and a book of both."""

    def __init__(self) -> None:
        self.creates: list[dict[str, Any]] = []
        self.uploads: list[bytes] = []
        self.assets: dict[str, str] = {}
        """Ids of assets by the hash of what was uploaded."""
        self.keys: set[str] = set()
        self.refuse_uploads = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/v2"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Answer one request."""
        match [method, *path.partition("?")[0].removeprefix("/api/v2/").split("/")]:
            case ["POST", "jobs"]:
                self.creates.append(json.loads(body))
                return 201, {"id": f"job-{len(self.creates)}", "status": "queued"}
            case ["GET", "jobs", job]:
                return 200, {"id": job, "status": "succeeded", "outputs": [FILM]}
            case ["POST", "assets"]:
                return self._upload(body)
            case ["GET", "assets", "film", "content"]:
                return 200, MP4
            case ["GET", "assets", asset] if asset in self.assets.values():
                return 200, {"id": asset}
        return 404, {"error": {"code": "not_found", "message": f"No {path}."}}

    def _upload(self, body: bytes) -> tuple[int, Any]:
        self.uploads.append(body)
        if self.refuse_uploads:
            return 413, {"error": {"code": "payload_too_large", "message": "Upload exceeds 100 bytes."}}
        asset = self.assets.setdefault(sha256(body.partition(b"PNG")[2][:64]).hexdigest(), f"asset-{len(self.assets)}")
        return 201, {"id": asset, "hash": None}


def _handler(server: ComfyServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._give(*server.answer("GET", self.path, b""))

        def do_POST(self) -> None:
            server.keys.add(self.headers.get("authorization", ""))
            self._give(*server.answer("POST", self.path, self.rfile.read(int(self.headers["content-length"] or 0))))

        def _give(self, status: int, answer: object) -> None:
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.send_header("openai-poll-after-ms", "10")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
            """Say nothing."""

    return Handler
