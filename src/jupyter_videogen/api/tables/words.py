"""What is said of a grid's columns, cells and models: on the page, in the saved table and in exports."""

from __future__ import annotations

from contextlib import suppress
from statistics import fmean, median
from typing import TYPE_CHECKING, NamedTuple

from jupyter_videogen.core.request import pixels

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jupyter_videogen.core.clip import ClipRecord
    from jupyter_videogen.core.errors import Failure
    from jupyter_videogen.core.grid import GridColumn, GridPlan
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.ledger.grids import Figure

REASONS = {
    "content_policy": "Held back by filter",
    "out_of_credit": "No credit left there",
    "rate_limited": "Too many at once",
    "auth": "The key was refused",
    "permission": "Not allowed there",
    "model_not_found": "No such model there",
    "unreachable": "Provider not reached",
    "provider": "The provider failed",
    "invalid_request": "Refused as asked",
    "download": "Clip not downloaded",
    "expired": "Gone at the provider",
    "unknown_outcome": "We lost the answer",
}
"""Why a cell has no clip, in about four words, by the failure's code."""
MAYBE_CHARGED = "Failed, perhaps charged"
SHOWN_SETTINGS = ("duration", "size", "aspect", "resolution", "fps", "sound", "draft", "enhance", "negative", "seed")


class ModelFigures(NamedTuple):
    """What is known of the finished clips of one model."""

    model: str
    rating: float | None
    """The mean, 1 to 5."""
    rated: int
    seconds: float | None
    """The median time to make."""
    cost: float | None
    """The mean price of a clip in dollars; None unless every price is known."""
    ready: int


def setting_words(name: str, value: object) -> str:
    """Return one setting as a person says it."""
    if name == "duration":
        return f"{value} s"
    if name == "size":
        return str(value).replace("x", "×")
    return str(value) if name in {"aspect", "resolution"} else f"{name} {value}"


def shared_words(plan: GridPlan) -> str:
    """Return the settings that all cells share."""
    return ", ".join(setting_words(name, value) for name, value in plan.shared.items() if name in SHOWN_SETTINGS)


def varied_words(column: GridColumn, plan: GridPlan) -> tuple[str, ...]:
    """Return a column's values of the varied settings."""
    return tuple(setting_words(name, column.values.get(name)) for name in plan.varied)


def column_words(column: GridColumn, plan: GridPlan) -> str:
    """Return what heads a column: model, seed or take, and varied settings."""
    seed = f"seed {column.seed}" if column.seed is not None else ""
    take = f"take {column.take}" if column.take > 1 and column.seed is None else ""
    return " · ".join(filter(None, (column.model, seed, take, *varied_words(column, plan))))


def reason_words(state: str, job: JobRecord | None, failure: Failure | None) -> str:
    """Return why a cell that failed or needs a decision has no clip; "" for the others."""
    if state not in {"failed", "undecided"}:
        return ""
    if state == "undecided" and job is not None and job.state != "unknown_outcome":
        return MAYBE_CHARGED
    code = failure.code if failure else job.state if job else ""
    return REASONS.get(code, "No clip was made")


def clip_size(clip: ClipRecord | None) -> tuple[int, int] | tuple[None, None]:
    """Return a clip's width and height in pixels, as far as its provider said them in numbers."""
    with suppress(ValueError):
        if clip and clip.size:
            return pixels(clip.size)
    return None, None


def made_seconds(job: JobRecord | None) -> float | None:
    """Return the seconds from a provider's answer to the clip."""
    if job is None or job.state != "succeeded" or job.finished_at is None or job.accepted_at is None:
        return None
    return job.finished_at - job.accepted_at


def model_figures(plan: GridPlan, figures: Iterable[Figure]) -> list[ModelFigures]:
    """Return the figures of each model, in the order of its columns."""
    found: dict[str, list[Figure]] = {column.model: [] for column in plan.columns}
    for one in figures:
        found[plan.columns[one.column].model].append(one)
    return [_figures(model, ready) for model, ready in found.items()]


def _figures(model: str, ready: Sequence[Figure]) -> ModelFigures:
    ratings = [one.rating for one in ready if one.rating is not None]
    times = [one.seconds for one in ready if one.seconds is not None]
    costs = [one.cost for one in ready if one.cost is not None]
    return ModelFigures(
        model=model,
        rating=fmean(ratings) if ratings else None,
        rated=len(ratings),
        seconds=median(times) if times else None,
        cost=fmean(costs) if costs and len(costs) == len(ready) else None,
        ready=len(ready),
    )
