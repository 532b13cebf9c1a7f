"""Which job in a provider's own list is the one whose answer was lost: exact matches only, nothing is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.dialects.base import Listed

EARLY = 120.0
"""Seconds a provider's clock may be behind what it says of itself."""
LATE = 1500.0
"""Seconds a request may have been on its way: the longest create, and some."""


def matching_jobs(job: JobRecord, listed: Sequence[Listed], *, skew: float = 0.0) -> list[Listed]:
    """Return the listed jobs that can be this one: same prompt, model and settings, made when it was sent.

    `skew` is how far the provider's clock is ahead, in seconds. A row that does not say its prompt or its time
    is no exact match, for it could be anybody's; one that says the key it was sent with is just that.
    """
    return [row for row in listed if _is_ours(job, row, skew)]


def _is_ours(job: JobRecord, row: Listed, skew: float) -> bool:
    if row.key is not None:
        return row.key == job.idempotency_key
    return _says_the_same(job, row) and _in_time(job, row, skew)


def _says_the_same(job: JobRecord, row: Listed) -> bool:
    asked = job.request
    same_model = row.model is None or _bare(row.model) == _bare(job.model)
    same_length = None in {row.duration, asked.duration} or row.duration == asked.duration
    same_size = None in {row.size, asked.size} or row.size == asked.size
    return row.prompt == asked.prompt and same_model and same_length and same_size


def _in_time(job: JobRecord, row: Listed, skew: float) -> bool:
    sent = job.sent_at or job.created_at
    return row.created_at is not None and sent - EARLY <= row.created_at - skew <= sent + LATE


def _bare(model: str) -> str:
    """Return a model's name without its provider: gateways write it with or without."""
    return model.rpartition("/")[2]
