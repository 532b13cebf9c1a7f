"""Where the work is done: threads or processes of this machine, or any executor with `submit(function, *arguments)`."""

from __future__ import annotations

import os
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from jupyter_videogen.core.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable

Way = Literal["auto", "path", "bytes"]
SMALL, ALONG = 8 * 2**20, 2**20
"""Bytes of a clip that may go through an engine's own messages, where that is asked for (Dask warns from 10 MiB on) and by itself."""
AT_ONCE: dict[Way, int] = {"auto": 128, "path": 256, "bytes": 16}
"""Clips that an executor of others has at most: enough for its workers, and 128 MiB here."""


class Future(Protocol):
    """What `submit` returns: the part of `concurrent.futures.Future` that is used."""

    def add_done_callback(self, call: Callable[[Any], object], /) -> object: ...  # noqa: D102 - as there
    def result(self) -> Any: ...  # noqa: ANN401, D102 - as there
    def cancel(self) -> object: ...  # noqa: D102 - as there


class Executor(Protocol):
    """What has the shape of `concurrent.futures.Executor`, such as the client of Dask."""

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Any:  # noqa: ANN401 - a future of its own kind
        """Call a function soon, elsewhere; returns a future."""


class Place(NamedTuple):
    """An executor, and how it is used."""

    executor: Any
    at_once: int
    """How many clips it has at the same time."""
    is_own: bool
    """Whether it is shut down at the end."""
    is_elsewhere: bool = False
    """Whether its workers may be on machines that do not share the disk."""

    def close(self, *, wait: bool) -> None:
        """End the threads or processes that were started for this work."""
        if self.is_own:
            self.executor.shutdown(wait=wait, cancel_futures=True)


def choose(executor: object, function: Callable[..., Any], name: str, clips: Way) -> Place:
    """Return where a function is called; raises `InvalidRequest` for what is no executor, or can't be sent to a process."""
    if clips not in AT_ONCE:
        raise InvalidRequest(
            f"clips={clips!r} is not known.", next='Use clips="auto", "path" or "bytes".', field="clips"
        )
    workers = os.cpu_count() or 1
    if executor is None or executor == "threads":
        return Place(ThreadPoolExecutor(workers, thread_name_prefix="videogen-map"), workers, is_own=True)
    if executor == "processes" or _is_process_pool(executor):
        _check_importable(function, name)
    if executor == "processes":
        return Place(_spawning_pool(workers), 2 * workers, is_own=True)
    if isinstance(executor, str) or not callable(getattr(executor, "submit", None)):
        raise InvalidRequest(
            f"{executor!r} is no executor.",
            next='Pass "threads", "processes", or an object with submit(function, *arguments), such as a dask.distributed.Client.',
            field="executor",
        )
    is_here = isinstance(executor, ThreadPoolExecutor) or _is_process_pool(executor)
    return Place(executor, AT_ONCE[clips], is_own=False, is_elsewhere=not is_here)


def _is_process_pool(executor: object) -> bool:
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - it loads multiprocessing

    return isinstance(executor, ProcessPoolExecutor)


def _spawning_pool(workers: int) -> Any:  # noqa: ANN401 - a ProcessPoolExecutor
    """Return a pool of new processes: a fork of a process with threads may stand still for ever."""
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - it loads multiprocessing
    from multiprocessing import get_context  # noqa: PLC0415 - only here

    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def _check_importable(function: Callable[..., Any], name: str) -> None:
    """Raise `InvalidRequest` for a function that another process can't import: it would end the process."""
    try:
        sent = pickle.dumps(function)
    except Exception as error:  # noqa: BLE001 - what it holds may raise anything
        raise _not_importable(name, f"it can't be pickled: {error}") from None
    in_notebook = getattr(sys.modules["__main__"], "__file__", None) is None
    if in_notebook and b"__main__" in sent:
        raise _not_importable(name, "it is defined in the notebook")


def _not_importable(name: str, why: str) -> InvalidRequest:
    return InvalidRequest(
        f"Another process can't import {name}: {why}.",
        next='Write the function into a module, or pass executor="threads".',
        field="function",
    )
