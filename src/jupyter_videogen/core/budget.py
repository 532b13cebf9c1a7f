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
SECONDS = re.compile(r"([0-9]{1,9}) *s(?:econds?)?")


class Budget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[budget]` of `videogen.toml`.

    A cap is dollars, a number of paid jobs as "20 jobs", seconds of paid video as "300 s", or several of them: "5.00 and 20 jobs".
    """

    per_notebook: float | str | None = None
    per_day: float | str | None = None
    """In any 24 hours."""
    confirm_above: float | None = None
    """Dollars of one call above which the user has to confirm."""


class AgentLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[agents]` of the user's own `videogen.toml`: what programs may spend that act for a person; see `Budget` for caps."""

    per_day: float | str | None = None
    """In any 24 hours, all agents of a home together; without it they make nothing that is paid."""
    confirm_above: float | None = None
    """Dollars of one call above which a person has to confirm."""


class AgentBudget(Budget, frozen=True, kw_only=True):
    """The caps on what an agent asks for: the person's own, and those on agents."""

    agents: AgentLimits = AgentLimits()


class Amount(NamedTuple):
    """What a cap allows: dollars, jobs and seconds of video; None is no limit."""

    dollars: float | None = None
    jobs: int | None = None
    seconds: int | None = None

    def __str__(self) -> str:
        parts = (
            None if self.dollars is None else repr(self.dollars),
            None if self.jobs is None else f"{self.jobs} jobs",
            None if self.seconds is None else f"{self.seconds} s",
        )
        return " and ".join(filter(None, parts))


class Cap(NamedTuple):
    """One cap as the ledger counts it: all paid jobs of a place, or since a moment."""

    words: str
    dollars: float | None
    jobs: int | None
    place: str | None = None
    since: float = 0.0
    seconds: int | None = None
    agents: bool = False
    """Whether it counts the jobs of agents alone."""


class Spent(NamedTuple):
    """What a cap's jobs come to: those of unknown price, or length, are in the number only."""

    dollars: float
    jobs: int
    seconds: float = 0.0


class Asked(NamedTuple):
    """What one job costs in dollars, and its seconds of video; None where that is not known."""

    cost: float | None
    seconds: float | None = None


def caps(budget: Budget, *, place: str, now: float) -> tuple[Cap, ...]:
    """Return the caps that hold for a job of a place (notebook or folder) at a time."""
    given = ((budget.per_notebook, "this notebook", place, 0.0), (budget.per_day, "24 hours", None, now - DAY))
    own = tuple(_cap(words, _limit(value), where, since) for value, words, where, since in given if value is not None)
    return (*own, _cap_on_agents(budget.agents, now)) if isinstance(budget, AgentBudget) else own


def _cap_on_agents(limits: AgentLimits, now: float) -> Cap:
    """Return the cap on what agents spend; where nobody has allowed anything, it is no job at all."""
    limit = Amount(jobs=0) if limits.per_day is None else _limit(limits.per_day)
    return _cap("agents in 24 hours", limit, None, now - DAY)._replace(agents=True)


def _cap(words: str, limit: Amount, place: str | None, since: float) -> Cap:
    return Cap(words, limit.dollars, limit.jobs, place, since, limit.seconds)


def check(cap: Cap, spent: Spent, asked: Asked) -> None:
    """Refuse what would go beyond a cap; raises `BudgetExceeded`."""
    if cap.agents:
        _check_agent(cap, asked)
    if cap.jobs is not None and spent.jobs >= cap.jobs:
        raise _beyond(f"The budget of {cap.jobs} paid jobs for {cap.words} is used up ({spent.jobs} made).", cap)
    if cap.dollars is not None and spent.dollars + (asked.cost or 0.0) > cap.dollars:
        price = f"This would cost about {format_dollars(asked.cost)}" if asked.cost else "The price of this is unknown"
        spent_of = f"{format_dollars(spent.dollars)} of {format_dollars(cap.dollars)}"
        raise _beyond(f"{price}, and {spent_of} for {cap.words} are spent.", cap)
    if cap.seconds is not None:
        _check_seconds(cap, cap.seconds, spent.seconds, asked.seconds)


def _check_agent(cap: Cap, asked: Asked) -> None:
    """Refuse an agent what nobody has allowed, and what nobody knows the price of where its cap is in dollars."""
    if cap.jobs == 0:
        raise BudgetExceeded(
            "Agents may not make a paid video here: no person has allowed it.",
            next="A person can allow it in their own videogen.toml ($VIDEOGEN_HOME): [agents] with per_day = 2.00. "
            "The local engine is free.",
        )
    if cap.dollars is not None and asked.cost is None:
        raise BudgetExceeded(
            "The price of this is unknown, and what agents may spend is set in dollars.",
            next="A person can write the price down in their own videogen.toml, or choose a model with a known price.",
        )


def _check_seconds(cap: Cap, limit: int, spent: float, asked: float | None) -> None:
    """Refuse seconds of video beyond a cap, and a length that nobody knows: it could be any."""
    if asked is None:
        raise BudgetExceeded(
            f"The length of this is unknown, and the budget for {cap.words} is {limit} s of video.",
            next=f"Pass duration= (-d), or remove the cap in seconds under {_section(cap)}.",
        )
    if spent + asked > limit:
        raise _beyond(f"This would be {asked:g} s of video, and {spent:g} of {limit} s for {cap.words} are made.", cap)


def check_all(cap: Cap, spent: Spent, asked: Sequence[Asked]) -> None:
    """Refuse several jobs together where one of them would go beyond a cap; raises `BudgetExceeded`."""
    for one in asked:
        check(cap, spent, one)
        spent = Spent(spent.dollars + (one.cost or 0.0), spent.jobs + 1, spent.seconds + (one.seconds or 0.0))


def check_caps(*caps: float | str | None) -> None:
    """Raise `InvalidRequest` for a cap that is none: not-a-number would hold nothing back."""
    for cap in caps:
        if cap is not None:
            _limit(cap)


def question(estimate: Estimate, budget: Budget) -> str | None:
    """Return the question to confirm before a call, or None if none is needed."""
    limit = budget.confirm_above
    if estimate.cost is None:
        given = (cap for cap in (budget.per_notebook, budget.per_day, limit) if cap is not None)
        capped = any(_limit(cap).dollars is not None for cap in given)
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
    """Return the cap that allows less; dollars, jobs and seconds are no measure of each other, and all hold."""
    if mine is None or theirs is None:
        return theirs if mine is None else mine
    both = Amount(*(_least(*pair) for pair in zip(_limit(mine), _limit(theirs), strict=True)))
    for one in (mine, theirs):
        if _limit(one) == both:
            return one
    return str(both)


def _least(mine: float | None, theirs: float | None) -> Any:  # noqa: ANN401 - dollars, jobs or seconds
    return min((value for value in (mine, theirs) if value is not None), default=None)


def _limit(value: float | str) -> Amount:
    """Read a cap: dollars, "20 jobs", "300 s", or several with "and" between; raises `InvalidRequest` for what is none."""
    if not isinstance(value, str):
        return Amount(dollars=_dollars(value, value))
    found: dict[str, Any] = {}
    for part in re.split(r" +and +", value.strip()):
        jobs, seconds = JOBS.fullmatch(part), SECONDS.fullmatch(part)
        name = "jobs" if jobs else "seconds" if seconds else "dollars"
        if name in found:
            raise _no_budget(value)
        match = jobs or seconds
        found[name] = int(match[1]) if match else _dollars(part, value)
    if found.keys() == {"dollars"}:
        raise _no_budget(value)  # a lone amount is a number, not a text
    return Amount(**found)


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
        f"{value!r} is not a valid budget.",
        next='Write an amount in dollars, such as 5.00, "20 jobs", or "300 s" of video.',
    )


def _beyond(words: str, cap: Cap) -> BudgetExceeded:
    return BudgetExceeded(words, next=f"Raise the cap under {_section(cap)}, or request less.")


def _section(cap: Cap) -> str:
    return "[agents] in your own videogen.toml" if cap.agents else "[budget] in videogen.toml"
