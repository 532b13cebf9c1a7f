"""The user's caps on spending, and when to ask for confirmation. Pure: the ledger counts, the callers ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.core.errors import BudgetExceeded, InvalidRequest
from jupyter_videogen.core.prices import Estimate, format_dollars

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY = 24 * 3600.0
JOBS = re.compile(r"([0-9]{1,9}) +jobs?")


class Budget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[budget]` of `videogen.toml`. A cap is dollars, a number of paid jobs as "20 jobs", or both as "5.00 and 20 jobs"."""

    per_notebook: float | str | None = None
    per_day: float | str | None = None
    """In any 24 hours."""
    confirm_above: float | None = None
    """Dollars of one call above which the user has to confirm."""


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
    """Return the caps that hold for a job of a place (notebook or folder) at a time."""
    given = ((budget.per_notebook, "this notebook", place, 0.0), (budget.per_day, "24 hours", None, now - DAY))
    return tuple(Cap(words, *_limit(value), where, since) for value, words, where, since in given if value is not None)


def check(cap: Cap, spent: Spent, cost: float | None) -> None:
    """Refuse what would go beyond a cap; raises `BudgetExceeded`."""
    if cap.jobs is not None and spent.jobs >= cap.jobs:
        raise _beyond(f"The budget of {cap.jobs} paid jobs for {cap.words} is used up ({spent.jobs} made).")
    if cap.dollars is not None and spent.dollars + (cost or 0.0) > cap.dollars:
        price = f"This would cost about {format_dollars(cost)}" if cost else "The price of this is unknown"
        raise _beyond(
            f"{price}, and {format_dollars(spent.dollars)} of {format_dollars(cap.dollars)} for {cap.words} are spent."
        )


def check_all(cap: Cap, spent: Spent, costs: Sequence[float | None]) -> None:
    """Refuse several jobs together where one of them would go beyond a cap; raises `BudgetExceeded`."""
    for cost in costs:
        check(cap, spent, cost)
        spent = Spent(spent.dollars + (cost or 0.0), spent.jobs + 1)


def check_caps(budget: Budget) -> None:
    """Raise `InvalidRequest` for a cap that is none: not-a-number would hold nothing back."""
    for cap in (budget.per_notebook, budget.per_day, budget.confirm_above):
        if cap is not None:
            _limit(cap)


def question(estimate: Estimate, budget: Budget) -> str | None:
    """Return the question to confirm before a call, or None if none is needed."""
    limit = budget.confirm_above
    if estimate.cost is None:
        given = (cap for cap in (budget.per_notebook, budget.per_day, limit) if cap is not None)
        capped = any(_limit(cap)[0] is not None for cap in given)
        return f"The cost of this is unknown: {estimate.how}." if capped else None
    if limit is None or estimate.cost <= limit:
        return None
    return f"This will cost {estimate}; your limit is {format_dollars(limit)}."


def check_call(estimate: Estimate, most: float | None) -> None:
    """Refuse a call beyond its own `max_cost`; raises `BudgetExceeded`."""
    if most is None or (estimate.cost is not None and estimate.cost <= most):
        return
    what = "The cost of this is unknown" if estimate.cost is None else f"This would cost {estimate}"
    raise BudgetExceeded(f"{what}, and max_cost is {format_dollars(most)}.", next="Raise max_cost, or request less.")


def stricter(mine: float | str | None, theirs: float | str | None) -> float | str | None:
    """Return the cap that allows less; dollars and jobs are no measure of each other, and both hold."""
    if mine is None or theirs is None:
        return theirs if mine is None else mine
    dollars_, jobs = (_least(*pair) for pair in zip(_limit(mine), _limit(theirs), strict=True))
    for one in (mine, theirs):
        if _limit(one) == (dollars_, jobs):
            return one
    return _written(dollars_, jobs)


def _least(mine: float | None, theirs: float | None) -> Any:  # noqa: ANN401 - dollars or a number of jobs
    return min((value for value in (mine, theirs) if value is not None), default=None)


def _written(dollars_: float | None, jobs: int | None) -> float | str:
    return dollars_ if jobs is None and dollars_ is not None else f"{dollars_!r} and {jobs} jobs"


def _limit(value: float | str) -> tuple[float | None, int | None]:
    """Read a cap: dollars, a number of jobs, or both as "5.0 and 20 jobs"; raises `InvalidRequest` for what is none."""
    if not isinstance(value, str):
        return _dollars(value, value), None
    money, both, jobs = value.strip().rpartition(" and ")
    match = JOBS.fullmatch(jobs)
    if match is None:
        raise _no_budget(value)
    return _dollars(money, value) if both else None, int(match[1])


def _dollars(amount: float | str, value: float | str) -> float:
    try:
        found = float(amount)
    except (ValueError, OverflowError):
        raise _no_budget(value) from None
    if not 0.0 <= found < float("inf"):
        raise _no_budget(value)
    return found


def _no_budget(value: float | str) -> InvalidRequest:
    return InvalidRequest(
        f"{value!r} is not a valid budget.", next='Write an amount in dollars, such as 5.00, or "20 jobs".'
    )


def _beyond(words: str) -> BudgetExceeded:
    return BudgetExceeded(words, next="Raise the cap under [budget] in videogen.toml, or request less.")
