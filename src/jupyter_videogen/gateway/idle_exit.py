"""Exit when no client has used this process for a while."""

import asyncio
from collections.abc import Callable


class Idle:
    """Calls `leave` once, `seconds` after the last request, unless a job is running; lives on one event loop."""

    def __init__(self, seconds: float | None, busy: Callable[[], bool], leave: Callable[[], None]) -> None:
        self._seconds = seconds
        self._busy = busy
        self._leave = leave
        self._requests = 0
        self._timer: asyncio.TimerHandle | None = None

    def request_began(self) -> None:
        """Count a request that starts."""
        self._requests += 1

    def request_ended(self) -> None:
        """Count a request that ends, and start the timer."""
        self._requests -= 1
        self.restart()

    def restart(self) -> None:
        """Restart the timer."""
        if self._seconds is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._fire)

    def _fire(self) -> None:
        # Whatever keeps us busy now restarts the wait when it ends.
        if not self._requests and not self._busy():
            self._leave()
