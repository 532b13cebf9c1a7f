"""Find jobs by an id, the start of one, `last`, or the variable that holds the job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_videogen.api import client
from jupyter_videogen.api.clip import Clip
from jupyter_videogen.api.job import Job
from jupyter_videogen.api.job_group import JobGroup
from jupyter_videogen.core import command_names
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.secrets import KEYLIKE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def find_jobs(references: Iterable[str], names: Mapping[str, Any]) -> JobGroup:
    """Return jobs by id, the beginning of one, `last` or -1, or the name they are kept in; raises `InvalidRequest`.

    `names` are the user's variables; a name of before a restart is found in the ledger.
    """
    return JobGroup((job for reference in references for job in _named(reference, names)), kind="takes")


def _named(reference: str, names: Mapping[str, Any]) -> Iterable[Job]:
    match names.get(reference):
        case JobGroup() as group:
            return group
        case Job() as job:
            return [job]
        case Clip() as clip:
            return [client.job(clip.job_id)]
    if KEYLIKE.search(reference):
        raise InvalidRequest("That is not a job id.", next=f"List them with {command_names.spell('jobs')}.")
    return client.jobs_in_variable(reference) or [client.job(reference)]


def cancel_job(job: Job) -> str:
    """Cancel a job, or where its provider can't, stop watching it; returns the sentence that says which it was."""
    result = job.cancel()
    if result.cancelled or job.record.ended:
        return f"{job.id}: {result.reason}"
    job.stop_waiting()
    again = command_names.spell("resume", job.id)
    return f"{job.id}: Not cancelled, and no longer watched. {result.reason} Watch it again: {again}"
