"""The gateway's own process with an engine that waits while a file named `hold` is in its home."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from jupyter_videogen.gateway.process import main
from jupyter_videogen.gateway.requests.order import Order


class HoldingEngine:
    """Writes a few bytes, once it may."""

    def render(
        self, order: Order, path: Path, *, progress: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> SimpleNamespace:
        """Wait for the file to go, then write the clip."""
        path.write_bytes(b"half")
        progress(50.0)
        while (path.parents[2] / "hold").exists():
            if cancelled():
                raise RuntimeError("cancelled")
            threading.Event().wait(0.01)
        path.write_bytes(order.prompt.encode() or b"nothing")
        return SimpleNamespace(scene="sea", mood="dawn", words=(), frames=1)

    def poster(self, path: Path) -> bytes:
        """Return the clip itself."""
        return path.read_bytes()

    def sheet(self, path: Path) -> bytes:
        """Return the clip itself."""
        return path.read_bytes()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], {"local/scenes": HoldingEngine}))
