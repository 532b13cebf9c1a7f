"""How the loop of a process ends: first what runs, then what it used."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import TYPE_CHECKING

from jupyter_videogen.core.http import Call
from jupyter_videogen.runtime.loop_thread import LoopThread
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.endpoint import Endpoint, Fixed

if TYPE_CHECKING:
    from support.paid_server import Shop


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


def test_no_connection_outlives_the_loop(shop: Shop) -> None:
    """Not even one that a call opens while the others are closed."""
    for _ in range(20):
        loop, answered = LoopThread(), threading.Event()
        transport = Transport(Fixed(Endpoint(shop.url)))

        async def ask(transport: Transport = transport, answered: threading.Event = answered) -> None:
            while True:
                await transport.send(Call("GET", "/videos?limit=1"))
                answered.set()

        for _ in range(8):
            loop.submit(ask)
        answered.wait()
        loop.stop(transport.close)
    gc.collect()  # a connection that is left open is told of here, and fails the test
