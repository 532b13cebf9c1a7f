"""IPython in a terminal: waiting shows the line that the command line shows."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from jupyter_videogen.api import waiting
from jupyter_videogen.commands.progress import Progress
from jupyter_videogen.core import environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.job import Job


def install() -> None:
    """Show the progress of jobs that are waited for, where IPython runs on a screen."""
    if environment.in_ipython() and not environment.in_kernel() and sys.stderr.isatty():
        waiting.show_by(_follow)


def _follow(jobs: Sequence[Job], timeout: float | str | None) -> None:
    if going_on := [job for job in jobs if not job.record.ended]:
        Progress(sys.stderr).follow(going_on, timeout)
