"""A machine that slept: jobs are looked at at once, over new connections."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_videogen.core.clock import SystemClock
from jupyter_videogen.core.http import Call
from jupyter_videogen.runtime import housekeeping
from jupyter_videogen.runtime.runtime import Runtime
from jupyter_videogen.transport.client import Transport
from jupyter_videogen.transport.connection import Connection
from jupyter_videogen.transport.endpoint import Endpoint, Fixed

if TYPE_CHECKING:
    from pathlib import Path


class Settable(SystemClock):
    """The machine's time, with a wall clock that can be set."""

    ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead


@pytest.mark.parametrize("jump", [3_600.0, 30.0])
def test_a_jump_of_the_wall_clock_wakes_every_lookout(home: Path, monkeypatch: pytest.MonkeyPatch, jump: float) -> None:
    """First the idle connections go, then all jobs are told how long it was."""
    monkeypatch.setattr(housekeeping, "TICK", 0.02)
    told: list[object] = []
    woken = threading.Event()

    class Lookout:
        def slept(self, seconds: float) -> None:
            told.append(seconds)
            woken.set()

    class Lines:
        async def refresh(self) -> None:
            told.append("refreshed")

        async def close(self) -> None:
            """Nothing is open."""

    clock, line = Settable(), object.__new__(Connection)
    run = Runtime(home, clock=clock)
    everything: Any = run
    everything.pool._open[line] = Lines(), Lookout()
    run.loop.call(lambda: clock.sleep(0))  # the clocks have been read once
    clock.ahead = jump
    assert woken.wait(10)
    assert told[0] == "refreshed"
    assert told[1] == pytest.approx(jump, abs=1.0)
    run.close()


def test_no_connection_of_before_is_used_again() -> None:
    """Looks share a connection until the machine sleeps; a call that is under way ends on its own."""
    opened: list[int] = []
    serving: list[Any] = []
    held = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(len(opened))
        serving.append(asyncio.current_task())
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if b"/held" in head:
                    await held.wait()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    async def work() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        transport = Transport(Fixed(Endpoint(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")))
        for _ in range(3):
            assert (await transport.send(Call("GET", "/look"))).ok
        assert len(opened) == 1
        under_way = asyncio.ensure_future(transport.send(Call("GET", "/held")))
        while not transport._open_calls:
            await SystemClock().sleep(0)
        await transport.refresh()
        assert (await transport.send(Call("GET", "/look"))).ok
        assert len(opened) == 2
        held.set()
        assert (await under_way).ok
        await transport.close()
        server.close()
        await asyncio.gather(*serving)

    asyncio.run(work())
