"""The history for the page: jobs of the ledger as rows, and providers with the source of their keys."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from jupyter_videogen.api import client
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.ledger.queries import HistoryFilter
from jupyter_videogen.media import clip_store
from jupyter_videogen.runtime import process
from jupyter_videogen.widget.protocol import (
    Detail,
    Fetch,
    History,
    HistoryPage,
    ModelCount,
    Module,
    Poster,
    Posters,
    ProviderView,
    Remove,
    Star,
)
from jupyter_videogen.widget.views import JobExtras, job_view, tile_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.job import Job
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.queries import HistoryGroup
    from jupyter_videogen.widget.protocol import JobView

STATIC = Path(__file__).parent.parent / "static"
MOST = 100
"""Tiles of one page of the library, and models in its list."""
MOST_POSTERS = 24
"""Still pictures in one message."""
LARGEST_PIECE = 4 << 20
"""Bytes of one message; hosts take more, but memory is for others."""


def job_view_of(job: Job, record: JobRecord) -> JobView:
    """Return a job as the page draws it, with what the ledger knows beside its record."""
    ledger = process.runtime().ledger
    usual = process.runtime().history.usual(record)
    aside = JobExtras(detached=job.detached, reused=job.reused, starred=ledger.is_starred(record.id), usual=usual)
    return job_view(record, job.provider, folder=environment.folder(), aside=aside)


def answer_history(
    message: Module | History | Detail | Posters | Star | Remove | Fetch | Poster, buffers: Sequence[bytes]
) -> dict[str, Any]:
    """Answer a request about the history, and return its ack."""
    match message:
        case Module():
            return {"text": read_module(message.name, message.build)}
        case History():
            return {"page": page(message)}
        case Detail():
            job = client.job(message.job_id)
            return {"job": job_view_of(job, job.record)}
        case Posters():
            return {"buffers": read_posters(message.job_ids)}
        case Fetch():
            return {"buffers": [read_clip_piece(message)]}
        case Poster():
            take_poster(message, bytes(buffers[0]))
        case Star():
            process.runtime().ledger.star(message.job_id, on=message.on)
        case Remove():
            process.runtime().ledger.remove(message.job_id, undo=message.undo)
    return {}


def read_module(name: Literal["parts", "grid", "vote", "story"], build: str) -> str:
    """Read a module of the page that is drawn on demand; raises `VideogenError` for a page of another version."""
    text = (STATIC / f"{name}.js").read_text("ascii")
    if not text.startswith(f"/*{build}*/"):
        raise VideogenError("This page is of another version of jupyter-videogen.", next="Run the cell again.")
    return text


def page(asked: History) -> HistoryPage:
    """Return one page of the library: of this notebook, this project, or all."""
    folder, ledger, shelf = environment.folder(), process.runtime().ledger, _shelf(asked)
    groups = ledger.history_groups(shelf)
    found = ledger.page(shelf, offset=max(asked.offset, 0), limit=min(max(asked.limit, 1), MOST))
    of_model = [group for group in groups if asked.model in {"", group.model}]
    of_stage = [group for group in groups if group.stage in asked.stages]
    shown = [group for group in of_model if group in of_stage]
    stages = _count(of_model, "stage")
    return HistoryPage(
        tiles=tuple(tile_view(record, folder, starred=starred) for record, starred in found),
        offset=asked.offset,
        total=sum(group.jobs for group in shown),
        spent=sum(group.spent for group in shown),
        ready=stages["ready"],
        making=stages["making"],
        failed=stages["failed"],
        models=tuple(
            ModelCount(model=name, jobs=jobs) for name, jobs in sorted(_count(of_stage, "model").items())[:MOST]
        ),
    )


def _count(groups: Sequence[HistoryGroup], by: Literal["stage", "model"]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for group in groups:
        counts[getattr(group, by)] += group.jobs
    return counts


def _shelf(asked: History) -> HistoryFilter:
    folder, notebook = environment.folder(), environment.notebook()
    return HistoryFilter(
        notebook=str(notebook) if asked.scope == "notebook" and notebook else None,
        project=str(environment.project(folder)) if asked.scope == "project" else None,
        search=asked.search.strip(),
        starred=asked.starred,
        model=asked.model,
        stages=asked.stages,
    )


def read_posters(job_ids: Sequence[str]) -> list[bytes]:
    """Read the first clip's still picture of jobs, empty where there is none; at most `MOST_POSTERS` are read."""
    asked = job_ids[:MOST_POSTERS]
    records = process.runtime().ledger.records(asked)
    return [read_poster(records[job_id].clips) if job_id in records else b"" for job_id in asked]


def read_poster(clips: Sequence[ClipRecord]) -> bytes:
    """Read the still picture of the first of some clips; empty where there is none."""
    poster = Path(clips[0].poster) if clips and clips[0].poster else None
    with suppress(OSError):
        if poster is not None and poster.stat().st_size <= clip_store.LARGEST_POSTER:
            return poster.read_bytes()
    return b""


def read_clip_piece(asked: Fetch) -> bytes:
    """Read a piece of a clip, for a page that can't reach its file; raises `VideogenError` where the file is gone."""
    return read_piece(_clip(asked.job_id, asked.take), asked)


def read_piece(clip: ClipRecord, asked: Fetch) -> bytes:
    """Read a piece of a clip's file; raises `VideogenError` where it is gone."""
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
        raise VideogenError(f"Job {job_id} has no clip {take + 1}.", next="Detail the job again.")
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
