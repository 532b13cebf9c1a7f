"""Tells pages that show the library when the ledger has changed, by this kernel or another notebook's.

The kernel looks, not the page: a page that asked again and again would make every kernel look busy.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.runtime import process
from jupyter_videogen.widget.protocol import VERSION, Changed

if TYPE_CHECKING:
    from concurrent.futures import Future

    import anywidget

    from jupyter_videogen.runtime.runtime import Runtime

    Stamp = tuple[int, int]

LOOK = 2.0
"""Seconds between two looks at the ledger; jobs write their progress as often."""
CHANGED = msgspec.to_builtins(Changed(v=VERSION))


class HistoryWatch:
    """The widgets of this process whose pages show the library."""

    def __init__(self) -> None:
        self._widgets: weakref.WeakSet[anywidget.AnyWidget] = weakref.WeakSet()
        self._task: Future[None] | None = None

    def add(self, widget: anywidget.AnyWidget) -> None:
        """Tell this widget's page of every change from now on, until it is closed."""
        self._widgets.add(widget)
        if self._task is None or self._task.done():
            run = process.runtime()
            seen = _stamp(run)  # before the page is answered: nothing may happen unseen in between
            self._task = run.loop.submit(lambda: self._look(run, seen))

    async def _look(self, run: Runtime, seen: Stamp | None) -> None:
        """Look until no page is left."""
        while self._widgets:
            await run.clock.sleep(LOOK)
            now = _stamp(run)
            if now != seen:
                self._tell()
            seen = now

    def _tell(self) -> None:
        for widget in tuple(self._widgets):
            if widget.comm is None:
                self._widgets.discard(widget)
            else:
                widget.send(CHANGED)


def _stamp(run: Runtime) -> Stamp | None:
    """Return the ledger's stamp; None while it can't be read, which is for those to say who need it."""
    try:
        return run.ledger.stamp()
    except VideogenError:
        return None


pages = HistoryWatch()
