"""The plan of a grid: rows × models × seeds × varied settings, each checked and priced, before anything is written or sent."""

from __future__ import annotations

import itertools
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.api.access import Access, access_for
from jupyter_videogen.api.grids.rows import Problem, Row
from jupyter_videogen.api.submission import build_order
from jupyter_videogen.catalog.validation import LARGEST_SEED
from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import InvalidRequest, VideogenError
from jupyter_videogen.core.grid import Cell, GridColumn, GridRow, Order
from jupyter_videogen.core.request import MEDIA, SETTINGS, GenerationRequest
from jupyter_videogen.core.suggestions import did_you_mean
from jupyter_videogen.media import inputs
from jupyter_videogen.runtime.order import SubmitOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jupyter_videogen.config.configuration import Configuration
    from jupyter_videogen.runtime.order import Order as CheckedOrder

MOST_CELLS = 100_000
SHOWN = 20
"""Problems that one report names."""
VARIABLE = frozenset(SETTINGS) - {"seed", "n"} | {"fit"}
"""Settings that `vary` takes."""


class Axes(NamedTuple):
    """What a grid has beside its rows."""

    models: Sequence[str | None]
    seeds: Sequence[int | None]
    vary: Mapping[str, Sequence[Any]]
    fields: Mapping[str, Any]
    """Fields that all cells share."""
    order: Order


class Planned(NamedTuple):
    """A grid that can be written down and sent."""

    columns: tuple[GridColumn, ...]
    rows: tuple[GridRow, ...]
    cells: list[Cell]
    secrets: dict[str, GenerationRequest]
    """Requests with a credential among `extra`, by key: it is written down nowhere."""


class _Column(NamedTuple):
    """A column, and where its requests go."""

    access: Access
    model: str | None
    seed: int | None
    nth: int
    """The number of its seed, from 1."""
    values: dict[str, Any]


def draw_seeds(takes: int) -> tuple[int, ...]:
    """Draw a seed for each of several takes; raises `InvalidRequest`."""
    if isinstance(takes, bool) or not isinstance(takes, int) or not 1 <= takes <= MOST_CELLS:
        raise InvalidRequest(f"takes is {takes!r}, which is no number of clips.", next="Pass takes=3.", field="takes")
    return tuple(secrets.randbelow(LARGEST_SEED + 1) for _ in range(takes))


def check_seeds(seeds: object) -> Sequence[int | None]:
    """Return the seeds of a grid; raises `InvalidRequest` where a number could mean a seed or a count."""
    if isinstance(seeds, int):
        raise InvalidRequest(
            f"seeds={seeds} could mean one seed, or {seeds} of them.",
            next=f"Pass seeds=[{seeds}] for that seed, or takes={seeds} for {seeds} drawn ones.",
            field="seeds",
        )
    found: list[int | None] = list(seeds)  # type: ignore[call-overload]  # what is no list is told by Python itself
    if not found or len(set(found)) != len(found):
        raise InvalidRequest("seeds is empty, or has the same seed twice.", next="Pass each seed once.", field="seeds")
    return found


def check_vary(vary: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """Return the settings to vary, each with its values; raises `InvalidRequest`."""
    for name, values in vary.items():
        if name not in VARIABLE:
            raise InvalidRequest(f"vary can't vary {name}.", next=did_you_mean(name, sorted(VARIABLE)), field="vary")
        if isinstance(values, str) or not list(values):
            raise InvalidRequest(
                f"vary needs a list of values for {name}.", next=f'Pass vary={{"{name}": […]}}.', field="vary"
            )
    return {name: list(values) for name, values in vary.items()}


def plan_grid(rows: Sequence[Row], axes: Axes, config: Configuration, problems: Sequence[Problem] = ()) -> Planned:
    """Check and price every cell; raises one `InvalidRequest` with the problems of all rows, and sends nothing."""
    columns = list(_columns(axes, config))
    if len(rows) * len(columns) > MOST_CELLS:
        raise InvalidRequest(f"This grid has {len(rows) * len(columns):,} cells; at most {MOST_CELLS:,} are taken.")
    places = _positions(len(rows), columns, axes.order)
    problems, cells, hidden, heads = [*problems], list[Cell](), dict[str, GenerationRequest](), list[GridColumn]()
    for number, row in enumerate(rows):
        try:
            orders = _orders_of_row(row, columns, axes, config)
        except VideogenError as error:
            problems.append(Problem(row.label, in_words(error)))
            continue
        heads = heads or [_head(column, order) for column, order in zip(columns, orders, strict=True)]
        cells += [make_cell(order, number, place, places[number, place]) for place, order in enumerate(orders)]
        hidden |= {order.fingerprint: order.asked for order in orders if order.asked.redacted() != order.asked}
    problems += _duplicates(rows, columns, cells)
    if problems:
        raise report_problems(problems)
    table = tuple(GridRow(label=row.label, prompt=row.prompt, carried=plain(row.carried)) for row in rows)
    return Planned(tuple(heads), table, cells, hidden)


def _columns(axes: Axes, config: Configuration) -> Iterator[_Column]:
    """Return the columns, a model's together; a provider is opened once."""
    varied = [dict(zip(axes.vary, values, strict=True)) for values in itertools.product(*axes.vary.values())]
    for model in axes.models:
        fields = {**axes.fields, "model": model} if model is not None else dict(axes.fields)
        access = access_for(fields, config)
        for values in varied:
            for nth, seed in enumerate(axes.seeds, start=1):
                yield _Column(access, fields.get("model"), seed, nth, values)


def _orders_of_row(row: Row, columns: Sequence[_Column], axes: Axes, config: Configuration) -> list[CheckedOrder]:
    """Check a row with every column; its media are read once."""
    own = (
        inputs.collect(dict(row.fields), environment.home())
        if any(name in row.fields for name in MEDIA)
        else row.fields
    )
    return [_order(row, own, column, axes, config) for column in columns]


def _order(row: Row, own: Mapping[str, Any], column: _Column, axes: Axes, config: Configuration) -> CheckedOrder:
    shared = {name: value for name, value in axes.fields.items() if name not in {"provider", "base_url", "key_env"}}
    fields = {**shared, **own, **column.values}
    if column.model is not None:
        fields["model"] = column.model
    if column.seed is not None:
        fields["seed"] = column.seed
    order = build_order(column.access, row.prompt, fields, config)
    # The seeds of a model that takes none are takes of one request.
    take = column.nth if order.validated.request.seed is None else 1
    return order._replace(options=SubmitOptions(take=take, output=order.options.output))


def _duplicates(rows: Sequence[Row], columns: Sequence[_Column], cells: Sequence[Cell]) -> list[Problem]:
    """Return the rows that ask for the same clip as another row, or in two columns: each clip is one cell."""
    first: dict[str, Cell] = {}
    found: dict[int, Problem] = {}
    for cell in cells:
        before = first.setdefault(cell.key, cell)
        if before is cell or cell.row in found:
            continue
        words = f"is the same as row {rows[before.row].label}; for several clips of one prompt pass takes="
        if before.row == cell.row:
            words = _same_in_two_columns(columns[before.column], columns[cell.column])
        found[cell.row] = Problem(rows[cell.row].label, words)
    return list(found.values())


def _same_in_two_columns(one: _Column, other: _Column) -> str:
    differing = [
        f"{name} {value} and {other.values[name]}" for name, value in one.values.items() if value != other.values[name]
    ]
    what = f" for {', '.join(differing)}" if differing else ""
    return f"{one.model or 'the model'} makes the same clip twice{what}: it does not take what differs"


def in_words(error: VideogenError) -> str:
    """Return what happened and what to do now, in one line."""
    return " ".join(filter(None, (error.message, error.failure.next)))


def report_problems(problems: Sequence[Problem], noun: str = "row") -> InvalidRequest:
    """Return one error for all problems, by row; problems that many rows share are said once. A row may have another name."""
    rows: dict[str, list[str]] = {}
    for problem in problems:
        rows.setdefault(problem.words, []).append(problem.row)
    lines = [f"{_row_numbers(numbers, noun)}: {words}" for words, numbers in rows.items()]
    more = [f"and {len(lines) - SHOWN} more problems"] if len(lines) > SHOWN else []
    count = len({problem.row for problem in problems})
    what = f"1 {noun} can't be sent" if count == 1 else f"{count} {noun}s can't be sent"
    error = InvalidRequest(f"{what}:\n" + "\n".join([*lines[:SHOWN], *more]) + "\n")
    for line in lines[SHOWN:]:
        error.add_note(line)
    return error


def _row_numbers(numbers: Sequence[str], noun: str) -> str:
    if len(numbers) == 1:
        return f"{noun} {numbers[0]}"
    shown = ", ".join(numbers[:8])
    return f"{noun}s {shown}" + (f" and {len(numbers) - 8} more" if len(numbers) > 8 else "")  # noqa: PLR2004 - the same 8


def _positions(rows: int, columns: Sequence[_Column], order: Order) -> dict[tuple[int, int], int]:
    """Return each cell's place in the order of sending: row by row and there in turn over the models, or model by model."""
    seeds = {name: nth for nth, name in enumerate(dict.fromkeys((str(one.values), one.seed) for one in columns))}
    models = {name: nth for nth, name in enumerate(dict.fromkeys((id(one.access), one.model) for one in columns))}

    def rank(cell: tuple[int, int]) -> tuple[int, int, int]:
        row, place = cell
        column = columns[place]
        model, seed = models[id(column.access), column.model], seeds[str(column.values), column.seed]
        return (model, row, seed) if order == "model" else (row, seed, model)

    everything = sorted(itertools.product(range(rows), range(len(columns))), key=rank)
    return {cell: position for position, cell in enumerate(everything)}


def make_cell(order: CheckedOrder, row: int, column: int, position: int) -> Cell:
    """Return the cell that an order is, at its place in the table and in the order of sending."""
    provider = order.connection.provider
    return Cell(
        position=position,
        row=row,
        column=column,
        key=order.fingerprint,
        origin=provider.base_url,
        cost=order.estimate.cost,
        request=order.asked,
        provider=provider.name,
        key_env=provider.key_env,
        take=order.options.take,
        free=provider.free,
    )


def _head(column: _Column, order: CheckedOrder) -> GridColumn:
    return GridColumn(
        provider=column.access.provider.name,
        model=order.validated.request.model or "",
        seed=column.seed,
        take=column.nth,
        values=plain(column.values),
    )


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as JSON can hold them; of others, their text."""
    return {name: _as_json(value) for name, value in values.items()}


def _as_json(value: Any) -> Any:  # noqa: ANN401 - a table holds anything
    try:
        msgspec.json.encode(value)
    except (TypeError, ValueError, OverflowError):
        return str(value)
    return value
