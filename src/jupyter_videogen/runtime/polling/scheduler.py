"""The scheduler of one provider: when each job is due for a look, and one list for many jobs.

With three or more jobs running and a list to be had, the list says how they stand. It is hearsay: an end that it tells of is
looked at by id, a job that it does not hold is looked at as if there were no list, and nothing fails because of it.
"""

from __future__ import annotations

import asyncio
import contextvars
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.core.backoff import LONGEST_ASKED, after_miss
from jupyter_videogen.core.http import Lost, NotSent
from jupyter_videogen.core.timing import JobKind, JobTiming, ProgressSample
from jupyter_videogen.dialects import sanitize
from jupyter_videogen.dialects.base import UNREADABLE, ListsJobs
from jupyter_videogen.runtime.loop import run_forever
from jupyter_videogen.runtime.polling.duration_model import progress_tenth
from jupyter_videogen.runtime.polling.rate_limiter import PER_SECOND, PER_SECOND_AT_HOME, RateLimiter
from jupyter_videogen.runtime.polling.schedule import wait_for_all
from jupyter_videogen.transport.url_policy import is_loopback

if TYPE_CHECKING:
    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.clock import Clock
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.dialects.base import Listed, Page
    from jupyter_videogen.runtime.polling.history import DurationHistory
    from jupyter_videogen.transport.client import Transport

FEW = 3
"""The fewest jobs per page of a list for which the list is cheaper."""
MOST_PAGES = 20
"""Of one list at a time."""
LIST_TRUSTED_SECONDS = 120.0
"""Seconds after which a job is looked at by id, even if the list contains it."""
BROKEN = 3
"""The number of consecutive bad lists after which jobs are looked at one by one."""
LIST_RETRY_SECONDS = 600.0
"""Seconds before such a list is tried again."""
MOST_STREAMS = 3
"""Streams of one provider at a time: each holds one of the connections that creates and looks need, too."""
NO_LIST = frozenset({404, 405, 501})
BUSY = 429
SAMPLE = 100
"""Jobs out of which the pace of a list is worked out."""
SURE = 1.0
"""The worth of a look at a job whose end was told of, in looks per second."""
CLOCKS = 2.0
"""Seconds by which a provider's own times may seem to disagree with ours."""
LOOSEST = 20.0
"""Seconds that may lie between two looks, or a quarter of the age, for an end between them to be learnt from."""


class WakeableSleep:
    """A sleep that another task can end."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sleeper: asyncio.Future[None] | None = None

    async def sleep(self, seconds: float) -> None:
        """Sleep for so long, or until `wake`."""
        sleeper = self._sleeper = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait([sleeper])
        finally:
            self._sleeper = None
            sleeper.cancel()
        if not sleeper.cancelled():
            sleeper.result()

    def wake(self) -> None:
        """End the sleep, if there is one."""
        if self._sleeper is not None:
            self._sleeper.cancel()


class PolledJob:
    """A polled job: its age, its progress, and when the next look is due."""

    def __init__(self, scheduler: PollScheduler, job: JobRecord) -> None:
        self.schedule = scheduler.history.schedule(job)
        self.listed = False
        """Whether the list covers it, or its own stream does."""
        self.streamed = False
        """Whether its own stream speaks: what a list says less of is of no interest then."""
        self.missing = False
        """Whether the last list did not contain it."""
        self.told: Listed | None = None
        self.key = b""
        self._scheduler, self._clock, self._rest = scheduler, scheduler.clock, WakeableSleep(scheduler.clock)
        self._name, self._turns = job.id, 0
        self._begun: float | None = None
        self._mark: ProgressSample | None = None
        self._marks: dict[int, ProgressSample] = {}
        self._news: Listed | None = None
        self._seen = 0.0

    def begin(self, job: JobRecord) -> None:
        """Start the job's age at the moment when the provider accepted it."""
        known = self._clock.now() - (self._clock.now() if job.accepted_at is None else job.accepted_at)
        self._begun = self._clock.monotonic() - max(known, 0.0)

    @property
    def age(self) -> float:
        """Seconds since the provider took the job."""
        return 0.0 if self._begun is None else max(self._clock.monotonic() - self._begun, 0.0)

    def wait(self, poll_after: float | None = None) -> float:
        """Return the seconds until the next look."""
        self._turns += 1
        jitter = _jitter(self._name, self._turns)
        return self.schedule.wait(self.age, mark=self._mark, poll_after=poll_after, jitter=jitter)

    async def turn(self, job: JobRecord, seconds: float) -> Listed | None:
        """Wait until the look is due and permitted; return the list's update instead, if that suffices."""
        self._scheduler.take(self, job)
        await self._rest.sleep(max(seconds, LIST_TRUSTED_SECONDS) if self.listed else seconds)
        news, self._news = self._news, None
        if news is None:
            await self._scheduler.rate_limiter.slot(SURE if self.listed else self.schedule.rate(self.age))
        return news

    def going_on(self, progress: float | None) -> None:
        """Note that the job was still going on just now, and how far it was, in per cent."""
        self._seen = age = self.age
        if progress is not None and (self._mark is None or progress > self._mark.progress):
            self._mark = ProgressSample(age, progress)
            self._marks.setdefault(progress_tenth(progress), self._mark)

    def lesson(self, job: JobRecord, took: float | None, *, well: bool) -> JobTiming | None:
        """Return the timing of a job that was just seen ended; None if the last look was too long ago.

        `took` is what the provider's own clock says, in seconds; it is believed where it agrees with what was seen.
        """
        age, seen = self.age, self._seen
        if took is None or not seen - CLOCKS <= took <= age + CLOCKS or took <= 0.0:
            if age - seen > max(LOOSEST, age / 4.0):
                return None
            took = (age + seen) / 2.0
        request = job.request
        return JobTiming(
            seconds=took,
            well=well,
            model=job.model,
            duration=request.duration,
            size=request.size,
            kind=JobKind.of(job).source,
            marks=tuple(self._marks.values()),
        )

    def tell(self, row: Listed) -> None:
        """Handle a list's row: an end triggers a look, a change is an update, anything else means that the job continues."""
        self.listed, self.missing = True, False
        if row.state not in {"queued", "running"}:
            self._rest.wake()
        elif self.told is None or _standing(row) != _standing(self.told):
            self.told = self._news = row
            self._rest.wake()
        else:
            self._seen = self.age

    def tell_streamed(self, row: Listed) -> None:
        """Handle what the job's own stream says."""
        self.streamed = True
        self.tell(row)

    def not_streamed(self) -> None:
        """Note that its stream has ended: look at it."""
        if self.streamed:
            self.streamed = False
            self.not_listed()

    def not_listed(self) -> None:
        """Note that the list no longer contains the job: look at it by id."""
        self.told, self.missing = None, True
        if self.listed:
            self.listed = False
            self._rest.wake()

    def slept(self, seconds: float) -> None:
        """Note that this machine slept for so long: the job is so much older, and is looked at now."""
        if self._begun is not None:
            self._begun -= seconds
        self._rest.wake()

    def leave(self) -> None:
        """Stop polling it."""
        self._scheduler.leave(self)


class StreamPlaces:
    """How many streams of events one provider may have open, and whether it has any at all."""

    def __init__(self) -> None:
        self.free, self.served = MOST_STREAMS, True


class PollScheduler:
    """All jobs that are polled at one provider. Lives on one event loop."""

    def __init__(self, provider: Provider, transport: Transport, history: DurationHistory, clock: Clock) -> None:
        self.history, self.clock = history, clock
        at_home = provider.simulated or is_loopback(provider.base_url)
        self.streams = StreamPlaces()
        self.rate_limiter = RateLimiter(clock, PER_SECOND_AT_HOME if at_home else PER_SECOND)
        self._dialect, self._transport = sanitize.sanitize_dialect(provider.dialect), transport
        self._list_pollers: dict[str, ListPoller] = {}
        self._polled_jobs: set[PolledJob] = set()

    def polled_job(self, job: JobRecord) -> PolledJob:
        """Create the polled job of a job."""
        return PolledJob(self, job)

    def take(self, polled_job: PolledJob, job: JobRecord) -> None:
        """Add a job to the polled ones, and to the list poller if possible."""
        self._polled_jobs.add(polled_job)
        if not isinstance(self._dialect, ListsJobs) or job.handle is None:
            return
        if polled_job.streamed:
            self._leave_lists(polled_job)
            return
        url = self._dialect.page(job.model).url
        if url not in self._list_pollers:
            self._list_pollers[url] = ListPoller(self._dialect, job.model, self._transport, self)
        polled_job.key = _key(job.handle)
        self._list_pollers[url].join(polled_job)

    def leave(self, polled_job: PolledJob) -> None:
        """Remove a job."""
        self._polled_jobs.discard(polled_job)
        self._leave_lists(polled_job)

    def _leave_lists(self, polled_job: PolledJob) -> None:
        for poller in self._list_pollers.values():
            poller.polled_jobs.pop(polled_job.key, None)

    def slept(self, seconds: float) -> None:
        """Note that this machine slept for so long: all jobs are looked at now, as fast as the rate limiter allows."""
        for poller in self._list_pollers.values():
            poller.rest.wake()
        for polled_job in tuple(self._polled_jobs):
            polled_job.slept(seconds)


class ListPoller:
    """The jobs that one list covers."""

    def __init__(self, dialect: ListsJobs, model: str, transport: Transport, scheduler: PollScheduler) -> None:
        self.polled_jobs: dict[bytes, PolledJob] = {}
        self.rest = WakeableSleep(scheduler.clock)
        self._dialect, self._model, self._transport, self._scheduler = dialect, model, transport, scheduler
        self._reader: asyncio.Task[None] | None = None
        self._pages, self._misses, self._not_before = 1, 0, 0.0

    def join(self, polled_job: PolledJob) -> None:
        """Add a job; from the third on, the list is read."""
        self.polled_jobs[polled_job.key] = polled_job
        if self._reader is None and self._worth_it():
            self._reader = asyncio.get_running_loop().create_task(
                run_forever(self._read, self._scheduler.clock), context=contextvars.Context()
            )

    def _worth_it(self) -> bool:
        return len(self.polled_jobs) >= FEW * self._pages and self._scheduler.clock.monotonic() >= self._not_before

    async def _read(self) -> None:
        """Read the list at its pace for as long as there are jobs for it."""
        try:
            while self._worth_it():
                await self.rest.sleep(self._wait())
                if self._worth_it():
                    await self._sweep()
        finally:
            for polled_job in self.polled_jobs.values():
                polled_job.not_listed()
        self._reader = None

    def _wait(self) -> float:
        if self._misses:
            return after_miss(self._misses)
        polled_jobs = list(self.polled_jobs.values())
        sample = polled_jobs[:: len(polled_jobs) // SAMPLE + 1]
        calls = self._pages * len(sample) / len(polled_jobs)
        return wait_for_all([(polled_job.schedule, polled_job.age) for polled_job in sample], calls=calls)

    async def _sweep(self) -> None:
        """Read the list page by page until it has told of every job, and pass on what it says."""
        try:
            found, pages = await self._found()
        except (NotSent, Lost, *UNREADABLE):
            self._misses += 1
            if self._misses >= BROKEN:
                self._rest_for(LIST_RETRY_SECONDS)
            return
        self._misses, self._pages = 0, pages
        for key, polled_job in tuple(self.polled_jobs.items()):
            row = found.get(key)
            if row is None:
                polled_job.not_listed()
            else:
                polled_job.tell(row)
        if not found:
            self._rest_for(LIST_RETRY_SECONDS)  # of another account, or of nothing at all

    async def _found(self) -> tuple[dict[bytes, Listed], int]:
        """Return the rows of our jobs that say how they stand, and how many pages held any.

        A job that the list did not hold before is not searched to its end again.
        """
        wanted = {key for key, polled_job in self.polled_jobs.items() if not polled_job.missing}
        found: dict[bytes, Listed] = {}
        cursor, pages = None, 1
        for number in range(1, MOST_PAGES + 1):
            page = await self._page(cursor)
            ours = {key: row for row in page.jobs if row.state and (key := _key(row.handle)) in self.polled_jobs}
            found |= ours
            pages = number if ours else pages
            if not ours or wanted <= found.keys() or page.cursor in {None, cursor}:
                break
            cursor = page.cursor
        return found, pages

    async def _page(self, cursor: str | None) -> Page:
        await self._scheduler.rate_limiter.slot(SURE)
        reply = await self._transport.send(self._dialect.page(self._model, cursor))
        if reply.status in NO_LIST:
            self._rest_for(float("inf"))
        if reply.status == BUSY:
            self._scheduler.rate_limiter.too_many(
                min(sanitize.read_any_failure(reply).retry_after or 0.0, LONGEST_ASKED)
            )
        if not reply.ok:
            raise Lost(f"HTTP {reply.status}")
        return self._dialect.read_page(reply, cursor)

    def _rest_for(self, seconds: float) -> None:
        self._misses, self._pages = 0, 1
        self._not_before = self._scheduler.clock.monotonic() + seconds


def _key(handle: object) -> bytes:
    return msgspec.json.encode(handle, order="deterministic")


def _standing(row: Listed) -> tuple[str | None, float | None, str]:
    return row.state, row.progress, row.status


def _jitter(name: str, turn: int) -> float:
    """Spread the looks of jobs, -1 to 1: by chance, but the same in every run; a generator for each would take 2.5 kB."""
    number = int.from_bytes(blake2b(f"{name} {turn}".encode(), digest_size=4).digest())
    return number / (2**31) - 1.0
