"""The values everything else is about: a request, a clip, and our record of one job."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from jupyter_videogen.core.clip import Artifact, ClipRecord, CostSource, cost_source
from jupyter_videogen.core.decoding import prepare
from jupyter_videogen.core.errors import Failure
from jupyter_videogen.core.request import GenerationRequest

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.uint8]]

JobState = Literal[
    "draft",
    "submitting",
    "queued",
    "running",
    "saving",
    "succeeded",
    "failed",
    "cancelled",
    "expired",
    "unknown_outcome",
    "unreachable",
]
STATES: tuple[JobState, ...] = get_args(JobState)
ENDED: frozenset[JobState] = frozenset({"succeeded", "failed", "cancelled", "expired", "unknown_outcome"})
"""States in which watching has ended. `unreachable` is not one: it resumes automatically."""
UNPAID: frozenset[JobState] = frozenset({"failed", "cancelled", "expired"})
"""Ends without a clip: the same request again is a new job."""


class CancelResult(msgspec.Struct, frozen=True):
    """The result of a cancel."""

    cancelled: bool
    reason: str
    """One sentence, including what is known about charges."""


@prepare
class JobRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Our record of one request, from before it is sent to its end. `after` makes the next one."""

    id: str
    state: JobState
    request: GenerationRequest
    provider: str
    base_url: str
    key_env: str | None
    """The variable the key came from; never the key."""
    model: str
    path: str
    """The path of the future clip, chosen before anything is sent."""
    fingerprint: str
    take: int
    idempotency_key: str
    created_at: float
    account: str = ""
    """A short hash of the key it was sent with, to distinguish accounts; the key can't be derived from it."""
    needs_kernel: bool = False
    """Whether its key, or what else it was sent with, is known to the process that sent it alone; no other can watch it."""
    cost: float | None = None
    """The estimate when the job was sent, in dollars; None if no price is known."""
    reported_cost: float | None = None
    """What the provider itself reported, in dollars; None where it reports none, or none yet."""
    name: str = ""
    """The name from `--as`; members of a group are `name[0]`, `name[1]`."""
    grid: str = ""
    """The grid that it is a cell of."""
    agent: str = ""
    """The program that asked for it in a person's place, as it calls itself; empty where a person asked."""
    template: str = ""
    """The prompt before variables were filled in, where any were."""
    filled: dict[str, str] = {}
    """The values that were filled in."""
    like: str = ""
    """The built-in provider whose dialect a provider of the user's configuration speaks."""
    notebook: str | None = None
    project: str | None = None
    sent_at: float | None = None
    accepted_at: float | None = None
    finished_at: float | None = None
    handle: dict[str, Any] | None = None
    """The provider's reference, opaque outside its dialect, fixed at create."""
    artifacts: tuple[Artifact, ...] = ()
    """Kept only for jobs that finished at their create and so can't be looked up again; cleared when stored."""
    progress: float | None = None
    status: str = ""
    """The provider's own word for the state, where the vocabulary lacks it."""
    clips: tuple[ClipRecord, ...] = ()
    failure: Failure | None = None
    warnings: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    """Prompts that the model can show, where it could not show all of this one."""
    saved_bytes: int | None = None
    total_bytes: int | None = None
    next_look_at: float | None = None
    """When the provider is called again, if it is busy or unreachable."""
    searching: bool = False
    """The outcome is unknown, and the provider's list is being searched."""
    in_doubt: bool = False
    """It was sent before with an unknown outcome, and is sent again on purpose: the first job may exist as well."""
    version: int = 0
    """The number of writes since it was added: a write of an older record is refused."""

    def __repr__(self) -> str:
        return f"<JobRecord {self.id} {self.state} at {self.provider}:{self.model}: {self.request.prompt[:60]!r}>"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state in ENDED and not self.searching

    @property
    def best_cost(self) -> float | None:
        """The best known cost in dollars: what the provider reported, else the estimate; None if neither is known."""
        return self.cost if self.reported_cost is None else self.reported_cost

    @property
    def cost_source(self) -> CostSource:
        """Where `best_cost` comes from."""
        return cost_source(self.cost, self.reported_cost)

    @property
    def charged(self) -> bool:
        """Whether it counts as spent: unless it is known to have cost nothing."""
        if self.reported_cost is not None:
            return self.reported_cost > 0
        free = self.cost == 0 or self.state == "cancelled"
        return not free and not (self.failure is not None and self.failure.charged == "no")

    def redacted(self) -> JobRecord:
        """Return the record as it is written down: no credential is in it."""
        return self.after(request=self.request.redacted())

    def after(self, **changes: Any) -> JobRecord:
        """Return the record with these fields changed."""
        return msgspec.structs.replace(self, **changes)


ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def new_id() -> str:
    """Return a job id: eight lower-case base32 characters, 40 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(8))
