"""`vg.grid`: a table of prompts checked, priced, asked about once and written down; then its grid is opened."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_videogen.api.grids import plan as planning
from jupyter_videogen.api.grids import rows
from jupyter_videogen.api.grids.cost import Question, confirm, describe_cells, find_question, missing_cells
from jupyter_videogen.api.grids.grid import Grid, open_grid
from jupyter_videogen.config.configuration import Configuration, load_config
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.grid import RETRIES, GridPlan, GridRecord
from jupyter_videogen.core.suggestions import did_you_mean
from jupyter_videogen.ledger.grids import GridKey
from jupyter_videogen.runtime import process
from jupyter_videogen.runtime.task_engines import refuse_in_task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jupyter_videogen.core.grid import Order
    from jupyter_videogen.ledger.grids import Grids

NAME = re.compile(r"[^\x00-\x1f\x7f/\\]{1,80}")
MOST_CONCURRENT, MOST_RETRIES = 1000, 100
OF_A_GRID = ("yes", "new", "max_cost", "output")


@dataclass(frozen=True, kw_only=True)
class GridArguments:
    """What a call says of its grid itself; `fields` are those of its requests. As for `grid`."""

    models: Sequence[str] | None = None
    seeds: Sequence[int | None] | None = None
    takes: int | None = None
    vary: Mapping[str, Sequence[Any]] | None = None
    name: str | None = None
    columns: Mapping[str, str] | None = None
    template: str | None = None
    concurrency: int | None = None
    retries: int = RETRIES
    order: Order = "row"
    extend: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> GridArguments:
        """Take keywords apart: a grid's own, and the fields of its requests."""
        own = {name: value for name, value in given.items() if name in cls.__dataclass_fields__ and name != "fields"}
        return cls(**own, fields={name: value for name, value in given.items() if name not in own})


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
    their clips stay; `extend=True` keeps them.

    Where a page is open, a grid that may cost something is shown with a button that sends it, and returned as "planned";
    elsewhere it is confirmed at the keyboard or by `yes=True`. Raises `InvalidRequest` with the problems of all rows,
    `BudgetExceeded`, and `Unsupported` inside a task of Dask, Ray or Prefect.
    """
    refuse_in_task()  # also where a grid is only opened: it would go on to send
    if prompts is None:
        return _find(name)
    given = GridArguments(
        models=models,
        seeds=seeds,
        takes=takes,
        vary=vary,
        name=name,
        columns=columns,
        template=template,
        concurrency=concurrency,
        retries=retries,
        order=order,
        extend=extend,
        fields=fields,
    )
    prepared = prepare(prompts, given)
    missing = missing_cells(prepared.planned.cells, prepared.known, new=prepared.plan.new)
    question = find_question(missing, prepared.plan, prepared.config)
    if question is not None and not fields.get("yes"):
        if show := next(filter(None, (find_page() for find_page in pages)), None):
            return _ask_on_page(prepared, question, show, extend=extend)
        confirm(question)
    return _store(prepared, extend=extend).send(agreed=question)


pages: list[Callable[[], Callable[[Grid], None] | None]] = []
"""Each returns what shows a grid to a person who can answer its question there, or None where no page listens."""


def _ask_on_page(prepared: Prepared, question: Question, show: Callable[[Grid], None], *, extend: bool) -> Grid:
    """Write a grid down as planned, and show it with its question; nothing is sent before the answer."""
    if prepared.known is not None:  # first: no process may send the new cells of a grid that runs
        process.runtime().ledger.grids.set_state(prepared.known.id, "paused")
    opened = _store(prepared, extend=extend).ask(question)
    show(opened)
    return opened


def describe(prompts: object, **given: Any) -> str:
    """Return how many clips a grid would send, what is known of their cost, and how long they take; nothing is sent.

    Arguments and errors as for `grid`.
    """
    prepared = prepare(prompts, GridArguments.of(given))
    missing = missing_cells(prepared.planned.cells, prepared.known, new=prepared.plan.new)
    made = len(prepared.planned.cells) - len(missing)
    return describe_cells(missing, prepared.plan) + (f"; {made} more are made already" if made else "")


class Prepared(NamedTuple):
    """A grid that was checked and priced; nothing is written or sent."""

    project: str
    name: str
    plan: GridPlan
    planned: planning.Planned
    known: GridRecord | None
    """The grid of this name, where there is one."""
    config: Configuration


def prepare(prompts: object, given: GridArguments) -> Prepared:
    """Check and price a grid; arguments and errors as for `grid`."""
    config, ledger = load_config(), process.runtime().ledger
    name, project = check_name(given.name), project_key()
    check_count("concurrency", 1 if given.concurrency is None else given.concurrency, range(1, MOST_CONCURRENT + 1))
    check_count("retries", given.retries, range(MOST_RETRIES + 1))
    known = ledger.grids.find(project, name)
    check_no_story(known)
    drawn = _seeds_of_takes(given.takes, given.seeds, known)
    axes = planning.Axes(
        models=_models(given.models),
        seeds=drawn or (planning.check_seeds(given.seeds) if given.seeds is not None else [None]),
        vary=planning.check_vary(given.vary or {}),
        fields={key: value for key, value in given.fields.items() if key not in OF_A_GRID},
        order=_choice(given.order, ("row", "model")),
    )
    table, problems = rows.read_rows(prompts, columns=given.columns, template=given.template)
    planned = planning.plan_grid(table, axes, config, problems)
    _check_same(known, planned, ledger.grids, extend=given.extend)
    most = given.fields.get("max_cost")
    plan = GridPlan(
        columns=planned.columns,
        rows=planned.rows,
        varied=tuple(axes.vary),
        shared=planning.plain(axes.fields),
        seeds=drawn,
        concurrency=given.concurrency,
        retries=given.retries,
        max_cost=config.defaults.max_cost if most is None else most,
        order=axes.order,
        new=bool(given.fields.get("new")),
        output=str(given.fields.get("output") or ""),
    )
    return Prepared(project, name, plan, planned, known, config)


def _store(prepared: Prepared, *, extend: bool) -> Grid:
    run, planned = process.runtime(), prepared.planned
    stored = run.ledger.grids.store(
        GridKey(prepared.project, prepared.name), prepared.plan, planned.cells, now=run.clock.now(), keep=extend
    )
    opened = open_grid(stored.record)
    opened.changes = (stored.added, stored.dropped) if prepared.known else (0, 0)
    opened.keep_secrets(planned.secrets)
    return opened


def project_key() -> str:
    """Return the project whose grids and stories are found by their names."""
    return str(environment.project(environment.folder()))


def _find(name: str | None) -> Grid:
    """Return a grid by its name; one that costs nothing goes on, any other waits for `resume`."""
    run, project = process.runtime(), project_key()
    names = run.ledger.grids.names(project)
    if name is None:
        raise InvalidRequest("A grid needs prompts, or the name of one that was made.", next='Pass ["…"], or name="…".')
    record = run.ledger.grids.find(project, name)
    check_no_story(record)
    if record is None:
        raise InvalidRequest(f"There is no grid {name} in this project.", next=did_you_mean(name, names), field="name")
    opened = open_grid(record)
    return opened.reopen()


def check_no_story(known: GridRecord | None) -> None:
    """Refuse the name of a story for a grid; raises `InvalidRequest`."""
    if known is not None and process.runtime().ledger.stories.find(known.id) is not None:
        raise InvalidRequest(
            f"{known.name} is the name of a story in this project.",
            next=f"Open it with vg.story(name={known.name!r}), or choose another name.",
            field="name",
        )


def check_name(name: str | None, what: str = "grid", example: str = "study-1") -> str:
    """Return a name that a grid or a story can be found by again; raises `InvalidRequest` for any other."""
    such = f"name={example!r}".replace("'", '"')
    if name is None:
        raise InvalidRequest(f"A {what} needs a name: it is found again by it.", next=f"Pass {such}.", field="name")
    if not isinstance(name, str) or NAME.fullmatch(name) is None or name != name.strip():
        raise InvalidRequest(f"{name!r} is no name for a {what}.", next=f"Pass one such as {such}.", field="name")
    return name


def _check_same(known: GridRecord | None, planned: planning.Planned, grids: Grids, *, extend: bool) -> None:
    """Refuse a name that belongs to another grid; raises `InvalidRequest`."""
    if known is None or extend:
        return
    before, now = grids.keys(known.id), {cell.key for cell in planned.cells}
    if not before or before & now:
        return
    raise InvalidRequest(
        f"The name {known.name} belongs to another grid: {_size(known.plan)}, and none of its {len(before)} clips is one of these {len(now)}.",
        next=f'Pass name="{next_name(known.name)}", or extend=True to add these to it.',
        field="name",
    )


def _size(plan: GridPlan) -> str:
    models = ", ".join(dict.fromkeys(column.model for column in plan.columns))
    return f"{len(plan.rows)} rows with {models}"


def next_name(name: str) -> str:
    """Return a name like this one: "study-2" for "study-1"."""
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
    drawn = planning.draw_seeds(takes)
    before = known.plan.seeds if known else ()
    return (*before[:takes], *drawn[len(before) :])


def _choice(value: Any, choices: tuple[Any, ...]) -> Any:  # noqa: ANN401 - one of the choices
    if value not in choices:
        raise InvalidRequest(f"order can't be {value!r}.", next=did_you_mean(str(value), list(choices)), field="order")
    return value


def check_count(name: str, value: int, allowed: range) -> None:
    """Refuse what is no whole number, or none of these; raises `InvalidRequest`."""
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        words = f"Pass a whole number from {allowed[0]} to {allowed[-1]}."
        raise InvalidRequest(f"{name} is {value!r}.", next=words, field=name)
