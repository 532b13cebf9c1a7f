"""A small paid provider of the OpenAI shape on a real socket, which keeps a book of what it accepted."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from support.fakes import MP4, box

if TYPE_CHECKING:
    from email.message import Message


class Sale(NamedTuple):
    """One create that was accepted, and so is charged."""

    id: str
    prompt: str
    idempotency_key: str
    authorization: str
    created_at: float


class Shop:
    """The provider; its switches say how it misbehaves from now on."""

    is_numbered = False
    """Give the clip of each job bytes of its own, in a box that players skip."""

    def __init__(self) -> None:
        self.book: list[Sale] = []
        self.refusal: tuple[int, dict[str, Any]] | None = None
        """Answer creates with this status and body, and accept nothing."""
        self.deaf = False
        """Accept creates and close the line without an answer."""
        self.models: list[str] = []
        """The models it lists; without any it has no list of them."""
        self.listing = True
        """Have a list of jobs."""
        self.held = threading.Event()
        """Creates are answered, and jobs are finished, only while this is set."""
        self.held.set()
        self.asked = threading.Event()
        """A create has arrived."""
        self.begun, self.reading = threading.Event(), threading.Event()
        """The first 64 KiB of a create have arrived; the rest is read only while the second is set."""
        self.reading.set()
        self.busy = 0
        """How many further creates are answered 429, with a Retry-After of 3 seconds."""
        self.done = True
        """Finish jobs."""
        self.content = MP4
        """The clip of every job."""
        self.pictures: list[str] = []
        """The SHA-256 of the picture of each create that was accepted; empty where it had none."""
        self.gone = False
        """Know no job any more."""
        self.locked = False
        """Refuse the key on looks."""
        self.looks = 0
        self.fetches: list[str] = []
        """The ids of the jobs whose clips were fetched, once for each time; still pictures are not counted."""
        self.places: int | None = None
        """How many jobs it has at once; a create more is answered 429."""
        self.looks_to_finish = 1
        """Looks until a job is done."""
        self.lasts: float | None = None
        """Seconds after which a job is done, whether it is looked at or not."""
        self.open: dict[str, int] = {}
        """Jobs that are not done, and how often each was looked at."""
        self.most_open = self.too_many = 0
        """The most jobs that it had at once, and the creates that it refused for that."""
        self._counting = threading.Lock()
        shop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                shop.get(self)

            def do_POST(self) -> None:
                shop.post(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients die here, on purpose
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.held.set()
        self.reading.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def post(self, request: BaseHTTPRequestHandler) -> None:
        whole = self._read(request)
        if len(whole) < int(request.headers["content-length"]):
            request.close_connection = True  # cut off on its way: no request
            return
        body = fields(request, whole)
        self.asked.set()
        if self.busy:
            self.busy -= 1
            answer(request, 429, {"error": {"message": "slow down"}}, retry_after="3")
            return
        if self.refusal is not None:
            answer(request, *self.refusal)
            return
        name = self._accept(request, body["prompt"], picture(request, whole))
        if name is None:
            answer(request, 429, {"error": {"message": "too many jobs"}}, retry_after="1")
            return
        self.held.wait()
        if self.deaf:
            request.close_connection = True
            return
        answer(request, 200, {"id": name, "status": "queued"})

    def _accept(self, request: BaseHTTPRequestHandler, prompt: str, picture: str) -> str | None:
        """Write a create into the book, where there is a place for it."""
        headers = request.headers
        with self._counting:
            self._end_old_jobs()
            if self.places is not None and len(self.open) >= self.places:
                self.too_many += 1
                return None
            name = f"video_{len(self.book) + 1}"
            key, door = headers["idempotency-key"], headers.get("authorization", "")
            self.book.append(Sale(name, prompt, key, door, time.time()))
            self.pictures.append(picture)
            self.open[name] = 0
            self.most_open = max(self.most_open, len(self.open))
            return name

    def _is_done(self, name: str) -> bool:
        """Take in a look at a job, and tell whether it is done."""
        with self._counting:
            self._end_old_jobs()
            looks = self.open.get(name, self.looks_to_finish) + 1
            is_due = looks >= self.looks_to_finish if self.lasts is None else name not in self.open
            done = self.done and self.held.is_set() and is_due
            if name in self.open:
                self.open[name] = looks
            if done:
                self.open.pop(name, None)
            return done

    def _end_old_jobs(self) -> None:
        if self.lasts is not None:
            ended = time.time() - self.lasts
            for sale in self.book:
                if sale.created_at <= ended:
                    self.open.pop(sale.id, None)

    def _read(self, request: BaseHTTPRequestHandler) -> bytes:
        """Read the body of a create, with a pause in it where that is wanted."""
        length = int(request.headers["content-length"])
        first = request.rfile.read(min(length, 1 << 16))
        self.begun.set()
        self.reading.wait()
        return first + request.rfile.read(length - len(first))

    def get(self, request: BaseHTTPRequestHandler) -> None:
        url = urlsplit(request.path)
        words = url.path.split("/")[2:]
        if words[-1] == "content":
            self.fetches += [words[-2]] * (not url.query)  # a still picture is asked for with one
            answer(request, 200, self.content + box(b"free", words[-2].encode()) * self.is_numbered)
        elif words == ["models"] and self.models:
            answer(request, 200, {"data": [{"id": name} for name in self.models]})
        elif words == ["videos"]:
            answer(request, *self._page(parse_qs(url.query)))
        elif self.locked:
            answer(request, 401, {"error": {"message": "bad key"}})
        elif self.gone or words[-1] not in {sale.id for sale in self.book}:
            answer(request, 404, {"error": {"message": "no such video"}})
        else:
            self.looks += 1
            answer(
                request,
                200,
                {"id": words[-1], "status": "completed" if self._is_done(words[-1]) else "in_progress"},
            )

    def _page(self, query: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        if not self.listing:
            return 404, {"error": {"message": "no such page"}}
        rows = [{"id": sale.id, "prompt": sale.prompt, "created_at": sale.created_at} for sale in reversed(self.book)]
        after = query.get("after", [None])[0]
        names = [row["id"] for row in rows]
        start, limit = names.index(after) + 1 if after in names else 0, int(query["limit"][0])
        page = rows[start : start + limit]
        return 200, {"data": page, "has_more": start + limit < len(rows), "last_id": page[-1]["id"] if page else None}


def _form(request: BaseHTTPRequestHandler, body: bytes) -> Message:
    return message_from_bytes(f"content-type: {request.headers['content-type']}\r\n\r\n".encode() + body)


def picture(request: BaseHTTPRequestHandler, body: bytes) -> str:
    """Return the SHA-256 of the picture in a multipart form; empty where there is none."""
    files = [part for part in _form(request, body).walk() if part.get_content_maintype() == "image"]
    return hashlib.sha256(bytes(files[0].get_payload(decode=True))).hexdigest() if files else ""


def fields(request: BaseHTTPRequestHandler, body: bytes) -> dict[str, str]:
    """Read a multipart form of text fields."""
    form = _form(request, body)
    return {str(part.get_param("name", header="content-disposition")): str(part.get_payload()) for part in form.walk()}


def answer(
    request: BaseHTTPRequestHandler, status: int, body: dict[str, Any] | bytes, *, retry_after: str | None = None
) -> None:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    request.send_response(status)
    if retry_after is not None:
        request.send_header("retry-after", retry_after)
    request.send_header("content-length", str(len(payload)))
    request.send_header("openai-poll-after-ms", "200")
    request.end_headers()
    request.wfile.write(payload)
