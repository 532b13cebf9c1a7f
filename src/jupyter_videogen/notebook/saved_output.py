"""The saved output of a job: plain HTML that plays without a kernel and without a widget.

It is written when the job is submitted, with the clip's final place, so that it plays even if nobody was connected
at the end. `src` stands on the `<video>` itself (the sanitiser of untrusted notebooks drops `<source>`), there is no
script, no style sheet and no bytes but a small poster. Everything that came from outside is escaped.
"""

from __future__ import annotations

import base64
import re
import time
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from jupyter_videogen.commands import interpolation
from jupyter_videogen.core import hidden_characters
from jupyter_videogen.core.errors import describe_charge, render_failure
from jupyter_videogen.core.request import pixels
from jupyter_videogen.media import captions
from jupyter_videogen.media.clip_store import still_kind
from jupyter_videogen.media.provenance import copies, xmp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.catalog.provider import Provider
    from jupyter_videogen.core.job import JobRecord

MIME = "application/vnd.jupyter-videogen+json"
"""What our JupyterLab extension draws: the live widget where there is one, else the HTML of the same output."""
WIDEST = 640
MARKS = re.compile(r"[\\`*_{}\[\]#!|~$]")
"""Signs that Markdown reads wherever they stand in a line."""
MOST = 85_000
"""Characters of a picture in a data URL."""
TWICE = 45_000
"""Characters of a picture that stands in the record twice: as the poster, and for sites that take films out."""
PROMPT = 160
"""Characters of a prompt on the folded line."""
TOGETHER = 45_000
"""Characters of all pictures of an output with several jobs."""
FIGURE = "margin:0;max-width:640px;font-size:13px;line-height:1.5"
BESIDE = "display:inline-block;vertical-align:top;margin:0 2% 12px 0;min-width:200px"
"""How a figure stands in a row. The sanitiser of untrusted notebooks drops what flexible boxes need."""
WIDTHS = {2: 47, 3: 31}
"""Percent of the output for each of so many in a row; no row has more."""
VIDEO = "display:block;width:100%;height:auto;margin:6px 0;border-radius:8px;background:#000"
QUIET = "opacity:.75"
LINES = {
    "succeeded": "Ready",
    "failed": "Not made",
    "cancelled": "Cancelled",
    "expired": "No longer at the provider",
    "unknown_outcome": "Outcome unknown",
}


def mime_bundle(job: JobRecord, provider: Provider, src: str, *, folded: bool | None = None) -> dict[str, str]:
    """Return the record in every form a front end may want; `src` is relative to the notebook.

    `folded` keeps it to one line, where the clip is on view above it anyway; without a word it is so until the job has ended.
    """
    return {
        "text/html": render_html(job, provider, src, folded=folded),
        "text/markdown": _render_markdown(job, provider, src),
        "text/plain": render_text(job, src),
    }


def group_bundle(jobs: Sequence[tuple[JobRecord, Provider, str]], title: str) -> dict[str, str]:
    """Return the records of several jobs as one output: side by side, below one line that folds all of them."""
    if not jobs:
        return {"text/html": "", "text/plain": ""}
    figures = "".join(render_html(*job, folded=False, of=len(jobs)) for job in jobs)
    return {
        "text/html": f'<details class="videogen-records"><summary>{escape(title)}</summary>{figures}</details>',
        "text/markdown": "\n\n".join(_render_markdown(*job) for job in jobs),
        "text/plain": "\n".join(render_text(job, src) for job, _, src in jobs),
    }


def extension_data(
    kind: str, jobs: Sequence[JobRecord] = (), *, model_id: str = "", grid: str = ""
) -> dict[str, object]:
    """Return what our JupyterLab extension reads: {v, kind, model_id?, jobs?, grid?}.

    `kind` says which widget the output shows. A "record" and "records" are HTML, and `model_id` is then the widget above
    them: a card says all that its record says, so that this one is unseen while the card is on view. `grid` is the name of
    the grid whose table it is.
    """
    told = [{"id": job.id, "state": job.state, "title": _short(job)} for job in jobs]
    optional = {"model_id": model_id, "jobs": told, "grid": grid}
    return {"v": 1, "kind": kind, **{name: value for name, value in optional.items() if value}}


def render_note(text: str) -> str:
    """Return one quiet sentence as HTML, for a widget whose kernel has ended."""
    return f'<p style="{QUIET}">{escape(text)}</p>' if text else ""


def _render_markdown(job: JobRecord, provider: Provider, src: str) -> str:
    return f"[{_markdown(_short(job))}]({quote(src)}) · {_markdown(render_facts(job, provider))}"


def _markdown(text: str) -> str:
    """Return text in which nothing is a mark of Markdown, of mathematics, or HTML."""
    return MARKS.sub(r"\\\g<0>", escape(hidden_characters.escape_text(text), quote=False))


def render_html(job: JobRecord, provider: Provider, src: str, *, folded: bool | None = None, of: int = 1) -> str:
    """Return the record as HTML; without a word about it, folded while the job runs, open when there is something to see.

    `of` says how many records stand side by side and share the bytes that their pictures may take.
    """
    beside = f";{BESIDE};width:{WIDTHS[min(of, max(WIDTHS))]}%" if of > 1 else ""
    opened = "" if (not job.ended if folded is None else folded) else " open"
    return (
        f'<figure class="videogen-record"{_source_type(job, provider)} style="{FIGURE}{beside}"><details{opened}>'
        f"<summary>{escape(_headline(job))}</summary>"
        f"{_video(job, src, of)}{_words(job)}"
        f'<div style="{QUIET}">{escape(render_facts(job, provider))}<br>{_way_back(job, src)}</div>'
        "</details></figure>"
    )


def render_facts(job: JobRecord, provider: Provider) -> str:
    """Return model, length, size, seed and origin on one line."""
    request = job.request
    known = [
        "" if _says_ai(job, provider) else job.model,
        f"{request.duration} s" if request.duration else "",
        (request.size or "").replace("x", "×"),
        f"seed {request.seed}" if request.seed is not None else "",
        _origin(job, provider),
        time.strftime("%d %b %Y %H:%M", time.localtime(job.created_at)),
    ]
    return " · ".join(filter(None, known))


def _origin(job: JobRecord, provider: Provider) -> str:
    """Say who makes the clip, and whether with AI; a job that ended without one has made nothing."""
    if _says_ai(job, provider):
        return copies.ai_words(job.model, provider.title)
    return copies.drawn_words(provider.name) if provider.simulated else f"by {provider.title}"


def _says_ai(job: JobRecord, provider: Provider) -> bool:
    """Return whether the record says that a model makes the clip: written early, it plays when nobody writes it anew.

    A plug-in of the local engine can be a model: its clips do not say that they are drawn.
    """
    if provider.simulated:
        return any(clip.marks is not None and copies.made_by_a_model(clip) for clip in job.clips)
    return bool(job.clips) or not job.ended


def _source_type(job: JobRecord, provider: Provider) -> str:
    """Return the attribute that says the same to programs, as a URI of IPTC's Digital Source Type."""
    if job.ended and not job.clips:
        return ""
    marked = next((clip for clip in job.clips if clip.marks is not None), None)
    expected = copies.TRAINED if _says_ai(job, provider) else copies.DRAWN
    term = copies.source_type(marked) if marked else expected
    return f' data-digital-source-type="{xmp.source_type_uri(term)}"'


def render_text(job: JobRecord, src: str) -> str:
    """Return the record as one line for a terminal."""
    if job.clips:
        return f"{_short(job)}: {src}"
    return f"{_headline(job)} (job {job.id})" + (f": {render_failure(job.failure)}" if job.failure else "")


def _headline(job: JobRecord) -> str:
    if job.state == "succeeded" and job.finished_at:
        return f"{_short(job)} · ready in {job.finished_at - job.created_at:.0f} s"
    return f"{LINES.get(job.state, 'Plays here when it is done')} · {_short(job)}"


def _video(job: JobRecord, src: str, of: int) -> str:
    if job.state in LINES and not job.clips:
        return ""
    width, height = pixels(job.request.size) if job.request.size else (WIDEST, WIDEST * 9 // 16)
    picture, name = _picture(job), escape(_short(job))
    once, twice = (MOST, TWICE) if of == 1 else (TOGETHER // of, TOGETHER // of // 2)
    poster = f' poster="{picture}"' if 0 < len(picture) <= once else ""
    track = captions.render_track(job.clips[0]) if job.clips else ""
    still = f'<img src="{picture}" alt="{name}" style="{VIDEO}">' if 0 < len(picture) <= twice else ""
    return (
        f'<video controls preload="{"none" if poster else "metadata"}" src="{escape(quote(src))}" width="{width}" height="{height}"'
        f'{poster} style="{VIDEO}" aria-label="{name}">{track}{still}</video>'
    )


def _picture(job: JobRecord) -> str:
    """Return the still picture as a data URL, of at most 60 kB of bytes, or nothing."""
    path = job.clips[0].poster if job.clips else None
    if path is None or not Path(path).exists():
        return ""
    picture = Path(path).read_bytes()
    return f"data:image/{still_kind(picture) or 'jpeg'};base64,{base64.b64encode(picture).decode()}"


def _words(job: JobRecord) -> str:
    notes = "".join(f'<div style="{QUIET}">{escape(note)}</div>' for note in job.warnings)
    prompt = f"<div>{escape(job.request.prompt)}</div>{_filled(job)}{notes}"
    if job.failure is None:
        return prompt
    failure = job.failure
    sentences = " ".join(filter(None, (failure.message, failure.next, describe_charge(failure))))
    return f"<div>{escape(sentences)}</div>{prompt}"


def _filled(job: JobRecord) -> str:
    """Say which variables were filled into the prompt."""
    return (
        f'<div style="{QUIET}">filled: {escape(interpolation.describe_values(job.filled))}</div>' if job.filled else ""
    )


def _way_back(job: JobRecord, src: str) -> str:
    if not job.ended:
        return (
            f"not finished when this was written; <code>%videogen show {job.id}</code> shows how it stands and goes on"
        )
    link = f'<a href="{escape(quote(src))}" target="_blank">{escape(src)}</a> · ' if job.clips else ""
    return f"{link}show it again with <code>%videogen show {job.id}</code>"


def _short(job: JobRecord) -> str:
    words = hidden_characters.escape_text(" ".join(job.request.prompt.split()))
    return words if len(words) <= PROMPT else f"{words[: PROMPT - 1]}…"
