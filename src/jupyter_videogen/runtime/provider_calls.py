"""Calls to a provider beside the jobs themselves: cancel one, list the models."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from jupyter_videogen.catalog.model_lists import Listings
from jupyter_videogen.core.errors import Unreachable, Unsupported, from_failure
from jupyter_videogen.core.http import Lost, Malformed, NotSent
from jupyter_videogen.core.job import CancelResult
from jupyter_videogen.dialects import sanitize
from jupyter_videogen.dialects.base import Cancels, DetailsModels, ListsModels, ModelList, ReadsCancels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jupyter_videogen.core.http import Call, Reply
    from jupyter_videogen.core.job import JobRecord
    from jupyter_videogen.dialects.base import Dialect
    from jupyter_videogen.transport.connection import Connection

log = logging.getLogger("jupyter_videogen")
MOST_NAMED = 3
"""Models that one warning names."""
_said: set[str] = set()


def cancel_at_provider(record: JobRecord, connection: Connection, send: Callable[[Call], Reply]) -> CancelResult:
    """Ask the provider of an accepted job to cancel it; never guesses."""
    dialect, title = connection.provider.dialect, connection.provider.title
    if not isinstance(dialect, Cancels):
        return CancelResult(cancelled=False, reason=f"{title} can't cancel. {_fate(connection)}")
    if record.handle is None:
        return CancelResult(cancelled=False, reason=f"{title} has not answered yet. Try again in a moment.")
    try:
        reply = send(dialect.cancel(record.handle))
    except (NotSent, Lost) as error:
        return CancelResult(cancelled=False, reason=f"{title} could not be reached ({error}). The job continues.")
    words = _objection(dialect, reply) if reply.ok else sanitize.sanitize_dialect(dialect).read_failure(reply).message
    if words is None:
        return CancelResult(cancelled=True, reason=f"Cancelled at {title}.")
    return CancelResult(cancelled=False, reason=f"{title} did not cancel it: {words} {_fate(connection)}")


def _objection(dialect: object, reply: Reply) -> str | None:
    """Return why a 2xx to a cancel did not cancel; None where it did."""
    if not isinstance(dialect, ReadsCancels):
        return sanitize.objection(reply)
    words = sanitize.read_guarded(dialect.read_cancel, reply)
    return sanitize.objection(reply) if words is None else sanitize.clean_text(words)


def list_models(connection: Connection, send: Callable[[Call], Reply], *, home: Path, now: float) -> list[str]:
    """Ask a provider for its models, keep the list in the home and give the names; raises `Unsupported` or `Unreachable`."""
    provider = connection.provider
    if not isinstance(provider.dialect, ListsModels):
        raise Unsupported(f"{provider.title} has no list of models.", next="See its documentation for model names.")
    try:
        reply = send(provider.dialect.models())
    except (NotSent, Lost) as error:
        raise Unreachable(f"{provider.title} could not be asked for its models ({error}).") from None
    if not reply.ok:
        raise from_failure(sanitize.sanitize_dialect(provider.dialect).read_failure(reply))
    try:
        found = sanitize.read_models(provider.dialect, reply)
    except Malformed:
        raise Unreachable(f"{provider.title} returned a list of models that can't be read.") from None
    found = _detailed(found, provider.dialect, send)
    for note in _describe_gaps(found, provider.title):
        say_once(note)
    Listings(home).keep(provider.base_url, found.models, now=now)
    connection.provider = Listings(home).of(provider, now=now)
    return [model.name for model in found.models]


def _detailed(found: ModelList, dialect: Dialect, send: Callable[[Call], Reply]) -> ModelList:
    """Return a list with what a second one says of its models, where the server has one that can be read."""
    if not isinstance(dialect, DetailsModels):
        return found
    with suppress(NotSent, Lost, Malformed):
        reply = send(dialect.details())
        if reply.ok:
            more: ModelList = sanitize.sanitize_dialect(dialect).read_details(reply)
            known = {model.name: model for model in more.models}
            models = tuple(known.get(model.name, model) for model in found.models)
            return ModelList(models, found.unread, (*found.mispriced, *more.mispriced))
    return found


def say_once(note: str) -> None:
    """Log a warning, once in this process."""
    if note not in _said:
        _said.add(note)
        log.warning("%s", note)


def _describe_gaps(found: ModelList, title: str) -> Iterator[str]:
    """Say what of a list could not be read, a sentence each."""
    if found.unread:
        yield f"{title}'s list of models has {found.unread} rows without a name; they are left out."
    if found.mispriced:
        more = f" and {len(found.mispriced) - MOST_NAMED} more" if len(found.mispriced) > MOST_NAMED else ""
        names = ", ".join(found.mispriced[:MOST_NAMED])
        yield f"{title}'s list of models has prices that are no amounts above 0 for {names}{more}; they count as unknown."


def _fate(connection: Connection) -> str:
    """Return what happens to a job that is not cancelled."""
    free = connection.provider.free
    return "It continues, and nothing is charged." if free else "It may finish and be charged."
