"""A job as a page of the server gets it: no key, no reference or address of a provider, no place on this disk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.errors import Failure
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.ledger import Ledger
    from jupyter_videogen.ledger.queries import KeptJob

VERSION = 1
"""Of the answers: a page of another version knows that they are not for it."""
PATH = re.compile(r"(?<![\w:/.])(?:[A-Za-z]:[\\/]|/)(?:[^\\/\s'\"]+[\\/])+")
"""The folders of an absolute path in a sentence; in an address the sign before it is no space or quote."""


def job_facts(kept: KeptJob, ledger: Ledger, root: str) -> dict[str, Any]:
    """Return a job; `root` is the folder that the server serves."""
    record = kept.record
    return {
        "v": VERSION,
        "id": record.id,
        "version": record.version,
        "state": record.state,
        "over": record.ended,
        "progress": record.progress,
        "status": record.status,
        "provider": record.provider,
        "model": record.model,
        "prompt": record.request.prompt,
        "seed": record.request.seed,
        "name": record.name,
        "grid": record.grid,
        "created_at": record.created_at,
        "accepted_at": record.accepted_at,
        "finished_at": record.finished_at,
        "next_look_at": record.next_look_at,
        "cost": record.best_cost,
        "cost_source": record.cost_source,
        "notebook": _below(record.notebook, root),
        "clips": [_clip_facts(record, take) for take in range(len(record.clips))],
        "failure": _failure_facts(record.failure),
        "warnings": [without_folders(words) for words in record.warnings],
        "starred": kept.starred,
        "needs_kernel": record.needs_kernel,
        "let_go": kept.let_go,
        "watched_by": ledger.watcher_of(kept) or "",
    }


def _clip_facts(record: JobRecord, take: int) -> dict[str, Any]:
    """Return a clip; its addresses are below the server's base URL."""
    clip: ClipRecord = record.clips[take]
    place = f"{record.id}/{take}"
    return {
        "take": take,
        "bytes": clip.bytes,
        "sha256": clip.sha256,
        "duration": clip.duration,
        "size": clip.size,
        "name": re.split(r"[/\\]", clip.path)[-1],
        "url": f"jupyter-videogen/clips/{place}",
        "poster": f"jupyter-videogen/posters/{place}" if clip.poster else None,
    }


def _failure_facts(failure: Failure | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    return {
        "code": failure.code,
        "message": without_folders(failure.message),
        "next": without_folders(failure.next),
        "sent": failure.sent,
        "charged": failure.charged,
    }


def without_folders(words: str) -> str:
    """Return a sentence in which absolute paths are the names of their files."""
    return PATH.sub("…/", words)


def _below(path: str | None, root: str) -> str | None:
    """Return a path relative to the server's folder, as its pages write it; None for one elsewhere."""
    if not path or not root or not Path(path).is_relative_to(Path(root).expanduser()):
        return None
    return Path(path).relative_to(Path(root).expanduser()).as_posix()
