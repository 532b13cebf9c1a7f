"""The saved output of a story: the joined film first, then its shots, which play without a kernel and without a widget.

Clips are named by their paths relative to the notebook. `src` stands on the `<video>` itself, and nothing needs what the
sanitiser of untrusted notebooks drops. Everything that came from outside is escaped.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from jupyter_videogen.api.stories import words
from jupyter_videogen.api.stories.recipe import made_of
from jupyter_videogen.core import hidden_characters
from jupyter_videogen.media.clip_store import relative_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.stories.standing import ShotStanding
    from jupyter_videogen.api.stories.story import Story
    from jupyter_videogen.core.clip import ClipRecord

MOST_BYTES = 56_000
"""Characters of the strip; shots beyond it are counted."""
PROMPT = 200
"""Characters of a prompt."""
FILM = "display:block;width:100%;max-width:640px;height:auto;margin:6px 0;border-radius:8px;background:#000"
SHOT = "display:inline-block;vertical-align:top;width:192px;margin:0 10px 10px 0"
VIDEO = "display:block;width:192px;max-height:192px;border-radius:6px;background:#000"
QUIET = "opacity:.75"
LINKS = {"linked": "goes on from shot {before}", "stale": "goes on from an older shot {before}", "cut": "cut"}


def mime_bundle(story: Story, folder: Path, *, folded: bool = False) -> dict[str, str]:
    """Return the story as HTML and as text; `folded` keeps it to one line, where the widget is on view above it."""
    return {"text/html": render_html(story, folder, folded=folded), "text/plain": repr(story)}


def render_html(story: Story, folder: Path, *, folded: bool) -> str:
    """Return the film and the strip, with the counts above them and how the story is opened again below."""
    shots, opened = story.shots, "" if folded else " open"
    head = f"{_text(story.name)} · {escape(words.line(shots, story.grid.counts))}"
    strip, left = _strip(story, shots, folder)
    more = f"<div>and {left} more shots</div>" if left else ""
    again = f"open it again with <code>{_text(f'vg.story(name={story.name!r})')}</code>"
    return (
        f'<details class="videogen-records"{opened} style="font-size:13px;line-height:1.4"><summary>{head}</summary>'
        f'{_film(story, shots, folder)}<div>{strip}</div>{more}<div style="{QUIET}">{again}</div></details>'
    )


def film_bundle(clip: ClipRecord, folder: Path) -> dict[str, str]:
    """Return a joined film as an output of its own."""
    name = Path(clip.path).name
    html = (
        f'<figure class="videogen-record" style="margin:0;font-size:13px">{_video(clip, folder, FILM, name)}</figure>'
    )
    return {"text/html": html, "text/plain": repr(clip)}


def _film(story: Story, shots: Sequence[ShotStanding], folder: Path) -> str:
    film = story.film
    if film is None:
        return ""
    old = film.made_of != made_of(story.record, shots)
    note = f'<div style="{QUIET}">The shots have changed since this film was joined.</div>' if old else ""
    return f"{_video(film.clip, folder, FILM, story.name)}{note}"


def _strip(story: Story, shots: Sequence[ShotStanding], folder: Path) -> tuple[str, int]:
    """Return the shots' HTML, and how many were left out of it."""
    parts, used = list[str](), 0
    for one in shots:
        part = _shot(one, story.words_of(one), folder)
        used += len(part)
        if used > MOST_BYTES:
            return "".join(parts), len(shots) - len(parts)
        parts.append(part)
    return "".join(parts), 0


def _shot(one: ShotStanding, said: str, folder: Path) -> str:
    prompt = one.shot.prompt
    short = prompt if len(prompt) <= PROMPT else f"{prompt[: PROMPT - 1]}…"
    take = f", take {one.shot.chosen}" if len(one.shot.takes) > 1 else ""
    link = LINKS.get(one.link, "").format(before=one.number - 1)
    head = f"<b>{one.number}</b>{take}{' · ' if link else ''}{link}"
    clip = one.clip if one.state == "ready" else None
    film = _video(clip, folder, VIDEO, f"Shot {one.number}") if clip is not None else ""
    note = f'<div style="{QUIET}">{_text(said)}</div>' if said else ""
    return f'<div style="{SHOT}">{film}<div>{head}</div><div>{_text(short)}</div>{note}</div>'


def _video(clip: ClipRecord, folder: Path, style: str, name: str) -> str:
    src = escape(quote(relative_path(clip.path, folder)))
    return f'<video controls preload="metadata" src="{src}" style="{style}" aria-label="{_text(name)}"></video>'


def _text(said: str) -> str:
    return escape(hidden_characters.escape_text(said))
