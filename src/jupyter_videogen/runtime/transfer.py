"""The result of a task, handed to a future that other threads can wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import asyncio
    import concurrent.futures

T = TypeVar("T")


def transfer(task: asyncio.Task[T], future: concurrent.futures.Future[T]) -> None:
    """Give a future the result of a task that is over, its error, or its cancelling."""
    if future.cancelled():
        return
    if task.cancelled():
        future.cancel()
    elif error := task.exception():
        future.set_exception(error)
    else:
        future.set_result(task.result())
