"""When to look again: a pure function of age and hints."""

from __future__ import annotations

PACE = 5.0
"""Seconds between looks where the service suggests nothing."""
SOONEST, LATEST = 0.2, 120.0
LONGEST_BACKOFF = 30.0


def next_look(*, poll_after: float | None = None) -> float:
    """Seconds until the next look after a good one; a suggestion is followed within 0.2 s to 120 s."""
    return PACE if poll_after is None else min(max(poll_after, SOONEST), LATEST)


def after_miss(misses: int, *, retry_after: float | None = None) -> float:
    """Seconds until the next look after `misses` bad ones in a row: doubling from 0.5 s, or as long as asked."""
    backoff = min(0.5 * 2.0 ** min(misses - 1, 10), LONGEST_BACKOFF)
    return max(backoff, min(retry_after or 0.0, LATEST))
