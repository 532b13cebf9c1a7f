"""Pages for visitors: which messages they may send, and what they may see.

A visitor can send any message, whatever the page offers. Here it is their own form's jobs, no history, nothing of this
machine's folders, no other provider or key, and no "yes" to a budget's question.
"""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import VideogenError
from jupyter_videogen.core.request import MEDIA
from jupyter_videogen.widget.protocol import (
    Cancel,
    Choose,
    Detach,
    Edit,
    Fetch,
    Generate,
    Hello,
    MediaView,
    Module,
    PageMessage,
    Poster,
    Show,
    Upload,
    Watch,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from jupyter_videogen.widget.protocol import ErrorView, FormView, GridRowView, JobView, RequestView

HIDDEN = "…"
REFUSED = "This page is shown to visitors; only its owner can do that."


def check_message(
    message: PageMessage, *, jobs: Collection[str], media: Collection[str], provider: str, extra: str
) -> PageMessage:
    """Return a visitor's message as far as it counts; raises `VideogenError` for what is the owner's.

    `jobs` are the ids of this widget's own, `media` the names of what was handed over here, `extra` what its owner put there.
    """
    match message:
        case Hello() | Upload() | Module():
            return message
        case Generate():
            _check_request(message.request, jobs, media, extra)
            return msgspec.structs.replace(message, yes=False)
        case Show() | Cancel() | Detach() | Watch() | Edit() | Fetch() | Poster() if message.job_id in jobs:
            return message
        case Choose() if message.provider == provider and not message.refresh:
            return message
    raise refused()


def _check_request(request: RequestView, jobs: Collection[str], media: Collection[str], extra: str) -> None:
    """Refuse fields that no price knows of, and media that are not the visitor's."""
    if request.extra not in {"", extra}:
        raise refused("extra")
    for field, one in _media(request):
        kind, _, name = one.source.partition(":")
        theirs = kind in {"http", "https"} or (kind == "clip" and name in jobs) or one.source in media
        if not theirs:
            raise refused(field)


def _media(request: RequestView) -> Iterator[tuple[str, MediaView]]:
    for field in MEDIA:
        value = getattr(request, field)
        yield from ((field, one) for one in (value if isinstance(value, tuple) else (value,)) if one is not None)


def refused(field: str | None = None) -> VideogenError:
    """Return the error for what only the page's owner may do."""
    return VideogenError(REFUSED, field=field, code="permission")


def visitor_form(view: FormView) -> FormView:
    """Return the form as visitors see it: its own provider, without where the key was found and what `extra` sets."""
    own = (msgspec.structs.replace(one, key="", asks="") for one in view.providers if one.name == view.provider)
    models = tuple(msgspec.structs.replace(model, inputs=()) for model in view.models)  # no price knows of them
    return msgspec.structs.replace(view, providers=tuple(own), models=models, retired=(), improves=False, guest=True)


def visitor_row(view: GridRowView) -> GridRowView:
    """Return a row of a grid as visitors see it: what failed has no step, and its words no places."""
    cells = (msgspec.structs.replace(cell, step="", price=None, error=visitor_view(cell.error)) for cell in view.cells)
    return msgspec.structs.replace(view, cells=tuple(cells))


def visitor_job(view: JobView) -> dict[str, Any]:
    """Return a job as visitors see it: without places, and without what is for its owner to know and to do."""
    shown = msgspec.structs.replace(view, needs_kernel=False, can_share=False)
    return dict(visitor_view(msgspec.to_builtins(shown)))


def visitor_error(view: ErrorView) -> dict[str, Any]:
    """Return an error as visitors see it: without places, and a budget's question is a no."""
    asks = view.code == "confirm"
    shown = msgspec.structs.replace(view, code="budget", next=REFUSED) if asks else view
    return dict(visitor_view(msgspec.to_builtins(shown)))


def visitor_view(value: object, name: str = "") -> Any:  # noqa: ANN401 - JSON is any
    """Return what a page is told, without places on this machine: in words they are hidden, a clip keeps its name."""
    if isinstance(value, dict):
        return {key: visitor_view(inner, key) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [visitor_view(inner) for inner in value]
    if not isinstance(value, str):
        return value
    if name == "billing":
        return ""  # the account is its owner's
    if name in {"src", "saves_as"}:
        return shown_path(value)
    for place in _places():
        value = value.replace(place, HIDDEN)
    return value


def shown_path(path: str) -> str:
    """Return a path as it stands below the notebook's folder; of a file elsewhere its name alone."""
    return posixpath.basename(path) if path.startswith(("..", "/")) or ":" in path else path


def _places() -> list[str]:
    """Return the folders that visitors are not told of, the longest first; the root alone says nothing."""
    found = {str(place) for place in (environment.home(), environment.folder(), Path.home(), Path.cwd())}
    return sorted(found - {"/"}, key=len, reverse=True)
