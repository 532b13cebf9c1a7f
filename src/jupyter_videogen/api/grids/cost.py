"""What a grid will cost and how long it will take, in words; and the question before it is sent."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.api.submission import ask_user
from jupyter_videogen.core import budget
from jupyter_videogen.core.errors import BudgetExceeded
from jupyter_videogen.core.grid import CONCURRENCY
from jupyter_videogen.core.prices import Estimate, format_dollars
from jupyter_videogen.core.timing import JobKind
from jupyter_videogen.runtime import process

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.grid import Cell, GridPlan, GridRecord

MINUTE = 60.0


class Question(NamedTuple):
    """What a person is asked before a grid is sent."""

    words: str
    """One sentence."""
    clips: int
    """How many would be sent."""
    cost: float
    """Dollars, of those with a known price."""
    unpriced: int

    def covers(self, other: Question) -> bool:
        """Return whether who agreed to this has agreed to the other: it is no more clips, and no more money."""
        pairs = ((other.clips, self.clips), (other.cost, self.cost), (other.unpriced, self.unpriced))
        return all(theirs <= ours for theirs, ours in pairs)


def find_question(missing: Sequence[Cell], plan: GridPlan, config: Configuration) -> Question | None:
    """Check what the cells that are not made yet may cost; return what to ask about it, None where nothing needs a yes.

    A grid that may cost something is confirmed by a person, or beforehand by a budget's `confirm_above`. Raises
    `BudgetExceeded` where a cap forbids it.
    """
    unpriced = sum(cell.cost is None for cell in missing)
    total = sum(cell.cost or 0.0 for cell in missing)
    estimate = Estimate(None if unpriced else total, f"{unpriced} of {len(missing)} clips have no known price")
    budget.check_call(estimate, None if not missing else plan.max_cost)
    _check_caps(missing, config)
    if total == 0 and not unpriced:
        return None
    if budget.question(estimate, config.budget) is None and config.budget.confirm_above is not None:
        return None
    return Question(f"{describe_cells(missing, plan)}.", len(missing), total, unpriced)


def confirm(question: Question, ask: Callable[[str], bool] = ask_user) -> None:
    """Put a question to a person at the keyboard; raises `BudgetExceeded` on a no, or if nobody can answer."""
    try:
        agreed = ask(question.words)
    except (EOFError, OSError, NotImplementedError):
        agreed = False
    if not agreed:
        raise BudgetExceeded(question.words, next="Pass yes=True to send it.", code="confirm")


def missing_cells(cells: Sequence[Cell], known: GridRecord | None, *, new: bool) -> list[Cell]:
    """Return the cells that would be sent: those that are no cells of the grid with a job, and no jobs of this home."""
    ledger = process.runtime().ledger
    made = set() if known is None else ledger.grids.keys_with_jobs(known.id)
    there = set() if new else ledger.known({cell.key for cell in cells})
    return [cell for cell in cells if cell.key not in made and cell.key not in there]


def _check_caps(missing: Sequence[Cell], config: Configuration) -> None:
    """Refuse a grid that a cap would stop half-way."""
    run = process.runtime()
    paid = [budget.Asked(cell.cost, cell.request.seconds) for cell in missing if cell.cost != 0]
    for cap in run.caps(config.budget):
        budget.check_all(cap, run.ledger.sum_spent(cap), paid)


def describe_cells(cells: Sequence[Cell], plan: GridPlan) -> str:
    """Return how many clips there are, what is known of their cost, and how long they will take at what concurrency."""
    count, unpriced = len(cells), sum(cell.cost is None for cell in cells)
    total = sum(cell.cost or 0.0 for cell in cells)
    clips = "1 clip" if count == 1 else f"{count:,} clips"
    left = usual_seconds(Counter((cell.origin, cell.request.model or "") for cell in cells), plan.concurrency)
    time = "" if left is None else f"; about {describe_time(left)} at {plan.concurrency or CONCURRENCY} at once"
    return f"{clips}{cost_words(count, unpriced, total)}{time}"


def cost_words(count: int, unpriced: int, total: float) -> str:
    """Return what is known of the cost of so many clips, as the end of a sentence; `total` in dollars is of those with a price."""
    if unpriced == count:
        return ", of unknown price" if count else ""
    if unpriced:
        return f", about {format_dollars(total)} for {count - unpriced} of them, {unpriced} without a known price"
    return f", about {format_dollars(total)}" if total else ", free"


def usual_seconds(cells: Counter[tuple[str, str]], concurrency: int | None) -> float | None:
    """Return how long so many cells of (address, model) usually take together; None where that is not known of any.

    Providers work side by side, so that the slowest decides.
    """
    history, at_once = process.runtime().history, concurrency or CONCURRENCY
    by_origin: dict[str, float] = {}
    for (origin, model), count in cells.items():
        usual = history.usual_of_kinds(origin)(JobKind(model)).seconds
        if usual is not None:
            by_origin[origin] = by_origin.get(origin, 0.0) + usual * count / min(at_once, count)
    return max(by_origin.values(), default=None)


def describe_time(duration: float) -> str:
    """Return seconds as a person says them."""
    if duration < MINUTE:
        return f"{max(1, round(duration))} s"
    minutes = round(duration / MINUTE)
    return f"{minutes} min" if minutes < MINUTE else f"{minutes // 60} h {minutes % 60} min"
