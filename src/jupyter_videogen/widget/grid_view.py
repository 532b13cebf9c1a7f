"""A grid as the page draws it: the header, and cells as tiles."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from jupyter_videogen.api.grids.cost import usual_seconds
from jupyter_videogen.api.tables.cells import state_of
from jupyter_videogen.api.tables.words import made_seconds, model_figures, reason_words, shared_words, varied_words
from jupyter_videogen.core.checks import PASSED
from jupyter_videogen.media.clip_store import is_missing
from jupyter_videogen.widget.protocol import (
    GridCellView,
    GridColumnView,
    GridFigures,
    GridQuestion,
    GridRowView,
    GridView,
    GridWork,
)
from jupyter_videogen.widget.views import clip_view

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from jupyter_videogen.api.grids.grid import Grid, OpenQuestion
    from jupyter_videogen.api.mapping.clip_map import ClipMap
    from jupyter_videogen.core.grid import Counts, GridPlan
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.core.request import GenerationRequest
    from jupyter_videogen.ledger.grids import CellWithJob, Figure
    from jupyter_videogen.widget.protocol import ClipView

SHORT = 300
"""Characters of an error on a tile."""
PROMPT = 600
"""Characters of a prompt beside its row."""


def grid_view(grid: Grid, counts: Counts, figures: Sequence[GridFigures], *, guest: bool = False) -> GridView:
    """Return a grid's header by what was just counted of it; a `guest` is not asked."""
    plan = grid.plan
    prompts = {row.prompt for row in plan.rows}
    remaining = grid.remaining()
    return GridView(
        name=grid.name,
        guest=guest,
        state=grid.state_with(counts),
        question=None if guest or grid.question is None else question_view(grid.question),
        prompt=plan.rows[0].prompt[:PROMPT] if len(prompts) == 1 else "",
        shared=shared_words(plan),
        columns=tuple(_column(column, plan) for column in plan.columns),
        rows=len(plan.rows),
        clips=counts.clips,
        ready=counts.ready,
        making=counts.making,
        waiting=counts.waiting,
        failed=counts.failed,
        undecided=counts.undecided,
        cancelled=counts.cancelled,
        progress=counts.progress,
        spent=counts.spent,
        estimate=counts.estimate,
        unpriced=counts.unpriced,
        free=counts.estimate == 0 and counts.unpriced == 0,
        left=_left(remaining, plan) if counts.open else None,
        retry_cost=counts.failed_cost if not counts.failed_unpriced else None,
        resend_cost=counts.undecided_cost if not counts.undecided_unpriced else None,
        notices=grid.notices,
        figures=tuple(figures),
        work=tuple(_work(one) for one in grid.maps.shown),
        aspect=_box(plan),
    )


def _work(one: ClipMap) -> GridWork:
    return GridWork(name=one.name, done=one.done, total=one.total, failed=one.failed)


def question_view(question: OpenQuestion) -> GridQuestion:
    """Return a question that is open, as the page puts it."""
    return GridQuestion(token=question.token, **question.asked._asdict())


USUAL = 16 / 9
"""The shape of a tile whose request leaves it to the model."""
NARROWEST, WIDEST = 9 / 16, 21 / 9
"""No tile is drawn narrower or wider than these."""
NARROWEST_BOX = 3 / 4
"""A box of narrow tiles is not higher than this: more rows are in view, and the words of a tile have their room."""


def aspect_of(size: str | None, aspect: str | None) -> float | None:
    """Return width by height of what is asked for as "1280x720" or "16:9"; None where neither says it."""
    for text, sign in ((size, "x"), (aspect, ":")):
        across, _, down = (text or "").partition(sign)
        if across.isdecimal() and down.isdecimal() and int(across) and int(down):
            return min(max(int(across) / int(down), NARROWEST), WIDEST)
    return None


def _box(plan: GridPlan) -> float:
    """Return the shape of the box that each tile is drawn in: their own where it is one, else a square."""
    settings = [{**plan.shared, **column.values} for column in plan.columns]
    shapes = {aspect_of(one.get("size"), one.get("aspect")) or USUAL for one in settings}
    return max(shapes.pop(), NARROWEST_BOX) if len(shapes) == 1 else 1.0


def _shape(request: GenerationRequest, clip: ClipView | None) -> float:
    size = f"{clip.width}x{clip.height}" if clip is not None else None
    return aspect_of(request.size, request.aspect) or aspect_of(size, None) or USUAL


def _column(column: Any, plan: GridPlan) -> GridColumnView:  # noqa: ANN401 - a GridColumn
    return GridColumnView(
        model=column.model,
        provider=column.provider,
        seed=column.seed,
        take=column.take,
        values=varied_words(column, plan),
    )


def _left(remaining: Mapping[tuple[str, int], int], plan: GridPlan) -> float | None:
    """Return the seconds until all is done, by how long clips of these models usually took."""
    models: Counter[tuple[str, str]] = Counter()
    for (origin, column), count in remaining.items():
        models[origin, plan.columns[column].model] += count
    return usual_seconds(models, plan.concurrency)


def row_view(plan: GridPlan, row: int, cells: Iterable[CellWithJob], folder: Path) -> GridRowView:
    """Return one row with its cells."""
    facts = plan.rows[row]
    tiles = tuple(cell_view(one, folder) for one in cells)
    return GridRowView(row=row, label=facts.label, prompt=facts.prompt[:PROMPT], cells=tiles)


def cell_view(one: CellWithJob, folder: Path) -> GridCellView:
    """Return one cell as a tile."""
    cell, job = one.cell, one.job if one.cell.state == "taken" else None
    state = _state(one)
    clip = clip_view(job.clips[0], folder) if job is not None and job.clips else None
    failure = cell.failure or (job.failure if job is not None and state in {"failed", "undecided"} else None)
    return GridCellView(
        position=cell.position,
        row=cell.row,
        column=cell.column,
        job_id=None if job is None else job.id,
        state=state,
        progress=None if job is None or job.ended else job.progress,
        status="" if job is None or job.ended else job.status,
        reason=reason_words(state, job, failure),
        error="" if failure is None else " ".join(filter(None, (failure.message, failure.next)))[:SHORT],
        step=step_of(state, job),
        price=cell.cost,
        started_at=None if job is None else job.accepted_at or job.sent_at,
        seconds=made_seconds(job),
        clip=clip,
        rating=one.rating,
        starred=one.starred,
        checks="" if one.checks in {None, PASSED} else (one.checks or "")[:SHORT],
        aspect=_shape(cell.request if job is None else job.request, clip),
    )


def _state(
    one: CellWithJob,
) -> Literal["waiting", "sending", "making", "ready", "failed", "undecided", "cancelled", "gone"]:
    state: Any = state_of(one)
    return "gone" if state == "ready" and one.job is not None and is_missing(one.job) else state


def step_of(state: str, job: JobRecord | None) -> Literal["", "retry", "resend", "look"]:
    """Return what a person can do about a cell without a clip."""
    if state == "undecided":
        return "look" if job is not None and job.state == "unknown_outcome" else "resend"
    return "retry" if state in {"failed", "cancelled"} else ""


def figures_view(plan: GridPlan, figures: Iterable[Figure]) -> list[GridFigures]:
    """Return what the foot of the table says of each model."""
    return [GridFigures(**one._asdict()) for one in model_figures(plan, figures)]
