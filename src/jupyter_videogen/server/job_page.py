"""A job as the page of a widget draws it, for pages whose kernel is gone: the very view that a kernel makes, without places on this disk."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core.request import MEDIA
from jupyter_videogen.runtime.polling.history import DurationHistory
from jupyter_videogen.server.job_facts import VERSION, without_folders
from jupyter_videogen.widget.views import JobExtras, job_view
from jupyter_videogen.widget.visitors import shown_path

if TYPE_CHECKING:
    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.ledger import Ledger
    from jupyter_videogen.ledger.queries import KeptJob
    from jupyter_videogen.widget.protocol import JobView

NO_MEDIA: dict[str, Any] = {name: () if name == "references" else None for name in MEDIA}
"""What a page without a kernel sends nothing of, and what may name files."""


def job_page(kept: KeptJob, ledger: Ledger, provider: Provider, *, watched: bool) -> dict[str, Any]:
    """Return `{v, now, watched, job}`: seconds since the epoch by this clock, and a `JobView`."""
    record = _without_places(kept.record)
    aside = JobExtras(detached=kept.let_go, starred=kept.starred, usual=DurationHistory(ledger).usual(record))
    view = job_view(record, provider, folder=_folder(record), aside=aside)
    return {"v": VERSION, "now": time.time(), "watched": watched, "job": msgspec.to_builtins(_with_names(view))}


def _folder(record: JobRecord) -> Path:
    """Return the folder of the notebook that a job belongs to: its page finds the clip from there."""
    return Path(record.notebook or record.path).parent


def _without_places(record: JobRecord) -> JobRecord:
    """Return a job without its media and its extras, and with words that name no folder and no reference of a provider."""
    failure = record.failure and msgspec.structs.replace(
        record.failure,
        message=without_folders(record.failure.message),
        next=without_folders(record.failure.next),
        request_id=None,
    )
    request = msgspec.structs.replace(record.request, extra={}, **NO_MEDIA)
    warnings = tuple(map(without_folders, record.warnings))
    return msgspec.structs.replace(record, request=request, failure=failure, warnings=warnings)


def _with_names(view: JobView) -> JobView:
    """Return a view in which files outside of the notebook's folder are told by their names."""
    clips = tuple(msgspec.structs.replace(clip, src=shown_path(clip.src)) for clip in view.clips)
    first = clips[0] if clips else None
    return msgspec.structs.replace(
        view, clips=clips, clip=first, saves_as=shown_path(view.saves_as), needs_kernel=False, can_share=False
    )
