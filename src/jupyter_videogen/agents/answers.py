"""What the tools answer, as values that a host turns into JSON."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_videogen.core.errors import render_failure
from jupyter_videogen.core.hidden_characters import escape_text

if TYPE_CHECKING:
    from jupyter_videogen.api.job import Job

LONGEST = 500
"""Characters of a prompt in an answer."""
LARGEST = 2_000_000
"""Bytes of a picture in an answer."""
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp", b"GIF8": "image/gif"}
"""The first bytes of a poster, and its type."""


@dataclass(frozen=True, kw_only=True)
class Video:
    """One video, wanted, being made or finished."""

    job_id: str
    state: str
    """"draft", "submitting", "queued", "running", "saving", "unreachable"; at the end "succeeded", "failed", "cancelled",
    "expired" or "unknown_outcome"."""
    ended: bool
    prompt: str
    model: str
    """As "provider:model"."""
    created_at: str
    asked_by: str
    """The program whose agent asked; empty for a person."""
    progress: float | None
    """Percent, as the provider reports it."""
    seconds_left: float | None
    """Estimated from earlier jobs."""
    dollars: float | None
    dollars_are: str
    """"reported" by the provider, "estimated", or "unknown"."""
    path: str | None
    seconds_of_video: float | None
    size: str | None
    error: str | None
    """What happened, what to do next, and whether it was sent and charged."""
    note: str


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a video would cost; nothing was sent."""

    dollars: float | None
    how: str
    allowed: bool
    """Whether `start_video` may make it now without asking a person."""
    why_not: str
    """What stands in the way, and what a person can do."""
    budget: str
    """What agents have spent of what they may, in 24 hours."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model and what it takes."""

    model: str
    """As "provider:model", the way `start_video` takes it."""
    lengths: str
    sizes: str
    inputs: str
    price: str
    usual_seconds: float | None
    """How long a video usually takes."""


def describe(job: Job, note: str = "") -> Video:
    """Return a job as an answer."""
    record, clip = job.record, job.clips[0] if job.clips else None
    return Video(
        job_id=record.id,
        state=record.state,
        ended=record.ended,
        prompt=escape_text(record.request.prompt[:LONGEST]),
        model=f"{record.provider}:{record.model}",
        created_at=datetime.fromtimestamp(record.created_at, UTC).isoformat(timespec="seconds"),
        asked_by=record.agent,
        progress=None if record.ended else record.progress,
        seconds_left=None if record.ended or job.eta is None else round(job.eta),
        dollars=record.best_cost,
        dollars_are=record.cost_source,
        path=clip.path if clip else None,
        seconds_of_video=clip.duration if clip else None,
        size=clip.size if clip else None,
        error=None if record.failure is None else render_failure(record.failure),
        note=" ".join(filter(None, (note, *record.warnings))),
    )


def poster_of(job: Job) -> Any:  # noqa: ANN401 - a type of the host's library
    """Return a finished video's poster as `mcp.types.ImageContent`; None where there is none."""
    path = next((clip.poster for clip in job.clips if clip.poster), None)
    try:
        picture = b"" if path is None or Path(path).stat().st_size > LARGEST else Path(path).read_bytes()
    except OSError:
        return None
    kind = next((kind for mark, kind in PICTURES.items() if picture.startswith(mark)), None)
    if kind is None:
        return None
    content = {"type": "image", "data": base64.b64encode(picture).decode(), "mimeType": kind}
    return import_module("mcp.types").ImageContent.model_validate(content)  # every host has this library
