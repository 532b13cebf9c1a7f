"""The loop of Python in a browser: it runs already, in the only thread there is.

Waiting for it from its own thread is possible where the browser can suspend the stack (JavaScript Promise Integration);
elsewhere only `await` waits. Pyodide calls what `asyncio.to_thread` is given at once, so nothing else has to know
(https://pyodide.org/en/stable/usage/api/python-api/webloop.html).
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_videogen.core.errors import Unsupported
from jupyter_videogen.core.interrupts import note_interrupt
from jupyter_videogen.runtime.transfer import transfer
from jupyter_videogen.transport import log_redaction

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine

T = TypeVar("T")


class BrowserLoop:
    """The loop that runs in this thread; create it where it runs."""

    def __init__(self) -> None:
        log_redaction.install(all_threads=True)
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[Any]] = set()

    def submit(self, work: Callable[[], Coroutine[Any, Any, T]]) -> concurrent.futures.Future[T]:
        """Start a coroutine, in the caller's context; cancelling the future cancels the task."""
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        task = self._loop.create_task(work(), context=contextvars.copy_context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(partial(transfer, future=future))
        future.add_done_callback(lambda done: self._loop.call_soon(task.cancel) if done.cancelled() else None)
        return future

    def call(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine and wait for it; raises `Unsupported`, before it begins, where only `await` can wait."""
        check_can_wait()
        return wait_for(self.submit(work))

    def soon(self, work: Callable[[], object]) -> None:
        """Call a function soon; nothing where the loop has ended."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(work)

    def stop(self, last: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """Cancel what runs, and then run `last`; the loop itself is the browser's."""
        tasks = tuple(self._tasks)
        for task in tasks:
            self._loop.call_soon(task.cancel)
        if last is not None:
            self.submit(partial(_run_after, tasks, last))


def wait_for(future: concurrent.futures.Future[T], timeout: float | None = None) -> T:
    """Wait while the loop goes on; raises TimeoutError, and `Unsupported` where only `await` can wait."""
    if not future.done() and (timeout is None or timeout > 0):
        if not _can_suspend():
            raise _use_await("What was started goes on.", sent="unknown", charged="unknown")
        _suspend(_until_done(future, timeout))
    return future.result(timeout=0)


def check_can_wait() -> None:
    """Raise `Unsupported` where the stack cannot be suspended: before anything is begun that would then be waited for."""
    if not _can_suspend():
        raise _use_await("Nothing was sent.")


def _use_await(fate: str, **facts: str) -> Unsupported:
    return Unsupported(
        f"Python in this browser cannot wait here: it would stop the page that it waits for. {fate}",
        next="Use await: `clip = await vg.submit(...)`, `await job`, `await group`, or the methods of vg.AsyncClient.",
        code="use_await",
        **facts,
    )


def _can_suspend() -> bool:
    from pyodide.ffi import can_run_sync  # noqa: PLC0415 - only there in a browser

    return bool(can_run_sync())


def _suspend(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on the loop while this stack stands still."""
    from pyodide.ffi import run_sync  # noqa: PLC0415 - only there in a browser

    try:
        run_sync(work)
    except KeyboardInterrupt as stop:
        note_interrupt(stop)
        raise


async def _run_after(tasks: Collection[asyncio.Task[Any]], last: Callable[[], Coroutine[Any, Any, None]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)
    await last()


async def _until_done(future: concurrent.futures.Future[Any], seconds: float | None) -> None:
    """Return at the end of a future, or when the time is over; leaves the future alone."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    future.add_done_callback(lambda _: loop.call_soon_threadsafe(ended.set))
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await ended.wait()
