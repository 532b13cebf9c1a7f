"""Run a local gateway that draws 320x180 where no size is asked for: a test of a dialect wants a clip, not its pixels."""

from __future__ import annotations

import sys

from jupyter_videogen.gateway.process import main
from jupyter_videogen.gateway.requests import order

if __name__ == "__main__":
    order.DEFAULT_SIZE = "320x180"
    sys.exit(main())
