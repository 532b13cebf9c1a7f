"""Several jobs of one call, as a list: takes, batches, comparisons, and listings of jobs."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from jupyter_videogen.api import waiting
from jupyter_videogen.api.job import Job, seconds
from jupyter_videogen.api.mapping.source import Row
from jupyter_videogen.api.tables import table
from jupyter_videogen.api.tables.cells import origin_columns
from jupyter_videogen.core import terminal
from jupyter_videogen.core.errors import Failure, VideogenError, from_failure
from jupyter_videogen.core.request import pixels
from jupyter_videogen.runtime import process

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from jupyter_videogen.api.clip import Clip
    from jupyter_videogen.api.mapping.clip_map import ClipMap
    from jupyter_videogen.api.mapping.columns import ClipMaps
    from jupyter_videogen.api.mapping.executors import Executor, Way
    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.job import CancelResult

Kind = Literal["listing", "takes", "batch", "compare"]


class JobGroup(list[Job]):
    """A list of jobs with methods to wait for, cancel and watch all of them; `.df` has a row for each."""

    def __init__(
        self, jobs: Iterable[Job] = (), *, kind: Kind = "listing", label: str = "", files: Iterable[ClipRecord] = ()
    ) -> None:
        super().__init__(jobs)
        self.kind: Kind = kind
        """What the group comes from. A "listing" is shown as a table; the jobs of the others were made by one call."""
        self.label = label
        """The prompt they share, where they do."""
        self._maps: ClipMaps | None = None
        self.files = tuple(files)
        """Files of no job that are seen beside them."""

    @property
    def clips(self) -> tuple[Clip, ...]:
        """Every clip that is finished, in the order of the jobs."""
        return tuple(clip for job in self for clip in job.clips)

    @property
    def ended(self) -> bool:
        """Whether all of them have ended."""
        return all(job.record.ended for job in self)

    @property
    def df(self) -> Any:  # noqa: ANN401 - pandas is no dependency
        """A pandas DataFrame with a row for each job; raises `Unsupported` without pandas."""
        rows = ((_facts(job), job.record.clips[0] if job.record.clips else None) for job in self)
        return table.to_dataframe(self.maps.add_to(rows))

    @property
    def maps(self) -> ClipMaps:
        """The functions that are called for its clips."""
        if self._maps is None:
            from jupyter_videogen.api.mapping.columns import ClipMaps  # noqa: PLC0415 - few groups have any

            run = process.runtime()
            self._maps = ClipMaps(run.ledger.results, run.uploads)
        return self._maps

    def map(
        self,
        function: Callable[..., Any],
        *,
        executor: Executor | Literal["threads", "processes"] | None = None,
        name: str | None = None,
        version: str | None = None,
        clips: Way = "auto",
    ) -> ClipMap:
        """Call a function for every clip, as each finishes, and put what it returns into `.df`, as `Grid.map` does."""
        taken = set(_facts(self[0])) if self else ()
        return self.maps.start(
            GroupClips(self), taken, function, executor=executor, name=name, version=version, clips=clips
        )

    def result(self, timeout: float | str | None = None) -> tuple[Clip, ...]:
        """Wait for all of them and return their clips.

        `timeout` applies to all together, in seconds or as "90s", "30m", "2h". Each job is waited for, whatever happens to the
        others; then the first error is raised, and the finished clips are in `.clips`.
        """
        ends = None if timeout is None else time.monotonic() + seconds(timeout)
        if timeout != 0:
            waiting.follow(self, timeout)
        errors = [error for job in self if (error := _error(job, ends)) is not None]
        if errors:
            raise self._told(errors)
        return self.clips

    def __await__(self) -> Generator[object, None, tuple[Clip, ...]]:
        return self._all().__await__()

    async def _all(self) -> tuple[Clip, ...]:
        errors = []
        for job in self:
            try:
                await job
            except VideogenError as error:
                errors.append(error)
        if errors:
            raise self._told(errors)
        return self.clips

    def cancel(self) -> list[CancelResult]:
        """Cancel each of them; return the results in the order of the jobs."""
        return [job.cancel() for job in self]

    def watch(self) -> JobGroup:
        """Watch each of them (again)."""
        for job in self:
            job.watch()
        return self

    def __repr__(self) -> str:
        return table.to_text(self._rows(), terminal.width()) or "No jobs."

    def _repr_html_(self) -> str:
        return table.to_html(self._rows()) or "<div>No jobs.</div>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": repr(self)}

    def _rows(self) -> list[dict[str, str]]:
        """Return the jobs as rows to read; who asked is said where an agent did for one of them."""
        by_agents = any(job.record.agent for job in self)
        return [_words(job) | ({"asked by": job.record.agent} if by_agents else {}) for job in self]

    def _told(self, errors: list[VideogenError]) -> VideogenError:
        """Return one error for several: the first one's, which says how many there were."""
        first = errors[0]
        if len(self) == 1:
            return first
        job = first.job if isinstance(first.job, Job) else None
        which = f" (job {job.id})" if job else ""
        message = f"{len(errors)} of {len(self)} jobs made no clip; the first{which}: {first.failure.message}"
        told = from_failure(Failure(**{**_builtins(first.failure), "message": message}))
        told.job, told.provider = first.job, first.provider
        return told


class GroupClips:
    """The finished clips of a group, as a map sees them."""

    def __init__(self, group: JobGroup) -> None:
        self._jobs = tuple(group)

    @property
    def idle(self) -> bool:
        """Whether every job has ended, or is not watched any more."""
        return all(job.record.ended or job.detached for job in self._jobs)

    @property
    def ready(self) -> int:
        """How many clips there are."""
        return sum(len(job.record.clips) for job in self._jobs)

    @property
    def to_come(self) -> int:
        """How many jobs have not ended."""
        return sum(not job.record.ended for job in self._jobs)

    def rows(self) -> Iterator[Row]:
        """Return every clip."""
        for job in self._jobs:
            for clip in job.record.clips:
                yield Row(clip, partial(_facts_of, job, clip))

    def subscribe(self, heard: Callable[[object], None]) -> None:
        """Call `heard` on every change of a job."""
        for job in self._jobs:
            job.subscribe(heard)

    def when_idle(self, call: Callable[[], object]) -> None:
        """Call a function where every job has ended; a later end is a change, which is heard."""
        if self.idle:
            call()

    def show(self) -> None:
        """Tell nobody: a group is shown as it is when it is displayed."""


def _facts_of(job: Job, clip: ClipRecord) -> dict[str, Any]:
    return {**_facts(job), "path": clip.path, "storage_url": clip.storage_url, "bytes": clip.bytes}


def _builtins(failure: Failure) -> dict[str, Any]:
    return {name: getattr(failure, name) for name in failure.__struct_fields__}


def _error(job: Job, ends: float | None) -> VideogenError | None:
    """Wait for one job; return its error, if any."""
    try:
        job.result(None if ends is None else max(0.0, ends - time.monotonic()))
    except VideogenError as error:
        return error
    return None


def _facts(job: Job) -> dict[str, Any]:
    """Return a job as a dictionary of plain values."""
    record = job.record
    clip = record.clips[0] if record.clips else None
    width, height = _size(clip.size if clip else record.request.size)
    ended = record.finished_at if record.state == "succeeded" else None
    return {
        "id": job.id,
        "state": job.state,
        "provider": record.provider,
        "model": record.model,
        "seconds_to_make": None if ended is None else ended - (record.sent_at or record.created_at),
        "cost": record.best_cost,
        "cost_source": record.cost_source,
        "width": width,
        "height": height,
        "bytes": clip.bytes if clip else None,
        "path": clip.path if clip else None,
        "storage_url": clip.storage_url if clip else None,
        **origin_columns(clip),
        "seed": record.request.seed,
        "prompt": record.request.prompt,
        "agent": record.agent,
        "created_at": record.created_at,
    }


def _words(job: Job) -> dict[str, str]:
    """Return a job as a row to read."""
    record = job.record
    percent = f" {job.progress:.0f} %" if job.progress is not None and not record.ended else ""
    return {
        "id": job.id,
        "state": f"{job.state}{percent}",
        "model": f"{record.provider}:{record.model}",
        "age": table.format_age(record.created_at),
        "cost": table.format_cost(record.best_cost, record.cost_source),
        "prompt": table.shorten(record.request.prompt),
    }


def _size(size: str | None) -> tuple[int | None, int | None]:
    try:
        return pixels(size) if size else (None, None)
    except ValueError:
        return None, None
