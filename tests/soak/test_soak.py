"""A minute of bad weather, trouble and two deaths; the long run is `make soak`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from service import draw_clip
from soak import Run, Terms
from trouble import Spans
from verdict import whole

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.soak


def test_no_job_is_lost_or_paid_twice_on_a_bad_line(tmp_path: Path) -> None:
    """Thirty jobs in all dialects, every fault and trouble there is, two kills: the provider's book and the ledger agree."""
    spans = Spans(sleep=2.5, lock=2.5, full=2.0)
    terms = Terms(
        30, 40, 2, 7, shortest=0.5, longest=4, stall=3, hint=500, troubles=1, spans=spans, lease=2.0, until_settled=True
    )
    run = Run(terms, tmp_path)
    asyncio.run(run.go())
    print(run)  # noqa: T201 - what pytest shows when it failed
    assert run.verdict.broken == []
    assert run.verdict.total["stored"] > terms.jobs / 2


def test_the_judge_knows_a_cut_clip() -> None:
    """Every cut of the clip is seen, and the clip itself is whole."""
    clip = draw_clip()
    assert [length for length in range(len(clip) + 1) if whole(clip[:length])] == [len(clip)]
