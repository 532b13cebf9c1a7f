"""Find out how a dropped clip was made: by its receipt, or by the job id in its name."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_videogen.core import environment
from jupyter_videogen.core.errors import InvalidRequest
from jupyter_videogen.core.job import ALPHABET
from jupyter_videogen.core.request import MEDIA, GenerationRequest
from jupyter_videogen.media import clip_store, receipt
from jupyter_videogen.media.partial_file import has_content
from jupyter_videogen.runtime import process
from jupyter_videogen.widget.protocol import Recall, Recalled
from jupyter_videogen.widget.views import request_view

if TYPE_CHECKING:
    from jupyter_videogen.core.job import JobRecord

JOB_ID = re.compile(rf"-([{ALPHABET}]{{8}})(?![a-z0-9])")
"""In the name of a clip, also when a browser has added a number to it."""


def recall_request(asked: Recall) -> Recalled:
    """Return how a clip was made; raises `InvalidRequest` where nobody knows.

    A receipt may come from another machine: its media are found again by their hash, or said to be missing.
    """
    facts = receipt.parse_receipt(asked.receipt.encode()) if asked.receipt else _beside(asked.name)
    if facts is not None:
        return _told(facts, asked.name)
    if record := _recorded(asked.name):
        return Recalled(provider=record.provider, request=request_view(record.request, environment.folder()))
    raise _unknown(asked.name)


def _beside(name: str) -> dict[str, Any] | None:
    """Read the receipt of a clip of this name, where this notebook's clips are."""
    plain = Path(name).name
    return (
        None
        if plain in {"", ".."} or not plain.isprintable()
        else receipt.read_receipt(environment.folder() / clip_store.FOLDER / plain)
    )


def find_job_id(name: str) -> str:
    """Return the job that a clip's file is named by, or the id itself; raises `InvalidRequest` for any other file."""
    ids = JOB_ID.findall(f"-{name}")
    record = _recorded(f"-{name}")
    if record is None:
        raise InvalidRequest(
            f"{name[:80]} is no clip of the library." if not ids else f"There is no job {ids[-1]} here.",
            next="Drop a clip of the library, or pass its path: story.insert(place, clip).",
        )
    return record.id


def _recorded(name: str) -> JobRecord | None:
    for job_id in JOB_ID.findall(name):
        with suppress(InvalidRequest):
            return process.runtime().ledger.find(job_id)
    return None


def _told(facts: dict[str, Any], name: str) -> Recalled:
    """Return what a receipt tells; what it names and is not here is left out, and said."""
    given, provider = facts.get("request"), facts.get("provider")
    if not isinstance(given, dict) or not isinstance(provider, str):
        raise _unknown(name)
    media = {field: _found(given[field]) for field in MEDIA if given.get(field)}
    missing = tuple(field for field, here in media.items() if not here)
    try:
        request = msgspec.convert({**given, **media, "model": facts.get("model")}, GenerationRequest)
    except (msgspec.ValidationError, RecursionError, OverflowError) as error:
        raise InvalidRequest(
            f"The receipt {name[:80]} can't be read: {error}.", next="Enter the prompt again."
        ) from None
    return Recalled(provider=provider, request=request_view(request, environment.folder()), missing=missing)


def _found(media: object) -> object:
    """Return a medium, or those of a list, by where it is on this machine; nothing for one that is not here."""
    if isinstance(media, list):
        return [here for one in media if (here := _found(one))]
    if not isinstance(media, dict):
        return None
    facts = {name: value for name, value in media.items() if name not in {"name", "path"}}
    sha256, name = (Path(str(media.get(key)).replace("\0", "")).name for key in ("sha256", "name"))
    for file in (environment.home() / "inputs" / sha256, environment.folder() / name):
        if file.is_file() and has_content(file, file.stat().st_size, sha256):
            return {**facts, "path": str(file)}
    return facts if facts.get("url") else None


def _unknown(name: str) -> InvalidRequest:
    return InvalidRequest(
        f"No record here says how {name[:80]} was made.", next="Drop the .json file that was saved beside the clip."
    )
