"""One daemon thread that owns one asyncio loop: all waiting and all I/O happen there.

The kernel's own loop stands still while a cell blocks; this one does not. Work carries the context of whoever
handed it over, so that what it displays lands in the cell that asked (and ipykernel 7.0 can send from it at all).
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import threading
from concurrent.futures.thread import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_videogen.core.interrupts import note_interrupt
from jupyter_videogen.runtime.transfer import transfer
from jupyter_videogen.transport import log_redaction

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")
SLICE = 0.1
"""Seconds between chances for an interrupt while waiting."""


class LoopThread:
    """A running loop on a thread of its own."""

    def __init__(self) -> None:
        log_redaction.install()
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(thread_name_prefix="videogen"))  # now: not at the exit
        self._last: Callable[[], Coroutine[Any, Any, None]] | None = None
        started = threading.Event()
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._run, started), name=log_redaction.THREAD, daemon=True
        )
        self._thread.start()
        started.wait()

    def submit(self, work: Callable[[], Coroutine[Any, Any, T]]) -> concurrent.futures.Future[T]:
        """Start a coroutine there, in the caller's context; cancelling the future cancels the task."""
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        context = contextvars.copy_context()
        self._loop.call_soon_threadsafe(self._start, work, future, context, context=context)
        return future

    def call(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine there and wait for it; interruptible. Never call it from the loop itself."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("waiting here would block the loop that it waits for: use await")
        return wait_for(self.submit(work))

    def soon(self, work: Callable[[], object]) -> None:
        """Call a function there, soon; nothing where the loop has ended."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(work)

    def stop(self, last: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """Cancel what runs, then run `last`, when nothing else runs that could undo it, and end the thread."""
        self._last = last
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=2)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.call_soon(started.set)
        self._loop.run_forever()
        while tasks := asyncio.all_tasks(self._loop):  # a cancelled task may have started another
            self._cancel(tasks)
        try:
            if self._last is not None:
                self._loop.run_until_complete(self._last())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    def _cancel(self, tasks: set[asyncio.Task[Any]]) -> None:
        """Cancel tasks, but none before its first step.

        anyio (4.16, `TaskHandle._run_coro`) wraps each coroutine in a second one. A wrapper that is cancelled before its
        first step never awaits the inner coroutine, and Python reports "was never awaited".
        """
        self._loop.run_until_complete(_one_turn())
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.wait(tasks))

    def _start(
        self,
        work: Callable[[], Coroutine[Any, Any, T]],
        future: concurrent.futures.Future[T],
        context: contextvars.Context,
    ) -> None:
        task = self._loop.create_task(work(), context=context)
        task.add_done_callback(lambda done: transfer(done, future))
        future.add_done_callback(
            lambda done: self._loop.call_soon_threadsafe(task.cancel) if done.cancelled() else None
        )


def wait_for(future: concurrent.futures.Future[T], timeout: float | None = None) -> T:
    """Wait in slices, so that an interrupt gets through on every platform; raises TimeoutError."""
    left = float("inf") if timeout is None else timeout
    while True:
        try:
            return future.result(timeout=min(SLICE, max(left, 0)))
        except TimeoutError:
            left -= SLICE
            if future.done() or left <= 0:
                raise
        except KeyboardInterrupt as stop:
            note_interrupt(stop)
            raise


async def _one_turn() -> None:
    """Let the loop run what is ready."""
    await asyncio.sleep(0)  # noqa: TID251 - no time passes
