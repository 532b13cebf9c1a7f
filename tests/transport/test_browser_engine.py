"""The engine inside this process, on ordinary Python: its calls by the client's own dialect, and a drawing function that a test holds."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

import pytest

from jupyter_videogen.catalog.builtin import BROWSER
from jupyter_videogen.core.errors import Unsupported
from jupyter_videogen.core.http import Call, Reply
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.testing import check_dialect
from jupyter_videogen.transport import browser_engine, kept_orders
from jupyter_videogen.transport.browser_engine import BrowserEngine, Drawing, Order
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.connection import ENGINE_URL, Connection
from jupyter_videogen.transport.endpoint import Endpoint, Fixed
from jupyter_videogen.transport.kept_orders import KeptOrders
from support.fakes import MP4

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REQUEST = GenerationRequest(prompt="a kite", model="browser/scenes", duration=2, size="360x640", seed=7)
CREATE = BROWSER.dialect.create(REQUEST)


class Hand:
    """Draws when it is told to."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.progress: Callable[[float], None] = lambda _fraction: None
        self.ended: list[str] = []
        self.begun, self.asked = asyncio.Event(), "sea"
        self.done: asyncio.Future[Drawing] = asyncio.get_running_loop().create_future()

    def finish(self, error: Exception | None = None) -> None:
        drawing = Drawing(MP4, "video/mp4", b"\x89PNG\r\n", "image/png", "sea", self.asked, "avc1.42001e")
        self.done.set_result(drawing) if error is None else self.done.set_exception(error)

    async def __call__(self, order: Order, progress: Callable[[float], None]) -> Drawing:
        self.orders.append(order)
        self.progress = progress
        self.done = asyncio.get_running_loop().create_future()
        self.begun.set()
        try:
            return await self.done
        except asyncio.CancelledError:
            self.ended.append(order.prompt)
            raise
        finally:
            self.begun.clear()


class Tab:
    """An engine, and calls to it by the transport that all calls take."""

    drive: ClassVar[Path]

    def __init__(self) -> None:
        self.hand = Hand()
        self.engine = BrowserEngine(self.hand, KeptOrders(self.drive))
        self._transport = Transport(Fixed(Endpoint(ENGINE_URL, engine=self.engine)))

    async def send(self, call: Call) -> Reply:
        return await self._transport.send(call)

    async def create(self, call: Call = CREATE) -> Any:
        return BROWSER.dialect.read_create(await self.send(call)).handle  # type: ignore[union-attr]

    async def look(self, handle: Any) -> Any:
        reply = await self.send(BROWSER.dialect.look(handle))
        return BROWSER.dialect.read_look(reply, handle)

    async def until(self, handle: Any, state: str) -> Any:
        """Look until a state is there, with a turn of the loop between two looks."""
        while (update := await self.look(handle)).state != state:
            await turn()
        return update


@pytest.fixture(autouse=True)
def _drive(tmp_path: Path) -> None:
    """Give all tabs of a test one drive."""
    Tab.drive = tmp_path / "orders"


async def turn() -> None:
    """Let the loop run what is ready."""
    turned = asyncio.Event()
    asyncio.get_running_loop().call_soon(turned.set)
    await turned.wait()


def test_the_dialect_is_whole() -> None:
    check_dialect(BROWSER.dialect)


def test_an_order_becomes_a_clip() -> None:
    async def run() -> None:
        tab = Tab()
        handle = await tab.create()
        await tab.hand.begun.wait()
        assert tab.hand.orders == [Order("a kite", seconds="2", size="360x640", seed=7)]
        tab.hand.progress(0.42)
        update = await tab.look(handle)
        assert (update.state, update.progress) == ("running", 42)
        not_yet = await tab.send(Call("GET", f"/videos/{handle['id']}/content"))
        assert not_yet.status == 409
        tab.hand.finish()
        (clip,) = (await tab.until(handle, "succeeded")).artifacts
        reply = await tab.send(Call("GET", clip.url, carries_clips=True))
        assert reply.headers["content-type"] == "video/mp4"
        assert reply.film
        assert (await tab.send(Call("GET", clip.poster))).body.startswith(b"\x89PNG")

    asyncio.run(run())


def test_the_next_visit_draws_what_a_closed_tab_left() -> None:
    """By the same order, under the same id; what was cancelled or deleted is not drawn again."""

    async def run() -> None:
        closed = Tab()
        kept = [await closed.create() for _ in range(3)]
        await closed.send(BROWSER.dialect.cancel(kept[1]))
        await closed.send(Call("DELETE", f"/videos/{kept[2]['id']}"))
        tab = Tab()
        assert (await tab.look(kept[0])).state == "queued"
        await tab.hand.begun.wait()
        assert tab.hand.orders == [Order("a kite", seconds="2", size="360x640", seed=7)]
        tab.hand.finish()
        await tab.until(kept[0], "succeeded")
        for gone in kept[1:]:
            assert (await tab.send(BROWSER.dialect.look(gone))).status == 404

    asyncio.run(run())


@pytest.mark.parametrize("name", ["video_0", "../secret", "video_" + "a" * 32])
def test_only_whole_orders_of_this_engine_are_drawn_again(name: str) -> None:
    async def run() -> Reply:
        Tab.drive.mkdir()
        for path in (Tab.drive / f"video_{'a' * 32}.json", Tab.drive.parent / "secret.json"):
            path.write_text('{"prompt": "half')
        return await Tab().send(Call("GET", f"/videos/{quote(name, safe='')}"))

    assert asyncio.run(run()).status == 404


def test_a_drive_keeps_the_newest_orders_and_a_full_one_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_orders, "KEPT", 2)
    orders, ids = KeptOrders(tmp_path / "orders"), [f"video_{digit * 32}" for digit in "abc"]
    for at, video_id in enumerate(ids):
        orders.keep(video_id, b"{}")
        os.utime(tmp_path / "orders" / f"{video_id}.json", (at, at))
    orders.keep("video_" + "d" * 32, b"{}")
    assert [orders.find(video_id) for video_id in ids] == [None, None, b"{}"]
    (tmp_path / "file").write_text("no folder")
    full = KeptOrders(tmp_path / "file")
    full.keep(ids[0], b"{}")
    assert full.find(ids[0]) is None


def test_orders_are_drawn_one_after_the_other() -> None:
    async def run() -> None:
        tab = Tab()
        first, second = await tab.create(), await tab.create()
        await tab.hand.begun.wait()
        assert (await tab.look(second)).state == "queued"
        tab.hand.finish()
        await tab.until(first, "succeeded")
        await tab.until(second, "running")
        tab.hand.finish()
        await tab.until(second, "succeeded")
        assert len(tab.hand.orders) == 2
        names = [video["id"] for video in (await tab.send(Call("GET", "/videos?limit=1"))).json["data"]]
        assert names == [second["id"]]

    asyncio.run(run())


def test_the_same_key_is_the_same_order() -> None:
    async def run() -> None:
        tab = Tab()
        keyed = Call(CREATE.method, CREATE.url, json=CREATE.json, headers={"idempotency-key": "k"})
        assert await tab.create(keyed) == await tab.create(keyed)
        await tab.hand.begun.wait()
        assert len(tab.hand.orders) == 1
        tab.hand.finish()

    asyncio.run(run())


def test_a_cancelled_order_is_drawn_no_further() -> None:
    async def run() -> None:
        tab = Tab()
        handle = await tab.create()
        await tab.hand.begun.wait()
        assert (await tab.send(BROWSER.dialect.cancel(handle))).ok  # type: ignore[attr-defined]
        assert (await tab.look(handle)).state == "cancelled"
        again = await tab.send(BROWSER.dialect.cancel(handle))  # type: ignore[attr-defined]
        assert again.status == 409
        await turn()
        assert tab.hand.ended == ["a kite"]

    asyncio.run(run())


def test_a_drawing_that_fails_is_a_failure_of_its_job() -> None:
    async def run() -> None:
        tab = Tab()
        handle = await tab.create()
        await tab.hand.begun.wait()
        tab.hand.finish(RuntimeError("This browser encodes no video, so nothing was made."))
        update = await tab.until(handle, "failed")
        assert "encodes no video" in update.failure.message

    asyncio.run(run())


def test_another_scene_than_the_words_ask_for_is_told() -> None:
    async def run() -> None:
        tab = Tab()
        tab.hand.asked = "fire"
        handle = await tab.create()
        await tab.hand.begun.wait()
        tab.hand.finish()
        assert (await tab.until(handle, "succeeded")).notes == ('No scene for "fire": drew sea.',)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "prompt"),
        ({"prompt": " "}, "prompt is empty"),
        ({"prompt": "a", "seconds": "0"}, "seconds"),
        ({"prompt": "a", "size": "big"}, "size"),
    ],
)
def test_a_bad_order_is_refused(body: dict[str, str], words: str) -> None:
    async def run() -> Reply:
        return await Tab().send(Call("POST", "/videos", json=body))

    reply = asyncio.run(run())
    assert reply.status == 400
    assert words in reply.json["error"]["message"]


def test_a_video_of_an_earlier_visit_is_not_known() -> None:
    """The client then says that the job has expired."""

    async def run() -> Reply:
        return await Tab().send(BROWSER.dialect.look({"id": "video_of_yesterday"}))

    assert asyncio.run(run()).status == 404


def test_elsewhere_it_refuses_with_the_reason() -> None:
    with pytest.raises(Unsupported, match="here it does not"):
        Connection(BROWSER).check_engine()


def test_a_connection_leads_to_the_engine_of_this_tab(tmp_path: Any) -> None:
    endpoint = asyncio.run(Connection(BROWSER).source(tmp_path).endpoint())
    assert endpoint.engine is browser_engine.engine_here()
