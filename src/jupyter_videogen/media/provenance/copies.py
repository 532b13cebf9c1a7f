"""What copies of clips carry: their kind of source, as XMP; and what is said where a copy loses the marks of its clips."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_videogen.catalog import builtin
from jupyter_videogen.media.provenance import xmp
from jupyter_videogen.media.provenance.marks import read_marks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_videogen.core.clip import ClipRecord, Marks

DRAWN = "algorithmicMedia"
"""Made by an algorithm that was not trained on anything: the local engine."""
TRAINED = "trainedAlgorithmicMedia"
COMPOSITE = "compositeWithTrainedAlgorithmicMedia"
MIXED = "composite"
"""Put together of things of any origin: what the local engine makes of files that were given."""
ENGINES = frozenset({builtin.LOCAL.name, builtin.BROWSER.name, *builtin.SANDBOXES})
"""Providers whose clips an engine of ours draws."""


def marks_of(clip: ClipRecord) -> Marks | None:
    """Return the marks of a clip as they were stored, else as its file has them."""
    return clip.marks if clip.marks is not None else read_marks(Path(clip.path))


def source_type(clip: ClipRecord) -> str:
    """Return the term for a clip: not of a trained model where both its provider and its file say so, else made by a trained model.

    One of them alone is not enough: an engine of another package can be a model, and a provider's file can say anything.
    """
    if clip.provider not in ENGINES:
        return TRAINED
    marks = marks_of(clip)
    return marks.source_type if marks is not None and marks.source_type in {DRAWN, MIXED} else TRAINED


def made_by_a_model(clip: ClipRecord) -> bool:
    """Return whether a clip counts as made with AI."""
    return source_type(clip) == TRAINED


def origin_words(clip: ClipRecord) -> str:
    """Return who made a clip, as every export says it."""
    return ai_words(clip.model, clip.provider) if made_by_a_model(clip) else drawn_words(clip.provider)


def drawn_words(provider: str) -> str:
    """Return that an engine of ours drew something: the one that a provider stands for."""
    engine = "browser" if provider == builtin.BROWSER.name else "local"
    return f"drawn by the {engine} engine, not AI-made"


def ai_words(model: str, provider: str) -> str:
    """Return that a model made something, and where."""
    return f"made with AI by {model or 'an unnamed model'} at {provider}"


def source_type_of_copy(sources: Iterable[ClipRecord]) -> str:
    """Return the term for a film that was made of clips; raises `ValueError` for none."""
    clips = list({clip.sha256: clip for clip in sources}.values())
    kinds = set(map(source_type, clips))
    if not kinds:
        raise ValueError("a copy has at least one clip as its source")
    if TRAINED not in kinds:
        return DRAWN if kinds == {DRAWN} else MIXED
    return COMPOSITE if len(clips) > 1 else TRAINED


def mark_copy(path: Path, sources: Iterable[ClipRecord]) -> None:
    """Write what an MP4 was made of into it, as XMP; call it before the file gets its name, and before it is signed.

    A file that names its kind of source already stays as it is. Raises `OSError`, and `ValueError` for no sources or a file
    that is no MP4.
    """
    marks = read_marks(path)
    if marks is None or marks.credentials == "unread":
        raise ValueError(f"{path.name} is no MP4")
    if not marks.source_type:
        xmp.append_box(path, source_type_of_copy(sources))


def lost_words(sources: Iterable[ClipRecord], what: str) -> str:
    """Return a sentence for a copy without the content credentials of its clips; empty where they have none.

    `what` names the copy, as in "film.gif".
    """
    distinct = {clip.sha256: clip for clip in sources}.values()
    marked = [clip for clip in distinct if (marks := marks_of(clip)) and marks.credentials in {"yes", "elsewhere"}]
    if not marked:
        return ""
    names = Path(marked[0].path).name if len(marked) == 1 else f"{len(marked)} clips"
    return f"The content credentials of {names} are not in {what}: they hold for the unchanged file alone."


def warn_of_lost(sources: Iterable[ClipRecord], what: str) -> None:
    """Warn where a copy has not the content credentials of its clips."""
    if words := lost_words(sources, what):
        warnings.warn(words, stacklevel=3)
