"""Clips side by side: the view of `vg.compare`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.core import environment
from jupyter_videogen.widget.base import BaseWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.job import Job
    from jupyter_videogen.core.job import JobRecord


class Comparison(BaseWidget):
    """Clips side by side and in sync: the view of `vg.compare`."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._visited = environment.is_published()
        super().__init__(compared=[self._told_of(job, job.record) for job in jobs])
        for job in jobs:
            job.subscribe(lambda record, job=job: self._renew(record, job))  # type: ignore[misc]  # mypy's lambdas

    @property
    def _own(self) -> set[str]:
        return {str(view["id"]) for view in self.compared}

    def _renew(self, record: JobRecord, job: Job) -> None:
        """Update the view when one of the jobs has ended."""
        if record.ended:
            fresh = self._told_of(job, record)
            self.compared = [fresh if view["id"] == job.id else view for view in self.compared]
