"""How long to wait after a failed or an early request, in seconds."""

from __future__ import annotations

PACE = 5.0
"""Seconds between looks at a job that is not found yet, or done without a clip."""
SOONEST, LATEST = 0.2, 120.0
"""Seconds within which a service's suggestion is followed."""
LONGEST_BACKOFF = 30.0
LONGEST_ASKED = 3600.0
"""Seconds that a service in trouble may ask us to stay away between two looks."""
LONGEST_HOLD = 120.0
"""Seconds for which a request that nobody has taken is held back; one asked to wait longer is handed back."""


def after_miss(misses: int, *, retry_after: float | None = None) -> float:
    """Return the seconds until the next look after `misses` bad ones in a row: doubling from 0.5 s, or as long as asked, up to an hour."""
    backoff = min(0.5 * 2.0 ** min(misses - 1, 10), LONGEST_BACKOFF)
    return max(backoff, min(retry_after or 0.0, LONGEST_ASKED))
