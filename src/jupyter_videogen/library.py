"""What the page is shown of the ledger: jobs as rows of the history, services with where their keys are."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from . import client, keys, settings
from . import provider as rows
from .ledger import Shelf
from .messages import HistoryPage, ProviderView
from .view import Aside, job_view

if TYPE_CHECKING:
    from .messages import History, JobView, Remove, Star
    from .ticket import Job
    from .values import JobRecord

MOST = 100
"""Rows of one page of history."""


def seen(job: Job, record: JobRecord) -> JobView:
    """Give a job as the page draws it, with what the ledger knows beside its record."""
    ledger = client.runtime().ledger
    usual = client.runtime().experience.usual(record)
    aside = Aside(detached=job.detached, reused=job.reused, starred=ledger.starred(record.id), usual=usual)
    return job_view(record, job.provider, folder=settings.folder(), aside=aside)


def page(asked: History) -> HistoryPage:
    """Give one page of the history: of this notebook, this project, or all."""
    folder, notebook = settings.folder(), settings.notebook()
    shelf = Shelf(
        notebook=str(notebook) if asked.scope == "notebook" and notebook else None,
        project=str(settings.project(folder)) if asked.scope == "project" else None,
        search=asked.search,
        starred=asked.starred,
    )
    limit = min(max(asked.limit, 1), MOST)
    before = time.time() + 1 if asked.before is None else asked.before
    found = client.runtime().ledger.page(shelf, before=before, limit=limit + 1)
    views = (
        job_view(record, client.provider_of(record), folder=folder, aside=Aside(starred=starred))
        for record, starred in found[:limit]
    )
    return HistoryPage(jobs=tuple(views), more=len(found) > limit)


def star(asked: Star) -> None:
    """Mark a job as liked, or no more."""
    client.runtime().ledger.star(asked.job_id, on=asked.on)


def remove(asked: Remove) -> None:
    """Take a job out of the history, or put it back."""
    client.runtime().ledger.remove(asked.job_id, undo=asked.undo)


def providers() -> tuple[ProviderView, ...]:
    """Give every service, and where its key was found."""
    return tuple(_provider(name) for name in rows.known())


def _provider(name: str) -> ProviderView:
    row = rows.find(name)
    found = keys.find(row.name, row.key_env)
    return ProviderView(
        name=name,
        label=row.title,
        simulated=row.simulated,
        key=found.source if found else "",
        ready=found is not None or row.key_env is None or row.key_optional,
    )
