"""What pages say beside a job: how long jobs like it usually take, and how far its grid is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jupyter_videogen.core.timing import JobKind
from jupyter_videogen.runtime.polling.history import DurationHistory

if TYPE_CHECKING:
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.ledger import Ledger


class Outlook:
    """The outlook of the jobs of one answer: each provider's earlier jobs, and each grid, are read once."""

    def __init__(self, ledger: Ledger) -> None:
        self._grids = ledger.grids
        self._usual = cache(DurationHistory(ledger).usual_of_kinds)
        self._count = cache(self._read_counts)

    def of(self, record: JobRecord) -> dict[str, Any]:
        """Return `usual` in seconds, None for a job that has ended, and `cells`, None for a job of no grid."""
        return {"usual": None if record.ended else self._seconds(record), "cells": self._cells(record)}

    def _seconds(self, record: JobRecord) -> float | None:
        return self._usual(record.base_url)(JobKind.of(record)).seconds

    def _cells(self, record: JobRecord) -> dict[str, Any] | None:
        grids = [grid for grid, _ in self._grids.of_job(record.id)] if record.grid else []
        return self._count(grids[0]) if grids else None

    def _read_counts(self, grid: int) -> dict[str, Any]:
        counts = self._grids.counts(grid)
        percent = (100.0 * counts.ready + counts.reported) / max(1, counts.clips)
        still_open = counts.waiting + counts.making
        return {"ready": counts.ready, "clips": counts.clips, "open": still_open, "percent": percent}
