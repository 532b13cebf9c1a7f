"""How long to wait after a failed or an early request, in seconds."""

from __future__ import annotations

PACE = 5.0
"""Seconds between looks at a job that is not found yet, or is done without a clip."""
SOONEST, LATEST = 0.2, 120.0
"""The longest suggestion of a provider that is followed, in seconds."""
LONGEST_BACKOFF = 30.0
LONGEST_ASKED = 3600.0
"""The longest pause between two looks that a failing provider may ask for, in seconds."""
LONGEST_HOLD = 120.0
"""The longest wait before a refused create is sent again, in seconds; a longer one raises the error."""


def after_miss(misses: int, *, retry_after: float | None = None) -> float:
    """Return the seconds until the next look after `misses` bad ones in a row: doubling from 0.5 s, or as long as asked, up to an hour."""
    backoff = min(0.5 * 2.0 ** min(misses - 1, 10), LONGEST_BACKOFF)
    return max(backoff, min(retry_after or 0.0, LONGEST_ASKED))
