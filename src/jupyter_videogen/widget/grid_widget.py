"""The widget of a grid: its header in a trait, and the cells on view in messages."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core import environment
from jupyter_videogen.media.export_files import named_target
from jupyter_videogen.runtime import process
from jupyter_videogen.widget import visitors
from jupyter_videogen.widget.base import LATER, LONGEST_ID, BaseWidget
from jupyter_videogen.widget.grid_view import figures_view, grid_view, row_view
from jupyter_videogen.widget.protocol import (
    VERSION,
    CellsChanged,
    Export,
    Fetch,
    GridAct,
    GridPage,
    GridRows,
    Hello,
    Module,
    PageMessage,
    Posters,
    Rate,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from jupyter_videogen.api.grids.grid import Grid
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.grids import CellWithJob
    from jupyter_videogen.widget.protocol import GridCellView, GridRowView

MOST_ROWS = 60
"""Rows of one answer."""
MOST_VIEWS = 8
"""Views of one grid that are told of changes."""
PACE = 0.4
"""Seconds between two messages to the page."""
FIGURES = 5.0
"""Seconds between two counts of the figures at the foot."""


class GridWidget(BaseWidget):
    """A grid, as long as its page is open; many clips, one output."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._on_view: dict[str, tuple[int, ...]] = {}
        self._told: dict[int, GridCellView] = {}
        self._figures: Any = ()
        self._figured = (-1, float("-inf"))
        self._figures_due = False
        self._due = threading.Lock()
        self._visited = environment.is_published()
        super().__init__(grid=self._header())
        grid.subscribe(self._stir)
        self._stir(None)  # a cell may have ended since the header was made

    def _handle(self, message: PageMessage, buffers: Sequence[bytes]) -> dict[str, Any] | None:
        """Do what the page asks of the grid; the rest is every widget's."""
        match message:
            case GridRows():
                with self._lock:  # nothing newer is told before these rows have left
                    self._answer(message.request_id, {"rows": self._page(message)})
                return LATER  # it is answered already
            case GridAct():
                self._act(message)
            case Rate():
                self._grid.rate(message.job_id, message.rating)
                with self._lock:
                    self._figured = (-1, self._figured[1])  # the mean that a person has just changed is told at once
            case Export():
                return {"text": self._export(message.kind)}
            case _:
                outcome = super()._handle(message, buffers)
                self._stir(None)  # a star, or a picture that the page drew, is no change of the queue
                return outcome
        self._stir(None)
        return None

    def _admitted(self, message: PageMessage) -> PageMessage:
        """Let visitors look at the grid and play its clips; the rest is its owner's."""
        match message:
            case GridRows() | Hello() | Module():
                return message
            case Posters():  # of a job that is not on view there is no picture
                known = self._own
                return msgspec.structs.replace(
                    message, job_ids=tuple(job if job in known else "" for job in message.job_ids)
                )
            case Fetch() if message.job_id in self._own:
                return message
        raise visitors.refused()

    @property
    def _own(self) -> set[str]:
        return {view.job_id for view in self._told.values() if view.job_id}

    def _page(self, asked: GridRows) -> GridPage:
        """Return rows that fit the filter, and tell this view of their changes from now on."""
        plan, search = self._grid.plan, asked.search.strip().casefold()
        fit = [number for number, row in enumerate(plan.rows) if search in row.prompt.casefold()]
        if asked.only:
            stuck = {place.row for place in self._grid.stuck(undecided=asked.only == "undecided")}
            fit = [number for number in fit if number in stuck]
        start = max(asked.offset, 0)
        rows = tuple(fit[start : start + min(max(asked.limit, 0), MOST_ROWS)])
        self._keep(asked.view[:LONGEST_ID], rows)
        views = self._views(rows)
        others = self._views(self._shown - set(rows))
        self._told = {view.position: view for row in (*views, *others) for view in row.cells}
        return GridPage(rows=tuple(views), offset=start, total=len(fit))

    def _keep(self, view: str, rows: tuple[int, ...]) -> None:
        """Note what a view of the page shows; of more than a page can have, the oldest is dropped."""
        self._on_view.pop(view, None)
        if rows:
            self._on_view[view] = rows
        if len(self._on_view) > MOST_VIEWS:
            del self._on_view[next(iter(self._on_view))]

    @property
    def _shown(self) -> set[int]:
        """The rows that some view shows."""
        return {row for rows in self._on_view.values() for row in rows}

    def _views(self, rows: Collection[int]) -> list[GridRowView]:
        """Return rows as they are now: what this process watches is newer than the ledger."""
        folder, by_row = environment.folder(), {row: list[Any]() for row in rows}
        for one in self._grid.cells([*rows]) if rows else ():
            by_row[one.cell.row].append(self._newest(one))
        views = [row_view(self._grid.plan, row, cells, folder) for row, cells in by_row.items()]
        return [visitors.visitor_row(view) for view in views] if self._visited else views

    def _newest(self, one: CellWithJob) -> CellWithJob:
        watch = process.runtime().watches.get(one.cell.job or "")
        return one if watch is None or watch.idle else one._replace(job=watch.record)

    def _act(self, message: GridAct) -> None:
        match message.action:
            case "pause":
                self._grid.pause()
            case "resume":
                self._grid.go_on()
            case "send":
                self._grid.agree(message.token)
            case "decline":
                self._grid.decline()
            case "retry":
                self._retry(message)
            case "look":
                self._grid.look(message.cells or None)
            case "cancel":
                self._grid.cancel()

    def _retry(self, message: GridAct) -> None:
        """Send cells again: those that are named, else all that failed, or with `undecided` all of those and no others."""
        cells = message.cells or None
        if message.undecided and cells is None:
            cells = tuple(place.position for place in self._grid.stuck(undecided=True))
        # A click on one tile agrees to its price alone, not to all that waits.
        self._grid.put_back(cells, undecided=message.undecided).go_on()

    def _export(self, kind: str) -> str:
        """Write the grid beside the notebook, under a name that is free, as is that of the clips' folder; returns the name."""
        return self._grid.export(named_target(environment.folder(), self._grid.name, kind)).name

    # ---- telling the page ----------------------------------------------------------------------------------

    def _stir(self, _record: JobRecord | None) -> None:
        """Tell the page soon; what happens until then is told with it."""
        if self._due.acquire(blocking=False):
            process.runtime().loop.submit(self._tell)

    async def _tell(self) -> None:
        await process.runtime().clock.sleep(PACE)
        self._due.release()
        if self.comm is not None:
            with self._lock:
                self._tell_now()

    def _tell_now(self) -> None:
        header = self._header()
        fresh = {view.position: view for row in self._views(self._shown) for view in row.cells}
        changed = tuple(view for position, view in fresh.items() if self._told.get(position) != view)
        self._told = fresh
        if changed:
            self.send(msgspec.to_builtins(CellsChanged(v=VERSION, cells=changed)))
        self.grid = header  # last: a header never tells of cells that were not told

    async def _tell_figures(self) -> None:
        """Count them again though nothing else happens: the last clips of a grid often end together."""
        await process.runtime().clock.sleep(FIGURES)
        self._figures_due = False
        self._stir(None)

    def _header(self) -> dict[str, Any]:
        run, counts = process.runtime(), self._grid.counts
        now, ready = run.clock.monotonic(), counts.ready
        before, at = self._figured
        if now - at >= FIGURES or before < 0:
            self._figures, self._figured = figures_view(self._grid.plan, self._grid.figures()), (ready, now)
        elif before != ready and not self._figures_due:
            self._figures_due = True
            run.loop.submit(self._tell_figures)
        view: dict[str, Any] = msgspec.to_builtins(grid_view(self._grid, counts, self._figures, guest=self._visited))
        return view
