"""One clip to hand out: a page, a GIF or a WebP, each with how it was made."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from jupyter_videogen.api.exporting.facts import public_text, read_poster
from jupyter_videogen.api.exporting.page import address, clip_words, html_page
from jupyter_videogen.api.tables.words import clip_size
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.hidden_characters import escape_json
from jupyter_videogen.media import animation, captions, clip_store, export_files, receipt
from jupyter_videogen.media.embedding import can_embed, check_embedding, embedded
from jupyter_videogen.media.export_files import Part
from jupyter_videogen.media.provenance import copies

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_videogen.core.clip import ClipRecord

WIDTH = 480
"""Pixels of a GIF or WebP at most."""
ANIMATIONS: dict[str, Callable[..., Path]] = {".gif": animation.gif, ".webp": animation.webp}


def export(clip: ClipRecord, path: str | Path, *, embed: bool | None, overwrite: bool) -> Path:
    """Write a clip by the name of the target; see `Clip.export`."""
    target = Path(path).expanduser().absolute()
    suffix = target.suffix.lower()
    if suffix == ".html":
        return _write_page(clip, target, embed=embed, overwrite=overwrite)
    if suffix not in ANIMATIONS:
        hint = " For a copy of the film itself: clip.save(path)." if suffix in clip_store.FILMS else ""
        known = ", ".join((".html", *ANIMATIONS))
        raise InvalidRequest(
            f"A clip can't be exported as {target.name}.", next=f"Known are {known}.{hint}", field="path"
        )
    if embed:
        raise InvalidRequest("Only a page can hold a clip inside.", next="Export to .html.", field="embed")
    with export_files.explained(target):
        return _write_animation(clip, target, overwrite=overwrite)


def _write_animation(clip: ClipRecord, target: Path, *, overwrite: bool) -> Path:
    """Write a GIF or WebP and its receipt; where there is no room for both, there is neither."""
    made = ANIMATIONS[target.suffix.lower()](clip, target, WIDTH, overwrite=overwrite)
    try:
        receipt.write_receipt(made, receipt.describe_copy(clip, made), overwrite=overwrite)
    except OSError:
        made.unlink()
        raise
    return made


def _write_page(clip: ClipRecord, target: Path, *, embed: bool | None, overwrite: bool) -> Path:
    """Write a page with the clip inside, or beside it where that is asked for or where it is too large."""
    source = clip_store.existing_path(clip)
    if not export_files.is_proven(clip):
        raise InvalidRequest(
            f"{source.name} has changed since it was stored.", next="Export another clip.", field="path"
        )
    if embed:
        check_embedding(clip.bytes)
    film = Part(f"clip{source.suffix.lower()}", source, clip.sha256)
    if embed or (embed is None and can_embed(clip.bytes)):
        page = _page(clip, embedded(film))
        return export_files.write_file(target, page, overwrite=overwrite)
    folder = export_files.files_beside(target)
    page = _page(clip, f"{folder.name}/{film.name}")
    export_files.write_folder(folder, [film], page=(target, page), overwrite=overwrite)
    return target


def _page(clip: ClipRecord, where: str) -> bytes:
    picture = read_poster(clip)
    still = f' poster="{embedded(Part(f"still.{clip_store.still_kind(picture)}", picture))}"' if picture else ""
    width, height = clip_size(clip)
    size = f'width="{width}" height="{height}" ' if width else ""
    prompt = escape(public_text(clip.prompt))
    told = escape_json(msgspec.json.format(msgspec.json.encode(receipt.provenance(clip)), indent=2).decode())
    body = (
        f'<main class="videogen-page videogen-one"><video {size}src="{address(where)}"{still} controls loop playsinline'
        f' preload="metadata">{captions.render_track(clip)}</video><h1>{prompt}</h1><p>{escape(_words(clip))}</p>'
        f"<details><summary>How it was made</summary><pre>{escape(told)}</pre></details></main>"
    )
    return html_page(public_text(clip.prompt), body, source_types=(copies.source_type(clip),))


def _words(clip: ClipRecord) -> str:
    width, height = clip_size(clip)
    seed = f"seed {clip.seed}" if clip.seed is not None else ""
    size = clip_words(seconds=clip.duration, width=width, height=height)
    return " · ".join(filter(None, (public_text(copies.origin_words(clip)), seed, size)))
