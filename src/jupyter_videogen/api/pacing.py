"""Tells of changes no more often than somebody wants to hear."""

from __future__ import annotations

import contextvars
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.runtime.runtime import Runtime


def follow(
    subscribe: Callable[[Callable[[JobRecord | None], None]], None],
    run: Runtime,
    tell: Callable[[], object],
    *,
    every: float,
) -> None:
    """Call `tell()` after changes, in this context, at most once in so many seconds, and once more at the end."""
    due = threading.Lock()

    async def later() -> None:
        await run.clock.sleep(every)
        due.release()
        tell()

    def heard(_record: JobRecord | None) -> None:
        if due.acquire(blocking=False):
            context.copy().run(run.loop.submit, later)

    context = contextvars.copy_context()
    subscribe(heard)
