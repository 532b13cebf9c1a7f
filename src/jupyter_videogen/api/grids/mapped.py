"""A grid as the source of a map's clips."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from jupyter_videogen.api.mapping.source import Row
from jupyter_videogen.api.tables import cells as grid_cells
from jupyter_videogen.core.grid import cell_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.grid import Counts, GridPlan
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.grids import CellWithJob


class MappedGrid(Protocol):
    """What a map needs of a `Grid`."""

    @property
    def plan(self) -> GridPlan: ...  # noqa: D102 - as there
    @property
    def idle(self) -> bool: ...  # noqa: D102 - as there
    @property
    def counts(self) -> Counts: ...  # noqa: D102 - as there
    def cells(self) -> list[CellWithJob]: ...  # noqa: D102 - as there
    def subscribe(self, listener: Callable[[JobRecord | None], None]) -> None: ...  # noqa: D102 - as there
    def when_idle(self, call: Callable[[], object]) -> None: ...  # noqa: D102 - as there


class GridClips:
    """The finished clips of a grid, and what may still come."""

    def __init__(self, grid: MappedGrid, show: Callable[[], None]) -> None:
        self._grid, self.show = grid, show

    @property
    def idle(self) -> bool:
        """Whether nothing happens by itself any more."""
        return self._grid.idle

    @property
    def ready(self) -> int:
        """How many cells are ready."""
        return self._grid.counts.ready

    @property
    def to_come(self) -> int:
        """How many cells wait or are being made."""
        return self._grid.counts.open

    def rows(self) -> Iterator[Row]:
        """Return every clip of every ready cell."""
        plan = self._grid.plan
        for one in self._grid.cells():
            for clip in clips_of(one):
                yield Row(clip, partial(_facts, plan, one, clip))

    def subscribe(self, heard: Callable[[object], None]) -> None:
        """Call `heard` on every change of the grid."""
        self._grid.subscribe(heard)

    def when_idle(self, call: Callable[[], object]) -> None:
        """Call a function when nothing happens by itself any more."""
        self._grid.when_idle(call)


def clips_of(one: CellWithJob) -> tuple[ClipRecord, ...]:
    """Return the clips of a cell that is ready."""
    is_ready = one.cell.state == "taken" and one.job is not None and cell_state(one.job) == "ready"
    return one.job.clips if one.job is not None and is_ready else ()


def _facts(plan: GridPlan, one: CellWithJob, clip: ClipRecord) -> dict[str, Any]:
    return {**grid_cells.facts(plan, one), "path": clip.path, "sha256": clip.sha256, "storage_url": clip.storage_url}
