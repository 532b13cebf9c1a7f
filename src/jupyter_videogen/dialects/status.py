"""One table of status words for all dialects. An unknown word is never an end and never success."""

from __future__ import annotations

from jupyter_videogen.dialects.base import RemoteState

__all__ = ["RemoteState", "parse_status"]

WORDS: dict[RemoteState, str] = {
    "queued": "queued pending submitted not_start not_started created accepted waiting throttled in_queue preparing "
    "scheduled",
    "running": "in_progress processing running generating started active starting rendering",
    "succeeded": "completed complete succeeded success done finished ready",
    "failed": "failed failure error errored rejected moderation_blocked",
    "cancelled": "cancelled canceled aborted stopped",
    "expired": "expired deleted timeout timed_out",
}
STATES: dict[str, RemoteState] = {word: state for state, words in WORDS.items() for word in words.split()}


def parse_status(word: object) -> tuple[RemoteState, str]:
    """Return our state for a provider's word, and the word itself where we do not know it.

    Case, hyphens and surrounding space do not matter. Unknown words, null and junk keep the job running.
    """
    if not isinstance(word, str):
        return "running", ""
    known = STATES.get(word.strip().lower().replace("-", "_").replace(" ", "_"))
    return (known, "") if known else ("running", word[:80])
