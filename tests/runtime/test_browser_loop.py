"""The loop of Python in a browser, on ordinary Python: the loop runs in the only thread, and the stack can be suspended or not.

A greenlet stands in for the browser's suspended stack: what waits is set aside until the loop has done the work.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import sys
from concurrent.futures import CancelledError, Future
from types import ModuleType
from typing import TYPE_CHECKING, Any

import greenlet
import pytest

from jupyter_videogen.core import platform
from jupyter_videogen.core.errors import Unsupported
from jupyter_videogen.runtime import loop as loops
from jupyter_videogen.runtime.browser_loop import BrowserLoop
from jupyter_videogen.runtime.loop_thread import LoopThread
from jupyter_videogen.transport import log_redaction

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator


class Browser:
    """A browser's tab: `run` calls a function where a cell would, on a loop that runs."""

    def __init__(self, ffi: ModuleType) -> None:
        self.ffi = ffi
        ffi.can_run_sync = lambda: self.suspends  # type: ignore[attr-defined]
        ffi.run_sync = self._run_sync  # type: ignore[attr-defined]
        self.suspends = True

    def run(self, cell: Callable[[], Any]) -> Any:
        async def tab() -> Any:
            self._hub, ended = greenlet.getcurrent(), asyncio.get_running_loop().create_future()

            def whole() -> None:
                try:
                    ended.set_result(cell())
                except BaseException as error:  # noqa: BLE001 - handed on
                    ended.set_exception(error)

            asyncio.get_running_loop().call_soon(greenlet.greenlet(whole).switch)
            return await ended

        return asyncio.run(tab())

    def _run_sync(self, work: Coroutine[Any, Any, Any]) -> Any:
        me = greenlet.getcurrent()
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(lambda _: me.switch())
        me.parent = self._hub
        self._hub.switch()
        return task.result()


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    pyodide, ffi = ModuleType("pyodide"), ModuleType("pyodide.ffi")
    monkeypatch.setitem(sys.modules, "pyodide", pyodide)
    monkeypatch.setitem(sys.modules, "pyodide.ffi", ffi)
    monkeypatch.setattr(platform, "is_browser", lambda: True)
    yield Browser(ffi)
    log_redaction.install()


async def _double(number: int) -> int:
    turned = asyncio.Event()
    asyncio.get_running_loop().call_soon(turned.set)
    await turned.wait()
    return 2 * number


async def _never() -> None:
    await asyncio.Event().wait()


def test_elsewhere_the_loop_has_a_thread() -> None:
    loop = loops.start_loop()
    assert isinstance(loop, LoopThread)
    assert loop.call(lambda: _double(2)) == 4
    loop.stop()


def test_a_call_waits_while_the_loop_goes_on(browser: Browser) -> None:
    def cell() -> int:
        loop = loops.start_loop()
        assert isinstance(loop, BrowserLoop)
        return loop.call(lambda: _double(4))

    assert browser.run(cell) == 8


def test_an_error_comes_through(browser: Browser) -> None:
    async def fails() -> None:
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        browser.run(lambda: loops.start_loop().call(fails))


def test_what_cannot_be_suspended_is_not_begun(browser: Browser) -> None:
    browser.suspends, begun = False, []

    async def work() -> None:
        begun.append(1)

    with pytest.raises(Unsupported, match=r"Nothing was sent\..*await") as caught:
        browser.run(lambda: loops.start_loop().call(work))
    assert begun == []
    assert (caught.value.failure.code, caught.value.sent, caught.value.charged) == ("use_await", "no", "no")


def test_waiting_for_what_was_begun_says_that_it_goes_on(browser: Browser) -> None:
    """The error of a wait cannot say that nothing was sent: the job may have been."""
    browser.suspends = False

    def cell() -> Future[int]:
        loop = loops.start_loop()
        begun = loop.submit(lambda: _double(3))
        with pytest.raises(Unsupported, match="goes on") as caught:
            loops.wait_for(begun)
        assert caught.value.sent == "unknown"
        with pytest.raises(TimeoutError):
            loops.wait_for(begun, 0)
        return begun

    async def cell_with_await() -> int:
        return await asyncio.wrap_future(BrowserLoop().submit(lambda: _double(3)))

    browser.run(cell)
    assert asyncio.run(cell_with_await()) == 6


def test_a_result_that_is_there_needs_no_waiting(browser: Browser) -> None:
    browser.suspends = False
    done: Future[int] = Future()
    done.set_result(5)
    assert loops.wait_for(done) == 5


def test_waiting_ends_with_its_time_and_leaves_the_work_alone(browser: Browser) -> None:
    def cell() -> None:
        loop = loops.start_loop()
        begun = loop.submit(_never)
        with pytest.raises(TimeoutError):
            loops.wait_for(begun, 0.01)
        assert not begun.done()
        loop.stop()
        with pytest.raises(CancelledError):
            loops.wait_for(begun)

    browser.run(cell)


def test_what_comes_last_comes_when_nothing_else_runs(browser: Browser) -> None:
    order: list[str] = []

    async def work() -> None:
        try:
            await _never()
        finally:
            await asyncio.sleep(0)  # noqa: TID251 - no time passes
            order.append("work")

    async def cell() -> None:
        loop, ended = BrowserLoop(), asyncio.Event()

        async def last() -> None:
            order.append("last")
            ended.set()

        loop.submit(work)
        await _double(1)
        loop.stop(last)
        await ended.wait()

    asyncio.run(asyncio.wait_for(cell(), 60))
    assert order == ["work", "last"]


def test_cancelling_the_future_cancels_the_task(browser: Browser) -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await _never()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    def cell() -> None:
        loop = loops.start_loop()
        begun = loop.submit(work)
        loop.call(lambda: _double(1))
        begun.cancel()
        loop.call(lambda: _double(1))
        loop.call(lambda: _double(1))

    browser.run(cell)
    assert ended == ["cancelled"]


def test_work_runs_in_the_context_of_who_asked(browser: Browser) -> None:
    asked = contextvars.ContextVar[str]("asked", default="nobody")

    async def who() -> str:
        return asked.get()

    def cell() -> str:
        loop = loops.start_loop()
        context = contextvars.copy_context()
        context.run(asked.set, "a cell")
        return context.run(loop.call, who)

    assert browser.run(cell) == "a cell"


def test_an_interrupt_leaves_the_wait(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(work: Coroutine[Any, Any, Any]) -> None:
        work.close()
        raise KeyboardInterrupt

    monkeypatch.setattr(browser.ffi, "run_sync", interrupted)

    def cell() -> None:
        loop = loops.start_loop()
        with pytest.raises(KeyboardInterrupt):
            loops.wait_for(loop.submit(_never))
        loop.stop()

    browser.run(cell)


def test_the_only_thread_logs_no_query(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """Elsewhere our lines are those of the loop's thread; here every line may be ours."""

    def cell() -> None:
        loops.start_loop()
        logging.getLogger("httpx").warning("GET %s", "https://clips.test/a.mp4?signature=geheim")

    browser.run(cell)
    assert "geheim" not in caplog.text
    assert "https://clips.test/a.mp4?…" in caplog.text
