"""A leaderboard as its owner holds it: text, a table, a DataFrame, a chart."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.api.tables import leaderboard_html, table
from jupyter_videogen.core import hidden_characters
from jupyter_videogen.core.errors import InvalidRequest, Unsupported
from jupyter_videogen.core.prices import format_dollars

if TYPE_CHECKING:
    from jupyter_videogen.core.leaderboard import Result, Standing

TITLES = {"model": "Model", "provider": "Provider"}
HALF = 0.5


class Leaderboard:
    """What the votes come to. Prints as text and shows as a table; `.df` and `.plot()` for more."""

    def __init__(self, name: str, result: Result) -> None:
        self.name = name
        """The grid, or the ballot, that was voted on."""
        self.result = result
        """All figures."""

    @property
    def rows(self) -> tuple[Standing, ...]:
        """The standings, the strongest first; empty while there are too few votes."""
        return self.result.standings

    @property
    def verdict(self) -> str:
        """What the intervals allow to say, and no more."""
        return self.result.verdict or " ".join(self.result.notes) or "There are no votes yet."

    @property
    def df(self) -> Any:  # noqa: ANN401 - pandas is no dependency
        """The standings as a pandas DataFrame, a row each; raises `Unsupported` without pandas."""
        return table.to_dataframe([msgspec.structs.asdict(row) | {"votes": row.votes} for row in self.rows])

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        return {"name": self.name, **msgspec.to_builtins(self.result)}

    def plot(self, ax: Any = None) -> Any:  # noqa: ANN401 - matplotlib is no dependency
        """Draw the scores with their 95 % intervals on a matplotlib axis, a new one by default, and return it.

        Raises `Unsupported` without matplotlib, and `InvalidRequest` while there are too few votes.
        """
        if not self.rows:
            raise InvalidRequest(self.verdict, next="Vote on more pairs.")
        if ax is None:
            try:
                pyplot = import_module("matplotlib.pyplot")
            except ImportError:
                raise Unsupported("A plot needs matplotlib.", next="pip install matplotlib.") from None
            _, ax = pyplot.subplots(figsize=(6, 0.8 + HALF * len(self.rows)))
        rows = self.rows[::-1]
        places, scores = range(len(rows)), [row.score for row in rows]
        below = [row.score - row.score_low for row in rows]
        above = [row.score_high - row.score for row in rows]
        ax.errorbar(scores, places, xerr=[below, above], fmt="o", capsize=3)
        ax.set_yticks(list(places), [hidden_characters.escape_text(row.name) for row in rows])
        ax.set_xlabel("Score, 95 % interval")
        ax.set_title(f"{self.result.votes} votes on {hidden_characters.escape_text(self.name)}")
        return ax

    def __repr__(self) -> str:
        standings = table.to_text(self._shown())
        notes = self.result.notes if self.result.verdict else ()
        return "\n".join(filter(None, [self.verdict, self.result.advice, standings, *notes]))

    def _repr_html_(self) -> str:
        return leaderboard_html.render(self.result, self._shown(), self.verdict)

    def _shown(self) -> list[dict[str, str]]:
        return [shown(row, self.result.by, at) for at, row in enumerate(self.rows, 1)]


def shown(row: Standing, by: str, rank: int) -> dict[str, str]:
    """Return a standing as the texts of a table."""
    title = TITLES.get(by, by.capitalize())
    return {
        "Rank": str(rank),
        title: row.name,
        "Score": f"{row.score:,.0f}",
        "95 %": f"{row.score_low:,.0f}-{row.score_high:,.0f}",
        "Wins": f"{100 * row.share:.0f} %",
        "Won-tied-lost": f"{row.wins}-{row.ties}-{row.losses}",
        "Median": "" if row.seconds is None else f"{row.seconds:.0f} s",
        "A clip": _dollars(row.cost),
        "A win": _dollars(row.cost_per_win),
    }


def _dollars(cost: float | None) -> str:
    return "not known" if cost is None else "free" if cost == 0 else format_dollars(cost)
