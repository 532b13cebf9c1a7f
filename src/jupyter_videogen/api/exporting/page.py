"""A grid as one HTML page that needs no server: a table of its clips that plays as it is, and a script that adds to it.

The page fetches nothing: its content policy allows its own script by hash, and pictures and films from beside it alone.
Everything from outside is escaped for where it goes.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from jupyter_videogen.api.exporting.leaderboard import leaderboard_section
from jupyter_videogen.core.version import VERSION
from jupyter_videogen.media.provenance.xmp import source_type_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jupyter_videogen.api.tables.leaderboard import Leaderboard

STATIC = Path(__file__).parents[2] / "static"
POLICY = (
    "default-src 'none'; img-src 'self' file: data:; media-src 'self' file: data:; style-src '{style}'; "
    "script-src '{script}'; base-uri 'none'; form-action 'none'"
)
"""`file:` beside `'self'`, because a page that is opened from a disk has no origin of its own."""
WORDS = {"gone": "moved or deleted", "undecided": "needs a decision"}

Place = tuple[int, int]
"""Row and column, from 0."""


def study_page(
    facts: Mapping[str, Any],
    clips: Mapping[Place, str],
    posters: Mapping[Place, str],
    leaderboard: Leaderboard | None = None,
) -> bytes:
    """Return the page; `clips` and `posters` are relative paths or data URLs."""
    body = (
        f'<main class="videogen-page"><h1>{escape(facts["name"])}</h1>'
        f'<div id="study" class="videogen videogen-study"><div class="videogen-study-plain">'
        f"{_table(facts, clips, posters)}</div></div>{leaderboard_section(leaderboard)}{_footer(facts['origins'])}</main>"
        f'<script type="application/json" id="study-facts">{script_json(facts)}</script>'
    )
    return html_page(facts["name"], body, _bundle("study.js"), facts["source_types"])


def html_page(title: str, body: str, script: str = "", source_types: Sequence[str] = ()) -> bytes:
    """Return a whole page with our stylesheet, and a script that may run; any other can't.

    `source_types` are terms of IPTC's Digital Source Type, which the head gives to programs.
    """
    told = "".join(f'<meta name="digital-source-type" content="{source_type_uri(term)}">' for term in source_types)
    style = _bundle("study.css")
    policy = POLICY.format(style=_hash(style), script=_hash(script))
    tail = f"<script>{script}</script>" if script else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
        f'<meta name="generator" content="jupyter-videogen {VERSION}"><link rel="icon" href="data:,">{told}'
        f"<title>{escape(title)}</title><style>{style}</style></head>\n<body>{body}\n{tail}</body></html>\n"
    ).encode()


@cache
def _bundle(name: str) -> str:
    return (STATIC / name).read_text("utf-8")


def _hash(text: str) -> str:
    """Return how a content policy names a script or a stylesheet (CSP 3, section 2.3.1)."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def script_json(value: object) -> str:
    """Return JSON that can stand inside a script element: nothing in it ends or comments out the element."""
    text = msgspec.json.encode(value).decode()
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def address(where: str) -> str:
    """Return a relative path or a data URL as the value of an attribute."""
    return escape(where if where.startswith("data:") else quote(where))


def _table(facts: Mapping[str, Any], clips: Mapping[Place, str], posters: Mapping[Place, str]) -> str:
    spans = "".join(
        f'<th scope="colgroup" colspan="{one["count"]}">{escape(one["name"])}</th>' for one in facts["models"]
    )
    heads = "".join(f'<th scope="col">{escape(words)}</th>' for words in facts["columns"])
    second = f"<tr>{heads}</tr>" if any(facts["columns"]) else ""
    prompt = f'<th scope="col" class="videogen-study-corner"{" rowspan=2" if second else ""}>Prompt</th>'
    columns = range(len(facts["columns"]))
    rows = "".join(_row(number, row, columns, clips, posters) for number, row in enumerate(facts["rows"]))
    foot = _figures(facts)
    return f"<table><thead><tr>{prompt}{spans}</tr>{second}</thead><tbody>{rows}</tbody><tfoot>{foot}</tfoot></table>"


def _row(
    number: int, row: Mapping[str, Any], columns: range, clips: Mapping[Place, str], posters: Mapping[Place, str]
) -> str:
    carried = " · ".join(f"{escape(name)}: {escape(value)}" for name, value in row["carried"].items())
    small = " · ".join(filter(None, (escape(row["label"]), carried)))
    known = {cell["column"]: _cell(number, cell, clips, posters) for cell in row["cells"]}
    cells = "".join(known.get(column, "<td></td>") for column in columns)
    return f'<tr><th scope="row">{escape(row["prompt"])} <small>{small}</small></th>{cells}</tr>'


def _cell(row: int, cell: Mapping[str, Any], clips: Mapping[Place, str], posters: Mapping[Place, str]) -> str:
    at = (row, cell["column"])
    if at not in clips:
        return f'<td data-state="{cell["state"]}"><span>{escape(cell["reason"])}</span></td>'
    poster = f' poster="{address(posters[at])}"' if at in posters else ""
    return (
        f'<td data-cell="{row}/{cell["column"]}"><video src="{address(clips[at])}"{poster} controls muted loop playsinline'
        f' preload="none"></video><small>{escape(cell_words(cell))}</small></td>'
    )


def cell_words(cell: Mapping[str, Any]) -> str:
    """Return what is known of a clip, in one line."""
    facts = (
        clip_words(seconds=cell["seconds"], width=cell["width"], height=cell["height"]),
        f"made in {cell['made']:.0f} s" if cell["made"] is not None else "",
        price_words(cell["cost"]),
        f"rated {cell['rating']} of 5" if cell["rating"] else "",
    )
    return " · ".join(filter(None, facts))


def clip_words(*, seconds: float | None, width: int | None, height: int | None) -> str:
    """Return the length and the size of a clip, as far as they are known."""
    return " · ".join(filter(None, (f"{seconds:g} s" if seconds else "", f"{width}×{height}" if width else "")))


def price_words(cost: float | None) -> str:
    """Return a price in dollars as a person says it; "" where none is known."""
    if cost is None:
        return ""
    return "free" if cost == 0 else f"${cost:,.4f}" if cost < 0.1 else f"${cost:,.2f}"  # noqa: PLR2004 - below ten cents


def _figures(facts: Mapping[str, Any]) -> str:
    lines = [("Mean rating", _rating_words), ("Median time to make", _time_words), ("Price of a clip", _cost_words)]
    return "".join(_figure(name, words, facts["models"]) for name, words in lines)


def _figure(name: str, words: Callable[[Mapping[str, Any]], str], models: Sequence[Mapping[str, Any]]) -> str:
    cells = (f'<td colspan="{model["count"]}">{escape(words(model["figures"]))}</td>' for model in models)
    return f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>'


def _rating_words(figures: Mapping[str, Any]) -> str:
    rating = figures["rating"]
    return "no rating yet" if rating is None else f"{rating + 1e-9:.1f} of {figures['rated']} rated"


def _time_words(figures: Mapping[str, Any]) -> str:
    return "—" if figures["seconds"] is None else f"{figures['seconds']:.0f} s"


def _cost_words(figures: Mapping[str, Any]) -> str:
    return price_words(figures["cost"]) or "not listed"


def _footer(origins: Sequence[str]) -> str:
    said = "".join(f"{escape(words[:1].upper() + words[1:])}. " for words in origins)
    return f"<footer><small>{said}Page written by jupyter-videogen {VERSION}. This page loads nothing from a network.</small></footer>"
