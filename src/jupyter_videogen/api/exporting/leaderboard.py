"""A leaderboard in an exported page: without inline styles, which the page's content policy forbids."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from jupyter_videogen.api.exporting.facts import public_text
from jupyter_videogen.api.tables import leaderboard, leaderboard_html

if TYPE_CHECKING:
    from jupyter_videogen.api.tables.leaderboard import Leaderboard


def leaderboard_section(board: Leaderboard | None) -> str:
    """Return a leaderboard as HTML: what the intervals allow to say, a dot and an interval for each standing, and notes.

    "" for None, and while there are too few votes.
    """
    if board is None or not board.rows:
        return ""
    shown = [leaderboard.shown(row, board.result.by, at) for at, row in enumerate(board.rows, 1)]
    low, high = min(row.score_low for row in board.rows), max(row.score_high for row in board.rows)
    charts = (leaderboard_html.chart(row, low, high) for row in board.rows)
    heads = "".join(f'<th scope="col">{_text(name)}</th>' for name in ("", *shown[0]))
    body = "".join(_row(chart, list(texts.values())) for chart, texts in zip(charts, shown, strict=True))
    said = filter(None, (board.result.advice, *(board.result.notes if board.result.verdict else ())))
    return (
        f'<section class="videogen-leaderboard" aria-labelledby="leaderboard"><h2 id="leaderboard">Leaderboard</h2>'
        f"<p><b>{_text(board.verdict)}</b></p><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
        f"{''.join(f'<p>{_text(words)}</p>' for words in said)}</section>"
    )


def _row(chart: str, texts: list[str]) -> str:
    return f"<tr><td>{chart}</td>{''.join(f'<td>{_text(text)}</td>' for text in texts)}</tr>"


def _text(words: str) -> str:
    return escape(public_text(words))
