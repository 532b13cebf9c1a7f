"""Orders: requests that were checked and priced, and sent together after one look at what they cost."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.api.job import Job
from jupyter_videogen.config.resolve import load_config
from jupyter_videogen.core import budget, environment, prices
from jupyter_videogen.core.errors import BudgetExceeded, VideogenError
from jupyter_videogen.runtime.process import runtime
from jupyter_videogen.runtime.runtime import Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jupyter_videogen.catalog.validation import ValidatedRequest
    from jupyter_videogen.config.files import Config
    from jupyter_videogen.core.prices import Estimate
    from jupyter_videogen.core.request import GenerationRequest
    from jupyter_videogen.runtime.runtime import Runtime
    from jupyter_videogen.transport.connection import Connection


class Remarks(NamedTuple):
    """What a face wants written down with a job: the variable it is kept in, and what its prompt was made from."""

    name: str = ""
    template: str = ""
    filled: Mapping[str, str] = {}


class Order(NamedTuple):
    """A request that was checked and priced: it can be placed."""

    line: Connection
    asked: GenerationRequest
    settled: ValidatedRequest
    estimate: Estimate
    new: bool = False
    output: str = ""
    remarks: Remarks = Remarks()

    @property
    def known(self) -> bool:
        """Whether it is a job already, so that placing it costs nothing."""
        return not self.new and runtime().known(self.asked, self.settled, self.line) is not None

    def terms(self, config: Config) -> Terms:
        """Return the terms on which it is sent."""
        cost, remarks = self.estimate.cost, self.remarks
        return Terms(self.new, cost, config.budget, self.output, remarks.name, remarks.template, remarks.filled)


def submit_orders(
    orders: Sequence[Order],
    *,
    yes: bool = False,
    most: float | None = None,
    ask: Callable[[str], bool] | None = None,
) -> list[Job]:
    """Send orders, after one look at what they cost together; those that are jobs already are given, and cost nothing.

    `most` in dollars is for all of them. Raises `BudgetExceeded`; where something comes between two of them, the error
    says which were sent.
    """
    run, config = runtime(), load_config()
    unpaid = [order for order in orders if not order.known]
    if unpaid:
        total = prices.add_estimates([order.estimate for order in unpaid])
        budget.check_call(total, config.defaults.max_cost if most is None else most)
        _check_caps(run, unpaid, config)
        _confirm(budget.question(total, config.budget), yes=yes, ask=ask)
    jobs: list[Job] = []
    for order in orders:
        try:
            watch, reused = run.submit(order.asked, order.settled, order.line, order.terms(config))
        except VideogenError as error:
            if jobs:
                error.add_note(
                    f"Before that {len(jobs)} of {len(orders)} were sent: {' '.join(job.id for job in jobs)}."
                )
            raise
        jobs.append(Job(run, watch, order.line, reused=reused))
    return jobs


def _check_caps(run: Runtime, orders: Sequence[Order], config: Config) -> None:
    """Refuse several orders together where a cap would stop some of them: half of a batch helps nobody."""
    paid = [order.estimate.cost for order in orders if order.estimate.cost != 0]
    for cap in run.caps(config.budget) if len(orders) > 1 else ():
        budget.check_all(cap, run.ledger.spent(cap), paid)


def _confirm(question: str | None, *, yes: bool, ask: Callable[[str], bool] | None) -> None:
    """Let a person decide what a budget asks; raises `BudgetExceeded` on a no, and where nobody can say yes."""
    if question is None or yes:
        return
    try:
        agreed = ask is not None and ask(question)
    except (EOFError, OSError, NotImplementedError):
        agreed = False
    if not agreed:
        raise BudgetExceeded(question, next="Pass yes=True to send it all the same.", code="confirm")


def ask_user(question: str) -> bool:
    """Ask whoever sits at the keyboard; raises `NotImplementedError` or `OSError` where nobody does."""
    if not (environment.in_kernel() or sys.stdin.isatty()):
        raise OSError("nobody to ask")
    return input(f"{question} Send it? [y/N] ").strip().lower() in {"y", "yes"}
