"""Your own caps on spending, and when a person has to say yes. Pure: the ledger counts, the faces ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from .errors import BudgetExceeded, InvalidRequest
from .prices import Estimate, dollars

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY = 24 * 3600.0


class Budget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[budget]` of `videogen.toml`. A cap is dollars, or a number of paid jobs as "20 jobs"."""

    per_notebook: float | str | None = None
    per_day: float | str | None = None
    """In any 24 hours."""
    confirm_above: float | None = None
    """Dollars of one call above which somebody has to confirm."""


class Cap(NamedTuple):
    """One cap as the ledger counts it: all paid jobs of a place, or since a moment."""

    words: str
    dollars: float | None
    jobs: int | None
    place: str | None = None
    since: float = 0.0


class Spent(NamedTuple):
    """What a cap's jobs come to: those of unknown price are in the number only."""

    dollars: float
    jobs: int


def caps(budget: Budget, *, place: str, now: float) -> tuple[Cap, ...]:
    """Give the caps that hold for a job of a place (notebook or folder) at a time."""
    given = ((budget.per_notebook, "this notebook", place, 0.0), (budget.per_day, "24 hours", None, now - DAY))
    return tuple(Cap(words, *_limit(value), where, since) for value, words, where, since in given if value is not None)


def check(cap: Cap, spent: Spent, cost: float | None) -> None:
    """Refuse what would go beyond a cap; raises `BudgetExceeded`."""
    if cap.jobs is not None and spent.jobs >= cap.jobs:
        raise _beyond(f"{spent.jobs} of {cap.jobs} paid jobs for {cap.words} are used up.")
    if cap.dollars is not None and spent.dollars + (cost or 0.0) > cap.dollars:
        price = f"This would cost about {dollars(cost)}" if cost else "The price of this is not known"
        raise _beyond(f"{price}, and {dollars(spent.dollars)} of {dollars(cap.dollars)} for {cap.words} are spent.")


def check_all(cap: Cap, spent: Spent, costs: Sequence[float | None]) -> None:
    """Refuse several jobs together where one of them would go beyond a cap; raises `BudgetExceeded`."""
    for cost in costs:
        check(cap, spent, cost)
        spent = Spent(spent.dollars + (cost or 0.0), spent.jobs + 1)


def question(estimate: Estimate, budget: Budget) -> str | None:
    """Give what somebody has to be asked before a call, or None where nothing has to be."""
    limit = budget.confirm_above
    if estimate.cost is None:
        capped = any(isinstance(cap, int | float) for cap in (budget.per_notebook, budget.per_day, limit))
        return f"What this costs is not known: {estimate.how}." if capped else None
    if limit is None or estimate.cost <= limit:
        return None
    return f"This will cost {estimate}; your limit is {dollars(limit)}."


def check_call(estimate: Estimate, most: float | None) -> None:
    """Refuse a call beyond its own `max_cost`; raises `BudgetExceeded`."""
    if most is None or (estimate.cost is not None and estimate.cost <= most):
        return
    what = "What this costs is not known" if estimate.cost is None else f"This would cost {estimate}"
    raise BudgetExceeded(f"{what}, and max_cost is {dollars(most)}.", next="Raise max_cost, or ask for less.")


def _limit(value: float | str) -> tuple[float | None, int | None]:
    """Read a cap: dollars, or a number of jobs."""
    if isinstance(value, str):
        number, _, unit = value.strip().partition(" ")
        if unit.strip() not in {"job", "jobs"} or not number.isdecimal():
            raise InvalidRequest(f"{value!r} is no budget.", next='Write dollars, as 5.00, or "20 jobs".')
        return None, int(number)
    return float(value), None


def _beyond(words: str) -> BudgetExceeded:
    return BudgetExceeded(words, next="Raise the cap under [budget] in videogen.toml, or ask for less.")
