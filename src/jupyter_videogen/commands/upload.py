"""`jupyter videogen upload`: put clips into the configured storage that are not there yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.commands import job_references
from jupyter_videogen.commands.options import Command
from jupyter_videogen.config.storage import EXAMPLE
from jupyter_videogen.core import command_names
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.runtime import process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.runtime.runtime import Runtime

OWN = Command(
    "upload",
    "[ID …|all]",
    "put finished clips into the storage of [storage] in your videogen.toml: those that are owed, of these jobs, or all",
)
MOST = 1_000_000
"""Jobs that "all" goes through."""


class Uploaded(NamedTuple):
    """What came of it."""

    url: str
    stored: dict[str, list[str]]
    """The URLs of the clips, by job."""
    left: dict[str, str]
    """Why the clips of a job are not there, by job."""


def upload(words: Sequence[str], url: str | None) -> Uploaded:
    """Try each job once, and wait for that; `url` is the configured storage. Raises `InvalidRequest` where there is none."""
    if url is None:
        raise InvalidRequest(
            "No storage is configured. Nothing was uploaded.",
            next=f"Write [storage] {EXAMPLE} into your own videogen.toml; {command_names.spell('config')} shows its folder as home.",
        )
    run = process.runtime()
    ids = [record.id for record in _chosen(words, run) if record.clips] if words else run.uploads.pending()
    for future in [run.uploads.ensure_job(job_id) for job_id in ids if not _urls_of(job_id, run)]:
        future.result()
    stored = {job_id: urls for job_id in ids if (urls := _urls_of(job_id, run))}
    left = {
        job_id: run.uploads.troubles.get(job_id, "another process has it, or its file is gone")
        for job_id in ids
        if job_id not in stored
    }
    return Uploaded(url, stored, left)


def describe(done: Uploaded) -> str:
    """Say what came of it, a line for each reason."""
    if not done.stored and not done.left:
        return f"No clip is owed to {done.url}."
    clips = sum(map(len, done.stored.values()))
    lines = [f"{clips} {'clip is' if clips == 1 else 'clips are'} in {done.url}."] if clips else []
    for why in dict.fromkeys(done.left.values()):
        ids = [job_id for job_id, words in done.left.items() if words == why]
        lines.append(f"Not there yet: {', '.join(ids)}: {why}.")
    return "\n".join(lines)


def _chosen(words: Sequence[str], run: Runtime) -> list[JobRecord]:
    if tuple(words) == ("all",):
        return list(run.ledger.recent({"succeeded"}, limit=MOST))
    return [job.record for job in job_references.find_jobs(words, {})]


def _urls_of(job_id: str, run: Runtime) -> list[str]:
    """Return the URLs of a job's clips; none unless all have one."""
    kept = run.ledger.kept(job_id)
    clips = kept.record.clips if kept else ()
    urls = [clip.storage_url for clip in clips if clip.storage_url]
    return urls if len(urls) == len(clips) else []
