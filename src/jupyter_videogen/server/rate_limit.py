"""How often the clients of a server may call what costs work, or what goes on to a provider."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class RateLimit:
    """A bucket of `burst` calls that fills by `per_second`; one for all clients of a server."""

    def __init__(self, burst: float, per_second: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._per_second, self._now = burst, per_second, now
        self._left, self._at = burst, now()

    def take(self) -> int:
        """Take a call and return 0, or return the whole seconds after which there is one again."""
        now = self._now()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0
        return max(1, math.ceil((1 - self._left) / self._per_second))
