"""The one asyncio loop of a process, in which all waiting and all I/O happen: a thread's, or the browser's own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from jupyter_videogen.core import platform
from jupyter_videogen.runtime import browser_loop, loop_thread
from jupyter_videogen.runtime.browser_loop import BrowserLoop
from jupyter_videogen.runtime.loop_thread import LoopThread

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import Callable, Coroutine

    from jupyter_videogen.core.clock import Clock

T = TypeVar("T")
log = logging.getLogger("jupyter_videogen")
AGAIN = 1.0
"""Seconds before a permanent task restarts after an error."""


class Loop(Protocol):
    """A running loop that work is handed to, from any thread that there is."""

    def submit(self, work: Callable[[], Coroutine[Any, Any, T]]) -> concurrent.futures.Future[T]:
        """Start a coroutine there, in the caller's context; cancelling the future cancels the task."""
        ...

    def call(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine there and wait for it; interruptible."""
        ...

    def soon(self, work: Callable[[], object]) -> None:
        """Call a function there, soon; nothing where the loop has ended."""
        ...

    def stop(self, last: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """Cancel what runs, then run `last`, and end what was started for the loop."""
        ...


def start_loop() -> Loop:
    """Return a running loop: a thread of our own, and in a browser the loop that runs there already."""
    return BrowserLoop() if platform.is_browser() else LoopThread()


def wait_for(future: concurrent.futures.Future[T], timeout: float | None = None) -> T:
    """Wait for a future, for at most so many seconds; raises TimeoutError.

    Raises `Unsupported` in a browser that can only wait by `await`.
    """
    if platform.is_browser():
        return browser_loop.wait_for(future, timeout)
    return loop_thread.wait_for(future, timeout)


def check_can_wait() -> None:
    """Raise `Unsupported` in a browser that can only wait by `await`: ask before something is sent and then waited for."""
    if platform.is_browser():
        browser_loop.check_can_wait()


async def run_forever(work: Callable[[], Coroutine[Any, Any, None]], clock: Clock) -> None:
    """Run work that must not end while the loop lives: what ends it by an error is logged, and it begins again."""
    while True:
        try:
            return await work()
        except Exception:
            log.exception("%s stopped by an internal error; it starts again.", work.__name__)
        await clock.sleep(AGAIN)
