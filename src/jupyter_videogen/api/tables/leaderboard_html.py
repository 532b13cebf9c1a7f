"""A leaderboard as HTML that needs no script and no kernel: a sentence, a table with dots and intervals, and how it was counted."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from jupyter_videogen.core import hidden_characters
from jupyter_videogen.core.ranking import CENTRE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jupyter_videogen.core.leaderboard import Result, Standing

CELL = "text-align:left;padding:3px 14px 3px 0;white-space:nowrap"
QUIET = "opacity:.75;font-size:12px"
WIDTH, HEIGHT, MARGIN = 200, 16, 6
"""Pixels of a chart, and what it leaves free at its ends."""


def render(result: Result, rows: Sequence[Mapping[str, str]], verdict: str) -> str:
    """Return a leaderboard; `rows` are its standings as the texts of a table."""
    notes = result.notes if result.verdict else ()
    parts = [f'<p style="font-weight:600;margin:4px 0">{_text(verdict)}</p>']
    parts += [f'<p style="margin:4px 0">{_text(result.advice)}</p>'] if result.advice else []
    parts += [_table(result.standings, rows)] if rows else []
    parts += [f'<div style="{QUIET}">{_text(note)}</div>' for note in notes]
    return f'<div style="font-size:13px;line-height:1.4">{"".join(parts)}</div>'


def _table(standings: Sequence[Standing], rows: Sequence[Mapping[str, str]]) -> str:
    head = "".join(f'<th scope="col" style="{CELL}">{_text(name)}</th>' for name in ("", *rows[0]))
    low, high = min(one.score_low for one in standings), max(one.score_high for one in standings)
    body = "".join(
        f'<tr><td style="{CELL}">{chart(one, low, high)}</td>'
        + "".join(f'<td style="{CELL}">{_text(value)}</td>' for value in row.values())
        + "</tr>"
        for one, row in zip(standings, rows, strict=True)
    )
    return f'<table style="border-collapse:collapse;margin:6px 0"><tr>{head}</tr>{body}</table>'


def chart(one: Standing, low: float, high: float) -> str:
    """Return a score as a dot on its interval, from `low` to `high`; a tick stands at the mean."""
    wide = (WIDTH - 2 * MARGIN) / max(high - low, 1.0)

    def at(score: float) -> str:
        return f"{MARGIN + (score - low) * wide:.1f}"

    middle = HEIGHT // 2
    mean = f'<path d="M{at(CENTRE)} 2V{HEIGHT - 2}" stroke-opacity=".4"/>' if low <= CENTRE <= high else ""
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" stroke="currentColor" aria-hidden="true">'
        f'<path d="M0 {middle}H{WIDTH}" stroke-opacity=".2"/>{mean}'
        f'<path d="M{at(one.score_low)} {middle}H{at(one.score_high)}" stroke="#1976d2" stroke-width="2"/>'
        f'<circle cx="{at(one.score)}" cy="{middle}" r="4" fill="#1976d2" stroke="none"/></svg>'
    )


def _text(text: str) -> str:
    return escape(hidden_characters.escape_text(text))
