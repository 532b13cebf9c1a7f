"""What paid jobs have cost, as a table to read: spent, in flight, and what the caps leave."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from . import client, settings
from .budget import caps
from .prices import dollars

if TYPE_CHECKING:
    from .budget import Cap, Spent
    from .ledger import Cost


def table(by: str = "model") -> str:
    """Give the costs by "model", "day" or "notebook" as text; raises `InvalidRequest` for another group.

    Costs are the estimates at the time of sending; jobs whose outcome is unknown count as spent.
    """
    ledger = client.runtime().ledger
    costs = ledger.costs(by)
    lines = [_line(cost) for cost in costs] or ["Nothing has been spent."]
    return "\n".join([*lines, *(_left(cap, ledger.spent(cap)) for cap in _caps())])


def _caps() -> tuple[Cap, ...]:
    place = settings.notebook() or settings.project(settings.folder())
    return caps(client.configuration().budget, place=str(place), now=time.time())


def _line(cost: Cost) -> str:
    flight = f", {dollars(cost.in_flight)} in flight" if cost.in_flight else ""
    unpriced = f", {cost.unpriced} of unknown price" if cost.unpriced else ""
    return f"{cost.group:<40} {dollars(cost.spent):>10}  {cost.jobs} job{'s' * (cost.jobs != 1)}{flight}{unpriced}"


def _left(cap: Cap, spent: Spent) -> str:
    used = (
        f"{dollars(spent.dollars)} of {dollars(cap.dollars)}"
        if cap.dollars is not None
        else f"{spent.jobs} of {cap.jobs} jobs"
    )
    return f"budget for {cap.words}: {used} used"
