"""Whether another kernel of this browser lives: each holds a lock of the browser, which ends with the kernel's worker.

Web Locks (https://www.w3.org/TR/web-locks/): a lock is released when its agent ends, however it ends, and a query lists all
that are held or asked for at this origin. The answer comes later, so a kernel counts as gone only from a query on that was
made after somebody asked for it.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from jupyter_videogen.ledger.liveness import current_owner, parse_owner

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX = "jupyter-videogen:"


class BrowserPresence:
    """The proof that this kernel lives, as `liveness.Presence` is elsewhere."""

    def __init__(self, locks: Any = None) -> None:  # noqa: ANN401 - a JavaScript object
        """Take the browser's lock manager, by default the one of this worker; without one nobody is ever proven gone."""
        self.owner = current_owner()
        self._locks = _lock_manager() if locks is None else locks
        self._release: Callable[[], None] | None = None
        self._asked: set[str] = set()
        self._gone: set[str] = set()

    def show(self) -> None:
        """Take the lock; it is held until `close`, or until the kernel ends."""
        if self._release is None and self._locks is not None:
            held, self._release = _promise()
            self._locks.request(_name(self.owner.token), _once(lambda _lock: held))

    def close(self) -> None:
        """Release the lock."""
        if self._release is not None:
            self._release()
            self._release = None

    def gone(self, text: str) -> bool:
        """Return whether it is proven that a kernel is gone; asks for the proof, which a later call finds."""
        other = parse_owner(text)
        if other is None or other == self.owner or self._locks is None:
            return False
        if other.token not in self._asked:
            self._asked.add(other.token)
            self._locks.query().then(_once(lambda answer: self._judge(other.token, answer)))
        return other.token in self._gone

    def _judge(self, token: str, answer: Any) -> None:  # noqa: ANN401 - a JavaScript object
        names = {lock.name for lock in (*answer.held, *answer.pending)}
        if _name(token) in names:
            self._asked.discard(token)  # it lives: ask again
        else:
            self._gone.add(token)


def _name(token: str) -> str:
    return f"{PREFIX}{token}"


def _lock_manager() -> Any:  # noqa: ANN401 - a JavaScript object
    """Return the browser's lock manager, None where it has none: pages without https have none."""
    with suppress(ImportError, AttributeError):
        return import_module("js").navigator.locks
    return None


def _promise() -> tuple[Any, Callable[[], None]]:
    """Return a promise of JavaScript, and what fulfils it."""
    parts = import_module("js").Promise.withResolvers()
    return parts.promise, lambda: parts.resolve(None)


def _once(function: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - a JavaScript object
    """Return a function that JavaScript calls once."""
    from pyodide.ffi import create_once_callable  # noqa: PLC0415 - only there in a browser

    return create_once_callable(function)
