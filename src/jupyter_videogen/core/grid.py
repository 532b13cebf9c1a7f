"""The values of a grid: its plan, its cells, and what the end of a cell's job means for the cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from jupyter_videogen.core.backoff import after_miss
from jupyter_videogen.core.decoding import prepare
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.request import GenerationRequest

if TYPE_CHECKING:
    from jupyter_videogen.core.job import JobRecord

GridState = Literal["running", "paused", "cancelled"]
"""As a person left it; a running grid whose cells have all ended is over until rows are added."""
Order = Literal["row", "model"]
"""Which cells are sent first: the first row's, or the first model's."""
CellState = Literal["waiting", "sending", "making", "ready", "failed", "undecided", "cancelled"]
"""`undecided`: the outcome is unknown, or the job failed and may be charged; only a person sends it again."""
CONCURRENCY, RETRIES = 4, 3
"""How many jobs of all grids run at one provider at once, and how often a cell is sent again, where nothing else is said."""
RETRYABLE = frozenset({"rate_limited", "unreachable", "provider", "expired"})
"""Failures that a second try may mend, where they were not charged: never those of the request, its words or its models."""
HOLDING = frozenset({"auth", "out_of_credit", "permission", "untrusted"})
"""Failures that every other cell at the same provider would meet as well."""


class GridColumn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the cells of a column have in common beside each row's own values."""

    provider: str
    model: str
    seed: int | None = None
    take: int = 1
    """Which of several clips of the same request, from 1: where no seed tells them apart."""
    values: dict[str, Any] = {}
    """The varied settings."""


class GridRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of the table that a grid is made from."""

    label: str
    """Its number from 1, as in the table."""
    prompt: str
    carried: dict[str, Any] = {}
    """Columns of the table that are no fields of a request."""


@prepare
class GridPlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All of a grid that is not in its cells."""

    columns: tuple[GridColumn, ...]
    rows: tuple[GridRow, ...]
    varied: tuple[str, ...] = ()
    """The names of the varied settings."""
    shared: dict[str, Any] = {}
    """Settings that all cells share."""
    seeds: tuple[int, ...] = ()
    """The seeds that `takes` drew."""
    concurrency: int | None = None
    retries: int = RETRIES
    max_cost: float | None = None
    """Dollars."""
    order: Order = "row"
    new: bool = False
    """Make clips also where the same request has been made before."""
    output: str = ""


class GridRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A grid as the ledger has it."""

    id: int
    project: str
    name: str
    state: GridState
    created_at: float
    plan: GridPlan


@prepare
class Cell(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One cell: a request, and the job that makes its clip."""

    position: int
    """Its place in the order in which cells are sent."""
    row: int
    column: int
    key: str
    """The fingerprint of its request."""
    origin: str
    """The provider's address."""
    cost: float | None
    """Dollars, estimated."""
    request: GenerationRequest
    """As it was asked for; a seed that was left open is open."""
    provider: str
    key_env: str | None = None
    take: int = 1
    free: bool = False
    """Whether its provider charges nothing."""
    job: str | None = None
    """The id of its job, chosen before it is sent."""
    tries: int = 0
    state: Literal["waiting", "taken", "cancelled", "failed"] = "waiting"
    """`taken`: it has a job; `failed`: its request can't be built any more, see `failure`."""
    not_before: float = 0.0
    """Seconds since the epoch; it waits until then."""
    failure: Failure | None = None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many cells of a grid are in each state, and what they come to."""

    clips: int
    waiting: int
    making: int
    ready: int
    failed: int
    undecided: int
    cancelled: int
    reported: float
    """The sum of the percents of those being made."""
    spent: float
    """Dollars of the jobs that have ended and count as charged."""
    in_flight: float
    """Dollars of those being made."""
    estimate: float
    """Dollars of all cells whose price is known."""
    unpriced: int
    """Cells of unknown price."""
    left: float
    """Dollars of the cells that are not sent yet, and of known price."""
    left_unpriced: int
    failed_cost: float
    """Dollars that sending the failed cells again would cost, of those with a known price."""
    failed_unpriced: int
    undecided_cost: float
    """The same for the undecided ones."""
    undecided_unpriced: int

    @property
    def open(self) -> int:
        """The cells for which something will happen by itself."""
        return self.waiting + self.making

    @property
    def progress(self) -> float:
        """0 to 100: clips done and the reported percent of those being made, over all that can still come to a clip."""
        alive = self.ready + self.making + self.waiting
        return 0.0 if alive == 0 else min(100.0, (100.0 * self.ready + self.reported) / alive)


class Verdict(NamedTuple):
    """What the end of a cell's job means for the cell."""

    kind: Literal["done", "retry", "hold", "left"]
    """`retry`: it is sent again by itself; `hold`: it waits, and all others at its provider; `left`: a person decides."""
    wait: float = 0.0
    """Seconds until a retry."""
    reason: str = ""
    """Why a provider is held."""


def cell_state(job: JobRecord) -> CellState:
    """Return the state of a cell that has a job."""
    if job.state in {"draft", "submitting"}:
        return "sending"
    if not job.ended:
        return "making"
    match job.state:
        case "succeeded":
            return "ready"
        case "cancelled":
            return "cancelled"
        case "unknown_outcome":
            return "undecided"
    return "undecided" if job.charged else "failed"


def holding_reason(job: JobRecord) -> str | None:
    """Return why every other cell at a job's provider would be refused as well; None where nothing says so."""
    failure = job.failure
    if job.state != "failed" or failure is None or failure.code not in HOLDING or job.charged:
        return None
    return failure.message


def judge(job: JobRecord, *, free: bool, tries: int, retries: int) -> Verdict:
    """Return what the end of a job means; `free` is a provider that charges nothing, so that a lost answer costs nothing.

    Nothing that may be charged is ever sent again by itself.
    """
    if job.state in {"succeeded", "cancelled"}:
        return Verdict("done")
    failure = job.failure
    code = failure.code if failure else job.state
    if (reason := holding_reason(job)) is not None:
        return Verdict("hold", reason=reason)
    unsent = failure is not None and failure.sent == "no"
    harmless = free or (job.state != "unknown_outcome" and not job.charged)
    repeatable = code in RETRYABLE or job.state == "unknown_outcome" or unsent
    if not harmless or not repeatable or code == "invalid_request" or tries >= retries:
        return Verdict("left")
    return Verdict("retry", wait=after_miss(tries + 1, retry_after=failure.retry_after if failure else None))
