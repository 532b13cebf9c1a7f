"""The saved output of a grid: a table whose clips play from their files, without a kernel and without a widget.

Clips are named by their paths relative to the notebook, and nothing is embedded: a browser shows each film's first frame.
Everything that came from outside is escaped.
"""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from jupyter_videogen.api.tables.cells import line, state_of
from jupyter_videogen.api.tables.words import column_words
from jupyter_videogen.core import hidden_characters
from jupyter_videogen.media.clip_store import relative_path
from jupyter_videogen.widget.grid_view import cell_view

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jupyter_videogen.api.grids.grid import Grid
    from jupyter_videogen.core.grid import GridPlan
    from jupyter_videogen.ledger.grids import CellWithJob

MOST_BYTES = 56_000
"""Characters of the table; rows beyond it are counted."""
PROMPT = 200
"""Characters of a prompt."""
CELL = "padding:2px 6px 2px 0;vertical-align:top;text-align:left"
VIDEO = "width:150px;max-height:150px;border-radius:6px;background:#000;display:block"
QUIET = "opacity:.75"
STATES = {
    "waiting": "waits",
    "sending": "being sent",
    "making": "being made",
    "cancelled": "cancelled",
}


def mime_bundle(grid: Grid, folder: Path, *, folded: bool = False) -> dict[str, str]:
    """Return the grid as HTML and as text; `folded` keeps it to one line, where the widget is on view above it."""
    return {"text/html": render_html(grid, folder, folded=folded), "text/plain": repr(grid)}


def render_html(grid: Grid, folder: Path, *, folded: bool) -> str:
    """Return the table, with its counts above it and how it is opened again below."""
    plan, opened = grid.plan, "" if folded else " open"
    title = _short(plan.rows[0].prompt) if len(plan.rows) == 1 else grid.name
    head = f"{_text(title)} · {escape(line(grid.counts))}"
    table, left = _table(plan, grid.cells(), folder)
    more = f"<div>and {left} more rows</div>" if left else ""
    call = f"vg.grid(name={grid.name!r})"
    again = f"open it again with <code>{_text(call)}</code>"
    return (
        f'<details class="videogen-records"{opened} style="font-size:13px;line-height:1.4"><summary>{head}</summary>'
        f'{table}{more}<div style="{QUIET}">{again}</div></details>'
    )


def _table(plan: GridPlan, cells: Sequence[CellWithJob], folder: Path) -> tuple[str, int]:
    """Return the table's HTML, and how many rows were left out of it."""
    parts, used = [_head(plan)], 0
    rows = groupby(cells, key=lambda one: one.cell.row)
    for shown, (row, ones) in enumerate(rows):
        part = _row(plan, row, list(ones), folder)
        used += len(part)
        if used > MOST_BYTES:
            return _closed(parts), len(plan.rows) - shown
        parts.append(part)
    return _closed(parts), 0


def _closed(parts: Sequence[str]) -> str:
    return f'<table style="border-collapse:collapse;margin:6px 0">{"".join(parts)}</table>'


def _head(plan: GridPlan) -> str:
    columns = "".join(f'<th style="{CELL}">{_text(column_words(column, plan))}</th>' for column in plan.columns)
    return f'<tr><th style="{CELL}">prompt</th>{columns}</tr>'


def _row(plan: GridPlan, row: int, cells: Sequence[CellWithJob], folder: Path) -> str:
    facts = plan.rows[row]
    prompt = _short(facts.prompt)
    by_column = {one.cell.column: one for one in cells}
    tiles = "".join(_cell(by_column.get(number), folder) for number in range(len(plan.columns)))
    return f'<tr><th scope="row" style="{CELL};font-weight:400;max-width:220px">{_text(prompt)}</th>{tiles}</tr>'


def _cell(one: CellWithJob | None, folder: Path) -> str:
    if one is None:
        return f'<td style="{CELL}"></td>'
    if one.job is not None and one.job.clips and one.cell.state == "taken":
        src = quote(relative_path(one.job.clips[0].path, folder))
        video = f'<video src="{escape(src)}" controls muted loop preload="metadata" style="{VIDEO}"></video>'
        return f'<td style="{CELL}">{video}</td>'
    state = state_of(one)
    return f'<td style="{CELL};{QUIET}">{_text(STATES.get(state) or cell_view(one, folder).reason)}</td>'


def _short(prompt: str) -> str:
    return prompt if len(prompt) <= PROMPT else f"{prompt[: PROMPT - 1]}…"


def _text(words: str) -> str:
    return escape(hidden_characters.escape_text(words))
