"""Which takes of a story may be started, and how: with the frame that they go on from, for the price that was agreed to.

Agreement is in the memory of this process alone, take by take. A take that was asked for later is not covered by it, nor is one
whose price has risen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from jupyter_videogen.api.grids.plan import make_cell
from jupyter_videogen.api.stories.pricing import keys_of
from jupyter_videogen.api.stories.shots import Start, start_on
from jupyter_videogen.api.stories.standing import Standing, job_before
from jupyter_videogen.core import story as edits
from jupyter_videogen.core.errors import Failure, VideogenError
from jupyter_videogen.core.grid import Cell, GridColumn, GridRow
from jupyter_videogen.ledger.stories import Addition

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from jupyter_videogen.api.grids.grid import Grid
    from jupyter_videogen.api.stories.pricing import Pricing
    from jupyter_videogen.core.grid import GridPlan
    from jupyter_videogen.core.story import Shot, StoryRecord, Take
    from jupyter_videogen.ledger.stories import Stories
    from jupyter_videogen.runtime.order import Order

CENT = 1e-9
"""Dollars by which two sums of the same prices may differ."""


class Agreed(NamedTuple):
    """What somebody has agreed to."""

    take: Take
    cost: float | None
    """Dollars; None for a price that nobody knows."""


class Starter:
    """Starts takes of one story; one thread at a time calls it."""

    def __init__(self, grid: Grid, stories: Stories, dearer: Callable[[], object]) -> None:
        self._grid, self._stories, self._dearer = grid, stories, dearer
        self.refused: dict[tuple[int, int], Failure] = {}
        """Takes, by shot and number, that could not be started, and why: nothing was sent for them."""
        self._agreed: dict[tuple[int, int], Agreed] = {}

    def agree(self, story: StoryRecord, pricing: Pricing) -> None:
        """Note that somebody has agreed to all takes that are not started, at what they cost now; try those again that were refused."""
        self.refused.clear()
        before = self.agreed_in(story)
        for number, shot, take in edits.unstarted(story):
            if (shot.id, take.number) not in before:
                self._agreed[shot.id, take.number] = Agreed(take, pricing.cell(story, number, shot, take).cost)

    def forget(self, takes: Iterable[tuple[int, int]] | None = None) -> None:
        """Take agreements back: to these takes, by shot and number, or to all."""
        for name in tuple(self._agreed) if takes is None else takes:
            self._agreed.pop(name, None)

    def agreed_in(self, story: StoryRecord) -> frozenset[tuple[int, int]]:
        """Return the chosen takes, by shot and number, that somebody has agreed to in this process."""
        takes = ((shot.id, shot.take) for shot in story.shots if shot.take is not None)
        return frozenset((shot, take.number) for shot, take in takes if self._covers(shot, take))

    def _covers(self, shot: int, take: Take) -> bool:
        agreed = self._agreed.get((shot, take.number))
        return agreed is not None and agreed.take == take.as_asked

    def advance(self, standing: Standing, pricing: Pricing) -> bool:
        """Start a take whose shot before is ready; returns whether there was one. Raises `VideogenError` where the ledger fails."""
        return any(self._try(standing, pricing, *one) for one in edits.unstarted(standing.story))

    def _try(self, standing: Standing, pricing: Pricing, number: int, shot: Shot, take: Take) -> bool:
        name = (shot.id, take.number)
        if name not in standing.agreed or name in self.refused:
            return False
        try:
            return self._begin(standing, pricing, number, shot, take)
        except VideogenError as error:
            if error.failure.code == "ledger":
                raise
            self.refused[name] = error.failure
            return False

    def _begin(self, standing: Standing, pricing: Pricing, number: int, shot: Shot, take: Take) -> bool:
        """Start one take where the shot before is ready; returns whether it was started."""
        story, planner, start = standing.story, pricing.planner, None
        if shot.linked and number > 1:
            before = standing.shots()[number - 2]
            if before.state != "ready" or before.clip is None:
                return False
            by = planner.continues(planner.fields(story.fields, take))
            start = None if by == "cut" else start_on(before.clip, by)
        order = planner.order(story.fields, take, start)
        if not self._is_agreed(shot, take, order):
            return False
        return self._stories.append(
            self._grid.record.id, lambda now, plan: self._addition(now, plan, shot.id, take, start, order)
        )

    def _is_agreed(self, shot: Shot, take: Take, order: Order) -> bool:
        """Return whether somebody has agreed to this price; where it rose, it is to be asked about anew."""
        agreed, cost = self._agreed[shot.id, take.number].cost, order.estimate.cost
        if cost == 0 or agreed is None or (cost is not None and cost <= agreed + CENT):
            return True
        del self._agreed[shot.id, take.number]
        self._dearer()
        return False

    def _addition(  # noqa: PLR0913, PLR0917 - what is written down together
        self, story: StoryRecord, plan: GridPlan, shot: int, take: Take, start: Start | None, order: Order
    ) -> Addition | None:
        """Return a take as it is written down with its cell; None where the list has changed meanwhile."""
        now = next((one for one in story.shots if one.id == shot), None)
        if now is None or now.take != take:
            return None
        jobs = Standing(story, {one.cell.key: one for one in self._grid.cells()}).jobs
        if start is not None and job_before(story, story.number_of(shot), jobs) != start.job:
            return None
        plan, cell = _with_row(plan, _told_apart(order, keys_of(story)), label=f"{shot}.{take.number}")
        if cell.request.redacted() != cell.request:
            self._grid.keep_secrets({cell.key: cell.request})
        origin = {} if start is None else {"starts_on": start.job, "by": start.by}
        made = msgspec.structs.replace(take, key=cell.key, **origin)
        return Addition(edits.started(story, shot, made), plan, cell)


def _told_apart(order: Order, used: Container[str]) -> Order:
    """Return the order of a take, told apart from takes of the same request."""
    nth, one = 1, order
    while one.fingerprint in used:
        nth += 1
        one = order._replace(options=order.options._replace(take=nth))
    return one


def _with_row(plan: GridPlan, order: Order, label: str) -> tuple[GridPlan, Cell]:
    """Return the plan of the grid with a row for one take more, and its cell."""
    provider, model = order.connection.provider.name, order.validated.request.model or ""
    column = GridColumn(provider=provider, model=model, seed=order.asked.seed)
    columns = plan.columns if column in plan.columns else (*plan.columns, column)
    row = len(plan.rows)
    rows = (*plan.rows, GridRow(label=label, prompt=order.asked.prompt))
    return msgspec.structs.replace(plan, columns=columns, rows=rows), make_cell(order, row, columns.index(column), row)
