"""What a story can be written as, by the name of the file: its film, its table, or its shots as a grid of one column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_videogen.api.grids import export as grids
from jupyter_videogen.api.tables import cells as tables
from jupyter_videogen.api.tables.words import made_seconds, model_figures
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.grid import GridColumn, GridPlan, GridRow
from jupyter_videogen.ledger.grids import Figure
from jupyter_videogen.media import export_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from jupyter_videogen.api.clip import Clip
    from jupyter_videogen.api.stories.standing import ShotStanding
    from jupyter_videogen.ledger.grids import CellWithJob

PAGES = frozenset({".html", ".zip", ".png"})
"""What a grid is written as, too."""
FILMS = frozenset({".mp4", ".webp"})


class StoryExport(NamedTuple):
    """What is written, and how."""

    name: str
    shots: Sequence[ShotStanding]
    rows: list[dict[str, Any]]
    """The table."""
    join: Callable[[], Clip]
    embed: bool = False
    overwrite: bool = False


def export(story: StoryExport, target: Path) -> Path:
    """Write a story by the name of the target; raises `InvalidRequest` for a name that says nothing, or one that is taken."""
    target, kind = target.expanduser(), target.suffix.lower()
    if story.embed and kind != ".html":
        raise InvalidRequest(
            "Only a page can hold clips inside.", next="Export to .html with embed=True.", field="embed"
        )
    if kind in tables.WRITERS:
        export_files.check_target(target, overwrite=story.overwrite)
        export_files.write_file(target, tables.WRITERS[kind](story.rows), overwrite=story.overwrite)
        return target
    if kind in FILMS:
        clip = story.join()
        write = clip.save if kind == ".mp4" else clip.export
        return write(target, overwrite=story.overwrite)
    if kind in PAGES:
        return grids.export(_as_grid(story), target)
    known = ", ".join(sorted({*PAGES, *FILMS, *tables.WRITERS}))
    raise InvalidRequest(f"A story can't be written as {target.name}.", next=f"Known are {known}.", field="path")


def _as_grid(story: StoryExport) -> grids.GridExport:
    """Return the shots as the rows of a grid, each with its chosen take; a clip that was there has no cell."""
    own = [(one, one.one) for one in story.shots if one.one is not None]
    models = {cell.cell.request.model or "" for _, cell in own}
    providers = {cell.cell.provider for _, cell in own}
    column = GridColumn(provider=_only(providers), model=_only(models))
    rows = tuple(GridRow(label=str(one.number), prompt=one.shot.prompt) for one in story.shots)
    cells = [_placed(cell, one.number - 1) for one, cell in own]
    plan = GridPlan(columns=(column,), rows=rows)
    ready = [
        Figure(0, one.rating, made_seconds(one.job), one.job.best_cost) for one in cells if one.job and one.job.clips
    ]
    figures = model_figures(plan, ready)
    return grids.GridExport(story.name, plan, cells, figures, [], overwrite=story.overwrite, embed=story.embed)


def _placed(one: CellWithJob, row: int) -> CellWithJob:
    return one._replace(cell=msgspec.structs.replace(one.cell, row=row, column=0, position=row))


def _only(names: set[str]) -> str:
    return names.pop() if len(names) == 1 else "several"
