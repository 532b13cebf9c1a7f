"""A leaderboard in an exported page: a table with a dot and an interval for each model, drawn as SVG."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

from jupyter_videogen.api.study_facts import public_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, MARGIN = 240, 24, 8
"""Of one line of the chart, in units of SVG."""
HEADS = ("Model", "Strength", "95 % interval", "Won", "Lost", "Tied", "Votes")


def leaderboard_section(board: Mapping[str, Any] | None) -> str:
    """Return a leaderboard as HTML; "" for None or for one without rows.

    `board["rows"]` are mappings with `name`, `strength`, `low`, `high` (finite numbers, or None where nothing bounds
    them), `wins`, `losses`, `ties` and `votes`; `board["sentence"]`, where there is one, says what the intervals allow.
    """
    rows = [] if board is None else list(board.get("rows") or ())
    if board is None or not rows:
        return ""
    sentence = f"<p>{_text(board['sentence'])}</p>" if board.get("sentence") else ""
    heads = "".join(f'<th scope="col">{_text(head)}</th>' for head in HEADS)
    span = _span(rows)
    body = "".join(_row(row, span) for row in rows)
    return (
        f'<section class="videogen-leaderboard" aria-labelledby="leaderboard"><h2 id="leaderboard">Leaderboard</h2>{sentence}'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></section>"
    )


def _row(row: Mapping[str, Any], span: tuple[float, float]) -> str:
    counts = "".join(f"<td>{_number(row.get(name), 0)}</td>" for name in ("wins", "losses", "ties", "votes"))
    return (
        f'<tr><th scope="row">{_text(row.get("name", ""))}</th><td><b>{_number(row.get("strength"), 2)}</b></td>'
        f"<td>{_line(row, span)}</td>{counts}</tr>"
    )


def _line(row: Mapping[str, Any], span: tuple[float, float]) -> str:
    """Return one line of the chart; an end that nothing bounds reaches to the edge."""
    dot, low, high = (_finite(row.get(name)) for name in ("strength", "low", "high"))
    left = MARGIN if low is None else _place(low, span)
    right = WIDTH - MARGIN if high is None else _place(high, span)
    words = f"{_number(low, 2)} to {_number(high, 2)}"
    mark = "" if dot is None else f'<circle cx="{_place(dot, span):.1f}" cy="{HEIGHT / 2:g}" r="4"/>'
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{words}">'
        f'<path class="is-axis" d="M{MARGIN} {HEIGHT / 2:g}H{WIDTH - MARGIN}"/>'
        f'<path d="M{left:.1f} {HEIGHT / 2:g}H{right:.1f}"/>{mark}</svg> <small>{words}</small>'
    )


def _span(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    found = [_finite(row.get(name)) for row in rows for name in ("strength", "low", "high")]
    values = [value for value in found if value is not None]
    return (min(values), max(values)) if values else (0.0, 1.0)


def _place(value: float, span: tuple[float, float]) -> float:
    low, high = span
    share = 0.5 if high == low else (value - low) / (high - low)
    return MARGIN + share * (WIDTH - 2 * MARGIN)


def _finite(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _number(value: object, digits: int) -> str:
    known = _finite(value)
    return "unbounded" if known is None else f"{known:,.{digits}f}"


def _text(words: object) -> str:
    return escape(public_text(str(words)))
