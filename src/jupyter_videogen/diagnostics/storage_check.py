"""Checks of the storage that finished clips are put into: its driver, what is owed, and whether it can be written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.config.files import own_storage
from jupyter_videogen.core import command_names
from jupyter_videogen.core.errors import InvalidRequest, Unsupported
from jupyter_videogen.diagnostics.report import Finding
from jupyter_videogen.media.storage_folder import NotStored, StorageFolder, check_driver
from jupyter_videogen.runtime import uploads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_videogen.diagnostics.surroundings import Surroundings

NAME = "Storage"


def check_storage(place: Surroundings) -> Iterator[Finding]:
    """Say where clips are put, whether the packages for it are there, and what is not there yet; nothing is sent."""
    url = own_storage(place.home)
    if url is None:
        return
    try:
        check_driver(url)
    except Unsupported as error:
        yield Finding(NAME, "problem", error.message, error.failure.next)
        return
    owed = len(uploads.pending(place.home))
    if owed:
        words = f"{url}; the clips of {owed} {'job is' if owed == 1 else 'jobs are'} not there yet."
        yield Finding(NAME, "note", words, f"They are uploaded by themselves, and by: {command_names.PROGRAM} upload")
    else:
        yield Finding(NAME, "ok", url)


def try_storage(place: Surroundings) -> Iterator[Finding]:
    """Put a small object into the storage, read it back and delete it."""
    url = own_storage(place.home)
    if url is None:
        yield Finding(NAME, "note", "No storage is configured: clips are on this disk alone.")
    elif place.ask is None:
        yield Finding(NAME, "note", "Not tried: the network is off.")
    else:
        yield _try(url)


def _try(url: str) -> Finding:
    try:
        StorageFolder(url).probe()
    except NotStored as error:
        return Finding(NAME, "problem", f"{url} can't be used: {error}.", "Check its URL, and what its driver reads.")
    except (InvalidRequest, Unsupported) as error:
        return Finding(NAME, "problem", error.message, error.failure.next)
    return Finding(NAME, "ok", f"{url} takes objects, gives them back and deletes them.")
