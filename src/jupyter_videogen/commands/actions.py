"""What a cell and a terminal do alike: plan and send orders, and answer the commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_videogen.api import batch, checking, client, listings
from jupyter_videogen.api.job_group import JobGroup
from jupyter_videogen.api.submission import ask_user, submit_orders
from jupyter_videogen.commands import connect as connecting
from jupyter_videogen.commands import job_references, request_fields
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core.checks import CheckReport, CheckReports
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.job import UNPAID
from jupyter_videogen.media import clip_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jupyter_videogen.api.batch import Prompt
    from jupyter_videogen.api.job import Job
    from jupyter_videogen.api.listings import Models
    from jupyter_videogen.commands.arguments import Arguments
    from jupyter_videogen.commands.parser import ParsedLine
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.runtime.order import Order

JOBS_SHOWN = 20
EVERY_JOB = 10**9


def plan_orders(
    line: ParsedLine, prompts: Sequence[Prompt], names: Mapping[str, Any], config: Configuration
) -> list[Order]:
    """Return what a line orders, checked and priced; `names` are the user's variables. A dry run needs no key.

    Raises what a request can be refused for before it is sent.
    """
    name = request_fields.check_variable_name(line.values.get("name"))
    fields = request_fields.collect_fields(line, names)
    orders = list(batch.expand_prompts(prompts, fields, config, keyless=is_dry_run(line)))
    return request_fields.name_jobs(orders, name)


def is_dry_run(line: ParsedLine) -> bool:
    """Return whether a line asks to see what would be sent."""
    return bool(line.values.get("dry_run"))


def submit(line: ParsedLine, orders: Sequence[Order], config: Configuration) -> list[Job]:
    """Send what a line orders; whoever sits at the keyboard is asked what a budget asks."""
    values = line.values
    return submit_orders(orders, config, yes=bool(values.get("yes")), max_cost=values.get("max_cost"), ask=ask_user)


def copy_reused_clips(line: ParsedLine, jobs: Sequence[Job]) -> Iterator[str]:
    """Put clips that were made before where the line wants them; yields where each lies now."""
    for job in jobs:
        if job.reused and job.clips:
            yield str(clip_store.copy_to_output(job.clip, str(line.values.get("output") or "")))


def list_jobs(given: Arguments) -> JobGroup:
    """Return the newest jobs, with `--all` every one, with `--failed` those that gave no clip."""
    limit = EVERY_JOB if "--all" in given.marks else given.number("-n", JOBS_SHOWN)
    if "--failed" not in given.marks:
        return client.jobs(limit=limit)
    failed = (job for job in client.jobs(limit=EVERY_JOB) if job.state in {*UNPAID, "unknown_outcome"})
    return JobGroup(list(failed)[:limit])


def list_models(given: Arguments) -> Models:
    """Return the models that a `models` line asks for."""
    provider, marks = given.values.get("-p") or given.values.get("--provider"), given.marks
    flags = {name: f"--{name}" in marks for name in ("image", "test", "refresh")}
    return listings.models(" ".join(given.words), provider=provider, **flags)


def select_jobs(words: Sequence[str], names: Mapping[str, Any]) -> JobGroup:
    """Return the jobs that are named, or without a name all that are unfinished."""
    return job_references.find_jobs(words, names) if words else client.jobs("unfinished")


def check_clips(given: Arguments, names: Mapping[str, Any]) -> CheckReports:
    """Check the files and the clips of the jobs that are named, without a name the last job's."""
    again = "--again" in given.marks
    words = given.words or ("last",)
    return CheckReports(report for word in words for report in _check_word(word, names, again=again))


def _check_word(word: str, names: Mapping[str, Any], *, again: bool) -> Iterator[CheckReport]:
    path = Path(word).expanduser()
    if word not in names and (path.suffix or path.is_file()):
        yield checking.check(path)
        return
    clips = [clip for job in job_references.find_jobs([word], names) for clip in job.clips]
    if not clips:
        raise InvalidRequest(f"{word} has no clip to check.", next="Wait for it, or name a file.")
    yield from checking.check_clips(clips, again=again)


def cancel_jobs(words: Sequence[str], names: Mapping[str, Any]) -> tuple[JobGroup, list[str]]:
    """Cancel the jobs that are named, or with "all" every unfinished one; returns them and a sentence on each."""
    jobs = select_jobs(() if tuple(words) == ("all",) else words, names)
    return jobs, [job_references.cancel_job(job) for job in jobs]


def connect(given: Arguments) -> str:
    """Take, test and store a provider's key, or with `--forget` remove it; returns what is so now."""
    return connecting.connect(" ".join([*given.words, *given.marks]), load_config())


def update_trust(given: Arguments) -> str:
    """Agree to what this project's file asks for, or with `--forget` no more; returns what is so now."""
    return connecting.update_trust(given.words, load_config().registry, forget="--forget" in given.marks)
