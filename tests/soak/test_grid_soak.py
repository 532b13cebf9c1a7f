"""A small grid at six paid providers on a bad line, killed twice; the long run is `make soak`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from grid_soak import GridRun
from soak import Terms

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.soak


def test_no_cell_of_a_grid_is_paid_twice_on_a_bad_line(tmp_path: Path) -> None:
    """Twenty-four cells, every fault of the line, two kills: each was accepted once at most, and every end agrees with the book."""
    terms = Terms(4, 12, 2, 7, shortest=1, longest=4, stall=3, hint=500, lease=2.0, until_settled=True)
    run = GridRun(terms, tmp_path)
    asyncio.run(run.go())
    print(run)  # noqa: T201 - what pytest shows when it failed
    assert (run.verdict.broken, len(run.kills)) == ([], 2)
    assert run.verdict.total["orders"] == 24
    assert run.verdict.total["stored"] >= 12
