"""The history for the page: jobs of the ledger as rows, and providers with the source of their keys."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.api import client
from jupyter_videogen.config.configuration import load_config_for_watching
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.ledger.queries import HistoryFilter
from jupyter_videogen.media import clip_store
from jupyter_videogen.runtime import process
from jupyter_videogen.widget.protocol import Fetch, History, HistoryPage, Poster, ProviderView, Remove, Star
from jupyter_videogen.widget.views import JobExtras, job_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.job import Job
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.widget.protocol import JobView

MOST = 100
"""Rows of one page of history."""
LARGEST_PIECE = 4 << 20
"""Bytes of one message; hosts take more, but memory is for others."""


def job_view_of(job: Job, record: JobRecord) -> JobView:
    """Return a job as the page draws it, with what the ledger knows beside its record."""
    ledger = process.runtime().ledger
    usual = process.runtime().history.usual(record)
    aside = JobExtras(detached=job.detached, reused=job.reused, starred=ledger.is_starred(record.id), usual=usual)
    return job_view(record, job.provider, folder=environment.folder(), aside=aside)


def answer_history(message: History | Star | Remove | Fetch | Poster, buffers: Sequence[bytes]) -> dict[str, Any]:
    """Answer a request about the history, and return its ack."""
    match message:
        case History():
            return {"page": page(message)}
        case Fetch():
            return {"buffers": [read_clip_piece(message)]}
        case Poster():
            take_poster(message, bytes(buffers[0]))
        case Star():
            process.runtime().ledger.star(message.job_id, on=message.on)
        case Remove():
            process.runtime().ledger.remove(message.job_id, undo=message.undo)
    return {}


def page(asked: History) -> HistoryPage:
    """Return one page of the history: of this notebook, this project, or all."""
    folder, notebook = environment.folder(), environment.notebook()
    shelf = HistoryFilter(
        notebook=str(notebook) if asked.scope == "notebook" and notebook else None,
        project=str(environment.project(folder)) if asked.scope == "project" else None,
        search=asked.search,
        starred=asked.starred,
    )
    limit = min(max(asked.limit, 1), MOST)
    before = time.time() + 1 if asked.before is None else asked.before
    found = process.runtime().ledger.page(shelf, before=before, limit=limit + 1)
    config = load_config_for_watching()
    views = (
        job_view(record, config.provider_of_job(record), folder=folder, aside=JobExtras(starred=starred))
        for record, starred in found[:limit]
    )
    return HistoryPage(jobs=tuple(views), more=len(found) > limit)


def read_clip_piece(asked: Fetch) -> bytes:
    """Read a piece of a clip, for a page that can't reach its file; raises `VideogenError` where the file is gone."""
    clip = _clip(asked.job_id, asked.take)
    try:
        with Path(clip.path).open("rb") as file:
            file.seek(max(asked.offset, 0))
            return file.read(min(max(asked.length, 0), LARGEST_PIECE))
    except OSError as error:
        raise VideogenError(
            f"The clip can't be read: {error.strerror}.", next=f"It was at {clip.path}.", sent="yes", charged="unknown"
        ) from None


def take_poster(asked: Poster, picture: bytes) -> None:
    """Keep a picture that the page drew of a clip that has none; one that is no picture, or too large, is passed over."""
    run, job = process.runtime(), client.job(asked.job_id)
    clip = _clip(asked.job_id, asked.take)
    if clip.poster is not None:
        return
    poster = clip_store.write_poster(picture, run.posters / f"{job.id}-{asked.take}")
    clips = [*job.record.clips]
    clips[asked.take] = msgspec.structs.replace(clip, poster=poster)
    run.change(job.record.after(clips=tuple(clips)))


def _clip(job_id: str, take: int) -> ClipRecord:
    clips = client.job(job_id).record.clips
    if not 0 <= take < len(clips):
        raise VideogenError(f"Job {job_id} has no clip {take + 1}.", next="Show the job again.")
    return clips[take]


def providers(config: Configuration) -> tuple[ProviderView, ...]:
    """Return every provider, and where its key was found."""
    return tuple(_provider(name, config) for name in config.registry.providers)


def _provider(name: str, config: Configuration) -> ProviderView:
    row, found, asks = config.registry.find(name), None, ""
    try:
        found = config.find_request_key(row)
    except VideogenError as error:
        claim = config.registry.find_claim(name)
        asks = claim.words if claim and error.failure.code == "untrusted" else ""
    return ProviderView(
        name=name,
        label=row.title,
        simulated=row.simulated,
        key=found.source if found else "",
        ready=found is not None or row.key_env is None or (row.key_optional and not asks),
        asks=asks,
    )
