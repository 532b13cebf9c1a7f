"""A table of rows that renders as text, as HTML and as a DataFrame."""

from __future__ import annotations

import time
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

from jupyter_videogen.core import hidden_characters, terminal
from jupyter_videogen.core.errors import Unsupported
from jupyter_videogen.core.prices import format_dollars

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jupyter_videogen.core.clip import CostSource

CELL = "text-align:left;vertical-align:top;padding:2px 14px 2px 0"
WIDEST = 60
"""Characters of one cell in text."""
AGES = ((60, 1, "s"), (3600, 60, "min"), (172_800, 3600, "h"), (float("inf"), 86_400, "days"))
"""The limit in seconds below which an age is given in a unit, and the unit's seconds."""


class Table(list[dict[str, Any]]):
    """A list of rows, each a dictionary of plain values, that shows itself as a table."""

    def __init__(self, rows: Iterable[dict[str, Any]], *, shown: Sequence[Mapping[str, str]], empty: str) -> None:
        """Take the values and the texts that show them; `empty` is the text for no rows."""
        super().__init__(rows)
        self.shown, self._empty = shown, empty
        """The rows in words, as they are read."""

    @property
    def df(self) -> Any:  # noqa: ANN401 - pandas is no dependency
        """The values as a pandas DataFrame; raises `Unsupported` without pandas."""
        return to_dataframe(self)

    def __repr__(self) -> str:
        return to_text(self.shown, terminal.width()) or self._empty

    def _repr_html_(self) -> str:
        return to_html(self.shown) or f"<div>{escape(self._empty)}</div>"


def to_dataframe(rows: Sequence[Mapping[str, Any]]) -> Any:  # noqa: ANN401 - pandas is no dependency
    """Return rows as a pandas DataFrame; raises `Unsupported` without pandas."""
    try:
        pandas = import_module("pandas")
    except ImportError:
        raise Unsupported("A DataFrame needs pandas.", next="pip install pandas.") from None
    return pandas.DataFrame(list(rows))


def to_text(rows: Sequence[Mapping[str, str]], columns: int | None = None) -> str:
    """Return rows as aligned text; empty for none. Where `columns` are too few, each row is a block of its own."""
    if not rows:
        return ""
    table = [list(rows[0]), *([shorten(cell) for cell in row.values()] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    if columns is not None and sum(widths) + 2 * (len(widths) - 1) > columns:
        return "\n\n".join(_block(row, columns) for row in rows)
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
    )


def _block(row: Mapping[str, str], columns: int) -> str:
    """Return a row as a line for each value that it has, with the value's name before it."""
    wide = max(map(len, row))
    lines = [f"{name:<{wide}}  {shorten(cell)}" for name, cell in row.items() if cell]
    return terminal.fit("\n".join(lines), columns)


def to_html(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows as an HTML table without script or style sheet; empty for none."""
    if not rows:
        return ""
    head = "".join(f'<th style="{CELL}">{escape(name)}</th>' for name in rows[0])
    body = "".join(f"<tr>{''.join(map(_cell, row.values()))}</tr>" for row in rows)
    return (
        '<table class="videogen-table" style="border-collapse:collapse;font-size:13px;line-height:1.5">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def shorten(words: str) -> str:
    """Return text on one line, shortened if it is long."""
    line = hidden_characters.escape_text(" ".join(words.split()))
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"


def format_age(then: float, now: float | None = None) -> str:
    """Return how long ago a moment was, in one unit."""
    seconds = max(0.0, (time.time() if now is None else now) - then)
    unit, name = next((unit, name) for below, unit, name in AGES if seconds < below)
    return f"{seconds / unit:.0f} {name}"


def format_cost(cost: float | None, source: CostSource) -> str:
    """Return a cost in dollars, marked where it is an estimate; empty where it is unknown."""
    if cost is None:
        return ""
    return f"≈ {format_dollars(cost)}" if source == "estimated" and cost else format_dollars(cost)


def _cell(words: str) -> str:
    return f'<td style="{CELL}">{escape(words)}</td>'
