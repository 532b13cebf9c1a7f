"""Waiting for jobs, and how it is seen: a terminal's IPython puts a line of progress here; elsewhere nothing is shown."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.runtime.loop import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    Follower = Callable[[Sequence[Any], float | str | None], None]

_followers: list[Follower] = []


def show_by(follower: Follower | None) -> None:
    """Set what waits for jobs in view, until they have ended; it raises `WaitTimeout`. None waits unseen."""
    _followers[:] = [] if follower is None else [follower]


def follow(jobs: Sequence[Any], timeout: float | str | None) -> bool:
    """Wait for jobs in view, where there is one and this is its thread; return whether that was so."""
    if not _followers or threading.current_thread() is not threading.main_thread():
        return False
    with unseen() as (follower,):
        follower(jobs, timeout)
    return True


def is_seen() -> bool:
    """Return whether waiting is seen."""
    return bool(_followers)


@contextmanager
def unseen() -> Iterator[list[Follower]]:
    """Wait unseen in this block."""
    before = list(_followers)
    _followers.clear()
    try:
        yield before
    finally:
        _followers[:] = before


def settled(future: Future[Any], timeout: float) -> bool:
    """Wait for at most so many seconds; return whether the work is over, well or not."""
    try:
        wait_for(future, timeout)
    except TimeoutError:
        return future.done()
    except (CancelledError, VideogenError):
        return True
    return True
