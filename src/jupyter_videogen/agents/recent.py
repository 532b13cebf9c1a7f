"""Answers that were given a moment ago: an agent that asks a hundred times a second is answered from memory."""

from __future__ import annotations

import threading
import time
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

MOST = 256
"""Answers of one function that are remembered."""
P = ParamSpec("P")
T = TypeVar("T")
_remembered: list[dict[Any, Any]] = []


def forget() -> None:
    """Forget all answers: this process goes on with another home."""
    for answers in _remembered:
        answers.clear()


def remember(seconds: float) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator that gives the same answer to the same arguments for so many seconds; errors are not remembered.

    Calls come one after the other, so that many at once are one look at the ledger.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        answers: dict[Hashable, tuple[float, T]] = {}
        turn = threading.Lock()
        _remembered.append(answers)

        @wraps(function)
        def answer(*args: P.args, **kwargs: P.kwargs) -> T:
            key = (args, tuple(sorted(kwargs.items())))
            with turn:
                now = time.monotonic()
                if key in answers and now - answers[key][0] < seconds:
                    return answers[key][1]
                if len(answers) >= MOST:
                    answers.clear()
                result = function(*args, **kwargs)
                answers[key] = now, result
                return result

        return answer

    return decorate
