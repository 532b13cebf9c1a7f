"""`vg.grid`: many clips from a table of prompts, which can be stopped, resumed by name, and trusted not to pay twice."""

from __future__ import annotations

import asyncio
import warnings
from concurrent.futures import Future
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from jupyter_videogen.api import checking, pacing, waiting
from jupyter_videogen.api.access import access_for
from jupyter_videogen.api.clip import Clip
from jupyter_videogen.api.grids import export as exporting
from jupyter_videogen.api.grids.cost import Question, find_question, missing_cells
from jupyter_videogen.api.grids.mapped import GridClips, clips_of
from jupyter_videogen.api.job import Job, seconds
from jupyter_videogen.api.job_group import JobGroup
from jupyter_videogen.api.judging import vote as votes
from jupyter_videogen.api.mapping.columns import ClipMaps
from jupyter_videogen.api.mapping.to_dask import CLIPS, to_dask
from jupyter_videogen.api.submission import build_order
from jupyter_videogen.api.tables import cells as grid_cells
from jupyter_videogen.api.tables.words import model_figures
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core.errors import BudgetExceeded, InvalidRequest, VideogenError, WaitTimeout
from jupyter_videogen.core.suggestions import did_you_mean
from jupyter_videogen.core.votes import MIN_VOTES
from jupyter_videogen.media import receipt
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.grid_queue import Builder, GridQueue
from jupyter_videogen.runtime.loop import wait_for
from jupyter_videogen.runtime.order import SubmitOptions
from jupyter_videogen.runtime.task_engines import refuse_in_task

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
    from pathlib import Path

    from jupyter_videogen.api.access import Access
    from jupyter_videogen.api.mapping.clip_map import ClipMap
    from jupyter_videogen.api.mapping.executors import Executor, Way
    from jupyter_videogen.api.tables.leaderboard import Leaderboard
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.budget import Budget
    from jupyter_videogen.core.checks import CheckReports
    from jupyter_videogen.core.grid import Cell, Counts, GridPlan, GridRecord
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.core.request import GenerationRequest
    from jupyter_videogen.ledger.grids import CellWithJob, Figure, Grids, Place
    from jupyter_videogen.runtime.order import Order as CheckedOrder
    from jupyter_videogen.runtime.runtime import Runtime
    from jupyter_videogen.transport.connection import Connection

NOTHING: tuple[object, ...] = (None, (), {})
"""What a field of a request holds that was not given; 0 and False were."""
_open: dict[tuple[Runtime, int], Grid] = {}
"""The grids of this process, by number: each has one queue."""


class OpenQuestion(NamedTuple):
    """A question that a page shows; its token is told to that page alone, and counts once."""

    token: str
    asked: Question


GridStanding = Literal["planned", "running", "paused", "ended", "cancelled", "elsewhere"]


class Grid:
    """Clips for every row, model, seed and varied setting. Displays itself in a notebook; prints as text elsewhere."""

    def __init__(self, record: GridRecord) -> None:
        self._run = process.runtime()
        self._access: dict[tuple[str, str], Access] = {}
        self._secrets: dict[str, GenerationRequest] = {}
        self._queue = GridQueue(self._run, record, Builder(self._order, self._connection, _budget, self._cap))
        self._future: Future[None] = Future()
        self._future.set_result(None)
        self.question: OpenQuestion | None = None
        """What a person is asked before it is sent; in this process alone."""
        self._agreed: Question | None = None
        self.maps = ClipMaps(self._run.ledger.results, self._run.uploads)
        """The functions that are called for its clips."""
        self.changes: tuple[int, int] = (0, 0)
        """How many cells the last call added to a grid that was there, and how many it took out."""

    @property
    def record(self) -> GridRecord:
        """The grid as the ledger had it last."""
        return self._queue.record

    @property
    def name(self) -> str:
        """The name by which it is found again."""
        return self.record.name

    @property
    def plan(self) -> GridPlan:
        """Its rows and columns, and how it is sent."""
        return self.record.plan

    @property
    def state(self) -> GridStanding:
        """One of "planned" (a question is open), "running", "paused", "ended", "cancelled"; "elsewhere": another kernel sends."""
        return self.state_with(self.counts)

    def state_with(self, counts: Counts) -> GridStanding:
        """Return the state that goes with counts which were just read."""
        record = self._grids.get(self.record.id)
        if record.state == "cancelled":
            return "cancelled" if self.question is None else "planned"
        if record.state == "paused" and counts.waiting:
            return "paused" if self.question is None else "planned"
        if counts.open == 0:
            return "ended"
        return "elsewhere" if self._queue.elsewhere else "running"

    @property
    def counts(self) -> Counts:
        """How many cells are in each state, and what they come to in dollars."""
        return self._grids.counts(self.record.id)

    @property
    def held(self) -> tuple[str, ...]:
        """What holds cells back, such as a refused key: one sentence each."""
        return tuple(dict.fromkeys(self._queue.held.values()))

    @property
    def notices(self) -> tuple[str, ...]:
        """What to know of it: how the last call changed it, and what holds cells back."""
        added, dropped = self.changes
        new = f"{_clips(added)} {'was' if added == 1 else 'were'} added since the last call." if added else ""
        gone = f"{_clips(dropped)} left the grid, because their rows changed or are gone; what was made stays in the library."
        return tuple(filter(None, (new, gone if dropped else "", *self.held)))

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs of its cells, by row and column; cells that wait have none."""
        config = load_config()
        return tuple(self.job_of(one.job, config) for one in self.cells() if one.job is not None)

    def row(self, row: int | str) -> JobGroup:
        """Return the jobs of a row, which show themselves side by side: by its number from 0, or by its label in `.df`."""
        labels = [one.label for one in self.plan.rows]
        number = labels.index(row) if row in labels else row
        if not isinstance(number, int) or not -len(labels) <= number < len(labels):
            raise InvalidRequest(f"The grid has no row {row!r}.", next=did_you_mean(str(row), labels), field="row")
        cells, config = self.cells([number % len(labels)]), load_config()
        return JobGroup((self.job_of(one.job, config) for one in cells if one.job is not None), kind="compare")

    @property
    def clips(self) -> tuple[Clip, ...]:
        """Every finished clip, by row and column."""
        return tuple(Clip.of(clip) for one in self.cells() if one.job is not None for clip in one.job.clips)

    @property
    def df(self) -> Any:  # noqa: ANN401 - pandas and Polars are no dependencies
        """A row a clip: a pandas DataFrame, else a Polars one, else a list that prints as a table."""
        return grid_cells.frame_of(self.facts(), empty="No clips.")

    def cells(self, rows: Sequence[int] | None = None) -> list[CellWithJob]:
        """Return the cells with their jobs, by row and column: of these rows (from 0), or all."""
        return checking.with_words(self._grids.cells(self.record.id, rows), self._run.ledger.checks)

    def stuck(self, *, undecided: bool = False) -> list[Place]:
        """Return where the cells are that failed; with `undecided`, only those whose outcome is unknown or that may be charged."""
        return self._grids.stuck(self.record.id, undecided=undecided)

    def figures(self) -> list[Figure]:
        """Return what is known of each finished cell: its column, rating, seconds and dollars."""
        return self._grids.figures(self.record.id)

    def remaining(self) -> dict[tuple[str, int], int]:
        """Return how many cells are still to be made, by provider's address and column."""
        return self._grids.remaining(self.record.id)

    def check(self, *, again: bool = False) -> CheckReports:
        """Check every finished clip, several at a time; what was checked before is not read again, unless `again`.

        What was found is also in `.df` and on the tiles. An interrupt ends it, and keeps what was found until then. A clip
        whose file is gone is a finding. Raises `Unsupported` without PyAV.
        """
        try:
            return checking.check_clips(self.clips, again=again)
        finally:
            self._queue.wake()

    def map(
        self,
        function: Callable[..., Any],
        *,
        executor: Executor | Literal["threads", "processes"] | None = None,
        name: str | None = None,
        version: str | None = None,
        clips: Way = "auto",
    ) -> ClipMap:
        """Call a function for every clip, as each finishes, and put what it returns into `.df`; returns at once.

        A function that needs one argument is called as `function(clip)`; one that needs two, as `function(path, row)`, with the
        file's path and its row of `.df` as a dictionary. It returns numbers, texts, booleans, lists or dicts.

        The column is called `name`, else as the function is; `NAME_error` says for which clips it failed. Results are kept by
        the clip's hash, `name` and `version` (a hash of the function's code and of what it encloses, where none is given), and
        are not computed again after a restart; errors are not kept. Change `version` where something changes that the
        function calls.

        `executor`: "threads" of this process (as without any), "processes", or an object with
        `submit(function, *arguments)` that returns a future, such as a `dask.distributed.Client`; its workers need this
        package. A worker takes a clip from its path; where that is not there, from the bytes that came along (up to 1 MiB, where
        no storage is configured), or from the configured storage, into which it is put first. `clips="path"` takes paths
        alone, and `clips="bytes"` sends clips of at most 8 MiB along.

        Nothing is generated and nothing is charged. Raises `InvalidRequest`.
        """
        source = GridClips(self, self._queue.show)
        taken = set(grid_cells.facts(self.plan, self.cells([0])[0]))
        return self.maps.start(source, taken, function, executor=executor, name=name, version=version, clips=clips)

    def to_dask(self, clips: int = CLIPS) -> Any:  # noqa: ANN401 - Dask is no dependency
        """Return the rows of the finished clips as a dataframe of Dask, sorted by path, `clips` of them in a partition.

        It is for `map_partitions`. Raises `Unsupported` without Dask (`pip install 'dask[dataframe,distributed]'`), and
        `InvalidRequest` where no clip is finished.
        """
        return to_dask([row for row in self.facts() if row["state"] == "ready"], clips)

    def export(self, path: str | Path, *, embed: bool = False, overwrite: bool = False) -> Path:
        """Write it as what the name says; returns the file's or folder's path.

        `.html`: a page with its clips in a folder beside it, or with `embed` inside, up to 25 MB. `.zip`: page and clips.
        `.csv`, `.jsonl`, `.parquet`: the table. `.mp4`, `.webp`: one film of all clips. `.png`: a contact sheet.
        `votes.jsonl`: the votes of everybody who has finished. A folder that ends in `vbench`: names that VBench reads.

        With `overwrite`, a file is replaced, and a folder that holds nothing but what an export wrote. Raises `InvalidRequest`
        for another name, one that is taken, a full disk, or where no clip is finished; `Unsupported` where a package is
        missing (`pip install 'jupyter-videogen[frames]'`). Warns once where clips are gone: their places say so.
        """
        figures = model_figures(self.plan, self.figures())
        what = exporting.GridExport(
            self.name,
            self.plan,
            self.cells(),
            figures,
            [],
            overwrite=overwrite,
            embed=embed,
            vote=self._vote(),
            rows=self.facts,
        )
        target = exporting.export(what, path)
        for note in what.notes:
            warnings.warn(note, stacklevel=2)
        return target

    # ---- what a person does --------------------------------------------------------------------------------

    def pause(self) -> Grid:
        """Send nothing more; what is being made goes on."""
        self._grids.set_state(self.record.id, "paused")
        self._queue.wake()
        return self

    def resume(self) -> Grid:
        """Send what waits; raises `Unsupported` inside a task of Dask, Ray or Prefect."""
        refuse_in_task()
        self.question = None
        self._grids.set_state(self.record.id, "running")
        self._queue.release_held()
        return self.start()

    def retry(self, cells: Iterable[int] | None = None, *, undecided: bool = False) -> Grid:
        """Send failed cells again that were not charged: those at these positions (of an empty list, none), or all.

        `undecided` also sends cells again whose outcome is unknown or that may be charged. That may pay twice.
        """
        return self.put_back(cells, undecided=undecided).resume()

    def put_back(self, cells: Iterable[int] | None = None, *, undecided: bool = False) -> Grid:
        """Let the cells that `retry` means wait to be sent again."""
        for one in self._chosen(cells):
            state = grid_cells.state_of(one)
            if (
                state == "failed"
                or (state == "undecided" and undecided)
                or (state == "cancelled" and cells is not None)
            ):
                self._again(one)
        return self

    def look(self, cells: Iterable[int] | None = None) -> Grid:
        """Look for jobs whose answers were lost in their providers' lists; nothing is sent."""
        config = load_config()
        for one in self._chosen(cells):
            if one.job is not None and one.job.state == "unknown_outcome" and one.job.ended:
                self.job_of(one.job, config).recover()
        return self.start()

    def cancel(self) -> Grid:
        """End what waits, and ask providers to cancel what is being made; where one can't, it goes on."""
        self.question = None
        self._grids.set_state(self.record.id, "cancelled")
        self._queue.wake()
        config = load_config()
        for one in self._grids.taken(self.record.id):
            if one.job is not None and not one.job.ended:
                self.job_of(one.job, config).cancel()
        return self

    def rate(self, job_id: str, rating: int | None) -> None:
        """Rate a clip from 1 to 5; None or 0 takes the rating back."""
        if rating and rating not in range(1, 6):
            raise InvalidRequest(f"{rating!r} is no rating.", next="Pass 1 to 5, or None.", field="rating")
        self._grids.rate(job_id, rating or None)
        for clip in self._run.ledger.find(job_id).clips:
            receipt.note_rating(clip, rating or None)
        self._queue.wake()

    def vote(
        self, *, by: str = "model", rater: str = "", pairs: int | None = None, min_votes: int = MIN_VOTES
    ) -> votes.Vote:
        """Return a blind vote on its finished clips, as `vg.vote` does; it goes on where it was."""
        return votes.vote(self, by=by, rater=rater, pairs=pairs, min_votes=min_votes)

    def _vote(self) -> votes.Vote | None:
        """Return its vote; None where nothing can be compared."""
        try:
            return self.vote()
        except InvalidRequest:
            return None

    def leaderboard(self, *, by: str = "model", min_votes: int = MIN_VOTES) -> Leaderboard:
        """Return what the votes of everybody who has finished come to."""
        return self.vote(by=by, min_votes=min_votes).leaderboard

    def result(self, timeout: float | str | None = None) -> tuple[Clip, ...]:
        """Wait until nothing happens by itself any more, and return the finished clips.

        A failed cell does not raise: see `.df`. Raises `WaitTimeout` when only the waiting ended, and the reason where cells
        wait for a person. `timeout` in seconds, or as "90s", "30m", "2h".
        """
        if self.state == "planned" and self.question is not None:
            raise BudgetExceeded(
                self.question.asked.words, next="Press Send in the grid, or call .resume().", code="confirm"
            )
        try:
            wait_for(self._future, None if timeout is None else seconds(timeout))
        except TimeoutError:
            counts = self.counts
            raise WaitTimeout(
                f"Stopped waiting for the grid {self.name}: {counts.ready} of {counts.clips} clips are ready. It goes on.",
                next="Wait again with .result().",
                sent="yes",
                charged="unknown",
            ) from None
        if self.held and self.counts.waiting:
            raise VideogenError(
                f"{self.counts.waiting} of {self.counts.clips} clips of the grid {self.name} wait: {' '.join(self.held)}",
                next="Mend that, then call .resume().",
            )
        return self.clips

    def settled(self, timeout: float) -> bool:
        """Wait for at most so many seconds; return whether nothing happens by itself any more."""
        return waiting.settled(self._future, timeout)

    def facts(self) -> list[dict[str, Any]]:
        """Return a dictionary of plain values for each clip."""
        rows = ((grid_cells.facts(self.plan, one), next(iter(clips_of(one)), None)) for one in self.cells())
        return self.maps.add_to(rows)

    def __await__(self) -> Generator[object, None, tuple[Clip, ...]]:
        return self._result().__await__()

    async def _result(self) -> tuple[Clip, ...]:
        await asyncio.wait([asyncio.wrap_future(self._future)])
        return self.result(timeout=0)

    def subscribe(self, listener: Callable[[JobRecord | None], None]) -> None:
        """Call `listener(record)` when one of its jobs changes, `listener(None)` when anything else does, from another thread."""
        self._queue.subscribe(listener)

    def follow(self, tell: Callable[[], object], *, every: float) -> None:
        """Call `tell()` after changes, in this context, at most once in so many seconds, and once more at the end."""
        pacing.follow(self._queue.subscribe, self._run, tell, every=every)

    def __repr__(self) -> str:
        asked = () if self.question is None else (f"{self.question.asked.words} Press Send, or call .resume().",)
        maps = map(repr, self.maps.shown)
        return grid_cells.to_text(self.plan, self.name, self.state, self.counts, (*maps, *self.notices, *asked))

    def reopen(self) -> Grid:
        """Go on after a restart: what costs nothing is sent, what may cost something waits for `resume`."""
        counts = self.counts
        if self._future.done() and (counts.left > 0 or counts.left_unpriced > 0):
            self._grids.set_state(self.record.id, "paused")
        return self.start()

    def renew(self, record: GridRecord) -> Grid:
        """Take over what a new call says: its plan may be another."""
        self._queue.record = record
        return self

    def keep_secrets(self, requests: Mapping[str, GenerationRequest]) -> None:
        """Keep requests with a credential, by the keys of their cells: in memory alone."""
        self._secrets.update(requests)

    # ---- the question before it is sent --------------------------------------------------------------------

    def ask(self, question: Question) -> Grid:
        """Put a question to the person before the page; nothing is sent before the answer."""
        self.question = OpenQuestion(token_urlsafe(12), question)
        return self.start()

    def agree(self, token: str) -> Grid:
        """Send what was asked about, as the question with this token; raises `BudgetExceeded` for any other, and by a cap.

        A token counts once, so that no message can be played again. Where more would be sent by now than was asked about, it is
        asked about anew.
        """
        question, now = self.question, self._find_question()
        if question is None or question.token != token:
            raise BudgetExceeded("This question is not open any more.", next="Run the cell again.", code="confirm")
        if now is not None and not question.asked.covers(now):
            return self.ask(now)
        return self.send(agreed=now)

    def send(self, *, agreed: Question | None) -> Grid:
        """Send what waits; somebody has agreed to this, where it may cost something."""
        self._agreed = agreed
        return self.resume()

    def decline(self) -> Grid:
        """Take the question back: the grid stays as it is, and nothing is sent."""
        self.question = None
        return self

    def go_on(self) -> Grid:
        """Send what waits, as far as somebody has agreed to what it costs; else ask."""
        question = self._find_question()
        if question is None or (self._agreed is not None and self._agreed.covers(question)):
            return self.resume()
        return self.ask(question)

    def _find_question(self) -> Question | None:
        waiting = [one.cell for one in self.cells() if one.cell.state in {"waiting", "cancelled"}]
        return find_question(missing_cells(waiting, self.record, new=self.plan.new), self.plan, load_config())

    # ---- inside --------------------------------------------------------------------------------------------

    @property
    def _grids(self) -> Grids:
        return self._run.ledger.grids

    @property
    def idle(self) -> bool:
        """Whether nothing happens by itself."""
        return self._future.done()

    def when_idle(self, call: Callable[[], object]) -> None:
        """Call a function, from any thread, when nothing happens by itself any more; at once where that is so already."""
        self._future.add_done_callback(lambda _: call())

    def start(self) -> Grid:
        """See to it that the queue runs."""
        if self._queue.begin():
            self._future = self._run.loop.submit(self._queue.run)
        return self

    def _chosen(self, positions: Iterable[int] | None) -> list[CellWithJob]:
        return self.cells() if positions is None else self._grids.at(self.record.id, list(positions))

    def _again(self, one: CellWithJob) -> None:
        """Let a cell be sent again; a lost request with its own idempotency key, so that it is charged once where that counts."""
        if one.job is not None and one.job.state == "unknown_outcome":
            self.job_of(one.job, load_config()).send_again()
        else:
            self._grids.put_back(self.record.id, one.cell.key, tries=0)

    def job_of(self, record: JobRecord, config: Configuration | None = None) -> Job:
        """Return the job of a record, watched where it has not ended."""
        connection = process.connection_of(self._run, record, config or load_config())
        return Job(self._run, self._run.watch(record, connection), connection)

    def _connection(self, record: JobRecord) -> Connection:
        return process.connection_of(self._run, record, load_config())

    def _order(self, cell: Cell) -> CheckedOrder:
        """Check a cell's request anew, as it is sent now; raises `VideogenError`."""
        config = load_config()
        request = self._secrets.get(cell.key, cell.request)
        if request.is_redacted:
            raise InvalidRequest(
                "The request has a credential in extra, which is stored nowhere.",
                next="Run the grid's own call again, with that credential.",
                field="extra",
            )
        given = msgspec.structs.asdict(request)
        fields = {name: value for name, value in given.items() if value not in NOTHING and name != "prompt"}
        options = SubmitOptions(take=cell.take, output=self.plan.output)
        return build_order(self._access_of(cell, config), request.prompt, fields, config, options)

    def _access_of(self, cell: Cell, config: Configuration) -> Access:
        """Return the way to a cell's provider, opened once."""
        where = (cell.provider, cell.origin)
        if where not in self._access:
            fields: dict[str, Any] = {"provider": cell.provider}
            if config.find_provider(cell.provider).base_url != cell.origin:
                fields |= {"base_url": cell.origin, "key_env": cell.key_env}
            self._access[where] = access_for(fields, config)
        return self._access[where]

    def _cap(self, origin: str) -> int | None:
        """Return the user's own limit at an address."""
        config = load_config()
        return next((row.concurrency for row in config.registry.providers.values() if row.base_url == origin), None)


def open_grid(record: GridRecord) -> Grid:
    """Return this process's grid of a record."""
    where = (process.runtime(), record.id)
    if where not in _open:
        _open[where] = Grid(record)
    return _open[where].renew(record)


def _clips(count: int) -> str:
    return "1 clip" if count == 1 else f"{count:,} clips"


def _budget() -> Budget:
    return load_config().budget
