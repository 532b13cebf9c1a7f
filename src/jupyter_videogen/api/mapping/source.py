"""Where the clips of a map come from: a grid or a group of jobs, which may still be making some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jupyter_videogen.core.clip import ClipRecord


class Row(NamedTuple):
    """A finished clip, and what makes its row in the table."""

    clip: ClipRecord
    facts: Callable[[], dict[str, Any]]


class Source(Protocol):
    """A grid or a group, as a map sees it. All of it may be called from any thread."""

    @property
    def idle(self) -> bool:
        """Whether no further clip comes by itself."""

    @property
    def ready(self) -> int:
        """How many are finished; it costs little."""

    @property
    def to_come(self) -> int:
        """How many may still come."""

    def rows(self) -> Iterable[Row]:
        """Return every finished clip."""

    def subscribe(self, heard: Callable[[object], None]) -> None:
        """Call `heard` on every change, from another thread."""

    def when_idle(self, call: Callable[[], object]) -> None:
        """Call a function once when no further clip comes by itself; at once where that is so."""

    def show(self) -> None:
        """Tell whoever shows the grid or group that something of a map has changed."""
