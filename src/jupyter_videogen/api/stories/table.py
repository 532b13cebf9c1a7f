"""A story as a table: a row a shot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_videogen.api.tables import cells as grid_cells

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_videogen.api.stories.standing import ShotStanding
    from jupyter_videogen.core.grid import GridPlan


def facts(plan: GridPlan, shots: Iterable[tuple[ShotStanding, str]]) -> list[dict[str, Any]]:
    """Return a dictionary of plain values for each shot, of (the shot, what is said of it), by its chosen take."""
    rows: list[dict[str, Any]] = []
    for one, said in shots:
        take = one.shot.take
        cell = {} if one.one is None else grid_cells.facts(plan, one.one)
        own = {name: value for name, value in cell.items() if name not in {"row", "prompt", "take", "state", "rating"}}
        rows.append({**_head(one, said), **(own or _of_clip(one)), "takes": len(one.shot.takes) if take else 0})
    return rows


def _head(one: ShotStanding, said: str) -> dict[str, Any]:
    take = one.shot.take
    return {
        "shot": one.number,
        "prompt": one.shot.prompt,
        "take": take.number if take is not None else None,
        "state": one.state,
        "link": one.link,
        "starts_on": take.starts_on if take is not None else None,
        "says": said,
    }


def _of_clip(one: ShotStanding) -> dict[str, Any]:
    clip = one.clip
    if clip is None:
        return {}
    return {
        "model": clip.model,
        "provider": clip.provider,
        "seed": clip.seed,
        "path": clip.path,
        "sha256": clip.sha256,
        "duration": clip.duration,
        "job_id": clip.job_id,
    }


def to_frame(rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - pandas and Polars are no dependencies
    """Return the table as a pandas DataFrame, else a Polars one, else a list that prints as a table."""
    return grid_cells.frame_of(rows, empty="No shots.")
