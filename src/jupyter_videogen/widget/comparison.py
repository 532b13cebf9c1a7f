"""Clips side by side: the view of `vg.compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.catalog import builtin
from jupyter_videogen.core import environment
from jupyter_videogen.core.job import JobRecord
from jupyter_videogen.core.request import GenerationRequest
from jupyter_videogen.widget import history
from jupyter_videogen.widget.base import BaseWidget, Pace
from jupyter_videogen.widget.protocol import Fetch
from jupyter_videogen.widget.views import job_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.job import Job
    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.widget.protocol import PageMessage


class Comparison(BaseWidget):
    """Clips side by side and in sync, each seen from its first second on: the view of `vg.compare`."""

    def __init__(self, jobs: Sequence[Job], files: Sequence[ClipRecord] = ()) -> None:
        self._visited = environment.is_published()
        self._files = {clip.job_id: clip for clip in files}
        self._paces = {job.id: Pace() for job in jobs}
        shown = [self._told_of(job, job.record) for job in jobs] + [_file_view(clip) for clip in files]
        super().__init__(compared=shown)
        for job in jobs:
            job.subscribe(lambda record, job=job: self._renew(record, job))  # type: ignore[misc]  # mypy's lambdas
            self._renew(job.record, job)  # it may have ended since it was looked at

    @property
    def _own(self) -> set[str]:
        return {str(view["id"]) for view in self.compared}

    def _handle(self, message: PageMessage, buffers: Sequence[bytes]) -> dict[str, Any] | None:
        """Hand over a file that is no job's; the rest is every widget's."""
        if isinstance(message, Fetch) and message.job_id in self._files:
            return {"buffers": [history.read_piece(self._files[message.job_id], message)]}
        return super()._handle(message, buffers)

    def _renew(self, record: JobRecord, job: Job) -> None:
        """Show how far a job is."""
        if self._paces[job.id].admits(record, job):
            with self._lock:  # the newest record, since another thread may have told a newer one meanwhile
                fresh = self._told_of(job, job.record)
                self.compared = [fresh if view["id"] == job.id else view for view in self.compared]


def _file_view(clip: ClipRecord) -> dict[str, Any]:
    """Return a file as the page draws a finished job: nobody says who made it, or for how much."""
    made_at = Path(clip.path).stat().st_mtime
    record = JobRecord(
        id=clip.job_id,
        state="succeeded",
        request=GenerationRequest(prompt=clip.prompt),
        provider="",
        base_url="",
        key_env=None,
        model=clip.model,
        path=clip.path,
        fingerprint="",
        take=0,
        idempotency_key="",
        created_at=made_at,
        clips=(clip,),
    )
    view = job_view(record, builtin.LOCAL, folder=environment.folder())
    unknown = {"provider_label": "", "simulated": False, "free": False}
    return dict(msgspec.to_builtins(msgspec.structs.replace(view, **unknown)))
