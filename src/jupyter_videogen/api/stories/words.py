"""What is said of a story's shots: on the page, in the table and in saved notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_videogen.api.tables.words import reason_words, setting_words
from jupyter_videogen.core.prices import format_dollars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_videogen.api.stories.standing import ShotStanding
    from jupyter_videogen.core.errors import Failure
    from jupyter_videogen.core.grid import Counts

OPEN = {
    "planned": "Not sent yet.",
    "waiting": "Waits for its turn.",
    "sending": "Is being sent.",
    "cancelled": "Cancelled.",
    "gone": "Its clip was moved or deleted.",
}
SHOWN = ("duration", "size", "aspect", "resolution", "fps", "seed", "sound")
"""Settings that are told of a shot."""


def failure_of(one: ShotStanding, refused: Failure | None = None) -> Failure | None:
    """Return why a shot has no clip."""
    if refused is not None:
        return refused
    cell = one.one.cell if one.one is not None else None
    job = one.job if one.state in {"failed", "undecided"} else None
    return (cell.failure if cell is not None else None) or (job.failure if job is not None else None)


def standing_words(one: ShotStanding, refused: Failure | None = None) -> str:
    """Return how a shot stands, in one sentence; "" where it is ready and nothing is to be said."""
    if refused is not None:
        return refused.message
    waits = one.waits_for
    if waits is not None:
        return f"Waits for shot {waits.number}{_stuck_words(waits)}."
    if one.state in {"failed", "undecided"}:
        return f"{reason_words(one.state, one.job, failure_of(one))}."
    if one.state == "ready":
        return stale_words(one)
    return OPEN.get(one.state, "")


def _stuck_words(one: ShotStanding) -> str:
    first = one.waits_for or one
    words = {"failed": "which failed", "undecided": "whose outcome is unknown", "cancelled": "which was cancelled"}
    said = words.get(first.state, "whose clip is gone" if first.state == "gone" else "")
    return f", {said}" if said and first is one else ""


def stale_words(one: ShotStanding) -> str:
    """Return the warning of a shot that does not start on the shot before as that is now; "" for any other."""
    if one.link != "stale":
        return ""
    if one.shot.take is not None and one.shot.take.starts_on is None:
        return f"Does not start on shot {one.number - 1}."
    return f"Starts on an older frame of shot {one.number - 1}."


def facts(one: ShotStanding) -> tuple[str, ...]:
    """Return the settings of a shot, each in words."""
    if one.one is None:
        given = one.shot.take.fields if one.shot.take is not None else {}
        return tuple(setting_words(name, given[name]) for name in SHOWN if given.get(name) is not None)
    request = one.one.cell.request if one.job is None else one.job.request
    values = ((name, getattr(request, name)) for name in SHOWN)
    model = request.model or ""
    return tuple(filter(None, (model, *(setting_words(name, value) for name, value in values if value is not None))))


def line(shots: Sequence[ShotStanding], counts: Counts) -> str:
    """Return how far a story is, in one honest line."""
    ready = sum(one.state == "ready" for one in shots)
    parts = [f"{ready} of {len(shots)} shots ready", f"{sum(one.seconds for one in shots):g} s"]
    if counts.spent or counts.in_flight:
        parts.append(f"{format_dollars(counts.spent)} spent")
    return ", ".join(parts)
