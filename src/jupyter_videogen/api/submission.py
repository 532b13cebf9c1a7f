"""Orders: requests are checked and priced first, then sent together after one look at what they cost."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from jupyter_videogen.api import request_builder
from jupyter_videogen.api.job import Job
from jupyter_videogen.catalog import validation
from jupyter_videogen.core import budget, environment, prices
from jupyter_videogen.core.errors import BudgetExceeded, VideogenError
from jupyter_videogen.core.secrets import hide
from jupyter_videogen.filesystem import project_paths
from jupyter_videogen.media import clip_store
from jupyter_videogen.runtime.order import Order, SubmitOptions
from jupyter_videogen.runtime.process import runtime
from jupyter_videogen.runtime.task_engines import refuse_in_task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jupyter_videogen.api.access import Access
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.runtime.runtime import Runtime

OF_A_CALL = ("new", "yes", "max_cost", "output")
"""Options of a call that are not fields of the request."""


def build_order(
    access: Access,
    prompt: str,
    fields: Mapping[str, Any],
    config: Configuration,
    options: SubmitOptions = SubmitOptions(),
) -> Order:
    """Check and price a request without sending it. Fields as for `vg.generate`.

    Each `take` of a request is a job of its own; the same take again returns the same job. Raises what a request
    can be refused for before it is sent.
    """
    hide(fields)
    given = dict(fields)
    provider = request_builder.take_workflow(given, access.provider)
    options = options._replace(
        new=options.new or bool(given.get("new")) or given.get("seed") == "random",
        output=str(given.get("output") or config.defaults.output or ""),
    )
    access.check_extra(config, given)
    if not options.output:
        project_paths.check_folder(environment.folder() / clip_store.FOLDER, environment.project(environment.folder()))
    wanted = {name: value for name, value in given.items() if name not in OF_A_CALL}
    wanted["seed"] = None if wanted.get("seed") == "random" else wanted.get("seed")
    asked = request_builder.build_request(prompt, config.with_defaults(provider, wanted), provider)
    validated = validation.validate(request_builder.choose_seed(asked, provider), provider)
    validated = validated._replace(warnings=(*validated.warnings, *access.notes))
    price = config.price_of(provider, validated.request.model or "")
    return Order(access.connection, asked, validated, prices.estimate(validated.request, price), options)


def start(
    access: Access,
    prompt: str,
    fields: Mapping[str, Any],
    config: Configuration,
    *,
    ask: Callable[[str], bool] | None = None,
) -> Job:
    """Start one job; `ask` puts a question to a person. Fields as for `vg.generate`.

    Raises `BudgetExceeded`, with the code "confirm" if only a confirmation is missing; `Unsupported` inside a task of Dask,
    Ray or Prefect.
    """
    hide(fields)
    refuse_in_task()
    if access.lacking:
        raise access.lacking
    order = build_order(access, prompt, fields, config)
    (job,) = submit_orders([order], config, yes=bool(fields.get("yes")), max_cost=fields.get("max_cost"), ask=ask)
    return job


def submit_orders(
    orders: Sequence[Order],
    config: Configuration,
    *,
    yes: bool = False,
    max_cost: float | None = None,
    ask: Callable[[str], bool] | None = None,
) -> list[Job]:
    """Send orders after one check of their total cost; orders that already are jobs return those jobs and cost nothing.

    `max_cost` in dollars is for all of them. Raises `BudgetExceeded`; where something comes between two of them, the
    error says which were sent.
    """
    refuse_in_task()  # first: nobody is asked in vain
    run = runtime()
    if unpaid := [order for order in orders if not run.is_known(order)]:
        total = prices.add_estimates([order.estimate for order in unpaid])
        budget.check_call(total, config.defaults.max_cost if max_cost is None else max_cost)
        question = budget.question(total, config.budget)
        if question is not None or len(unpaid) > 1:  # a single one is checked when it is written down
            _check_caps(run, unpaid, config)
        _confirm(question, yes=yes, ask=ask)
    jobs: list[Job] = []
    for order in orders:
        try:
            watch, reused = run.submit(order, config.budget)
        except VideogenError as error:
            if jobs:
                error.add_note(
                    f"{len(jobs)} of {len(orders)} were sent before that: {' '.join(job.id for job in jobs)}."
                )
            raise
        jobs.append(Job(run, watch, order.connection, reused=reused))
    return jobs


def _check_caps(run: Runtime, orders: Sequence[Order], config: Configuration) -> None:
    """Refuse orders together if a cap would stop some: no batch is sent by half, and nobody is asked in vain."""
    paid = [
        budget.Asked(order.estimate.cost, order.validated.request.seconds)
        for order in orders
        if order.estimate.cost != 0
    ]
    for cap in run.caps(config.budget):
        budget.check_all(cap, run.ledger.sum_spent(cap), paid)


def _confirm(question: str | None, *, yes: bool, ask: Callable[[str], bool] | None) -> None:
    """Ask the user to confirm a cost; raises `BudgetExceeded` on a no, or if nobody can answer."""
    if question is None or yes:
        return
    try:
        agreed = ask is not None and ask(question)
    except (EOFError, OSError, NotImplementedError):
        agreed = False
    if not agreed:
        raise BudgetExceeded(question, next="Pass yes=True to send it.", code="confirm")


def ask_user(question: str) -> bool:
    """Ask the user at the keyboard; raises `NotImplementedError` or `OSError` if there is none."""
    if not (environment.in_kernel() or sys.stdin.isatty()):
        raise OSError("nobody to ask")
    return input(f"{question} Send it? [y/N] ").strip().lower() in {"y", "yes"}
