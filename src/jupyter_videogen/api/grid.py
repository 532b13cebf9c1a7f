"""`vg.grid`: many clips from a table of prompts, which can be stopped, resumed by name, and trusted not to pay twice."""

from __future__ import annotations

import asyncio
import contextvars
import re
import threading
from concurrent.futures import CancelledError, Future
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from jupyter_videogen.api import grid_plan, grid_table, rows
from jupyter_videogen.api.access import access_for
from jupyter_videogen.api.clip import Clip
from jupyter_videogen.api.grid_cost import ask_for_cost, describe_cells, missing_cells
from jupyter_videogen.api.job import Job, seconds
from jupyter_videogen.api.submission import build_order
from jupyter_videogen.config.configuration import load_config
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import InvalidRequest, VideogenError, WaitTimeout
from jupyter_videogen.core.grid import RETRIES, Cell, GridPlan, cell_state
from jupyter_videogen.core.suggestions import did_you_mean
from jupyter_videogen.ledger.grids import GridKey
from jupyter_videogen.media import receipt
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.grid_queue import Builder, GridQueue
from jupyter_videogen.runtime.loop_thread import wait_for
from jupyter_videogen.runtime.order import SubmitOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
    from pathlib import Path

    from jupyter_videogen.api.access import Access
    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.core.grid import Counts, GridRecord, Order
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.core.request import GenerationRequest
    from jupyter_videogen.ledger.grids import CellWithJob, Figure, Grids, Place
    from jupyter_videogen.runtime.order import Order as CheckedOrder

NAME = re.compile(r"[^\x00-\x1f\x7f/\\]{1,80}")
MOST_CONCURRENT, MOST_RETRIES = 1000, 100
OWN_ARGUMENTS = (
    *("name", "models", "seeds", "takes", "vary", "columns", "template", "concurrency", "retries", "order", "extend"),
)
OF_A_GRID = ("yes", "new", "max_cost", "output")
_open: dict[tuple[str, int], Grid] = {}
"""The grids of this process, by home and number: each has one queue."""


class Grid:
    """Clips for every row, model, seed and varied setting. Displays itself in a notebook; prints as text elsewhere."""

    def __init__(self, record: GridRecord) -> None:
        self._run = process.runtime()
        self._access: dict[tuple[str, str], Access] = {}
        self._secrets: dict[str, GenerationRequest] = {}
        self._queue = GridQueue(self._run, record, Builder(self._order, self._connection, _budget, self._cap))
        self._future: Future[None] = Future()
        self._future.set_result(None)
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
    def state(self) -> Literal["running", "paused", "ended", "cancelled", "elsewhere"]:
        """One of "running", "paused", "ended" and "cancelled"; "elsewhere" while another kernel sends."""
        counts, record = self.counts, self._grids.get(self.record.id)
        if record.state == "cancelled":
            return "cancelled"
        if record.state == "paused" and counts.waiting:
            return "paused"
        if counts.open == 0:
            return "ended"
        return "running" if self._queue.mine or self._future.done() else "elsewhere"

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
        return tuple(self._job(one.job, config) for one in self.cells() if one.job is not None)

    @property
    def clips(self) -> tuple[Clip, ...]:
        """Every finished clip, by row and column."""
        return tuple(Clip.of(clip) for one in self.cells() if one.job is not None for clip in one.job.clips)

    @property
    def df(self) -> Any:  # noqa: ANN401 - pandas and Polars are no dependencies
        """A row a clip: a pandas DataFrame, else a Polars one, else a list that prints as a table."""
        return grid_table.to_frame(self.plan, self.cells())

    def cells(self, rows: Sequence[int] | None = None) -> list[CellWithJob]:
        """Return the cells with their jobs, by row and column: of these rows (from 0), or all."""
        return self._grids.cells(self.record.id, rows)

    def stuck(self, *, undecided: bool = False) -> list[Place]:
        """Return where the cells are that failed; with `undecided`, only those whose outcome is unknown or that may be charged."""
        return self._grids.stuck(self.record.id, undecided=undecided)

    def figures(self) -> list[Figure]:
        """Return what is known of each finished cell: its column, rating, seconds and dollars."""
        return self._grids.figures(self.record.id)

    def remaining(self) -> dict[tuple[str, int], int]:
        """Return how many cells are still to be made, by provider's address and column."""
        return self._grids.remaining(self.record.id)

    def export(self, path: str | Path) -> Path:
        """Write its table to a `.csv`, `.jsonl` or `.parquet` file; a file that is there is not overwritten."""
        return grid_table.export(self.plan, self.cells(), path)

    # ---- what a person does --------------------------------------------------------------------------------

    def pause(self) -> Grid:
        """Send nothing more; what is being made goes on."""
        self._grids.set_state(self.record.id, "paused")
        self._queue.wake()
        return self

    def resume(self) -> Grid:
        """Send what waits."""
        self._grids.set_state(self.record.id, "running")
        self._queue.release_held()
        return self._start()

    def retry(self, cells: Iterable[int] = (), *, undecided: bool = False) -> Grid:
        """Send failed cells again that were not charged: those at these positions, or all.

        `undecided` also sends cells again whose outcome is unknown or that may be charged. That may pay twice.
        """
        chosen = self._chosen(cells)
        for one in chosen:
            state = _state(one)
            if state == "failed" or (state == "undecided" and undecided) or (state == "cancelled" and cells):
                self._again(one)
        return self.resume()

    def look(self, cells: Iterable[int] = ()) -> Grid:
        """Look for jobs whose answers were lost in their providers' lists; nothing is sent."""
        config = load_config()
        for one in self._chosen(cells):
            if one.job is not None and one.job.state == "unknown_outcome" and one.job.ended:
                self._job(one.job, config).recover()
        return self._start()

    def cancel(self) -> Grid:
        """End what waits, and ask providers to cancel what is being made; where one can't, it goes on."""
        self._grids.set_state(self.record.id, "cancelled")
        self._queue.wake()
        config = load_config()
        for one in self._grids.taken(self.record.id):
            if one.job is not None and not one.job.ended:
                self._job(one.job, config).cancel()
        return self

    def rate(self, job_id: str, rating: int | None) -> None:
        """Rate a clip from 1 to 5; None or 0 takes the rating back."""
        if rating and rating not in range(1, 6):
            raise InvalidRequest(f"{rating!r} is no rating.", next="Pass 1 to 5, or None.", field="rating")
        self._grids.rate(job_id, rating or None)
        for clip in self._run.ledger.find(job_id).clips:
            receipt.note_rating(clip, rating or None)
        self._queue.wake()

    def result(self, timeout: float | str | None = None) -> tuple[Clip, ...]:
        """Wait until nothing happens by itself any more, and return the finished clips.

        A failed cell does not raise: see `.df`. Raises `WaitTimeout` when only the waiting ended, and the reason where cells
        wait for a person. `timeout` in seconds, or as "90s", "30m", "2h".
        """
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
        try:
            wait_for(self._future, timeout)
        except TimeoutError:
            return self._future.done()
        except (CancelledError, VideogenError):
            return True
        return True

    def facts(self) -> list[dict[str, Any]]:
        """Return a dictionary of plain values for each clip."""
        return [grid_table.facts(self.plan, one) for one in self.cells()]

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
        due = threading.Lock()

        async def later() -> None:
            await self._run.clock.sleep(every)
            due.release()
            tell()

        def heard(_record: JobRecord | None) -> None:
            if due.acquire(blocking=False):
                context.copy().run(self._run.loop.submit, later)

        context = contextvars.copy_context()
        self._queue.subscribe(heard)

    def __repr__(self) -> str:
        return grid_table.to_text(self.plan, self.name, self.state, self.counts, self.notices)

    def reopen(self) -> Grid:
        """Go on after a restart: what costs nothing is sent, what may cost something waits for `resume`."""
        counts = self.counts
        if self._future.done() and (counts.left > 0 or counts.left_unpriced > 0):
            self._grids.set_state(self.record.id, "paused")
        return self._start()

    def keep_secrets(self, requests: Mapping[str, GenerationRequest]) -> None:
        """Keep requests with a credential, by the keys of their cells: in memory alone."""
        self._secrets.update(requests)

    # ---- inside --------------------------------------------------------------------------------------------

    @property
    def _grids(self) -> Grids:
        return self._run.ledger.grids

    def _start(self) -> Grid:
        """See to it that the queue runs."""
        if self._future.done():
            self._future = self._run.loop.submit(self._queue.run)
        self._queue.wake()
        return self

    def _chosen(self, positions: Iterable[int]) -> list[CellWithJob]:
        chosen = list(positions)
        return self._grids.at(self.record.id, chosen) if chosen else self._grids.cells(self.record.id)

    def _again(self, one: CellWithJob) -> None:
        """Let a cell be sent again; a lost request with its own idempotency key, so that it is charged once where that counts."""
        if one.job is not None and one.job.state == "unknown_outcome":
            self._job(one.job, load_config()).send_again()
        else:
            self._grids.put_back(self.record.id, one.cell.key, tries=0)

    def _job(self, record: JobRecord, config: Configuration | None = None) -> Job:
        connection = process.connection_of(self._run, record, config or load_config())
        return Job(self._run, self._run.watch(record, connection), connection)

    def _connection(self, record: JobRecord) -> Any:  # noqa: ANN401 - a Connection
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
        fields = {name: value for name, value in msgspec.structs.asdict(request).items() if value and name != "prompt"}
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


def grid(  # noqa: PLR0913 - keywords, each of its own
    prompts: object = None,
    *,
    models: Sequence[str] | None = None,
    seeds: Sequence[int | None] | None = None,
    takes: int | None = None,
    vary: Mapping[str, Sequence[Any]] | None = None,
    name: str | None = None,
    columns: Mapping[str, str] | None = None,
    template: str | None = None,
    concurrency: int | None = None,
    retries: int = RETRIES,
    order: Order = "row",
    extend: bool = False,
    **fields: Any,
) -> Grid:
    """Make a clip for every row, model, seed and varied setting; returns a `Grid` at once.

    `prompts` is a list of strings or dictionaries, a pandas or Polars DataFrame, or the path of a CSV, JSONL or Parquet
    file. Columns that are named like fields of a request are those fields (`columns={"text": "prompt"}` renames), others come
    along to `.df`; `template="A {animal} in the {place}"` makes prompts out of columns. Cells are rows × `models` × `seeds` ×
    `vary={"size": […]}`; `takes=3` draws three seeds. Fields as for `generate` are shared by all cells.

    Every request is checked and priced before the first is sent; `max_cost=` in dollars is for all of them. `concurrency`
    jobs run at a provider at once (4), and a failure that is proven not to be charged is sent again up to `retries` times.

    The same call again sends only what is missing, whatever happened to the kernel; `vg.grid(name=…)` opens a grid by its
    name alone. A request that was made before is used again, unless `new=True`. Cells of changed rows leave the grid, and
    their clips stay; `extend=True` keeps them. Raises `InvalidRequest` with the problems of all rows, and `BudgetExceeded`.
    """
    if prompts is None:
        return _find(name)
    prepared = prepare(
        prompts,
        models=models,
        seeds=seeds,
        takes=takes,
        vary=vary or {},
        name=name,
        columns=columns,
        template=template,
        concurrency=concurrency,
        retries=retries,
        order=order,
        extend=extend,
        fields=fields,
    )
    missing = missing_cells(prepared.planned.cells, prepared.known, new=prepared.plan.new)
    ask_for_cost(missing, prepared.plan, prepared.config, yes=bool(fields.get("yes")))
    return _store(prepared, extend=extend).resume()


def describe(prompts: object, **given: Any) -> str:
    """Return how many clips a grid would send, what is known of their cost, and how long they take; nothing is sent.

    Arguments and errors as for `grid`.
    """
    own = {name: given.pop(name) for name in OWN_ARGUMENTS if name in given}
    prepared = prepare(prompts, fields=given, **own)
    missing = missing_cells(prepared.planned.cells, prepared.known, new=prepared.plan.new)
    made = len(prepared.planned.cells) - len(missing)
    return describe_cells(missing, prepared.plan) + (f"; {made} more are made already" if made else "")


class Prepared(NamedTuple):
    """A grid that was checked and priced; nothing is written or sent."""

    project: str
    name: str
    plan: GridPlan
    planned: grid_plan.Planned
    known: GridRecord | None
    """The grid of this name, where there is one."""
    config: Configuration


def prepare(  # noqa: PLR0913 - keywords, as of `grid`
    prompts: object,
    *,
    name: str | None,
    fields: Mapping[str, Any],
    models: Sequence[str] | None = None,
    seeds: Sequence[int | None] | None = None,
    takes: int | None = None,
    vary: Mapping[str, Sequence[Any]] = MappingProxyType({}),
    columns: Mapping[str, str] | None = None,
    template: str | None = None,
    concurrency: int | None = None,
    retries: int = RETRIES,
    order: Order = "row",
    extend: bool = False,
) -> Prepared:
    """Check and price a grid; arguments and errors as for `grid`."""
    config, ledger = load_config(), process.runtime().ledger
    name, project = _check_name(name), _project()
    _check_count("concurrency", 1 if concurrency is None else concurrency, range(1, MOST_CONCURRENT + 1))
    _check_count("retries", retries, range(MOST_RETRIES + 1))
    known = ledger.grids.find(project, name)
    drawn = _seeds_of_takes(takes, seeds, known)
    axes = grid_plan.Axes(
        models=_models(models),
        seeds=drawn or (grid_plan.check_seeds(seeds) if seeds is not None else [None]),
        vary=grid_plan.check_vary(vary),
        fields={key: value for key, value in fields.items() if key not in OF_A_GRID},
        order=_choice(order, ("row", "model")),
    )
    table, problems = rows.read_rows(prompts, columns=columns, template=template)
    planned = grid_plan.plan_grid(table, axes, config, problems)
    _check_same(known, planned, ledger.grids, extend=extend)
    plan = GridPlan(
        columns=planned.columns,
        rows=planned.rows,
        varied=tuple(axes.vary),
        shared=grid_plan.plain(axes.fields),
        seeds=drawn,
        concurrency=concurrency,
        retries=retries,
        max_cost=config.defaults.max_cost if fields.get("max_cost") is None else fields["max_cost"],
        order=axes.order,
        new=bool(fields.get("new")),
        output=str(fields.get("output") or ""),
    )
    return Prepared(project, name, plan, planned, known, config)


def _store(prepared: Prepared, *, extend: bool) -> Grid:
    run, planned = process.runtime(), prepared.planned
    stored = run.ledger.grids.store(
        GridKey(prepared.project, prepared.name), prepared.plan, planned.cells, now=run.clock.now(), keep=extend
    )
    opened = _opened(stored.record)
    opened.changes = (stored.added, stored.dropped) if prepared.known else (0, 0)
    opened.keep_secrets(planned.secrets)
    return opened


def _clips(count: int) -> str:
    return "1 clip" if count == 1 else f"{count:,} clips"


def _project() -> str:
    return str(environment.project(environment.folder()))


def _find(name: str | None) -> Grid:
    """Return a grid by its name; one that costs nothing goes on, any other waits for `resume`."""
    run, project = process.runtime(), _project()
    names = run.ledger.grids.names(project)
    if name is None:
        raise InvalidRequest("A grid needs prompts, or the name of one that was made.", next='Pass ["…"], or name="…".')
    record = run.ledger.grids.find(project, name)
    if record is None:
        raise InvalidRequest(f"There is no grid {name} in this project.", next=did_you_mean(name, names), field="name")
    opened = _opened(record)
    return opened.reopen()


def _opened(record: GridRecord) -> Grid:
    """Return this process's grid of a record."""
    where = (str(environment.home()), record.id)
    if where not in _open or _open[where]._run is not process.runtime():  # noqa: SLF001 - a home that was closed
        _open[where] = Grid(record)
    _open[where]._queue.record = record  # noqa: SLF001 - its plan may be another
    return _open[where]


def _check_name(name: str | None) -> str:
    if name is None:
        raise InvalidRequest("A grid needs a name: it is found again by it.", next='Pass name="study-1".', field="name")
    if not isinstance(name, str) or NAME.fullmatch(name) is None or name != name.strip():
        raise InvalidRequest(f"{name!r} is no name for a grid.", next='Pass one such as name="study-1".', field="name")
    return name


def _check_same(known: GridRecord | None, planned: grid_plan.Planned, grids: Grids, *, extend: bool) -> None:
    """Refuse a name that belongs to another grid; raises `InvalidRequest`."""
    if known is None or extend:
        return
    before, now = grids.keys(known.id), {cell.key for cell in planned.cells}
    if not before or before & now:
        return
    raise InvalidRequest(
        f"The name {known.name} belongs to another grid: {_size(known.plan)}, and none of its {len(before)} clips is one of these {len(now)}.",
        next=f'Pass name="{_next_name(known.name)}", or extend=True to add these to it.',
        field="name",
    )


def _size(plan: GridPlan) -> str:
    models = ", ".join(dict.fromkeys(column.model for column in plan.columns))
    return f"{len(plan.rows)} rows with {models}"


def _next_name(name: str) -> str:
    match = re.fullmatch(r"(.*?)(\d{1,9})", name)
    return f"{match[1]}{int(match[2]) + 1}" if match else f"{name}-2"


def _models(models: Sequence[str] | None) -> list[str | None]:
    if models is None:
        return [None]
    if isinstance(models, str) or not list(models):
        raise InvalidRequest("models must be a list of names.", next='Pass models=["…", "…"].', field="model")
    found: list[str | None] = list(models)
    if len(set(found)) != len(found):
        raise InvalidRequest(
            "models has the same model twice.", next="Pass takes=2 for two clips of each.", field="model"
        )
    return found


def _seeds_of_takes(takes: int | None, seeds: object, known: GridRecord | None) -> tuple[int, ...]:
    """Return the seeds that `takes` draws; those that a grid of this name drew before come first."""
    if takes is None:
        return ()
    if seeds is not None:
        raise InvalidRequest("seeds and takes say the same thing twice.", next="Pass one of them.", field="seeds")
    drawn = grid_plan.draw_seeds(takes)
    before = known.plan.seeds if known else ()
    return (*before[:takes], *drawn[len(before) :])


def _choice(value: Any, choices: tuple[Any, ...]) -> Any:  # noqa: ANN401 - one of the choices
    if value not in choices:
        raise InvalidRequest(f"order can't be {value!r}.", next=did_you_mean(str(value), list(choices)), field="order")
    return value


def _check_count(name: str, value: int, allowed: range) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        words = f"Pass a whole number from {allowed[0]} to {allowed[-1]}."
        raise InvalidRequest(f"{name} is {value!r}.", next=words, field=name)


def _state(one: CellWithJob) -> str:
    if one.job is not None and one.cell.state == "taken":
        return cell_state(one.job)
    return {"taken": "sending"}.get(one.cell.state, one.cell.state)


def _budget() -> Any:  # noqa: ANN401 - a Budget
    return load_config().budget
