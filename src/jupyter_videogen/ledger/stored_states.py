"""The names of job states in the ledger's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_videogen.core.job import JobState

AT_REST: dict[JobState, str] = {"draft": "planned", "submitting": "sent", "queued": "accepted", "succeeded": "stored"}
"""Four states have a name of their own in the file; every other is stored as it is called."""
_AWAKE = {name: state for state, name in AT_REST.items()}


def state_at_rest(state: JobState) -> str:
    """Return the name of a state in the file."""
    return AT_REST.get(state, state)


def state_awake(name: str) -> str:
    """Return the state that has a name in the file."""
    return _AWAKE.get(name, name)
