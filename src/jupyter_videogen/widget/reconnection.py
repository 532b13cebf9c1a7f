"""The kernel's end of a page that outlived its kernel: a comm of the page's own becomes a widget again.

`js/src/kernel/reconnect.ts` calls `install()` in a restarted kernel and then opens the comm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import comm
import msgspec

from jupyter_videogen.api import client
from jupyter_videogen.core.decoding import prepare
from jupyter_videogen.widget.base import BaseWidget
from jupyter_videogen.widget.form_widget import FormWidget
from jupyter_videogen.widget.widget import Card, VideoGen

if TYPE_CHECKING:
    from jupyter_videogen.api.job import Job

TARGET = "jupyter_videogen"


@prepare
class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the page showed."""

    job_id: str
    """Empty for a form without a job."""
    provider: str
    has_form: bool
    queue: tuple[str, ...] = ()
    """The form's other jobs that were being made."""


def install() -> None:
    """Let pages open widgets in this kernel; the second time changes nothing."""
    comm.get_comm_manager().register_target(TARGET, open_widget)


def open_widget(channel: Any, message: dict[str, Any]) -> None:  # noqa: ANN401 - the kernel's own comm class
    """Make a widget that speaks through a comm, and follow the job again; raises `VideogenError` for an unknown job."""
    wanted = msgspec.convert(message["content"]["data"], Wanted)
    job = client.job(wanted.job_id) if wanted.job_id else None
    widget = VideoGen(provider=wanted.provider or None, comm=channel) if wanted.has_form else _card(job, channel)
    if job is not None:
        widget.follow(_watched(job))
    if isinstance(widget, FormWidget):
        for job_id in wanted.queue:
            widget.put_aside(_watched(client.job(job_id)))


def _watched(job: Job) -> Job:
    return job if job.record.ended else job.watch()


def _card(job: Job | None, channel: Any) -> BaseWidget:  # noqa: ANN401 - as above
    return BaseWidget(comm=channel) if job is None else Card(job, comm=channel)
