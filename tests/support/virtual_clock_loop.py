"""A loop in which no time is lost: where it would wait, its clock jumps ahead."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any


class _Jumping(selectors.SelectSelector):
    """Waits for nothing but other threads."""

    jumped = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout:
            self.jumped += timeout
        return super().select(0 if timeout is not None else None)


class TimelessLoop(asyncio.SelectorEventLoop):
    """A loop whose time is the sum of what it would have waited."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.jumped

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as asyncio has it
        """Wait for threads without a limit: since Python 3.12 there is one, and it would be over at once."""
        await super().shutdown_default_executor()


class LoopClock:
    """The time of the running loop; `ahead` is by how much the wall clock has been set forward."""

    def __init__(self) -> None:
        self.ahead = 1_000.0

    def now(self) -> float:
        return self.monotonic() + self.ahead

    def monotonic(self) -> float:
        try:
            return asyncio.get_running_loop().time()
        except RuntimeError:
            return 0.0  # not begun

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)  # noqa: TID251 - this is a clock
