"""What crosses between the page and the kernel: two traits of state, and small messages with an ack.

State goes to the page in traits (last value wins, redrawn after a reload). Requests go to the kernel as custom
messages that carry a `request_id`; each is answered by one `Ack`. The key is never a bare `id`: ipykernel 7.4
routes replies by that name. No bytes, no credentials and no absolute paths are ever in here.

`js/src/protocol.gen.ts` is generated from this file by `python scripts/protocol.py`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from .errors import Known
from .values import JobState

VERSION: Literal[1] = 1


class ModelView(msgspec.Struct, frozen=True, kw_only=True):
    """What the form needs to know of one model; lengths in whole seconds, sizes as "WxH"."""

    id: str
    title: str
    durations: tuple[int, ...]
    """Offered lengths; empty when every whole number from `shortest` to `longest` is taken."""
    shortest: int
    longest: int
    default_duration: int
    sizes: tuple[str, ...]
    default_size: str
    seed: bool


class FormView(msgspec.Struct, frozen=True, kw_only=True):
    """The prompt form: where requests go, which models are offered, and what it opens with."""

    provider: str
    provider_label: str
    simulated: bool
    """True for the local engine: the page says that clips are drawn, not AI-made."""
    models: tuple[ModelView, ...]
    start: RequestView


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the form holds it; None leaves the choice to the model's default."""

    prompt: str = ""
    model: str = ""
    duration: int | None = None
    size: str | None = None
    seed: int | None = None


class ErrorView(msgspec.Struct, frozen=True, kw_only=True):
    """An error in words for a person, and the three facts that matter about money."""

    code: str
    message: str
    next: str = ""
    """What to do now, one sentence; may be empty."""
    field: str | None = None
    """The request field at fault, where one is."""
    sent: Known = "unknown"
    charged: Known = "unknown"


class ClipView(msgspec.Struct, frozen=True, kw_only=True):
    """A finished clip; `src` is relative to the notebook, in POSIX form and not percent-encoded."""

    src: str
    bytes: int
    seconds: float | None
    width: int | None
    height: int | None


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """One job as the page draws it; times in seconds since the epoch by the kernel's clock."""

    id: str
    state: JobState
    detached: bool
    """We stopped watching on request; the job itself may go on."""
    progress: float | None
    """0 to 100 as the service reported it, else None. Never invented."""
    status: str
    """The service's own word for the state, where we do not know it; else empty."""
    provider: str
    provider_label: str
    simulated: bool
    model: str
    prompt: str
    duration: float | None
    size: str | None
    seed: int | None
    created_at: float
    finished_at: float | None
    saved_bytes: int | None
    total_bytes: int | None
    can_cancel: bool
    clip: ClipView | None
    error: ErrorView | None
    warnings: tuple[str, ...]


class WidgetState(msgspec.Struct, frozen=True, kw_only=True):
    """The synced traits of the widget: a card has a job and no form; the form's job is its newest."""

    form: FormView | None
    job: JobView | None


class Request(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """A message from the page. `request_id` is made by the page and names the ack."""

    v: Literal[1]
    request_id: str


class Hello(Request, frozen=True, kw_only=True, tag="hello"):
    """A view was drawn; the ack's `now` corrects the page's clock."""


class Generate(Request, frozen=True, kw_only=True, tag="generate"):
    """The primary button was pressed: one click, one `request_id`, at most one job."""

    request: RequestView


class Cancel(Request, frozen=True, kw_only=True, tag="cancel"):
    """Ask the service to cancel (offered only where `can_cancel`)."""

    job_id: str


class Detach(Request, frozen=True, kw_only=True, tag="detach"):
    """Stop watching a job, which itself goes on: the button reads Stop waiting."""

    job_id: str


class Watch(Request, frozen=True, kw_only=True, tag="watch"):
    """Watch a detached job again."""

    job_id: str


PageMessage = Hello | Generate | Cancel | Detach | Watch


class Ack(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="ack"):
    """The kernel's answer to one message."""

    v: Literal[1]
    request_id: str
    ok: bool
    now: float
    """The kernel's clock, seconds since the epoch."""
    error: ErrorView | None = None
