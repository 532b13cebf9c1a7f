"""The cost table: spent, in flight, and what the caps leave."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from jupyter_videogen.api.tables.table import Table
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core.prices import format_dollars
from jupyter_videogen.runtime import process

if TYPE_CHECKING:
    from jupyter_videogen.core.budget import Cap, Spent
    from jupyter_videogen.ledger.queries import Cost


class Costs(Table):
    """Rows of costs, and below them what the caps leave."""

    def __init__(self, costs: list[Cost], left: list[str]) -> None:
        rows = [cost._asdict() for cost in costs]
        super().__init__(rows, shown=[_words(cost) for cost in costs], empty="Nothing has been spent yet.")
        self.left = left
        """What the caps leave, a line each."""

    def __repr__(self) -> str:
        return "\n".join([super().__repr__(), *self.left])

    def _repr_html_(self) -> str:
        return super()._repr_html_() + "".join(f"<div>{escape(line)}</div>" for line in self.left)


def table(by: str = "model") -> Costs:
    """Return the costs by "model", "day" or "notebook"; raises `InvalidRequest` for another group.

    A cost is what the provider reported, else the estimate at the time of sending; jobs whose outcome is unknown count as
    spent.
    """
    run = process.runtime()
    config = load_config()
    caps = run.caps(config.budget if config.agents.per_day is None else config.for_agents().budget)
    return Costs(run.ledger.costs(by), [_left(cap, run.ledger.sum_spent(cap)) for cap in caps])


def _words(cost: Cost) -> dict[str, str]:
    return {
        "group": cost.group,
        "spent": format_dollars(cost.spent),
        "of it reported": format_dollars(cost.reported) if cost.reported else "",
        "in flight": format_dollars(cost.in_flight) if cost.in_flight else "",
        "jobs": str(cost.jobs),
        "of unknown price": str(cost.unpriced) if cost.unpriced else "",
        "clips": f"{cost.clips:.0f}" if cost.clips else "",
        "seconds": f"{cost.seconds:.0f}" if cost.seconds else "",
    }


def _left(cap: Cap, spent: Spent) -> str:
    used = (
        None if cap.dollars is None else f"{format_dollars(spent.dollars)} of {format_dollars(cap.dollars)}",
        None if cap.jobs is None else f"{spent.jobs} of {cap.jobs} jobs",
        None if cap.seconds is None else f"{spent.seconds:g} of {cap.seconds} s of video",
    )
    return f"budget for {cap.words}: {', '.join(filter(None, used))} used"
