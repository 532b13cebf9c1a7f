"""Recover a lost answer: find the job of a paid request in the provider's own list."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core import backoff
from jupyter_videogen.core.errors import Failure, VideogenError
from jupyter_videogen.core.http import Lost, NotSent
from jupyter_videogen.dialects import sanitize
from jupyter_videogen.dialects.base import UNREADABLE, Dialect, Listed, ListsJobs, can_find_lost
from jupyter_videogen.dialects.http_errors import clock_skew
from jupyter_videogen.runtime.list_matching import matching_jobs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.clock import Clock
    from jupyter_videogen.core.errors import Known
    from jupyter_videogen.core.http import Call, Reply
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.ledger import Ledger
    from jupyter_videogen.transport.client import Transport

WAITS = (0.0, 5.0, 30.0, 120.0)
"""Seconds before each time the list is asked: a job that has just begun may not be in it yet."""
TRIES = 5
"""Of one page."""
LONGEST = 120.0
"""Seconds between two of them at most, however long the provider asks to be left alone."""
PAGES = 5
"""Read of one list at most."""
NO_LIST = frozenset({404, 405, 501})


ACCOUNT = "Check your account there before you send it again."


class NoList(Exception):
    """The provider, or the gateway before it, has no list after all."""


class Busy(Lost):
    """The provider is busy and will return its list later."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"HTTP {reply.status}")
        self.retry_after = sanitize.read_any_failure(reply).retry_after
        """Seconds after which it wants to be asked again, where it says so."""


def lost_answer_changes(
    what: str, dialect: Dialect | None, *, sent: Known = "yes", request_id: str | None = None
) -> dict[str, Any]:
    """Return the changes to a job whose answer was lost; where there is a list, it is being looked for from now on.

    Without a dialect nobody here can look.
    """
    listed = can_find_lost(dialect)
    words = "We are looking for the job in the provider's list." if listed else _unlisted(dialect)
    failure = Failure(
        code="unknown_outcome",
        message=what,
        next=f"{words} We did not send it again.",
        sent=sent,
        charged="unknown",
        request_id=request_id,
    )
    return {"failure": failure, "searching": listed}


def _unlisted(dialect: Dialect | None) -> str:
    """Say why no list is searched, and what to do instead."""
    if dialect is None:
        return ACCOUNT
    if isinstance(dialect, ListsJobs):
        return f"The provider's list of jobs has no prompts to search by. {ACCOUNT}"
    return f"The provider has no list of jobs to search. {ACCOUNT}"


async def find_lost_job(
    job: JobRecord, dialect: Dialect, transport: Transport, ledger: Ledger, clock: Clock
) -> list[Listed] | None:
    """Ask the list, four times within three minutes, for jobs that can be this one and are no other of ours.

    Gives None where there was no list to be read.
    """
    if not isinstance(dialect, ListsJobs) or not can_find_lost(dialect):
        return None
    unclaimed: list[Listed] | None = None
    for wait in WAITS:
        await clock.sleep(wait)
        try:
            with suppress(NotSent, Lost, *UNREADABLE):
                rows = [row async for row in _matches(job, dialect, transport, ledger, clock)]
                unique = {msgspec.json.encode(row.handle): row for row in rows}.values()
                unclaimed = [row for row in unique if ledger.holder(job.base_url, row.handle) is None]
        except NoList:
            break
        except VideogenError:
            continue  # whose the rows are can't be read now
        if unclaimed:
            break  # nothing is awaited between the check above and the adoption
    return unclaimed


async def _matches(
    job: JobRecord, dialect: ListsJobs, transport: Transport, ledger: Ledger, clock: Clock
) -> AsyncIterator[Listed]:
    """Return the rows that match, page by page; a list that repeats a cursor does not go on for ever."""
    cursor: str | None = None
    seen: set[str | None] = set()
    for _ in range(PAGES):
        reply = await _ask(dialect.page(job.model, cursor), transport, clock)
        page = dialect.read_page(reply, cursor)
        skew = clock_skew(reply, now=clock.now()) if "date" in reply.headers else _ahead_by_ours(job, page.jobs, ledger)
        for row in matching_jobs(job, page.jobs, skew=skew):
            yield row
        seen.add(cursor)
        cursor = page.cursor
        if cursor in seen or cursor is None:
            return


def _ahead_by_ours(job: JobRecord, listed: Sequence[Listed], ledger: Ledger) -> float:
    """Return the seconds that the provider's clock is ahead of ours, by the newest listed job that is ours already; 0 without one."""
    known = [
        (held.sent_at, row.created_at - held.sent_at)
        for row in listed
        if row.created_at is not None
        and (held := ledger.holder(job.base_url, row.handle)) is not None
        and held.sent_at is not None
    ]
    return max(known)[1] if known else 0.0


async def _ask(call: Call, transport: Transport, clock: Clock) -> Reply:
    """Ask for one page, again where the line or the provider is in trouble; raises `NoList`, or what came of the last try."""
    for attempt in range(1, TRIES):
        asked = None
        try:
            return await _asked(call, transport)
        except Busy as error:
            asked = min(error.retry_after or 0.0, LONGEST)
        except (NotSent, Lost, *UNREADABLE):
            pass
        await clock.sleep(backoff.after_miss(attempt, retry_after=asked))
    return await _asked(call, transport)


async def _asked(call: Call, transport: Transport) -> Reply:
    reply = await transport.send(call)
    if reply.status in NO_LIST:
        raise NoList
    if not reply.ok:
        raise Busy(reply)
    reply.json  # noqa: B018 - half a page is asked for again, as no page is
    return reply


def recovery_failure(found: Sequence[Listed] | None, job: JobRecord, provider: Provider) -> Failure:
    """Return the failure after the search: no list, no match, or several matches."""
    step = ACCOUNT
    if found:
        ids = ", ".join(str(row.handle.get("id")) for row in found)
        words = f"{len(found)} jobs in {provider.title}'s list match it: {ids}."
        step = f'Attach the right one with vg.attach(id, provider="{provider.name}").'
    elif found is None:
        words = f"{provider.title} returned no list of jobs to search."
    else:
        words = f"The job is not in {provider.title}'s list."
    old = job.failure or Failure(code="unknown_outcome", message="The answer was lost.")
    return msgspec.structs.replace(old, next=f"{words} {step} We did not send it again.")
