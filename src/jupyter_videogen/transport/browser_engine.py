"""Provider `browser`: calls are answered inside this process, and clips are drawn by the browser, with no server at all.

It answers as the local gateway does at `/v1/videos`: create, look, list, content, cancel. What draws is a function; in a
browser it is `render` of the package's `engine.js`. Drawings are made one after the other, since a tab has one thread, and
they live as long as the tab: a look at one from before begins it again, since one order always gives the same bytes.
"""

from __future__ import annotations

import asyncio
import time
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import msgspec

from jupyter_videogen.core import environment, platform
from jupyter_videogen.core.decoding import prepare
from jupyter_videogen.core.errors import Unsupported
from jupyter_videogen.transport.kept_orders import KeptOrders

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PAGE = 50
"""Videos of a list where it is not said how many."""
SOONER = {"openai-poll-after-ms": "400"}
"""How soon to look again."""


@prepare
class Order(msgspec.Struct, frozen=True):
    """What is to be drawn, as a create says it."""

    prompt: str
    model: str = "browser/scenes"
    seconds: str = "4"
    size: str = "640x360"
    fps: int = 24
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.prompt.strip():
            raise ValueError("prompt is empty")
        if not self.seconds.isdecimal() or not int(self.seconds):
            raise ValueError("seconds must be a whole number above 0, as text")
        if not all(side.isdecimal() for side in self.size.split("x")) or self.size.count("x") != 1:
            raise ValueError("size must be WIDTHxHEIGHT")


class Drawing(NamedTuple):
    """A clip, its still picture, and what was drawn."""

    clip: bytes
    mime: str
    poster: bytes
    poster_mime: str
    scene: str
    asked: str
    """The scene that the words ask for, where another one is drawn for it."""
    codec: str


class Draw(Protocol):
    """Draws an order; tells how far it is, from 0 to 1. Cancelling ends it between two frames."""

    async def __call__(self, order: Order, progress: Callable[[float], None]) -> Drawing:
        """Return the drawing; whatever it raises is the failure of the job."""
        ...


class Answer(NamedTuple):
    """What a call is answered with."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class BrowserEngine:
    """The videos of this tab, and the calls to them."""

    def __init__(self, draw: Draw, orders: KeptOrders) -> None:
        self._draw, self._orders = draw, orders
        self._videos: dict[str, _Video] = {}
        self._by_key: dict[str, _Video] = {}
        self._turn = asyncio.Lock()

    async def answer(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one call."""
        parts = urlsplit(url)
        match method, [unquote(step) for step in parts.path.split("/")[2:]]:  # after "/v1"
            case "POST", ["videos"]:
                return self._create(headers.get("idempotency-key", ""), body)
            case "GET", ["videos"]:
                return self._page(parse_qs(parts.query))
            case _, ["videos", video_id, *rest] if video := self._videos.get(video_id) or self._resume(video_id):
                return self._about(method, video, rest, parts.query)
            case _:
                return _refuse(404, "not_found", "There is no such video in this tab.")

    def _create(self, key: str, body: bytes) -> Answer:
        """Take an order; one with a key that was seen before is the same order."""
        if key and (known := self._by_key.get(key)):
            return _json(known.view())
        try:
            order = msgspec.json.decode(body, type=Order)
        except msgspec.ValidationError as error:
            return _refuse(400, "invalid_request", str(error))
        except msgspec.DecodeError:
            return _refuse(400, "invalid_request", "The body is not JSON.")
        video = _Video(order, f"video_{uuid4().hex}")
        self._orders.keep(video.id, body)
        self._begin(video)
        self._by_key[key or video.id] = video
        return _json(video.view(), SOONER)

    def _begin(self, video: _Video) -> None:
        video.task = asyncio.get_running_loop().create_task(self._work(video))
        self._videos[video.id] = video

    def _resume(self, video_id: str) -> _Video | None:
        """Begin a video of an earlier visit again."""
        body = self._orders.find(video_id)
        if body is None:
            return None
        try:
            video = _Video(msgspec.json.decode(body, type=Order), video_id)
        except msgspec.DecodeError:  # half a file, of a tab that was closed meanwhile
            return None
        self._begin(video)
        return video

    def _page(self, query: Mapping[str, list[str]]) -> Answer:
        """List the videos, newest first."""
        newest = list(reversed(self._videos.values()))
        after = query.get("after", [""])[0]
        begin = next((at + 1 for at, video in enumerate(newest) if video.id == after), 0)
        end = begin + int(query.get("limit", [str(PAGE)])[0])
        data = [video.view() for video in newest[begin:end]]
        return _json({"object": "list", "data": data, "has_more": end < len(newest)})

    def _about(self, method: str, video: _Video, rest: list[str], query: str) -> Answer:
        match method, rest:
            case "GET", []:
                return _json(video.view(), SOONER if video.open else {})
            case "GET", ["content"] if video.drawing is not None:
                return _content(video.drawing, thumbnail="variant=thumbnail" in query)
            case "GET", ["content"]:
                return _refuse(409, "not_ready", f"The video is {video.status}.")
            case "POST", ["cancel"]:
                return self._cancel(video)
            case "DELETE", []:
                self._cancel(video)
                del self._videos[video.id]
                self._orders.forget(video.id)
                return _json({"id": video.id, "deleted": True})
            case _:
                return _refuse(404, "not_found", "There is no such address.")

    def _cancel(self, video: _Video) -> Answer:
        if not video.open:
            return _refuse(409, "not_cancellable", f"The video is {video.status}.")
        video.status = "cancelled"
        self._orders.forget(video.id)
        if video.task is not None:
            video.task.cancel()
        return _json(video.view())

    async def _work(self, video: _Video) -> None:
        """Draw a video when it is its turn."""
        async with self._turn:
            video.status = "in_progress"
            try:
                video.drawing = await self._draw(video.order, video.tell)
                video.status, video.progress = "completed", 100
            except Exception as error:  # noqa: BLE001 - a drawing that fails is the end of its job, not of the engine
                video.status, video.error = "failed", {"code": "drawing_failed", "message": str(error)}


class _Video:
    """One order and what has become of it."""

    def __init__(self, order: Order, video_id: str) -> None:
        self.order, self.id, self.created_at = order, video_id, int(time.time())
        self.status, self.progress = "queued", 0
        self.error: dict[str, str] | None = None
        self.drawing: Drawing | None = None
        self.task: asyncio.Task[None] | None = None

    @property
    def open(self) -> bool:
        return self.status in {"queued", "in_progress"}

    def tell(self, fraction: float) -> None:
        """Note how far the drawing is; 100 is said once the clip is there."""
        self.progress = min(99, int(100 * fraction))

    def view(self) -> dict[str, Any]:
        """Return the video object."""
        told = {"id": self.id, "object": "video", "status": self.status, "progress": self.progress}
        asked = msgspec.to_builtins(self.order)
        drawn = self.drawing
        differs = drawn is not None and drawn.asked != drawn.scene
        missing = {"not_drawn": {"words": [drawn.asked], "scene": drawn.scene}} if drawn and differs else {}
        return {**asked, **told, "created_at": self.created_at, "error": self.error, **missing}


def _content(drawing: Drawing, *, thumbnail: bool) -> Answer:
    body, mime = (drawing.poster, drawing.poster_mime) if thumbnail else (drawing.clip, drawing.mime)
    return Answer(200, {"content-type": mime, "content-length": str(len(body))}, body)


def _json(value: object, headers: Mapping[str, str] = {}) -> Answer:
    return Answer(200, {"content-type": "application/json", **headers}, msgspec.json.encode(value))


def _refuse(status: int, code: str, message: str) -> Answer:
    body = msgspec.json.encode({"error": {"message": message, "type": "invalid_request_error", "code": code}})
    return Answer(status, {"content-type": "application/json"}, body)


def check_here() -> None:
    """Refuse, before anything is sent, outside a browser; raises `Unsupported`."""
    if not platform.is_browser():
        raise Unsupported(
            "The browser engine draws where Python itself runs in a browser, and here it does not.",
            next="Use provider='local', which draws on this machine.",
        )


@cache
def engine_here() -> BrowserEngine:
    """Return the engine of this tab."""
    return BrowserEngine(_render, KeptOrders(environment.home() / "browser-engine"))


async def _render(order: Order, progress: Callable[[float], None]) -> Drawing:
    """Draw by the package's module, in the worker that Python runs in."""
    js, ffi = import_module("js"), import_module("pyodide.ffi")
    width, height = map(int, order.size.split("x"))
    asked = {"prompt": order.prompt, "width": width, "height": height, "seconds": int(order.seconds)}
    abort, told = js.AbortController.new(), ffi.create_proxy(progress)
    as_object = js.Object.fromEntries
    try:
        module = await _module()
        made = await module.render(
            ffi.to_js({**asked, "fps": order.fps, "seed": order.seed}, dict_converter=as_object),
            ffi.to_js({"onProgress": told, "signal": abort.signal}, dict_converter=as_object),
        )
    except asyncio.CancelledError:
        abort.abort()
        raise
    except ffi.JsException as error:
        raise RuntimeError(str(error.message)) from None
    finally:
        told.destroy()
    clip, poster = made.bytes.to_bytes(), made.poster.to_bytes()
    return Drawing(clip, made.mime, poster, made.posterMime, made.scene, made.asked, made.codec)


_loaded: list[Any] = []


async def _module() -> Any:  # noqa: ANN401 - a JavaScript module
    """Load `engine.js` once, from the package itself: no request leaves."""
    if not _loaded:
        js, code = import_module("js"), import_module("pyodide.code")
        text = files("jupyter_videogen").joinpath("static/engine.js").read_text("utf-8")
        blob = js.Blob.new([text], js.Object.fromEntries([["type", "text/javascript"]]))
        address = js.URL.createObjectURL(blob)
        try:
            _loaded.append(await code.run_js("(address) => import(address)")(address))
        finally:
            js.URL.revokeObjectURL(address)
    return _loaded[0]
