"""Run a local gateway that draws a quarter of each side that is asked for: a test of a dialect wants a clip, not its pixels."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, Any

from jupyter_videogen.gateway.jobs import engines
from jupyter_videogen.gateway.process import main

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_videogen.gateway.requests.order import Order


draw = engines.SceneEngine.render


def draw_small(engine: engines.SceneEngine, order: Order, path: Path, **heard: Any) -> engines.Rendering:
    """Draw a small clip in place of the one that was ordered."""
    width, height = (side // 8 * 2 for side in (order.width, order.height))
    return draw(engine, dataclasses.replace(order, width=width, height=height), path, **heard)


if __name__ == "__main__":
    engines.SceneEngine.render = draw_small  # type: ignore[assignment, method-assign]
    sys.exit(main())
