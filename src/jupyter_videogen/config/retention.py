"""`[ledger]`: how long failed jobs are kept. It counts in the user's own file alone: a project's file deletes nothing."""

from __future__ import annotations

import re

import msgspec

from jupyter_videogen.core.errors import InvalidRequest

DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
AGE = re.compile(r"([1-9][0-9]{0,3}) *([dwmy])")


class Retention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[ledger]`."""

    keep: str | None = None
    """For how long failed jobs stay, as "90d", "12w", "6m" or "2y"; without it, for good."""


def read_age(text: str) -> float:
    """Return the seconds of an age such as "2y"; raises `InvalidRequest`. A month is 30 days, a year 365."""
    found = AGE.fullmatch(text.strip())
    if found is None:
        raise InvalidRequest(
            f"keep is a number of days, weeks, months or years, not {text!r}.",
            next='Write it as "90d", "12w", "6m" or "2y".',
        )
    return int(found[1]) * DAYS[found[2]] * 24 * 3600.0


def check(said: Retention) -> None:
    """Raise `InvalidRequest` for an age that is none."""
    if said.keep is not None:
        read_age(said.keep)
